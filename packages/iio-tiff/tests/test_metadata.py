"""Metadata: the documented names, the dialects, and what comes back after being written."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image, TiffImagePlugin
from tiff_samples import noise, stk, tiff, written

import iio_core as iio


def write(image: np.ndarray, **metadata) -> bytes:
    return iio.imwrite("<bytes>", image, extension=".tif", plugin="tiff", metadata=metadata)


def meta(data: bytes | Path, **options) -> dict[str, object]:
    return iio.immeta(data, plugin="tiff", **{"index": 0, **options})


def test_the_documented_names() -> None:
    data, _ = tiff()
    found = meta(data)
    expected = {
        "planar_configuration": "contig",
        "compression": 1,
        "predictor": 1,
        "description": "by hand",
        "resolution": (72.0, 72.0),
        "resolution_unit": 2,
        "is_rgb": False,
        "is_contig": True,
        "is_tiled": False,
        "is_palette": False,
        "is_reduced": False,
        "is_shaped": False,
        "is_fluoview": False,
        "is_nih": False,
        "is_micromanager": False,
        "is_ome": False,
        "is_sgi": False,
        "is_stk": False,
        "is_mdgel": False,
        "is_mediacy": False,
        "is_lsm": False,
        "is_imagej": False,
        "datetime": None,
        "ImageWidth": 7,
    }
    assert {name: found.get(name) for name in expected} == expected


def test_flags_and_orientation() -> None:
    tags = [(274, "H", 1, 6, False)]
    data = written(noise(32, 32, 3), tile=(16, 16), planarconfig="contig", extratags=tags)
    found = meta(data)
    assert found["is_tiled"]
    assert found["is_rgb"]
    assert found["orientation"] == "right_top"
    assert meta(stk()[0])["is_stk"]


def test_what_is_written_comes_back() -> None:
    told = {
        "description": "größer als 3 µm",
        "software": "a program",
        "datetime": datetime.datetime(2024, 5, 6, 7, 8, 9),
        "resolution": (300.0, 150.0),
        "resolution_unit": 3,
        "orientation": "bottom_right",
        "axes": "ZYX",
        "spacing": (2.0, 0.5, 0.25),
        "spacing_units": ("mm", "um", "um"),
        "channel_names": ["only"],
        "Artist": "somebody",
        "Copyright": "nobody",
        "note": {"a": [1, 2, "three"]},
        "65001": (1, 2, 3),
    }
    found = meta(write(noise(3, 8, 9), **told))
    for name, value in told.items():
        assert found[name] == pytest.approx(value) if name == "spacing" else found[name] == value


def test_what_has_no_place_is_told() -> None:
    for name, value in {
        "thing": object(),
        "datetime": "yesterday",
        "resolution": "high",
        "ExifTag": {"ISO": 100},
        "spacing": "wide",
    }.items():
        with pytest.warns(iio.MetadataWarning, match=name):
            write(noise(4, 5), **{name: value})
    with pytest.warns(iio.MetadataWarning, match="note"):
        iio.imwrite("<bytes>", noise(4, 5), extension=".ome.tif", metadata={"note": "lost"})


def test_what_has_no_place_is_told_once_where_iio_was_called() -> None:
    lost = {"one": b"1", "two": b"2", "three": object()}
    with pytest.warns(iio.MetadataWarning) as told:
        iio.imwrite("<bytes>", noise(4, 5), extension=".tif", metadata=lost)
    (warning,) = told
    assert warning.filename == __file__
    assert all(repr(name) in str(warning.message) for name in lost)


def test_of_pillow() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270], tags[305], tags[306] = "a cat", "a program", "2023:01:02 03:04:05"
    image = Image.fromarray(noise(6, 7))
    image.save(buffer := io.BytesIO(), "TIFF", tiffinfo=tags, dpi=(300, 150))
    found = meta(buffer.getvalue())
    assert found["description"] == "a cat"
    assert found["software"] == "a program"
    assert found["datetime"] == datetime.datetime(2023, 1, 2, 3, 4, 5)
    assert found["resolution"] == (300.0, 150.0)
    assert iio.improps(buffer.getvalue(), plugin="tiff").spacing == (1 / 150, 1 / 300)


def test_for_pillow() -> None:
    told = {"description": "a cat", "resolution": (300, 150), "resolution_unit": 2}
    options = {"extension": ".tif", "plugin": "tiff", "writeshape": False}
    data = iio.imwrite("<bytes>", noise(6, 7), metadata=told, **options)
    with Image.open(io.BytesIO(data)) as image:
        assert image.tag_v2[270] == "a cat"
        assert image.info["dpi"] == (300, 150)


def test_of_imagej() -> None:
    told = {"axes": "TZYX", "spacing": 1.5, "unit": "um", "Info": "text", "finterval": 0.5}
    data = written(noise(2, 3, 8, 9), imagej=True, resolution=(4, 2), metadata=told)
    found = meta(data, index=...)
    assert found["imagej"]["finterval"] == 0.5
    assert found["imagej"]["Info"] == "text"
    assert found["unit"] == "um"
    assert found["is_imagej"]
    assert found["spacing"] == (1.5, 0.5, 0.25)
    assert iio.improps(data).axes == "TZYX"


@pytest.mark.filterwarnings("ignore:Use `@` matmul")  # of a library of rasterio's
def test_of_geotiff(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    profile = {"driver": "GTiff", "height": 6, "width": 7, "count": 1, "dtype": "uint8"}
    transform = rasterio.transform.from_origin(500_000, 4_600_000, 10, 20)
    path = tmp_path / "earth.tif"
    with rasterio.open(path, "w", **profile, crs="EPSG:32633", transform=transform) as file:
        file.write(noise(1, 6, 7))
        file.update_tags(AREA_OR_POINT="Area")
    found = meta(path, index=...)["geo"]
    assert found["crs"] == "EPSG:32633"
    assert found["transform"] == tuple(transform)[:6]
    assert iio.improps(path, plugin="tiff").spacing == (20, 10)
    with rasterio.open(path, "r+") as file:
        file.update_tags(AREA_OR_POINT="Point")
    with rasterio.open(path) as file:
        assert meta(path, index=...)["geo"]["transform"] == tuple(file.transform)[:6]


@pytest.mark.filterwarnings("ignore:Use `@` matmul")
def test_geotiff_goes_from_file_to_file(tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    profile = {"driver": "GTiff", "height": 6, "width": 7, "count": 1, "dtype": "uint8"}
    transform = rasterio.transform.from_origin(500_000, 4_600_000, 10, 20)
    path, copy = tmp_path / "earth.tif", tmp_path / "copy.tif"
    with rasterio.open(path, "w", **profile, crs="EPSG:32633", transform=transform) as file:
        file.write(noise(1, 6, 7))
    iio.imwrite(copy, iio.imread(path, plugin="tiff"), plugin="tiff", metadata=meta(path))
    with rasterio.open(copy) as file:
        assert file.crs == "EPSG:32633"
        assert file.transform == transform


def test_of_a_page_of_a_stack() -> None:
    with tifffile.TiffWriter(buffer := io.BytesIO()) as file:
        for number in range(3):
            file.write(noise(5, 6), description=f"page {number}", metadata=None)
    data = buffer.getvalue()
    assert meta(data)["description"] == "page 0"
    assert meta(data, page=2)["description"] == "page 2"
    assert meta(data, index=..., page=1)["description"] == "page 1"
    with pytest.raises(iio.FrameIndexError):
        meta(data, page=3)


def test_of_a_stack_of_metamorph() -> None:
    data, _ = stk()
    found = meta(data, index=...)
    assert found["stk"]["NumberPlanes"] == 3
    assert found["NumberPlanes"] == 3
    assert iio.improps(data, extension=".stk").shape == (3, 4, 5)


def test_ome_as_a_dict() -> None:
    data = written(
        noise(2, 8, 9),
        ome=True,
        photometric="minisblack",
        metadata={"axes": "CYX", "Channel": {"Name": ["a", "b"]}, "PhysicalSizeX": 0.1},
    )
    found = meta(data, index=...)
    pixels = found["ome"]["OME"]["Image"]["Pixels"]
    assert [channel["Name"] for channel in pixels["Channel"]] == ["a", "b"]
    assert pixels["PhysicalSizeX"] == 0.1
    assert found["channel_names"] == ["a", "b"]


def test_a_description_of_megabytes_is_refused() -> None:
    data = written(noise(4, 5), description="x" * 200_000, metadata=None)
    with iio.limits(metadata_bytes=100_000), pytest.raises(iio.LimitError):
        meta(data)
