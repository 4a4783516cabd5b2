"""Files of microscopes and cameras: what iio gives is what independent readers give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

import iio_core as iio


@pytest.mark.parametrize(
    ("name", "axes", "shape", "dtype"),
    [
        ("fei-sem-rbc.tif", "YX", (1094, 1536), "uint8"),
        ("multipage_rgb.tif", "QYXS", (2, 10, 10, 3), "float64"),
        ("movie.stk", "TYX", (2, 20, 20), "uint16"),
    ],
)
def test_series(real: Path, name: str, axes: str, shape: tuple[int, ...], dtype: str) -> None:
    path = real / name
    found = iio.improps(path, plugin="tiff")
    assert (found.axes, found.shape, found.dtype) == (axes, shape, dtype)
    image = iio.imread(path)
    expected = tifffile.imread(path)
    if name == "multipage_rgb.tif":  # which stores planes
        expected = np.moveaxis(expected, 1, -1)
    np.testing.assert_array_equal(image, expected)
    np.testing.assert_array_equal(iio.imread(path.read_bytes(), extension=path.suffix), image)
    with iio.imopen(path, "r") as file:
        region = np.s_[..., 3:9, 2:8][1:] if image.ndim == 2 else np.s_[1:, 3:9, 2:8]
        np.testing.assert_array_equal(file.read_region(region), image[region])
        pages = np.stack(list(file.iter_pages(index=0)))
    if name != "movie.stk":  # of which one page is both planes
        np.testing.assert_array_equal(np.squeeze(pages), image)


def test_a_scan_by_pillow(real: Path) -> None:
    path = real / "fei-sem-rbc.tif"
    with Image.open(path) as image:
        np.testing.assert_array_equal(iio.imread(path), np.asarray(image))
    assert iio.improps(path).spacing == pytest.approx((7.70833e-09, 7.70833e-09))
    assert iio.immeta(path, index=...)["fei"]["Beam"]["HV"] == 2000


def test_a_stack_byte_by_byte(real: Path) -> None:
    """The planes of a MetaMorph stack follow each other; only the first has an offset."""
    data = (real / "movie.stk").read_bytes()
    with Image.open(real / "movie.stk") as image:
        start = image.tag_v2[273][0]
    planes = np.frombuffer(data, "<u2", 800, start).reshape(2, 20, 20)
    np.testing.assert_array_equal(iio.imread(real / "movie.stk"), planes)
    assert iio.immeta(real / "movie.stk", index=...)["stk"]["NumberPlanes"] == 2


def test_metadata_is_written_again(real: Path, tmp_path: Path) -> None:
    path, copy = real / "multipage_rgb.tif", tmp_path / "copy.tif"
    found = iio.immeta(path, index=0)
    iio.imwrite(copy, iio.imread(path), metadata=found)
    again = iio.immeta(copy, index=0)
    for name in ("software", "datetime", "is_rgb", "axes"):
        assert again[name] == found[name], name
    np.testing.assert_array_equal(iio.imread(copy), iio.imread(path))


def test_a_camera_s_raw_file_is_left_to_others(real: Path) -> None:
    path = real / "Blackmagic.dng"
    with pytest.raises(iio.NoPluginError, match="raw=True"):
        iio.imread(path, plugin="tiff")
    with tifffile.TiffFile(path) as file:
        expected = file.pages[0].asarray()
    np.testing.assert_array_equal(iio.imread(path, plugin="tiff", raw=True), expected)
