"""Reading JPEG of 8 and 12 bits, lossless JPEG of 2 to 16, and JPEG-LS."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import Index

from ._backend import decode
from ._jpeg_segments import JPEG_LS, frame, is_cut, told
from ._layout import Layout
from ._reader import CodecReader

__all__ = ["JpegReader"]

_RGB = 2  # as libjpeg counts color spaces


class JpegReader(CodecReader):
    """Reads JPEG through libjpeg-turbo, and JPEG-LS through CharLS.

    Colors come as RGB, and those for printing as CMYK, 0 for no ink.
    """

    def _parse(self, data: bytes) -> Layout:
        self._frame = frame(data)
        return self._frame.layout

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        data = self._source.data
        is_ls = self._frame.marker == JPEG_LS
        if self._source.parse(is_cut):
            raise self._source.damaged("it is cut: the end of its pixels is missing")
        # Lossless JPEG does not say what its three components are: they are taken as they are.
        plain = _RGB if self._frame.lossless and not is_ls and layout.channels == 3 else None
        image = decode(
            "jpegls" if is_ls else "jpeg8",
            data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            colorspace=plain,
            outcolorspace=plain,
        )
        if layout.channels == 4 and not self._frame.lossless:
            # Everybody writes them inverted, as Adobe does.
            np.subtract((1 << layout.bits) - 1, image, out=image, dtype=image.dtype)
        return image

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | told(self._source.data)
