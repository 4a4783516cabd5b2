"""JPEG streams inside of other files, through Pillow, which is an extra of this wheel."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from iio_core import IIOError, PluginNotInstalledError

from ._input import Input
from ._still import Array

__all__ = ["decode_jpeg"]


def decode_jpeg(input: Input, data: bytes, size: tuple[int, int] | None, mode: str | None) -> Array:
    """Return the samples of a JPEG stream.

    Parameters
    ----------
    input : Input
        The file it is in, for messages and limits.
    data : bytes
        The stream.
    size : tuple of int, optional
        The width and height that it must have.
    mode : str, optional
        The samples that it must have, by Pillow's name: ``L``, ``RGB``. None: whichever it has.

    Raises
    ------
    PluginNotInstalledError
        Without Pillow.
    """
    try:
        from PIL import ImageFile, JpegImagePlugin
    except ModuleNotFoundError:
        raise PluginNotInstalledError(
            f"{input.name} has a JPEG stream in it, which Pillow decodes: "
            "pip install iio-retro[jpeg]",
            install=("iio-retro[jpeg]",),
        ) from None
    try:
        # Not Image.open, which warns by a limit of its own: ours is checked below.
        picture: Any = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        if size is not None and picture.size != size:
            raise input.wrong(f"a JPEG stream in it is {picture.size}, not {size}")
        if mode is not None and picture.mode != mode:
            raise input.wrong(f"a JPEG stream in it has samples {picture.mode}, not {mode}")
        width, height = picture.size
        input.charge(height, width, len(picture.getbands()))
        if ImageFile.LOAD_TRUNCATED_IMAGES and b"\xff\xd9" not in data[-64:]:
            raise input.wrong("a JPEG stream in it is cut")
        picture.load()
    except IIOError:
        raise
    except Exception as error:
        raise input.wrong(f"a JPEG stream in it cannot be decoded: {error}") from error
    return np.asarray(picture)
