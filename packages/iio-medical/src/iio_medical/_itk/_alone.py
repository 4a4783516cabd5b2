"""One call of ITK at a time, and none while the process is forked.

ITK changes the locale of the process while it parses numbers, and the HDF5 library in it knows no
threads: two readers at once spoil both. Its own locks stay locked in a child that is forked while
somebody holds them, so that a fork waits until nobody does.
"""

from __future__ import annotations

import locale
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["alone"]

_lock = threading.Lock()


@contextmanager
def alone() -> Iterator[None]:
    """Keep other threads out of ITK, and the locale as it is: it is left changed after errors."""
    with _lock:
        before = locale.setlocale(locale.LC_ALL)
        try:
            yield
        finally:
            if locale.setlocale(locale.LC_ALL) != before:
                locale.setlocale(locale.LC_ALL, before)


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(
        before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release
    )
