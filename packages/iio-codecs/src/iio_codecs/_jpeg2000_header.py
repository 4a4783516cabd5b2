"""What a JPEG 2000 file or codestream, or one of HTJ2K, declares of itself.

ITU-T T.800 (ISO/IEC 15444-1), annex A.5.1 Image and tile size (SIZ) and annex I.5 Defined boxes::

    FF4F  FF51 length:2 capabilities:2 X:4 Y:4 XO:4 YO:4 XT:4 YT:4 XTO:4 YTO:4 components:2
          depth:1 dx:1 dy:1 of each component
"""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any

from ._boxes import Box, boxes, first, whole
from ._exif import prefixed
from ._layout import Layout
from ._source import Short, big

__all__ = ["EXIF", "XMP", "is_cut", "layout", "told"]

_START = b"\xff\x4f\xff\x51"
_SOT, _EOC = 0xFF90, 0xFFD9
EXIF = b"JpgTiffExif->JP2"
"""The identifier of a box with EXIF."""

XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The identifier of a box with XMP. XMP Specification Part 3, section 1.1.4 JPEG 2000."""


def layout(data: bytes) -> Layout:
    """Return size and samples as SIZ says, and the palette of the file format."""
    if data.startswith(_START):
        return _codestream(data, 0, 0)
    columns = 0
    for kind, start, end in boxes(data):
        if kind == b"jp2h":
            palette = first(data, b"pclr", start, end)
            if palette is not None:
                columns = big(data, palette.start + 2, 1)
        elif kind == b"jp2c":
            if data[start : start + 4] != _START:
                if start + 4 > len(data):
                    raise Short("the codestream is cut")
                raise ValueError("its codestream does not begin as one")
            return _codestream(data, start, columns)
    raise Short("it has no codestream")


def _codestream(data: bytes, at: int, columns: int) -> Layout:
    if at + 42 > len(data):
        raise Short("SIZ is cut")
    right, bottom, left, top = struct.unpack_from(">4I", data, at + 8)
    count = big(data, at + 40, 2)
    if not 0 < count <= 16384:
        raise ValueError(f"it declares {count} components")
    if at + 42 + 3 * count > len(data):
        raise Short("SIZ is cut")
    parts = [tuple(data[at + 42 + 3 * i : at + 45 + 3 * i]) for i in range(count)]
    depth, signed, dx, dy = parts[0][0] & 0x7F, parts[0][0] >> 7, parts[0][1], parts[0][2]
    if any(p[0] != parts[0][0] for p in parts) and not columns:
        raise ValueError("its components have different depths, which is not supported")
    if not (dx and dy):
        raise ValueError("a component has no size")
    bits = depth + 1
    if bits > 32:
        raise ValueError(f"it declares samples of {bits} bits")
    width = -(-right // dx) - -(-left // dx)
    height = -(-bottom // dy) - -(-top // dy)
    size = 8 if bits <= 8 else 16 if bits <= 16 else 32
    dtype = f"{'int' if signed else 'uint'}{size}"
    return Layout(height, width, columns or count, dtype, bits)


def is_cut(data: bytes) -> bool:
    """Tell whether the codestream ends before its last tile: decoders leave those out that miss.

    T.800, annex A.4.2: each tile-part begins with SOT, which has its length, or 0 for the last.
    """
    at, end = 0, len(data)
    if not data.startswith(_START):
        stream = first(data, b"jp2c")
        if stream is None or stream.end > len(data):
            return True
        at, end = stream.start, stream.end
    at += 2
    while (marker := big(data, at, 2)) != _SOT:  # the main header
        if marker < 0xFF01:
            raise ValueError(f"there is no marker at byte {at}")
        at += 2 + big(data, at + 2, 2)
    while at + 2 <= end and (marker := big(data, at, 2)) == _SOT:
        length = big(data, at + 6, 4)
        if length == 0:
            return data[:end].rstrip(b"\0")[-2:] != b"\xff\xd9"
        if length < 14:
            raise ValueError("a tile-part is shorter than its header")
        at += length
    return at + 2 > end or marker != _EOC


def told(data: bytes) -> dict[str, Any]:
    """Return what the boxes of a file say beside the pixels."""
    found: dict[str, Any] = {}
    for part in whole(data):
        with suppress(ValueError):  # of boxes in it that are damaged
            found |= _said(data, part)
    return found


def _said(data: bytes, part: Box) -> dict[str, Any]:
    kind, start, end = part
    if kind == b"jp2h":
        return _header(data, start, end)
    if kind == b"uuid":
        return _identified(data[start : start + 16], data[start + 16 : end])
    if kind == b"xml ":
        return {"xml": data[start:end].rstrip(b"\0").decode("utf-8", "replace")}
    return {}


def _identified(identifier: bytes, value: bytes) -> dict[str, Any]:
    if identifier == EXIF:
        return {"exif": prefixed(value)}
    return {"xmp": value} if identifier == XMP else {}


def _header(data: bytes, start: int, end: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    color = first(data, b"colr", start, end)
    if (
        color is not None
        and data[color.start : color.start + 1] in (b"\2", b"\3")
        and color.end <= len(data)
    ):
        found["icc_profile"] = data[color.start + 3 : color.end]
    resolution = first(data, b"res ", start, end)
    for kind in (b"resc", b"resd") if resolution is not None else ():
        assert resolution is not None
        inner = first(data, kind, resolution.start, resolution.end)
        if inner is not None and inner.end - inner.start == 10:
            found |= _density(data[inner.start : inner.end])
    return found


def _density(data: bytes) -> dict[str, Any]:
    """Return a resolution, which is told in points a meter, in points an inch."""
    vn, vd, hn, hd, ve, he = struct.unpack(">HHHHbb", data)
    if not (vd and hd):
        return {}
    return {"dpi": (hn / hd * 10.0**he * 0.0254, vn / vd * 10.0**ve * 0.0254)}
