"""How far two series of images are apart, added up one image at a time."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

__all__ = ["Difference", "differing_metadata"]


class Difference:
    """What tells two series of images apart.

    Attributes
    ----------
    counts : list of int
        How many images each has.
    shapes, dtypes : list
        Of the first image of each.
    uneven : int or None
        The first image of which the shapes or dtypes differ.
    most : float
        The largest absolute difference of two values.

    Examples
    --------
    >>> black, gray = np.zeros((1, 2, 2), np.uint8), np.full((1, 2, 2), 3, np.uint8)
    >>> found = Difference(black, gray)
    >>> found.most, found.mean, round(found.psnr, 1)
    (3.0, 3.0, 38.6)
    """

    def __init__(self, first: Iterable[np.ndarray], second: Iterable[np.ndarray]) -> None:
        self.counts = [0, 0]
        self.shapes: list[tuple[int, ...] | None] = [None, None]
        self.dtypes: list[str | None] = [None, None]
        self.uneven: int | None = None
        self.most = 0.0
        self._sum = self._squares = 0.0
        self._values = 0
        self._peak = 0.0
        for number, pair in enumerate(itertools.zip_longest(first, second)):
            self._add(number, *pair)

    def _add(self, number: int, a: np.ndarray | None, b: np.ndarray | None) -> None:
        for side, image in enumerate((a, b)):
            if image is not None:
                self.counts[side] += 1
                if self.shapes[side] is None:
                    self.shapes[side], self.dtypes[side] = image.shape, str(image.dtype)
        if a is None or b is None:
            return
        if (a.shape != b.shape or a.dtype != b.dtype) and self.uneven is None:
            self.uneven = number
        if a.shape == b.shape and a.size:
            self._add_values(a, b)

    def _add_values(self, a: np.ndarray, b: np.ndarray) -> None:
        self._peak = max(self._peak, _peak(a))
        self._values += a.size
        if np.array_equal(a, b):
            return
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(_wide(a) - _wide(b)).astype(np.float64)
        # Equal infinities, and NaN in both, are no difference; NaN in one is as far as can be.
        apart[(a == b) | ((a != a) & (b != b))] = 0
        apart[np.isnan(apart)] = math.inf
        self.most = max(self.most, float(apart.max()))
        self._sum += float(apart.sum())
        self._squares += float(np.square(apart).sum())

    @property
    def mean(self) -> float:
        """The mean absolute difference of two values."""
        return self._sum / self._values if self._values else 0.0

    @property
    def psnr(self) -> float:
        """The peak signal-to-noise ratio in dB, of the largest value that the first can hold."""
        if not self._squares or not self._peak:
            return math.inf if not self._squares else 0.0
        return 10 * math.log10(self._peak**2 * self._values / self._squares)

    def is_within(self, tolerance: float) -> bool:
        """Tell whether all values are as close, and everything else is equal."""
        return self.counts[0] == self.counts[1] and self.uneven is None and self.most <= tolerance


def _wide(image: np.ndarray) -> np.ndarray:
    """Return values of which differences do not wrap around."""
    if image.dtype.kind == "c":
        return image.astype(np.complex128)
    if image.dtype.kind in "ui" and image.dtype.itemsize == 8:
        return image.astype(np.longdouble)
    return image.astype(np.float64)


def _peak(image: np.ndarray) -> float:
    if image.dtype.kind in "ui":
        return float(np.iinfo(image.dtype).max)
    if image.dtype.kind == "b":
        return 1.0
    finite = image[np.isfinite(image)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def differing_metadata(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what only one has, and what both have differently.

    Examples
    --------
    >>> differing_metadata({"dpi": 72, "title": "a"}, {"dpi": 300})
    {'only_first': {'title': 'a'}, 'only_second': {}, 'different': {'dpi': [72, 300]}}
    """
    return {
        "only_first": {k: v for k, v in first.items() if k not in second},
        "only_second": {k: v for k, v in second.items() if k not in first},
        "different": {
            k: [v, second[k]] for k, v in first.items() if k in second and not _same(v, second[k])
        },
    }


def _same(a: Any, b: Any) -> bool:
    try:
        if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
            return np.array_equal(a, b)
        return bool(a == b) or (a != a and b != b)
    except Exception:  # objects of a plugin's that cannot be compared
        return False
