"""Run-length codes of bitmaps: [MS-WMF], section 3.1.6.

::

    n v        v n times (RLE8); the two halves of v in turn, n in all (RLE4)
    0 0        the row ends             0 1    the bitmap ends
    0 2 x y    on, x to the right and y up
    0 n …      n values (3 and more), padded to 16 bits
"""

from __future__ import annotations

import numpy as np

from ._input import Bytes
from ._runs import ranges

__all__ = ["decode_runs"]

Run = tuple[int, int, int, bool]  # where it goes, how long it is, where it is, whether copied


def decode_runs(data: bytes, width: int, height: int, depth: int) -> Bytes | None:
    """Return the numbers of the colors, the lowest row first; None if the data are damaged."""
    runs: list[Run] = []
    x = y = place = 0
    half = depth == 4
    while True:
        pair = data[place : place + 2]
        if len(pair) < 2:
            return None
        count, value = pair
        copied = count == 0 and value > 2
        if count or copied:
            number = value if copied else count
            if y >= height or x + number > width:
                return None
            runs.append((y * width + x, number, place + 2 if copied else place + 1, copied))
            x += number
            used = (number + 1) // 2 if half else number
            place += 2 + (used + used % 2 if copied else 0)
            if place > len(data):
                return None
        elif value == 0:
            x, y, place = 0, y + 1, place + 2
            if y > height:
                return None
        elif value == 1:
            break
        else:
            moved = data[place + 2 : place + 4]
            if len(moved) < 2:
                return None
            x, y, place = x + moved[0], y + moved[1], place + 4
    out = np.zeros(width * height, np.uint8)
    if runs:
        _place(data, out, runs, half)
    return out.reshape(height, width)


def _place(data: bytes, out: Bytes, runs: list[Run], half: bool) -> None:
    """Put all runs where they belong."""
    starts, counts, sources, literal = np.array(runs, np.int64).T
    codes = np.frombuffer(data, np.uint8)
    steps = ranges(np.zeros_like(counts), counts)
    copied = np.repeat(literal.astype(bool), counts)
    at = np.repeat(sources, counts)
    if half:
        values = codes[at + np.where(copied, steps // 2, 0)]
        values = np.where(steps % 2, values & 15, values >> 4)
    else:
        values = codes[at + np.where(copied, steps, 0)]
    out[ranges(starts, counts)] = values
