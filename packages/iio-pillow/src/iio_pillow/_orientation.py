"""The orientation tag of EXIF: how a camera was held.

Exif 2.32 (CIPA DC-008-2019), section 4.6.4, tag 0x0112.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._exif import exif_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["TAG", "apply", "orientation_of", "undo", "upright_size"]

TAG = 0x0112


def orientation_of(image: Image.Image) -> int:
    """Return the orientation that an image declares, 1 to 8; 1 (upright) if it does not."""
    value = exif_of(image).get(TAG, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Return width and height as they are once the orientation is applied."""
    return (size[1], size[0]) if orientation >= 5 else size


def apply(image: Image.Image, orientation: int) -> Image.Image:
    """Turn an image upright."""
    if orientation == 1:
        return image
    from PIL import Image

    # What is done to the stored pixels to show them as meant; Pillow's angles are counterclockwise.
    turn = Image.Transpose
    method = {
        2: turn.FLIP_LEFT_RIGHT,
        3: turn.ROTATE_180,
        4: turn.FLIP_TOP_BOTTOM,
        5: turn.TRANSPOSE,
        6: turn.ROTATE_270,
        7: turn.TRANSVERSE,
        8: turn.ROTATE_90,
    }[orientation]
    return image.transpose(method)


def undo(image: Image.Image, orientation: int) -> Image.Image:
    """Turn an image that is upright back to how it was stored."""
    return apply(image, {6: 8, 8: 6}.get(orientation, orientation))
