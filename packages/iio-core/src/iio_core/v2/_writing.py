"""The calls of imageio 2.9 that write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from .._errors import EncodeError
from ._array import Array
from ._finding import open_writer
from ._format import BaseWriter
from ._manager import formats
from ._request import Request, checked_mode

__all__ = ["get_writer", "imwrite", "mimwrite", "mvolwrite", "volwrite"]

_CHANNELS = (1, 2, 3, 4)
_MOST_VALUES = 32  # of one voxel, as imageio has it


def get_writer(uri: Any, format: Any = None, mode: str = "?", **kwargs: Any) -> BaseWriter:
    """Open something to write images and metadata to.

    What was accepted is kept: also an exception in a ``with`` block finishes the file. Until then
    it has another name.

    Parameters
    ----------
    uri : str, os.PathLike or file object
        Where to; ``RETURN_BYTES`` is memory, of which ``writer.request.get_result()`` is what was
        written, after `Writer.close`.
    format : str, optional
        The name of a format (``"GIF-PIL"``), an extension, or a file name to go by.
    mode : {"i", "I", "v", "V", "?"}
        What will be written: an image, several, a volume, several, or whatever.
    **kwargs : Any
        The format's own; see `iio_core.v2.help`.

    Returns
    -------
    Writer
        A context manager.

    Raises
    ------
    IndexError
        If there is no format of this name.
    IIOError
        As `iio_core.imopen`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> with imageio.get_writer("movie.gif", mode="I", duration=0.04) as w:  # doctest: +SKIP
    ...     for image in images:
    ...         w.append_data(image)
    """
    return _open(uri, format, mode, kwargs, lasting=True)


def imwrite(uri: Any, im: Any, format: Any = None, **kwargs: Any) -> bytes | None:
    """Write an image, all or nothing.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_writer`.
    im : array_like
        ``(height, width)``, ``(height, width, 3)`` or ``(height, width, 4)``.

    Returns
    -------
    bytes or None
        The encoded file, if `uri` is ``RETURN_BYTES``.

    Raises
    ------
    ValueError
        If it is not an image, or the format cannot hold it.
    IIOError
        As `get_writer`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.imwrite("cat.png", image)  # doctest: +SKIP
    """
    return _write(uri, [_image(im)], format, "i", kwargs)


def mimwrite(uri: Any, ims: Any, format: Any = None, **kwargs: Any) -> bytes | None:
    """Write several images, all or nothing; an iterable's as they come.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_writer`.
    ims : iterable of array_like
        Images, each as for `imwrite`.

    Returns
    -------
    bytes or None
        As `imwrite`.

    Raises
    ------
    ValueError
        If there is none, or one is not an image, or the format cannot hold it.
    IIOError
        As `get_writer`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.mimwrite("movie.gif", images, duration=0.04)  # doctest: +SKIP
    """
    return _write(uri, map(_image, _several(ims)), format, "I", kwargs)


def volwrite(uri: Any, vol: Any, format: Any = None, **kwargs: Any) -> bytes | None:
    """Write a volume, all or nothing.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_writer`.
    vol : array_like
        ``(depth, height, width)``, or with several values for each voxel one axis more.

    Returns
    -------
    bytes or None
        As `imwrite`.

    Raises
    ------
    ValueError
        If it is not a volume, or the format cannot hold it.
    IIOError
        As `get_writer`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.volwrite("scan.npz", volume)  # doctest: +SKIP
    """
    return _write(uri, [_volume(vol)], format, "v", kwargs)


def mvolwrite(uri: Any, vols: Any, format: Any = None, **kwargs: Any) -> bytes | None:
    """Write several volumes, all or nothing; an iterable's as they come.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_writer`.
    vols : iterable of array_like
        Volumes, each as for `volwrite`.

    Returns
    -------
    bytes or None
        As `imwrite`.

    Raises
    ------
    ValueError
        If there is none, or one is not a volume, or the format cannot hold it.
    IIOError
        As `get_writer`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.mvolwrite("scans.npz", volumes)  # doctest: +SKIP
    """
    return _write(uri, map(_volume, _several(vols)), format, "V", kwargs)


def _open(uri: Any, format: Any, mode: str, kwargs: dict[str, Any], *, lasting: bool) -> BaseWriter:
    choice = formats.choose(format)
    mode = f"w{checked_mode(mode)}"
    request = Request(uri, mode, extension=choice.extension, lasting=lasting)
    request.kwargs = kwargs
    try:
        return open_writer(request, choice, formats)
    except BaseException:
        request.abort()
        raise


def _write(
    uri: Any, images: Iterable[Array], format: Any, mode: str, kwargs: dict[str, Any]
) -> bytes | None:
    """Write all of them, or leave what was there."""
    writer = _open(uri, format, mode, kwargs, lasting=False)
    try:
        written = 0
        for image in images:
            writer.append_data(image)
            written += 1
        if not written:
            raise EncodeError(f"{writer.request.filename}: there is nothing to write")
    except BaseException:
        writer._abort()
        raise
    writer.close()
    return writer.request.get_result()


def _several(images: Any) -> Iterable[Any]:
    if isinstance(images, str | bytes) or not isinstance(images, Iterable):
        raise EncodeError(f"{type(images).__name__} is not several images: give a list of arrays")
    shape = getattr(images, "shape", None)
    if shape is not None and (len(shape) < 3 or (len(shape) == 3 and shape[2] in _CHANNELS)):
        # Its rows would be taken for images.
        raise EncodeError(f"an array of shape {shape} is one image: give a list of arrays")
    return images


def _image(given: Any) -> Array:
    image = _numbers(given)
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] in _CHANNELS):
        return image
    raise EncodeError(
        f"an array of shape {image.shape} is not an image: (height, width), or with 1 to 4 "
        "channels as its last axis"
    )


def _volume(given: Any) -> Array:
    volume = _numbers(given)
    if volume.ndim == 3 or (volume.ndim == 4 and volume.shape[3] < _MOST_VALUES):
        return volume
    raise EncodeError(
        f"an array of shape {volume.shape} is not a volume: (depth, height, width), or with up "
        f"to {_MOST_VALUES - 1} values for each voxel as its last axis"
    )


def _numbers(given: Any) -> Array:
    try:
        array = np.asarray(given)
    except (TypeError, ValueError) as error:  # rows of different lengths
        raise EncodeError(f"what was given is not an array of numbers: {error}") from error
    if array.dtype.kind not in "biufc":
        raise EncodeError(f"an array of {array.dtype} is not an image")
    return Array(array, getattr(given, "meta", None))
