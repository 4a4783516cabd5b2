"""A process that is forked while other threads read gets their locks, and nobody to open them."""

from __future__ import annotations

import os
import sys
import threading
from functools import cached_property

from tifffile import tifffile

from . import _told

__all__ = ["begin_again"]


def begin_again() -> None:
    """Open, in a forked process, the locks of threads that it does not have.

    Up to Python 3.11 each cached property of a class has one lock for all of its objects.
    """
    _told.begin_again()
    if sys.version_info >= (3, 12):
        return
    for kind in list(vars(tifffile).values()):
        if isinstance(kind, type):
            for value in vars(kind).values():
                if isinstance(value, cached_property):
                    value.lock = threading.RLock()  # type: ignore[attr-defined, unused-ignore]


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=begin_again)
