"""What the readers have in common: one image, or one image after the other."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np

from iio_core import FrameIndexError, ImageProperties, Index, Resource

from ._input import Input

__all__ = ["Array", "Still"]

Array = np.ndarray[Any, np.dtype[Any]]


class Still:
    """Reads one image: the base of the readers here.

    The ``__init__`` of a format's class reads the header, which fills in `shape`, `dtype` and
    `told`; its `decode` makes the pixels.

    Attributes
    ----------
    shape : tuple of int
        Of the array that `decode` returns, known from the header.
    dtype : str
        Likewise.
    told : dict
        The metadata.
    """

    FORMAT = ""
    MOST: int | None = None
    default_index: int | EllipsisType = 0
    shape: tuple[int, ...] = ()
    dtype = "uint8"
    spacing: tuple[float, ...] | None = None

    def __init__(self, resource: Resource) -> None:
        self.input = Input(resource, self.FORMAT, most=self.MOST)
        self.told: dict[str, Any] = {}

    def decode(self) -> Array:
        """Return the pixels."""
        raise NotImplementedError  # every format says how

    def count(self) -> int:
        """Return how many images there are."""
        return 1

    def read(self, *, index: Index = None) -> Array:
        """Decode the image.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)``; bits are bool, all else is uint8
            with colors looked up.

        Raises
        ------
        DecodeError
            If the file is damaged or ends early.
        """
        self.number(index)
        return self.decode()

    def iter(self) -> Iterator[Array]:
        """Decode every image, one after the other."""
        for number in range(self.count()):
            yield self.read(index=number)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe the image; the header is enough for that."""
        self.number(index)
        return self.described(self.shape)

    def described(self, shape: tuple[int, ...]) -> ImageProperties:
        """Return the properties of an image of this shape."""
        axes = "YX" if len(shape) == 2 else "YXS"
        return ImageProperties(shape, np.dtype(self.dtype), spacing=self.spacing, axes=axes)

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the header says beside the size."""
        if index is not ...:
            self.number(index)
        return dict(self.told)

    def number(self, index: Index) -> int:
        """Return the number of the image that is meant."""
        if index is None:
            return 0
        total = self.count()
        if not isinstance(index, int) or not 0 <= index < total:
            raise FrameIndexError(
                f"{self.input.name} has {total} image{'s'[: total != 1]}; there is no {index}",
                plugin="retro",
                format=self.FORMAT,
            )
        return index

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""
