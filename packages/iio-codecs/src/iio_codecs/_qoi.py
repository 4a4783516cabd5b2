"""Reading and writing QOI.

The Quite OK Image Format Specification, version 1.0, https://qoiformat.org/qoi-specification.pdf::

    'qoif' width:4 height:4 channels:1 colorspace:1 | coded pixels | 0:7 1
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._backend import decode, encode
from ._layout import Layout
from ._reader import CodecReader
from ._source import big
from ._writer import CodecWriter

__all__ = ["QoiReader", "QoiWriter"]

_END = b"\0\0\0\0\0\0\0\1"
_LONGEST_RUN = 62  # pixels that one byte stands for


class QoiReader(CodecReader):
    """Reads QOI."""

    def _parse(self, data: bytes) -> Layout:
        width, height, channels = big(data, 4, 4), big(data, 8, 4), big(data, 12, 1)
        if data[:4] != b"qoif" or channels not in (3, 4):
            raise ValueError("it does not begin as a QOI")
        return Layout(height, width, channels, "uint8")

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        data = self._source.data
        # The decoder repeats the last pixel for what is missing.
        end = data.find(_END, 14)
        if end < 0 or (end - 14) * _LONGEST_RUN < layout.height * layout.width:
            raise self._source.damaged("it is cut: the end of its pixels is missing")
        return decode(
            "qoi",
            data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
        )


class QoiWriter(CodecWriter):
    """Writes QOI."""

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, RGB or RGBA.
        metadata : mapping, optional
            None is kept.

        Raises
        ------
        EncodeError
            For an array that QOI cannot hold, or a second image.
        """
        image = self._checked(image)
        self._held(metadata, image)
        self._put(encode("qoi", image, format=self._format.name))
