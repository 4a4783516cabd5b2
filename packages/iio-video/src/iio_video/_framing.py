"""Arrays as frames of FFmpeg."""

from __future__ import annotations

from typing import Any

import numpy as np
from av.video.frame import VideoFrame

from iio_core import EncodeError, OptionError

from ._pixels import layout, planes_of, view

__all__ = ["frame_of", "padded"]


def frame_of(image: np.ndarray[Any, Any], format: str, name: str) -> VideoFrame:
    """Return an array as a frame, copied.

    Parameters
    ----------
    image : numpy.ndarray
        The array.
    format : str
        Its pixel format.
    name : str
        The file, for messages.

    Raises
    ------
    EncodeError
        If the array does not have the shape or dtype of the pixel format.
    """
    how = layout(format)
    if image.ndim == 3 and image.shape[2] == 1 and how.channels == 1:
        image = image[..., 0]
    height, width = image.shape[:2] if image.ndim >= 2 else (0, 0)
    if how.stacked and height and width:
        height = _frame_height(how, width, height)
    wanted = how.shape(width, height) if height and width else ()
    if image.shape != wanted or image.dtype != how.dtype:
        raise EncodeError(
            f"{name}: an array of shape {image.shape} and {image.dtype} is no frame in the pixel "
            f"format {format!r}, whose samples are {how.dtype}",
            plugin="pyav",
        )
    frame = VideoFrame(width, height, how.name)
    for plane, samples in zip(frame.planes, planes_of(image, how, width, height), strict=True):
        view(plane, how.dtype, samples.shape)[...] = samples
    return frame


def _frame_height(how: Any, width: int, rows: int) -> int:
    """Return the height of a frame whose planes, below each other, have so many rows."""
    for height in range(rows // 3, rows + 1):
        try:
            if height and how.shape(width, height) == (rows, width):
                return height
        except OptionError:
            continue
    return 0


def padded(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Repeat the last column and row."""
    more = [(0, height - image.shape[0]), (0, width - image.shape[1])]
    return np.pad(image, more + [(0, 0)] * (image.ndim - 2), mode="edge")
