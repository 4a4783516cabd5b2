"""Colors with a common exponent, and as floats: G. Ward, "Real Pixels"."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["LARGEST", "from_floats", "to_floats"]

_BIAS = 128
LARGEST = 255 * 2.0**119
"""The largest value that there is."""

_SMALLEST = 2.0**-128  # all smaller ones are 0
_FACTORS = np.ldexp(np.float32(1), np.arange(256) - (_BIAS + 8)).astype(np.float32)
_FACTORS[0] = 0


def to_floats(pixels: np.ndarray[Any, Any], into: np.ndarray[Any, Any]) -> None:
    """Put the colors of pixels, ``(..., 4)`` of uint8, into ``(..., 3)`` of float32."""
    np.multiply(pixels[..., :3], _FACTORS[pixels[..., 3:]], out=into)


def from_floats(colors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return pixels for colors, ``(..., 3)`` of float32 from 0 to `LARGEST`, rounded."""
    colors = colors.astype(np.float64)
    _, exponent = np.frexp(colors.max(axis=-1))
    bytes_ = np.rint(np.ldexp(colors, 8 - exponent[..., None]))
    over = bytes_.max(axis=-1) > 255
    exponent = exponent + over
    bytes_[over] = np.rint(np.ldexp(colors[over], 8 - exponent[over][..., None]))
    pixels: np.ndarray[Any, Any] = np.zeros((*colors.shape[:-1], 4), np.uint8)
    kept = exponent + _BIAS > 0
    pixels[..., :3][kept] = bytes_[kept]
    pixels[..., 3][kept] = (exponent + _BIAS)[kept]
    pixels[colors.max(axis=-1) < _SMALLEST] = 0
    return pixels
