"""What a PNG says beside its pixels, and the chunks that say it.

Portable Network Graphics (PNG) Specification (Third Edition), section 11.3 Ancillary chunks.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from iio_core import LimitError

from ._exif import bare, prefixed
from ._png_chunks import chunk, chunks
from ._source import Short

__all__ = ["HELD", "exif", "inserted", "told"]

HELD = frozenset({"transparency", "dpi", "gamma", "icc_profile", "exif", "xmp", "chromaticity"})
"""The names of metadata that have chunks of their own; any other name is the keyword of a text."""

_XMP = "XML:com.adobe.xmp"
_INCH = 0.0254
_PIECE = 1 << 20  # bytes that are unpacked at a time
_RATIO = 1032  # what deflate can make of a byte, at most


class _Said:
    """What the chunks have said so far, and how much more may be unpacked of them."""

    def __init__(self, limit: int, name: str) -> None:
        self.found: dict[str, Any] = {}
        self.text: dict[str, str] = {}
        self._limit = self._left = limit
        self._name = name

    def say(self, keyword: bytes, value: str) -> None:
        """Add a text."""
        self.text[keyword.decode("latin-1")] = value

    def unpacked(self, data: bytes) -> bytes:
        """Unpack the remark of a chunk; one that turns out to be damaged is charged as well."""
        unpacker, parts = zlib.decompressobj(), []
        while not unpacker.eof and data:
            try:
                parts.append(unpacker.decompress(data, _PIECE))
            except zlib.error:
                self._charge(min(_PIECE, _RATIO * len(data)))
                raise
            self._charge(len(parts[-1]))
            data = unpacker.unconsumed_tail
        return b"".join(parts)

    def _charge(self, nbytes: int) -> None:
        self._left -= nbytes
        if self._left < 0:
            raise LimitError(
                f"{self._name} has more than {self._limit} bytes of packed metadata. To allow "
                "more: iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )


def told(data: bytes, limit: int, *, name: str) -> dict[str, Any]:
    """Return what the chunks of a file say.

    Parameters
    ----------
    data : bytes
        The whole file.
    limit : int
        How many bytes all that is packed may come to.
    name : str
        How messages call the file.

    Raises
    ------
    LimitError
        If it comes to more.
    """
    said = _Said(limit, name)
    for kind, part in _remarks(data):
        try:
            _PARSERS[kind](part, said)
        except (ValueError, IndexError, struct.error, zlib.error) as error:
            if isinstance(error, LimitError):
                raise
            # A damaged remark is no reason not to tell the others.
    if _XMP in said.text:
        said.found["xmp"] = said.text.pop(_XMP).encode("utf-8", "surrogateescape")
    return {**said.text, **said.found}


def exif(data: bytes) -> bytes:
    """Return the EXIF of a file; nothing if it has none."""
    return next((part for kind, part in _remarks(data) if kind == b"eXIf"), b"")


def _remarks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks that are understood, as far as the file goes."""
    try:
        for kind, start, end in chunks(data):
            if kind in _PARSERS and end <= len(data):
                yield kind, data[start:end]
    except Short:
        pass  # decoding says so


def _text(data: bytes, said: _Said) -> None:
    keyword, _, value = data.partition(b"\0")
    said.say(keyword, value.decode("latin-1"))


def _packed(data: bytes, said: _Said) -> None:
    keyword, _, value = data.partition(b"\0")
    said.say(keyword, said.unpacked(value[1:]).decode("latin-1"))


def _unicode(data: bytes, said: _Said) -> None:
    keyword, _, rest = data.partition(b"\0")
    packed, (_, _, value) = rest[0], _fields(rest[2:])
    value = said.unpacked(value) if packed else value
    said.say(keyword, value.decode("utf-8", "surrogateescape"))


def _fields(data: bytes) -> tuple[bytes, bytes, bytes]:
    language, _, rest = data.partition(b"\0")
    translated, _, value = rest.partition(b"\0")
    return language, translated, value


def _profile(data: bytes, said: _Said) -> None:
    _, _, value = data.partition(b"\0")
    said.found["icc_profile"] = said.unpacked(value[1:])


def _exif(data: bytes, said: _Said) -> None:
    said.found.setdefault("exif", prefixed(data))  # the first counts


def _density(data: bytes, said: _Said) -> None:
    x, y, unit = struct.unpack(">IIB", data)
    if unit == 1:
        said.found["dpi"] = (x * _INCH, y * _INCH)


def _gamma(data: bytes, said: _Said) -> None:
    said.found["gamma"] = struct.unpack(">I", data)[0] / 100_000


def _transparent(data: bytes, said: _Said) -> None:
    if len(data) in (2, 6):  # of gray or color: a palette's is in its colors
        values = struct.unpack(f">{len(data) // 2}H", data)
        said.found["transparency"] = values[0] if len(values) == 1 else values


def _colors(data: bytes, said: _Said) -> None:
    said.found["chromaticity"] = tuple(n / 100_000 for n in struct.unpack(">8I", data))


_PARSERS: Mapping[bytes, Callable[[bytes, _Said], None]] = {
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
    return b"".join(
        _MAKERS[name](value) if name in _MAKERS else _text_chunk(name, value)
        for name, value in metadata.items()
    )


def _transparency_chunk(value: Any) -> bytes:
    values = value if isinstance(value, tuple | list) else (value,)
    return chunk(b"tRNS", struct.pack(f">{len(values)}H", *values))


def _text_chunk(keyword: str, value: str) -> bytes:
    if value.isascii():
        return chunk(b"tEXt", keyword.encode("latin-1"), b"\0", value.encode("ascii"))
    return chunk(b"iTXt", keyword.encode("latin-1"), b"\0\0\0\0\0", value.encode())


_MAKERS: Mapping[str, Callable[[Any], bytes]] = {
    "chromaticity": lambda value: chunk(
        b"cHRM", struct.pack(">8I", *(round(v * 100_000) for v in value))
    ),
    "transparency": _transparency_chunk,
    "gamma": lambda value: chunk(b"gAMA", struct.pack(">I", round(value * 100_000))),
    "icc_profile": lambda value: chunk(b"iCCP", b"ICC profile\0\0", zlib.compress(value)),
    "dpi": lambda value: chunk(b"pHYs", struct.pack(">IIB", *(round(v / _INCH) for v in value), 1)),
    "exif": lambda value: chunk(b"eXIf", bare(value)),
    "xmp": lambda value: chunk(b"iTXt", _XMP.encode(), b"\0\0\0\0\0", value),
}
