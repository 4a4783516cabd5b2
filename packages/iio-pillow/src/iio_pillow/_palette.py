"""Images with a palette: exact where 256 colors are enough."""

from __future__ import annotations

from PIL import Image

from ._gif_palette import Indexer

__all__ = ["to_palette"]


def to_palette(image: Image.Image) -> Image.Image:
    """Return an image with a palette of at most 256 colors.

    Gray is exact, and so is RGB of at most 256 colors; more are reduced. Pillow's own conversion
    mixes the colors from a fixed palette instead. Of images with alpha at most 256 combinations
    are kept, chosen by Pillow.
    """
    if image.mode in ("P", "PA"):
        return image
    if image.mode in ("1", "L"):
        return image.convert("L").convert("P")
    if image.has_transparency_data:
        return image.convert("RGBA").quantize(256)
    indexed = Indexer(256, dither=False).index(image.convert("RGB"))
    palette = Image.frombytes("P", image.size, indexed.indices.tobytes())
    palette.putpalette(b"".join(color.to_bytes(3, "big") for color in indexed.palette.colors))
    return palette
