"""What a server sends, as a seekable file that is read once and kept.

A body has a ``size()``, ``read_at(offset, n)`` and ``close()``. There are two kinds: `StreamedBody`
here, of servers that send a file from its beginning only, and `RangedBody` of those that send
any part of it.
"""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from .._errors import DecodeError
from .._limits import Limits
from ._base import Positioned, Resource, copy, file_name, temporary_folder, write_all

__all__ = ["Body", "BodyFile", "NetworkResource", "StreamedBody", "new_spool"]

_PIECE = 1 << 16
_IN_MEMORY = 4 << 20


class Body(Protocol):
    """Something that can be read at any place; its size may not be known from the start."""

    known_size: int | None

    def size(self) -> int:
        """Return how long it is, if need be after reading it to its end."""

    def read_at(self, offset: int, n: int) -> bytes:
        """Return up to `n` bytes from `offset`, at least one unless that is the end."""

    def close(self) -> None:
        """Let go of the connection and of what was kept."""


def new_spool() -> IO[bytes]:
    """Return a file that stays in memory while it is small.

    Without a buffer, which a fork would copy and write twice.
    """
    return tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, prefix="iio-", buffering=0)


class StreamedBody:
    """A body that comes from its beginning only: kept as far as it was read."""

    def __init__(
        self, read: Callable[[int], bytes], size: int | None, limits: Limits, name: str
    ) -> None:
        if size is not None:
            limits.check_body(size, name=name)
        self.known_size = size
        self._read = read
        self._limits = limits
        self._name = name
        self._spool = new_spool()
        self._got = 0
        self._ended = False
        self._failure: Exception | None = None
        self._lock = threading.Lock()

    def size(self) -> int:
        """Return how long it is, if need be after reading it to its end."""
        if self.known_size is None:
            with self._lock:
                self._fill(self._limits.body_bytes + 1)
            self.known_size = self._got
        return self.known_size

    def read_at(self, offset: int, n: int) -> bytes:
        """Return up to `n` bytes from `offset`."""
        with self._lock:
            self._fill(offset + n)
            self._spool.seek(min(offset, self._got))
            return self._spool.read(n)

    def _fill(self, until: int) -> None:
        """Read on until so much is here, or the end has come."""
        while not self._ended and self._got < until:
            if self._failure is not None:  # what comes after a hole is not the file
                raise self._failure
            try:
                self._read_on()
            except BaseException as error:
                self._failure = (
                    error
                    if isinstance(error, Exception)
                    else DecodeError(f"{self._name}: reading it was interrupted; open it again")
                )
                raise

    def _read_on(self) -> None:
        piece = self._read(_PIECE)
        self._ended = not piece
        self._limits.check_body(self._got + len(piece), name=self._name)
        self._spool.seek(self._got)
        write_all(self._spool, piece)
        self._got += len(piece)

    def close(self) -> None:
        """Forget what was kept."""
        self._spool.close()


class BodyFile(Positioned):
    """A body as a file; it is read in the process that opened it."""

    def __init__(self, body: Body, limits: Limits, name: str, process: int) -> None:
        self._body = body
        self._limits = limits
        self._process = process
        self.name = name

    def _end(self) -> int:
        self._check_process()
        return self._body.size()

    def readinto(self, buffer: Any) -> int:
        self._check_process()
        data = self._body.read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def readall(self) -> bytes:
        """Return all that is left, if that may be held in memory."""
        self._check_process()
        left = max(0, self._body.size() - self._position)
        self._limits.check_body(left, name=self.name)
        pieces = []
        while piece := self._body.read_at(self._position, left):
            pieces.append(piece)
            self._position += len(piece)
        return b"".join(pieces)

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            # Both processes would read from one connection, each a part of the answer; and a
            # thread that is not in this one may have the body locked.
            raise DecodeError(f"{self.name} was opened in another process; open it in this one")


class NetworkResource(Resource):
    """A file on a server, of which no more is fetched than is read."""

    def __init__(self, name: str, filename: str, limits: Limits, body: Body) -> None:
        super().__init__(name, filename, limits)
        self.size = body.known_size
        self._body = body
        self._process = os.getpid()

    def _open(self) -> IO[bytes]:
        return io.BufferedReader(BodyFile(self._body, self.limits, self.name, self._process))

    @contextmanager
    def as_path(self) -> Iterator[Path]:
        """Give the path of a temporary copy, if the whole may be held."""
        source = self.open()
        self.limits.check_body(source.seek(0, io.SEEK_END), name=self.name)
        source.seek(0)
        with temporary_folder() as folder:
            path = Path(folder, file_name(self.filename, "resource"))
            with path.open("wb") as sink:
                copy(source, sink, limit=self.limits, name=self.name)
            yield path

    def close(self) -> None:
        """Close every handle, and the connection."""
        super().close()
        self._body.close()
