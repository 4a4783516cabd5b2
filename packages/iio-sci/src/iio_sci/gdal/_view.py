"""A file as one of several that are open at once, each with a place of its own."""

from __future__ import annotations

import io
from typing import IO

__all__ = ["View"]


class View(io.RawIOBase):
    """Reads another file, and leaves it open.

    Parameters
    ----------
    file : binary file
        Which.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be seeked."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""
        base = (0, self._at, 0)[whence] if whence != 2 else self._file.seek(0, 2)
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer, as far as there is something left."""
        self._file.seek(self._at)
        done = 0
        while done < len(buffer):  # streams may return less than was asked for
            data = self._file.read(len(buffer) - done)
            if not data:
                break
            buffer[done : done + len(data)] = data
            done += len(data)
        self._at += done
        return done
