"""Reading PFM: "PF" (RGB) or "Pf" (gray), width, height, a scale, and floats.

The scale is negative for little endian. Rows stand from the bottom to the top.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, ImageProperties, Index, Resource

from .._flat import Flat, ranges_of, slice_of
from .._which import OnlyImage, refuse_levels

__all__ = ["PfmReader"]

_SPACE = b" \t\r\n\v\f"
_LONGEST = 64  # bytes of a number in the header


class PfmReader(OnlyImage):
    """Reads one image.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._file: IO[bytes] = resource.open()
        magic, width, height, scale = (self._word() for _ in range(4))
        if magic not in (b"PF", b"Pf"):
            raise DecodeError(f"{resource.name} is no PFM file: it begins with {magic!r}")
        shape = self._whole(height), self._whole(width)
        self._scale = self._number(scale)
        dtype = np.dtype("<f4" if self._scale < 0 else ">f4")
        channels = (3,) if magic == b"PF" else ()
        self._flat = Flat(self._file.tell(), shape + channels, dtype)

    def read(self, *, index: Index = None, memmap: bool = False) -> np.ndarray:
        """Return the image.

        Parameters
        ----------
        index : int
            0.
        memmap : bool
            Whether to map the file and not to read it, if it is one on this machine. What is
            written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, 3)`` of float32, the first row on top. The
            scale is not applied: it is in the metadata, and programs disagree on its meaning.

        Raises
        ------
        DecodeError
            If the file ends before the image does.
        """
        self._check(index)
        if memmap:
            return self._flat.mapped(self._resource)[::-1]
        return self._flat.read(self._file, self._name)[::-1]

    def iter(self) -> Iterator[np.ndarray]:
        """Return the image."""
        yield self.read(index=0)

    def properties(self, *, index: Index = None, memmap: bool = False) -> ImageProperties:
        """Describe the image; the header is enough for that."""
        self._check(index)
        kind = self._flat.dtype if memmap else self._flat.dtype.newbyteorder("=")
        return ImageProperties(self._flat.shape, kind, axes="YXS"[: len(self._flat.shape)])

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the absolute value of the scale, if it is not 1."""
        self._check(index)
        return {} if abs(self._scale) == 1 else {"scale": abs(self._scale)}

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return a part of the image, and read little else.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            0.
        level : int
            There is only 0.
        """
        self._check(index)
        refuse_levels(level, self._name)
        rows, *others = ranges_of(region, self._flat.shape)
        last = self._flat.shape[0] - 1
        turned = range(last - rows.start, last - rows.stop, -rows.step) if rows else rows
        parts = tuple(map(slice_of, (turned, *others)))
        return self._flat.read_region(self._file, parts, self._resource)

    def _word(self) -> bytes:
        """Return what stands up to white space; of that, one byte behind it is read."""
        word = b""
        while len(word) < _LONGEST:
            one = self._file.read(1)
            if not one:
                raise DecodeError(f"{self._name} ends within its header")
            if one in _SPACE:
                if word:
                    return word
            else:
                word += one
        raise DecodeError(f"{self._name} has no PFM header: {word!r}")

    def _whole(self, word: bytes) -> int:
        if not word.isdigit() or not int(word):
            raise DecodeError(f"{self._name} declares a size of {word!r}")
        return int(word)

    def _number(self, word: bytes) -> float:
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or not number:
            raise DecodeError(f"{self._name} has a scale of {word!r}")
        return number
