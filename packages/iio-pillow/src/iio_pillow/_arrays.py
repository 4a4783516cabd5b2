"""From arrays to Pillow's images: exactly, or by a conversion that the caller asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from iio_core import EncodeError, Format, OptionError

from ._palette import to_palette
from ._pixels import LAYOUTS
from ._writers._modes import MODES

__all__ = ["from_array", "is_batch"]

_NATURAL = {
    ("bool", 1): "1",
    ("uint8", 1): "L",
    ("uint8", 2): "LA",
    ("uint8", 3): "RGB",
    ("uint8", 4): "RGBA",
    ("uint16", 1): "I;16",
    ("int32", 1): "I",
    ("float32", 1): "F",
}


def from_array(array: np.ndarray[Any, Any], mode: str | None, format: Format) -> Image.Image:
    """Return an image with the values of an array.

    Parameters
    ----------
    array : numpy.ndarray
        ``(height, width)`` or ``(height, width, channels)``.
    mode : str, optional
        The mode that the image is to have. An array of its dtype and channels is taken as it; any
        other is converted by Pillow; 16 bits are scaled to 8 first.
    format : Format
        What it will be written as.

    Raises
    ------
    EncodeError
        If the format cannot hold the array as it is, and no `mode` was asked for, or one that
        its values do not fit into.
    """
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise _refused(array, format)
    if mode is None:
        held = any(p.dtype == array.dtype.name and channels in p.channels for p in format.writes)
        if not held or (array.ndim == 3 and channels == 1):
            raise _refused(array, format)
    elif mode not in LAYOUTS:
        raise OptionError(f"mode={mode!r} is not a mode of Pillow: {', '.join(LAYOUTS)}")
    natural = _NATURAL.get((array.dtype.name, channels))
    if mode is not None:
        dtype, number = LAYOUTS[mode]
        same = (dtype.newbyteorder("="), number) == (array.dtype.newbyteorder("="), channels)
        if same and mode != "P":
            return _image(array, mode)
    if natural is None:
        raise _refused(array, format)
    if natural == "I;16" and mode in LAYOUTS and LAYOUTS[mode][0].itemsize == 1:
        # Pillow would make 255 of all that is larger.
        array, natural = ((array.astype(np.uint32) + 128) // 257).astype(np.uint8), "L"
    elif natural in ("I", "F") and mode not in (None, natural, "F"):
        raise _refused(array, format, f"Pillow would cut its values off to make mode {mode!r}. ")
    image = _image(array, natural)
    if mode == "P":
        return to_palette(image)
    return image if mode is None or mode == natural else image.convert(mode)


def _image(array: np.ndarray[Any, Any], mode: str) -> Image.Image:
    height, width = array.shape[:2]
    if mode == "1":
        return Image.frombytes("1", (width, height), np.packbits(array, axis=1).tobytes())
    dtype, _ = LAYOUTS[mode]
    data = np.ascontiguousarray(array, dtype)
    return Image.frombuffer(mode, (width, height), data, "raw", mode, 0, 1)


def is_batch(shape: tuple[int, ...], mode: str | None) -> bool | None:
    """Tell from the mode that was asked for whether an array is a batch of images."""
    if mode not in LAYOUTS:
        return None
    return len(shape) > (2 if LAYOUTS[mode][1] == 1 and mode != "P" else 3)


def _refused(array: np.ndarray[Any, Any], format: Format, why: str = "") -> EncodeError:
    held = "; ".join(
        f"{p.dtype} {', '.join('(h, w)' if c == 1 else f'(h, w, {c})' for c in p.channels)}"
        for p in format.writes
    )
    return EncodeError(
        f"{format.name} cannot hold an array of {array.dtype} {array.shape}; without loss it holds "
        f"{held}. {why}{_advice(array, format)}",
        plugin="pillow",
        format=format.name,
    )


def _advice(array: np.ndarray[Any, Any], format: Format) -> str:
    if 0 in array.shape or array.ndim < 2:
        return "Give it one image with at least one pixel."
    if array.ndim > 3:
        return (
            f"An array of {array.ndim} axes is a batch of images, which is_batch=False "
            "contradicts; each image of a batch has 2 axes or 3."
        )
    if array.ndim == 3 and array.shape[2] == 1:
        return "One channel has no axis of its own: image[..., 0]."
    if array.ndim == 3 and array.shape[2] not in (2, 3, 4):
        return "Several images go along the first axis, channels along the last."
    dtypes = {p.dtype for p in format.writes}
    mode = _helpful_mode(array, format)
    if array.dtype.name not in dtypes and "uint8" in dtypes and (array.dtype != bool or not mode):
        if array.dtype.kind == "f":
            return "If its values are from 0 to 1: (image * 255).round().astype('uint8')."
        deep = array.ndim == 2 and array.dtype.itemsize > 1 and "uint16" in dtypes
        more = " (or to 0..65535, and 'uint16')" if deep else ""
        return f"Scale it to 0..255 and convert it: image.astype('uint8'){more}."
    if mode is None:
        return "Convert it first; Pillow cannot do it."
    # With a mode of one channel a third axis counts images, see `is_batch`.
    one = ", is_batch=False" if is_batch(array.shape, mode) else ""
    return f"Convert it first, or name what Pillow should convert it to: mode={mode!r}{one}."


def _helpful_mode(array: np.ndarray[Any, Any], format: Format) -> str | None:
    """Return a mode that such an array can be converted to and the format holds."""
    channels = array.shape[2] if array.ndim == 3 else 1
    natural = _NATURAL.get((array.dtype.name, channels))
    if natural is None or natural in ("I", "F"):
        return None
    source = "L" if natural == "I;16" else natural
    order = ("L", "RGB", "RGBA", "F", "1") if channels < 3 else ("RGB", "RGBA", "L", "F", "1")
    for mode in order:
        if mode in MODES.get(format.name, ()) and mode != natural:
            try:
                Image.new(source, (1, 1)).convert(mode)
            except ValueError:  # Pillow knows no way
                continue
            return mode
    return None
