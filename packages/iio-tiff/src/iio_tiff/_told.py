"""What the backend says through its logger becomes warnings of iio.

The logger belongs to the whole process. While a file is read here, a filter on it takes out the
records of this thread (or task) only; those of others go where they would have gone.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from iio_core import IIOWarning, warn

__all__ = ["begin_again", "heard"]

_heard: ContextVar[list[str] | None] = ContextVar("iio_tiff_heard", default=None)
_lock = threading.Lock()
_readers = 0
# Said of files that are as they should be: a stack that nobody has changed has no date of it.
_HARMLESS = (
    *("DatetimeModified", "DatetimeCreated", "ignoring predictor"),
    *("failed to read display settings", "failed to read comments"),  # often cut by their writer
    *("correcting LSM bitspersample",),  # as LSM has them
    *("MMStack multi-file series cannot", "MMStack file name is invalid"),  # more is told of it
    "Missing data are zeroed",  # which is told, or refused, when they are read
)


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Take the records of who is listening; let the others pass."""
        messages = _heard.get()
        if messages is None:
            return True
        if record.levelno >= logging.WARNING:
            messages.append(record.getMessage())
        return False


_FILTER = _Filter()


def begin_again() -> None:
    """Forget, in a forked process, the threads that were reading: there are none of them here."""
    global _lock, _readers
    _lock = threading.Lock()
    _readers = 0
    logging.getLogger("tifffile").removeFilter(_FILTER)


@contextmanager
def heard(name: str) -> Iterator[None]:
    """Turn what the backend logs inside of the block into warnings, each once.

    Parameters
    ----------
    name : str
        How they call the file.
    """
    global _readers
    logger = logging.getLogger("tifffile")
    messages: list[str] = []
    with _lock:
        _readers += 1
        if _readers == 1:
            logger.addFilter(_FILTER)
    token = _heard.set(messages)
    try:
        yield
    finally:
        _heard.reset(token)
        with _lock:
            _readers -= 1
            if _readers == 0:
                logger.removeFilter(_FILTER)
    for message in dict.fromkeys(messages):
        if not any(harmless in message for harmless in _HARMLESS):
            warn(f"{name}: {message}", IIOWarning)
