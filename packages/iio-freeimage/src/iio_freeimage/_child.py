"""Child processes in which FreeImage works: what takes too long is killed, what crashes is told.

A child that has done its work without an incident is kept for the next file.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from iio_core import IIOError, PluginNotInstalledError

from . import _library

__all__ = ["Child", "Failure", "Refusal", "borrow", "give_back"]

_KEPT = 2  # idle children
_STARTING = 30.0  # seconds
_idle: list[Child] = []
_lock = threading.Lock()


PROGRAM = str(_library.__file__)
"""What a child runs."""


class Failure(Exception):
    """FreeImage crashed, or did not end in time."""


class Refusal(Failure):
    """FreeImage says that it cannot do it."""


class Child:
    """A process that has loaded FreeImage."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.fit = True
        # Isolated: neither the directory nor the variables of Python decide what it imports.
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            answer = self._answer(_STARTING)[0]
        except BaseException:  # Ctrl-C as well: nobody else knows of it
            self.kill()
            raise
        if "absent" in answer:
            self.kill()
            raise PluginNotInstalledError(
                "FreeImage is not here: apt-get install libfreeimage3, brew install freeimage, or "
                f"say where it is with IIO_FREEIMAGE_LIB ({answer['absent']})"
            )
        self.version: str = answer["version"]

    def ask(
        self, do: str, body: bytes = b"", *, deadline: float, **order: Any
    ) -> tuple[dict[str, Any], bytes]:
        """Have something done; return the answer and its bytes.

        Raises
        ------
        Refusal
            If FreeImage says that it cannot.
        Failure
            If it crashes, or takes longer than `deadline` seconds.
        """
        assert self._process.stdin is not None
        if not self.fit:
            raise Failure("FreeImage has crashed before")
        try:
            with self._killed_after(deadline) as late:
                _library.send(self._process.stdin, {"do": do, **order}, body)
                answer, data = _library.receive(self._stdout)
        except (EOFError, OSError, ValueError):
            self.fit = False
            self._process.wait()
            if late.is_set():
                raise Failure(f"FreeImage did not end in {deadline:g} s and was killed") from None
            how = self._process.returncode
            signal = f"signal {-how}" if how < 0 else f"status {how}"
            raise Failure(f"FreeImage crashed in its process ({signal})") from None
        except BaseException:  # Ctrl-C: the answer to this would be taken for the next one's
            self.kill()
            raise
        if late.is_set():  # it answered, and was killed just then
            self.fit = False
        if "refused" in answer:
            said = "; ".join(answer["said"])
            raise Refusal(f"{answer['refused']}{': ' if said else ''}{said}")
        return answer, data

    def kill(self) -> None:
        """End the process."""
        self.fit = False
        if self.owner != os.getpid():  # a fork has no children of its parent
            return
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    @property
    def _stdout(self) -> Any:
        return self._process.stdout

    def _answer(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        try:
            with self._killed_after(deadline):
                return _library.receive(self._stdout)
        except (EOFError, OSError, ValueError):
            raise IIOError("the process for FreeImage could not be started") from None

    @contextlib.contextmanager
    def _killed_after(self, deadline: float) -> Any:
        """Kill the process if what is inside is not done by then: reading from it comes to an end.

        Pipes have no deadlines of their own on every system.
        """
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(deadline, end)
        timer.daemon = True
        timer.start()
        try:
            yield late
        finally:
            timer.cancel()
            timer.join()


def borrow() -> Child:
    """Return a child that nobody else uses."""
    with _lock:
        while _idle:
            child = _idle.pop()
            if child.owner == os.getpid() and child.fit:
                return child
    return Child()


def give_back(child: Child) -> None:
    """Keep a child for the next one, or end it."""
    with _lock:
        if child.fit and child.owner == os.getpid() and len(_idle) < _KEPT:
            _idle.append(child)
            return
    child.kill()


@atexit.register
def _end() -> None:
    while _idle:
        _idle.pop().kill()


def _renew() -> None:
    """Leave the children of the parent alone in a fork."""
    global _lock
    _lock = threading.Lock()
    _idle.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
