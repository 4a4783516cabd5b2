"""Strips of lossless compressions, unpacked straight to where they belong.

TIFF Revision 6.0, sections 9 (PackBits), 13 (LZW) and 14 (predictor); deflate of Adobe's TIFF
Technical Note 3, zstd and LZMA of libtiff. The codecs are those that the backend has a table of.
They write into the array, and not beyond its end, whatever the data claims.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from tifffile import TIFF

from iio_core import DecodeError

from ._codecs import has_codecs

__all__ = ["can_unpack", "unpack"]

_LOSSLESS = frozenset({5, 8, 32773, 32946, 34925, 34926, 50000})
_DIFFERENCES = 2  # Predictor


def can_unpack(compression: int, predictor: int, dtype: np.dtype) -> bool:
    """Tell whether `unpack` is for such strips."""
    return (
        compression in _LOSSLESS
        and (predictor == 1 or (predictor == _DIFFERENCES and dtype.kind in "ui"))
        and has_codecs()
        and compression in TIFF.DECOMPRESSORS
    )


def unpack(
    data: bytes, rows: np.ndarray, compression: int, predictor: int, *, swap: bool, name: str
) -> None:
    """Decode one strip.

    Parameters
    ----------
    data : bytes
        The strip.
    rows : numpy.ndarray
        Where to; ``(rows, columns, samples)``, C-contiguous.
    compression, predictor : int
        As the tags have them.
    swap : bool
        Whether the file has the other byte order.
    name : str
        How messages call the file.

    Raises
    ------
    DecodeError
        If there is less in it.
    """
    view = rows.reshape(-1).view(np.uint8)
    done: Any = TIFF.DECOMPRESSORS[compression](data, out=view)
    if len(done) != len(view):
        raise DecodeError(
            f"{name} is damaged or cut: a strip of {len(view)} bytes unpacks to {len(done)}",
            plugin="tiff",
        )
    if swap:
        rows.byteswap(inplace=True)
    if predictor == _DIFFERENCES:
        TIFF.UNPREDICTORS[predictor](rows, axis=-2, out=rows)
