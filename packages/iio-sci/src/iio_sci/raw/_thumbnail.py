"""The picture that a camera stores beside what its sensor saw."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import rawpy

import iio_core as iio
from iio_core import DecodeError, ImageProperties

__all__ = ["Thumbnail"]


class Thumbnail:
    """The stored picture: a JPEG file, or pixels.

    Parameters
    ----------
    raw : rawpy.RawPy
        The opened file.
    name : str
        What to call it in messages.
    """

    def __init__(self, raw: rawpy.RawPy, name: str) -> None:
        self._raw = raw
        self._name = name

    @cached_property
    def stored(self) -> bytes | np.ndarray:
        """What LibRaw finds.

        Raises
        ------
        DecodeError
            If there is none, or one of a kind that LibRaw does not read.
        """
        try:
            found: bytes | np.ndarray = self._raw.extract_thumb().data
        except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError) as error:
            raise DecodeError(
                f"{self._name} has no thumbnail that LibRaw reads", plugin="raw"
            ) from error
        return found

    def read(self) -> np.ndarray:
        """Return its pixels."""
        if isinstance(self.stored, bytes):
            return iio.imread(self.stored, index=0, extension=".jpg")
        return self.stored

    def properties(self) -> ImageProperties:
        """Describe its pixels."""
        if isinstance(self.stored, bytes):
            return iio.improps(self.stored, index=0, extension=".jpg")
        shape = self.stored.shape
        return ImageProperties(shape=shape, dtype=self.stored.dtype, axes="YXS"[: len(shape)])
