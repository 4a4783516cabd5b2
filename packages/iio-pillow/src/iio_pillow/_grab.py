"""What was grabbed, as a reader has it."""

from __future__ import annotations

import io
import sys
from typing import IO, TYPE_CHECKING, cast

from iio_core import Resource

from ._pixels import LAYOUTS
from ._reader import PillowReader

if TYPE_CHECKING:
    from PIL import Image, ImageFile

__all__ = ["X11", "GrabReader", "charge", "system"]

X11 = "x11"


class GrabReader(PillowReader):
    """Has one image, which was grabbed when it was opened; the options are those of files.

    Parameters
    ----------
    resource : Resource
        The device.
    format : str
        The name of its format.
    image : PIL.Image.Image
        What was grabbed.
    """

    def __init__(self, resource: Resource, format: str, image: Image.Image) -> None:
        self._resource = resource
        self._format = format
        self._file: IO[bytes] = io.BytesIO()
        self._image = cast("ImageFile.ImageFile", image)
        self._first = 0
        self._total = 1


def system() -> str:
    """Return whose screen and clipboard are meant: ``"win32"``, ``"darwin"`` or that of X11."""
    return sys.platform if sys.platform in ("win32", "darwin") else X11


def charge(resource: Resource, mode: str, size: tuple[int, int]) -> None:
    """Check an image that is about to be taken, or has been, against the limits."""
    dtype, channels = LAYOUTS[mode]
    width, height = size
    resource.limits.check_array(
        (height, width, channels), dtype.itemsize, resource_size=resource.size, name=resource.name
    )
