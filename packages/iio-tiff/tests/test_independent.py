"""Files of other people's writers: their pixels, by their own decoders."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image
from tiff_samples import noise, written

import iio_core as iio

rasterio = pytest.importorskip("rasterio")
sitk = pytest.importorskip("SimpleITK")

RASTERIO_DTYPES = (
    *("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"),
    *("complex64", "complex128"),
)


# GDAL warns of every image that is nowhere on earth.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset has no geotransform")


def read(path: Path, **options) -> np.ndarray:
    return iio.imread(path, plugin="tiff", **options)


@pytest.mark.parametrize(
    ("mode", "dtype"),
    [("L", "uint8"), ("RGB", "uint8"), ("RGBA", "uint8"), ("I;16", "uint16"), ("F", "float32")],
)
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_pillow(mode: str, dtype: str, compression: str | None) -> None:
    shape = (33, 41, len(mode)) if mode.startswith("RGB") else (33, 41)
    expected = noise(*shape, dtype=dtype)
    Image.fromarray(expected).save(buffer := io.BytesIO(), "TIFF", compression=compression)
    image = iio.imread(buffer.getvalue(), plugin="tiff")
    np.testing.assert_array_equal(image, expected)
    assert image.dtype == expected.dtype


def test_pillow_pages() -> None:
    pages = [Image.fromarray(noise(20, 30, seed=n)) for n in range(4)]
    pages[0].save(buffer := io.BytesIO(), "TIFF", save_all=True, append_images=pages[1:])
    stack = iio.imread(buffer.getvalue(), plugin="tiff")
    np.testing.assert_array_equal(stack, np.stack([np.asarray(p) for p in pages]))


@pytest.mark.parametrize("compression", [None, "packbits", "group4"])
def test_pillow_bits(compression: str | None) -> None:
    if compression == "group4" and 4 not in tifffile.TIFF.DECOMPRESSORS:
        pytest.skip("this imagecodecs has no fax")
    bits = noise(17, 21) > 127
    Image.fromarray(bits).save(buffer := io.BytesIO(), "TIFF", compression=compression)
    image = iio.imread(buffer.getvalue(), plugin="tiff")
    assert image.dtype == bool
    np.testing.assert_array_equal(image, bits)


@pytest.mark.parametrize("dtype", RASTERIO_DTYPES)
@pytest.mark.parametrize("interleave", ["pixel", "band"])
@pytest.mark.parametrize("tiled", [False, True])
def test_gdal(tmp_path: Path, dtype: str, interleave: str, tiled: bool) -> None:
    real = dtype.replace("complex64", "float32").replace("complex128", "float64")
    bands = noise(3, 50, 70, dtype=real)
    if dtype.startswith("complex"):
        bands = (bands + 1j * bands[::-1]).astype(dtype)
    profile = {"driver": "GTiff", "height": 50, "width": 70, "count": 3, "dtype": dtype}
    blocks = {"tiled": True, "blockxsize": 16, "blockysize": 32} if tiled else {}
    path = tmp_path / "bands.tif"
    with rasterio.open(path, "w", **profile, interleave=interleave, **blocks) as file:
        file.write(bands)
    image = read(path)
    np.testing.assert_array_equal(image, np.moveaxis(bands, 0, -1))
    assert image.dtype == dtype


@pytest.mark.parametrize(
    "options",
    [
        {"compress": "lzw", "predictor": 2},
        {"compress": "deflate", "predictor": 3},
        {"compress": "zstd"},
        {"compress": "lzma"},
        {"compress": "packbits"},
        {"bigtiff": "yes"},
        {"endianness": "big"},
        {"endianness": "big", "compress": "lzw", "predictor": 2},
    ],
    ids=str,
)
def test_gdal_options(tmp_path: Path, options: dict[str, object]) -> None:
    dtype = "float32" if options.get("predictor") == 3 else "uint16"
    bands = noise(1, 50, 70, dtype=dtype)
    profile = {"driver": "GTiff", "height": 50, "width": 70, "count": 1, "dtype": dtype}
    path = tmp_path / "band.tif"
    with rasterio.open(path, "w", **profile, **options) as file:
        file.write(bands)
    np.testing.assert_array_equal(read(path), bands[0])


def test_gdal_twelve_bits(tmp_path: Path) -> None:
    bands = noise(1, 50, 71, dtype="uint16") >> 4
    profile = {"driver": "GTiff", "height": 50, "width": 71, "count": 1, "dtype": "uint16"}
    path = tmp_path / "twelve.tif"
    with rasterio.open(path, "w", **profile, nbits=12) as file:
        file.write(bands)
    np.testing.assert_array_equal(read(path), bands[0])


def test_gdal_half_floats(tmp_path: Path) -> None:
    bands = noise(1, 20, 30, dtype="float16").astype("float32")
    profile = {"driver": "GTiff", "height": 20, "width": 30, "count": 1, "dtype": "float32"}
    path = tmp_path / "half.tif"
    with rasterio.open(path, "w", **profile, nbits=16) as file:
        file.write(bands)
    np.testing.assert_array_equal(read(path), bands[0])


def test_gdal_leaves_tiles_out_and_that_is_told(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "height": 64, "width": 64, "count": 1, "dtype": "uint8"}
    path = tmp_path / "sparse.tif"
    blocks = {"tiled": True, "blockxsize": 16, "blockysize": 16, "sparse_ok": True}
    expected = np.full((64, 64), 9, np.uint8)
    expected[:16, :16] = noise(16, 16)
    with rasterio.open(path, "w", **profile, **blocks, nodata=9) as file:
        file.write(expected[:16, :16], 1, window=rasterio.windows.Window(0, 0, 16, 16))
    with pytest.warns(iio.IIOWarning, match="15 strips or tiles"):
        image = read(path)
    np.testing.assert_array_equal(image, expected)


def test_gdal_overviews_are_levels(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "height": 256, "width": 256, "count": 1, "dtype": "uint8"}
    path = tmp_path / "levels.tif"
    with rasterio.open(path, "w", **profile, tiled=True, blockxsize=64, blockysize=64) as file:
        file.write(noise(1, 256, 256))
    with rasterio.open(path, "r+") as file:
        file.build_overviews([2, 4])
    with rasterio.open(path, overview_level=1) as file:
        expected = file.read(1)
    np.testing.assert_array_equal(read(path, level=2), expected)
    with pytest.raises(iio.FrameIndexError, match="3 levels"):
        read(path, level=3)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "float32"])
def test_itk_volumes(tmp_path: Path, dtype: str) -> None:
    volume = noise(4, 20, 30, dtype=dtype)
    path = tmp_path / "volume.tif"
    sitk.WriteImage(sitk.GetImageFromArray(volume), str(path))
    np.testing.assert_array_equal(read(path), volume)


def test_itk_reads_ours(tmp_path: Path) -> None:
    volume = noise(4, 20, 30, dtype="uint16")
    iio.imwrite(tmp_path / "ours.tif", volume, plugin="tiff")
    image = sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "ours.tif")))
    np.testing.assert_array_equal(image, volume)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "zlib", "predictor": True},
        {"compression": "lzw", "tile": (16, 32)},
        {"bigtiff": True, "byteorder": ">"},
        {"planarconfig": "planar"},
        {"rowsperstrip": 7},
    ],
    ids=str,
)
def test_gdal_reads_ours(tmp_path: Path, options: dict[str, object]) -> None:
    image = noise(50, 70, 3, dtype="uint16")
    planar = "planarconfig" in options
    path = tmp_path / "ours.tif"
    array = np.moveaxis(image, -1, 0) if planar else image
    iio.imwrite(path, array, plugin="tiff", **options)
    with rasterio.open(path) as file:
        np.testing.assert_array_equal(file.read(), np.moveaxis(image, -1, 0))
    np.testing.assert_array_equal(read(path), image)


def test_pillow_reads_ours() -> None:
    image = noise(20, 30, 4)
    data = iio.imwrite("<bytes>", image, extension=".tif", plugin="tiff", compression="zlib")
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), image)


TIFFCP = (
    *("none", "packbits", "lzw", "lzw:2", "zip", "zip:2", "zip:1", "lzma", "lzma:2", "zstd"),
    *("zstd:2",),
)


@pytest.mark.skipif(shutil.which("tiffcp") is None, reason="tiffcp is in Debian's libtiff-tools")
@pytest.mark.parametrize("layout", [(), ("-t", "-w", "16", "-l", "32"), ("-s", "-r", "5")], ids=str)
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("order", ["-L", "-B"])
def test_tiffcp(tmp_path: Path, layout: tuple[str, ...], planes: str, order: str) -> None:
    # It takes samples apart only if they are bytes.
    image = noise(45, 61, 3, dtype="uint16" if planes == "contig" else "uint8")
    source = tmp_path / "source.tif"
    source.write_bytes(written(image, photometric="rgb", metadata=None))
    for compression in TIFFCP:
        path = tmp_path / f"{compression.replace(':', '-')}.tif"
        command = ["tiffcp", order, "-p", planes, *layout, "-c", compression, source, path]
        done = subprocess.run(command, capture_output=True, text=True)
        if "not configured" in done.stderr or "not support" in done.stderr:
            continue
        assert not done.returncode, done.stderr
        np.testing.assert_array_equal(read(path), image, err_msg=compression)


@pytest.mark.skipif(shutil.which("tiffcp") is None, reason="tiffcp is in Debian's libtiff-tools")
def test_tiffcp_reads_ours(tmp_path: Path) -> None:
    stack = noise(3, 45, 61, dtype="uint16")
    iio.imwrite(tmp_path / "ours.tif", stack, plugin="tiff", compression="zlib", tile=(16, 16))
    subprocess.run(
        ["tiffcp", "-c", "lzw", tmp_path / "ours.tif", tmp_path / "copy.tif"], check=True
    )
    np.testing.assert_array_equal(read(tmp_path / "copy.tif"), stack)
