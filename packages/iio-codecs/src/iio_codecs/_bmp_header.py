"""What a Windows bitmap declares of itself, and the same bitmap with a header that can be trusted.

Microsoft, Bitmap Storage, BITMAPFILEHEADER and BITMAPINFOHEADER,
https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage::

    'BM' length:4 0:4 offset:4 | size:4 width:4 height:4 planes:2 bits:2 compression:4 length:4
    x:4 y:4 colors:4 important:4 ... | blue:1 green:1 red:1 0:1 of each color | rows, padded to 4
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from iio_core import NotThisFormat

from ._layout import Layout
from ._source import Short, little

__all__ = ["Header", "header", "packed", "plain"]

_FILE, _INFO = "<2sIHHI", "<IiiHHIIiiII"
_START = struct.calcsize(_FILE)
_SIZES = {40, 52, 56, 108, 124}  # of the header, in its versions; all begin alike
_MOST = 2**32 - 1
_INCH = 0.0254


class Header(NamedTuple):
    """What matters.

    Attributes
    ----------
    layout : Layout
        Size and samples as they are decoded.
    height : int
        The height; below zero if the first row is the upper one.
    bits : int
        Bits a pixel: 8 or 24.
    palette : bytes
        256 colors, four bytes each; none of 24 bits.
    start, length : int
        Where the rows are.
    told : dict
        The metadata.
    """

    layout: Layout
    height: int
    bits: int
    palette: bytes
    start: int
    length: int
    told: dict[str, Any]


def header(data: bytes) -> Header:
    """Return what the header of a file says.

    Raises
    ------
    NotThisFormat
        For other bitmaps than those of 8 bits with a palette and of 24 bits, uncompressed.
    """
    if data[:2] != b"BM":
        raise ValueError("it does not begin as a BMP")
    size = little(data, _START, 4)
    if size not in _SIZES:
        raise NotThisFormat(f"its header has {size} bytes: pip install iio-pillow")
    if len(data) < _START + size:
        raise Short("its header is cut")
    _, width, height, _, bits, compression, _, x, y, colors, _ = struct.unpack_from(
        _INFO, data, _START
    )
    if compression or bits not in (8, 24):
        raise NotThisFormat(
            f"it has {bits} bits a pixel, compression {compression}; 8 or 24 without compression "
            "are read: pip install iio-pillow"
        )
    start, length = little(data, 10, 4), plain(width, height, bits)
    palette, gray = b"", False
    if bits == 8:
        palette = _palette(data, _START + size, start, colors or 256)
        gray = _is_gray(palette)
        palette = palette.ljust(1024, b"\0")  # as many as 8 bits can tell; what misses is black
    layout = Layout(abs(height), width, 1 if gray else 3, "uint8")
    told = {"dpi": (x * _INCH, y * _INCH)} if x > 0 and y > 0 else {}
    return Header(layout, height, bits, palette, start, length, told)


def plain(width: int, height: int, bits: int) -> int:
    """Return how many bytes rows take; each is padded to a multiple of four.

    Raises
    ------
    ValueError
        If they are more than a BMP can have.
    """
    length = (width * bits + 31) // 32 * 4 * abs(height)
    if length > _MOST - _START - 1064:
        raise ValueError(f"{width} x {abs(height)} pixels do not fit into the 4 GiB of a BMP")
    return length


def packed(data: bytes, found: Header) -> bytes:
    """Return the rows of a file behind a header of ours.

    Nothing but what has been checked gets to the codec, which goes by what headers declare.
    """
    if found.start + found.length > len(data):
        raise Short("its rows are cut")
    start = _START + 40 + len(found.palette)
    file = struct.pack(_FILE, b"BM", start + found.length, 0, 0, start)
    colors = len(found.palette) // 4
    info = struct.pack(
        *(_INFO, 40, found.layout.width, found.height, 1, found.bits, 0, found.length),
        *(0, 0, colors, 0),
    )
    rows = memoryview(data)[found.start : found.start + found.length]
    return b"".join((file, info, found.palette, rows))


def _palette(data: bytes, at: int, stop: int, colors: int) -> bytes:
    if colors < 3:
        raise NotThisFormat("two colors may be black and white, a bool: pip install iio-pillow")
    if colors > 256 or at + 4 * colors > stop:
        raise NotThisFormat("its palette is not before its pixels: pip install iio-pillow")
    if at + 4 * colors > len(data):
        raise Short("its palette is cut")
    return data[at : at + 4 * colors]


def _is_gray(palette: bytes) -> bool:
    """Tell whether each color is the gray of its number."""
    return all(palette[at : at + 3] == bytes([at // 4] * 3) for at in range(0, len(palette), 4))
