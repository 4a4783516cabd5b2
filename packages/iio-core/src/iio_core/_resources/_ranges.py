"""Bodies of servers that send any part of a file: what is read is fetched in blocks, and kept.

Reading here and there fetches the blocks that are needed, and nothing else. Whoever reads on from
where the last fetch ended is likely to go on: then as much again is fetched as was read so far.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from .._limits import Limits
from ._base import write_all
from ._bodies import new_spool

__all__ = ["BLOCK", "RangedBody"]

BLOCK = 32 << 10
_AHEAD = (4 << 20) // BLOCK  # blocks that one request fetches at most
_KEPT = (256 << 20) // BLOCK  # blocks that are kept at most, in memory or a temporary file


class RangedBody:
    """A body that is fetched in parts.

    Parameters
    ----------
    fetch : callable
        Returns the bytes from one offset to another, all of them.
    size : int
        How long the body is.
    first : bytes
        Its beginning, as far as it is here already.
    """

    def __init__(
        self, fetch: Callable[[int, int], bytes], size: int, limits: Limits, *, first: bytes = b""
    ) -> None:
        self._fetch = fetch
        self.known_size: int | None = size
        self._size = size
        self._spool = new_spool()
        self._slots: dict[int, int] = {}  # block to place in the spool; the oldest use first
        self._places = 0  # in the spool; those that an interruption takes from a block are not used
        self._room = max(_AHEAD, min(_KEPT, limits.body_bytes // BLOCK))
        self._lock = threading.Lock()
        whole = len(first) if len(first) == size else len(first) // BLOCK * BLOCK
        self._next = self._run = -(-whole // BLOCK)
        self._keep(0, first[:whole])

    def size(self) -> int:
        """Return how long the body is."""
        return self._size

    def read_at(self, offset: int, n: int) -> bytes:
        """Return up to `n` bytes from `offset`, of one block."""
        if offset >= self._size or n <= 0:
            return b""
        number, inside = divmod(offset, BLOCK)
        with self._lock:
            if number not in self._slots:
                self._load(number, (min(offset + n, self._size) - 1) // BLOCK)
            slot = self._slots[number] = self._slots.pop(number)
            self._spool.seek(slot * BLOCK + inside)
            # The last block's place may have been that of a longer one.
            return self._spool.read(min(n, BLOCK - inside, self._size - offset))

    def _load(self, first: int, last: int) -> None:
        """Fetch a block, those after it that are asked for, and some more of a sequential read."""
        if first != self._next:
            self._run = 0
        last = min(max(last, first + self._run - 1), first + _AHEAD - 1, (self._size - 1) // BLOCK)
        for number in range(first + 1, last + 1):
            if number in self._slots:
                last = number - 1
                break
        self._keep(first, self._fetch(first * BLOCK, min((last + 1) * BLOCK, self._size)))
        self._next = last + 1
        self._run += last + 1 - first

    def _keep(self, first: int, data: bytes) -> None:
        for start in range(0, len(data), BLOCK):
            if self._places < self._room or not self._slots:
                slot = self._places
                self._places += 1
            else:
                slot = self._slots.pop(next(iter(self._slots)))
            self._spool.seek(slot * BLOCK)
            write_all(self._spool, data[start : start + BLOCK])
            self._slots[first + start // BLOCK] = slot

    def close(self) -> None:
        """Forget what was kept."""
        self._spool.close()
