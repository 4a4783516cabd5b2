"""EXIF data of an image, without decoding it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._twins import quiet_exif

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["exif_of"]


def exif_of(image: Image.Image) -> Image.Exif:
    """Return the EXIF data of an image, as far as its file has been read; nothing is decoded."""
    from PIL import Image

    quiet_exif(image)
    # Not image.getexif(): that of a PNG decodes the pixels to see what is behind them.
    return Image.Image.getexif(image)
