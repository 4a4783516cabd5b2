"""Ctrl-C, held back for as long as breaking in would lose something."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["held_interrupts"]


@contextmanager
def held_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done.

    A second Ctrl-C breaks in at once. Who has a handler of their own keeps it. For plugins whose
    backend calls Python back from C, where an exception may be lost.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.held_interrupts():
    ...     pass  # container.mux(packet)
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    held: list[int] = []

    def hold(number: int, frame: FrameType | None) -> None:
        if held:
            raise KeyboardInterrupt
        held.append(number)

    try:
        signal.signal(signal.SIGINT, hold)
    except ValueError:  # in an interpreter beside the main one, which gets no signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if held:
        raise KeyboardInterrupt
