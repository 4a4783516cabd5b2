"""One thread at a time inside of GDAL, and none while the process forks.

GDAL's locks belong to the whole process: a fork while another thread holds one copies it locked,
and the child would wait for it for ever.
"""

from __future__ import annotations

import os
import threading
from types import TracebackType

__all__ = ["gate"]


class Gate:
    """A lock that a thread may take several times, and that forks take as well."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin again: in a forked process no other thread is inside."""
        self._lock = threading.RLock()

    def shut(self) -> None:
        """Wait until nobody else is inside, and let nobody in."""
        self._lock.acquire()

    def open(self) -> None:
        """Let others in again."""
        self._lock.release()

    def __enter__(self) -> None:
        self.shut()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open()


gate = Gate()
"""The one that everything that calls GDAL goes through."""

if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=gate.shut, after_in_parent=gate.open, after_in_child=gate.renew)
