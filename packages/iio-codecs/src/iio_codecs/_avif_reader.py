"""Reading AVIF of 8, 10 and 12 bits a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from iio_core import Index, Resource

from ._avif_header import items
from ._backend import decode
from ._layout import Layout
from ._options import whole
from ._reader import CodecReader

__all__ = ["AvifReader"]


class AvifReader(CodecReader):
    """Reads the primary image of an AVIF file."""

    def __init__(self, resource: Resource, format: str, threads: int | None = None) -> None:
        self._threads = whole("threads", threads, 1, 1024)
        super().__init__(resource, format)

    def _parse(self, data: bytes) -> Layout:
        return items(data).layout()

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        return decode(
            "avif",
            self._source.data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            numthreads=self._threads,
        )

    def _orientation(self) -> int:
        return self._source.parse(lambda data: items(data).orientation())

    def _told(self, index: Index) -> dict[str, Any]:
        from ._exif import without_orientation

        found = items(self._source.data).told()
        if "exif" in found:  # the boxes of the file say how it is turned, and they alone
            found["exif"] = without_orientation(found["exif"])
        return super()._told(index) | found
