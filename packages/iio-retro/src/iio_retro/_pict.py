"""Pictures of the Macintosh: the bitmaps that are in them.

After *Inside Macintosh: Imaging With QuickDraw* (Apple, 1994), appendix A, "Picture Opcodes", and
table A-2. Numbers are big-endian::

    ├──────────────┬──────┬────────────────────┬─ version 1: 11 01 ──────────────────┬───────────┐
    │ 512 bytes of │ size │ frame:             │  or 2: 0011 02ff 0c00 and 24 bytes  │ opcodes   │
    │ no use       │      │ top left bottom rt │                                     │ …  (00)ff │
    └──────────────┴──────┴────────────────────┴─────────────────────────────────────┴───────────┘
    An opcode has one byte in version 1; two in version 2, where it begins at an even place. Those
    that draw bitmaps are told in iio_retro._pict_bitmaps; how long the others are, below.

A picture of one bitmap is that bitmap; several of the same scale (bands) are put together. Lines,
shapes and text are left out, with a warning.
"""

from __future__ import annotations

import struct

import numpy as np

from iio_core import ImageProperties, Index, Resource, warn

from ._pict_bitmaps import Bitmap, read_bitmap, read_quicktime
from ._still import Array, Still

__all__ = ["PictReader"]

_SECTOR = 512
_FRAME = struct.Struct(">H4h")
_WORD, _LONG = struct.Struct(">H"), struct.Struct(">I")
_END, _HEADER, _QUICKTIME = 0xFF, 0x0C00, 0x8200
_BITMAPS = frozenset({0x90, 0x91, 0x98, 0x99, 0x9A, 0x9B})
# frame, paint, erase, invert, fill: of these erasing leaves the white that is there.
_DRAWN = {
    *range(0x20, 0x24),
    *range(0x28, 0x2C),
    *(kind + verb for kind in range(0x30, 0x90, 8) for verb in (0, 1, 3, 4)),
}
_FIXED = {
    **dict.fromkeys((0x02, 0x09, 0x0A, 0x10, 0x20), 8),
    **dict.fromkeys((0x03, 0x05, 0x08, 0x0D, 0x15, 0x16, 0x23, 0xA0), 2),
    **dict.fromkeys((0x06, 0x07, 0x0B, 0x0C, 0x0E, 0x0F, 0x21), 4),
    **dict.fromkeys((0x1A, 0x1B, 0x1D, 0x1F, 0x22), 6),
    **dict.fromkeys((0x04, 0x11), 1),
    **{kind + verb: 8 for kind in (0x30, 0x40, 0x50) for verb in range(8)},
    **{0x60 + verb: 12 for verb in range(8)},
    **{0x68 + verb: 4 for verb in range(8)},
}
# The length of the text behind them is their last byte.
_TEXTS = {0x28: 5, 0x29: 2, 0x2A: 2, 0x2B: 3}


class PictReader(Still):
    """Reads a picture."""

    FORMAT = "PICT"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._bitmaps: list[Bitmap] = []
        self._drawn = 0
        place = self._begin()
        self._walk(place)
        if not self._bitmaps:
            raise self.input.wrong(
                "it is drawn with lines, shapes and text only, which is not read; LibreOffice "
                "converts such pictures"
            )
        self._together = len(self._bitmaps) > 1 and self._fits()
        if not self._together:
            return
        self._left = min(b.target[1] for b in self._bitmaps)
        self._top = min(b.target[0] for b in self._bitmaps)
        width = max(b.target[3] for b in self._bitmaps) - self._left
        height = max(b.target[2] for b in self._bitmaps) - self._top
        self.shape = (height, width, 3)

    def _begin(self) -> int:
        """Find the beginning; return where the opcodes are."""
        for start in (_SECTOR, 0):
            head = self.input.data[start : start + 18]
            if head[10:16] == b"\x00\x11\x02\xff\x0c\x00" or head[10:12] == b"\x11\x01":
                self._start = start
                self._wide = head[10] == 0
                _, top, left, bottom, right = _FRAME.unpack(head[:10])
                self._size = bottom - top, right - left
                return start + 10
        raise self.input.wrong("it does not begin as a picture of QuickDraw")

    def _walk(self, place: int) -> None:
        """Go through the opcodes to the end of the picture."""
        input = self.input
        while True:
            if self._wide:
                place += (place - self._start) % 2
                (code,) = input.unpack(_WORD, place, "an opcode")
                place += 2
            else:
                (code,) = input.part(place, 1, "an opcode")
                place += 1
            if code == _END:
                return
            if code in _BITMAPS:
                bitmap, place = read_bitmap(input, code, place)
                self._bitmaps.append(bitmap)
            elif code == _QUICKTIME:
                length = self._after(place, _LONG)
                image = read_quicktime(input, place + 4, length)
                if image is not None:
                    self._bitmaps.append(image)
                    # What follows an image of the whole is for those who cannot decode it.
                    if image.drawn_size == self._size:
                        return
                self._drawn += image is None
                place += 4 + length
            else:
                self._drawn += code in _DRAWN
                length = self._length(code, place)
                input.check(place, length, f"the opcode {code:#06x}")
                place += length

    def _length(self, code: int, place: int) -> int:
        """Return how many bytes the data of an opcode have."""
        if code == 0x11 and self._wide:
            return 2
        if code in _FIXED:
            return _FIXED[code]
        if code == 0x01 or 0x70 <= code <= 0x77 or 0x80 <= code <= 0x87:
            return max(2, self._after(place, _WORD))
        if code in _TEXTS:
            (count,) = self.input.part(place + _TEXTS[code] - 1, 1, "a text")
            return _TEXTS[code] + count
        if code == 0xA1:
            return 4 + self._after(place + 2, _WORD)
        if 0x24 <= code <= 0x2F or 0x92 <= code <= 0x9F or 0xA2 <= code <= 0xAF:
            return 2 + self._after(place, _WORD)
        if 0x12 <= code <= 0x14:
            raise self.input.wrong("patterns of many colors are not read")
        if 0xD0 <= code <= 0xFE or code >= 0x8100:
            return 4 + self._after(place, _LONG)
        if 0x100 <= code < 0x8000:
            return 24 if code == _HEADER else (code >> 8) * 2
        return 0

    def _after(self, place: int, layout: struct.Struct) -> int:
        (number,) = self.input.unpack(layout, place, "an opcode")
        length: int = number
        return length

    def _fits(self) -> bool:
        """Whether all bitmaps are drawn dot by dot."""
        return all(b.shape[:2] == b.drawn_size for b in self._bitmaps)

    def count(self) -> int:
        """Return 1; of several bitmaps of different scales, how many there are."""
        return 1 if self._together else len(self._bitmaps)

    def read(self, *, index: Index = None) -> Array:
        """Decode the picture.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` of bool for black and white, else ``(height, width, 3)`` of uint8,
            or 4 if the bitmap has alpha.
        """
        number = self.number(index)
        if self._drawn:
            warn(f"{self.input.name}: {self._drawn} lines, shapes or texts are left out")
        if not self._together:
            return self._bitmaps[number].pixels()
        canvas = np.full(self.shape, 255, np.uint8)
        for bitmap in self._bitmaps:
            pixels = bitmap.pixels()
            if pixels.ndim == 2:
                pixels = pixels[..., None] * np.uint8(255)
            top, left = bitmap.target[0] - self._top, bitmap.target[1] - self._left
            height, width = pixels.shape[:2]
            canvas[top : top + height, left : left + width] = pixels[..., :3]
        return canvas

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe the picture."""
        number = self.number(index)
        if self._together:
            return self.described(self.shape)
        bitmap = self._bitmaps[number]
        axes = "YX" if len(bitmap.shape) == 2 else "YXS"
        return ImageProperties(bitmap.shape, np.dtype(bitmap.dtype), axes=axes)
