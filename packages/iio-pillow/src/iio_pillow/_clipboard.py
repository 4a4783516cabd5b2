"""Taking the image out of the clipboard.

Pillow's handbook, "ImageGrab module", for Windows and macOS. On Linux Pillow would take any bytes
for an image, and would wait for them for as long as that takes: see `_selection`.
"""

from __future__ import annotations

import io
from typing import IO, Any

from PIL import Image

from iio_core import DecodeError, LimitError, OptionError, Reader, Resource

from . import _grab
from ._grab import X11, GrabReader, charge
from ._plugin import PLUGIN
from ._selection import encoded_image

__all__ = ["open_clipboard"]


def open_clipboard(
    resource: Resource,
    format: str,
    /,
    *,
    xdisplay: str | None = None,
    eight_bit: bool = False,
) -> Reader:
    """Take the image out of the clipboard, once.

    Parameters
    ----------
    resource : Resource
        The device.
    format : str
        The name of its format.
    xdisplay : str
        Which X display, ``":1"``; not on Windows and macOS. Without it that of the environment.
    eight_bit : bool
        Whether to read a color image with more than 8 bits a sample all the same, as for files.

    Raises
    ------
    DecodeError
        If the clipboard holds no image, or cannot be had.
    """
    if _grab.system() == X11:
        data, kind = encoded_image(resource, format, xdisplay)
        return PLUGIN.open_reader(_Encoded(data, resource), kind, eight_bit=eight_bit)
    if xdisplay is not None:
        raise OptionError(f"xdisplay={xdisplay!r}: the clipboard of this system has no X display")
    return GrabReader(resource, format, _system_clipboard(resource, format))


class _Encoded(Resource):
    """The file that is in the clipboard."""

    def __init__(self, data: bytes, device: Resource) -> None:
        super().__init__(device.name, "", device.limits)
        self._data = data
        self.size = len(data)

    def head(self, n: int = 4096) -> bytes:
        return self._data[:n]

    def open(self) -> IO[bytes]:
        return io.BytesIO(self._data)


def _system_clipboard(resource: Resource, format: str) -> Image.Image:
    """Return the image in the clipboard of Windows or macOS."""
    from PIL import ImageGrab

    try:
        found: Any = ImageGrab.grabclipboard()
        if isinstance(found, Image.Image):
            charge(resource, found.mode, found.size)
            found.load()
    except Image.DecompressionBombError as error:
        raise LimitError(
            f"Pillow refuses {resource.name} by a limit of its own, "
            f"PIL.Image.MAX_IMAGE_PIXELS: {error}"
        ) from None
    if isinstance(found, Image.Image):
        return found
    if found:
        what = f"names of files; read those: {', '.join(map(repr, found[:20]))}"
    else:
        what = "no image"
    raise DecodeError(f"the clipboard holds {what}", plugin="pillow", format=format)
