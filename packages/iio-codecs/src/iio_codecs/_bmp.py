"""Reading and writing the usual Windows bitmaps: 8 bits a pixel with a palette, 24 without."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import Index

from ._backend import decode, encode
from ._bmp_header import header, packed, plain
from ._layout import Layout
from ._reader import CodecReader
from ._writer import CodecWriter

__all__ = ["BmpReader", "BmpWriter"]

_DENSITY = 38  # where it stands
_INCH = 0.0254


class BmpReader(CodecReader):
    """Reads BMP; colors of a palette become RGB, grays of one stay gray."""

    def _parse(self, data: bytes) -> Layout:
        self._header = header(data)
        return self._header.layout

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        found = self._header
        self._source.data  # noqa: B018  the head has no rows
        return decode(
            "bmp",
            self._source.parse(lambda data: packed(data, found)),
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            asrgb=layout.channels == 3,
        )

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | self._header.told


class BmpWriter(CodecWriter):
    """Writes BMP: gray with 8 bits a pixel, RGB with 24."""

    holds = frozenset({"dpi"})

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, gray or RGB.
        metadata : mapping, optional
            ``dpi``; 96 by default.

        Raises
        ------
        EncodeError
            For an array that BMP cannot hold, or a second image.
        """
        image = self._checked(image)
        held = self._held(metadata, image)
        try:
            plain(image.shape[1], image.shape[0], 8 if image.ndim == 2 else 24)
        except ValueError as error:
            raise self._refused(str(error)) from None
        data = encode("bmp", image, format=self._format.name)
        density = struct.pack("<ii", *(round(v / _INCH) for v in held.get("dpi", (96, 96))))
        self._put(data[:_DENSITY], density, data[_DENSITY + len(density) :])

    def _value(self, name: str, value: Any) -> Any:
        held = super()._value(name, value)
        pair = isinstance(held, tuple | list) and len(held) == 2 and all(v >= 1 for v in held)
        return held if pair else None
