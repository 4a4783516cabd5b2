"""Reading farbfeld, after farbfeld(5), https://tools.suckless.org/farbfeld/.

A file is "farbfeld", the width and the height as 32-bit big-endian numbers, and then the pixels:
rows from the top, pixels from the left, each of them four 16-bit big-endian numbers, which are red,
green, blue and (not premultiplied) alpha.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

__all__ = ["FarbfeldReader"]

HEADER = struct.Struct(">8sII")
PIXEL = 8  # bytes


class FarbfeldReader:
    """Reads one farbfeld image.

    Parameters
    ----------
    resource : Resource
        What to read. Core opened it, core closes it.
    """

    default_index = 0
    """What ``index=None`` means: the only image."""

    def __init__(self, resource: Resource) -> None:
        self._name = resource.name
        self._file = resource.open()
        header = self._file.read(HEADER.size)
        if len(header) < HEADER.size or not header.startswith(b"farbfeld"):
            raise DecodeError(f"{self._name} has no farbfeld header")
        _, self._width, self._height = HEADER.unpack(header)
        if not (self._width and self._height):
            raise DecodeError(
                f"{self._name} declares {self._width} × {self._height} pixels, which is no image"
            )

    def count(self) -> int:
        """Return 1: a farbfeld file holds one image."""
        return 1

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode the image.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 4)`` of uint16: red, green, blue and alpha, 0 to 65535.

        Raises
        ------
        DecodeError
            If the file ends before the image does.
        """
        self._check(index)
        return self._rows(0, self._height)

    def iter(self) -> Iterator[np.ndarray]:
        """Decode the image."""
        yield self.read(index=0)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe the image; the header is enough for that."""
        self._check(index)
        return ImageProperties((self._height, self._width, 4), np.dtype(np.uint16), axes="YXS")

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return an empty dict: the format has no room for metadata."""
        if index is not ...:
            self._check(index)
        return {}

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Decode a part of the image: rows that are not in it are not read.

        This is a capability beyond the minimum, `iio_core.SupportsRegions`.

        Parameters
        ----------
        region : tuple of slice
            Which rows, columns and channels.
        index : int
            The number of the image, which is 0.
        level : int
            The level of the pyramid, of which there is only 0.

        Returns
        -------
        numpy.ndarray
            What ``read(index=index)[region]`` would be.
        """
        self._check(index)
        if level:
            raise OptionError(f"{self._name} has no pyramid, and so no level {level}")
        rows, *others = region or (slice(None),)
        wanted = range(*rows.indices(self._height))
        if not wanted:
            part = np.empty((0, self._width, 4), np.uint16)
        else:
            first, last = min(wanted), max(wanted)
            part = self._rows(first, last + 1)[[row - first for row in wanted]]
        return np.ascontiguousarray(part[(slice(None), *others)])

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _check(self, index: Index) -> None:
        if index not in (0, None):
            raise FrameIndexError(f"{self._name} has one image; there is no image {index}")

    def _rows(self, start: int, stop: int) -> np.ndarray:
        """Return some rows, having found out that they are there before any memory is taken."""
        offset = HEADER.size + start * self._width * PIXEL
        wanted = (stop - start) * self._width * PIXEL
        there = self._file.seek(0, os.SEEK_END) - offset
        if there < wanted:
            raise DecodeError(
                f"{self._name} ends {wanted - there} bytes before its {self._height} rows do"
            )
        self._file.seek(offset)
        rows = np.frombuffer(self._file.read(wanted), ">u2")
        # A new array of the machine's own byte order, which the caller may write to.
        return rows.astype(np.uint16).reshape(stop - start, self._width, 4)
