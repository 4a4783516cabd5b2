"""GRIB and BUFR messages made by ecCodes without iio, from its own samples."""

from __future__ import annotations

from typing import Any

import eccodes
import numpy as np

__all__ = ["FIELD", "OBSERVED", "bufr", "grib"]

FIELD = np.random.default_rng(3).integers(0, 1000, (20, 30)).astype(float)
OBSERVED = {"latitude": 48.5, "longitude": 9.25, "airTemperature": 281.5, "year": 2020}


def grib(values: np.ndarray = FIELD, *, edition: int = 2, **keys: Any) -> bytes:
    """Return a message with a field, whose rows go from north to south."""
    rows, columns = values.shape
    number = eccodes.codes_grib_new_from_samples(f"regular_ll_sfc_grib{edition}")
    grid = {
        "Ni": columns,
        "Nj": rows,
        "latitudeOfFirstGridPointInDegrees": 50.0,
        "latitudeOfLastGridPointInDegrees": 50 - (rows - 1) * 0.5,
        "longitudeOfFirstGridPointInDegrees": 10.0,
        "longitudeOfLastGridPointInDegrees": 10 + (columns - 1) * 0.5,
        "iDirectionIncrementInDegrees": 0.5,
        "jDirectionIncrementInDegrees": 0.5,
        "bitsPerValue": 16,
    }
    try:
        for key, value in {**grid, **keys}.items():
            eccodes.codes_set(number, key, value)
        eccodes.codes_set_values(number, values.ravel())
        return bytes(eccodes.codes_get_message(number))
    finally:
        eccodes.codes_release(number)


def bufr(**observed: Any) -> bytes:
    """Return a message with one report of a station."""
    number = eccodes.codes_bufr_new_from_samples("BUFR4")
    try:
        eccodes.codes_set(number, "unexpandedDescriptors", 307080)
        for key, value in {**OBSERVED, **observed}.items():
            eccodes.codes_set(number, key, value)
        eccodes.codes_set(number, "pack", 1)
        return bytes(eccodes.codes_get_message(number))
    finally:
        eccodes.codes_release(number)
