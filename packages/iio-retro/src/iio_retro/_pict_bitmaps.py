"""Bitmaps in pictures of QuickDraw: *Imaging With QuickDraw*, appendix A, listings A-1 to A-3.

::

    ├───────────┬────────┬─ if the upper bit of row bytes is set ─────────────┬────────┬────────┬──
    │ row bytes │ bounds │ version, kind and size of packing, resolution,     │ colors │ source │…
    │           │        │ pixel type, size, components, their size, 12 bytes │        │ target │
    └───────────┴────────┴────────────────────────────────────────────────────┴────────┴────────┴──
    … mode, a region (opcodes 91, 99 and 9b), then rows: plain if they have fewer than 8 bytes, else
    each as PackBits behind its length (one byte, or two for rows of more than 250 bytes).
    Opcodes 9a and 9b: four bytes come first, and pixels are 16 or 32 bits instead of colors.
"""

from __future__ import annotations

import struct

import numpy as np

from iio_core import warn

from ._bits import unpack, unpack_bits
from ._input import Bytes, Input
from ._jpeg import decode_jpeg
from ._runs import PACKBITS, PACKWORDS, Packets
from ._still import Array

__all__ = ["Bitmap", "read_bitmap", "read_quicktime"]

_MAP = struct.Struct(">HHIIIHHHHIII")
_TABLE = struct.Struct(">IHH")
_RECTANGLE = struct.Struct(">4h")
_WORD = struct.Struct(">H")
_COPIES = frozenset({0, 1, 64})  # copy, or (the same on white), dither
_QUICKTIME = struct.Struct(">2x9iI8x2x8x4xI")  # a matrix of numbers of which 65536 is 1
_IMAGE = struct.Struct(">I4s8x2x2x4x4x4xHH4x4xI")

Rectangle = tuple[int, int, int, int]  # top, left, bottom, right


class Bitmap:
    """A bitmap, and where it is drawn."""

    def __init__(self, input: Input, shape: tuple[int, ...], target: Rectangle) -> None:
        self.input = input
        self.shape = shape
        self.target = target
        self.dtype = "uint8"

    @property
    def drawn_size(self) -> tuple[int, int]:
        """The rows and columns that it is drawn on."""
        top, left, bottom, right = self.target
        return bottom - top, right - left

    def pixels(self) -> Array:
        """Decode it."""
        raise NotImplementedError  # each kind says how


class _Pixels(Bitmap):
    def __init__(
        self,
        input: Input,
        size: tuple[int, int],
        target: Rectangle,
        stride: int,
        depth: int,
        components: int,
        palette: Bytes | None,
    ) -> None:
        channels = components if depth == 32 else 3
        bits = palette is None and depth == 1
        super().__init__(input, size if bits else (*size, channels), target)
        self.dtype = "bool" if bits else "uint8"
        self.stride, self.depth, self.components, self.palette = stride, depth, components, palette
        self.plain: tuple[int, int] | None = None
        self.packets: Packets | None = None

    def pixels(self) -> Array:
        height, width = self.shape[:2]
        if self.plain is not None:
            data = self.input.array(*self.plain, "the rows of a bitmap")
        else:
            assert self.packets is not None
            data = self.packets.decode()
        rows = data.reshape(height, -1)
        if self.depth == 32:
            return self._direct(rows, width)
        if self.depth == 16:
            values = rows[:, : width * 2].reshape(height, width, 2).astype(np.uint16)
            words = values[..., 0] << 8 | values[..., 1]
            five = np.stack([words >> 10 & 31, words >> 5 & 31, words & 31], axis=2)
            return ((five * 255 + 15) // 31).astype(np.uint8)
        if self.palette is None:
            return ~unpack_bits(rows, width)
        numbers = unpack(rows, width, self.depth)
        if int(numbers.max()) >= len(self.palette):
            raise self.input.wrong(f"a pixel has the color {numbers.max()} of {len(self.palette)}")
        return self.palette[numbers]

    def _direct(self, rows: Bytes, width: int) -> Array:
        """Return the colors of 32-bit pixels, of which each component may stand by itself."""
        if self.packets is None:
            samples = rows.shape[1] // width
            pixels = rows[:, : width * samples].reshape(len(rows), width, samples)
            if self.components == 3:
                return pixels[..., samples - 3 :]
            return pixels[..., [1, 2, 3, 0]]
        planes = rows.reshape(len(rows), self.components, width).transpose(0, 2, 1)
        return planes if self.components == 3 else planes[..., [1, 2, 3, 0]]


def read_bitmap(input: Input, code: int, place: int) -> tuple[Bitmap, int]:
    """Return the bitmap of an opcode, and where the opcode ends."""
    direct = code in (0x9A, 0x9B)
    place += 4 * direct
    stride = _word(input, place)
    mapped = direct or bool(stride & 0x8000)
    stride &= 0x7FFF
    top, left, bottom, right = input.unpack(_RECTANGLE, place + 2, "a bitmap")
    place += 10
    height, width = bottom - top, right - left
    input.size(width, height)
    depth, components, packing = 1, 1, 0
    palette = None
    if mapped:
        fields = input.unpack(_MAP, place, "a bitmap")
        _, packing, _, _, _, _, depth, components, *_ = fields
        place += _MAP.size
        if depth not in ((16, 32) if direct else (1, 2, 4, 8)):
            raise input.wrong(f"bitmaps of {depth} bits are not read")
        if depth == 32 and components not in (3, 4):
            raise input.wrong(f"bitmaps of {components} components are not read")
        if not direct:
            palette, place = _palette(input, place)
    _, target = (input.unpack(_RECTANGLE, place + i, "a bitmap") for i in (0, 8))
    mode = _word(input, place + 16)
    place += 18
    if code in (0x91, 0x99, 0x9B):
        length = _word(input, place)
        place += max(length, 2)
        if length > 10:
            _warn(input, "a bitmap is drawn in a region that is no rectangle: all of it is read")
    if mode not in _COPIES:
        _warn(input, f"a bitmap is drawn in mode {mode}: it is read as if it were copied")
    if stride * 8 < width * depth:
        raise input.wrong(f"rows of {stride} bytes are too short for {width} pixels")
    bitmap = _Pixels(input, (height, width), target, stride, depth, components, palette)
    # A bitmap of colors is packed unless its rows are short or the opcode says that it is not.
    plain = stride < 8 or code in (0x90, 0x91) or (direct and packing in (1, 2))
    if plain:
        if depth == 32 and packing == 2:
            stride = stride // 4 * 3
        input.check(place, height * stride, "the rows of a bitmap")
        bitmap.plain = place, height * stride
        return bitmap, place + height * stride
    if packing not in ((0, 3) if depth == 16 else (0, 4) if depth == 32 else (0,)) and direct:
        raise input.wrong(f"bitmaps of {depth} bits in packing {packing} are not read")
    values = stride // 2 if depth == 16 else width * components if depth == 32 else stride
    bitmap.packets = Packets(input.data, PACKWORDS if depth == 16 else PACKBITS)
    return bitmap, _rows(input, place, bitmap.packets, height, stride, values)


def _rows(input: Input, place: int, packets: Packets, height: int, stride: int, values: int) -> int:
    """Find the packets of all rows; return where the last one ends."""
    wide = stride > 250
    # Every row has at least its length and a packet.
    input.check(place, height * 3, "the rows of a bitmap")
    for row in range(height):
        length = _word(input, place) if wide else input.part(place, 1, "a row")[0]
        place += 2 if wide else 1
        input.check(place, length, f"row {row} of a bitmap")
        if packets.find(place, place + length, values) < 0:
            raise input.wrong(f"the runs of row {row} of a bitmap are not {values} values")
        place += length
    return place


def _palette(input: Input, place: int) -> tuple[Bytes, int]:
    """Return the colors of a table, ``(number, 3)``, and where it ends."""
    _, flags, last = input.unpack(_TABLE, place, "the colors of a bitmap")
    place += _TABLE.size
    count = last + 1
    if count > 256:
        raise input.wrong(f"a bitmap has {count} colors")
    entries = input.array(place, count * 8, "the colors of a bitmap").reshape(count, 8)
    # Of 16 bits a color the upper 8. With the flag the order says which number a color has.
    numbers = entries[:, 1].astype(np.int64)
    if flags & 0x8000:
        numbers = np.arange(count)
    palette = np.zeros((int(numbers.max()) + 1, 3), np.uint8)
    palette[numbers] = entries[:, 2::2]
    return palette, place + count * 8


class _Jpeg(Bitmap):
    def __init__(
        self,
        input: Input,
        size: tuple[int, int],
        matrix: tuple[int, ...],
        part: tuple[int, int],
    ) -> None:
        x_scale, _, _, _, y_scale, _, left, top, _ = (number / 65536 for number in matrix)
        corner = round(top + size[0] * y_scale), round(left + size[1] * x_scale)
        super().__init__(input, (*size, 3), (round(top), round(left), *corner))
        self._part = part

    def pixels(self) -> Array:
        height, width = self.shape[:2]
        data = self.input.data[slice(*self._part)]
        pixels = decode_jpeg(self.input, data, (width, height), None)
        if pixels.ndim == 2:
            pixels = np.stack([pixels] * 3, axis=2)
        return pixels


def read_quicktime(input: Input, start: int, length: int) -> Bitmap | None:
    """Return the JPEG image of an opcode of QuickTime; None for what else it compresses with."""
    input.check(start, length, "a QuickTime image")
    stop = start + length
    *matrix, matte, mask = input.unpack(_QUICKTIME, start, "a QuickTime image")
    place = start + _QUICKTIME.size + matte + mask
    size, codec, width, height, stored = input.unpack(_IMAGE, place, "a QuickTime image")
    if codec != b"jpeg":
        return None
    input.size(width, height)
    place += size
    if place > stop or size < _IMAGE.size:
        raise input.wrong("a QuickTime image is cut")
    part = place, min(stop, place + stored) if stored else stop
    return _Jpeg(input, (height, width), tuple(matrix), part)


def _word(input: Input, place: int) -> int:
    (number,) = input.unpack(_WORD, place, "a bitmap")
    word: int = number
    return word


def _warn(input: Input, what: str) -> None:
    warn(f"{input.name}: {what}")
