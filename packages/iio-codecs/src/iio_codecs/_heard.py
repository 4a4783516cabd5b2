"""What imagecodecs says through its logger becomes warnings of iio.

The logger belongs to the whole process. The filter on it takes out the records of this thread (or
task) only, and only while it decodes or encodes here; others go where they would have gone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from iio_core import warn

__all__ = ["heard"]

_MOST = 8  # messages of one file; a damaged one can bring one of each block

_heard: ContextVar[dict[str, None] | None] = ContextVar("iio_codecs_heard", default=None)


class _Filter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Take the records of who is listening; let the others pass."""
        messages = _heard.get()
        if messages is None:
            return True
        if record.levelno >= logging.WARNING and len(messages) <= _MOST:
            messages[record.getMessage()] = None
        return False


logging.getLogger("imagecodecs").addFilter(_Filter())


@contextmanager
def heard(name: str) -> Iterator[None]:
    """Turn what the backend logs inside of the block into warnings, each once.

    Parameters
    ----------
    name : str
        How they call the file.
    """
    messages: dict[str, None] = {}
    token = _heard.set(messages)
    try:
        yield
    finally:
        _heard.reset(token)
    for message in list(messages)[:_MOST]:
        warn(f"{name}: {message}")
    if len(messages) > _MOST:
        warn(f"{name}: imagecodecs had more to say of it")
