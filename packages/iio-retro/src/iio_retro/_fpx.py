r"""FlashPix: an image in several resolutions, each in tiles, in a compound file.

After *FlashPix Format Specification*, version 1.0 (Eastman Kodak and others, 1996), section 3,
"Image object storage". Numbers are little-endian::

    Data Object Store 000001
    ├─ \x05Image Contents        properties: sizes, colors, and the tables of JPEG tiles
    ├─ Resolution 0000           the smallest, up to 64 × 64
    └─ Resolution 000n           each twice as large
       ├─ Subimage 0000 Header   28 bytes of no use, and then: length │ width │ height │ tiles │
       │                         tile width │ tile height │ channels │ where the table is │ 16
       │                         the table, for each tile: where │ length │ kind │ 4 bytes more
       └─ Subimage 0000 Data     28 bytes of no use, tiles
    kind: 0 plain, 1 one color, which the 4 bytes are, 2 JPEG: of the 4 bytes the third says whether
    its colors are YCbCr, the fourth which tables it needs
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from iio_core import Index, OptionError, Resource

from ._input import Input
from ._jpeg import decode_jpeg
from ._ole import Compound
from ._still import Array, Still

__all__ = ["FpxReader"]

_HEADER = struct.Struct("<9I")
_ENTRY = struct.Struct("<III4B")
_PREFIX = 28
_STORE, _CONTENTS = "Data Object Store 000001", "\x05Image Contents"
_PLAIN, _ONE, _JPEG = range(3)
_COLORS = {
    (0x00010000,): 1,
    (0x00018000, 0x00017FFE): 2,
    (0x00030000, 0x00030001, 0x00030002): 3,
    (0x00038000, 0x00038001, 0x00038002, 0x00037FFE): 4,
}
_MOST = 64  # resolutions
# Adobe's marker, which says that the components are colors as they stand, or YCbCr.
_ADOBE = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0"


@dataclass(frozen=True, slots=True)
class _Resolution:
    header: Input
    data: Input
    width: int
    height: int
    tile: tuple[int, int]
    table: int


class FpxReader(Still):
    """Reads an image in its largest resolution; regions, also of the smaller ones, by tiles."""

    FORMAT = "FPX"
    MOST = 8

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._file = Compound(self.input)
        self._contents = self._file.properties([_STORE, _CONTENTS])
        count = self._contents.get(0x01000000)
        if not isinstance(count, int) or not 1 <= count <= _MOST:
            raise self.input.wrong(f"it declares {count!r} resolutions")
        self._count = count
        self._channels = self._read_colors(count - 1)
        self._levels: dict[int, _Resolution] = {}
        full = self._level(0)
        self.shape = self._shape(full)
        self.told["levels"] = count

    def _read_colors(self, number: int) -> int:
        """Return how many channels there are."""
        blob = self._contents.get(0x02000002 | number << 16)
        if not isinstance(blob, bytes) or len(blob) < 8:
            raise self.input.wrong("it does not say what its colors are")
        (bands,) = struct.unpack("<I", blob[4:8])
        if bands > 4 or len(blob) < 8 + 4 * bands:
            raise self.input.wrong(f"it declares {bands} channels")
        colors = struct.unpack(f"<{bands}I", blob[8 : 8 + 4 * bands])
        known = _COLORS.get(tuple(color & 0x7FFFFFFF for color in colors))
        if known is None:
            raise self.input.wrong(
                f"its colors {[hex(c) for c in colors]} are not gray or RGB, and are not read"
            )
        return known

    def _level(self, level: int) -> _Resolution:
        """Return a resolution; 0 is the largest."""
        if level not in self._levels:
            where = [_STORE, f"Resolution {self._count - 1 - level:04d}"]
            header = self._file.stream([*where, "Subimage 0000 Header"])
            _, width, height, tiles, across, down, channels, table, size = header.unpack(
                _HEADER, _PREFIX, "the header"
            )
            self.input.size(width, height)
            self.input.size(across, down)
            wanted = -(-width // across) * -(-height // down)
            if tiles != wanted or size != _ENTRY.size or channels != self._channels:
                raise self.input.wrong(
                    f"it declares {tiles} tiles of {channels} channels, and needs {wanted} of "
                    f"{self._channels}"
                )
            header.check(_PREFIX + table, tiles * size, "the table of tiles")
            data = self._file.stream([*where, "Subimage 0000 Data"])
            made = _Resolution(header, data, width, height, (down, across), _PREFIX + table)
            self._levels[level] = made
        return self._levels[level]

    def _shape(self, level: _Resolution) -> tuple[int, ...]:
        shape = level.height, level.width, self._channels
        return shape if self._channels > 1 else shape[:2]

    def decode(self) -> Array:
        """Return the pixels."""
        full = self._level(0)
        return self._part(full, range(full.height), range(full.width))

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> Array:
        """Decode a part of the image, or of a smaller copy of it: only its tiles.

        Parameters
        ----------
        region : tuple of slice
            Which rows, columns and channels.
        index : int
            The number of the image, which is 0.
        level : int
            Which resolution: 0 is the largest.
        """
        self.number(index)
        if not 0 <= level < self._count:
            raise OptionError(f"{self.input.name} has the levels 0 to {self._count - 1}")
        found = self._level(level)
        rows, columns, *channels = (*region, slice(None), slice(None))[: max(2, len(region))]
        row_range = range(*rows.indices(found.height))
        column_range = range(*columns.indices(found.width))
        if not row_range or not column_range:
            part = np.empty((len(row_range), len(column_range), *self.shape[2:]), np.uint8)
            return part[(slice(None), slice(None), *channels)]
        top, left = min(row_range), min(column_range)
        part = self._part(found, range(top, max(row_range) + 1), range(left, max(column_range) + 1))
        rows_in = [row - top for row in row_range]
        columns_in = [column - left for column in column_range]
        return part[rows_in][:, columns_in][(slice(None), slice(None), *channels)]

    def _part(self, level: _Resolution, rows: range, columns: range) -> Array:
        out = np.empty((len(rows), len(columns), self._channels), np.uint8)
        down, across = level.tile
        self.input.charge(down, across, self._channels)
        for top, left, number in _touched(level, rows, columns):
            tile = self._tile(level, number)
            y, x = max(top, rows.start), max(left, columns.start)
            bottom, right = min(top + down, rows.stop), min(left + across, columns.stop)
            place = out[
                y - rows.start : bottom - rows.start, x - columns.start : right - columns.start
            ]
            place[...] = tile[y - top : bottom - top, x - left : right - left]
        return out if self._channels > 1 else out[..., 0]

    def _tile(self, level: _Resolution, number: int) -> Array:
        place = level.table + number * _ENTRY.size
        start, length, kind, *more = level.header.unpack(_ENTRY, place, "a tile")
        down, across = level.tile
        if kind == _ONE:
            color = np.array(more[: self._channels], np.uint8)
            return np.broadcast_to(color, (down, across, self._channels))
        if kind == _PLAIN:
            wanted = down * across * self._channels
            if length < wanted:
                raise self.input.wrong(f"tile {number} has {length} bytes, not {wanted}")
            data = level.data.array(_PREFIX + start, wanted, f"tile {number}")
            return data.reshape(down, across, self._channels)
        if kind == _JPEG and self._channels in (1, 3):
            return self._jpeg(level, number, _PREFIX + start, length, more)
        raise self.input.wrong(
            f"tile {number} of {self._channels} channels is of kind {kind}, which is not read"
        )

    def _jpeg(self, level: _Resolution, number: int, start: int, length: int, more: Any) -> Array:
        _, _, converted, tables = more
        stream = level.data.part(start, length, f"tile {number}")
        before = b""
        if tables:
            found = self._contents.get(0x03000001 | tables << 16)
            if not isinstance(found, bytes) or found[:2] != b"\xff\xd8":
                raise self.input.wrong(f"tile {number} needs the tables {tables}, and has none")
            before = found[2:].removesuffix(b"\xff\xd9")
        if self._channels == 3:
            before = _ADOBE + bytes([converted != 0]) + before
        down, across = level.tile
        data = b"\xff\xd8" + before + stream[2:]
        mode = "RGB" if self._channels == 3 else "L"
        return decode_jpeg(self.input, data, (across, down), mode).reshape(down, across, -1)


def _touched(level: _Resolution, rows: range, columns: range) -> Iterator[tuple[int, int, int]]:
    """Iterate over the tiles that have a part in a region: top, left and number."""
    down, across = level.tile
    wide = -(-level.width // across)
    for y in range(rows.start // down, (rows.stop - 1) // down + 1):
        for x in range(columns.start // across, (columns.stop - 1) // across + 1):
            yield y * down, x * across, y * wide + x
