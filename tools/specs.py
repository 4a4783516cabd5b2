"""The specs of all packages here, read from the sources: what the generators work on."""

from __future__ import annotations

import difflib
import importlib
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iio_core import PluginSpec

ROOT = Path(__file__).resolve().parent.parent
GROUP = "iio_core.plugins"


def load() -> list[tuple[str, PluginSpec]]:
    """Return (distribution, spec) of every plugin that a package declares, by plugin name."""
    projects = sorted(ROOT.glob("packages/*/pyproject.toml"))
    sys.path[:0] = [str(project.parent / "src") for project in projects]
    found = []
    for project in projects:
        table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        for target in table.get("entry-points", {}).get(GROUP, {}).values():
            module, _, attribute = target.partition(":")
            found.append((table["name"], getattr(importlib.import_module(module), attribute)))
    return sorted(found, key=lambda pair: pair[1].name)


def write_or_check(path: Path, text: str, check: bool) -> int:
    """Write a generated file; or, to check it, show what would change. Returns an exit status."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    name = path.relative_to(ROOT).as_posix()
    if old == text:
        print(f"{name} is up to date")
        return 0
    if check:
        lines = difflib.unified_diff(
            old.splitlines(), text.splitlines(), name, f"{name} as generated", lineterm=""
        )
        print("\n".join(lines))
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"wrote {name}")
    return 0
