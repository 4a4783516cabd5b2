"""Microsoft Image Composer: sprites, each a TIFF image in a compound file.

Microsoft has published no specification; after *The MIC file format*,
http://fileformats.archiveteam.org/wiki/MIC_(Image_Composer)::

    ├─ 0001.ACI
    │  └─ Image      a TIFF file
    ├─ 0002.ACI
    │  └─ Image …
    └─ Commands, Version, previews
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from iio_core import IIOError, ImageProperties, Index, Resource

from ._ole import Compound
from ._still import Array, Still

__all__ = ["MicReader"]

_MODES = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}


class MicReader(Still):
    """Reads the sprites, in the order of their names; ``index=None`` is the first."""

    FORMAT = "MIC"
    MOST = 8

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._file = Compound(self.input)
        self._names = [
            name
            for name in self._file.names()
            if len(name) == 2 and name[0].upper().endswith(".ACI") and name[1] == "Image"
        ]
        if not self._names:
            raise self.input.wrong("it has no sprites")

    def _opened(self, number: int) -> Any:
        from PIL import TiffImagePlugin

        stream = self._file.stream(self._names[number])
        try:
            # Not Image.open, which warns by a limit of its own: ours is checked in `read`.
            picture = TiffImagePlugin.TiffImageFile(io.BytesIO(stream.data))
        except Exception as error:
            raise self._unreadable(number, error) from error
        if picture.mode not in _MODES:
            raise self.input.wrong(f"sprite {number} has samples {picture.mode}, not read")
        return picture

    def _unreadable(self, number: int, error: Exception) -> Exception:
        return self.input.wrong(f"sprite {number} cannot be decoded: {error}")

    def count(self) -> int:
        """Return how many sprites there are."""
        return len(self._names)

    def read(self, *, index: Index = None) -> Array:
        """Decode a sprite.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)`` of uint8.
        """
        number = self.number(index)
        picture = self._opened(number)
        self.input.charge(picture.height, picture.width, _MODES[picture.mode])
        try:
            return np.array(picture)
        except IIOError:
            raise
        except Exception as error:
            raise self._unreadable(number, error) from error

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe a sprite."""
        picture = self._opened(self.number(index))
        channels = _MODES[picture.mode]
        shape = (picture.height, picture.width, channels)
        return self.described(shape if channels > 1 else shape[:2])
