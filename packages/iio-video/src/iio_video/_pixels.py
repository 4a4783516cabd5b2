"""Frames of FFmpeg as arrays: one pixel format, one shape and dtype.

Formats whose planes are of one size have their samples as the last axis, in the order red, green,
blue, alpha or Y, U, V, A. Where color has fewer samples than brightness (``yuv420p``), planes
stand below each other, as wide as the first one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from iio_core import OptionError

__all__ = ["Layout", "Painter", "array_of", "layout", "planes_of", "view"]

_DTYPES: dict[int, np.dtype[Any]] = {8: np.dtype(np.uint8), 16: np.dtype(np.uint16)}
_ENDINGS = ("le", "be")


@dataclass(frozen=True)
class Layout:
    """How the pixels of a format lie in an array.

    Parameters
    ----------
    name : str
        The name of the pixel format, in the byte order of this machine.
    dtype : numpy.dtype
        Of a sample.
    channels : int
        How many samples a pixel has, as the last axis; 0: none of its own.
    planes : tuple of int
        Of formats whose samples are in planes: which plane each channel comes from.
    stacked : bool
        Whether planes of different sizes stand below each other.
    depth : int
        How many bits of a sample are used.
    """

    name: str
    dtype: np.dtype[Any]
    channels: int
    planes: tuple[int, ...] = ()
    stacked: bool = False
    depth: int = 8

    def shape(self, width: int, height: int) -> tuple[int, ...]:
        """Return the shape of the array of a frame."""
        if self.stacked:
            rows = self._rows(width, height)
            return (rows, width)
        return (height, width) if self.channels <= 1 else (height, width, self.channels)

    def _rows(self, width: int, height: int) -> int:
        samples = sum(w * h for w, h in _sizes(self.name, width, height))
        if samples % width:
            raise OptionError(
                f"format={self.name!r} of a frame of {width}x{height} does not make an array with "
                "whole rows: read it in another pixel format, such as 'yuv444p', or with size="
            )
        return samples // width


def _sizes(name: str, width: int, height: int) -> list[tuple[int, int]]:
    """Return (samples in a row, rows) of each plane of a format."""
    format = VideoFormat(name, width, height)
    found: dict[int, tuple[int, int]] = {}
    for component in format.components:
        w, h = found.get(component.plane, (0, component.height))
        found[component.plane] = (w + component.width, h)
    return [found[plane] for plane in sorted(found)]


@lru_cache(maxsize=256)
def layout(name: str) -> Layout:
    """Return the layout of a pixel format.

    Raises
    ------
    OptionError
        If there is no such format, or it has no samples that NumPy has a type for.
    """
    if not isinstance(name, str):
        raise OptionError(f"format={name!r} is no name of a pixel format, such as 'rgb24'")
    name = _native(name)
    try:
        format = VideoFormat(name, 16, 16)
    except ValueError:
        raise OptionError(f"format={name!r} is no pixel format of FFmpeg{_near(name)}") from None
    components = format.components
    if format.is_bit_stream or not components or format.has_palette:
        raise OptionError(f"format={name!r}: its pixels are no samples; ask for 'rgb24' or 'rgba'")
    if name.startswith("bayer_"):  # the sensor's own samples, one for each pixel
        depth = format.padded_bits_per_pixel
        return Layout(name, _dtype_of(name, depth), 1, depth=depth)
    depth = max(c.bits for c in components)
    dtype = _dtype_of(name, depth)
    planes = {c.plane for c in components}
    sizes = {(c.width, c.height) for c in components}
    if len(planes) > 1 and len(sizes) > 1:
        return Layout(name, dtype, 0, stacked=True, depth=depth)
    if len(planes) > 1:
        order = tuple(c.plane for c in components)
        return Layout(name, dtype, len(order), planes=order, depth=depth)
    if len(sizes) > 1:  # yuyv422: two samples for each pixel, of three kinds
        return Layout(name, dtype, 2, depth=depth)
    if format.padded_bits_per_pixel != len(components) * 8 * dtype.itemsize:
        if name in ("rgb0", "0rgb", "bgr0", "0bgr"):
            return Layout(name, dtype, 4, depth=depth)
        raise OptionError(f"format={name!r}: its samples are not whole bytes; ask for 'rgb24'")
    return Layout(name, dtype, len(components), depth=depth)


def _dtype_of(name: str, depth: int) -> np.dtype[Any]:
    if "f32" in name:
        return np.dtype(np.float32)
    if "f16" in name:
        return np.dtype(np.float16)
    if depth > 16:
        raise OptionError(f"format={name!r}: samples of {depth} bits are not supported")
    return _DTYPES[8 if depth <= 8 else 16]


def _native(name: str) -> str:
    """Return the name of a format in the byte order of this machine; ``rgb48`` is that already."""
    own = "le" if sys.byteorder == "little" else "be"
    if name.endswith(_ENDINGS):
        return f"{name[:-2]}{own}"
    try:
        VideoFormat(name)
    except ValueError:
        return f"{name}{own}" if _exists(f"{name}{own}") else name
    return name


def _exists(name: str) -> bool:
    try:
        VideoFormat(name)
    except ValueError:
        return False
    return True


def _near(name: str) -> str:
    import difflib

    from av.video.frame import supported_np_pix_fmts

    close = difflib.get_close_matches(name, sorted(supported_np_pix_fmts), n=3)
    return f". Near it: {', '.join(close)}" if close else ""


def array_of(frame: VideoFrame, how: Layout, *, own: bool) -> np.ndarray[Any, Any]:
    """Return the pixels of a frame.

    Parameters
    ----------
    frame : VideoFrame
        In the pixel format of `how`.
    how : Layout
        How its pixels lie.
    own : bool
        Whether nobody else has the frame's memory: then the array may be that memory.
    """
    planes = frame.planes
    if how.stacked:
        sizes = _sizes(how.name, frame.width, frame.height)
        parts = [
            view(p, how.dtype, (h, w)).reshape(-1) for p, (w, h) in zip(planes, sizes, strict=True)
        ]
        return np.concatenate(parts).reshape(-1, frame.width)
    if how.planes:
        image = np.empty((frame.height, frame.width, len(how.planes)), how.dtype)
        for channel, plane in enumerate(how.planes):
            image[..., channel] = view(planes[plane], how.dtype, (frame.height, frame.width))
        return image
    shape = how.shape(frame.width, frame.height)
    samples = view(planes[0], how.dtype, shape)
    if own and samples.flags.c_contiguous:
        return samples
    return samples.copy()


def view(plane: Any, dtype: np.dtype[Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return the samples of a plane without copying them."""
    step = abs(plane.line_size)
    inner = [dtype.itemsize]
    for length in reversed(shape[2:]):
        inner.insert(0, inner[0] * length)
    strides = (step, *inner)
    offset = 0
    if plane.line_size < 0:  # the last row comes first
        offset, strides = step * (shape[0] - 1), (-step, *inner)
    return np.ndarray(shape, dtype, plane, offset, strides)


def planes_of(
    image: np.ndarray[Any, Any], how: Layout, width: int, height: int
) -> Iterator[np.ndarray[Any, Any]]:
    """Yield the samples of each plane of a frame, from its array."""
    if how.stacked:
        flat = image.reshape(-1)
        for columns, rows in _sizes(how.name, width, height):
            yield flat[: columns * rows].reshape(rows, columns)
            flat = flat[columns * rows :]
    elif how.planes:
        for plane in range(len(how.planes)):
            yield image[..., how.planes.index(plane)]
    else:
        yield image


class Painter:
    """Turns frames into arrays of one pixel format, and of one size if that is asked for.

    Parameters
    ----------
    format : str or None
        The pixel format; None: the frame's own, or ``rgba`` if that has a palette.
    size : tuple of int, optional
        Width and height.
    """

    def __init__(self, format: str | None, size: tuple[int, int] | None = None) -> None:
        self._layout = None if format is None else layout(format)
        self._size = size
        self._reformatter = VideoReformatter()

    def layout_for(self, native: str) -> Layout:
        """Return the layout of arrays of frames of a pixel format."""
        if self._layout is not None:
            return self._layout
        try:
            return layout(native)
        except OptionError:
            return layout("rgba" if VideoFormat(native).has_palette else "rgb24")

    def shape(self, native: str, width: int, height: int) -> tuple[int, ...]:
        """Return the shape of arrays of frames of a pixel format and a size."""
        if self._size is not None:
            width, height = self._size
        return self.layout_for(native).shape(width, height)

    def paint(self, frame: VideoFrame) -> np.ndarray[Any, Any]:
        """Return the pixels of a frame."""
        how = self.layout_for(frame.format.name)
        width, height = self._size or (frame.width, frame.height)
        resized = (width, height) != (frame.width, frame.height)
        made = self._reformatter.reformat(
            frame,
            width,
            height,
            how.name,
            interpolation=Interpolation.BICUBIC if resized else None,
        )
        return array_of(made, how, own=made is not frame)
