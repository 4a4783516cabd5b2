"""Pixels of Lytro's sensors: 10 or 12 bits each, several of them in as few bytes as they fit.

Illum: four pixels in five bytes, the upper eight bits of each in a byte of its own, the lower two
of all in the fifth, those of the first pixel lowest. F01: two pixels in three bytes, big endian.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, Resource

from .._flat import fill, ranges_of, slice_of

__all__ = ["F01", "ILLUM", "Sensor"]

_ROWS = 256  # that are unpacked at once


@dataclass(frozen=True)
class Sensor:
    """What the pixels of a sensor are like.

    Parameters
    ----------
    height, width : int
        How many there are.
    bits : int
        Of a pixel, 10 or 12.
    """

    height: int
    width: int
    bits: int

    @property
    def row(self) -> int:
        """Bytes of a row."""
        return self.width * self.bits // 8

    @property
    def nbytes(self) -> int:
        """Bytes of all pixels."""
        return self.height * self.row

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.height, self.width

    def read(self, file: IO[bytes], offset: int, name: str) -> np.ndarray[Any, Any]:
        """Return all pixels, which begin at a place of a file."""
        image: np.ndarray[Any, Any] = np.empty(self.shape, np.uint16)
        file.seek(offset)
        for start in range(0, self.height, _ROWS):
            part = image[start : start + _ROWS]
            packed: np.ndarray[Any, Any] = np.empty((len(part), self.row), np.uint8)
            fill(file, packed, name)
            self._unpack(packed, part)
        return image

    def read_region(
        self, file: IO[bytes], offset: int, region: tuple[slice, ...], resource: Resource
    ) -> np.ndarray[Any, Any]:
        """Return a part; only its rows are read."""
        rows, columns = ranges_of(region, self.shape)
        if not rows:
            return np.empty((0, len(columns)), np.uint16)
        first = min(rows)
        part = Sensor(max(rows) - first + 1, self.width, self.bits)
        resource.limits.check_array(part.shape, 2, resource_size=resource.size, name=resource.name)
        image = part.read(file, offset + first * self.row, resource.name)
        inside = range(rows.start - first, rows.stop - first, rows.step)
        return np.ascontiguousarray(image[slice_of(inside), slice_of(columns)])

    def check(self, nbytes: int, name: str) -> None:
        """Raise `DecodeError` unless so many bytes are what the pixels take."""
        groups = {10: 4, 12: 2}
        if self.bits not in groups or self.width % groups[self.bits]:
            raise DecodeError(f"{name}: pixels of {self.bits} bits in rows of {self.width}")
        if nbytes != self.nbytes or not nbytes:
            raise DecodeError(
                f"{name} has {nbytes} bytes of pixels; {self.width} × {self.height} of {self.bits} "
                f"bits take {self.nbytes}"
            )

    def _unpack(self, packed: np.ndarray[Any, Any], image: np.ndarray[Any, Any]) -> None:
        if self.bits == 10:
            low = packed[:, 4::5]
            for place in range(4):
                pixels = image[:, place::4]
                pixels[...] = packed[:, place::5]
                pixels <<= 2
                pixels |= low >> (2 * place) & 3
            return
        middle = packed[:, 1::3]
        image[:, 0::2] = packed[:, 0::3]
        image[:, 0::2] <<= 4
        image[:, 0::2] |= middle >> 4
        image[:, 1::2] = middle & 15
        image[:, 1::2] <<= 8
        image[:, 1::2] |= packed[:, 2::3]


ILLUM = Sensor(5368, 7728, 10)
"""The sensor of the Lytro Illum."""

F01 = Sensor(3280, 3280, 12)
"""The sensor of the first Lytro camera."""
