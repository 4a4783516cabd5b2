"""Arrays that stand in a file as they are: read whole, in parts, or mapped."""

from __future__ import annotations

import math
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, OptionError, Resource

__all__ = ["Flat", "fill", "has_room", "ranges_of"]

_BLOCK = 16 << 20  # bytes that a region reads at once
_PIECE = 1 << 18  # bytes that are read and turned to native byte order at once
_MOST = np.iinfo(np.intp).max
_AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
_WASTE = 4  # times what a region needs may be read to read in one piece


def has_room(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bool:
    """Whether NumPy has an array of this shape: also one without numbers may be too large."""
    sizes = math.prod(max(size, 1) for size in shape)
    return len(shape) <= _AXES and sizes * max(dtype.itemsize, 1) <= _MOST


@dataclass(frozen=True)
class Flat:
    """An array in C order at a place of a file.

    Parameters
    ----------
    offset : int
        Where it begins, in bytes.
    shape : tuple of int
        Its shape.
    dtype : numpy.dtype
        Its dtype, in the byte order of the file.
    """

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        """How many bytes of the file it takes."""
        return math.prod(self.shape) * self.dtype.itemsize

    def check(self, file: IO[bytes], name: str) -> None:
        """Raise `DecodeError` if the file ends before the array does."""
        missing = self.offset + self.nbytes - file.seek(0, os.SEEK_END)
        if missing > 0:
            raise DecodeError(
                f"{name} ends {missing} bytes before the array of shape {self.shape} and dtype "
                f"{self.dtype.name} that it declares does"
            )

    def read(self, file: IO[bytes], name: str) -> np.ndarray[Any, Any]:
        """Return the whole array, in native byte order."""
        self.check(file, name)
        file.seek(self.offset)
        array: np.ndarray[Any, Any] = np.empty(self.shape, self.dtype)
        if self.dtype.isnative or self.dtype.names or not array.size:
            fill(file, array, name)
            return native(array)
        # Each piece is turned while it is still in the processor's cache.
        flat = array.reshape(-1)
        step = max(1, _PIECE // self.dtype.itemsize)
        for start in range(0, flat.size, step):
            piece = flat[start : start + step]
            fill(file, piece, name)
            piece.byteswap(inplace=True)
        return array.view(self.dtype.newbyteorder("="))

    def read_checked(
        self, file: IO[bytes], name: str, checksum: int
    ) -> tuple[np.ndarray[Any, Any], int]:
        """Return the whole array, in native byte order, and the CRC-32 up to its end.

        Parameters
        ----------
        file : binary file
            What to read.
        name : str
            How messages call it.
        checksum : int
            That of what stands before it.
        """
        self.check(file, name)
        file.seek(self.offset)
        array: np.ndarray[Any, Any] = np.empty(self.shape, self.dtype)
        if array.nbytes:
            flat = array.reshape(-1).view(np.uint8)
            for start in range(0, flat.size, _PIECE):  # while it is in the processor's cache
                piece = flat[start : start + _PIECE]
                fill(file, piece, name)
                checksum = zlib.crc32(piece.data, checksum)
        return native(array), checksum

    def read_region(
        self, file: IO[bytes], region: tuple[slice, ...], resource: Resource
    ) -> np.ndarray[Any, Any]:
        """Return ``read()[region]``, and read of the file little else."""
        self.check(file, resource.name)
        wanted = ranges_of(region, self.shape)
        if not wanted:  # one number
            return self.read(file, resource.name)
        shape = tuple(map(len, wanted))
        resource.limits.check_array(
            shape, self.dtype.itemsize, resource_size=resource.size, name=resource.name
        )
        part: np.ndarray[Any, Any] = np.empty(shape, self.dtype.newbyteorder("="))
        if part.size:
            self._fill_region(file, self.offset, self.shape, wanted, part, resource.name)
        return part

    def _fill_region(
        self,
        file: IO[bytes],
        offset: int,
        shape: tuple[int, ...],
        wanted: list[range],
        part: np.ndarray[Any, Any],
        name: str,
    ) -> None:
        inner = shape[1:]
        row = math.prod(inner) * self.dtype.itemsize
        needed = math.prod(_span(r) for r in wanted[1:]) * self.dtype.itemsize
        if inner and needed * _WASTE < row:  # rows of which little is wanted: piece by piece
            for place, number in enumerate(wanted[0]):
                start = offset + number * row
                self._fill_region(file, start, inner, wanted[1:], part[place], name)
            return
        inside = tuple(slice_of(r) for r in wanted[1:])
        for places in _blocks(wanted[0], max(1, _BLOCK // max(row, 1))):
            numbers = wanted[0][places]
            first, last = min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1])
            rows: np.ndarray[Any, Any] = np.empty((last - first + 1, *inner), self.dtype)
            file.seek(offset + first * row)
            fill(file, rows, name)
            part[places] = rows[:: wanted[0].step][(slice(None), *inside)]

    def mapped(self, resource: Resource) -> np.ndarray[Any, Any]:
        """Return a memory map of the array: what is written to it stays in memory.

        Raises
        ------
        OptionError
            If the resource is no file of its own.
        """
        with resource.as_path() as path:
            if path != Path(resource.filename):  # a temporary copy
                raise OptionError(f"memmap=True: {resource.name} is not a file on this machine")
            if not self.nbytes:
                return np.empty(self.shape, self.dtype)
            with path.open("rb") as file:
                self.check(file, resource.name)
            return np.memmap(path, self.dtype, "c", self.offset, self.shape)


def fill(file: IO[bytes], array: np.ndarray[Any, Any], name: str) -> None:
    """Read as many bytes as an array in C order has, into it."""
    if not array.nbytes:
        return
    view = array.reshape(-1).view(np.uint8).data
    done = 0
    while done < len(view):
        count = _read_into(file, view[done : done + _BLOCK])
        if not count:
            raise DecodeError(f"{name} ends {len(view) - done} bytes before its pixels do")
        done += count


def _read_into(file: IO[bytes], view: memoryview) -> int:
    readinto = getattr(file, "readinto", None)
    if readinto is not None:
        return int(readinto(view) or 0)
    data = file.read(len(view))
    view[: len(data)] = data
    return len(data)


def native(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array of ours in the machine's byte order, without a copy."""
    if array.dtype.names:
        # NumPy says that they are native if a field is an array, whatever its order.
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype.isnative:
        return array
    return array.byteswap(inplace=True).view(array.dtype.newbyteorder("="))


def ranges_of(region: tuple[slice, ...], shape: tuple[int, ...]) -> list[range]:
    """Return which numbers along each axis a region of slices takes.

    Raises
    ------
    OptionError
        If the array has fewer axes than the region.
    """
    if len(region) > len(shape):
        raise OptionError(f"region={region!r} has more axes than the image, of shape {shape}")
    whole = (*region, *(slice(None),) * (len(shape) - len(region)))
    return [range(*part.indices(length)) for part, length in zip(whole, shape, strict=True)]


def slice_of(numbers: range) -> slice:
    """Return the slice that takes the numbers of a range."""
    if not numbers:
        return slice(0, 0)
    stop = numbers.stop if numbers.step > 0 or numbers.stop >= 0 else None
    return slice(numbers.start, stop, numbers.step)


def _span(numbers: range) -> int:
    return abs(numbers[-1] - numbers[0]) + 1 if numbers else 0


def _blocks(numbers: range, most: int) -> list[slice]:
    """Part a range so that each part spans at most so many numbers."""
    count = max(1, most // abs(numbers.step))
    return [slice(i, min(i + count, len(numbers))) for i in range(0, len(numbers), count)]
