"""Files of two folders that belong together: those of the same name."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ._failures import UsageError
from ._inputs import files_in, is_read_whole, readable_extensions

__all__ = ["is_folder", "pairs"]


def is_folder(name: str) -> bool:
    """Tell whether a name stands for the files in a folder, and not for one resource."""
    return os.path.isdir(name) and not is_read_whole(name)


def pairs(first: str, second: str, *, recursive: bool) -> Iterator[tuple[str | None, str | None]]:
    """Yield what is to be compared, by name; None stands for a file that is not there.

    Where only one of the two is a folder, the other is compared with the file of its name.
    """
    if not is_folder(first):
        yield first, os.path.join(second, os.path.basename(first))
        return
    if not is_folder(second):
        yield os.path.join(first, os.path.basename(second)), second
        return
    ours, theirs = (_named(folder, recursive) for folder in (first, second))
    if not (ours or theirs):
        raise UsageError(f"there is nothing to read in {first} and {second}")
    for name in sorted({*ours, *theirs}):
        yield ours.get(name), theirs.get(name)


def _named(folder: str, recursive: bool) -> dict[str, str]:
    """Return the files of a folder that are read, by their names in it."""
    found, _ = files_in(folder, readable_extensions(), recursive=recursive)
    return {os.path.join(s.below, os.path.basename(s.uri)): s.uri for s in found}
