"""How long raw files are, of makers that tell it in a way of their own.

Panasonic's RW2, Phase One's IIQ, Rollei's RDC, Sinar's IA, Vision Research's Cine. None but the
last (Cine File Format, sections CINEFILEHEADER and BITMAPINFOHEADER) has published it: it is what
LibRaw makes of them.
"""

from __future__ import annotations

import re
import struct

from ._exif import entries, number_list

__all__ = ["is_packed_cine", "of_maker"]

_PHASE_ONE = re.compile(rb"IIII.waR|MMMMRaw", re.DOTALL)


def of_maker(data: bytes) -> int | None:
    """Return how many bytes a file has at least; None if it is of none of these makers."""
    mark = _PHASE_ONE.search(data[:40])
    try:
        if mark:
            return _of_phase_one(data, mark.start())
        if data.startswith(b"IIU\0"):
            return _of_panasonic(data)
        if data.startswith(b"DSC-Image"):
            return _of_rollei(data)
        if data.startswith(b"PWAD"):
            return _of_sinar(data)
        if data.startswith(b"CI\x2c\0"):
            return _of_cine(data)
    except struct.error:
        return len(data) + 1  # a header is cut
    return None


def _of_panasonic(data: bytes) -> int:
    """Return the least length of a RW2: it packs 14 values, if no more, in 16 bytes.

    Where the place of packed values is not told, they have 2 bytes each, unless the file is as long
    as if they were packed: so LibRaw sees it.
    """
    found = {
        tag: next(iter(number_list(data, "<", kind, count, place)), 0)
        for tag, kind, count, place in entries(data, 0, struct.unpack_from("<I", data, 4)[0], "<")
        if tag in (_WIDTH, _HEIGHT, _LAYOUT, _STRIP, _PACKED)
    }
    width, height, start = (found.get(tag, 0) for tag in (_WIDTH, _HEIGHT, _PACKED))
    row = width * 8 // 7
    if start:
        return int(start + row * height) if found.get(_LAYOUT, 0) in _FOURTEEN else 0
    start = found.get(_STRIP, 0)
    packed = row and (len(data) - start) // row == height
    return int(start + (row if packed else 2 * width) * height)


# Of Panasonic's raw files.
_WIDTH, _HEIGHT, _LAYOUT, _STRIP, _PACKED = 2, 3, 45, 273, 280
_FOURTEEN = (0, 2, 3, 4)  # layouts, 0 where the file does not tell; from 5 on there are others


def _of_phase_one(data: bytes, base: int) -> int:
    """Return the least length of an IIQ: its entries tell places and lengths, the sizes the rest.

    They stand behind a mark: number, type, length, value or place.
    """
    order = "<" if data[base : base + 1] == b"I" else ">"
    at = base + int(struct.unpack_from(f"{order}I", data, base + 8)[0])
    least, at = at + 8, at + 8
    count = min(struct.unpack_from(f"{order}I", data, at - 8)[0], _MOST)
    values: dict[int, int] = {}
    for place in range(at, min(at + 16 * count, len(data) - 15), 16):
        tag, _, length, value = struct.unpack_from(f"{order}4I", data, place)
        values[tag] = value
        least = max(least, base + value + length if length > 4 else 0)
    if values.get(_FORMAT, _CODED) < _CODED:
        pixels = values.get(_ACROSS, 0) * values.get(_DOWN, 0)
        least = max(least, base + values.get(_PLACE, 0) + 2 * pixels)
    return int(least)


_ACROSS, _DOWN, _FORMAT, _PLACE = 0x108, 0x109, 0x10E, 0x10F
_CODED = 3  # formats from here on are compressed
_MOST = 512  # entries that are looked at


def _of_rollei(data: bytes) -> int:
    """Return the least length of a RDC, whose header is lines of text: 10 bits a value."""
    lines = data[:1024].split(b"EOHD")[0].splitlines()
    told = dict(line.split(b"=", 1) for line in lines if b"=" in line)
    try:
        header, width, height, across, down = (
            int(told.get(name, b"0")) for name in (b"HDR", b"X  ", b"Y  ", b"TX ", b"TY ")
        )
    except ValueError:
        return 0
    return header + across * down * 2 + width * height * 10 // 8


def _of_sinar(data: bytes) -> int:
    """Return the least length of an IA: parts, each with its place, its length and its name."""
    count, at = struct.unpack_from("<II", data, 4)
    parts = [struct.unpack_from("<II", data, at + 16 * n) for n in range(min(count, _MOST))]
    return max((place + length for place, length in parts), default=0)


def _of_cine(data: bytes) -> int:
    """Return the least length of a Cine: where its last image is, and how long it is there."""
    count, bitmap, _, places = struct.unpack_from("<IIII", data, 20)
    last = struct.unpack_from("<Q", data, places + 8 * (count - 1))[0] if count else 0
    return int(last + 8 + struct.unpack_from("<I", data, bitmap + 20)[0]) if count else 0


def is_packed_cine(data: bytes) -> bool:
    """Tell whether a Cine's values are not in whole bytes, which its biCompression says."""
    if not data.startswith(b"CI\x2c\0") or len(data) < 44:
        return False
    at = struct.unpack_from("<I", data, 24)[0]
    return data[at + 16 : at + 20] in (b"\0\1\0\0", b"\0\4\0\0")
