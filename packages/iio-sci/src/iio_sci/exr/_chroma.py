"""Luma and chroma, which stand for red, green and blue with fewer samples.

OpenEXR stores them as channels Y, RY and BY, the latter two in every second column and row
(Technical Introduction to OpenEXR, section Luminance/Chroma Images).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["to_rgb"]

Floats = np.ndarray[Any, np.dtype[np.float32]]

# The half of the symmetric filter that puts samples in between; from the nearest outwards.
_TAPS = (0.627123, -0.186077, 0.087929, -0.043159, 0.019597, -0.007540, 0.002128)
_REC709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)


def to_rgb(
    luma: np.ndarray, red: np.ndarray, blue: np.ndarray, chromaticities: tuple[float, ...] | None
) -> Floats:
    """Return red, green and blue.

    Parameters
    ----------
    luma : numpy.ndarray
        ``(height, width)``.
    red, blue : numpy.ndarray
        ``(R - Y) / Y`` and ``(B - Y) / Y``, of the size of `luma` or of half of it.
    chromaticities : tuple of 8 floats, optional
        x and y of red, green, blue and white; by default those of Rec. 709.
    """
    height, width = luma.shape
    ry, by = (_enlarged(one.astype(np.float32), height, width) for one in (red, blue))
    y = luma.astype(np.float32)
    weights = _weights(chromaticities or _REC709)
    r, b = (ry + 1) * y, (by + 1) * y
    g = (y - r * weights[0] - b * weights[2]) / weights[1]
    gray = (ry == 0) & (by == 0)
    made: Floats = np.stack([np.where(gray, y, one) for one in (r, g, b)], axis=-1)
    return made


def _enlarged(samples: Floats, height: int, width: int) -> Floats:
    if samples.shape[1] != width:
        samples = _between(samples, width)
    if samples.shape[0] != height:
        samples = _between(samples.T, height).T
    return samples


def _between(samples: Floats, length: int) -> Floats:
    """Put a sample between each two of a row; beyond the edge the last one is repeated."""
    count = samples.shape[1]
    reach = len(_TAPS)
    padded = np.pad(samples, ((0, 0), (reach - 1, reach)), mode="edge")
    between: Floats = np.zeros((samples.shape[0], count), np.float32)
    for number, tap in enumerate(_TAPS):
        left = reach - 1 - number
        right = reach + number
        pair = padded[:, left : left + count] + padded[:, right : right + count]
        between += np.float32(tap) * pair
    made: Floats = np.empty((samples.shape[0], 2 * count), np.float32)
    made[:, ::2], made[:, 1::2] = samples, between
    return made[:, :length]


def _weights(chromaticities: tuple[float, ...]) -> np.ndarray[Any, Any]:
    """Return what red, green and blue contribute to luminance."""
    xy = np.array(chromaticities, float).reshape(4, 2)
    xyz = np.stack([xy[:, 0], xy[:, 1], 1 - xy.sum(axis=1)], axis=1) / xy[:, 1:]
    weights: np.ndarray[Any, Any] = np.linalg.solve(xyz[:3].T, xyz[3])
    weights /= weights.sum()
    return weights
