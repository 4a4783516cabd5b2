"""The bytes of a file, and the only ways in which the decoders look at them: all bounded."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from iio_core import DecodeError, Resource

__all__ = ["Bytes", "Input"]

Bytes = NDArray[np.uint8]

_CHUNK = 1 << 20


class Input:
    """A file that is held whole.

    Parameters
    ----------
    resource : Resource
        Where it comes from. What may be held of it is limited.
    format : str
        The name of its format, for messages.
    most : int, optional
        How many bytes at most a file of this format has any use for; the others are not read.

    Attributes
    ----------
    data : bytes
        The file.
    """

    def __init__(self, resource: Resource, format: str, *, most: int | None = None) -> None:
        self.name = resource.name
        self.format = format
        self.resource = resource
        self.data = _whole(resource, most)

    def inside(self, data: bytes) -> Input:
        """Return a part of the file, unpacked, as if it were a file of its own."""
        made = Input.__new__(Input)
        made.name, made.format, made.resource, made.data = *self._who, data
        return made

    @property
    def _who(self) -> tuple[str, str, Resource]:
        return self.name, self.format, self.resource

    def __len__(self) -> int:
        return len(self.data)

    def wrong(self, what: str) -> DecodeError:
        """Return the error for a file that is not as its format has it."""
        return DecodeError(f"{self.name}: {what}", plugin="retro", format=self.format)

    def part(self, start: int, length: int, what: str) -> bytes:
        """Return bytes that have to be there."""
        self.check(start, length, what)
        return self.data[start : start + length]

    def array(self, start: int, length: int, what: str) -> Bytes:
        """Return bytes that have to be there as a view that cannot be written to."""
        self.check(start, length, what)
        return np.frombuffer(self.data, np.uint8, length, start)

    def unpack(self, layout: struct.Struct, start: int, what: str) -> tuple[Any, ...]:
        """Return the numbers of a structure that has to be there."""
        self.check(start, layout.size, what)
        return layout.unpack_from(self.data, start)

    def check(self, start: int, length: int, what: str) -> None:
        """Raise `DecodeError` unless there are so many bytes from `start` on."""
        if start < 0 or length < 0 or start + length > len(self.data):
            there = max(0, len(self.data) - max(start, 0))
            raise self.wrong(f"{what}: {length} bytes at {start} are declared, {there} are there")

    def charge(self, *shape: int, itemsize: int = 1) -> None:
        """Raise `LimitError` if an array that is made on the way may not be so large."""
        self.resource.limits.check_array(
            shape, itemsize, resource_size=len(self.data), name=self.name
        )

    def size(self, width: int, height: int) -> None:
        """Raise `DecodeError` for a size that no image has."""
        if width < 1 or height < 1:
            raise self.wrong(f"it declares {width} × {height} pixels, which is no image")


def _whole(resource: Resource, most: int | None) -> bytes:
    """Return the bytes of a resource, chunk by chunk, so that the limits can stop it."""
    file = resource.open()
    if most is not None:
        return file.read(most)
    parts = []
    done = 0
    while part := file.read(_CHUNK):
        done += len(part)
        resource.limits.check_body(done, name=resource.name)
        parts.append(part)
    return b"".join(parts)
