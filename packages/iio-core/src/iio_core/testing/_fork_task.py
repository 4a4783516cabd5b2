"""What a worker does to see a plugin after a fork; there is none on Windows."""

from __future__ import annotations

import contextlib
import contextvars
import os
import sys
import threading
import time
import warnings
from collections.abc import Iterator

import numpy as np

import iio_core as iio

from ._compare import differs, said
from ._task import Broken, Given

__all__ = ["forked"]

_FORKS = 3

if sys.platform == "win32":

    def forked(given: Given) -> Broken | None:
        """Do nothing: processes are not forked here."""
        return None

else:
    import signal

    def forked(given: Given) -> Broken | None:
        """Read the sample in a child that was forked while other threads were reading."""
        given.note("forking while threads read it")
        wanted = given.read(given.data)
        with _readers(given):
            for _ in range(_FORKS):
                if seen := _in_child(given, wanted):
                    return Broken("fork", f"a child, forked while threads read: {seen}")
        return None

    @contextlib.contextmanager
    def _readers(given: Given) -> Iterator[None]:
        """Have threads that read the sample all the time."""
        stop = threading.Event()

        def work() -> None:
            with contextlib.suppress(iio.IIOError):
                while not stop.is_set():
                    given.read(given.data)

        threads = [
            threading.Thread(target=contextvars.copy_context().run, args=(work,)) for _ in range(2)
        ]
        usual = sys.getswitchinterval()
        sys.setswitchinterval(0.0001)  # or forking waits for the readers, and not among them
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            sys.setswitchinterval(usual)

    def _in_child(given: Given, wanted: np.ndarray) -> str:
        """Fork, and return what the child saw; it has some seconds."""
        receive, send = os.pipe()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
            child = os.fork()
        if not child:
            _tell(given, wanted, send)
        os.close(send)
        try:
            status = _waited(child, time.monotonic() + given.settings["deadline"] / 2)
            text = os.read(receive, 2000).decode("utf-8", "replace") if status == 0 else ""
        finally:
            os.close(receive)
        if status is None:
            return "it hangs"
        return text if not status else f"it ends with code {status}"

    def _tell(given: Given, wanted: np.ndarray, send: int) -> None:
        """Be the child."""
        code = 1
        try:
            os.write(send, differs(given.read(given.data), wanted, given.tolerance).encode())
            code = 0
        except BaseException as error:
            os.write(send, said(error).encode())
            code = 0
        finally:
            os._exit(code)

    def _waited(child: int, end: float) -> int | None:
        """Wait for a child, and end it when it has had its time."""
        while time.monotonic() < end:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None
