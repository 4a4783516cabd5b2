"""The names that imageio 2.9 has for Pillow's formats: each selects one, reads it and writes it."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from samples import SAMPLES, encode, gray, rgb
from test_round_trips import smooth

import iio_core as iio
import iio_core.v2 as imageio
from iio_pillow._legacy import TABLE
from iio_pillow._spec import SPEC

# Chapter 2.1 and 2.2 of its documentation. Left out are those that Pillow only identifies (BUFR,
# GRIB, HDF5, and off Windows WMF), reads wrongly (FITS), is about to drop (IM), needs a further
# wheel for (FPX, MIC) or opens as anything (IPTC).
NAMES = {
    *("BMP", "CUR", "DCX", "DDS", "DIB", "EPS", "FLI", "FTEX", "GBR", "GIF", "ICNS", "ICO", "IMT"),
    *("JPEG", "JPEG2000", "MCIDAS", "MPO", "MSP", "PCD", "PCX", "PIXAR", "PNG", "PPM", "PSD"),
    *("SGI", "SPIDER", "SUN", "TGA", "TIFF", "XBM", "XPM", "XVTHUMB"),
}
WRITTEN = {
    *("BMP", "DDS", "DIB", "EPS", "GIF", "ICNS", "ICO", "JPEG", "JPEG2000", "MPO", "MSP", "PCX"),
    *("PNG", "PPM", "SGI", "SPIDER", "TGA", "TIFF", "XBM"),
}
NEWER = {"AVIF", "BLP", "HEIF", "JXL", "PALM", "PDF", "QOI", "WEBP"}  # by their own names
LOSSY = {"JPEG", "MPO"}


def test_the_table_has_all_names():
    names = {format.name for format in TABLE if not format.stands_in}
    assert names == {f"{name}-PIL" for name in NAMES} | {"SCREENGRAB", "CLIPBOARDGRAB"} | NEWER
    # Whatever is missing would have no pilmode.
    assert {format.format for format in TABLE} == {format.name for format in SPEC.formats}


def test_names_of_freeimage_stand_for_the_same_formats():
    standing_in = {format.name: format.format for format in TABLE if format.stands_in}
    assert standing_in["JPEG-FI"] == "JPEG" and standing_in["TARGA-FI"] == "TGA"
    data, array = SAMPLES["BMP"]()
    with iio.use("pillow", only=True):
        assert np.array_equal(imageio.imread(data, "BMP-FI", flags=0), array)
        assert imageio.formats["BMP-FI"].plugin.spec.name == "pillow"
        with pytest.raises(TypeError, match="flags"):
            imageio.imread(data, "BMP-FI", flags=1)
        written = imageio.imwrite("<bytes>", array, "PNG-FI", compression=3, flags=0)
        assert np.array_equal(imageio.imread(written, "PNG-FI", ignoregamma=True), array)


def test_the_spec_points_to_the_table():
    assert SPEC.legacy == "iio_pillow._legacy:TABLE"


@pytest.mark.parametrize("name", sorted(NAMES - {"EPS"}))
def test_a_name_selects_its_format(name):
    data, array = SAMPLES[name]()
    for spelling in (f"{name}-PIL", f"{name}-pil".lower()):
        with imageio.get_reader(data, spelling) as reader:
            assert reader.format.name == f"{name}-PIL"
            first = reader.get_data(0)
        if name == "GIF":
            assert first.shape == (*array.shape[:2], 4)
        elif name == "XBM":  # the foreground is white, as imageio has it
            assert np.array_equal(first, ~array)
        else:
            assert np.array_equal(first, array)
    assert imageio.formats[f"{name}-PIL"].name == f"{name}-PIL"


def test_a_name_reads_nothing_else():
    with pytest.raises((OSError, ValueError, RuntimeError)):
        imageio.imread(encode("PNG", rgb()), format="JPEG-PIL")


@pytest.mark.parametrize("name", sorted(WRITTEN - {"EPS"}))
def test_what_is_written_by_name_is_read_by_name(name):
    if name in ("MSP", "XBM"):
        image = smooth("bool", 1)
    elif name == "ICNS":
        image = np.dstack([np.tile(np.arange(0, 256, 8, dtype=np.uint8), (32, 1))] * 4)
    elif name == "SPIDER":
        image = smooth("uint8", 1).astype(np.float32)
    else:
        image = smooth("uint8", 3)
    file = io.BytesIO()
    imageio.imwrite(file, image, format=f"{name}-PIL")
    read = imageio.imread(file.getvalue(), format=f"{name}-PIL")
    if name == "GIF":
        assert np.abs(read[..., :3].astype(int) - image).mean() < 8
    elif name in LOSSY:
        assert np.abs(read.astype(int) - image).mean() < 8
    else:
        assert read.dtype == image.dtype and np.array_equal(read, image)


@pytest.mark.parametrize("name", sorted(NAMES - WRITTEN))
def test_what_is_not_written(name):
    with pytest.raises((RuntimeError, ValueError, OSError), match=name):
        imageio.imwrite(io.BytesIO(), smooth("uint8", 3), format=f"{name}-PIL")


def test_postscript_is_read_by_name_alone():
    file = io.BytesIO()
    imageio.imwrite(file, rgb(), format="EPS-PIL")
    assert Image.open(io.BytesIO(file.getvalue())).size == (6, 4)
    with pytest.raises(iio.NoPluginError):
        imageio.imread(file.getvalue())
    if shutil.which("gs") is None:  # that it is missed shows that it would be run
        with pytest.raises(iio.DecodeError, match="Ghostscript"):
            imageio.imread(file.getvalue(), format="EPS-PIL")
    else:
        assert imageio.imread(file.getvalue(), format="EPS-PIL").shape == (4, 6, 3)


@pytest.mark.parametrize("name", ["PNG", "GIF", "TIFF", "JPEG"])
def test_modes(name):
    modes = {format.name: format.modes for format in TABLE}
    assert modes[f"{name}-PIL"] == ("iI" if name in ("GIF", "TIFF") else "i")


@pytest.mark.parametrize("name", ["PNG-PIL", "png", ".gif", "x.jpg", "TIFF-PIL"])
def test_help_says_which_options_there_are(name, capsys):
    imageio.help(name)
    said = capsys.readouterr().out
    assert "pilmode" in said and "as_gray" in said
    options = {"png": "prefer_uint8", "gif": "palettesize", "jpg": "exifrotate"}
    for part, option in options.items():
        assert (option in said) == (part in name.lower())


def test_gray_is_gray():
    file = io.BytesIO()
    imageio.imwrite(file, gray(), "png")
    assert Image.open(io.BytesIO(file.getvalue())).mode == "L"
