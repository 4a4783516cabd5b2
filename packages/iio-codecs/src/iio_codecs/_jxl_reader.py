"""Reading JPEG XL."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import Index, Resource

from ._backend import decode
from ._jxl_header import layout, told
from ._layout import Layout
from ._options import whole
from ._reader import CodecReader

__all__ = ["JxlReader"]


class JxlReader(CodecReader):
    """Reads JPEG XL of one image; its orientation is a part of how it is coded, and applied."""

    def __init__(self, resource: Resource, format: str, threads: int | None = None) -> None:
        self._threads = whole("threads", threads, 1, 1024)
        super().__init__(resource, format)

    def _parse(self, data: bytes) -> Layout:
        return layout(data)

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        return decode(
            "jpegxl",
            self._source.data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            numthreads=self._threads,
        )

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | told(self._source.data)
