"""Koala Painter on the Commodore 64: multicolor bitmaps of 160 × 200 pixels, each two dots wide.

After *KoalaPainter file format* (Koala Technologies, 1984) and the *Commodore 64 Programmer's
Reference Guide* (1982), chapter 3, "Multi-Color Bit Map Mode"::

    0     2             8002         9002         10002  10003
    ├─────┼─────────────┼────────────┼────────────┼──────┤
    │load │ bitmap      │ screen RAM │ color RAM  │ back-│
    │$6000│ 8000 bytes  │ 1000 bytes │ 1000 bytes │ground│
    └─────┴─────────────┴────────────┴────────────┴──────┘
    A cell is 4 × 8 pixels: 8 bytes of the bitmap, one of each RAM. Two bits are one pixel:
    00 background, 01 upper half of screen RAM, 10 its lower half, 11 color RAM.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iio_core import OptionError, Resource

from ._still import Array, Still

__all__ = ["PALETTES", "KoalaReader"]

_LOAD = b"\x00\x60"
_LENGTH = 10001  # without the load address

PALETTES: dict[str, tuple[int, ...]] = {
    # Measured by Philip Timmermann ("Pepto"), Commodore VIC-II Color Analysis, 2001.
    "pepto": (
        *(0x000000, 0xFFFFFF, 0x68372B, 0x70A4B2, 0x6F3D86, 0x588D43, 0x352879, 0xB8C76F),
        *(0x6F4F25, 0x433900, 0x9A6759, 0x444444, 0x6C6C6C, 0x9AD284, 0x6C5EB5, 0x959595),
    ),
    # What FreeImage shows.
    "freeimage": (
        *(0x000000, 0xFFFFFF, 0xAA1111, 0x0CCCCC, 0xDD33DD, 0x00BB00, 0x0000CC, 0xFFFF8C),
        *(0xCC7722, 0x884400, 0xFF9988, 0x5C5C5C, 0xAAAAAA, 0x8CFFB2, 0x2794FF, 0xC4C4C4),
    ),
}
"""The 16 colors of the VIC-II, as red, green and blue; it made them for television sets."""


class KoalaReader(Still):
    """Reads a Koala picture, as it is seen: 320 dots wide.

    Parameters
    ----------
    resource : Resource
        What to read.
    palette : str, optional
        The colors: ``"pepto"`` as measured, or ``"freeimage"``. None: the numbers of the colors, 0
        to 15, of the 160 × 200 pixels that there are.
    """

    FORMAT = "KOALA"
    MOST = _LENGTH + 3

    def __init__(self, resource: Resource, *, palette: str | None = "pepto") -> None:
        super().__init__(resource)
        if palette is not None and palette not in PALETTES:
            known = ", ".join(map(repr, PALETTES))
            raise OptionError(f"palette={palette!r} is none of {known} and None")
        self._palette = palette
        self.shape = (200, 160) if palette is None else (200, 320, 3)
        self._start = 2 if self.input.data[:2] == _LOAD else 0
        length = len(self.input) - self._start
        if length != _LENGTH:
            there = f"more than {_LENGTH}" if length > _LENGTH else f"{length}"
            raise self.input.wrong(f"a Koala picture has {_LENGTH} bytes, and it {there}")

    def decode(self) -> Array:
        """Return the picture."""
        data = self.input.array(self._start, _LENGTH, "the picture")
        # (25, 40) cells of 8 rows of 4 pixels.
        bits = np.unpackbits(data[:8000].reshape(25, 40, 8, 1), axis=3).reshape(25, 40, 8, 4, 2)
        pairs = bits[..., 0] * 2 + bits[..., 1]
        screen, color = data[8000:9000].reshape(25, 40), data[9000:10000].reshape(25, 40)
        ground = np.full_like(screen, data[10000] & 15)
        choices = np.stack([ground, screen >> 4, screen & 15, color & 15], axis=-1)
        row, column = np.ogrid[:25, :40]
        chosen = choices[row[..., None, None], column[..., None, None], pairs]
        numbers: NDArray[np.uint8] = chosen.transpose(0, 2, 1, 3).reshape(200, 160)
        if self._palette is None:
            return numbers
        colors = np.array(PALETTES[self._palette], ">u4").view(np.uint8).reshape(16, 4)[:, 1:]
        shown: NDArray[Any] = colors[np.repeat(numbers, 2, axis=1)]
        return shown
