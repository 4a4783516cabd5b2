"""What is known of an image without its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ImageProperties"]


@dataclass(frozen=True, slots=True)
class ImageProperties:
    """Shape, dtype and geometry of what reading with the same options returns.

    Parameters
    ----------
    shape : tuple of int or None
        The array's shape. The first entry is None if it is a number of images that is not known
        without decoding.
    dtype : numpy.dtype
        The array's dtype, in native byte order.
    n_images : int or None
        How many images there are, if `is_batch`; None also if that is not known.
    is_batch : bool
        Whether the first axis counts images.
    spacing : tuple of float, optional
        Distance of neighbouring samples, one per spatial axis: millimetres in medical
        formats, else the file's own unit, which its metadata name.
    axes : str, optional
        One letter for each axis: T time, C optical channel, Z depth, Y rows, X columns, S samples
        (red, green, blue), I images one after the other, Q what the file does not name. None if
        nothing tells.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.improps("cat.png").shape  # doctest: +SKIP
    (300, 451, 3)
    """

    shape: tuple[int | None, ...]
    dtype: np.dtype
    n_images: int | None = None
    is_batch: bool = False
    spacing: tuple[float, ...] | float | None = None
    axes: str | None = None
