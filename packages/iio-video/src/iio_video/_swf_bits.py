"""Numbers of a few bits, as SWF packs them.

SWF File Format Specification, version 19, chapter 1: Basic data types.
"""

from __future__ import annotations

__all__ = ["Bits", "matrix", "rectangle", "rectangle_size"]


class Bits:
    """Bits that are put one after the other, the highest first."""

    def __init__(self) -> None:
        self._bits: list[str] = []

    def add(self, value: int, count: int) -> Bits:
        """Add a number of so many bits, as its two's complement."""
        if count:
            self._bits.append(f"{value & ((1 << count) - 1):0{count}b}")
        return self

    def bytes(self) -> bytes:
        """Return them, filled up to whole bytes."""
        text = "".join(self._bits)
        text += "0" * (-len(text) % 8)
        return int(text or "0", 2).to_bytes(len(text) // 8, "big")


def signed(*values: int) -> int:
    """Return how many bits the largest of some signed numbers takes."""
    return max(v.bit_length() if v >= 0 else (-v - 1).bit_length() for v in values) + 1


def rectangle(width: int, height: int) -> bytes:
    """Return a RECT from the origin, in twips (chapter 1, Rectangle record)."""
    count = signed(width, height)
    bits = Bits().add(count, 5)
    for value in (0, width, 0, height):
        bits.add(value, count)
    return bits.bytes()


def rectangle_size(data: bytes) -> int:
    """Return how many bytes a RECT takes that begins with `data`."""
    return -(-(5 + 4 * (data[0] >> 3)) // 8)


def matrix(scale: int) -> bytes:
    """Return a MATRIX that scales by a whole number (chapter 1, Matrix record)."""
    fixed = scale << 16
    count = signed(fixed)
    bits = Bits().add(1, 1).add(count, 5).add(fixed, count).add(fixed, count)
    return bits.add(0, 1).add(0, 5).bytes()  # neither rotated nor moved
