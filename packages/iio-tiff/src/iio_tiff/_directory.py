"""One directory of a TIFF file, whose values are read when they are asked for.

TIFF Revision 6.0, section 2, "Image File Directory".
"""

from __future__ import annotations

import struct
from collections.abc import KeysView
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._directories import Chain

__all__ = ["OF_PIXELS", "SIZES", "Directory"]

# Bytes of a value of each type: BYTE, ASCII, SHORT, LONG, RATIONAL, ... IFD, and those of BigTIFF.
SIZES = dict(zip(range(1, 14), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4), strict=True))
SIZES |= {16: 8, 17: 8, 18: 8}
_CODES = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}

# Without these the pixels would be decoded or arranged differently: they may not be missing.
OF_PIXELS = frozenset(
    {*range(254, 260), 262, 266, 273, *range(277, 280), 284, 292, 293, 317, *range(320, 326)}
    | {270, 330, 332, 338, 339, 347, *range(512, 522), 530, 32997, 32998}
    | {33628, 33629, 34361, 34412, 50838, 50839}
)
# Where the pixels are, and what each page has of its own.
_ALIKE = tuple(sorted((OF_PIXELS | {42113}) - {254, 255, 270, 273, 279, 324, 325, 330, 513, 514}))


class Directory:
    """One directory, whose values are read when they are asked for.

    Parameters
    ----------
    chain : Chain
        The file.
    entries : bytes
        Its entries, looked through.
    following : int
        Where the next one is.

    Attributes
    ----------
    lost : set of int
        Tags whose values are not in the file.
    next : int
        Where the next directory of the chain is; 0 if there is none.
    repeats : bool
        Whether it has a tag twice.
    """

    __slots__ = ("_chain", "_entries", "lost", "next", "repeats")

    def __init__(self, chain: Chain, entries: bytes, following: int = 0) -> None:
        self._chain = chain
        self.next = following
        self.repeats = False
        self._entries: dict[int, tuple[int, int, bytes]] = {}
        self.lost: set[int] = set()
        for tag, kind, count, field in chain.entry.iter_unpack(entries):
            size = SIZES.get(kind, 0) * count
            if size > chain.room and chain.offset_of(field) + size > chain.size:
                self.lost.add(tag)  # one that may be missing
                continue
            if tag in self._entries:
                self.repeats = True  # the first one counts
                continue
            self._entries[tag] = (kind, count, field)

    def __contains__(self, tag: int) -> bool:
        return tag in self._entries

    @property
    def tags(self) -> KeysView[int]:
        """The numbers of its tags."""
        return self._entries.keys()

    def like(self, other: Directory) -> bool:
        """Tell whether its pixels are arranged and encoded as those of another one.

        Where they stand is left out, and so is what does not concern them.
        """
        for tag in _ALIKE:
            one, two = self._entries.get(tag), other._entries.get(tag)
            if one == two and (one is None or one[1] * SIZES.get(one[0], 0) <= self._chain.room):
                continue
            if one is None or two is None or self.data(tag) != other.data(tag):
                return False
        return True

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Return the whole numbers of a tag; none if it is absent or has others."""
        entry = self._entries.get(tag)
        if entry is None or entry[0] not in _CODES:
            return ()
        kind, count, _ = entry
        return struct.unpack(f"{self._chain.order}{count}{_CODES[kind]}", self.data(tag))

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first whole number of a tag."""
        found = self.numbers(tag)
        return found[0] if found else default

    def data(self, tag: int) -> bytes:
        """Return the bytes of a tag's values."""
        kind, count, field = self._entries[tag]
        size = SIZES.get(kind, 0) * count
        if size <= self._chain.room:
            return field[:size]
        return self._chain.bytes_at(self._chain.offset_of(field), size)
