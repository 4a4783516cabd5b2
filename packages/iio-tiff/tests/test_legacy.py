"""The names and options of imageio 2.9."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from test_fei import IMAGE, fei
from tiff_samples import noise, written

import iio_core as iio
import iio_core.v2 as v2

STACK = noise(4, 8, 9, dtype="uint16")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "stack.tif"
    made.write_bytes(written(STACK, photometric="minisblack"))
    return made


@pytest.mark.parametrize("format", [None, "TIFF", "tiff"])
def test_a_stack_is_an_image_a_volume_or_its_pages(path: Path, format: str | None) -> None:
    named = {} if format is None else {"format": format}
    np.testing.assert_array_equal(v2.imread(path, **named), STACK)
    np.testing.assert_array_equal(v2.volread(path, **named), STACK)
    np.testing.assert_array_equal(np.stack(v2.mimread(path, **named)), STACK)
    (volume,) = v2.mvolread(path, **named)
    np.testing.assert_array_equal(volume, STACK)


def test_volumes_and_images_are_written(tmp_path: Path) -> None:
    path = tmp_path / "out.tif"
    v2.volwrite(path, STACK, format="TIFF")
    np.testing.assert_array_equal(iio.imread(path), STACK)
    v2.mvolwrite(path, [STACK, STACK + 1], format="TIFF")
    np.testing.assert_array_equal(iio.imread(path, index=1), STACK + 1)
    v2.mimwrite(path, list(STACK), format="TIFF")
    np.testing.assert_array_equal(iio.imread(path, index=...), STACK)
    v2.imwrite(path, STACK[0].astype("float32"), format="TIFF", compress=6, description="x")
    assert iio.imread(path).dtype == np.float32
    assert iio.immeta(path, index=0)["compression"] == 8


@pytest.mark.parametrize("format", [None, "TIFF"])
def test_images_of_one_size_are_a_volume(tmp_path: Path, format: str | None) -> None:
    path = tmp_path / "loose.tif"
    v2.mimwrite(path, list(STACK))
    np.testing.assert_array_equal(v2.volread(path, format), STACK)
    (volume,) = v2.mvolread(path, format)
    np.testing.assert_array_equal(volume, STACK)
    assert v2.imread(path, format).shape == STACK.shape[1:]
    v2.mvolwrite(path, [STACK, STACK + 1])
    assert len(v2.mvolread(path, format)) == 2


def test_images_of_several_sizes_are_no_volume(tmp_path: Path) -> None:
    path = tmp_path / "loose.tif"
    v2.mimwrite(path, [STACK[0], STACK[1, :4]])
    assert [image.shape for image in v2.mvolread(path)] == [(8, 9), (4, 9)]


def test_a_reader_of_pages(path: Path) -> None:
    with v2.get_reader(path, format="TIFF", mode="I") as reader:
        assert len(reader) == 4
        np.testing.assert_array_equal(reader.get_data(2), STACK[2])
        found = reader.get_meta_data(0)
    assert found["is_shaped"] is True
    assert found["planar_configuration"] == "contig"


def test_fei(tmp_path: Path) -> None:
    path = tmp_path / "fei.tif"
    path.write_bytes(fei())
    with v2.get_reader(path, format="FEI") as reader:
        np.testing.assert_array_equal(reader.get_data(0), IMAGE[:130])
        assert reader.get_data(0, discard_watermark=False).shape == (200, 90)
        assert reader.get_meta_data()["System"]["Type"] == "SEM"
    assert v2.imread(path, format="FEI", watermark_height=50).shape == (150, 90)
    assert v2.imread(path).shape == (200, 90)
