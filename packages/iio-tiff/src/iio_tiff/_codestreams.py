"""Sizes inside of strips and tiles that are images of their own: they have to be those outside.

Decoders of JPEG and its relatives take as much memory as the inner header says, and those of the
standard library as much as there is to unpack.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from typing import TYPE_CHECKING

from tifffile import TiffPage

from ._codecs import has_codecs

if TYPE_CHECKING:
    from ._pixels import Segments

__all__ = ["check_codestream"]

_OLD_JPEG = 6
_SLACK = 4  # encoders round up to whole blocks


def check_codestream(data: bytes, key: TiffPage, segments: Segments) -> None:
    """Raise `DecodeError` if an encoded strip or tile claims far more pixels than it should."""
    compression = int(key.compression)
    if compression in _UNPACKERS and len(data) > _HARMLESS and not has_codecs():
        _check_unpacked(data, compression, segments)
    measure = _MEASURES.get(compression)
    size = None if measure is None else measure(data)
    if size is None:
        return
    _, height, width = segments.piece
    most = max(_SLACK * height * width, 1 << 16)
    if compression == _OLD_JPEG:  # of which strips are parts of one
        most = max(most, key.imagelength * key.imagewidth)
    if size[0] * size[1] > most:
        raise segments.damaged(
            f"a strip or tile of {width} x {height} pixels claims to have {size[1]} x {size[0]}"
        )


def _check_unpacked(data: bytes, compression: int, segments: Segments) -> None:
    """Raise `DecodeError` if there is more to unpack than a strip or tile holds."""
    most = segments.decoded + _HARMLESS
    try:
        unpacked = _UNPACKERS[compression](data, most)
    except (zlib.error, lzma.LZMAError):
        return  # the decoder will say so
    if len(unpacked) >= most:
        raise segments.damaged(
            f"a strip or tile of {segments.decoded} bytes unpacks to more than {most}"
        )


def _inflate(data: bytes, most: int) -> bytes:
    return zlib.decompressobj().decompress(data, most)


def _unxz(data: bytes, most: int) -> bytes:
    return lzma.LZMADecompressor().decompress(data, most)


_HARMLESS = 1 << 16  # bytes: a thousand times as many do no harm
_UNPACKERS = {**dict.fromkeys((8, 32946, 50013), _inflate), 34925: _unxz}


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """ITU-T T.81, section B.2.2: a frame header has the lines, then the samples per line."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return height, width
        if marker in (0xD9, 0xDA):
            return None
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return None


def _jpeg2000(data: bytes) -> tuple[int, int] | None:
    """ITU-T T.800, section A.5.1: SIZ follows SOC at once."""
    at = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at < 0 or at + 24 > len(data):
        return None
    right, bottom, left, top = struct.unpack_from(">IIII", data, at + 8)
    return max(0, bottom - top), max(0, right - left)


def _png(data: bytes) -> tuple[int, int] | None:
    """PNG Specification, section 11.2.1: IHDR is first."""
    if data[12:16] != b"IHDR" or len(data) < 24:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return height, width


def _webp(data: bytes) -> tuple[int, int] | None:
    """RFC 9649, section 2: the canvas of VP8X, VP8L or VP8."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        width = int.from_bytes(data[24:27], "little") + 1
        return int.from_bytes(data[27:30], "little") + 1, width
    if kind == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    if kind == b"VP8 " and len(data) >= 30:  # RFC 6386, section 9.1
        width, height = struct.unpack_from("<HH", data, 26)
        return height & 0x3FFF, width & 0x3FFF
    return None


def _jpegxl(data: bytes) -> tuple[int, int] | None:
    """ISO/IEC 18181-1, SizeHeader; 18181-2: boxes of which jxlc or the first jxlp has it."""
    at = 0
    while data[at : at + 2] != b"\xff\x0a":
        size = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        head = 16 if size == 1 else 8
        if kind in (b"jxlc", b"jxlp"):
            at += head + (4 if kind == b"jxlp" else 0)
            if data[at : at + 2] != b"\xff\x0a":
                return None
            break
        if size == 1:
            size = int.from_bytes(data[at + 8 : at + 16], "big")
        if size < head or at + size >= len(data):
            return None
        at += size
    bits = _Bits(data[at + 2 : at + 14])
    small = bits.take(1)
    height = 8 * (bits.take(5) + 1) if small else bits.size()
    ratio = bits.take(3)
    if ratio:
        top, bottom = _RATIOS[ratio - 1]
        return height, height * top // bottom
    return height, 8 * (bits.take(5) + 1) if small else bits.size()


_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


class _Bits:
    """Takes bits, the lowest of each byte first."""

    def __init__(self, data: bytes) -> None:
        self._rest = int.from_bytes(data, "little")

    def take(self, number: int) -> int:
        found = self._rest & (1 << number) - 1
        self._rest >>= number
        return found

    def size(self) -> int:
        return 1 + self.take((9, 13, 18, 30)[self.take(2)])


def _jpegxr(data: bytes) -> tuple[int, int] | None:
    """ITU-T T.832, section 8.3: WIDTH_MINUS1 and HEIGHT_MINUS1 of the image header."""
    at = data.find(b"WMPHOTO\0")
    if at < 0 or len(data) < at + 20:
        return None
    short = data[at + 10] & 0x80
    width, height = struct.unpack_from(">HH" if short else ">II", data, at + 12)
    return height + 1, width + 1


def _lerc(data: bytes) -> tuple[int, int] | None:
    """LERC specification, the headers of Lerc2 and Lerc1: rows, then columns."""
    if data[:6] == b"Lerc2 " and len(data) >= 22:
        (version,) = struct.unpack_from("<i", data, 6)
        height, width = struct.unpack_from("<ii", data, 14 if version >= 3 else 10)
    elif data[:10] == b"CntZImage " and len(data) >= 26:
        height, width = struct.unpack_from("<ii", data, 18)
    else:
        return None
    return max(0, height), max(0, width)


_MEASURES = {
    **dict.fromkeys((6, 7, 34892, 33007), _jpeg),
    **dict.fromkeys((33003, 33004, 33005, 34712), _jpeg2000),
    34933: _png,
    **dict.fromkeys((50001, 34927), _webp),
    **dict.fromkeys((50002, 52546), _jpegxl),
    **dict.fromkeys((22610, 34934), _jpegxr),
    34887: _lerc,
}
