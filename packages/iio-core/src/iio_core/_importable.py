"""Which modules could be imported, without importing them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable

__all__ = ["missing"]

_State = tuple[object, ...]
# Looking for a module takes longer than reading a small image. What was found holds for as long as
# the folders that modules come from are what they were; installing or removing one changes them.
_known: dict[str, tuple[_State, bool]] = {}


def missing(modules: Iterable[str]) -> str:
    """Return the first of `modules` that cannot be imported; an empty string if all can.

    Examples
    --------
    >>> missing(["json", "no_such_module"])
    'no_such_module'
    """
    state: _State | None = None
    for module in modules:
        if module in sys.modules:
            if sys.modules[module] is None:  # Python's way to bar it
                return module
            continue
        state = state or _state()
        then, is_there = _known.get(module, (None, False))
        if then != state:
            is_there = _find(module)
            _known[module] = state, is_there
        if not is_there:
            return module
    return ""


def _find(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _state() -> _State:
    """Return what changes when a module is installed, removed, or looked for elsewhere."""
    return (*map(id, sys.meta_path), *((entry, _changed(entry)) for entry in sys.path))


def _changed(entry: str) -> int:
    try:
        return os.stat(entry or ".").st_mtime_ns
    except (OSError, ValueError):
        return 0
