"""The chunks of a WebP file.

RFC 9649, WebP Image Format, section 2.3 RIFF File Format to 2.7 Extended File Format::

    'RIFF' length:4 'WEBP' | 'VP8X' 10:4 flags:1 0:3 width-1:3 height-1:3 | 'ICCP' ... | 'VP8L' ...
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from iio_core import NotThisFormat

from ._exif import bare, prefixed
from ._layout import Layout
from ._source import Short, little

__all__ = ["extended", "layout", "told"]

_ICC, _ALPHA, _EXIF, _XMP, _ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02


class Chunk(NamedTuple):
    """A chunk: its type, and where its data is."""

    kind: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks as far as the file goes."""
    if len(data) < 12:
        raise Short("it is cut")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("it does not begin as a WebP")
    at, last = 12, 8 + little(data, 4, 4)
    while at + 8 <= last:
        length = little(data, at + 4, 4)
        yield Chunk(data[at : at + 4], at + 8, at + 8 + length)
        at += 8 + length + (length & 1)


def layout(data: bytes) -> Layout:
    """Return size and samples of a still image.

    Raises
    ------
    NotThisFormat
        For an animation.
    """
    canvas: tuple[int, int] | None = None
    alpha = False
    for kind, start, _ in chunks(data):
        if kind == b"VP8X":
            flags = little(data, start, 1)
            if flags & _ANIMATION:
                raise NotThisFormat("it is an animation: pip install iio-pillow")
            canvas = little(data, start + 7, 3) + 1, little(data, start + 4, 3) + 1
            alpha = bool(flags & _ALPHA)
        elif kind in (b"VP8 ", b"VP8L"):
            size, inner = (_lossy if kind == b"VP8 " else _lossless)(data, start)
            if canvas not in (None, size):
                raise ValueError(f"its canvas is {canvas}, and its image {size}")
            # A canvas without alpha shows none, whatever the image says.
            return Layout(*size, 3 + (inner or alpha if canvas is None else alpha), "uint8")
    raise Short("it has no image")


def _lossy(data: bytes, at: int) -> tuple[tuple[int, int], bool]:
    """Return the size that a VP8 frame header has. RFC 6386, section 9.1."""
    if little(data, at + 3, 3) != 0x2A019D:
        raise ValueError("its image does not begin as a key frame")
    return (little(data, at + 8, 2) & 0x3FFF, little(data, at + 6, 2) & 0x3FFF), False


def _lossless(data: bytes, at: int) -> tuple[tuple[int, int], bool]:
    """Return size and alpha of a VP8L image. RFC 9649, section 3.4."""
    if little(data, at, 1) != 0x2F:
        raise ValueError("its image does not begin as a lossless one")
    bits = little(data, at + 1, 4)
    return ((bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1), bool(bits >> 28 & 1)


def told(data: bytes) -> dict[str, Any]:
    """Return what the chunks say beside the pixels."""
    found: dict[str, Any] = {}
    for kind, start, end in chunks(data):
        if end > len(data) or start == end:
            continue
        if kind == b"ICCP":
            found["icc_profile"] = data[start:end]
        elif kind == b"EXIF":
            found["exif"] = prefixed(data[start:end])
        elif kind == b"XMP ":
            found["xmp"] = data[start:end]
    return found


def extended(data: bytes, shape: tuple[int, ...], held: Mapping[str, Any]) -> bytes:
    """Return an encoded image with chunks for metadata, and with the flag of alpha.

    The encoder leaves an alpha out that is opaque everywhere; that it was there is kept.
    """
    if not held and layout(data).channels == shape[-1]:
        return data
    flags = _ALPHA if shape[-1] == 4 else 0
    images = [c for c in chunks(data) if c.kind in (b"VP8 ", b"VP8L", b"ALPH")]
    parts = []
    if "icc_profile" in held:
        flags |= _ICC
        parts.append(_chunk(b"ICCP", held["icc_profile"]))
    parts += [_chunk(kind, data[start:end]) for kind, start, end in images]
    if "exif" in held:
        flags |= _EXIF
        parts.append(_chunk(b"EXIF", bare(held["exif"])))
    if "xmp" in held:
        flags |= _XMP
        parts.append(_chunk(b"XMP ", held["xmp"]))
    size = b"".join((n - 1).to_bytes(3, "little") for n in (shape[1], shape[0]))
    body = b"WEBP" + _chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size) + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) & 1)
