"""The file of a target as FFmpeg gets to see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, Any, NoReturn

__all__ = ["Sink", "refuse"]


class Sink:
    """A binary file that FFmpeg writes to, and does not close.

    Parameters
    ----------
    file : file object
        The target's.
    flush : bool
        Whether what FFmpeg writes is to be in the file at once, for who reads it meanwhile, and
        for when this process is killed.

    Attributes
    ----------
    closed : bool
        Set to give up: nothing is written any more.
    """

    def __init__(self, file: IO[bytes], *, flush: bool = False) -> None:
        self._file = file
        self._flush = flush
        self.closed = False

    def write(self, data: bytes) -> int:
        """Write all of `data`."""
        if not self.closed:
            self._file.write(data)
            if self._flush:
                self._file.flush()
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Return the place."""
        return self._file.tell()


def refuse(url: str, flags: int, options: Sequence[Any]) -> NoReturn:
    """Be what FFmpeg opens another file with: it is not to write any but the target."""
    raise OSError(f"it would write another file, {url!r}")
