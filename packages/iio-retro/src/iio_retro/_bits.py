"""Samples of 1, 2, 4 and 8 bits, packed into the bytes of rows, the first in the highest bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._input import Bytes
from ._still import Array

__all__ = ["pack", "row_bytes", "unpack", "unpack_bits"]


def row_bytes(width: int, depth: int, align: int = 1) -> int:
    """Return how many bytes a row takes, padded to a multiple of `align`."""
    return -(-width * depth // (8 * align)) * align


def unpack_bits(rows: Bytes, width: int) -> Array:
    """Return the first `width` bits of each row, as bool."""
    return np.unpackbits(rows, axis=1, count=width).view(bool)


def unpack(rows: Bytes, width: int, depth: int) -> Bytes:
    """Return the first `width` samples of each row, one in a byte."""
    if depth == 8:
        return rows[:, :width]
    shifts = np.arange(8 - depth, -1, -depth, dtype=np.uint8)
    samples: np.ndarray[Any, np.dtype[np.uint8]] = (rows[:, :, None] >> shifts) & (2**depth - 1)
    return samples.reshape(len(rows), -1)[:, :width]


def pack(bits: Array, align: int = 1) -> Bytes:
    """Return rows of bits, packed, each padded with zeros to a multiple of `align` bytes."""
    packed = np.packbits(bits, axis=1)
    short = row_bytes(bits.shape[1], 1, align) - packed.shape[1]
    return np.pad(packed, ((0, 0), (0, short))) if short else packed
