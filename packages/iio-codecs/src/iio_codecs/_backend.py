"""The codecs of imagecodecs, by name; whatever one raises leaves here as an error of iio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np

from iio_core import DecodeError, EncodeError, PluginNotInstalledError

from ._heard import heard

__all__ = ["decode", "encode", "has"]


def has(codec: str) -> bool:
    """Tell whether this build of imagecodecs has a codec."""
    return bool(getattr(getattr(imagecodecs, codec.upper(), None), "available", False))


def _function(codec: str, what: str) -> Callable[..., Any]:
    if not has(codec):
        raise PluginNotInstalledError(
            f"this build of imagecodecs has no codec {codec!r}: pip install -U imagecodecs",
            install=("imagecodecs",),
        )
    function: Callable[..., Any] = getattr(imagecodecs, f"{codec}_{what}")
    return function


def decode(
    codec: str,
    data: bytes,
    /,
    *,
    name: str,
    format: str,
    out: np.ndarray | None = None,
    **options: Any,
) -> np.ndarray:
    """Decode an image; the interpreter's lock is not held meanwhile.

    Parameters
    ----------
    codec : str
        What imagecodecs calls it: ``"jpegxl"``.
    data : bytes
        The encoded image.
    name, format : str
        What messages call the file and its format.
    out : numpy.ndarray, optional
        A C-contiguous array of just the right shape and dtype to decode into.
    **options : Any
        Those of the codec; None is its default.

    Raises
    ------
    DecodeError
        Whatever the codec raises.
    """
    given = {option: value for option, value in options.items() if value is not None}
    try:
        with heard(name):
            found = np.asarray(_function(codec, "decode")(data, out=out, **given))
    except (PluginNotInstalledError, MemoryError, Warning):
        raise
    except Exception as error:
        raise DecodeError(
            f"{name} could not be decoded as {format}: {_said(error)}",
            plugin="codecs",
            format=format,
        ) from error
    return found if found.dtype.isnative else found.astype(found.dtype.newbyteorder("="))


def encode(codec: str, image: np.ndarray, /, *, format: str, **options: Any) -> bytes:
    """Encode an image.

    Raises
    ------
    EncodeError
        Whatever the codec raises.
    """
    given = {option: value for option, value in options.items() if value is not None}
    try:
        with heard(format):
            return bytes(_function(codec, "encode")(image, **given))
    except (PluginNotInstalledError, MemoryError, Warning):
        raise
    except Exception as error:
        raise EncodeError(
            f"an array of {image.dtype} and shape {image.shape} could not be encoded as {format} "
            f"with these options: {_said(error)}",
            plugin="codecs",
            format=format,
        ) from error


def _said(error: BaseException) -> str:
    text = str(error).strip()
    return text or type(error).__name__
