"""One array in NumPy's format, by itself in a file or packed in an archive."""

from __future__ import annotations

import math
import zipfile
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, ImageProperties, OptionError, Resource

from .._flat import Flat, fill, native, ranges_of, slice_of
from ._archive import unpacking
from ._header import Header, read_header

__all__ = ["Packed", "Plain", "describe", "turned"]

_CHUNK = 1 << 20
# Deflate packs at most 1032 bytes into one.
_RATIO = 1040


class Plain:
    """An array that stands in a file as it is.

    Parameters
    ----------
    resource : Resource
        For its limits, and to map it.
    file : binary file
        What holds it.
    offset : int
        Where its header begins.
    name : str
        How messages call it.
    """

    def __init__(self, resource: Resource, file: IO[bytes], offset: int, name: str) -> None:
        self._resource, self._file, self._name = resource, file, name
        file.seek(offset)
        self.header = read_header(file, name)
        self._flat = Flat(offset + self.header.length, _stored(self.header), self.header.dtype)

    def read(self) -> np.ndarray[Any, Any]:
        """Return the array."""
        return turned(self._flat.read(self._file, self._name), self.header)

    def read_region(self, region: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Return a part of it, and read little else."""
        ranges_of(region, self.header.shape)
        if self.header.fortran:
            missing = len(self.header.shape) - len(region)
            region = (*(slice(None),) * missing, *region[::-1])
        part = self._flat.read_region(self._file, region, self._resource)
        return turned(part, self.header)

    def mapped(self) -> np.ndarray[Any, Any]:
        """Return a memory map of it."""
        return turned(self._flat.mapped(self._resource), self.header)


class Packed:
    """An array that is deflated in an archive.

    Parameters
    ----------
    resource : Resource
        For its limits.
    archive : zipfile.ZipFile
        What holds it.
    info : zipfile.ZipInfo
        Where.
    name : str
        How messages call it.
    """

    def __init__(
        self, resource: Resource, archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str
    ) -> None:
        self._resource, self._archive, self._info, self._name = resource, archive, info, name
        with unpacking(name), archive.open(info) as file:
            self.header = read_header(file, name)
        there = info.file_size - self.header.length
        if self.header.nbytes > min(there, info.compress_size * _RATIO):
            raise DecodeError(
                f"{name} declares an array of {self.header.nbytes} bytes; the archive has "
                f"{min(there, info.compress_size * _RATIO)} at most"
            )

    def read(self) -> np.ndarray[Any, Any]:
        """Return the array; its checksum is right."""
        array: np.ndarray[Any, Any] = np.empty(_stored(self.header), self.header.dtype)
        with unpacking(self._name), self._archive.open(self._info) as file:
            file.read(self.header.length)
            fill(file, array, self._name)
            while file.read(_CHUNK):
                pass  # zipfile compares the checksum at the end
        return turned(native(array), self.header)

    def read_region(self, region: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Return a part of it; memory stays at that part and a little more."""
        stored = _stored(self.header)
        wanted = ranges_of(region, self.header.shape)
        if self.header.fortran:
            wanted = wanted[::-1]
        shape = tuple(map(len, wanted))
        itemsize = self.header.dtype.itemsize
        self._resource.limits.check_array(
            shape, itemsize, resource_size=self._resource.size, name=self._name
        )
        part: np.ndarray[Any, Any] = np.empty(shape, self.header.dtype)
        if part.size and not shape:
            return self.read()
        if part.size:
            self._fill(part, wanted, math.prod(stored[1:]) * itemsize, stored[1:])
        return turned(native(part), self.header)

    def _fill(
        self,
        part: np.ndarray[Any, Any],
        wanted: list[range],
        row: int,
        inner: tuple[int, ...],
    ) -> None:
        """Unpack row after row, and keep what is wanted of it."""
        inside = tuple(slice_of(r) for r in wanted[1:])
        places = {number: place for place, number in enumerate(wanted[0])}
        one: np.ndarray[Any, Any] = np.empty(inner, self.header.dtype)
        with unpacking(self._name), self._archive.open(self._info) as file:
            file.read(self.header.length)
            at = 0
            for number in sorted(places):
                _skip(file, (number - at) * row)
                fill(file, one, self._name)
                part[places[number]] = one[inside]
                at = number + 1

    def mapped(self) -> np.ndarray[Any, Any]:
        """Refuse: what is packed cannot be mapped."""
        raise OptionError(f"memmap=True: {self._name} is compressed")


def _stored(header: Header) -> tuple[int, ...]:
    """Return the shape in which the numbers stand in the file, the last axis fastest."""
    return header.shape[::-1] if header.fortran else header.shape


def turned(array: np.ndarray[Any, Any], header: Header) -> np.ndarray[Any, Any]:
    """Return an array as it was saved, for one as it stands in the file."""
    return array.T if header.fortran else array


def _skip(file: IO[bytes], count: int) -> None:
    while count > 0:
        data = file.read(min(count, _CHUNK))
        if not data:
            return  # the next row will find nothing, and say so
        count -= len(data)


def describe(header: Header, *, mapped: bool) -> ImageProperties:
    """Return the properties of an array; one that is mapped keeps its byte order."""
    return ImageProperties(header.shape, header.dtype if mapped else header.dtype.newbyteorder("="))
