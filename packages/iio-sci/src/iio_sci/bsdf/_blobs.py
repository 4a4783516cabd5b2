"""Blobs, and the arrays that are made of them: known by their place, read when asked for.

BSDF 2.2, data type ``b``: allocated size, used size and size of the unpacked data, compression
(0 none, 1 zlib, 2 bz2), an MD5 if the next byte is 0xFF, padding, and the bytes.
"""

from __future__ import annotations

import bz2
import hashlib
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, OptionError, Resource

from .._flat import Flat, fill, native, ranges_of, slice_of

__all__ = ["Blob", "Stored"]

_Seen = Callable[[bytes | memoryview], None]
_PIECE = 1 << 18
_RATIO = 1040  # what deflate packs into one byte at most, and a little


@dataclass(frozen=True)
class Blob:
    """A blob in a file.

    Parameters
    ----------
    offset : int
        Where its bytes begin.
    used : int
        How many there are.
    size : int
        How many they are unpacked.
    compression : int
        0, 1 for zlib or 2 for bz2.
    checksum : bytes
        The MD5 of the bytes, or empty.
    """

    offset: int
    used: int
    size: int
    compression: int
    checksum: bytes

    def unpack(self, file: IO[bytes], into: memoryview, name: str) -> None:
        """Unpack all of it into memory that is as long as it says.

        Raises
        ------
        DecodeError
            If it is cut, damaged, or not as long.
        """
        if len(into) != self.size:
            raise DecodeError(f"{name}: a blob of {self.size} bytes holds {len(into)} of pixels")
        if self.compression == 0 and self.used != self.size:
            raise DecodeError(f"{name}: a blob of {self.used} bytes says that it is {self.size}")
        if self.compression == 1 and self.size > self.used * _RATIO:
            raise DecodeError(f"{name}: {self.used} bytes of zlib cannot be {self.size} unpacked")
        file.seek(self.offset)
        digest = hashlib.md5(usedforsecurity=False)
        if not self.compression:
            self._copy(file, into, digest.update if self.checksum else None, name)
        else:
            self._unpack(file, into, digest.update if self.checksum else None, name)
        if self.checksum and digest.digest() != self.checksum:
            raise DecodeError(f"{name}: a blob is damaged: its checksum is wrong")

    def read(self, file: IO[bytes], name: str) -> bytes:
        """Return its bytes, unpacked."""
        data = bytearray(self.size)
        self.unpack(file, memoryview(data), name)
        return bytes(data)

    def _copy(self, file: IO[bytes], into: memoryview, seen: _Seen | None, name: str) -> None:
        """Read what is not packed."""
        for start in range(0, self.size, _PIECE):
            piece = into[start : start + _PIECE]
            fill(file, np.frombuffer(piece, np.uint8), name)
            if seen is not None:
                seen(piece)

    def _unpack(self, file: IO[bytes], into: memoryview, seen: _Seen | None, name: str) -> None:
        """Read what is packed, a piece at a time."""
        unpacker = _Zlib() if self.compression == 1 else _Bz2()
        left, done = self.used, 0
        while left or done < self.size:
            piece = b""
            if left and (unpacker.is_hungry or done == self.size):
                piece = file.read(min(left, _PIECE))
                if not piece:
                    raise DecodeError(f"{name} ends {left} bytes before a blob does")
                left -= len(piece)
                if seen is not None:
                    seen(piece)
            try:
                fresh = unpacker.more(piece, self.size - done)
            except (zlib.error, OSError) as error:
                raise DecodeError(f"{name}: a blob is damaged: {error}") from error
            into[done : done + len(fresh)] = fresh
            done += len(fresh)
            if not left and not fresh and done < self.size:
                raise DecodeError(f"{name}: a blob of {self.size} bytes unpacks to {done}")


class _Zlib:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj()

    @property
    def is_hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    def more(self, packed: bytes, most: int) -> bytes:
        packed = self._inner.unconsumed_tail + packed
        # zlib takes 0 for no limit.
        return self._inner.decompress(packed, min(most, _PIECE * 16)) if most else b""


class _Bz2:
    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def is_hungry(self) -> bool:
        return self._inner.eof or self._inner.needs_input

    def more(self, packed: bytes, most: int) -> bytes:
        if self._inner.eof or not most:
            return b""
        return self._inner.decompress(packed, min(most, _PIECE * 16))


@dataclass(frozen=True)
class Stored:
    """An array that is a blob: extension ``ndarray``.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    dtype : numpy.dtype
        Its dtype, little endian.
    blob : Blob
        Its numbers, the last axis fastest.
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    blob: Blob

    @property
    def nbytes(self) -> int:
        """How many bytes of numbers it has."""
        return math.prod(self.shape) * self.dtype.itemsize

    def read(self, file: IO[bytes], name: str) -> np.ndarray[Any, Any]:
        """Return the array."""
        if self.blob.size != self.nbytes:
            raise DecodeError(
                f"{name} declares an array of shape {self.shape} and dtype {self.dtype}, in a blob "
                f"of {self.blob.size} bytes"
            )
        array: np.ndarray[Any, Any] = np.empty(self.shape, self.dtype)
        if array.size:
            self.blob.unpack(file, array.reshape(-1).view(np.uint8).data, name)
        return native(array)

    def read_region(
        self, file: IO[bytes], region: tuple[slice, ...], resource: Resource
    ) -> np.ndarray[Any, Any]:
        """Return a part of it; if it is not compressed, little else is read."""
        if flat := self._flat():
            return flat.read_region(file, region, resource)
        wanted = ranges_of(region, self.shape)
        resource.limits.check_array(
            self.shape, self.dtype.itemsize, resource_size=resource.size, name=resource.name
        )
        whole = self.read(file, resource.name)
        return np.ascontiguousarray(whole[tuple(map(slice_of, wanted))])

    def mapped(self, resource: Resource) -> np.ndarray[Any, Any]:
        """Return a memory map of it."""
        if flat := self._flat():
            return flat.mapped(resource)
        raise OptionError(f"memmap=True: the image of {resource.name} is compressed")

    def _flat(self) -> Flat | None:
        if self.blob.compression or not self.blob.used == self.blob.size == self.nbytes:
            return None
        return Flat(self.blob.offset, self.shape, self.dtype)
