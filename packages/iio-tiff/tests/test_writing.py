"""Writing: what comes back, what other programs would see, what is refused."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from tiff_samples import noise

import iio_core as iio

KINDS = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)


def image_of(dtype: str, *shape: int) -> np.ndarray:
    if dtype == "bool":
        return noise(*shape) > 127
    if dtype.startswith("complex"):
        real = noise(*shape, dtype="float64")
        return (real + 1j * real[::-1]).astype(dtype)
    return noise(*shape, dtype=dtype)


def write(image: object, **options) -> bytes:
    return iio.imwrite("<bytes>", image, extension=".tif", plugin="tiff", **options)


def opened(data: bytes) -> tifffile.TiffFile:
    return tifffile.TiffFile(io.BytesIO(data))


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"byteorder": ">"}], ids=str)
def test_every_dtype_and_shape_comes_back(dtype: str, options: dict[str, object]) -> None:
    shapes = [(5, 7), (1, 1), (6, 5, 7), (2, 3, 5, 7), (1, 5, 7)]
    if dtype != "bool":
        shapes += [(5, 7, 2), (5, 7, 3), (5, 7, 4), (2, 5, 7, 3), (5, 7, 1)]
    for shape in shapes:
        image = image_of(dtype, *shape)
        back = iio.imread(write(image, **options))
        np.testing.assert_array_equal(back, image)
        assert (back.dtype, back.shape) == (image.dtype, image.shape)


CODECS = [
    *(("zlib", k, {}) for k in ("uint8", "float32")),
    *(("lzma", "uint16", {}), ("zstd", "uint16", {}), ("lzw", "uint16", {"predictor": True})),
    *(("packbits", "uint8", {}), ("png", "uint8", {}), ("png", "uint16", {})),
    *(("jpeg2000", "uint8", {}), ("jpegxl", "uint8", {}), ("lerc", "float32", {})),
    *(("webp", "uint8", {"compressionargs": {"lossless": True}}),),
    *(("zlib", "float32", {"predictor": True}), ("zlib", "float64", {"predictor": True})),
    *(("jpegxr", "uint8", {"compressionargs": {"level": 100}}),),
]


@pytest.mark.parametrize(("name", "dtype", "options"), CODECS, ids=str)
@pytest.mark.parametrize("tile", [None, (32, 48)])
def test_every_lossless_compression(name, dtype, options, tile) -> None:
    pytest.importorskip("imagecodecs")
    image = noise(100, 90, 3, dtype=dtype)
    data = write(image, compression=name, tile=tile, **options)
    assert len(data) != len(write(image, tile=tile))
    np.testing.assert_array_equal(iio.imread(data), image)
    with iio.imopen(data, "r") as file:
        part = file.read_region(np.s_[20:70, 40:50])
    np.testing.assert_array_equal(part, image[20:70, 40:50])


def test_jpeg_is_near() -> None:
    pytest.importorskip("imagecodecs")
    y, x = np.mgrid[:64, :80]
    image = np.dstack([y * 3, x * 2, y + x]).astype(np.uint8)
    back = iio.imread(write(image, compression="jpeg", compressionargs={"level": 95}))
    assert np.abs(back.astype(int) - image).mean() < 2


def test_the_options_of_imageio() -> None:
    image = noise(5, 32, 48)
    with opened(write(image, compress=9, software="a program", description="cells")) as file:
        page = file.pages[0]
        assert (int(page.compression), page.software, page.description) == (8, "a program", "cells")
    with opened(write(image, bigtiff=True, byteorder=">", writeshape=False)) as file:
        assert file.is_bigtiff
        assert file.byteorder == ">"
        assert file.pages[0].description == ""
    with opened(write(image[0], photometric="miniswhite", resolution=(300, 200))) as file:
        assert int(file.pages[0].photometric) == 0
        assert file.pages[0].resolution == (300, 200)
    with opened(write(image, volume=True, tile=(5, 16, 16))) as file:
        assert file.pages[0].is_volumetric
        assert len(file.pages) == 1
    with opened(write(image[0], extratags=[(65000, "H", 2, (7, 8), True)])) as file:
        assert file.pages[0].tags[65000].value == (7, 8)
    assert len(write(image, compress=0)) > image.nbytes


def test_several_images_are_several_series() -> None:
    images = [noise(4, 5), noise(6, 7, 3), noise(2, 8, 9, dtype="uint16")]
    with iio.imopen(write(images), "r") as file:
        assert file.count() == 3
        for back, image in zip(file, images, strict=True):
            np.testing.assert_array_equal(back, image)


def test_an_iterable_streams() -> None:
    seen = []

    def frames():
        for number in range(40):
            seen.append(number)
            yield np.full((8, 9), number, np.uint8)

    data = write(frames(), contiguous=True)
    np.testing.assert_array_equal(iio.imread(data)[:, 0, 0], seen)
    assert iio.imread(data).shape == (40, 8, 9)


def test_append_goes_on_with_a_file(tmp_path: Path) -> None:
    path = tmp_path / "more.tif"
    iio.imwrite(path, noise(4, 5), plugin="tiff", append=True)
    iio.imwrite(path, noise(6, 7), plugin="tiff", append=True)
    with iio.imopen(path, "r") as file:
        assert [image.shape for image in file] == [(4, 5), (6, 7)]
    before = path.read_bytes()
    with pytest.raises(iio.EncodeError):
        iio.imwrite(path, np.zeros((3, 3), "M8[s]"), plugin="tiff", append=True)
    with pytest.raises(ZeroDivisionError):
        iio.imwrite(path, (1 / n for n in [0]), plugin="tiff", append=True)
    assert path.read_bytes() == before


def test_append_does_not_spoil_ome(tmp_path: Path) -> None:
    path = tmp_path / "one.ome.tif"
    iio.imwrite(path, noise(2, 8, 9))
    before = path.read_bytes()
    with pytest.raises(iio.EncodeError, match="append"):
        iio.imwrite(path, noise(2, 8, 9), append=True)
    assert path.read_bytes() == before


def test_more_than_4_gib_is_bigtiff(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a lower bound, so that the test needs no such file."""
    monkeypatch.setattr("iio_tiff._writer._CLASSIC", 10_000)
    with opened(write(noise(100, 120))) as file:
        assert file.is_bigtiff
    with opened(write(noise(100, 20))) as file:
        assert not file.is_bigtiff
    with pytest.raises(iio.EncodeError, match="bigtiff=True"):
        write(noise(50, 100) for _ in range(4))


def test_a_pyramid_has_levels() -> None:
    image = noise(1200, 900)
    data = write(image, pyramid=True, tile=(128, 128))
    shapes = [iio.imread(data, level=n).shape for n in range(4)]
    assert shapes == [(1200, 900), (600, 450), (300, 225), (150, 112)]
    half = image.reshape(600, 2, 450, 2).astype(float).mean(axis=(1, 3))
    assert np.abs(iio.imread(data, level=1) - half).max() <= 1.5
    with pytest.raises(iio.FrameIndexError):
        iio.imread(data, level=4)


@pytest.mark.parametrize("shape", [(3, 100, 120), (100, 120, 3), (2, 2, 64, 64)])
def test_pyramids_of_stacks_and_colors(shape: tuple[int, ...]) -> None:
    image = noise(*shape)
    for options in ({}, {"ome": True}):
        data = write(image, pyramid=1, **options)
        np.testing.assert_array_equal(np.squeeze(iio.imread(data)), image)
        level = iio.imread(data, level=1)
        expected = [n // 2 if n >= 64 else n for n in shape]
        assert [n for n in level.shape if n > 1] == expected


def test_subifds_are_written_one_by_one() -> None:
    image = noise(64, 64)
    with iio.imopen("<bytes>", "w", extension=".tif", plugin="tiff") as file:
        file.write(image, subifds=1)
        file.write(image[::2, ::2])
    data = file.getvalue()
    np.testing.assert_array_equal(iio.imread(data, level=1), image[::2, ::2])


def test_ome_has_axes_and_spacing(tmp_path: Path) -> None:
    image = noise(2, 3, 16, 18, dtype="uint16")
    told = {
        "axes": "ZCYX",
        "spacing": (2.0, 0.5, 0.25),
        "spacing_units": ("µm", "µm", "µm"),
        "channel_names": ["red", "green", "blue"],
        "description": "three channels",
    }
    path = tmp_path / "cells.ome.tif"
    iio.imwrite(path, image, metadata=told)
    found = iio.immeta(path, index=...)
    assert {k: found[k] for k in told} == told
    assert found["ome"]["OME"]["Image"]["Pixels"]["SizeZ"] == 2
    assert found["ome_xml"].startswith("<?xml")
    assert iio.improps(path).axes == "ZCYX"
    assert iio.improps(path).spacing == (2.0, 0.5, 0.25)
    np.testing.assert_array_equal(iio.imread(path), image)
    with tifffile.TiffFile(path) as file:
        assert file.is_ome


def test_imagej_has_axes_and_spacing() -> None:
    image = noise(4, 2, 16, 18, dtype="uint16")
    told = {"axes": "ZCYX", "spacing": (3.0, 0.5, 0.25), "unit": "um"}
    data = write(image, imagej=True, metadata=told)
    found = iio.immeta(data, index=...)
    assert found["axes"] == "ZCYX"
    assert found["spacing"] == pytest.approx((3.0, 0.5, 0.25))
    assert found["spacing_units"] == ("um", "um", "um")
    assert found["imagej"]["slices"] == 4
    np.testing.assert_array_equal(iio.imread(data), image)


@pytest.mark.parametrize(
    ("image", "options", "match"),
    [
        (noise(3, 3).astype("M8[s]"), {}, "not an image"),
        (noise(3, 3, dtype="int64"), {"imagej": True}, "float32, uint16, uint8"),
        (noise(3, 3, dtype="float16"), {"ome": True}, "astype"),
        (noise(3, 3, 3) > 9, {}, "one bit"),
        (np.zeros((0, 4), np.uint8), {}, "not an image"),
        (noise(30, 30), {"tile": (15, 16)}, "tile"),
        (noise(30, 30, dtype="float64"), {"compression": "jpeg"}, None),
        (noise(3, 3), {"photometric": "nothing"}, "nothing"),
    ],
    ids=str,
)
def test_what_it_cannot_hold_is_refused(image, options, match, tmp_path: Path) -> None:
    path = tmp_path / "old.tif"
    path.write_bytes(b"old")
    with pytest.raises(iio.EncodeError, match=match):
        iio.imwrite(path, image, plugin="tiff", **options)
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize(
    "options",
    [
        {"byteorder": "x"},
        {"ome": True, "imagej": True},
        {"imagej": True, "bigtiff": True},
        {"compress": 12},
        {"compress": 3, "compression": "lzw"},
        {"compression": "zlip"},
        {"planarconfig": "both"},
        {"pyramid": True, "subifds": 2},
    ],
    ids=str,
)
def test_options_that_make_no_sense(options: dict[str, object]) -> None:
    with pytest.raises(iio.OptionError):
        write(noise(30, 40), **options)


def test_a_session_goes_on_after_a_refusal() -> None:
    with iio.imopen("<bytes>", "w", extension=".tif", plugin="tiff") as file:
        file.write(noise(4, 5))
        with pytest.raises(iio.EncodeError):
            file.write(noise(30, 40), tile=(15, 16))
        file.write(noise(6, 7))
    with iio.imopen(file.getvalue(), "r") as back:
        assert [image.shape for image in back] == [(4, 5), (6, 7)]
