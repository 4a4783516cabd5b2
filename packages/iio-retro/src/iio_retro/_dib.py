"""Device-independent bitmaps, as Windows' cursors and metafiles hold them.

After *[MS-WMF]: Windows Metafile Format*, sections 2.2.2.3 (BitmapInfoHeader) and 2.2.2.9
(DeviceIndependentBitmap), and Microsoft, *Bitmap Storage*. Numbers are little-endian::

    0      4       8        12       14     16            20      24      32     36        40
    ├──────┼───────┼────────┼────────┼──────┼─────────────┼───────┼───────┼──────┼─────────┼───
    │ size │ width │ height │ planes │ bits │ compression │ bytes │ dots  │colors│important│
    │ 40 … │       │ < 0:   │ 1      │ 1 to │ 0 no 1 RLE8 │       │ a     │ used │         │
    │      │       │from top│        │ 32   │ 2 RLE4 3 bit│       │ meter │      │         │
    │      │       │        │        │      │ fields …    │       │       │      │         │
    └──────┴───────┴────────┴────────┴──────┴─────────────┴───────┴───────┴──────┴─────────┴───
    then the masks of the bit fields, the colors (blue, green, red, 0) and rows padded to 4 bytes.
    The header of OS/2 has the size 12, sizes of 16 bits, and colors of 3 bytes.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from ._bits import row_bytes, unpack
from ._dib_runs import decode_runs
from ._input import Bytes, Input
from ._jpeg import decode_jpeg
from ._png import SIGNATURE, Png, read_png
from ._still import Array

__all__ = ["Dib"]

_SHORT = struct.Struct("<IHHHH")
_LONG = struct.Struct("<IiiHHIIiiII")
_MASKS = struct.Struct("<3I")
_NONE, _RLE8, _RLE4, _FIELDS, _JPEG, _PNG = range(6)
_DEPTHS = {
    _NONE: (1, 4, 8, 16, 24, 32),
    _RLE8: (8,),
    _RLE4: (4,),
    _FIELDS: (16, 32),
    _JPEG: (0, 24),
    _PNG: (0, 24, 32),
}
_USUAL = {16: (0x7C00, 0x03E0, 0x001F), 32: (0xFF0000, 0xFF00, 0xFF)}


class Dib:
    """A bitmap in another file.

    Parameters
    ----------
    input : Input
        The file.
    start : int
        Where its header is.
    halved : bool
        Whether the height counts a mask of bits below the image as well, as in cursors.
    pixels : int, optional
        Where its rows are, if not behind the colors.
    length : int, optional
        How many bytes they have.
    """

    def __init__(
        self,
        input: Input,
        start: int,
        *,
        halved: bool = False,
        pixels: int | None = None,
        length: int | None = None,
    ) -> None:
        self._input = input
        (size,) = input.unpack(struct.Struct("<I"), start, "a bitmap")
        masks: tuple[int, ...] = ()
        if size == _SHORT.size:
            _, self.width, height, planes, self.depth = input.unpack(_SHORT, start, "a bitmap")
            self.compression = used = 0
        elif size >= _LONG.size:
            _, self.width, height, planes, self.depth, self.compression, *_, used, _ = input.unpack(
                _LONG, start, "a bitmap"
            )
        else:
            raise input.wrong(f"a bitmap has a header of {size} bytes, which no version has")
        self.upright = height < 0
        self.height = abs(height) // (2 if halved else 1)
        input.size(self.width, self.height)
        if planes != 1 or self.depth not in _DEPTHS.get(self.compression, ()):
            raise input.wrong(
                f"bitmaps of {self.depth} bits with compression {self.compression} are not read"
            )
        place = start + size
        if self.compression == _FIELDS:
            masks = input.unpack(_MASKS, start + _LONG.size, "the masks")
            place = max(place, start + _LONG.size + _MASKS.size)
        self._masks = masks or _USUAL.get(self.depth, ())
        self._palette, place = self._colors(place, used, 3 if size == _SHORT.size else 4)
        self._start = place if pixels is None else pixels
        self._stride = row_bytes(self.width, self.depth, 4)
        if self.compression in (_NONE, _FIELDS):
            input.check(self._start, self.height * self._stride, "the rows of a bitmap")
        self.end = self._start + self.height * self._stride
        self._length = length
        self._png = self._read_png() if self.compression == _PNG else None

    def _read_png(self) -> Png:
        if self._input.data[self._start : self._start + 8] != SIGNATURE:
            raise self._input.wrong("a bitmap says that it is a PNG, and is none")
        image = read_png(self._input, self._start)
        if image.depth == 16:
            raise self._input.wrong("a bitmap is a PNG of 16 bits, which is not read")
        return image

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `pixels`."""
        if self._png is not None:
            return self._png.shape
        has_alpha = self.depth == 32 and self._masks == _USUAL[32]
        return self.height, self.width, 4 if has_alpha else 3

    def _colors(self, place: int, used: int, size: int) -> tuple[Bytes | None, int]:
        """Return the colors, ``(number, 3)``, and where they end."""
        most = 1 << self.depth if self.depth <= 8 else 0
        if used > max(most, 256):
            raise self._input.wrong(f"a bitmap of {self.depth} bits has {used} colors")
        count = used or most
        colors = self._input.array(place, count * size, "the colors").reshape(count, size)
        return (colors[:, 2::-1] if most else None), place + count * size

    def pixels(self) -> Array:
        """Decode the image: ``(height, width, 3)``, or with 32 bits ``(height, width, 4)``."""
        if self._png is not None:
            return self._png.pixels()
        if self.compression == _JPEG:
            stop = None if self._length is None else self._start + self._length
            data = self._input.data[self._start : stop]
            return decode_jpeg(self._input, data, (self.width, self.height), "RGB")
        if self.compression in (_RLE8, _RLE4):
            data = self._input.data[self._start :]
            numbers = decode_runs(data, self.width, self.height, self.depth)
            if numbers is None:
                raise self._input.wrong("the runs of a bitmap are damaged or end early")
            return self._looked_up(numbers[::-1])
        length = self.height * self._stride
        rows = self._input.array(self._start, length, "the rows of a bitmap")
        rows = rows.reshape(self.height, self._stride)
        rows = rows if self.upright else rows[::-1]
        if self.depth <= 8:
            return self._looked_up(unpack(rows, self.width, self.depth))
        if self.depth == 24:
            return rows[:, : self.width * 3].reshape(self.height, self.width, 3)[..., ::-1]
        if self._masks == _USUAL[32]:
            return rows.reshape(self.height, self.width, 4)[..., [2, 1, 0, 3]]
        kind = "<u2" if self.depth == 16 else "<u4"
        values = rows[:, : self.width * self.depth // 8].reshape(-1).view(kind)
        return np.stack([self._field(values, mask) for mask in self._masks], axis=1).reshape(
            self.height, self.width, 3
        )

    def _looked_up(self, numbers: Array) -> Array:
        assert self._palette is not None
        if int(numbers.max()) >= len(self._palette):
            raise self._input.wrong(
                f"a pixel of a bitmap has the color {numbers.max()} of {len(self._palette)}"
            )
        return self._palette[numbers]

    def _field(self, values: Any, mask: int) -> Array:
        """Return what a mask selects, scaled to 8 bits."""
        shift = (mask & -mask).bit_length() - 1 if mask else 0
        most = mask >> shift
        if not mask or most & (most + 1) or mask >> self.depth:
            raise self._input.wrong(f"{mask:#x} is no mask of a color")
        part = (values.astype(np.int64) & mask) >> shift
        scaled: Array = ((part * 255 + most // 2) // most).astype(np.uint8)
        return scaled
