"""Files that are better left to another plugin: Pillow would lose or misread their pixels."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from iio_core import warn

from ._depth import declared_depth, declared_depth_of_image
from ._quirks import misread
from ._telling import telling

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["DOUBTFUL", "doubt"]

DOUBTFUL = frozenset(
    {"AVIF", "BLP", "CUR", "DDS", "HEIF", "JPEG2000", "JXL", "PNG", "PPM", "PSD", "SGI"}
    | {"TIFF", "XPM"}
)
"""The formats that have such files."""


def doubt(
    image: Image.Image,
    format: str,
    head: bytes,
    *,
    eight_bit: bool,
    file: IO[bytes] | None = None,
) -> str | None:
    """Say why an opened image should not be read with Pillow; None if it may be.

    Parameters
    ----------
    image : PIL.Image.Image
        The image as it was opened.
    format : str
        The name of its format.
    head : bytes
        The first bytes of its file.
    eight_bit : bool
        Whether the caller accepts that only 8 bits of each sample are kept.
    file : binary file, optional
        The whole file, for what stands behind its first bytes.
    """
    wrong = misread(image, format, head)
    if wrong is not None:
        if format != "CUR":
            return wrong
        # The pixels are right, and there is nobody else to show them.
        warn(f"{wrong}: all of it is opaque")
    if eight_bit:
        return None
    depth = declared_depth(format, head if file is None else telling(file, format, head))
    if depth == 8 and format in {"TIFF", "HEIF"}:
        depth = declared_depth_of_image(image)
    if depth > 8:
        return (
            f"it has {depth} bits a sample, of which Pillow keeps 8 without a word; "
            "eight_bit=True reads it so"
        )
    return None
