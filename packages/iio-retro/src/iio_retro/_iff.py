"""Interchange files of the Amiga: ILBM and PBM images.

After Jerry Morrison, *"EA IFF 85": Standard for Interchange Format Files* and *"ILBM" IFF
Interleaved Bitmap* (Electronic Arts, 1986), with HAM and half-brite after Commodore's *Amiga ROM
Kernel Reference Manual: Devices*, 3rd edition. Numbers are big-endian::

    ├──────┬──────┬──────┬─ chunks ──────────────────┐  BMHD, 20 bytes
    │ FORM │ size │ ILBM │ name │ size │ data │ pad  │  ├───────┬────────┬──────┬────────┬───────┬─…
    └──────┴──────┴──────┴──────┴──────┴──────┴──────┘  │ width │ height │ x, y │ planes │masking│
                                                        └───────┴────────┴──────┴────────┴───────┴─…
    …─────────────┬───┬─────────────┬────────┬──────┐   masking 1: one plane more, a mask
      compression │ 0 │ transparent │ aspect │ page │   compression 1: ByteRun1
    …─────────────┴───┴─────────────┴────────┴──────┘
    BODY of ILBM: for each row each plane, the lowest bit first, rows padded to 16 bits; of PBM: a
    byte for each pixel. CMAP: colors. CAMG: how it is shown, among that hold-and-modify (HAM).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import Resource

from ._bits import row_bytes
from ._input import Bytes
from ._runs import PACKBITS, Packets
from ._still import Array, Still

__all__ = ["IffReader"]

_FORM = struct.Struct(">4sI4s")
_CHUNK = struct.Struct(">4sI")
_BMHD = struct.Struct(">HHhhBBBBHBBhh")
_HAM, _HALF = 0x0800, 0x0080
_MASK, _TRANSPARENT = 1, 2


class IffReader(Still):
    """Reads an image."""

    FORMAT = "IFF"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        form, _, kind = self.input.unpack(_FORM, 0, "the header")
        if form != b"FORM" or kind not in (b"ILBM", b"PBM "):
            raise self.input.wrong(f"it holds {kind!r}, which is not read, and no image")
        self._chunky = kind == b"PBM "
        found = dict(self._chunks())
        if b"BMHD" not in found or b"BODY" not in found:
            raise self.input.wrong("it ends before its pixels do")
        width, height, x, y, planes, masking, compression, _, clear, x_size, y_size, *_ = (
            self.input.unpack(_BMHD, found[b"BMHD"][0], "BMHD")
        )
        self.input.size(width, height)
        known = (8,) if self._chunky else (*range(1, 9), 24, 32)
        if planes not in known or compression > 1:
            raise self.input.wrong(f"{planes} planes with compression {compression} are not read")
        self._planes, self._packed = planes, compression == 1
        self._masked = masking == _MASK and not self._chunky
        self._body = found[b"BODY"]
        mode = self.input.data[slice(*found[b"CAMG"])] if b"CAMG" in found else b""
        self._mode = int.from_bytes(mode, "big")
        self._palette = self._colors(*found[b"CMAP"]) if b"CMAP" in found else None
        self._check_rows(width, height)
        channels = planes // 8 if planes > 8 else 1 if self._palette is None else 3
        self.shape = (height, width, channels + self._masked)
        if self.shape[2] == 1:
            self.shape = self.shape[:2]
        if x_size and y_size and x_size != y_size:
            self.told["pixel_aspect"] = (x_size, y_size)
        if x or y:
            self.told["offset"] = (x, y)
        if masking == _TRANSPARENT:
            self.told["transparent_color"] = clear

    def _chunks(self) -> Iterator[tuple[bytes, tuple[int, int]]]:
        """Iterate over names of chunks, and where their data begin and end."""
        place = _FORM.size
        while place + _CHUNK.size <= len(self.input):
            name, length = self.input.unpack(_CHUNK, place, "a chunk")
            place += _CHUNK.size
            self.input.check(place, length, f"the chunk {name!r}")
            yield name, (place, place + length)
            if name == b"BODY":
                return
            place += length + length % 2

    def _colors(self, start: int, stop: int) -> Bytes:
        """Return the palette, with what half-brite adds to it."""
        if not stop - start or (stop - start) % 3:
            raise self.input.wrong(f"CMAP has {stop - start} bytes")
        palette = self.input.array(start, stop - start, "CMAP").reshape(-1, 3)
        if self._mode & _HALF and not self._mode & _HAM and self._planes == 6:
            palette = np.concatenate([palette[:32], palette[:32] // 2])
        return palette

    def _check_rows(self, width: int, height: int) -> None:
        count = self._planes + self._masked
        self._stride = width + width % 2 if self._chunky else row_bytes(width, 1, 2)
        self._rows = height * (1 if self._chunky else count)
        start, stop = self._body
        # A packet of two bytes is 128 at most.
        needed = self._rows * self._stride
        if stop - start < (-(-needed // 128) * 2 if self._packed else needed):
            raise self.input.wrong(f"BODY has {stop - start} bytes, too few for its rows")
        self.input.charge(needed, 8)

    def decode(self) -> Array:
        """Return the pixels."""
        height, width = self.shape[:2]
        body = self._unpacked()
        if self._chunky:
            numbers = body.reshape(height, self._stride)[:, :width]
            return self._looked_up(numbers)
        planes = body.reshape(height, self._planes + self._masked, self._stride)
        values = _merged(planes[:, : self._planes], width)
        if self._planes <= 8:
            held = self._mode & _HAM and self._planes in (6, 8) and self._palette is not None
            pixels = self._modified(values[0]) if held else self._looked_up(values[0])
        else:
            pixels = np.stack(values, axis=2)
        if self._masked:
            (mask,) = _merged(planes[:, self._planes :], width)
            pixels = np.dstack([pixels, mask * np.uint8(255)])
        return pixels

    def _unpacked(self) -> Bytes:
        start, stop = self._body
        wanted = self._rows * self._stride
        if not self._packed:
            return self.input.array(start, wanted, "BODY")
        packets = Packets(self.input.data, PACKBITS)
        if packets.find(start, stop, wanted) < 0:
            raise self.input.wrong(f"the runs of BODY are not the {wanted} bytes of its rows")
        return packets.decode()

    def _looked_up(self, numbers: Bytes) -> Array:
        if self._palette is None:
            return numbers * np.uint8(255 // (2**self._planes - 1))
        self._check_numbers(numbers)
        return self._palette[numbers]

    def _check_numbers(self, numbers: Bytes) -> None:
        assert self._palette is not None
        if int(numbers.max()) >= len(self._palette):
            raise self.input.wrong(f"a pixel has the color {numbers.max()} of {len(self._palette)}")

    def _modified(self, values: Bytes) -> Array:
        """Return the colors of hold-and-modify.

        The upper two bits say: 0, a color of the palette; 1, 2 and 3, a new blue, red or green to
        the right of what is left of it. A component is that of the last pixel that has set it.
        """
        assert self._palette is not None
        bits = self._planes - 2
        control, low = values >> bits, values & (1 << bits) - 1
        numbers = np.where(control == 0, low, 0)
        self._check_numbers(numbers)
        fresh = self._palette[numbers]
        level = (low << 8 - bits) | (low >> 2 * bits - 8)
        # Left of the first pixel is the border, which has color 0.
        border = np.broadcast_to(self._palette[0], (len(values), 1, 3))
        where = np.arange(values.shape[1] + 1)
        out = np.empty((*values.shape, 3), np.uint8)
        for channel, code in enumerate((2, 3, 1)):
            sets = (control == 0) | (control == code)
            new = np.where(control == code, level, fresh[..., channel])
            new = np.concatenate([border[..., channel], new], axis=1)
            sets = np.concatenate([np.ones((len(sets), 1), bool), sets], axis=1)
            last = np.maximum.accumulate(np.where(sets, where, 0), axis=1)
            out[..., channel] = np.take_along_axis(new, last, axis=1)[:, 1:]
        return out


def _merged(planes: Bytes, width: int) -> list[Any]:
    """Return what planes of bits, the lowest first, are together: a byte for each eight of them."""
    made = []
    for first in range(0, planes.shape[1], 8):
        some = planes[:, first : first + 8]
        value = np.zeros((len(planes), width), np.uint8)
        for number in range(some.shape[1]):
            value |= np.unpackbits(some[:, number], axis=1, count=width) << np.uint8(number)
        made.append(value)
    return made
