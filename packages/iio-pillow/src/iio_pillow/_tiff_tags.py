"""Tags that describe an image, on their way into a TIFF file."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image, TiffImagePlugin, TiffTags

from ._tiff_pages import OF_PIXELS

__all__ = ["described", "tags_of"]

_XMP = 700
_DIRECTORIES = (0x8769, 0x8825)  # Exif, GPS


def described(options: Mapping[str, Any], byte_order: bytes) -> bytes:
    """Return a TIFF file of one pixel with tags as Pillow writes them without libtiff.

    With libtiff it cannot write all of them, and version 12 ends the process where one is refused.
    """
    # Pillow would write question marks for text beyond ASCII, but writes bytes as they are.
    options = {k: v.encode() if isinstance(v, str) else v for k, v in options.items()}
    image = Image.new("I;16" if byte_order == b"II" else "I;16B", (1, 1))
    image.save(buffer := io.BytesIO(), "TIFF", **options)
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
        if number in OF_PIXELS:
            continue
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
        if number not in OF_PIXELS and number not in _DIRECTORIES:
            if isinstance(value, str) and not value.isascii():
                # Pillow reads text as Latin-1 but writes it as ASCII: the bytes as they were.
                tags.tagtype[number], value = TiffTags.ASCII, value.encode("latin-1", "replace")
            tags[number] = value
    for number in _DIRECTORIES:
        directory = exif.get_ifd(number)
        if directory:
            tags[number] = dict(directory)
