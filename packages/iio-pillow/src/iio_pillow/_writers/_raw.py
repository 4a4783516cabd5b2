"""Writing SPIDER and Palm bitmaps: headers and pixels as they are.

Pillow writes them too. But version 11 leaves the colors out of a Palm bitmap, and when it writes a
SPIDER image, makes the extension of that file one of SPIDER's for the whole process.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from .._palette import to_palette
from ._base import StillWriter

__all__ = ["PalmWriter", "SpiderWriter"]


class SpiderWriter(StillWriter):
    """Writes SPIDER images (SPIDER Image Format, File Header)."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            float32 ``(height, width)``.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            ``"F"``, to convert to it.

        Raises
        ------
        EncodeError
            For an array that is not float32, or a second image.
        """
        self._held(metadata)
        picture = self._image(image, mode)
        width, height = picture.size
        record = 4 * width
        records = -(-1024 // record)
        header = np.zeros(records * width, "<f4")
        # Words, counted from 1: slices, rows, records, the kind (an image), columns, records of the
        # header, its bytes, bytes of a record.
        for word, value in (
            *((1, 1), (2, height), (3, height), (5, 1), (12, width)),
            *((13, records), (22, records * record), (23, record)),
        ):
            header[word - 1] = value
        self._put(header.tobytes(), np.asarray(picture).astype("<f4").tobytes())


class PalmWriter(StillWriter):
    """Writes Palm bitmaps (Palm OS Programmer's API Reference, BitmapType)."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            bool or uint8 ``(height, width)``, uint8 ``(height, width, 3)``. Gray is exact, and so
            are at most 256 colors; more are reduced.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            The mode of Pillow's to convert to.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        self._held(metadata)
        picture = self._image(image, mode)
        self._warn_of_colors(picture, mode)
        if picture.mode == "1":
            rows = np.packbits(~np.asarray(picture), axis=1)  # a bit that is set is black
            bits, version, flags, table = 1, 0, 0, b""
        else:
            picture = to_palette(picture)
            rows, table = np.asarray(picture), _color_table(picture)
            bits, version, flags = 8, 1, 0x4000  # it has a color table
        rows = np.pad(rows, ((0, 0), (0, rows.shape[1] % 2)))
        uncompressed = 0xFF
        width, height = picture.size
        head = struct.pack(">HHHHBB", width, height, rows.shape[1], flags, bits, version)
        head += struct.pack(">HBBH", 0, 0, uncompressed, 0)
        self._put(head, table, rows.tobytes())


def _color_table(image: Image.Image) -> bytes:
    """Return the number of colors, and index, red, green and blue of each."""
    colors = np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)
    numbers = np.arange(len(colors), dtype=np.uint8)[:, None]
    return struct.pack(">H", len(colors)) + np.hstack([numbers, colors]).tobytes()
