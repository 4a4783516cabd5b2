"""PNG's filters undone: PNG Specification (Third Edition), section 9.2.

Each byte was stored as its difference to a guess from its neighbors, those of one pixel before::

    c b        0 none   1 Sub: a   2 Up: b   3 Average: (a + b) // 2   4 Paeth: whichever of
    a x                                                                a, b, c is next to a + b − c

A byte has to wait for the three. But all bytes of a diagonal have theirs on the two diagonals
before it, so that a band of rows is done diagonal by diagonal, all rows together::

    step  0 1 2 3 4 …
            0 1 2 3 4 …        row y is one step behind row y − 1
              0 1 2 3 4 …
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from ._input import Bytes

__all__ = ["unfilter"]

_SUB, _UP, _AVERAGE, _PAETH = 1, 2, 3, 4
_ROWS = 1024  # of a band, or fewer where they are wide
_HELD = 1 << 24  # samples of a band

Words = NDArray[np.int16]


def unfilter(filters: Bytes, rows: Bytes, size: int) -> Bytes:
    """Return the bytes of filtered rows.

    Parameters
    ----------
    filters : numpy.ndarray
        ``(height,)``, 0 to 4.
    rows : numpy.ndarray
        ``(height, bytes of a row)``.
    size : int
        The bytes of a pixel, at least 1.
    """
    if not filters.any():
        return np.ascontiguousarray(rows)
    height, stride = rows.shape
    # Rows of whole pixels, behind a row of zeros.
    width = -(-stride // size)
    out = np.zeros((height + 1, width, size), np.uint8)
    if stride == width * size:
        out[1:] = rows.reshape(height, width, size)
    else:
        out[1:].reshape(height, -1)[:, :stride] = rows
    if int(filters.max()) < _AVERAGE:
        _simple(filters, out)
    else:
        band = min(_ROWS, max(16, _HELD // ((width + _ROWS) * size)))
        for first in range(0, height, band):
            _band(filters[first : first + band], out[first : first + band + 1])
    return np.ascontiguousarray(out[1:].reshape(height, -1)[:, :stride])


def _simple(filters: Bytes, out: Bytes) -> None:
    """Undo Sub and Up, row by row."""
    for number, kind in enumerate(filters.tolist(), 1):
        if kind == _SUB:
            np.add.accumulate(out[number], axis=0, out=out[number])
        elif kind == _UP:
            out[number] += out[number - 1]


def _band(filters: Bytes, out: Bytes) -> None:
    """Undo all filters of some rows; the first row of `out`, the one above them, is done."""
    rows, width, size = out.shape
    # Skewed: pixel x of row y stands at step x + y, in column y. A step is a diagonal. Two steps
    # of zeros come first, for what is left of a row.
    steps = np.zeros((width + rows + 2, rows, size), np.int16)
    a, b, c = steps.strides
    skewed = as_strided(steps[2:], (rows, width, size), (a + b, a, c))
    skewed[...] = out
    kinds = np.concatenate([[0], filters])[:, None]
    take_a = ((kinds == _SUB) | (kinds == _AVERAGE)).astype(np.int16)
    take_b = ((kinds == _UP) | (kinds == _AVERAGE)).astype(np.int16)
    halve = (kinds == _AVERAGE).astype(np.int16)
    paeth = kinds == _PAETH
    for step in range(3, width + rows + 1):
        # The rows that have a pixel on this diagonal, but for the one above the band.
        low, high = max(1, step - 2 - width + 1), min(rows, step - 1)
        left = steps[step - 1, low:high]
        above = steps[step - 1, low - 1 : high - 1]
        corner = steps[step - 2, low - 1 : high - 1]
        mask = paeth[low:high]
        guess = left * take_a[low:high] + above * take_b[low:high] >> halve[low:high]
        if mask.any():
            guess = np.where(mask, _nearest(left, above, corner), guess)
        now = steps[step, low:high]
        now += guess
        now &= 255
    out[...] = skewed


def _nearest(left: Words, above: Words, corner: Words) -> Words:
    """Return Paeth's guess."""
    down, across = above - corner, left - corner
    to_corner = np.abs(down + across)
    to_left, to_above = np.abs(down), np.abs(across)
    other = np.where(to_above <= to_corner, above, corner)
    return np.where((to_left <= to_above) & (to_left <= to_corner), left, other)
