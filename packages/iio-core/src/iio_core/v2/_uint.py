"""Images of any type of numbers as 8 or 16 bit integers, as imageio 2.9 does before it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from .._errors import EncodeError
from .._warning import warn
from ._errors import ValueOptionError

__all__ = ["image_as_uint", "warn_of_loss", "writing_to"]

_written: ContextVar[tuple[str, set[str]] | None] = ContextVar("iio_core_v2_written", default=None)


def image_as_uint(im: Any, bitdepth: int | None = None) -> np.ndarray[Any, Any]:
    """Convert an image to unsigned integers; what is lost is told in a warning.

    Floats from 0 to 1 are scaled to the full range. Unsigned integers keep their upper bits. All
    other numbers are stretched, the lowest to 0 and the highest to the top. Booleans become 0 and
    the top.

    Parameters
    ----------
    im : array_like
        Of any shape.
    bitdepth : {8, 16}, optional
        8 by default.

    Returns
    -------
    numpy.ndarray
        Of ``uint8`` or ``uint16``; the same array if it is of that type already.

    Raises
    ------
    EncodeError
        If a value is infinite, or there are no numbers at all in it.

    Examples
    --------
    >>> image_as_uint([[False, True]])
    array([[  0, 255]], dtype=uint8)
    """
    image = np.asarray(im)
    if bitdepth not in (None, 8, 16):
        raise ValueOptionError(f"bitdepth={bitdepth!r}: it is 8 or 16")
    made = np.dtype(np.uint16 if bitdepth == 16 else np.uint8)
    if image.dtype == made:
        return image
    if image.dtype.kind not in "biuf":
        raise EncodeError(f"an array of {image.dtype} is not an image")
    top = 2 ** (8 * made.itemsize) - 1
    if image.dtype.kind == "b":
        return np.where(image, top, 0).astype(made)
    if image.dtype.kind == "u" and image.dtype.itemsize > made.itemsize:
        lost = 8 * (image.dtype.itemsize - made.itemsize)
        _tell(image, made, f"its lower {lost} bits are lost")
        return (image >> lost).astype(made)
    if not image.size:
        return image.astype(made)
    return _scaled(image, made, top)


def _scaled(image: np.ndarray[Any, Any], made: np.dtype[Any], top: int) -> np.ndarray[Any, Any]:
    """Scale floats from 0 to 1, and stretch whatever else."""
    holes = np.isnan(image) if image.dtype.kind == "f" else None
    told = ""
    if holes is not None and holes.any():
        if holes.all():
            raise EncodeError("all values of the image are NaN: there is nothing to write")
        told = f"; {int(holes.sum())} values that are NaN become 0"
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    if not np.isfinite([low, high]).all():
        raise EncodeError(
            f"the image has infinite values, which {made} cannot hold: "
            "numpy.clip or numpy.nan_to_num can replace them"
        )
    values = image.astype(np.float64)
    if image.dtype.kind == "f" and low >= 0 and high <= 1:
        _tell(image, made, f"values from 0 to 1 become 0 to {top}{told}")
        values *= top
    elif low == high:
        _tell(image, made, f"all values are {low:g}{told}")
        values = values.clip(0, top)
    else:
        _tell(image, made, f"values from {low:g} to {high:g} become 0 to {top}{told}")
        values = (values - low) * (top / (high - low))
    if told:
        values[holes] = 0
    # To the nearest; a half goes down.
    return np.ceil(values - 0.5).clip(0, top).astype(made)


def _tell(image: np.ndarray[Any, Any], made: np.dtype[Any], what: str) -> None:
    warn_of_loss(
        f"an image of {image.dtype} is converted to {made}: {what}. Convert it before it is "
        "written to choose yourself"
    )


def warn_of_loss(message: str) -> None:
    """Give an `IIOWarning` at the line of the script, past all plugins and parts of iio.

    Parameters
    ----------
    message : str
        What is lost or taken for something else, and how to say that it is meant.

    Examples
    --------
    >>> warn_of_loss("the alpha channel is left out")  # doctest: +SKIP
    """
    name, told = _written.get() or ("", set())
    if message not in told:
        told.add(message)
        warn(f"{name}: {message}" if name else message)


@contextmanager
def writing_to(name: str, told: set[str]) -> Iterator[None]:
    """Have `warn_of_loss` name the file in this block, and say each thing once for it.

    Parameters
    ----------
    name : str
        The file.
    told : set of str
        What was said of it.
    """
    token = _written.set((name, told))
    try:
        yield
    finally:
        _written.reset(token)
