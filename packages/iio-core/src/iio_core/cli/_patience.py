"""How long the command waits for a plugin to be imported: one that hangs is left out."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["patient"]

_SECONDS = 20.0  # a spec takes milliseconds; the largest backends, from a cold disk, some seconds


class _HangsError(BaseException):
    """Not an Exception, which what hangs might catch itself."""


@contextmanager
def patient(name: str) -> Iterator[None]:
    """Raise `TimeoutError` where importing a plugin takes too long.

    Only where a signal can break in: elsewhere Ctrl-C has to, and then it is told who hangs.
    """
    if sys.platform == "win32":
        yield
        return
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise _HangsError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    except _HangsError:
        raise TimeoutError(
            f"importing {name!r} hangs: {_SECONDS:g} s were not enough; IIO_PLUGINS, with the "
            "names of the others, leaves it out at once"
        ) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
