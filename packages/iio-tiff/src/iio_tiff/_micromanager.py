"""The index map of Micro-Manager, looked at before the backend makes lists as long as it says.

Micro-Manager File Formats, "Image stacks in TIFF files": behind the header of TIFF stands where a
table is of (channel, slice, frame, position, offset of a directory).
"""

from __future__ import annotations

import struct

import numpy as np

from iio_core import DecodeError

from ._directories import Chain

__all__ = ["has_index_map"]

_TAG = 51123
_POINTER, _TABLE = 54773648, 3453623
_PLANES = 1 << 20  # more of them are a mistake or worse


def has_index_map(chain: Chain) -> bool:
    """Tell whether a file has an index map that makes sense."""
    if _TAG not in chain.first or chain.big:
        return False
    try:
        pointer, offset = struct.unpack(chain.order + "II", chain.bytes_at(8, 8))
        if pointer != _POINTER:
            return False
        table, count = struct.unpack(chain.order + "II", chain.bytes_at(offset, 8))
        if table != _TABLE or not 0 < count <= _PLANES or offset + 8 + 20 * count > chain.size:
            return False
        rows = np.frombuffer(chain.bytes_at(offset + 8, 20 * count), f"{chain.order}u4")
    except DecodeError:
        return False
    places = rows.reshape(-1, 5)[:, :4].astype(np.int64)
    lengths = places.max(axis=0) - places.min(axis=0) + 1
    # A position that comes twice leaves another one empty.
    planes = float(np.prod(lengths.astype(float)))
    return planes <= _PLANES and len(np.unique(places, axis=0)) == count
