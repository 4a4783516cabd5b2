"""Files that are almost sound: what the fuzzers try, and what may come of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from iio_core.testing import survives

# The offset behind which files of chunks with check sums begin.
CHUNKS = {".mng": 8, ".jng": 8}


def mended(data: bytes, extension: str) -> bytes:
    """Return a file with right check sums: a wrong one would end the test at once."""
    if extension not in CHUNKS:
        return data
    out = bytearray(data)
    place = CHUNKS[extension]
    while place + 12 <= len(out):
        length = int.from_bytes(out[place : place + 4], "big")
        stop = place + 8 + length
        if stop + 4 > len(out):
            break
        out[stop : stop + 4] = zlib.crc32(out[place + 4 : stop]).to_bytes(4, "big")
        place = stop + 4
    return bytes(out)


def survive(data: bytes, extension: str, **options: Any) -> bool:
    """Read a file in every way; return whether it was read."""
    return survives(data, extension, plugin="retro", **options)


def changed(data: bytes, changes: list[tuple[str, int, int, bytes]]) -> bytes:
    """Return a file after some changes, each of a kind, at a place, with numbers and bytes."""
    out = bytearray(data)
    for kind, place, length, given in changes:
        place %= len(out) + 1
        if kind == "replace":
            out[place : place + len(given)] = given
        elif kind == "insert":
            out[place:place] = given
        elif kind == "delete":
            del out[place : place + length]
        elif kind == "repeat":
            out[place:place] = out[place : place + length]
        elif kind == "flip" and place < len(out):
            out[place] ^= 1 << length % 8
        elif kind == "cut":
            del out[max(place, 1) :]
    return bytes(out)


def numbers() -> Iterator[bytes]:
    """Yield numbers that programs trip over, as they stand in files."""
    for value in (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF):
        for size in (1, 2, 4):
            if value < 1 << 8 * size:
                yield value.to_bytes(size, "big")
                yield value.to_bytes(size, "little")
