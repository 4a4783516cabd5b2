"""A process that is forked while other threads read gets their locks, and nobody to open them."""

from __future__ import annotations

import os
import sys
import threading

from astropy.utils.decorators import lazyproperty

__all__ = ["begin_again"]


def begin_again() -> None:
    """Open, in a forked process, the locks of threads that it does not have.

    Each lazy property of a class of astropy has one lock for all of the class's objects.
    """
    for name, module in list(sys.modules.items()):
        if not name.startswith("astropy.io.fits"):
            continue
        for kind in list(vars(module).values()):
            if isinstance(kind, type):
                for value in vars(kind).values():
                    if isinstance(value, lazyproperty):
                        value._lock = threading.RLock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=begin_again)
