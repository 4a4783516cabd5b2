"""Fuzz every format whose bytes we parse ourselves: ``python tools/fuzz.py [FORMAT …] [SECONDS]``.

Runs ``packages/*/tests/fuzz.py`` with one format after another, as many at once as there are
processors, and each in rounds that go on with the files that the one before found: atheris keeps
what instrumented code compares, arrays too, so that its process grows. What each said is left in
``FORMAT.log`` in the working directory, and a file that failed beside it. Tells at the end how
many files each format was tried with; exits with 1 if any failed. Needs ``atheris``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 600
ROUND = 100  # seconds


def formats() -> list[tuple[Path, str]]:
    """Return each format's name with the script that fuzzes it."""
    scripts = sorted(ROOT.glob("packages/*/tests/fuzz.py"))
    return [(script, name) for script in scripts for name in _run(script).stdout.split()]


def _run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


def fuzz(script: Path, name: str, seconds: int) -> tuple[bool, str]:
    """Return whether all went well, and what to say of it."""
    files, well, said = 0, True, ""
    with tempfile.TemporaryDirectory() as corpus:
        for start in range(0, seconds, ROUND):
            length = str(min(ROUND, seconds - start))
            run = _run(script, name, length, corpus, f"-artifact_prefix={name}-")
            said += run.stdout
            tried = re.search(r"stat::number_of_executed_units:\s*(\d+)", run.stdout)
            files += int(tried[1]) if tried else 0
            well = run.returncode == 0 and tried is not None
            if not well:
                break
    Path(f"{name}.log").write_text(said, encoding="utf-8")
    return well, f"{name}: {files:,} files{'' if well else f', FAILED: see {name}.log'}"


def main(*arguments: str) -> int:
    wanted = {name for name in arguments if not name.isdecimal()}
    seconds = int(next((number for number in arguments if number.isdecimal()), SECONDS))
    chosen = [found for found in formats() if not wanted or found[1] in wanted]
    if missing := wanted - {name for _, name in chosen}:
        print(f"no such format: {', '.join(sorted(missing))}", file=sys.stderr)
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
