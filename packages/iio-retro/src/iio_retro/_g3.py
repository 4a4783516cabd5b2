"""Raw fax of group 3, coded in one dimension: rows of white and black runs, and no header.

After ITU-T T.4 (07/2003), *Standardization of Group 3 facsimile terminals for document
transmission*, sections 4.1 and 4.2::

    ├─────┼──────────────────────────┼─────┼──────────────────────┼─ … ─┼─────────────────────┤
    │ EOL │ white, black, white … run│ EOL │ runs, all the fill 0 │     │ RTC: six EOL        │
    └─────┴──────────────────────────┴─────┴──────────────────────┴─ … ─┴─────────────────────┘
    EOL: at least eleven bits 0 and a 1, which no codes have among them. A run is the code of a
    number below 64, with a code for a multiple of 64 before it if it is longer.

The first bit is the highest of a byte or the lowest; the first EOL tells.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iio_core import Resource

from ._fax_codes import WINDOW, tables
from ._input import Bytes
from ._still import Array, Still

__all__ = ["FaxReader"]

_ZEROS = 11
_MOST = 4 << 20  # bytes: a page is a hundredth of that
_WIDEST = 1 << 16

Places = NDArray[np.int64]


class FaxReader(Still):
    """Reads a page."""

    FORMAT = "G3"
    MOST = _MOST + 1
    dtype = "bool"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        if len(self.input) > _MOST:
            raise self.input.wrong(f"it has more than {_MOST} bytes, which is no page of a fax")
        data = np.frombuffer(self.input.data, np.uint8)
        ends = _ends_of_lines(data)
        if not len(ends) or ends[0] != _first_bit(data):
            data = _reversed(data)
            ends = _ends_of_lines(data)
        if not len(ends) or ends[0] != _first_bit(data):
            raise self.input.wrong("it does not begin with the end of a line, as a fax does")
        # An end of a line right behind another, and nothing between them, is the end of the page.
        empty = np.flatnonzero(np.diff(ends) == _ZEROS + 1)
        if not len(empty) or not empty[0]:
            raise self.input.wrong("the page does not end: it is cut, or it is empty")
        self._starts = ends[: empty[0]] + 1
        self._stops = ends[1 : empty[0] + 1] - _ZEROS
        padded = np.concatenate([data, np.zeros(4, np.uint8)]).astype(np.int32)
        # Three bytes from each on: the 13 bits at any bit of the first are among them.
        self._words = padded[:-2] << 16 | padded[1:-1] << 8 | padded[2:]
        width = self._first_row()
        self.input.size(width, len(self._starts))
        self.shape = (len(self._starts), width)

    def _first_row(self) -> int:
        """Return how many pixels the first row has: the other ones have as many."""
        table = tables()
        place, stop = int(self._starts[0]), int(self._stops[0])
        width = color = 0
        while self._window(place) >> WINDOW - _ZEROS and place < stop:
            entry = int(table[color, self._window(place)])
            if not entry:
                raise self._damaged(0)
            run = entry >> 4
            width += run
            place += entry & 15
            color ^= run < 64
            if width > _WIDEST:
                raise self.input.wrong(f"a row of more than {_WIDEST} pixels is no row of a fax")
        return width

    def _window(self, place: Any) -> Any:
        """Return the next 13 bits, at one place or at many."""
        return self._words[place >> 3] >> 11 - (place & 7) & (1 << WINDOW) - 1

    def decode(self) -> Array:
        """Return the pixels; True is white."""
        height, width = self.shape
        # Bytes, not bool, of which NumPy 1.24 gets exclusive ors wrong.
        changes = np.zeros((height, width + 1), np.uint8)
        table = tables().reshape(-1)
        # One code of every row at a time, for as long as there are rows that are not full.
        rows = np.arange(height)
        place, stop = self._starts.copy(), self._stops
        column = np.zeros(height, np.int64)
        black = np.zeros(height, np.int64)
        while len(rows):
            entry = table[(black << WINDOW) + self._window(place)]
            run = entry >> 4
            column += run
            place += entry & 15
            bad = (entry == 0) | (column > width) | (place > stop)
            if bad.any():
                raise self._damaged(int(rows[bad][0]))
            ended = run < 64
            changes[rows[ended], column[ended]] ^= 1
            black ^= ended
            going = (column < width) | ~ended
            if not going.all():
                rows, place, stop = rows[going], place[going], stop[going]
                column, black = column[going], black[going]
        white: Array = np.bitwise_xor.accumulate(changes[:, :width], axis=1) == 0
        return white

    def _damaged(self, row: int) -> Exception:
        return self.input.wrong(
            f"row {row} is damaged, or coded in two dimensions, which is not read"
        )


def _first_bit(data: Bytes) -> int:
    """Return where the first 1 is; -1 without any."""
    bytes_ = np.flatnonzero(data[: 1 << 16])
    return int(bytes_[0] * 8 + 8 - int(data[bytes_[0]]).bit_length()) if len(bytes_) else -1


def _ends_of_lines(data: Bytes) -> Places:
    """Return where the 1 of every end of a line is."""
    ones = np.flatnonzero(np.unpackbits(data))
    before = np.concatenate([[-1], ones[:-1]])
    ends: Places = ones[ones - before > _ZEROS]
    return ends


def _reversed(data: Bytes) -> Bytes:
    """Return the bytes with their bits the other way round."""
    return np.packbits(np.unpackbits(data).reshape(-1, 8)[:, ::-1])
