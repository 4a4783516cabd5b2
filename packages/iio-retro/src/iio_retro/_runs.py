"""Run-length codes, decoded without a loop over pixels.

Coded data are a chain of packets: a code byte, and behind it either one value that is repeated or
several that are copied. The chain has to be followed link by link, one short step for a packet.
What the packets hold is then put in its place for all of them together::

    code  value             code  value value value
    ├────┼────┤             ├────┼────┬────┬────┤
     run of n: v v v v…      literal: v1 v2 v3
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ._input import Bytes

__all__ = ["PACKBITS", "PACKWORDS", "Packets", "Table", "ranges"]

Places = NDArray[np.int64]
_CODES = range(256)


class Table:
    """What each of the 256 code bytes means.

    Parameters
    ----------
    steps : sequence of int
        How far it is from a code to the next one, at least 1.
    counts : sequence of int
        How many values come out.
    literal : sequence of bool
        Whether they are copied, not repeated.
    unit : int
        How many bytes a value has.
    """

    def __init__(
        self,
        steps: Sequence[int],
        counts: Sequence[int],
        literal: Sequence[bool],
        unit: int = 1,
    ) -> None:
        self.steps = list(steps)
        self.counts = list(counts)
        self.literal = np.array(literal, bool)
        self.unit = unit
        self.counted = np.array(counts, np.int64)


PACKBITS = Table(
    [c + 2 if c < 128 else 1 if c == 128 else 2 for c in _CODES],
    [c + 1 if c < 128 else 0 if c == 128 else 257 - c for c in _CODES],
    [c < 128 for c in _CODES],
)
"""Apple's PackBits and Electronic Arts' ByteRun1: n < 128 copies n + 1, n > 128 repeats 257 - n."""

PACKWORDS = Table(
    [2 * c + 3 if c < 128 else 1 if c == 128 else 3 for c in _CODES],
    PACKBITS.counts,
    [c < 128 for c in _CODES],
    unit=2,
)
"""The same of 16-bit values."""


class Packets:
    r"""The packets of coded data: first they are found, then all are decoded.

    Parameters
    ----------
    data : bytes
        What they are in.
    table : Table
        What their codes mean.

    Examples
    --------
    >>> packets = Packets(b"\x01ab\xfec", PACKBITS)
    >>> packets.find(0, 5, 5)
    5
    >>> packets.decode().tobytes()
    b'abccc'
    """

    def __init__(self, data: bytes, table: Table) -> None:
        self.data = data
        self.table = table
        self.places: list[int] = []

    def find(self, start: int, stop: int, wanted: int) -> int:
        """Follow the chain from `start` until it has the values that are wanted.

        Returns
        -------
        int
            Where it ended; -1 if it has other than so many, or goes beyond `stop`.
        """
        data, steps, counts, note = self.data, self.table.steps, self.table.counts, self.places
        while wanted > 0 and start < stop:
            note.append(start)
            code = data[start]
            wanted -= counts[code]
            start += steps[code]
        return start if wanted == 0 and start <= stop else -1

    def decode(self) -> Bytes:
        """Return the values of all packets that were found."""
        codes = np.frombuffer(self.data, np.uint8)
        unit = self.table.unit
        at = np.asarray(self.places, np.int64)
        kinds = codes[at]
        counts = self.table.counted[kinds]
        literal = self.table.literal[kinds]
        at += 1
        # Every packet as a run, and then what is copied over it. An empty one at the very end of
        # the data has no value behind it.
        if unit == 1:
            out = np.repeat(codes[np.minimum(at, len(codes) - 1)], counts)
        else:
            values = np.minimum(at[:, None] + np.arange(unit), len(codes) - 1)
            out = np.repeat(codes[values], counts, axis=0).reshape(-1)
        starts = (np.cumsum(counts) - counts)[literal] * unit
        lengths = counts[literal] * unit
        out[ranges(starts, lengths)] = codes[ranges(at[literal], lengths)]
        return out


def ranges(starts: Places, lengths: Places) -> Places:
    """Return ``start, start + 1, …`` of each length, one range after the other.

    Examples
    --------
    >>> ranges(np.array([5, 20]), np.array([2, 3])).tolist()
    [5, 6, 20, 21, 22]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - ends + lengths, lengths) + np.arange(total)
