"""Whether a raw file is whole: LibRaw develops one that is cut, and fills up with what it has.

How long it has to be, its own headers say: strips and tiles of TIFF directories (TIFF 6.0, section
3), boxes of Canon's CR3, offsets of Fujifilm's RAF, sizes of Minolta's MRW; of others see
``_complete_makers``.
"""

from __future__ import annotations

import struct

from ._complete_makers import of_maker
from ._exif import entries, number_list

__all__ = ["least_length"]

_STRIPS = ((273, 279), (324, 325))  # offsets, lengths
_SUB = 330
_DIRECTORIES = 32


def least_length(data: bytes) -> int:
    """Return how many bytes a raw file has at least, as far as its headers tell."""
    found = of_maker(data)
    if data[:4] in (b"II*\0", b"MM\0*") or data[:4] in (b"IIRO", b"IIRS", b"MMOR"):
        return max(found or 0, _of_tiff(data))
    if found is not None:
        return found
    if data[4:12] == b"ftypcrx ":
        return _of_boxes(data)
    if data.startswith(b"FUJIFILMCCD-RAW") and len(data) >= 108:
        offset, length = struct.unpack_from(">II", data, 100)
        return int(offset + length)
    if data.startswith(b"\0MRM") and len(data) >= 36 and data[9:12] == b"PRD":
        behind = 8 + struct.unpack_from(">I", data, 4)[0]
        height, width = struct.unpack_from(">HH", data, 24)
        return int(behind + height * width * data[32] // 8)
    return 0


def _of_tiff(data: bytes) -> int:
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 8:
        return 8
    todo = [struct.unpack_from(f"{order}I", data, 4)[0]]
    seen: set[int] = set()
    least = 0
    while todo and len(seen) < _DIRECTORIES:
        offset = todo.pop()
        if offset == 0 or offset in seen:
            continue
        seen.add(offset)
        if offset + 2 > len(data):
            return int(offset) + 2
        found = {
            tag: number_list(data, order, kind, count, place)
            for tag, kind, count, place in entries(data, 0, offset, order)
            if tag in _WANTED
        }
        for offsets, lengths in _STRIPS:
            for start, length in zip(found.get(offsets, ()), found.get(lengths, ()), strict=False):
                least = max(least, start + length)
        todo += found.get(_SUB, ())
        behind = offset + 2 + 12 * struct.unpack_from(f"{order}H", data, offset)[0]
        if behind + 4 <= len(data):
            todo.append(struct.unpack_from(f"{order}I", data, behind)[0])
    return least


_WANTED = {_SUB, *(tag for pair in _STRIPS for tag in pair)}


def _of_boxes(data: bytes) -> int:
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from(">I", data, at)[0]
        if size == 1 and at + 16 <= len(data):
            size = struct.unpack_from(">Q", data, at + 8)[0]
        if size < 8:
            return at
        at += size
    return at
