"""The options for reading of imageio 2.9 (section 3.2.11 of its documentation), next to Pillow."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from samples import encode, gray, rgb, rgba

import iio_core as iio
import iio_core.v2 as imageio

GRAY, RGB, RGBA = gray(), rgb(), rgba()
MODES = ("L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "LA", "RGBX", "1")


def png(array: np.ndarray = RGB, **options: Any) -> bytes:
    return encode("PNG", array, **options)


def turned(orientation: int) -> bytes:
    """Return a JPEG of 8 × 16 pixels that says how it was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "a camera"
    picture = np.repeat(np.repeat(RGB[:4, :6], 4, axis=0), 4, axis=1)
    return encode("JPEG", picture, exif=exif, quality=95)


def by_pillow(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("array", [GRAY, RGB, RGBA], ids=["gray", "rgb", "rgba"])
def test_pilmode(mode, array):
    read = imageio.imread(png(array), format="PNG-PIL", pilmode=mode)
    image = by_pillow(png(array))
    expected = np.asarray(image if image.mode == mode else image.convert(mode))
    assert read.dtype == expected.dtype
    assert np.array_equal(read, expected)


@pytest.mark.parametrize("name", ["BMP", "TIFF", "PPM", "TGA", "JPEG"])
def test_pilmode_is_for_all_formats(name):
    data = encode(name, RGB)
    read = imageio.imread(data, format=f"{name}-PIL", pilmode="L")
    assert np.array_equal(read, by_pillow(data).convert("L"))


@pytest.mark.parametrize("array", [GRAY, RGB, RGBA], ids=["gray", "rgb", "rgba"])
def test_as_gray_is_the_luma_in_float32(array):
    read = imageio.imread(png(array), format="PNG-PIL", as_gray=True)
    assert read.dtype == np.float32 and read.shape == (4, 6)
    color = array[..., :3] if array.ndim == 3 else np.stack([array] * 3, axis=-1)
    assert np.allclose(read, color @ [0.299, 0.587, 0.114], atol=0.01)
    assert np.array_equal(imageio.imread(png(array), as_gray=False), array)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr", "1", "I", "HSV"])
def test_as_gray_flattens_what_pilmode_converted(mode):
    read = imageio.imread(png(), format="PNG-PIL", pilmode=mode, as_gray=True)
    expected = np.asarray(by_pillow(png()).convert(mode).convert("F"))
    assert read.dtype == np.float32
    assert np.array_equal(read, expected)
    assert read.flags.writeable and isinstance(read.meta, dict)


def test_as_gray_of_what_has_no_gray_is_refused():
    with pytest.raises(iio.OptionError, match="as_gray=True with pilmode='P'"):
        imageio.imread(png(), format="PNG-PIL", pilmode="P", as_gray=True)


def test_a_mode_that_is_none():
    with pytest.raises(iio.OptionError, match="NEGATIVE"):
        imageio.imread(png(), pilmode="NEGATIVE")


def test_gamma_is_ignored_unless_asked_for():
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", (50_000).to_bytes(4, "big"))
    data = png(GRAY, pnginfo=info)
    for options in ({}, {"ignoregamma": True}):
        assert np.array_equal(imageio.imread(data, format="PNG-PIL", **options), GRAY)
    corrected = imageio.imread(data, format="PNG-PIL", ignoregamma=False)
    assert np.array_equal(corrected, np.rint(np.sqrt(GRAY / 255) * 255))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_comes_upright(orientation):
    from PIL import ImageOps

    data = turned(orientation)
    upright = np.asarray(ImageOps.exif_transpose(by_pillow(data)))
    for options in ({}, {"exifrotate": True}, {"exifrotate": 2}, {"format": "JPEG-PIL"}):
        assert np.array_equal(imageio.imread(data, **options), upright)
    assert np.array_equal(imageio.imread(data, exifrotate=False), by_pillow(data))


def test_a_jpeg_that_was_turned_says_so_no_more():
    upright = imageio.imread(turned(6))
    assert "Orientation" not in upright.meta
    assert imageio.imread(turned(6), exifrotate=False).meta["Orientation"] == 6
    # It is not turned once more when it is written with its metadata and read again.
    copy = io.BytesIO()
    imageio.imwrite(copy, upright, format="JPEG-PIL", exif=upright.meta["exif"])
    assert imageio.imread(copy.getvalue()).shape == upright.shape == (24, 16, 3)


def test_the_exif_group_of_a_jpeg():
    meta = imageio.get_reader(turned(6), "JPEG-PIL").get_meta_data()
    assert meta["EXIF_MAIN"]["Make"] == "a camera"


@pytest.mark.parametrize("array", [GRAY, RGB], ids=["gray", "rgb"])
def test_a_gif_is_always_rgba(array):
    data = encode("GIF", array)
    for read in (
        imageio.imread(data),
        *imageio.mimread(data),
        imageio.get_reader(data).get_data(0),
    ):
        assert np.array_equal(read, by_pillow(data).convert("RGBA"))
    assert np.array_equal(imageio.imread(data, pilmode="RGB"), by_pillow(data).convert("RGB"))


@pytest.mark.parametrize("name", ["GIF", "TIFF"])
def test_several_images(name):
    images = [Image.fromarray(np.roll(GRAY, i)) for i in range(3)]
    data = io.BytesIO()
    images[0].save(data, name, save_all=True, append_images=images[1:])
    read = imageio.mimread(data.getvalue(), f"{name}-PIL", pilmode="L")
    assert [np.array_equal(a, b) for a, b in zip(read, images, strict=True)] == [True] * 3
    gray = imageio.mimread(data.getvalue(), f"{name}-PIL", pilmode="L", as_gray=True)
    assert [(image.dtype, image.shape) for image in gray] == [(np.float32, (4, 6))] * 3


@pytest.mark.parametrize(
    ("name", "option", "close"),
    [
        ("PNG", {"pil_mode": "L"}, "pilmode"),
        ("PNG", {"exifrotate": True}, None),
        ("JPEG", {"exif_rotate": True}, "exifrotate"),
        ("BMP", {"ignoregamma": True}, None),
        ("GIF", {"asgray": True}, "as_gray"),
    ],
)
def test_an_option_that_the_format_does_not_have(name, option, close):
    with pytest.raises(iio.OptionError, match=close and f"Did you mean '{close}'") as caught:
        imageio.imread(encode(name, RGB), format=f"{name}-PIL", **option)
    assert isinstance(caught.value, TypeError)
    assert f"has no option {next(iter(option))!r}" in str(caught.value)


def frames(number: int) -> list[np.ndarray[Any, Any]]:
    return [np.roll(RGB, step, axis=0) for step in range(number)]


@pytest.mark.parametrize("back", [0, 1])
def test_frames_of_an_animated_png_in_any_order(back):
    data = imageio.mimwrite("<bytes>", frames(4), format="png")
    with iio.imopen(data, "r") as file:
        for index in (2, back, 1, 3, back, 2):
            assert np.array_equal(file.read(index=index), frames(4)[index])
            assert file.metadata(index=index)["mode"] == "RGB"


def test_all_frames_of_an_animated_png_with_their_metadata():
    data = imageio.mimwrite("<bytes>", frames(4), format="png", duration=[0.1, 0.2, 0.3, 0.4])
    found = imageio.mimread(data)
    assert all(map(np.array_equal, found, frames(4)))
    assert [image.meta.duration for image in found] == [100, 200, 300, 400]


def test_a_gif_that_is_cut_is_told_behind_its_last_whole_frame():
    data = imageio.mimwrite("<bytes>", frames(4), format="gif")
    cut = data[: 3 * len(data) // 4]
    with pytest.raises(iio.DecodeError, match="is cut behind frame"):
        imageio.mimread(cut)
    with imageio.get_reader(cut) as reader:
        whole = len(reader)
        assert 0 < whole < 4
        images = iter(reader)
        for _ in range(whole):
            next(images)
        with pytest.raises(iio.DecodeError, match="is cut behind frame"):
            next(images)


@pytest.mark.parametrize("name", ["gif", "png", "tif"])
def test_images_in_between_do_not_disturb_an_iteration(name):
    data = imageio.mimwrite("<bytes>", frames(4), format=name)
    with imageio.get_reader(data, name, pilmode="RGB") as reader:
        right = [reader.get_data(index) for index in range(4)]
        for index, image in enumerate(reader):
            assert np.array_equal(image, right[index])
            assert np.array_equal(reader.get_data(3 - index), right[3 - index])
            reader.get_meta_data(index // 2)
