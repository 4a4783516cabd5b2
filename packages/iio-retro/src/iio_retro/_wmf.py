"""The bitmaps in Windows metafiles (WMF).

After *[MS-WMF]: Windows Metafile Format*, sections 2.3.2.2 (META_HEADER), 2.3.2.3 (META_PLACEABLE)
and 2.3.1 (bitmap records). Numbers are little-endian, sizes are in words of 16 bits::

    0                                   0 or 22             18 more
    ├───────────────────────────────────┼───────────────────┼─ records ──────────────────────┬───┐
    │ d7cdc69a, only where it is placed:│ 1 │ 9 │ version … │ size │ function │ parameters   │ … │
    │ a box, dots an inch, a sum        │   │   │           │ 4    │ 2        │ … and a bitmap │   │
    └───────────────────────────────────┴───┴───┴───────────┴──────┴──────────┴──────────────┴───┘
    the last record has the function 0

A metafile is a program that draws. If it draws bitmaps only, they are its images, as they are
stored; if it draws more, it is left to programs that run it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from iio_core import Resource

from ._bitmap_list import BitmapList

__all__ = ["WmfReader"]

_PLACEABLE, _PLACE = b"\xd7\xcd\xc6\x9a", 22
_HEADER = struct.Struct("<HHH")
_RECORD = struct.Struct("<IH")
# Where in a record its bitmap is: DIBBITBLT, DIBSTRETCHBLT, SETDIBTODEV and STRETCHDIB.
_BITMAPS = {0x0940: 22, 0x0B41: 26, 0x0D33: 24, 0x0F43: 28}
_DRAWN = frozenset(
    {
        *(0x0817, 0x0830, 0x0418, 0x0548, 0x0A32, 0x0228, 0x0419, 0x0429, 0x012A, 0x0213, 0x012B),
        *(0x061D, 0x081A, 0x0324, 0x0325, 0x0538, 0x041B, 0x061C, 0x041F, 0x0521, 0x0922, 0x0B23),
    }
)


class WmfReader(BitmapList):
    """Reads the bitmaps of a metafile.

    Parameters
    ----------
    resource : Resource
        What to read.
    bitmaps : bool
        Whether to read the bitmaps also of a metafile that draws more than them.
    """

    FORMAT = "WMF"

    def __init__(self, resource: Resource, *, bitmaps: bool = False) -> None:
        super().__init__(resource)
        drawn = 0
        for function, place, length in self._records():
            start = _BITMAPS.get(function)
            # Without a bitmap such a record fills its target with a brush, and is shorter.
            if start is not None and length > start + 4 and length // 2 != (function >> 8) + 3:
                self.add(place + start)
            else:
                drawn += function in _DRAWN or start is not None
        self.settle(drawn, bitmaps)

    def _records(self) -> Iterator[tuple[int, int, int]]:
        """Iterate over functions, where their records begin, and how many bytes they have."""
        place = _PLACE if self.input.data.startswith(_PLACEABLE) else 0
        kind, words, _ = self.input.unpack(_HEADER, place, "the header")
        if kind not in (1, 2) or words != 9:
            raise self.input.wrong("it does not begin as a metafile")
        place += 2 * words
        while True:
            size, function = self.input.unpack(_RECORD, place, "a record")
            if size * 2 < _RECORD.size:
                raise self.input.wrong(f"the record at {place} has {size} words")
            self.input.check(place, size * 2, "a record")
            if function == 0:
                return
            yield function, place, size * 2
            place += size * 2
