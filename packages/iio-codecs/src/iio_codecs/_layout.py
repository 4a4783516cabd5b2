"""What a header says of an image, and how the image lies as an array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iio_core import ImageProperties

__all__ = ["Layout", "turned", "upright"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Size and samples of an image, as its header declares them.

    Parameters
    ----------
    height, width : int
        The size in pixels.
    channels : int
        1 stands for ``(height, width)``.
    dtype : str
        The name of the dtype that it is decoded to.
    bits : int
        How many bits a sample has in the file.
    """

    height: int
    width: int
    channels: int
    dtype: str
    bits: int = 8

    def __post_init__(self) -> None:
        if min(self.height, self.width, self.channels) < 1:
            raise ValueError(
                f"it declares an image of {self.width} x {self.height} pixels and {self.channels} "
                "channels"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array as it is stored."""
        size = (self.height, self.width)
        return size if self.channels == 1 else (*size, self.channels)

    def properties(self, orientation: int = 1) -> ImageProperties:
        """Describe the array, turned upright from an orientation as EXIF counts them."""
        shape = turned(self.shape, orientation)
        axes = "YX" if self.channels == 1 else "YXS"
        return ImageProperties(shape, np.dtype(self.dtype), axes=axes)


def turned(shape: tuple[int, ...], orientation: int) -> tuple[int, ...]:
    """Return a shape as it is once an orientation is applied."""
    return (shape[1], shape[0], *shape[2:]) if orientation >= 5 else shape


def upright(image: np.ndarray, orientation: int) -> np.ndarray:
    """Return a view of an image that is upright. Exif 2.32, section 4.6.4, tag 0x0112."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return image
