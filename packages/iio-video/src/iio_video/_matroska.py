"""Where the elements of a Matroska file end, beyond what its header says (RFC 8794, RFC 9559)."""

from __future__ import annotations

from typing import IO

__all__ = ["lacking", "number_at"]

_SEGMENT, _CLUSTER, _GROUP = 0x18538067, 0x1F43B675, 0xA0
_OPENED = frozenset({_SEGMENT, _CLUSTER, _GROUP})
# RFC 9559, section 5.1: what stands in a segment, a cluster and a group of blocks.
_KNOWN = _OPENED | {
    *(0x1A45DFA3, 0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1941A469, 0x1043A770),
    *(0x1254C367, 0xEC, 0xBF, 0xE7, 0xA7, 0xAB, 0xA3, 0xAF, 0x5854),
    *(0xA1, 0xA2, 0x75A1, 0x9B, 0xFA, 0xFB, 0xFD, 0xA4, 0x75A2, 0x8E, 0xC8),
}
_HEAD = 12  # bytes of an identifier and a size at most
_MOST = 1 << 21  # elements that are looked at: blocks of hours


def lacking(file: IO[bytes], place: int, size: int) -> int:
    """Return how many bytes a file lacks of an element that has begun; 0 if its last one is whole.

    A live recording does not say how long it is; but each of its blocks does.

    Parameters
    ----------
    file : binary file
        The file; where it stands is kept.
    place : int
        Where an element begins.
    size : int
        How many bytes the file has.
    """
    before = file.tell()
    end = place
    try:
        for _ in range(_MOST):
            if place >= size:
                return max(end - size, 0)
            file.seek(place)
            kind, length, start = _head(file.read(_HEAD), place)
            if kind is not None and kind not in _KNOWN:
                return 0  # no element begins here
            if kind is None or start > size:
                return max(start - size, 1)
            end = max(end, start + (length or 0))
            if length is None and kind not in _OPENED:
                return 0
            place = start if kind in _OPENED else start + (length or 0)
    finally:
        file.seek(before)
    return 0


def _head(data: bytes, place: int) -> tuple[int | None, int | None, int]:
    """Return identifier and size of an element, and where its content begins."""
    width = 9 - data[0].bit_length() if data else 9
    if width > 4:
        return 0, None, place
    if width >= len(data):
        return None, None, place + width + 1
    length, start = number_at(data, width)
    return int.from_bytes(data[:width], "big"), length, place + start


def number_at(data: bytes, place: int) -> tuple[int | None, int]:
    """Return a number of variable length and where it ends; None: all bits are set, unknown."""
    if place >= len(data) or not data[place]:
        return None, place
    length = 9 - data[place].bit_length()
    value = int.from_bytes(data[place : place + length], "big") & ((1 << 7 * length) - 1)
    if value == (1 << 7 * length) - 1 or place + length > len(data):
        return None, place + length
    return value, place + length
