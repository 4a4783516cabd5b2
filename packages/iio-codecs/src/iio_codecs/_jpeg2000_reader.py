"""Reading JPEG 2000 and HTJ2K, the file format and the bare codestream."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import Index, Resource

from ._backend import decode
from ._jpeg2000_header import is_cut, layout, told
from ._layout import Layout
from ._options import whole
from ._reader import CodecReader

__all__ = ["Jpeg2000Reader"]


class Jpeg2000Reader(CodecReader):
    """Reads JPEG 2000 through OpenJPEG."""

    def __init__(self, resource: Resource, format: str, threads: int | None = None) -> None:
        self._threads = whole("threads", threads, 1, 1024)
        super().__init__(resource, format)

    def _parse(self, data: bytes) -> Layout:
        return layout(data)

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        data = self._source.data
        if self._source.parse(is_cut):
            raise self._source.damaged("it is cut: the end of its pixels is missing")
        return decode(
            "jpeg2k",
            data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            numthreads=self._threads,
        )

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | told(self._source.data)
