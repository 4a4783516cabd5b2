"""The boxes of ISO base media files: AVIF, JPEG 2000 and JPEG XL are made of them.

ISO/IEC 14496-12, section 4.2 Object Structure; ITU-T T.800, section I.4 Box definition::

    length:4  type:4  [length:8, if the first is 1]  data
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ._source import big

__all__ = ["Box", "box", "boxes", "first", "whole"]


class Box(NamedTuple):
    """A box: its type, and where its data is."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes between two places; the last may go beyond the data, where they are cut.

    Raises
    ------
    ValueError
        If a box is shorter than its own header, or longer than what it is in.
    """
    last = len(data) if end is None else end
    while start + 8 <= last:
        length, kind, body = big(data, start, 4), data[start + 4 : start + 8], start + 8
        if length == 1:
            length, body = big(data, start + 8, 8), start + 16
        elif length == 0:
            length = last - start
        if length < body - start or (end is not None and start + length > last):
            raise ValueError(f"a box at byte {start} has a wrong length")
        yield Box(kind, body, start + length)
        start += length


def whole(data: bytes) -> Iterator[Box]:
    """Yield the boxes of a file that are there to their end, until one is damaged."""
    try:
        yield from (found for found in boxes(data) if found.end <= len(data))
    except ValueError:
        pass  # decoding says so, if it matters


def first(data: bytes, kind: bytes, start: int = 0, end: int | None = None) -> Box | None:
    """Return the first box of a type; None if there is none."""
    return next((found for found in boxes(data, start, end) if found.kind == kind), None)


def box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box."""
    data = b"".join(parts)
    return (8 + len(data)).to_bytes(4, "big") + kind + data
