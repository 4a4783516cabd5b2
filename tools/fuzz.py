"""Fuzz every format whose bytes we parse ourselves: ``python tools/fuzz.py [FORMAT [SECONDS]]``.

Runs ``packages/*/tests/fuzz.py`` with one format after another, as many at once as there are
processors. What each said is left in ``FORMAT.log`` in the working directory, and a file that
failed beside it. Tells at the end how many files each format was tried with; exits with 1 if
any failed. Needs ``atheris`` (Linux and macOS).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = "600"


def formats() -> list[tuple[Path, str]]:
    """Return each format's name with the script that fuzzes it."""
    scripts = sorted(ROOT.glob("packages/*/tests/fuzz.py"))
    return [(script, name) for script in scripts for name in _run(script).stdout.split()]


def _run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


def fuzz(script: Path, name: str, seconds: str) -> tuple[bool, str]:
    """Return whether all went well, and what to say of it."""
    run = _run(script, name, seconds, f"-artifact_prefix={name}-")
    Path(f"{name}.log").write_text(run.stdout, encoding="utf-8")
    tried = re.search(r"stat::number_of_executed_units:\s*(\d+)", run.stdout)
    files = f"{int(tried[1]):,} files" if tried else "no file"
    well = run.returncode == 0 and tried is not None
    return well, f"{name}: {files}{'' if well else f' FAILED, see {name}.log'}"


def main(wanted: str = "", seconds: str = SECONDS) -> int:
    chosen = [found for found in formats() if wanted in ("", found[1])]
    if not chosen:
        print(f"no such format: {wanted}", file=sys.stderr)
        return 2
    failed = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for run in as_completed([pool.submit(fuzz, *found, seconds) for found in chosen]):
            well, told = run.result()
            failed += not well
            print(told, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
