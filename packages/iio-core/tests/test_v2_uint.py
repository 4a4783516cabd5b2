"""Images of any numbers as unsigned integers; what is lost is told."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import iio_core as iio
from iio_core.v2.core import image_as_uint


def told(image, bits=None):
    """Return what is made of an image, and what is said of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made = image_as_uint(image, bits)
    assert all(w.category is iio.IIOWarning for w in caught)
    assert all(w.filename == __file__ for w in caught)
    return made.dtype.name, made.tolist(), " ".join(str(w.message) for w in caught)


@pytest.mark.parametrize(
    ("values", "dtype", "bits", "expected", "message"),
    [
        ([0, 0.1, 0.5, 1], "float64", None, [0, 25, 127, 255], "values from 0 to 1 become"),
        ([0, 0.1, 0.5, 1], "float64", 16, [0, 6553, 32767, 65535], "0 to 65535"),
        ([0.3, 0.3], "float32", 8, [77, 77], "values from 0 to 1"),
        ([0, 0.5, 2], "float64", 8, [0, 64, 255], "values from 0 to 2 become"),
        ([-1, 0.5, 2], "float32", 8, [0, 127, 255], "values from -1 to 2"),
        ([3, 3], "float64", 8, [3, 3], "all values are 3"),
        ([300, 300], "int16", 8, [255, 255], "all values are 300"),
        ([-300, -300], "int16", 8, [0, 0], "all values are -300"),
        ([0, -5, 300], "int16", 8, [4, 0, 255], "values from -5 to 300"),
        ([0, 5, 2**60], "int64", 8, [0, 0, 255], "values from 0"),
        ([-(2**63), 2**63 - 1], "int64", 8, [0, 255], "become 0 to 255"),
        ([0, 255, 256, 65535], "uint16", 8, [0, 0, 1, 255], "its lower 8 bits are lost"),
        ([0, 5, 2**31], "uint32", 16, [0, 0, 32768], "its lower 16 bits are lost"),
        ([2**56, 2**63], "uint64", 8, [1, 128], "its lower 56 bits are lost"),
        ([0, 255], "uint8", 16, [0, 65535], "values from 0 to 255 become 0 to 65535"),
        ([0, 7], "uint8", 8, [0, 7], ""),
        ([0, 700], "uint16", 16, [0, 700], ""),
        ([True, False], "bool", 8, [255, 0], ""),
        ([True, False], "bool", 16, [65535, 0], ""),
        ([], "float64", 8, [], ""),
    ],
)
def test_numbers_are_scaled_as_by_imageio(values, dtype, bits, expected, message) -> None:
    name, made, said = told(np.array(values, dtype), bits)
    assert name == ("uint16" if bits == 16 else "uint8")
    assert made == expected
    assert (message in said) if message else (said == "")
    assert not said or dtype in said


def test_nan_becomes_0_and_is_told() -> None:
    assert told([np.nan, -1.0, 1.0])[1] == [0, 0, 255]
    assert "1 values that are NaN become 0" in told([np.nan, -1.0, 1.0])[2]
    assert "2 values that are NaN" in told([np.nan, np.nan, 0.5])[2]


@pytest.mark.parametrize("values", [[np.inf, 0], [-np.inf, 1], [np.nan, np.nan]])
def test_what_is_no_number_is_refused(values) -> None:
    with pytest.raises(iio.EncodeError, match=r"infinite|NaN"):
        image_as_uint(np.array(values))


@pytest.mark.parametrize("wrong", [np.array([1j]), np.array(["a"]), np.array([{}])])
def test_what_is_no_image_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match="not an image"):
        image_as_uint(wrong)


@pytest.mark.parametrize("bits", [0, 7, 32, "8"])
def test_other_depths_are_refused(bits) -> None:
    with pytest.raises(ValueError, match="8 or 16"):
        image_as_uint([1], bits)
