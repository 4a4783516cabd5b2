"""Options of writing: what they do, and which values are refused."""

from __future__ import annotations

import numpy as np
import pytest
from codecs_samples import picture

import iio_core as iio

RGB = picture("uint8", 3, 64, 80)
DEEP = picture("uint16", 3, 64, 80)


def written(image: np.ndarray, extension: str, **options: object) -> bytes:
    data = iio.imwrite("<bytes>", image, extension=extension, plugin="codecs", **options)
    assert data is not None
    return data


def error(data: bytes, image: np.ndarray) -> float:
    found = iio.imread(data, plugin="codecs").astype(float)
    return float(np.abs(found - image).mean())


LOSSLESS = {".avif": {"lossless": True, "speed": 10}, ".jpg": {"lossless": True}}
LOSSLESS |= {".webp": {"lossless": True}, ".jxl": {"effort": 1}}


@pytest.mark.parametrize(
    ("extension", "dtype"),
    [
        *((extension, "uint8") for extension in (".avif", ".webp", ".qoi", ".bmp")),
        *((e, "uint16") for e in (".png", ".jxl", ".jxr", ".jp2", ".jhc", ".jls", ".jpg")),
    ],
)
def test_noise_which_no_codec_makes_smaller(extension: str, dtype: str) -> None:
    top = np.iinfo(dtype).max
    noise = np.random.default_rng(1).integers(0, top, (256, 300, 3), dtype, endpoint=True)
    # What is far from every prediction of JPEG-LS is longer still.
    noise[::2, ::2] = noise[1::2, 1::2] = 0
    noise[::3, 1::2] = top
    data = written(noise, extension, **LOSSLESS.get(extension, {}))
    found = iio.imread(data, plugin="codecs", extension=extension)
    np.testing.assert_array_equal(found, noise)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_jpeg_ls_of_noise_is_larger_than_the_image(dtype: str) -> None:
    top = np.iinfo(dtype).max
    noise = np.random.default_rng(1).integers(0, top, (512, 512, 3), dtype, endpoint=True)
    data = written(noise, ".jls")
    assert len(data) > noise.nbytes
    np.testing.assert_array_equal(iio.imread(data, plugin="codecs"), noise)


@pytest.mark.parametrize(
    ("extension", "image", "few", "many"),
    [
        (".jxl", RGB, {"distance": 8}, {"distance": 1}),
        (".jxl", RGB, {"quality": 20}, {"quality": 90}),
        (".jxr", DEEP, {"quality": 30}, {"quality": 90}),
        (".jp2", DEEP, {"psnr": 20}, {"psnr": 60}),
        (".jhc", RGB, {"quantization": 0.2}, {"quantization": 0.005}),
        (".jls", RGB, {"near": 9}, {"near": 1}),
        (".avif", RGB, {"quality": 10}, {"quality": 90}),
        (".avif", DEEP >> 4, {"quality": 10}, {"quality": 90}),
        (".jpg", RGB, {"quality": 10}, {"quality": 95}),
        (".jpg", DEEP >> 4, {"bits": 12, "quality": 10}, {"bits": 12, "quality": 95}),
        (".webp", RGB, {"quality": 5}, {"quality": 95}),
    ],
)
def test_more_quality_is_nearer_and_larger(extension, image, few, many) -> None:
    poor, rich = written(image, extension, **few), written(image, extension, **many)
    assert len(poor) < len(rich)
    assert 0 < error(rich, image) < error(poor, image)


@pytest.mark.parametrize(
    ("extension", "image", "options"),
    [
        (".png", DEEP, {"level": 0}),
        (".png", DEEP, {"level": 9, "strategy": "filtered", "filter": "paeth"}),
        (".jxl", DEEP, {"effort": 1, "decoding_speed": 4, "threads": 1}),
        (".jxl", DEEP, {"container": True}),
        (".jp2", DEEP, {"resolutions": 2, "mct": False}),
        (".jp2", DEEP, {"codestream": True, "threads": 2}),
        (".jp2", DEEP >> 3, {"bits": 13}),
        (".jxl", DEEP >> 6, {"bits": 10}),
        (".jhc", DEEP, {"tile": (32, 32), "resolutions": 2, "rgb": False}),
        (".avif", RGB, {"lossless": True, "speed": 10, "threads": 1}),
        (".jpg", RGB, {"lossless": True, "predictor": 4}),
        (".jpg", DEEP, {"lossless": True, "bits": 16}),
        (".jpg", DEEP >> 5, {"lossless": True, "bits": 11}),
        (".webp", RGB, {"lossless": True, "method": 6, "threads": 2}),
    ],
)
def test_options_that_lose_nothing(extension, image, options) -> None:
    data = written(image, extension, **options)
    np.testing.assert_array_equal(iio.imread(data, plugin="codecs"), image)


def test_options_that_change_the_file() -> None:
    assert len(written(DEEP, ".png", level=9)) < len(written(DEEP, ".png", level=0))
    assert written(RGB, ".jxl")[:2] == b"\xff\x0a"
    assert written(RGB, ".jxl", container=True)[4:8] == b"JXL "
    assert written(RGB, ".j2k")[:4] == written(RGB, ".jp2", codestream=True)[:4]
    assert len(written(RGB, ".jpg", optimize=True)) < len(written(RGB, ".jpg"))
    assert len(written(RGB, ".jpg", subsampling="444")) > len(written(RGB, ".jpg"))
    assert written(RGB, ".jpg", smoothing=50) != written(RGB, ".jpg")
    assert len(written(RGB, ".avif", subsampling="420")) < len(written(RGB, ".avif"))


@pytest.mark.parametrize(
    ("extension", "image", "options"),
    [
        (".png", DEEP, {"level": 10}),
        (".png", DEEP, {"level": True}),
        (".png", DEEP, {"filter": "best"}),
        (".png", DEEP, {"strategy": 3}),
        (".png", DEEP, {"duration": -1}),
        (".png", DEEP, {"loop": 1.5}),
        (".jxl", RGB, {"distance": 0}),
        (".jxl", RGB, {"lossless": True, "distance": 1}),
        (".jxl", RGB, {"lossless": 1}),
        (".jxl", RGB, {"effort": 11}),
        (".jxl", RGB, {"bits": 0}),
        (".jp2", RGB, {"psnr": 40, "reversible": True}),
        (".jhc", RGB, {"tile": (16,)}),
        (".jhc", RGB, {"tile": 16}),
        (".jp2", RGB, {"resolutions": 0}),
        (".jhc", RGB, {"quantization": 1}),
        (".jls", RGB, {"near": -1}),
        (".jxr", RGB, {"quality": 101}),
        (".avif", RGB, {"bits": 10}),
        (".avif", DEEP, {"bits": 8}),
        (".avif", RGB, {"lossless": True, "quality": 3}),
        (".avif", RGB, {"lossless": True, "subsampling": "420"}),
        (".avif", RGB, {"codec": "x264"}),
        (".jpg", RGB, {"quality": 0}),
        (".jpg", RGB, {"bits": 10}),
        (".jpg", RGB, {"predictor": 3}),
        (".jpg", RGB, {"lossless": True, "quality": 90}),
        (".webp", RGB, {"lossless": True, "quality": 3}),
    ],
)
def test_values_that_are_refused(extension, image, options, tmp_path) -> None:
    path = tmp_path / f"x{extension}"
    path.write_bytes(b"before")
    with pytest.raises(iio.OptionError, match=f"({'|'.join(options)})="):
        iio.imwrite(path, image, plugin="codecs", **options)
    assert path.read_bytes() == b"before"


@pytest.mark.parametrize(
    ("extension", "image", "options"),
    [
        (".avif", DEEP, {}),
        (".jxl", DEEP, {"bits": 10}),
        (".jp2", DEEP, {"bits": 10}),
        (".jpg", DEEP, {"bits": 12}),
        (".jpg", DEEP, {"lossless": True, "bits": 12}),
    ],
)
def test_values_of_too_many_bits(extension, image, options) -> None:
    with pytest.raises(iio.EncodeError, match=r"65535|bits a sample"):
        written(image, extension, **options)


def test_deep_jpeg_is_only_written_if_it_is_asked_for() -> None:
    for image in (DEEP, DEEP >> 4, DEEP[..., 0]):
        with pytest.raises(iio.EncodeError, match="JPEG holds uint8"):
            written(image, ".jpg")
        with pytest.raises(iio.EncodeError):
            iio.imwrite("<bytes>", image, extension=".jpg")


@pytest.mark.parametrize("extension", [".jxl", ".jp2", ".jxr", ".avif", ".qoi", ".webp", ".jls"])
def test_empty_images_and_second_ones(extension: str) -> None:
    with pytest.raises(iio.EncodeError):
        written(RGB[:0], extension, is_batch=False)
    with pytest.raises(iio.EncodeError, match="holds one image"):
        written(np.stack([RGB, RGB]), extension)


@pytest.mark.parametrize("extension", [".webp", ".avif"])
def test_alpha_that_is_opaque_everywhere(extension: str) -> None:
    image = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    if extension == ".avif":
        with pytest.warns(iio.IIOWarning, match="every pixel is opaque"):
            data = written(image, extension, lossless=True)
        np.testing.assert_array_equal(iio.imread(data, plugin="codecs"), RGB)
    else:
        data = written(image, extension, lossless=True)
        np.testing.assert_array_equal(iio.imread(data, plugin="codecs"), image)
