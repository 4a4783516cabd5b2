"""Wireless bitmaps: black and white, for telephones.

After *Wireless Application Environment Specification* (WAP-190-WAESpec), section 6, "WBMP",
and appendix A. There is one type, 0::

    ├──────┬──────────┬───────┬────────┬──────────────────────────────┤
    │ type │ fix      │ width │ height │ rows of bits, 1 is white,    │
    │ 0    │ header 0 │ 1-5   │ 1-5    │ each begins with a new byte  │
    └──────┴──────────┴───────┴────────┴──────────────────────────────┘
    type, width and height: 7 bits a byte, the highest bit says that another byte follows
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from iio_core import Resource

from ._bits import pack, row_bytes, unpack_bits
from ._output import StillWriter
from ._still import Array, Still

__all__ = ["WbmpReader", "WbmpWriter"]

_LONGEST = 5  # bytes of a number of 32 bits


class WbmpReader(Still):
    """Reads a wireless bitmap."""

    FORMAT = "WBMP"
    dtype = "bool"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        kind, place = self._number(0, "the type")
        if kind:
            raise self.input.wrong(f"a bitmap of type {kind}; there is only type 0")
        (fixed,) = self.input.part(place, 1, "the header")
        if fixed & 0x80:
            raise self.input.wrong("a bitmap of type 0 has no extension headers, and it says so")
        width, place = self._number(place + 1, "the width")
        height, self._pixels = self._number(place, "the height")
        self.input.size(width, height)
        self.shape = (height, width)
        self._stride = row_bytes(width, 1)
        self.input.check(self._pixels, height * self._stride, "the rows")

    def _number(self, place: int, what: str) -> tuple[int, int]:
        """Return a number of several bytes, and where it ends."""
        number = 0
        for used in range(1, _LONGEST + 1):
            (byte,) = self.input.part(place + used - 1, 1, what)
            number = number << 7 | byte & 0x7F
            if byte < 0x80:
                return number, place + used
        raise self.input.wrong(f"{what} is a number of more than {_LONGEST} bytes")

    def decode(self) -> Array:
        """Return the pixels; True is white."""
        height, width = self.shape
        rows = self.input.array(self._pixels, height * self._stride, "the rows")
        return unpack_bits(rows.reshape(height, self._stride), width)


class WbmpWriter(StillWriter):
    """Writes a wireless bitmap."""

    FORMAT = "WBMP"

    def write(self, image: Array, *, metadata: Mapping[str, object] | None = None) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` of bool; True is white.
        metadata : mapping, optional
            Left out, with a warning: the format has no room for it.
        """
        if image.ndim != 2 or image.dtype != np.bool_:
            hint = "image > 127 makes bits of gray"
            raise self.refused(image, "bool of shape (height, width)", hint)
        self.begin(image, metadata)
        height, width = image.shape
        self.save(b"\0\0", _bytes(width), _bytes(height), pack(image))


def _bytes(number: int) -> bytes:
    """Return a number as the format writes it."""
    parts = [number & 0x7F]
    while number := number >> 7:
        parts.append(number & 0x7F | 0x80)
    return bytes(parts[::-1])
