"""The sizes of images that Pillow decodes as soon as it opens them.

A limit has to be checked before the memory is taken. For most formats that is after opening and
before decoding; icons and JPEG XL are decoded by opening them, so their size is read here.
"""

from __future__ import annotations

import struct
from typing import IO

from . import _jxl_header

__all__ = ["DECODED_AT_ONCE", "declared_size"]

DECODED_AT_ONCE = frozenset({"ICO", "JXL"})
"""The formats that Pillow decodes when it opens them."""


def declared_size(file: IO[bytes], format: str) -> tuple[int, int] | None:
    """Return the width and height of what opening a file would decode.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning, and left there.
    format : str
        The name of its format.

    Returns
    -------
    tuple of int, optional
        Of the largest image in an icon. None for formats that are not decoded when they are
        opened, and for files that do not say.
    """
    if format not in DECODED_AT_ONCE:
        return None
    try:
        return _icon(file) if format == "ICO" else _jxl_header.size(file.read(4096))
    except (ValueError, struct.error):
        return None
    finally:
        file.seek(0)


def _icon(file: IO[bytes]) -> tuple[int, int] | None:
    """Look at each image: the directory has one byte for a size, and the image may be larger."""
    _, _, count = struct.unpack("<HHH", file.read(6))
    entries = file.read(16 * count)
    largest: tuple[int, int] | None = None
    for (offset,) in struct.iter_unpack("<12xI", entries[: len(entries) // 16 * 16]):
        file.seek(offset)
        size = _entry(file.read(24))
        if size is not None and (largest is None or size[0] * size[1] > largest[0] * largest[1]):
            largest = size
    return largest


def _entry(head: bytes) -> tuple[int, int] | None:
    """Return the size of a PNG file, or of a bitmap, whose height counts its mask too."""
    if head.startswith(b"\x89PNG"):
        return struct.unpack(">II", head[16:24]) if len(head) == 24 else None
    if len(head) < 12:
        return None
    if head[:4] == b"\x0c\0\0\0":
        width, height = struct.unpack("<HH", head[4:8])
    else:
        width, height = struct.unpack("<ii", head[4:12])
    return abs(width), abs(height) // 2
