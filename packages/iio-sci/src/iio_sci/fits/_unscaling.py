"""Numbers as they were stored before they were scaled: for ``scale_back=True``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import EncodeError, OptionError

__all__ = ["unscaled"]

_STORED = {8: "u1", 16: "i2", 32: "i4", 64: "i8", -32: "f4", -64: "f8"}
# BITPIX and BZERO of whole numbers that are written with their offset anyway: section 4.4.2.5.
_OFFSETS: dict[tuple[Any, Any], str] = {
    (8, -(2**7)): "i1",
    (16, 2**15): "u2",
    (32, 2**31): "u4",
    (64, 2**63): "u8",
}
_EXACT = 2**53  # beyond it float64 does not hold every whole number


def unscaled(
    image: np.ndarray, metadata: Mapping[str, Any], name: str
) -> tuple[np.ndarray, dict[str, Any]]:
    """Return what is to be stored, and the cards that say how it is scaled.

    Raises
    ------
    OptionError
        If the metadata does not say how it was.
    EncodeError
        If a value does not fit.
    """
    told = {key: metadata.get(key) for key in ("BITPIX", "BSCALE", "BZERO", "BLANK")}
    bitpix = told["BITPIX"]
    stored = _STORED.get(bitpix) if isinstance(bitpix, int) else None
    scale, zero = told["BSCALE"], told["BZERO"]
    if stored is None or (scale is None and zero is None):
        raise OptionError(
            "scale_back=True takes BITPIX, BSCALE and BZERO from metadata=, which "
            "immeta(..., exclude_applied=False) tells"
        )
    scale, zero = 1 if scale is None else scale, 0 if zero is None else zero
    if not scale:
        raise OptionError("scale_back=True: BSCALE is 0")
    if scale == 1 and (bitpix, zero) in _OFFSETS and image.dtype == _OFFSETS[bitpix, zero]:
        return image, {}
    if image.dtype.kind in "iu" and image.size:
        _check_exact(int(image.min()), int(image.max()), name)
    values = (image.astype(np.float64) - zero) / scale
    cards = {"BSCALE": scale, "BZERO": zero}
    if stored[0] == "f":
        return values.astype(stored), cards
    values = np.round(values)
    blank = told["BLANK"]
    undefined = np.isnan(values)
    if blank is not None and (values == blank).any():
        raise EncodeError(
            f"{name}: scaled back some values are BLANK, {blank}, and would be read as NaN; "
            "without BLANK in metadata= they are kept"
        )
    if undefined.any():
        if blank is None:
            raise EncodeError(f"{name}: NaN has no integer: metadata= has no BLANK for it")
        values[undefined] = blank
    if blank is not None:
        cards["BLANK"] = blank
    kind = np.iinfo(stored)
    if values.size and not (kind.min <= values.min() and values.max() <= kind.max):
        raise EncodeError(
            f"{name}: scaled back by BSCALE = {scale} and BZERO = {zero} values do not fit into "
            f"{np.dtype(stored).name}"
        )
    there = values[~undefined]
    if there.size and stored == "i8":
        _check_exact(int(there.min()), int(there.max()), name)
    return values.astype(stored), cards


def _check_exact(least: int, most: int, name: str) -> None:
    """Raise `EncodeError` for whole numbers that scaling would round."""
    if max(-least, most) > _EXACT:
        raise EncodeError(
            f"{name}: scale_back=True computes with float64, which does not hold whole numbers "
            f"from {least} to {most} exactly; write them without it"
        )
