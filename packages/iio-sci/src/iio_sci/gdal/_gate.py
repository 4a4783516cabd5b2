"""Forks that wait until no thread is inside of GDAL.

Its locks belong to the process: a fork while another thread holds one copies it locked, and the
child would wait for it for ever.
"""

from __future__ import annotations

import os
import threading
from types import TracebackType

__all__ = ["gate"]


class Gate:
    """Counts the threads that are inside; a context manager that may be nested."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin again: in a forked process no other thread is inside."""
        self._changed = threading.Condition()
        self._inside = 0
        self._forking = False
        self._mine = threading.local()

    def __enter__(self) -> None:
        depth = getattr(self._mine, "depth", 0)
        with self._changed:
            while self._forking and not depth:
                self._changed.wait()
            self._inside += not depth
        self._mine.depth = depth + 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._mine.depth -= 1
        if not self._mine.depth:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    def shut(self) -> None:
        """Wait until nobody is inside but the caller, and let nobody else in."""
        own = bool(getattr(self._mine, "depth", 0))
        with self._changed:
            self._forking = True
            while self._inside > own:
                self._changed.wait()

    def open(self) -> None:
        """Let others in again."""
        with self._changed:
            self._forking = False
            self._changed.notify_all()


gate = Gate()
"""The one that everything that calls GDAL goes through."""

if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=gate.shut, after_in_parent=gate.open, after_in_child=gate.renew)
