"""The marker segments of JPEG and JPEG-LS: size and samples, profiles, EXIF, comments.

ITU-T T.81, annex B Compressed data formats; ITU-T T.87 (JPEG-LS), annex C::

    FFD8 | FF marker:1 length:2 data | ... | SOS: FFDA length:2 data, then coded samples | FFD9
    SOFn: precision:1 lines:2 columns:2 components:1 ...
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

from ._exif import PREFIX
from ._layout import Layout
from ._source import Short, big

__all__ = ["JPEG_LS", "Frame", "Segment", "frame", "inserted", "is_cut", "segments", "told"]

JPEG_LS = 0xF7
_LOSSLESS = 0xC3
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF, JPEG_LS}
_DECODED = {0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xCA, JPEG_LS}
_SOS, _EOI = 0xDA, 0xD9
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_ICC = b"ICC_PROFILE\0"


class Segment(NamedTuple):
    """A segment: its marker, and where its data is."""

    marker: int
    start: int
    end: int


class Frame(NamedTuple):
    """The frame header."""

    marker: int
    layout: Layout

    @property
    def lossless(self) -> bool:
        """Whether it is coded without loss."""
        return self.marker in (_LOSSLESS, JPEG_LS)


def segments(data: bytes) -> Iterator[Segment]:
    """Yield the segments up to the first scan.

    Raises
    ------
    Short
        If the file ends before.
    """
    if data[:2] != b"\xff\xd8":
        raise ValueError("it does not begin as a JPEG")
    at = 2
    while True:
        if big(data, at, 1) != 0xFF:
            raise ValueError(f"there is no marker at byte {at}")
        marker = big(data, at + 1, 1)
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
            continue
        if marker in (0xD8, _EOI):
            raise ValueError("it ends before its pixels")
        length = big(data, at + 2, 2)
        if length < 2:
            raise ValueError(f"a segment at byte {at} has a wrong length")
        yield Segment(marker, at + 4, at + 2 + length)
        if marker == _SOS:
            return
        at += 2 + length


def frame(data: bytes) -> Frame:
    """Return what the frame header says."""
    for marker, start, end in segments(data):
        if marker in _FRAMES:
            if end > len(data):
                raise Short("its frame header is cut")
            bits, height, width, channels = struct.unpack_from(">BHHB", data, start)
            if marker not in _DECODED or not 2 <= bits <= 16 or channels > 4:
                raise ValueError(
                    f"it is coded in a way that is not supported: marker FF{marker:02X}, {bits} "
                    f"bits a sample, {channels} components"
                )
            dtype = "uint8" if bits <= 8 else "uint16"
            return Frame(marker, Layout(height, width, channels, dtype, bits))
    raise ValueError("it has no frame header")


def is_cut(data: bytes) -> bool:
    """Tell whether a file ends before its pixels do: decoders fill what is missing with gray.

    In coded samples FF is followed by 0 or a restart marker, in those of JPEG-LS by a bit that is
    0, so the first FFD9 there is the end.
    """
    scan = next(s for s in segments(data) if s.marker == _SOS)
    return data.find(b"\xff\xd9", scan.end) < 0


def told(data: bytes) -> dict[str, Any]:
    """Return what the segments say beside the pixels."""
    found: dict[str, Any] = {}
    profile: dict[int, bytes] = {}
    for marker, part in _parts(data):
        if marker == 0xE0:
            found |= _density(part)
        elif marker == 0xE1:
            found = _application(part) | found  # the first counts
        elif marker == 0xE2 and part.startswith(_ICC) and len(part) > 14:
            profile[part[12]] = part[14:]
        elif marker == 0xFE:
            found["comment"] = part
    if profile:
        found["icc_profile"] = b"".join(profile[number] for number in sorted(profile))
    return found


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the segments with their data, until one is damaged: decoding says so."""
    try:
        for marker, start, end in segments(data):
            yield marker, data[start:end]
    except ValueError:
        pass


def _density(part: bytes) -> dict[str, Any]:
    if part[:5] != b"JFIF\0" or len(part) < 12:
        return {}
    unit, x, y = struct.unpack_from(">BHH", part, 7)
    inch = {1: 1, 2: 2.54}.get(unit)
    return {"dpi": (x * inch, y * inch)} if inch else {}


def _application(part: bytes) -> dict[str, Any]:
    if part.startswith(PREFIX):
        return {"exif": part}
    return {"xmp": part[len(_XMP) :]} if part.startswith(_XMP) else {}


def inserted(metadata: dict[str, Any]) -> bytes:
    """Return the segments that say what metadata says, for behind that of JFIF."""
    made = []
    if "exif" in metadata:
        made.append(_segment(0xE1, metadata["exif"]))
    if "xmp" in metadata:
        made.append(_segment(0xE1, _XMP, metadata["xmp"]))
    profile = metadata.get("icc_profile", b"")
    pieces = [profile[at : at + 65519] for at in range(0, len(profile), 65519)]
    for number, piece in enumerate(pieces, 1):
        made.append(_segment(0xE2, _ICC, bytes([number, len(pieces)]), piece))
    if "comment" in metadata:
        made.append(_segment(0xFE, metadata["comment"]))
    return b"".join(made)


def _segment(marker: int, *parts: bytes) -> bytes:
    data = b"".join(parts)
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
