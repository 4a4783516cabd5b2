"""PC Paintbrush.

After the *ZSoft PCX File Format Technical Reference Manual*, revision 5 (1991). Numbers are
little-endian::

    0    1         2  3     4                12        16       64     65       66       68
    ├────┼─────────┼──┼─────┼────────────────┼─────────┼────────┼──────┼────────┼────────┼──────
    │ 10 │ version │ 1│bits │ x, y of the    │ dots an │ 16     │ 0    │ number │ bytes  │kind of
    │    │ 0 2 3 5 │  │1 2  │ first and the  │ inch,   │ colors │      │ of     │ a row  │palette
    │    │         │  │4 8  │ last pixel     │ x and y │        │      │ planes │ a plane│…
    └────┴─────────┴──┴─────┴────────────────┴─────────┴────────┴──────┴────────┴────────┴──────
    128                                                                    769 before the end
    ├──────────────────────────────────────────────────────────────────────┼────┬─────────────┐
    │ for each row: each plane, as runs: 11nnnnnn value, or a value        │ 0C │ 256 colors  │
    └──────────────────────────────────────────────────────────────────────┴────┴─────────────┘
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import NotThisFormat, Resource, warn

from ._bits import pack, unpack
from ._input import Bytes, Input
from ._output import StillWriter
from ._still import Array, Still

__all__ = ["PcxReader", "PcxWriter"]

_HEADER = struct.Struct("<BBBB4H2H48sBBHH2H54x")
_PALETTE, _MARK = 768, 0x0C
_WITH_PALETTE = 5  # the version of files that end with one, if they have 256 colors
_KINDS = {(1, n) for n in (1, 2, 3, 4)} | {(2, 1), (4, 1), (8, 1), (8, 3), (8, 4)}
_MOST = 0xFFFE


class PcxReader(Still):
    """Reads a picture: a file, or a part of one that is open already."""

    FORMAT = "PCX"

    def __init__(self, resource: Resource | Input) -> None:
        if isinstance(resource, Input):
            self.input, self.told = resource, {}
        else:
            super().__init__(resource)
        made, version, coded, bits, left, top, right, bottom, *more = self.input.unpack(
            _HEADER, 0, "the header"
        )
        x_dots, y_dots, colors, _, planes, stride, *_ = more
        if made != 10 or coded > 1 or (bits, planes) not in _KINDS:
            raise self.input.wrong(f"{planes} planes of {bits} bits are not read")
        width, height = right - left + 1, bottom - top + 1
        self.input.size(width, height)
        if stride * 8 < width * bits:
            # Some programs wrote a wrong number here. Who wants to guess may.
            raise NotThisFormat(f"its rows of {stride} bytes are too short for {width} pixels")
        self._bits, self._planes, self._stride, self._coded = bits, planes, stride, coded
        # Two bytes are 63 values at most.
        needed = height * planes * stride
        self.input.check(_HEADER.size, needed // 32 if coded else needed, "the rows")
        self._palette = self._colors(colors, version)
        self.shape = (height, width)
        if planes > 2 and bits == 8:
            self.shape += (planes,)
        elif self._palette is not None:
            self.shape += (3,)
        elif bits == 1:
            self.dtype = "bool"
        if x_dots and y_dots:
            self.told["dpi"] = (x_dots, y_dots)

    def _colors(self, sixteen: bytes, version: int) -> Bytes | None:
        """Return the palette; None for gray, and for black and white."""
        if self._planes * self._bits == 8:
            place = len(self.input) - _PALETTE
            if place <= _HEADER.size or self.input.data[place - 1] != _MARK:
                if version == _WITH_PALETTE:
                    warn(f"{self.input.name}: no palette is at its end; it is taken for gray")
                return None
            palette = self.input.array(place, _PALETTE, "the palette").reshape(256, 3)
            gray = np.arange(256, dtype=np.uint8)[:, None]
            return None if (palette == gray).all() else palette
        if self._bits == 8:
            return None
        palette = np.frombuffer(sixteen, np.uint8).reshape(16, 3)
        if self._bits * self._planes == 1:
            first, second = palette[:2].tolist()
            # Many programs leave the palette empty.
            if first == second or (first, second) == ([0] * 3, [255] * 3):
                return None
        return palette

    def decode(self) -> Array:
        """Return the pixels."""
        height, width = self.shape[:2]
        wanted = height * self._planes * self._stride
        if self._coded:
            values = self._runs(wanted)
        else:
            values = self.input.array(_HEADER.size, wanted, "the rows")
        rows = values.reshape(height, self._planes, self._stride)
        if self._bits == 8:
            pixels = rows[:, :, :width].transpose(0, 2, 1)
            if self._planes > 1:
                return pixels
            return pixels[..., 0] if self._palette is None else self._palette[pixels[..., 0]]
        samples = unpack(rows.reshape(-1, self._stride), width, self._bits)
        samples = samples.reshape(height, self._planes, width)
        if self._palette is None:
            return samples[:, 0].view(bool)
        places = np.left_shift(1, np.arange(self._planes, dtype=np.uint8))[:, None]
        colors: Array = self._palette[(samples * places).sum(axis=1)]
        return colors

    def _runs(self, wanted: int) -> Bytes:
        """Return the values of the rows.

        A byte of which the upper two bits are set is a code, unless it is the value of the code
        before it: of several such bytes in a row, the first, the third and so on are codes.
        """
        data = np.frombuffer(self.input.data, np.uint8)[_HEADER.size :]
        (high,) = np.nonzero(data >= 0xC0)
        order = np.arange(len(high))
        begins = np.diff(high, prepend=-2) != 1
        codes = high[(order - np.maximum.accumulate(np.where(begins, order, 0))) % 2 == 0]
        counts = np.ones(len(data), np.int64)
        counts[codes] = 0
        codes = codes[codes + 1 < len(data)]
        counts[codes + 1] = data[codes] & 0x3F
        ends = np.cumsum(counts)
        if not len(ends) or ends[-1] < wanted:
            raise self.input.wrong(f"its runs are less than the {wanted} bytes of its rows")
        last = int(np.searchsorted(ends, wanted)) + 1
        # A last run may go on behind the image: programs fill a block with it.
        return np.repeat(data[:last], counts[:last])[:wanted]


class PcxWriter(StillWriter):
    """Writes a picture."""

    FORMAT = "PCX"

    def write(
        self,
        image: Array,
        *,
        metadata: Mapping[str, Any] | None = None,
        dpi: tuple[int, int] | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` of bool or uint8, or ``(height, width, 3)`` of uint8.
        metadata : mapping, optional
            ``dpi`` is kept.
        dpi : tuple of int, optional
            Dots an inch, horizontally and vertically.
        """
        bits = image.ndim == 2 and image.dtype == np.bool_
        colored = image.ndim == 3 and image.shape[2] == 3
        if not bits and not (image.dtype == np.uint8 and (image.ndim == 2 or colored)):
            hint = "image[..., :3] is without alpha"
            raise self.refused(image, "bool and uint8 of one or uint8 of three channels", hint)
        dots = _dots(dpi or (metadata or {}).get("dpi"))
        self.begin(image, metadata, holds=("dpi",) if dots else (), most=_MOST)
        height, width = image.shape[:2]
        planes = 3 if colored else 1
        rows = pack(image, 2) if bits else image.reshape(height, width, planes).transpose(0, 2, 1)
        rows = rows.reshape(height * planes, -1)
        rows = np.pad(rows, ((0, 0), (0, rows.shape[1] % 2)))
        ramp = np.repeat(np.arange(256, dtype=np.uint8), 3)
        sixteen = b"\0\0\0\xff\xff\xff".ljust(48, b"\0") if bits else bytes(48)
        header = _HEADER.pack(
            *(10, 5, 1, 1 if bits else 8, 0, 0, width - 1, height - 1),
            *(dots or (0, 0)),
            *(sixteen, 0, planes, rows.shape[1], 1 if bits or colored else 2, 0, 0),
        )
        tail = (bytes([_MARK]), ramp) if not bits and not colored else ()
        self.save(header, _encoded(rows), *tail)


def _encoded(rows: Bytes) -> Bytes:
    """Return rows as runs; none goes on in the next row, and none is longer than 63."""
    stride = rows.shape[1]
    flat = rows.reshape(-1)
    places = np.arange(flat.size)
    begins = np.concatenate([[True], flat[1:] != flat[:-1]])
    begins[::stride] = True
    begins |= (places - np.maximum.accumulate(np.where(begins, places, 0))) % 63 == 0
    (starts,) = np.nonzero(begins)
    counts = np.diff(starts, append=flat.size)
    values = flat[starts]
    coded = (counts > 1) | (values >= 0xC0)
    pairs = np.stack([(counts | 0xC0).astype(np.uint8), values], axis=1)
    return pairs[np.stack([coded, np.ones_like(coded)], axis=1)]


def _dots(dpi: Any) -> tuple[int, int] | None:
    try:
        x, y = (round(float(dots)) for dots in dpi)
    except (TypeError, ValueError, OverflowError):
        return None
    return (x, y) if min(x, y) > 0 and max(x, y) < 1 << 16 else None
