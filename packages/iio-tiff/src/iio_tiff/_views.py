"""What is done to samples on request: turning them upright, looking colors up."""

from __future__ import annotations

import numpy as np
from tifffile import TiffPage

from iio_core import DecodeError, ImageProperties, OptionError

from ._images import Image

__all__ = [
    "check_out",
    "colors_of",
    "is_turned",
    "orientation_of",
    "turned",
    "turned_shape",
    "viewed",
]

_ORIENTATION = 274
_PALETTE = 3  # PhotometricInterpretation


def orientation_of(page: TiffPage) -> int:
    """Return how a page is to be turned: 1 (not at all) to 8, TIFF 6.0, section 8, Orientation."""
    value = page.tags.valueof(_ORIENTATION)
    number = int(value) if isinstance(value, int) else 1
    return number if 1 <= number <= 8 else 1


def is_turned(image: Image) -> bool:
    """Tell whether an image has rows and columns, to be turned."""
    return "Y" in image.axes and "X" in image.axes


def turned_shape(shape: tuple[int, ...], axes: str, orientation: int) -> tuple[int, ...]:
    """Return the shape of what `turned` returns."""
    if orientation < 5:
        return shape
    y, x = axes.index("Y"), axes.index("X")
    swapped = list(shape)
    swapped[y], swapped[x] = shape[x], shape[y]
    return tuple(swapped)


def turned(array: np.ndarray, axes: str, orientation: int) -> np.ndarray:
    """Return an array with its first row at the top and its first column at the left.

    Examples
    --------
    >>> turned(np.array([[1, 2], [3, 4]]), "YX", 6)
    array([[3, 1],
           [4, 2]])
    """
    y, x = axes.index("Y"), axes.index("X")
    if orientation >= 5:  # rows are columns
        array = array.swapaxes(y, x)
    if orientation in (3, 4, 7, 8):
        array = np.flip(array, y)
    if orientation in (2, 3, 6, 7):
        array = np.flip(array, x)
    return array


def colors_of(page: TiffPage) -> np.ndarray:
    """Return the palette of a page, ``(values, 3)``, in 8 bits if it needs no more.

    Raises
    ------
    OptionError
        If it has none.
    """
    table = page.colormap if int(page.photometric) == _PALETTE else None
    if table is None or table.ndim != 2 or page.dtype is None or page.dtype.kind != "u":
        raise OptionError("palette=True: this image has no palette; its samples are no indices")
    colors: np.ndarray = np.ascontiguousarray(table.T)
    if not (colors % 257).any():
        return (colors // 257).astype(np.uint8)
    if not (colors & 0xFF).any():  # written by who shifts instead of scaling
        return (colors >> 8).astype(np.uint8)
    return colors


def viewed(
    array: np.ndarray, image: Image, name: str, *, rotate: bool, palette: bool
) -> np.ndarray:
    """Return samples as they were asked for.

    Raises
    ------
    DecodeError
        If an index is beyond the palette.
    """
    if rotate and is_turned(image):
        array = turned(array, image.axes, orientation_of(image.key))
    if palette:
        colors = colors_of(image.key)
        if array.size and int(array.max()) >= len(colors):
            raise DecodeError(
                f"{name} has indices of colors beyond the {len(colors)} of its palette",
                plugin="tiff",
            )
        array = colors[array]
    return np.ascontiguousarray(array)


def check_out(out: np.ndarray, described: ImageProperties) -> None:
    """Raise `OptionError` if an image does not fit the array that the caller gave for it."""
    if not isinstance(out, np.ndarray) or out.shape != described.shape:
        shape = getattr(out, "shape", None)
        raise OptionError(f"out= has the shape {shape}; the image has {described.shape}")
    if out.dtype != described.dtype or not out.flags.writeable:
        raise OptionError(
            f"out= has to be a writable array of {described.dtype}, not of {out.dtype}"
        )
