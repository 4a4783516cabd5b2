"""Tags that describe an image, on their way into a TIFF file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, TiffImagePlugin

__all__ = ["directories_of", "tags_of"]

_XMP = 700
_DIRECTORIES = (0x8769, 0x8825)  # Exif, GPS
# TIFF 6.0, section 8: how pixels are stored, which the encoder decides; where thumbnails are.
_STRUCTURE = {254, 255, *range(256, 267), 273, *range(277, 282), 284, *range(288, 294), 301}
_STRUCTURE |= {317, 320, *range(321, 331), 338, 339, 340, 341, 347, *range(512, 533)}


def directories_of(tags: TiffImagePlugin.ImageFileDirectory_v2, byte_order: bytes) -> bytes | None:
    """Take the Exif and GPS directories out of the tags; return a TIFF file that has them.

    Pillow cannot write them to a page that libtiff compresses.
    """
    taken = TiffImagePlugin.ImageFileDirectory_v2()
    for number in _DIRECTORIES:
        if number in tags:
            taken[number] = tags[number]
            del tags[number]
    if not len(taken):
        return None
    image = Image.new("I;16" if byte_order == b"II" else "I;16B", (1, 1))
    image.save(buffer := io.BytesIO(), "TIFF", tiffinfo=taken)
    return buffer.getvalue()


def tags_of(
    exif: bytes | Image.Exif | None,
    xmp: bytes | str | None,
    tiffinfo: TiffImagePlugin.ImageFileDirectory_v2 | Mapping[int, Any] | None,
) -> TiffImagePlugin.ImageFileDirectory_v2 | None:
    """Return a directory with tags from several sources; those of `tiffinfo` come first."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if exif is not None:
        _add_exif(tags, exif)
    if xmp is not None:
        tags.tagtype[_XMP] = 1  # BYTE
        tags[_XMP] = xmp.encode() if isinstance(xmp, str) else xmp
    for number, value in (tiffinfo or {}).items():
        kind = getattr(tiffinfo, "tagtype", {}).get(number)
        if kind is not None:
            tags.tagtype[number] = kind
        tags[number] = value
    return tags if len(tags) else None


def _add_exif(tags: TiffImagePlugin.ImageFileDirectory_v2, exif: bytes | Image.Exif) -> None:
    if isinstance(exif, bytes):
        packet, exif = exif, Image.Exif()
        exif.load(packet)
    for number, value in exif.items():
        if number not in _STRUCTURE and number not in _DIRECTORIES:
            tags[number] = value
    for number in _DIRECTORIES:
        directory = exif.get_ifd(number)
        if directory:
            tags[number] = dict(directory)
