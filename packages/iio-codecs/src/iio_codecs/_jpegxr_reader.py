"""Reading JPEG XR."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import Index

from ._backend import decode
from ._jpegxr_header import header, is_cut, pixels_only
from ._layout import Layout
from ._reader import CodecReader

__all__ = ["JpegXrReader"]


class JpegXrReader(CodecReader):
    """Reads JPEG XR through jxrlib; fixed-point samples become floats."""

    def _parse(self, data: bytes) -> Layout:
        return header(data).layout

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        data = self._source.data
        if is_cut(data):
            raise self._source.damaged("it is cut: the end of its pixels is missing")
        return decode(
            "jpegxr",
            pixels_only(data),
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
        )

    def _orientation(self) -> int:
        return self._source.parse(header).orientation

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | header(self._source.data).told
