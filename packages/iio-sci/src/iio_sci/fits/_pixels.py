"""From the numbers of a FITS file to those that they stand for: FITS 4.0, section 4.4.2.5."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ._blocks import Unit

__all__ = ["STORED", "Scaling", "Wishes", "scaling_of"]

STORED: dict[int, np.dtype[Any]] = {
    8: np.dtype("u1"),
    16: np.dtype(">i2"),
    32: np.dtype(">i4"),
    64: np.dtype(">i8"),
    -32: np.dtype(">f4"),
    -64: np.dtype(">f8"),
}
"""The dtype of each BITPIX, as it stands in the file."""

_OFFSETS = {(8, -(2**7)): "i1", (16, 2**15): "u2", (32, 2**31): "u4", (64, 2**63): "u8"}


@dataclass(frozen=True)
class Wishes:
    """How the caller wants numbers.

    Parameters
    ----------
    uint : bool
        Whether an offset of half the range stands for unsigned numbers.
    do_not_scale : bool
        Whether to leave the numbers as they stand.
    ignore_blank : bool
        Whether BLANK means nothing.
    """

    uint: bool = True
    do_not_scale: bool = False
    ignore_blank: bool = False


@dataclass(frozen=True)
class Scaling:
    """What is to be done to the numbers of an image.

    Parameters
    ----------
    stored : numpy.dtype
        As which they stand in the file.
    dtype : numpy.dtype
        As which they are returned, in native byte order.
    scale, zero : float
        BSCALE and BZERO.
    blank : int, optional
        The number that stands for no value, and becomes NaN.
    """

    stored: np.dtype[Any]
    dtype: np.dtype[Any]
    scale: float = 1
    zero: float = 0
    blank: int | None = None

    @property
    def is_none(self) -> bool:
        """Whether the numbers are returned as they stand."""
        same = self.dtype == self.stored.newbyteorder("=")
        return same and self.scale == 1 and self.zero == 0

    def apply(self, raw: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return what numbers in native byte order stand for; `raw` may be used up."""
        if self.is_none:
            return raw
        if self.dtype.kind in "iu":  # the offset of half the range turns the topmost bit
            bits = raw.view(f"u{self.dtype.itemsize}")
            bits ^= bits.dtype.type(1 << (8 * self.dtype.itemsize - 1))
            return raw.view(self.dtype)
        values = raw.astype(self.dtype)
        if self.scale != 1:
            values *= self.scale
        if self.zero != 0:
            values += self.zero
        if self.blank is not None:
            values[raw == self.blank] = np.nan
        return values


def scaling_of(header: Unit, bitpix: int, wishes: Wishes) -> Scaling:
    """Return how the numbers of a unit are to be read.

    Parameters
    ----------
    header : Unit
        What says so.
    bitpix : int
        BITPIX, or of an image in tiles ZBITPIX.
    wishes : Wishes
        What the caller wants of it.
    """
    stored = STORED[bitpix]
    native = stored.newbyteorder("=")
    if wishes.do_not_scale:
        return Scaling(stored, native)
    scale, zero = header.number_of("BSCALE", 1), header.number_of("BZERO", 0)
    blank = None
    if bitpix > 0 and not wishes.ignore_blank and "BLANK" in header.header:
        blank = header.whole("BLANK")
    if wishes.uint and scale == 1 and (bitpix, zero) in _OFFSETS:
        return Scaling(stored, np.dtype(_OFFSETS[bitpix, int(zero)]))
    if bitpix < 0:
        return Scaling(stored, native, scale, zero)
    if scale == 1 and zero == 0 and blank is None:
        return Scaling(stored, native)
    return Scaling(stored, np.dtype("f4" if bitpix <= 16 else "f8"), scale, zero, blank)
