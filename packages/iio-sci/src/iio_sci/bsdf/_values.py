"""Values of a BSDF file, one after the other: BSDF 2.2, "Data types".

A value is a letter for its type, in upper case if a name of an extension follows, and then what it
holds. Numbers are little endian; a size is a byte, or 253 and eight bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import IO, Any, ClassVar

import numpy as np

from iio_core import DecodeError, LimitError

from .._flat import has_room
from ._blobs import Blob, Stored

__all__ = ["CLOSED", "OPEN", "Extended", "Values"]

CLOSED, OPEN = 254, 255
"""The sizes of lists that were streamed, and whose length was or was not known in the end."""

_LONG = 253
_PAIRS = [[one, other] for one in (int, float) for other in (int, float)]
_FARTHEST = (1 << 63) - 1  # of a file, where an offset has 64 bits
_DEEPEST = 64
_COST = 64  # bytes that any value is taken for


class Extended:
    """A value of an extension that is nobody's here but the reader's: an image.

    Parameters
    ----------
    name : str
        The extension.
    value : object
        What it is made of.
    """

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value


class Values:
    """A cursor over the values of a file.

    Parameters
    ----------
    file : binary file
        What to read; it is never asked for its end.
    name : str
        How messages call it.
    budget : int
        How many bytes of values may be held in memory.
    """

    def __init__(self, file: IO[bytes], name: str, budget: int) -> None:
        self._file, self._name, self._budget = file, name, budget
        self.position = 0

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        data = b""
        while len(data) < count:
            more = self._file.read(count - len(data))
            if not more:
                raise DecodeError(f"{self._name} ends within a value")
            data += more
        self.position += count
        return data

    def seek(self, position: int) -> None:
        """Go on from a place."""
        if position > _FARTHEST:
            raise DecodeError(f"{self._name} ends within a value: it goes on at byte {position}")
        self._file.seek(position)
        self.position = position

    def ended(self) -> bool:
        """Whether there are no more bytes."""
        here = self._file.read(1)
        self._file.seek(self.position)
        return not here

    def kind(self) -> tuple[str, str]:
        """Return a value's type, and its extension if it has one."""
        letter = self.take(1)
        lower = letter.lower()
        if letter == lower:
            return lower.decode("latin-1"), ""
        return lower.decode("latin-1"), self._text(self.take(1)[0])

    def size(self) -> int:
        """Return a size."""
        first = self.take(1)[0]
        return self.long() if first == _LONG else first

    def long(self) -> int:
        """Return a number of eight bytes."""
        return int(struct.unpack("<Q", self.take(8))[0])

    def value(self, depth: int = 0) -> Any:
        """Return the next value; blobs and arrays stay in the file."""
        kind, extension = self.kind()
        return self.of_kind(kind, extension, depth)

    def of_kind(self, kind: str, extension: str, depth: int = 0) -> Any:
        """Return the value whose type has been read."""
        if depth > _DEEPEST:
            raise DecodeError(f"{self._name}: values are nested more than {_DEEPEST} deep")
        read = self._KINDS.get(kind)
        if read is None:
            raise DecodeError(f"{self._name}: there is no type {kind!r} of BSDF")
        self._spend(_COST)
        value = read(self, depth)
        return self._extended(extension, value) if extension else value

    def _number(self: str) -> Callable[[Values, int], Any]:  # type: ignore[misc]
        packed = struct.Struct(self)

        def read(self: Values, depth: int) -> Any:
            return packed.unpack(self.take(packed.size))[0]

        return read

    def _string(self, depth: int) -> str:
        return self._text(self.size())

    def _list(self, depth: int) -> list[Any]:
        first = self.take(1)[0]
        if first in (CLOSED, OPEN):
            count = self.long()
            if first == OPEN:
                found = []
                while not self.ended():
                    found.append(self.value(depth + 1))
                return found
        else:
            count = self.long() if first == _LONG else first
        self._spend(count)  # each has one byte at least
        return [self.value(depth + 1) for _ in range(count)]

    def _mapping(self, depth: int) -> dict[str, Any]:
        count = self.size()
        self._spend(2 * count)
        found = {}
        for _ in range(count):
            key = self._text(self.size())
            found[key] = self.value(depth + 1)
        return found

    def _blob(self, depth: int) -> Blob:
        allocated, used, size = self.size(), self.size(), self.size()
        compression = self.take(1)[0]
        if compression > 2 or used > allocated:
            raise DecodeError(
                f"{self._name}: a blob of {used} bytes in {allocated}, compression {compression}"
            )
        checksum = self.take(16) if self.take(1)[0] else b""
        self.take(self.take(1)[0])
        blob = Blob(self.position, used, size, compression, checksum)
        self.seek(self.position + allocated)
        return blob

    def _text(self, length: int) -> str:
        self._spend(length)
        data = self.take(length)
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DecodeError(f"{self._name}: a text is damaged: {error}") from error

    def _extended(self, name: str, value: Any) -> Any:
        if name == "c" and isinstance(value, list) and [type(n) for n in value] in _PAIRS:
            return complex(*value)
        if name == "ndarray" and isinstance(value, dict):
            return self._stored(value)
        return Extended(name, value)

    def _stored(self, value: dict[str, Any]) -> Stored:
        shape, dtype, blob = value.get("shape"), value.get("dtype"), value.get("data")
        if not (
            isinstance(shape, list)
            and all(type(n) is int and n >= 0 for n in shape)
            and isinstance(dtype, str)
            and isinstance(blob, Blob)
        ):
            raise DecodeError(f"{self._name}: an array has no shape, dtype or data")
        try:
            kind = np.dtype(dtype)
        except (TypeError, ValueError, SyntaxError) as error:
            raise DecodeError(f"{self._name}: an array has the dtype {dtype!r:.100}") from error
        if kind.kind not in "biufc":
            raise DecodeError(f"{self._name}: an array of {dtype} is not an image")
        if not has_room(tuple(shape), kind):
            raise DecodeError(f"{self._name}: an array of shape {shape!r:.100} is too large")
        little = kind.newbyteorder("<") if kind.isnative else kind
        return Stored(tuple(shape), little, blob)

    def _spend(self, cost: int) -> None:
        self._budget -= cost
        if self._budget < 0:
            raise LimitError(
                f"{self._name} has more values than iio.limits(metadata_bytes=...) allows"
            )

    _KINDS: ClassVar[dict[str, Callable[[Values, int], Any]]] = {
        "v": lambda self, depth: None,
        "y": lambda self, depth: True,
        "n": lambda self, depth: False,
        "h": _number("<h"),
        "i": _number("<q"),
        "f": _number("<f"),
        "d": _number("<d"),
        "s": _string,
        "l": _list,
        "m": _mapping,
        "b": _blob,
    }
