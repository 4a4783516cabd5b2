"""Reading PNG, still and animated, with 16 bits a sample."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from iio_core import Index, Resource

from ._apng import Canvas
from ._backend import decode
from ._exif import orientation_of
from ._layout import Layout
from ._png_chunks import animation, check_whole, is_animated, layout, pixels_only
from ._png_told import exif, told
from ._reader import CodecReader

__all__ = ["PngReader"]


class PngReader(CodecReader):
    """Reads PNG.

    Palettes and samples of 1, 2 or 4 bits become uint8.
    The frames of an animation are returned as they are seen.
    """

    def __init__(self, resource: Resource, format: str) -> None:
        super().__init__(resource, format)
        self._canvas: Canvas | None = None
        if self._source.parse(is_animated):
            found = self._source.parse(animation)
            limits = resource.limits
            self._canvas = Canvas(self._source, format, found, self._first, limits)

    @property
    def default_index(self) -> int | EllipsisType:
        """All frames of an animation; the image, if it is none."""
        return ... if self._canvas is not None else 0

    def count(self) -> int:
        """Return how many images there are; a first one that is only for others counts, too."""
        return 1 if self._canvas is None else self._canvas.count

    def _parse(self, data: bytes) -> Layout:
        return layout(data)

    def _layout(self, number: int) -> Layout:
        return self._first if self._canvas is None else self._canvas.layout

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        if self._canvas is None:
            data = self._source.data
            # libpng would find out as well, but leaves memory behind.
            self._source.parse(check_whole)
            return decode(
                "png",
                pixels_only(data),
                name=self._source.name,
                format=self._format,
                out=self._place(layout, out),
            )
        image = self._canvas.image(number)
        if out is None:
            return image
        out[...] = image
        return out

    def _orientation(self) -> int:
        return orientation_of(exif(self._source.data))

    def _told(self, index: Index) -> dict[str, Any]:
        limit = self._resource.limits.metadata_bytes
        found = told(self._source.data, limit, name=self._source.name)
        if self._canvas is not None:
            found |= self._canvas.timing(index)
        return super()._told(index) | found
