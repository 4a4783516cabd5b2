"""What a JPEG XR (HD Photo) file declares of itself: a small TIFF with tags of its own.

ITU-T T.832 (ISO/IEC 29199-2), annex A Tag-based file format::

    'II' BC 01  directory:4 ... directory: count:2, then tag:2 type:2 count:4 value:4 of each entry
    BC01 pixel format (16 bytes)  BC80 width  BC81 height  BCC0 place  BCC1 length of the image
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from iio_core import NotThisFormat

from ._layout import Layout
from ._source import Short, little

__all__ = ["Header", "header", "is_cut", "pixels_only"]

_FORMAT, _TURN, _WIDTH, _HEIGHT, _X, _Y = 0xBC01, 0xBC02, 0xBC80, 0xBC81, 0xBC82, 0xBC83
_OFFSET, _LENGTH, _ALPHA_OFFSET, _ALPHA_LENGTH = 0xBCC0, 0xBCC1, 0xBCC2, 0xBCC3
_XMP, _ICC = 0x02BC, 0x8773
_KIND = 0xBC04  # of the image, such as a page of several
_DECODED = {_FORMAT, _TURN, _KIND, _WIDTH, _HEIGHT, _X, _Y, _OFFSET, _LENGTH}
_DECODED |= {_ALPHA_OFFSET, _ALPHA_LENGTH}
_KNOWN = _DECODED | {_XMP, _ICC}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 11: 4}
# What is done to show the image, 0 to 7, as EXIF counts: T.832, table A.8.
_TURNS = (1, 4, 2, 3, 6, 7, 5, 8)

_COMMON = "24c3dd6f034efe4bb1853d77768dc9"
_SPECIAL = {
    "2dadc7f58d6add43a7a8a29935261ae9": ("uint8", 4),  # 32bppRGBA
    "50a6c43c27a5374da9163142c7ebedba": ("uint8", 4),  # 32bppPRGBA
    "8fd7fee3dbe8cf4a84c1e97f6136b327": ("float32", 3),  # 96bppRGBFloat
}
_KINDS = {
    0x05: ("bool", 1),
    0x08: ("uint8", 1),
    0x0B: ("uint16", 1),
    0x0C: ("uint8", 3),  # BGR, which the decoder turns around
    0x0D: ("uint8", 3),
    0x0E: ("uint8", 3),
    0x0F: ("uint8", 4),
    0x10: ("uint8", 4),
    0x11: ("float32", 1),
    0x15: ("uint16", 3),
    0x16: ("uint16", 4),
    0x17: ("uint16", 4),
    0x19: ("float32", 4),
    0x1A: ("float32", 4),
    0x1B: ("float32", 3),
    0x1C: ("uint8", 4),  # CMYK
    0x1F: ("uint16", 4),
    0x3A: ("float16", 4),
    0x3B: ("float16", 3),
    0x3E: ("float16", 1),
    0x42: ("float16", 3),
    0x12: ("float32", 3),  # fixed point: 3 bits before the point and 13 behind it
    0x13: ("float32", 1),
    0x18: ("float32", 3),
    0x1D: ("float32", 4),
    0x1E: ("float32", 4),
    0x3F: ("float32", 1),
    0x40: ("float32", 3),
    0x41: ("float32", 3),
}
_BITS = {"bool": 1, "uint8": 8, "uint16": 16, "float16": 16, "float32": 32}


class Header(NamedTuple):
    """The tags that matter.

    Attributes
    ----------
    layout : Layout
        Size and samples.
    orientation : int
        As EXIF counts.
    image, alpha : tuple of int
        Place and length of the coded image, and of alpha where that is by itself.
    told : dict
        The metadata.
    """

    layout: Layout
    orientation: int
    image: tuple[int, int]
    alpha: tuple[int, int] | None
    told: dict[str, Any]


def header(data: bytes) -> Header:
    """Return what the first directory of a file says.

    Raises
    ------
    NotThisFormat
        For pixel formats that imagecodecs does not decode.
    """
    if data[:3] != b"II\xbc":
        raise ValueError("it does not begin as a JPEG XR")
    tags = _tags(data)
    missing = [t for t in (_FORMAT, _WIDTH, _HEIGHT, _OFFSET, _LENGTH) if t not in tags]
    if missing:
        raise ValueError(f"its directory has no tag {missing[0]:04X}")
    kind = _kind(tags[_FORMAT])
    dtype, channels = kind
    layout = Layout(_whole(tags, _HEIGHT), _whole(tags, _WIDTH), channels, dtype, _BITS[dtype])
    image = _whole(tags, _OFFSET), _whole(tags, _LENGTH)
    alpha = None
    if _ALPHA_OFFSET in tags and _ALPHA_LENGTH in tags:
        alpha = _whole(tags, _ALPHA_OFFSET), _whole(tags, _ALPHA_LENGTH)
    turn = _whole(tags, _TURN) if _TURN in tags else 0
    return Header(layout, _TURNS[turn & 7], image, alpha, _told(tags))


def is_cut(data: bytes) -> bool:
    """Tell whether a file ends before its pixels do: the decoder makes up what is missing."""
    found = header(data)
    if sum(found.image) > len(data):
        return True
    if found.alpha is None:
        return False
    start, length = found.alpha
    # jxrlib writes not how long alpha is, but where it ends.
    return (length if length > start else start + length) > len(data)


def pixels_only(data: bytes) -> bytes:
    """Return a file with no tags but those that pixels are decoded by.

    jxrlib would follow the others as well, and print those that it does not know.
    """
    at = little(data, 4, 4)
    count = little(data, at, 2)
    entries = [data[place : place + 12] for place in range(at + 2, at + 2 + 12 * count, 12)]
    kept = [entry for entry in entries if little(entry, 0, 2) in _DECODED]
    if len(kept) == count:
        return data
    directory = b"".join([len(kept).to_bytes(2, "little"), *kept, bytes(4)])  # and no other
    return b"".join([data[:at], directory, data[at + len(directory) :]])


def _told(tags: dict[int, bytes]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if tags.get(_XMP):
        found["xmp"] = tags[_XMP]
    if tags.get(_ICC):
        found["icc_profile"] = tags[_ICC]
    if len(tags.get(_X, b"")) == len(tags.get(_Y, b"")) == 4:
        found["dpi"] = struct.unpack("<ff", tags[_X] + tags[_Y])
    return found


def _kind(identifier: bytes) -> tuple[str, int]:
    text = identifier.hex()
    found = _KINDS.get(identifier[15]) if text[:30] == _COMMON else _SPECIAL.get(text)
    if found is None:
        raise NotThisFormat(f"its pixel format {text} is none that imagecodecs decodes")
    return found


def _tags(data: bytes) -> dict[int, bytes]:
    """Return the values of the first directory; what is not in the file is left out."""
    at = little(data, 4, 4)
    count = little(data, at, 2)
    places: dict[int, slice] = {}
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, length = little(data, entry, 2), little(data, entry + 2, 2), 0
        length = little(data, entry + 4, 4) * _SIZES.get(kind, 0)
        start = entry + 8 if length <= 4 else little(data, entry + 8, 4)
        if start + length > len(data):
            if tag == _FORMAT:
                raise Short("the pixel format is cut")
            continue
        if tag in _KNOWN:
            places[tag] = slice(start, start + length)
    found = {tag: data[place] for tag, place in places.items()}
    if len(found.get(_FORMAT, b"")) != 16:
        raise ValueError("its pixel format is none")
    return found


def _whole(tags: dict[int, bytes], tag: int) -> int:
    return int.from_bytes(tags[tag], "little")
