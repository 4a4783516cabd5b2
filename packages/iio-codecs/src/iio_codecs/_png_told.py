"""What a PNG says beside its pixels, and the chunks that say it.

Portable Network Graphics (PNG) Specification (Third Edition), section 11.3 Ancillary chunks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from typing import Any

from ._exif import bare, prefixed
from ._png_chunks import chunk, chunks
from ._source import Short

__all__ = ["HELD", "inserted", "told"]

HELD = frozenset({"transparency", "dpi", "gamma", "icc_profile", "exif", "xmp", "chromaticity"})
"""The names of metadata that have chunks of their own; any other name is the keyword of a text."""

_XMP = "XML:com.adobe.xmp"
_INCH = 0.0254


def told(data: bytes, limit: int) -> dict[str, Any]:
    """Return what the chunks of a file say; at most `limit` bytes of each are unpacked."""
    found: dict[str, Any] = {}
    text: dict[str, str] = {}
    try:
        for kind, start, end in chunks(data):
            if kind not in _PARSERS or end > len(data):
                continue
            try:
                _PARSERS[kind](data[start:end], found, text, limit)
            except (ValueError, IndexError, struct.error, zlib.error):
                continue  # a damaged remark is no reason not to tell the others
    except Short:
        pass  # decoding says so
    if _XMP in text:
        found["xmp"] = text.pop(_XMP).encode("utf-8", "surrogateescape")
    return {**text, **found}


def _unpacked(data: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(data, limit)
    if unpacker.unconsumed_tail:
        raise ValueError("more than is allowed")
    return found


def _text(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    keyword, _, value = data.partition(b"\0")
    text[keyword.decode("latin-1")] = value.decode("latin-1")


def _packed(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    keyword, _, value = data.partition(b"\0")
    text[keyword.decode("latin-1")] = _unpacked(value[1:], limit).decode("latin-1")


def _unicode(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    keyword, _, rest = data.partition(b"\0")
    packed, (_, _, value) = rest[0], _fields(rest[2:])
    value = _unpacked(value, limit) if packed else value
    text[keyword.decode("latin-1")] = value.decode("utf-8", "surrogateescape")


def _fields(data: bytes) -> tuple[bytes, bytes, bytes]:
    language, _, rest = data.partition(b"\0")
    translated, _, value = rest.partition(b"\0")
    return language, translated, value


def _profile(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    _, _, value = data.partition(b"\0")
    found["icc_profile"] = _unpacked(value[1:], limit)


def _exif(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    found["exif"] = prefixed(data)


def _density(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    x, y, unit = struct.unpack(">IIB", data)
    if unit == 1:
        found["dpi"] = (x * _INCH, y * _INCH)


def _gamma(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    found["gamma"] = struct.unpack(">I", data)[0] / 100_000


def _transparent(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    if len(data) in (2, 6):  # of gray or color: a palette's is in its colors
        values = struct.unpack(f">{len(data) // 2}H", data)
        found["transparency"] = values[0] if len(values) == 1 else values


def _colors(data: bytes, found: dict[str, Any], text: dict[str, str], limit: int) -> None:
    found["chromaticity"] = tuple(n / 100_000 for n in struct.unpack(">8I", data))


_PARSERS = {
    b"tEXt": _text,
    b"zTXt": _packed,
    b"iTXt": _unicode,
    b"iCCP": _profile,
    b"eXIf": _exif,
    b"pHYs": _density,
    b"gAMA": _gamma,
    b"cHRM": _colors,
    b"tRNS": _transparent,
}


def inserted(metadata: Mapping[str, Any]) -> bytes:
    """Return the chunks, for before the pixels, that say what metadata says.

    Parameters
    ----------
    metadata : mapping
        Names of `HELD` with bytes, a number or a tuple of numbers, and text by its keyword.
    """
    made = []
    for name, value in metadata.items():
        if name == "chromaticity":
            made.append(chunk(b"cHRM", struct.pack(">8I", *(round(v * 100_000) for v in value))))
        elif name == "transparency":
            values = value if isinstance(value, tuple | list) else (value,)
            made.append(chunk(b"tRNS", struct.pack(f">{len(values)}H", *values)))
        elif name == "gamma":
            made.append(chunk(b"gAMA", struct.pack(">I", round(value * 100_000))))
        elif name == "icc_profile":
            made.append(chunk(b"iCCP", b"ICC profile\0\0", zlib.compress(value)))
        elif name == "dpi":
            made.append(chunk(b"pHYs", struct.pack(">IIB", *(round(v / _INCH) for v in value), 1)))
        elif name == "exif":
            made.append(chunk(b"eXIf", bare(value)))
        elif name == "xmp":
            made.append(chunk(b"iTXt", _XMP.encode(), b"\0\0\0\0\0", value))
        elif value.isascii():
            made.append(chunk(b"tEXt", name.encode("latin-1"), b"\0", value.encode("ascii")))
        else:
            made.append(chunk(b"iTXt", name.encode("latin-1"), b"\0\0\0\0\0", value.encode()))
    return b"".join(made)
