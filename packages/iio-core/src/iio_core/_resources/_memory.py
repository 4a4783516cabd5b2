"""Bytes in memory and the caller's own file objects."""

from __future__ import annotations

import io
from typing import IO, Any, cast

from .._errors import DecodeError, OptionError
from .._limits import Limits
from ._base import Positioned, Resource, Target, copy

__all__ = ["BytesResource", "BytesTarget", "FileObjectResource", "FileObjectTarget"]


class BytesResource(Resource):
    """An encoded image in memory: bytes, bytearray or memoryview."""

    def __init__(self, data: Any, limits: Limits, *, filename: str = "") -> None:
        super().__init__("<bytes>", filename, limits)
        self._data = data if isinstance(data, bytes) else bytes(memoryview(data).cast("B"))
        self.size = len(self._data)

    def head(self, n: int = 4096) -> bytes:
        """Return the first `n` bytes."""
        return self._data[:n]

    def _open(self) -> IO[bytes]:
        return io.BytesIO(self._data)


class _Borrowed(Positioned):
    """The caller's file object: closing this leaves it open, short reads are no trouble."""

    def __init__(self, file: IO[bytes], name: str, *, seekable: bool) -> None:
        self._borrowed = file
        self._name = name
        self._seekable = seekable

    def seekable(self) -> bool:
        return self._seekable

    def _end(self) -> int:
        end: int | None = self._borrowed.seek(0, io.SEEK_END)
        return self._borrowed.tell() if end is None else end

    def readinto(self, buffer: Any) -> int:
        if self._seekable:
            self._borrowed.seek(self._position)
        data = read_some(self._borrowed, len(buffer), self._name)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def read_some(file: IO[bytes], n: int, name: str) -> bytes:
    """Read up to `n` bytes of the caller's file object, of whatever quality that is."""
    try:
        data: object = file.read(n)
    except io.UnsupportedOperation as error:
        raise DecodeError(f"{name} cannot be read from; open it with mode 'rb'") from error
    if isinstance(data, str):
        raise _in_text_mode(name)
    if data is None:
        raise DecodeError(f"{name} is non-blocking and has nothing to read now")
    return bytes(data)[:n]  # type: ignore[call-overload,no-any-return]


def _in_text_mode(name: str) -> DecodeError:
    return DecodeError(f"{name} is open in text mode; open it with mode 'rb'")


class FileObjectResource(Resource):
    """A binary file object of the caller's, which is left open.

    A seekable one is read from its beginning, wherever it stands. A pipe, a socket or a response
    is read to its end into memory first, as far as `Limits.body_bytes` allows.
    """

    def __init__(self, file: IO[bytes], limits: Limits, *, filename: str | None = None) -> None:
        name = getattr(file, "name", None)
        name = name if isinstance(name, str) else None
        if isinstance(file, io.TextIOBase):
            raise _in_text_mode(name or f"<{type(file).__name__}>")
        super().__init__(
            name or f"<{type(file).__name__}>",
            (name or "") if filename is None else filename,
            limits,
        )
        self._borrowed = file
        self._spooled: bytes | None = None
        if not is_seekable(file):
            body = io.BytesIO()
            stream = io.BufferedReader(_Borrowed(file, self.name, seekable=False))
            copy(stream, body, limit=limits, name=self.name)
            self._spooled = body.getvalue()
            self.size = len(self._spooled)
        else:
            self.size = file.seek(0, io.SEEK_END)
            file.seek(0)

    def _open(self) -> IO[bytes]:
        if self._spooled is not None:
            return io.BytesIO(self._spooled)
        return io.BufferedReader(_Borrowed(self._borrowed, self.name, seekable=True))


def is_seekable(file: IO[bytes]) -> bool:
    """Tell whether a file object can be rewound, also one that only has ``read``."""
    try:
        return bool(file.seekable())
    except AttributeError:
        return hasattr(file, "seek") and hasattr(file, "tell")


class BytesTarget(Target):
    """``"<bytes>"``: the encoded file is returned to the caller."""

    def __init__(self, filename: str) -> None:
        super().__init__("<bytes>", filename)
        self.value: bytes | None = None

    def commit(self) -> None:
        """Keep the bytes."""
        self.value = cast("io.BytesIO", self.open()).getvalue()

    def abort(self) -> None:
        """Forget the bytes."""
        self._file = None


class FileObjectTarget(Target):
    """A binary file object of the caller's: written to only when all is encoded, and left open.

    Raises
    ------
    OptionError
        If it is open in text mode, or for reading.
    """

    def __init__(self, file: IO[bytes], filename: str | None = None) -> None:
        if isinstance(file, io.TextIOBase):
            raise OptionError(f"{file} is open in text mode; open it with mode 'wb'")
        name = getattr(file, "name", None)
        name = name if isinstance(name, str) else None
        super().__init__(
            name or f"<{type(file).__name__}>", (name or "") if filename is None else filename
        )
        if isinstance(file, io.IOBase) and not file.closed and not file.writable():
            raise OptionError(f"{self.name} cannot be written to; open it with mode 'wb'")
        self._borrowed = file

    def commit(self) -> None:
        """Hand the encoded file over, where the file object stands."""
        body = self.open()
        body.seek(0)
        copy(body, self._borrowed)
        if hasattr(self._borrowed, "flush"):
            self._borrowed.flush()

    def abort(self) -> None:
        """Forget the encoded file; nothing was written."""
        self._file = None
