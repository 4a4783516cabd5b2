"""Numbers as they were stored before they were scaled: for ``scale_back=True``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import EncodeError, OptionError

__all__ = ["unscaled"]

_STORED = {8: "u1", 16: "i2", 32: "i4", 64: "i8", -32: "f4", -64: "f8"}


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
    values = (image.astype(np.float64) - zero) / scale
    cards = {"BSCALE": scale, "BZERO": zero}
    if stored[0] == "f":
        return values.astype(stored), cards
    values = np.round(values)
    blank = told["BLANK"]
    undefined = np.isnan(values)
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
    return values.astype(stored), cards
