"""Slope and intercept of NIfTI: which dtype the result needs, and the arithmetic.

NIfTI-1 Data Format, section "Data scaling".
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["scaled", "scaled_dtype"]

_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64")
Scaling = tuple[float, float] | None


def scaled_dtype(stored: np.dtype[Any], scaling: Scaling) -> np.dtype[Any]:
    """Return the dtype that holds whatever the stored dtype, slope and intercept allow.

    The smallest integer, if slope and intercept are whole numbers; else float32, or float64 for
    stored values that float32 would round.
    """
    if scaling is None or stored.kind not in "ui":
        return stored
    if all(number.is_integer() and abs(number) < 2**53 for number in scaling):
        limits = np.iinfo(stored)
        slope, intercept = int(scaling[0]), int(scaling[1])
        ends = sorted((limits.min * slope + intercept, limits.max * slope + intercept))
        for name in _INTEGERS:
            held = np.iinfo(name)
            if held.min <= ends[0] and ends[1] <= held.max:
                return np.dtype(name)
    return np.dtype("float32" if stored.itemsize <= 2 else "float64")


def scaled(
    array: np.ndarray[Any, Any], scaling: Scaling, dtype: np.dtype[Any]
) -> np.ndarray[Any, Any]:
    """Apply slope and intercept."""
    if scaling is None:
        return array
    slope, intercept = scaling
    if dtype.kind in "ui":
        wide = array.astype(np.int64 if dtype != np.uint64 else np.uint64)
        wide *= int(slope)
        wide += int(intercept)
        return wide.astype(dtype)
    kind = np.complex128 if array.dtype.kind == "c" else np.float64
    result: np.ndarray[Any, Any] = (array.astype(kind) * slope + intercept).astype(dtype)
    return result
