"""The bitmaps in enhanced metafiles (EMF).

After *[MS-EMF]: Enhanced Metafile Format*, sections 2.3.4.2 (EMR_HEADER) and 2.3.1 (bitmap
records). Numbers are little-endian, sizes are in bytes::

    0   4      8        24      40     44        48      52
    ├───┼──────┼────────┼───────┼──────┼─────────┼───────┼─────────┬─ records ──────────────────┐
    │ 1 │ size │ bounds │ frame │ ␠EMF │ version │ bytes │ records │ type │ size │ parameters … │
    └───┴──────┴────────┴───────┴──────┴─────────┴───────┴─────────┴──────┴──────┴──────────────┘
    A record that draws a bitmap says where in it its header is, and where its rows are. The last
    record has the type 14.

A metafile is a program that draws. If it draws bitmaps only, they are its images, as they are
stored; if it draws more, it is left to programs that run it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from iio_core import Resource

from ._bitmap_list import BitmapList

__all__ = ["EmfReader"]

_RECORD = struct.Struct("<II")
_PARTS = struct.Struct("<IIII")
_END = 14
# Where in a record it says where its bitmap is: BITBLT, STRETCHBLT, MASKBLT, PLGBLT,
# SETDIBITSTODEVICE, STRETCHDIBITS, ALPHABLEND, TRANSPARENTBLT.
_BITMAPS = {76: 84, 77: 84, 78: 84, 79: 96, 80: 48, 81: 48, 114: 84, 116: 84}
_DRAWN = frozenset(
    {
        *(*range(2, 9), 15, *range(41, 48), *range(53, 57), 62, 63, 64, *range(71, 75)),
        *(*range(83, 93), 96, 97, 108, 118),
    }
)
_COMMENT, _PLUS = 70, b"EMF+"
_PLUS_RECORD = struct.Struct("<HHII")
_PLUS_DRAWN = range(0x4009, 0x401D)


class EmfReader(BitmapList):
    """Reads the bitmaps of an enhanced metafile.

    Parameters
    ----------
    resource : Resource
        What to read.
    bitmaps : bool
        Whether to read the bitmaps also of a metafile that draws more than them.
    """

    FORMAT = "EMF"

    def __init__(self, resource: Resource, *, bitmaps: bool = False) -> None:
        super().__init__(resource)
        if self.input.data[40:44] != b" EMF":
            raise self.input.wrong("it does not begin as an enhanced metafile")
        drawn = 0
        for kind, place, length in self._records():
            if kind in _BITMAPS:
                drawn += not self._take(kind, place, length)
            elif kind == _COMMENT and self.input.data[place + 12 : place + 16] == _PLUS:
                drawn += self._draws_plus(place + 16, place + length)
            else:
                drawn += kind in _DRAWN
        self.settle(drawn, bitmaps)

    def _records(self) -> Iterator[tuple[int, int, int]]:
        """Iterate over types, where their records begin, and how many bytes they have."""
        place = 0
        while True:
            kind, size = self.input.unpack(_RECORD, place, "a record")
            if size < _RECORD.size or size % 4:
                raise self.input.wrong(f"the record at {place} has {size} bytes")
            self.input.check(place, size, "a record")
            if kind == _END:
                return
            yield kind, place, size
            place += size

    def _take(self, kind: int, place: int, length: int) -> bool:
        """Take the bitmap of a record; return whether there is one."""
        if length < _BITMAPS[kind] + _PARTS.size:
            raise self.input.wrong(f"the record at {place} is too short")
        where = self.input.unpack(_PARTS, place + _BITMAPS[kind], "a record")
        header, size, pixels, bytes_ = where
        if not size:
            return False
        if max(header + size, pixels + bytes_) > length:
            raise self.input.wrong(f"the bitmap of the record at {place} lies outside of it")
        self.add(place + header, place + pixels, bytes_)
        return True

    def _draws_plus(self, place: int, stop: int) -> bool:
        """Return whether a comment of EMF+ draws something."""
        while place + _PLUS_RECORD.size <= stop:
            kind, _, size, _ = self.input.unpack(_PLUS_RECORD, place, "a record of EMF+")
            if kind in _PLUS_DRAWN:
                return True
            if size < _PLUS_RECORD.size:
                break
            place += size
        return False
