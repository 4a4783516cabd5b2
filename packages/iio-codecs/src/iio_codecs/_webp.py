"""Reading and writing WebP of one image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import Index, OptionError

from ._backend import decode, encode
from ._layout import Layout
from ._options import flag, real, whole
from ._reader import CodecReader
from ._webp_chunks import extended, layout, told
from ._writer import CodecWriter

__all__ = ["WebpReader", "WebpWriter"]

_LONGEST = 16383


class WebpReader(CodecReader):
    """Reads a WebP of one image; the plugin for Pillow reads animations."""

    def _parse(self, data: bytes) -> Layout:
        return layout(data)

    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        return decode(
            "webp",
            self._source.data,
            name=self._source.name,
            format=self._format,
            out=self._place(layout, out),
            hasalpha=layout.channels == 4,
        )

    def _told(self, index: Index) -> dict[str, Any]:
        return super()._told(index) | told(self._source.data)


class WebpWriter(CodecWriter):
    """Writes a WebP of one image; lossy unless told otherwise."""

    holds = frozenset({"icc_profile", "exif", "xmp"})

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        quality: float | None = None,
        lossless: bool = False,
        method: int | None = None,
        threads: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, RGB or RGBA.
        metadata : mapping, optional
            ``icc_profile``, ``exif``, ``xmp``.
        quality : float, optional
            0 to 100, 75 by default; without loss, how hard to try.
        lossless : bool
            Whether every value is kept.
        method : int, optional
            0, fast, to 6, small.
        threads : int, optional
            Whether the encoder may use several, if more than 1.

        Raises
        ------
        EncodeError
            For an array that WebP cannot hold, or a second image.
        """
        image = self._checked(image)
        lossless = bool(flag("lossless", lossless))
        if max(image.shape[:2]) > _LONGEST:
            raise self._refused(f"WebP is at most {_LONGEST} pixels wide and high")
        if quality is not None and lossless:
            raise OptionError("lossless=True and quality= exclude each other")
        held = self._held(metadata, image)
        level = real("quality", quality, 0, 100)
        data = encode(
            "webp",
            image,
            format=self._format.name,
            level=None if lossless else 75.0 if level is None else level,
            lossless=lossless,
            method=whole("method", method, 0, 6),
            numthreads=whole("threads", threads, 1, 1024),
        )
        self._put(extended(data, image.shape, held))
