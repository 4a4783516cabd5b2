"""TIFF of FEI microscopes: the bar at the bottom and the settings at the end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiff_samples import FEI_TEXT, noise, written
from tiff_samples import fei as made

import iio_core as iio

IMAGE = noise(200, 90)


def fei(code: int = 34682) -> bytes:
    return made(code)[0]


def trailing() -> bytes:
    """Return a file of which no tag says where the settings are."""
    return written(IMAGE, metadata=None) + FEI_TEXT


@pytest.mark.parametrize("data", [fei(), fei(code=34680), trailing()], ids=["a", "b", "trailing"])
def test_the_bar_is_left_out(data: bytes) -> None:
    np.testing.assert_array_equal(iio.imread(data, plugin="fei"), IMAGE[:130])
    assert iio.improps(data, plugin="fei").shape == (130, 90)
    for height in (0, 20, 199):
        image = iio.imread(data, plugin="fei", watermark_height=height)
        np.testing.assert_array_equal(image, IMAGE[: 200 - height])
    np.testing.assert_array_equal(iio.imread(data, plugin="fei", discard_watermark=False), IMAGE)


@pytest.mark.parametrize("data", [fei(), trailing()], ids=["tag", "trailing"])
def test_the_settings_are_metadata(data: bytes) -> None:
    assert iio.immeta(data, plugin="fei") == {
        "root": {"Date": "10/27/2016", "User": "somebody"},
        "System": {"Type": "SEM", "Dnumber": 9924053},
        "Scan": {"PixelWidth": 7.5e-09, "PixelHeight": 7.5e-09},
    }


def test_it_is_used_only_when_asked_for() -> None:
    data = fei()
    assert iio.explain(data, extension=".tif").chosen.plugin.spec.name == "tiff"
    assert iio.imread(data).shape == (200, 90)
    # One of its options asks for it, too.
    assert iio.imread(data, extension=".tif", watermark_height=100).shape == (100, 90)
    assert iio.improps(data, plugin="tiff").spacing == (7.5e-09, 7.5e-09)


@pytest.mark.parametrize("height", [-1, 200, 1.5, True])
def test_a_bar_that_cannot_be(height: object) -> None:
    with pytest.raises(iio.OptionError, match="watermark_height"):
        iio.imread(fei(), plugin="fei", watermark_height=height)


def test_other_files_are_declined() -> None:
    with pytest.raises(iio.NoPluginError, match="no settings"):
        iio.imread(written(IMAGE), plugin="fei")


def test_a_real_file(real: Path) -> None:
    path = real / "fei-sem-rbc.tif"
    assert iio.imread(path, plugin="fei").shape == (1024, 1536)
    assert iio.immeta(path, plugin="fei")["Beam"]["HV"] == 2000
