"""What sorting a folder takes of a DICOM header, without a data set being made of it.

A folder may have thousands of files, and pydicom makes an object of each element of each. Here the
elements are stepped over, and the few that are wanted are kept. Whatever is not plain little
endian with a preamble is left to pydicom. PS3.5, section 7 (the data set); PS3.10, section 7.1.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

__all__ = ["IMPLICIT", "PIXELS", "Odd", "Pixels", "Scanned", "Short", "meta_of", "scan"]

IMPLICIT = "1.2.840.10008.1.2"
_BIG = "1.2.840.10008.1.2.2"
_DEFLATED = frozenset({"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95"})
PIXELS = {
    0x7FE00008: "FloatPixelData",
    0x7FE00009: "DoubleFloatPixelData",
    0x7FE00010: "PixelData",
}
_LONG = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SHORT = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FL", b"FD", b"IS", b"LO", b"LT", b"PN"}
    | {b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)
_FIRST_PIXELS = min(PIXELS)
_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_DEEPEST = 32
_explicit = struct.Struct("<HH2sH").unpack_from
_implicit = struct.Struct("<HHL").unpack_from
_length = struct.Struct("<L").unpack_from


class Odd(Exception):
    """The header is of a kind that is left to pydicom, or damaged."""


class Pixels(NamedTuple):
    """Where the pixels of a file are.

    Attributes
    ----------
    keyword : str
        ``"PixelData"``, ``"FloatPixelData"`` or ``"DoubleFloatPixelData"``.
    vr : str
        The VR of the element; empty if it is implicit.
    offset : int
        Where the value begins.
    length : int
        How many bytes it says that it has; 0xFFFFFFFF for encapsulated ones.
    """

    keyword: str
    vr: str
    offset: int
    length: int


class Scanned(NamedTuple):
    """The wanted elements as they stand in a file, and where its pixels are."""

    syntax: str
    values: dict[int, bytes]
    pixels: Pixels | None


class Short(Exception):
    """The header goes on behind the bytes that were given.

    Attributes
    ----------
    place : int
        How far it goes at least.
    last : int
        The tag in which the bytes end; what stands in front of it has been seen whole.
    begun : Scanned
        What has been found so far.
    """

    def __init__(self, place: int, last: int = 0, begun: Scanned | None = None) -> None:
        super().__init__(place)
        self.place, self.last = place, last
        self.begun = begun or Scanned("", {}, None)


def scan(data: bytes, wanted: frozenset[int]) -> Scanned:
    """Step over the elements of a header.

    Parameters
    ----------
    data : bytes
        The beginning of a file.
    wanted : frozenset of int
        The tags to keep. Of a sequence only that it is there is kept.

    Raises
    ------
    Short
        If `data` ends before the header; if it is the whole file, that has no pixels, or is cut.
    Odd
        If it is not plain little endian.
    """
    if data[128:132] != b"DICM":
        raise Odd("no preamble")
    try:
        return _scan(data, wanted)
    except struct.error:
        raise Short(len(data)) from None


def _scan(data: bytes, wanted: frozenset[int]) -> Scanned:
    values: dict[int, bytes] = {}
    place, syntax = meta_of(data, values, wanted)
    if syntax == _BIG or syntax in _DEFLATED or not syntax.startswith("1.2.840.10008.1.2"):
        raise Odd(f"transfer syntax {syntax}")
    implicit = syntax == IMPLICIT
    end, last = len(data), 0
    begun = Scanned(syntax, values, None)
    try:
        while place < end:
            if implicit:
                tag, vr, length, place = _element(data, place, implicit)
            else:  # most files, and most of the time: `_element` without a call
                group, number, vr, length = _explicit(data, place)
                tag = group << 16 | number
                if vr in _SHORT:
                    place += 8
                else:
                    tag, vr, length, place = _element(data, place, implicit)
            if tag >= _FIRST_PIXELS and tag in PIXELS:
                return Scanned(syntax, values, Pixels(PIXELS[tag], vr.decode(), place, length))
            if tag < last:
                raise Odd("elements are not in order")
            last = tag
            if length == _UNDEFINED:
                if tag in wanted:
                    values[tag] = b""
                place = _behind_items(data, place, implicit or vr == b"UN", 0)
                continue
            if tag in wanted:
                values[tag] = data[place : place + length]
            place += length
    except struct.error:
        raise Short(end, last, begun) from None
    if place > end:
        raise Short(place, last, begun)
    return begun


def meta_of(
    data: bytes, values: dict[int, bytes] | None = None, wanted: frozenset[int] = frozenset()
) -> tuple[int, str]:
    """Return where the group 2 ends, which is always explicit little endian, and the syntax."""
    values = {} if values is None else values
    place, syntax = 132, ""
    while data[place : place + 2] == b"\x02\0":
        if place + 12 > len(data):
            raise Short(place)
        tag, _, length, place = _element(data, place, implicit=False)
        if length == _UNDEFINED:
            raise Odd("a sequence in the file meta information")
        if tag == 0x00020010:
            syntax = data[place : place + length].decode("latin-1").strip(" \0")
        elif tag in wanted:
            values[tag] = data[place : place + length]
        place += length
    if place + 2 > len(data):
        raise Short(place)
    return place, syntax


def _element(data: bytes, place: int, implicit: bool) -> tuple[int, bytes, int, int]:
    """Return the tag, the VR and the length of an element, and where its value begins."""
    if implicit:
        group, element, length = _implicit(data, place)
        return group << 16 | element, b"", length, place + 8
    group, element, vr, length = _explicit(data, place)
    if vr in _LONG:
        return group << 16 | element, vr, _length(data, place + 8)[0], place + 12
    if vr not in _SHORT:
        raise Odd(f"VR {vr!r}")
    return group << 16 | element, vr, length, place + 8


def _behind_items(data: bytes, place: int, implicit: bool, depth: int) -> int:
    """Return where a sequence without a length ends."""
    if depth > _DEEPEST:
        raise Odd("sequences in sequences")
    while True:
        group, element, length = _implicit(data, place)
        tag = group << 16 | element
        place += 8
        if tag == _SEQUENCE_END:
            return place
        if tag != _ITEM:
            raise Odd(f"tag {tag:08x} in a sequence")
        if length != _UNDEFINED:
            place += length
        else:
            place = _behind_item(data, place, implicit, depth)


def _behind_item(data: bytes, place: int, implicit: bool, depth: int) -> int:
    """Return where an item without a length ends."""
    while True:
        group, number, _ = _implicit(data, place)
        if group << 16 | number == _ITEM_END:
            return place + 8
        _, vr, length, place = _element(data, place, implicit)
        if length == _UNDEFINED:
            place = _behind_items(data, place, implicit or vr == b"UN", depth + 1)
        else:
            place += length
