"""What only describes the array, and what is meant by the same name."""

from __future__ import annotations

import pytest

import iio_core as iio


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBa", "CMYK", "I;16", "I;16B", "F"])
def test_a_mode_of_pillows(mode) -> None:
    assert iio.is_derived("mode", mode)


@pytest.mark.parametrize(
    ("name", "value", "derived"),
    [
        ("mode", "night", False),
        ("mode", "RGB of the camera", False),
        ("mode", 3, False),
        ("shape", (64, 64), True),
        ("shape", [64, 64, 3], True),
        ("shape", "round", False),
        ("version", b"GIF89a", True),
        ("version", "2.1", False),
        ("version", 2, False),
        ("extension", (b"NETSCAPE2.0", 795), True),
        ("extension", ".raw", False),
        ("jfif_density", (1, 1), True),
        ("compression", "tiff_lzw", True),
        ("dpi", (72, 72), False),
        ("title", "x", False),
        (("mode",), "RGB", False),
    ],
)
def test_names_and_values(name, value, derived) -> None:
    assert iio.is_derived(name, value) is derived
