"""Which files are open: what a call leaves open is seen here."""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable
from pathlib import Path

import iio_core as iio

__all__ = ["watched"]


def watched(call: Callable[[], object], folder: Path) -> str:
    """Call something that may raise an error of iio; return what it left open in `folder`.

    On Linux the table of open files tells. Everywhere a file that is only forgotten, and not
    closed, gives a `ResourceWarning` when it is collected.
    """
    gc.freeze()  # what others have forgotten, and all else that need not be looked through
    before = _open_files(folder)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                call()
            except iio.IIOError:
                pass
            still_open = _open_files(folder) - before
            gc.collect()
    finally:
        gc.unfreeze()
    forgotten = [str(w.message) for w in caught if issubclass(w.category, ResourceWarning)]
    if forgotten:
        return f"it was forgotten, not closed: {forgotten[0]}"
    return f"{', '.join(sorted(still_open))} is still open" if still_open else ""


def _open_files(folder: Path) -> set[str]:
    """Return the open files below a directory; an empty set where the system does not tell."""
    found: set[str] = set()
    try:
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for descriptor in descriptors:
        try:
            path = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue  # the one with which the directory was listed
        if path.startswith(f"{folder.resolve()}{os.sep}"):
            found.add(path)
    return found
