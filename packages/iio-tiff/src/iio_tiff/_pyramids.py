"""Smaller copies of an image, each half as large as the one before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

__all__ = ["levels"]

_SMALLEST = 256


def levels(
    image: np.ndarray, number: int | bool, y: int, x: int, *, unit: int = 1
) -> Iterator[np.ndarray]:
    """Yield smaller copies of an image: means of 2 x 2 pixels.

    Parameters
    ----------
    image : numpy.ndarray
        The image in its full size.
    number : int or bool
        How many; True: until both sides are at most 256.
    y, x : int
        The axes of rows and columns.
    unit : int
        What neither side is made smaller than.
    """
    made = 0
    while min(image.shape[y], image.shape[x]) >= 2 * unit:
        if number is True and max(image.shape[y], image.shape[x]) <= _SMALLEST:
            return
        if number is not True and made == number:
            return
        image = _halved(_halved(image, y), x)
        made += 1
        yield image


def _halved(image: np.ndarray, axis: int) -> np.ndarray:
    """Return means of neighbours along an axis; a last one without a neighbour stays out."""
    half = image.shape[axis] // 2
    front = (slice(None),) * axis
    one, other = image[(*front, slice(0, 2 * half, 2))], image[(*front, slice(1, 2 * half, 2))]
    kind = image.dtype.kind
    if kind == "b":
        either: np.ndarray = one | other
        return either
    if kind in "ui":  # without leaving the dtype: the halves, and one for two odd ones
        mean: np.ndarray = (one >> 1) + (other >> 1) + (one & other & 1)
        return mean
    half_of = image.dtype.type(0.5)
    between: np.ndarray = (one * half_of + other * half_of).astype(image.dtype)
    return between
