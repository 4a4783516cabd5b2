"""What a JPEG XL file declares of itself, from the bits of its codestream's header.

ISO/IEC 18181-1: the header is a stream of bits, least significant first. A field of a variable
size, U32, begins with two bits that choose one of four ways to code it.
"""

from __future__ import annotations

__all__ = ["channels", "depth", "size"]

_CODESTREAM = b"\xff\x0a"


class _Bits:
    """Reads a codestream's header bit by bit."""

    def __init__(self, data: bytes) -> None:
        self.value = int.from_bytes(data, "little")
        self.left = 8 * len(data)

    def u(self, count: int) -> int:
        """Read an unsigned number of `count` bits."""
        if count > self.left:
            raise ValueError("the head is too short")
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


def depth(head: bytes) -> int:
    """Return the bits a sample; gray without alpha, which is read whole, counts as 8.

    Raises
    ------
    ValueError
        If the head is too short or not of JPEG XL.
    """
    declared, gray, alpha, extra = _image(head)
    del alpha
    return 8 if gray and not extra else declared


def channels(head: bytes) -> tuple[int, int]:
    """Return how many channels there are, gray or color and alpha, and the bytes a sample.

    Raises
    ------
    ValueError
        If the head is too short or not of JPEG XL.
    """
    declared, gray, alpha, extra = _image(head)
    whole = gray and not extra
    sample = 1 if declared <= 8 or not whole else 2 if declared <= 16 else 4
    return (1 if gray else 3) + alpha, sample


def _image(head: bytes) -> tuple[int, bool, bool, int]:
    """Return the bits a sample, if gray, if there is alpha, and the number of extra channels."""
    bits = _Bits(_codestream(head)[2:4096])
    _size(bits)
    if bits.u(1):  # everything has its default: 8 bits, sRGB
        return 8, False, False, 0
    if bits.u(1):
        _extra_fields(bits)
    declared = max(8, _bit_depth(bits))
    bits.u(1)  # 16-bit buffers are enough
    extra = bits.u32((0, 0), (1, 0), (2, 4), (1, 12))
    kinds = [_extra_channel(bits) for _ in range(extra)]
    alpha = 0 in kinds
    bits.u(1)  # XYB
    if bits.u(1):  # the color encoding has its default
        return declared, False, alpha, extra
    bits.u(1)  # an ICC profile follows
    return declared, bits.enum() == 1, alpha, extra


def size(head: bytes) -> tuple[int, int]:
    """Return width and height before the orientation is applied.

    Raises
    ------
    ValueError
        If the head is too short or not of JPEG XL.
    """
    return _size(_Bits(_codestream(head)[2:64]))


def _codestream(head: bytes) -> bytes:
    """Return the beginning of the codestream, bare or in the boxes of a container."""
    if head.startswith(_CODESTREAM):
        return head
    start = 0
    while start + 8 <= len(head):
        size, kind, body = (
            int.from_bytes(head[start : start + 4], "big"),
            head[start + 4 : start + 8],
            start + 8,
        )
        if size == 1:
            size, body = int.from_bytes(head[body : body + 8], "big"), start + 16
        if kind == b"jxlp":
            body += 4  # the number of the part
        if kind in (b"jxlc", b"jxlp") and head.startswith(_CODESTREAM, body):
            return head[body:]
        if size < 8:
            break
        start += size
    raise ValueError("no codestream in the head")


_RATIOS = ((0, 1), (1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


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


def _preview(bits: _Bits) -> None:
    """Skip PreviewHeader, which is as SizeHeader with other codes."""
    eighths = bits.u(1)
    for is_width in (False, True):
        if is_width and bits.u(3):
            return
        if eighths:
            bits.u32((16, 0), (32, 0), (1, 5), (33, 9))
        else:
            bits.u32((1, 6), (65, 8), (321, 10), (1345, 12))


def _extra_fields(bits: _Bits) -> None:
    """Skip orientation, intrinsic size, preview and animation."""
    bits.u(3)
    if bits.u(1):
        _size(bits)
    if bits.u(1):
        _preview(bits)
    if bits.u(1):
        bits.u32((100, 0), (1000, 0), (1, 10), (1, 30))
        bits.u32((1, 0), (1001, 0), (1, 8), (1, 10))
        bits.u32((0, 0), (0, 3), (0, 16), (0, 32))
        bits.u(1)


def _bit_depth(bits: _Bits) -> int:
    """Read BitDepth: of integers, or of floats and then their exponent."""
    if not bits.u(1):
        return bits.u32((8, 0), (10, 0), (12, 0), (1, 6))
    depth = bits.u32((32, 0), (16, 0), (24, 0), (1, 6))
    bits.u(4)
    return depth


def _extra_channel(bits: _Bits) -> int:
    """Read ExtraChannelInfo, and return its type: 0 alpha, 1 depth, 2 spot color and others."""
    if bits.u(1):
        return 0
    kind = bits.enum()
    _bit_depth(bits)
    bits.u32((0, 0), (3, 0), (4, 0), (1, 3))
    bits.u(8 * bits.u32((0, 0), (0, 4), (16, 5), (48, 10)))
    if kind == 0:
        bits.u(1)  # the color is premultiplied
    elif kind == 2:
        bits.u(64)  # red, green, blue and solidity of the spot color
    elif kind == 5:
        bits.u32((1, 0), (0, 2), (3, 4), (19, 8))
    return kind
