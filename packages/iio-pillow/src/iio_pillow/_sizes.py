"""The sizes of images that Pillow decodes as soon as it opens them.

A limit has to be checked before the memory is taken. For most formats that is after opening and
before decoding; icons and JPEG XL are decoded by opening them, and for WebP all memory is taken
then, so their sizes are read here.
"""

from __future__ import annotations

import struct
from typing import IO

from . import _jxl_header
from ._telling import telling

__all__ = ["DECODED_AT_ONCE", "declared_mode", "declared_size"]

DECODED_AT_ONCE = frozenset({"ICO", "JXL", "WEBP"})
"""The formats for which Pillow takes the memory when it opens them."""


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
        if format == "ICO":
            return _icon(file)
        head = file.read(4096)
        return _webp(head) if format == "WEBP" else _jxl_header.size(telling(file, format, head))
    except (ValueError, struct.error):
        return None
    finally:
        file.seek(0)


def declared_mode(file: IO[bytes], format: str) -> str:
    """Return the mode of Pillow's to which opening a file would decode it, or a smaller one.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning, and left there.
    format : str
        The name of its format.
    """
    if format == "ICO":
        return "RGBA"
    if format != "JXL":
        return "RGB"
    try:
        channels, sample = _jxl_header.channels(telling(file, format, file.read(4096)))
    except ValueError:
        return "RGB"
    finally:
        file.seek(0)
    if channels == 1:
        return {1: "L", 2: "I;16", 4: "F"}[sample]
    return {2: "LA", 3: "RGB", 4: "RGBA"}[channels]


def _webp(head: bytes) -> tuple[int, int] | None:
    """RFC 9649: the canvas of the extended format, or the one image of a simple file."""
    kind = head[12:16]
    if len(head) < 30 and not (kind == b"VP8L" and len(head) >= 25):
        return None
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
        return width + 1, height + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


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
