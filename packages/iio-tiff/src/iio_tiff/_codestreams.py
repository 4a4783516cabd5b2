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

_SLACK = 4  # encoders round up to whole blocks


def check_codestream(data: bytes, key: TiffPage, segments: Segments) -> None:
    """Raise `DecodeError` if an encoded strip or tile claims far more pixels than it should."""
    compression = int(key.compression)
    if compression in _UNPACKERS and len(data) > _HARMLESS and not has_codecs():
        _check_unpacked(data, compression, segments)
    measure = _MEASURES.get(compression)
    if measure is None:
        return
    size = measure(data if measure is _jpeg else data[:4096])
    if size is None:
        return
    _, height, width = segments.piece
    whole = key.imagelength * key.imagewidth
    if size[0] * size[1] > max(_SLACK * height * width, whole, 1 << 16):
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
    at = data.find(b"\xff\x4f\xff\x51")
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
    return None  # VP8 itself has at most 16383 x 16383, and is charged by its length


_MEASURES = {
    **dict.fromkeys((6, 7, 34892, 33007), _jpeg),
    **dict.fromkeys((33003, 33004, 33005, 34712), _jpeg2000),
    34933: _png,
    **dict.fromkeys((50001, 34927), _webp),
}
