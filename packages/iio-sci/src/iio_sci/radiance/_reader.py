"""Reading Radiance pictures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from iio_core import ImageProperties, Index, Resource

from .._which import OnlyImage
from ._colors import to_floats
from ._header import read_header
from ._scanlines import Unpacker

__all__ = ["RadianceReader"]

_BLOCK = 1 << 16  # pixels that are unpacked at once


class RadianceReader(OnlyImage):
    """Reads one picture.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._file: IO[bytes] = resource.open()
        self._header = read_header(self._file, resource.name)

    def read(self, *, index: Index = None, apply_exposure: bool = False) -> np.ndarray:
        """Return the picture.

        Parameters
        ----------
        index : int
            0.
        apply_exposure : bool
            Whether to divide by EXPOSURE, so that values are the radiances that they were before
            the picture was adjusted.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 3)`` of float32, upright however its scanlines lie: linear red, green
            and blue, or X, Y and Z if ``FORMAT`` in the metadata says so.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        self._check(index)
        size = self._header.size
        image: np.ndarray[Any, Any] = np.empty((*size.shape, 3), np.float32)
        scanlines = size.scanlines(image)
        unpacker = Unpacker(self._data(), size.length, self._name)
        step = max(1, _BLOCK // size.length)
        for start in range(0, size.count, step):
            part = scanlines[start : start + step]
            to_floats(unpacker.take(len(part)), part)
        if apply_exposure and self._header.exposure != 1:
            image /= np.float32(self._header.exposure)
        return image

    def iter(self, *, apply_exposure: bool = False) -> Iterator[np.ndarray]:
        """Return the picture."""
        yield self.read(index=0, apply_exposure=apply_exposure)

    def properties(self, *, index: Index = None, apply_exposure: bool = False) -> ImageProperties:
        """Describe the picture; the header is enough for that."""
        self._check(index)
        return ImageProperties((*self._header.size.shape, 3), np.dtype(np.float32), axes="YXS")

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, apply_exposure: bool = False
    ) -> dict[str, Any]:
        """Return the variables of the header, ``comments`` and ``commands``.

        ``EXPOSURE`` is by what radiances were multiplied; with ``apply_exposure=True`` it has been
        applied.
        """
        self._check(index)
        found = dict(self._header.metadata)
        if apply_exposure and exclude_applied:
            found.pop("EXPOSURE", None)
        return found

    def _data(self) -> bytes:
        """Return the packed pixels."""
        size = self._header.size
        there = self._file.seek(0, os.SEEK_END) - self._header.offset
        self._file.seek(self._header.offset)
        # At worst each byte is by itself, with one before it that says so.
        return self._file.read(min(there, size.count * (8 * size.length + 4)))
