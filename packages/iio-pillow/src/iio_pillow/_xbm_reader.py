"""Reading X11 bitmaps as other programs show them: set bits, the foreground, are black.

The format names no colors. The X server, netpbm, ImageMagick and FFmpeg draw the foreground black
on white; Pillow reads it as white.
"""

from __future__ import annotations

from typing import Literal

from PIL import Image, ImageChops

from iio_core import Reader, Resource

from ._reader import PillowReader
from ._writers._checks import check, one_of

__all__ = ["XbmReader", "open_xbm"]


class XbmReader(PillowReader):
    """Reads XBM; the options are those of `PillowReader`."""

    def __init__(self, resource: Resource, format: str, set_bits: str = "black") -> None:
        super().__init__(resource, format)
        self._inverted = set_bits == "black"

    def _converted(self, stored: Image.Image, target: str) -> Image.Image:
        return super()._converted(ImageChops.invert(stored) if self._inverted else stored, target)


def open_xbm(
    resource: Resource,
    format: str,
    /,
    *,
    eight_bit: bool = False,
    set_bits: Literal["black", "white"] = "black",
) -> Reader:
    """Open an X11 bitmap for reading.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    eight_bit : bool
        As for other formats; there is nothing to cut here.
    set_bits : {"black", "white"}
        What bits that are set, the foreground, are: black (False) as X11 and other programs show
        them, or white (True) as Pillow and imageio have them.
    """
    check({"set_bits": one_of("black", "white")}, {"set_bits": set_bits})
    return XbmReader(resource, format, set_bits)
