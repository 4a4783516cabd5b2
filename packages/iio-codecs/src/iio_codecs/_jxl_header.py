"""What a JPEG XL file declares of itself, from the bits of its codestream's header.

ISO/IEC 18181-1, annex D: the header is a stream of bits, least significant first. A field of a
variable size, U32, begins with two bits that choose one of four ways to code it.
ISO/IEC 18181-2, section 9: the boxes of a container.
"""

from __future__ import annotations

from typing import Any

from iio_core import NotThisFormat

from ._boxes import boxes, whole
from ._exif import prefixed, without_orientation
from ._layout import Layout, turned
from ._source import Short

__all__ = ["layout", "told"]

_CODESTREAM = b"\xff\x0a"
_RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_ALPHA, _GRAY = 0, 1


class _Bits:
    """Reads a codestream's header bit by bit."""

    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def u(self, count: int) -> int:
        """Read an unsigned number of `count` bits."""
        if count > self.left:
            raise Short("the header is cut")
        number = self.value & ((1 << count) - 1)
        self.value >>= count
        self.left -= count
        return number

    def u32(self, *ways: tuple[int, int]) -> int:
        """Read a number that is coded in one of four ways, each an offset and a count of bits."""
        offset, count = ways[self.u(2)]
        return offset + self.u(count)

    def enum(self) -> int:
        """Read a value of an enumeration."""
        return self.u32((0, 0), (1, 0), (2, 4), (18, 6))


def layout(data: bytes) -> Layout:
    """Return size and samples, upright as the decoder gives them.

    Raises
    ------
    NotThisFormat
        For animations, and for channels that are neither color nor alpha.
    """
    bits = _Bits(_codestream(data)[2:4096])
    width, height = _size(bits)
    if bits.u(1):  # everything has its default: 8 bits, sRGB
        return Layout(height, width, 3, "uint8")
    orientation = 1
    if bits.u(1):
        orientation = 1 + bits.u(3)
        if bits.u(1):
            _size(bits)
        if bits.u(1):
            raise NotThisFormat("it has a preview, which imagecodecs does not skip")
        if bits.u(1):
            raise NotThisFormat("it is an animation: pip install 'iio-pillow[jxl]'")
    floats, depth = _bit_depth(bits)
    bits.u(1)  # 16-bit buffers are enough
    extra = bits.u32((0, 0), (1, 0), (2, 4), (1, 12))
    kinds = [_extra_channel(bits) for _ in range(extra)]
    if kinds not in ([], [_ALPHA]):
        raise NotThisFormat("it has channels beside color and alpha")
    bits.u(1)  # XYB
    gray = not bits.u(1) and not bits.u(1) and bits.enum() == _GRAY
    height, width = turned((height, width), orientation)
    channels = (1 if gray else 3) + extra
    return Layout(height, width, channels, _dtype(floats, depth), depth)


def _dtype(floats: bool, depth: int) -> str:
    if floats:
        return "float16" if depth <= 16 else "float32"
    if depth > 16:
        raise NotThisFormat(f"it has integers of {depth} bits, which imagecodecs does not decode")
    return "uint8" if depth <= 8 else "uint16"


def _codestream(data: bytes) -> bytes:
    """Return the beginning of the codestream, bare or in the boxes of a container."""
    if data.startswith(_CODESTREAM):
        return data
    for kind, start, _ in boxes(data):
        start += 4 * (kind == b"jxlp")  # the number of the part
        if kind in (b"jxlc", b"jxlp") and data.startswith(_CODESTREAM, start):
            return data[start:]
    raise Short("there is no codestream")


def _size(bits: _Bits) -> tuple[int, int]:
    """Read SizeHeader: height, aspect ratio, and width if there is no ratio."""
    small = bits.u(1)
    height = _dimension(bits, small)
    ratio = bits.u(3)
    if ratio:
        numerator, denominator = _RATIOS[ratio]
        return height * numerator // denominator, height
    return _dimension(bits, small), height


def _dimension(bits: _Bits, small: int) -> int:
    if small:
        return 8 * (bits.u(5) + 1)
    return bits.u32((1, 9), (1, 13), (1, 18), (1, 30))


def _bit_depth(bits: _Bits) -> tuple[bool, int]:
    """Read BitDepth: of integers, or of floats and then their exponent."""
    if not bits.u(1):
        return False, bits.u32((8, 0), (10, 0), (12, 0), (1, 6))
    depth = bits.u32((32, 0), (16, 0), (24, 0), (1, 6))
    bits.u(4)
    return True, depth


def _extra_channel(bits: _Bits) -> int:
    """Read ExtraChannelInfo, and return its type: 0 alpha, 1 depth, 2 spot color and others."""
    if bits.u(1):
        return _ALPHA
    kind = bits.enum()
    _bit_depth(bits)
    bits.u32((0, 0), (3, 0), (4, 0), (1, 3))
    bits.u(8 * bits.u32((0, 0), (0, 4), (16, 5), (48, 10)))
    if kind == _ALPHA:
        bits.u(1)  # the color is premultiplied
    elif kind == 2:
        bits.u(64)  # red, green, blue and solidity of the spot color
    elif kind == 5:
        bits.u32((1, 0), (0, 2), (3, 4), (19, 8))
    return kind


def told(data: bytes) -> dict[str, Any]:
    """Return what the boxes of a container say; the decoder has applied the orientation."""
    found: dict[str, Any] = {}
    if data.startswith(_CODESTREAM):
        return found
    for kind, start, end in whole(data):
        if kind == b"Exif" and start + 4 <= end:
            skip = int.from_bytes(data[start : start + 4], "big")
            found["exif"] = without_orientation(prefixed(data[start + 4 + skip : end]))
        elif kind == b"xml ":
            found["xmp"] = data[start:end]
    return found
