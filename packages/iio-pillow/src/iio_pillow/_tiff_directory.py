"""Whether the first directory of a TIFF is all there: TIFF 6.0, section 2, and BigTIFF."""

from __future__ import annotations

import io
import struct
from typing import IO

__all__ = ["is_cut"]

# How many bytes a value of each type takes (section 2, "Types"; 16 to 18 are BigTIFF's).
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}


def is_cut(file: IO[bytes]) -> bool:
    """Tell whether the file ends before its first directory, or before one of its values, does."""
    where = file.tell()
    try:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        try:
            return _is_cut(file, size)
        except struct.error:  # there is less than a header or an entry takes
            return True
    finally:
        file.seek(where)


def _is_cut(file: IO[bytes], size: int) -> bool:
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    number, word = ("Q", "Q") if big else ("H", "I")
    (at,) = struct.unpack_from(order + word, head, 8 if big else 4)
    file.seek(at)
    (count,) = struct.unpack(order + number, file.read(struct.calcsize(order + number)))
    entry = struct.Struct(f"{order}HH{word}{word}")
    file.seek(at + struct.calcsize(order + number))
    if at + count * entry.size > size:
        return True
    for _, kind, length, offset in entry.iter_unpack(file.read(count * entry.size)):
        taken = length * _SIZES.get(kind, 1)
        if taken > struct.calcsize(order + word) and offset + taken > size:
            return True
    return False
