"""The entry points of installed wheels, found by looking at directories and nothing else.

The specification is "Entry points" and "Recording installed projects" of the Python Packaging User
Guide, https://packaging.python.org/en/latest/specifications/. What is not as usual there (wheels in
archives, finders of somebody's own, files that cannot be parsed) is left to importlib_metadata,
which takes several times as long, most of it to be imported.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from typing import Any

__all__ = ["Distribution", "EntryPoint", "entry_points"]

_TARGET = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[.*\]\s*)?")
_KINDS = (".dist-info", ".egg-info")
_METADATA = ("METADATA", "PKG-INFO")


class Distribution:
    """An installed wheel: the directory with what is known of it."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def read_text(self, name: str) -> str | None:
        """Return the text of a file; None if there is none."""
        try:
            with open(os.path.join(self._path, name), encoding="utf-8") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            return None

    @property
    def is_whole(self) -> bool:
        """Whether it has metadata: what is left of an uninstalled one has not."""
        return any(os.path.exists(os.path.join(self._path, name)) for name in _METADATA)

    @property
    def metadata(self) -> Any:
        """All metadata, parsed."""
        return self._in_full().metadata

    @property
    def version(self) -> str:
        """Its version."""
        return str(self._in_full().version)

    def _in_full(self) -> Any:
        from pathlib import Path

        import importlib_metadata

        return importlib_metadata.PathDistribution(Path(self._path))


class EntryPoint:
    """A line of a wheel that says where something is."""

    __slots__ = ("_target", "dist", "name", "value")

    def __init__(self, name: str, value: str, dist: Distribution, target: re.Match[str]) -> None:
        self.name = name
        self.value = value
        self.dist = dist
        self._target = target

    def load(self) -> Any:
        """Import what it is about."""
        found: Any = import_module(self._target[1])
        for attribute in (self._target[2] or "").split("."):
            found = getattr(found, attribute) if attribute else found
        return found


def entry_points(group: str) -> list[EntryPoint] | None:
    """Return the entry points of a group; None if anything is not as usual."""
    if any(map(_finds_otherwise, sys.meta_path)):
        return None
    try:
        wheels = _wheels()
        return None if wheels is None else [e for wheel in wheels for e in _of(wheel, group)]
    except (OSError, ValueError):
        return None


def _finds_otherwise(finder: Any) -> bool:
    """Tell whether a finder knows of wheels that are in no directory."""
    home = getattr(finder, "__module__", None) or type(finder).__module__
    usual = home.partition(".")[0] in ("_frozen_importlib_external", "importlib_metadata")
    return hasattr(finder, "find_distributions") and not usual


def _wheels() -> list[Distribution] | None:
    """Return the installed wheels: of those with the same name the first on the path."""
    found: dict[str, Distribution] = {}
    for folder in sys.path:
        if folder.endswith(".egg") or os.path.isfile(folder):
            return None
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for file in names:
            if file.endswith(_KINDS):
                name = re.sub(r"[-_.]+", "_", file[:-10].partition("-")[0]).lower()
                if name not in found or not found[name].is_whole:
                    found[name] = Distribution(os.path.join(folder, file))
    return list(found.values())


def _of(wheel: Distribution, group: str) -> list[EntryPoint]:
    """Return the entry points of one wheel; a line that is none is a `ValueError`."""
    text = wheel.read_text("entry_points.txt")
    if text is None or group not in text:
        return []
    found = []
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif section == group and line and not line.startswith("#"):
            name, _, value = (part.strip() for part in line.partition("="))
            target = _TARGET.fullmatch(value)
            if not name or target is None:
                raise ValueError(line)
            found.append(EntryPoint(name, value, wheel, target))
    return found
