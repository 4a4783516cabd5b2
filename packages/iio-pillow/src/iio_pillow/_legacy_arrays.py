"""Arrays that a format cannot hold as they are, changed as imageio 2.9 does; never in silence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from iio_core import Format
from iio_core.v2.core import warn_of_loss

from ._legacy_writing import colors_of

__all__ = ["prepared"]

Array = np.ndarray[Any, Any]
AsUint = Callable[[Array], Array]


def prepared(array: Array, format: Format, given: Mapping[str, Any], as_uint: AsUint) -> Array:
    """Return the array that is written for one that was given.

    Parameters
    ----------
    array : numpy.ndarray
        ``(height, width)`` or ``(height, width, channels)``.
    format : Format
        What is written.
    given : mapping
        The options, by the names of imageio 2.9.
    as_uint : callable
        Brings an array to 8 bits, and warns of what is lost.
    """
    if given.get("mode") is not None:
        return array  # what it says is how the array is to be changed
    png = format.name == "PNG"
    if png and array.dtype == np.uint16 and given.get("prefer_uint8", True):
        array = array.astype(np.uint8) if array.size and array.max() <= 255 else array
    colors = colors_of(given) if png else None
    if not _holds(format, array) or (colors is not None and array.dtype == np.uint16):
        array = _with_other_values(array, format, as_uint)
    if not _holds(format, array):
        array = _with_other_channels(array, format)
    if colors is not None and _holds(format, array) and array.dtype == np.uint8:
        array = _reduced(array, colors)
    return array


def _channels(array: Array) -> int:
    return 1 if array.ndim == 2 else array.shape[-1]


def _holds(format: Format, array: Array) -> bool:
    channels = _channels(array)
    return any(p.dtype == array.dtype.name and channels in p.channels for p in format.writes)


def _with_other_values(array: Array, format: Format, as_uint: AsUint) -> Array:
    held = {pixels.dtype for pixels in format.writes}
    if array.dtype.kind not in "biuf" or (array.dtype.name == "uint8" and "uint8" in held):
        return array
    if "uint8" in held:
        return as_uint(array)
    if "float32" in held and array.dtype.kind in "iu" and array.dtype.itemsize <= 2:
        return array.astype(np.float32)  # which is exact
    return array


def _with_other_channels(array: Array, format: Format) -> Array:
    """Make color of gray and opaque of color, where only that is held; drop alpha where usual."""
    channels = _channels(array)
    held = {n for pixels in format.writes if pixels.dtype == "uint8" for n in pixels.channels}
    if array.dtype != np.uint8 or array.ndim not in (2, 3):
        return array
    if channels == 1 and held & {3, 4}:
        array = np.stack([array] * 3, axis=-1)
    if channels in (1, 3) and 4 in held and 3 not in held:
        return np.dstack([array, np.full(array.shape[:2], 255, np.uint8)])
    if format.name in ("BMP", "DIB", "PPM") and channels == 4:
        if array.size and array[:, :, 3].min() < 255:
            warn_of_loss(
                f"{format.name} holds no alpha channel: it is left out. image[:, :, :3] says that "
                "this is meant"
            )
        return array[:, :, :3]
    return array


def _reduced(array: Array, colors: int) -> Array:
    """Return an image of so many colors, where Pillow's own reduction has only powers of two."""
    if colors in (2, 4, 16, 256):
        return array  # the writer does it
    from PIL import Image

    from ._pixels import to_array

    image = Image.fromarray(array)
    if image.mode == "LA":
        image = image.convert("RGBA")
    reduced = image.quantize(colors)
    return to_array(reduced.convert("RGBA" if image.mode == "RGBA" else "RGB")).copy()
