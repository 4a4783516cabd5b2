"""Multi-picture files, assembled from JPEGs (CIPA DC-007-2021, section 5)."""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["assemble"]

_PRIMARY, _UNDEFINED = 0x030000, 0x000000  # of section 5.2.3.3.1: what kind of image it is
_FIELDS = 3


def assemble(jpegs: Sequence[bytes]) -> bytes:
    """Return a file with all images, the first of which every JPEG reader shows.

    Parameters
    ----------
    jpegs : sequence of bytes
        Whole JPEG files. One alone is returned as it is.
    """
    if len(jpegs) == 1:
        return jpegs[0]
    first, *others = jpegs
    at = _behind_exif(first)
    length = len(_segment([(0, 0)] * len(jpegs)))
    # Offsets count from the byte order mark of the index, behind "APP2", the length and "MPF".
    origin = at + 8
    start = len(first) + length
    entries = [(start, 0)]
    for jpeg in others:
        entries.append((len(jpeg), start - origin))
        start += len(jpeg)
    return b"".join([first[:at], _segment(entries), first[at:], *others])


def _segment(entries: Sequence[tuple[int, int]]) -> bytes:
    """Return the segment APP2 with the index: the size and offset of each image."""
    count = len(entries)
    behind = 8 + 2 + 12 * _FIELDS + 4
    head = b"II*\0" + struct.pack("<IH", 8, _FIELDS)
    fields = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100")
    fields += struct.pack("<HHII", 0xB001, 4, 1, count)
    fields += struct.pack("<HHII", 0xB002, 7, 16 * count, behind)
    images = b"".join(
        struct.pack("<IIIHH", _UNDEFINED if number else _PRIMARY, size, offset, 0, 0)
        for number, (size, offset) in enumerate(entries)
    )
    body = b"MPF\0" + head + fields + bytes(4) + images
    if len(body) + 2 > 0xFFFF:
        raise ValueError(f"an MPO file cannot hold {count} images: its index has 64 KiB")
    return b"\xff\xe2" + struct.pack(">H", len(body) + 2) + body


def _behind_exif(jpeg: bytes) -> int:
    """Return where APP0 and APP1 (JFIF, EXIF) end."""
    at = 2
    while jpeg[at : at + 2] in (b"\xff\xe0", b"\xff\xe1"):
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
    return at
