"""Pixels that a file leaves out: an error, or told."""

from __future__ import annotations

from iio_core import DecodeError, IIOWarning, warn

from ._codecs import lacking
from ._images import Image

__all__ = ["refuse_missing", "tell_absent"]


def refuse_missing(image: Image, name: str, *, fill: bool) -> None:
    """Refuse what cannot be decoded, and planes that the backend would fill with zeros.

    Parameters
    ----------
    image : Image
        What is to be read.
    name : str
        How messages call the file.
    fill : bool
        Whether the caller has asked for zeros.

    Raises
    ------
    DecodeError
        If nothing here decodes it, or planes are not there.
    """
    if reason := lacking(image.key):
        raise DecodeError(f"{name} cannot be decoded: {reason}", plugin="tiff")
    missing = sum(page is None for page in image.pages)
    if not missing:
        return
    text = (
        f"{name} declares {len(image.pages)} planes, of which {missing} are neither in "
        "it nor in files beside it"
    )
    if not fill:
        raise DecodeError(f"{text}; fill_missing=True fills them with zeros", plugin="tiff")
    warn(f"{text}; they are filled with zeros", IIOWarning)


def tell_absent(number: int, image: Image, name: str) -> None:
    """Warn of strips or tiles that are not in the file."""
    if number:
        warn(
            f"{name} leaves {number} strips or tiles out; they are filled with {image.key.nodata}",
            IIOWarning,
        )
