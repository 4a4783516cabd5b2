"""What a format cannot hold is refused or told, unless the caller has said that it is meant."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import iio_core as iio

NOISE = np.random.default_rng(5).integers(0, 256, (48, 40, 3)).astype(np.uint8)
FEW = NOISE // 64 * 64
HALF = np.dstack([FEW, np.full((48, 40), 100, np.uint8)])


def write(extension, image, **options):
    return iio.imwrite("<bytes>", image, extension=extension, **options)


@pytest.mark.parametrize("extension", [".gif", ".blp", ".palm"])
def test_colors_that_are_lost(extension):
    with pytest.warns(iio.IIOWarning, match="256 colors.*mode='P'") as caught:
        write(extension, NOISE)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(extension, NOISE, mode="P")
        write(extension, FEW)


@pytest.mark.parametrize(
    "options", [{"palettesize": 256}, {"dither": True}, {"dither": False}, {"mode": "RGB"}]
)
def test_options_of_a_gif_that_say_that_loss_is_meant(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(".gif", NOISE, **options)


def test_degrees_of_transparency():
    with pytest.warns(iio.IIOWarning, match="partly transparent") as caught:
        write(".gif", [HALF] * 3)
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(".gif", HALF, mode="RGBA")
        for alpha in (0, 255):
            write(".gif", np.dstack([FEW, np.full((48, 40), alpha, np.uint8)]))


def test_one_warning_for_a_file():
    with pytest.warns(iio.IIOWarning, match="colors") as caught:
        write(".gif", [FEW, NOISE, NOISE[::-1]])
    assert len(caught) == 1


@pytest.mark.parametrize(("extension", "mode"), [(".png", "L"), (".png", "RGB"), (".gif", "P")])
def test_16_bits_are_scaled_to_8(extension, mode):
    wide = np.array([[0, 128, 129, 257, 40000, 65535]], np.uint16)
    back = iio.imread(write(extension, wide, mode=mode), index=0)
    values = back if back.ndim == 2 else back[..., 0]
    np.testing.assert_array_equal(values, np.round(wide / 257).astype(np.uint8))


@pytest.mark.parametrize("dtype", ["float32", "int32"])
@pytest.mark.parametrize("mode", ["L", "RGB", "1", "I;16", "P"])
def test_what_would_be_cut_off_is_refused(dtype, mode):
    image = np.full((4, 4), 70000, dtype)
    with pytest.raises(iio.EncodeError, match="cut its values off"):
        write(".tif", image, mode=mode)


def test_whole_numbers_may_become_floats():
    image = np.arange(16, dtype=np.int32).reshape(4, 4)
    np.testing.assert_array_equal(iio.imread(write(".tif", image, mode="F")), image)


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ({"duration": 0.1}, [10, 10, 10]),
        ({"duration": [0, 4, 200]}, [0, 10, 200]),
        ({"metadata": {"duration": 0.7}}, [10, 10, 10]),
    ],
)
def test_gif_times_that_are_too_short_are_told_once(options, stored):
    with pytest.warns(iio.IIOWarning, match="hundredths of a second.*duration=100") as caught:
        data = write(".gif", [FEW, FEW, FEW], **options)
    assert len(caught) == 1
    assert iio.immeta(data, index=...)["durations"] == stored


def test_gif_times_from_fps_that_are_too_short_name_no_duration():
    with pytest.warns(iio.IIOWarning, match="hundredths of a second") as caught:
        write(".gif", [FEW], fps=150)
    assert "duration=" not in str(caught[0].message)


@pytest.mark.parametrize(
    ("milliseconds", "stored"),
    [(0, [0, 0]), (10, [10, 10]), (15, [20, 10])],  # of each the nearest, and of all
)
def test_gif_times_that_can_be_stored_are_not_told(milliseconds, stored):
    data = write(".gif", [FEW, FEW], duration=milliseconds)
    assert iio.immeta(data, index=...)["durations"] == stored


@pytest.mark.parametrize(
    ("extension", "channels", "dtype", "mode"),
    [
        (".xbm", 3, "uint8", "1"),
        (".msp", 3, "uint8", "1"),
        (".spi", 3, "uint8", "F"),
        (".icns", 3, "uint8", "RGBA"),
        (".jpg", 4, "uint8", "RGB"),
        (".png", 3, "uint16", None),
        (".tif", 3, "float32", None),
    ],
)
def test_a_mode_is_advised_only_if_it_helps(extension, channels, dtype, mode):
    image = np.zeros((16, 16, channels), dtype)
    with pytest.raises(iio.EncodeError, match="without loss it holds") as caught:
        write(extension, image, plugin="pillow")
    if mode is None:
        assert "mode=" not in str(caught.value)
    else:
        one = {"is_batch": False} if mode in ("1", "F") else {}
        advice = f"mode={mode!r}" + (", is_batch=False." if one else ".")
        assert advice in str(caught.value)
        assert write(extension, image, plugin="pillow", mode=mode, **one)


@pytest.mark.parametrize(
    ("shape", "options", "told"),
    [
        ((2, 8, 8, 3), {"is_batch": False}, r"4 axes is a batch .* is_batch=False contradicts"),
        ((2, 2, 8, 8, 3), {}, r"4 axes is a batch .* each image of a batch has 2 axes or 3"),
        ((0, 8, 3), {}, "at least one pixel"),
    ],
)
@pytest.mark.parametrize("extension", [".png", ".gif", ".jpg"])
def test_a_batch_that_is_called_one_image_is_told_so(extension, shape, options, told):
    with pytest.raises(iio.EncodeError, match=told):
        write(extension, np.zeros(shape, np.uint8), **options)


@pytest.mark.parametrize(
    ("shape", "dtype", "extension", "advice"),
    [
        ((4, 5), bool, ".jpg", "mode='L'."),
        ((4, 5), bool, ".webp", "mode='RGB'."),
        ((4, 5), "int16", ".png", "astype('uint8') (or to 0..65535, and 'uint16')."),
        ((4, 5, 3), "int16", ".png", "astype('uint8')."),
        ((4, 5), "int8", ".png", "astype('uint8')."),
        ((4, 5, 1), "uint8", ".png", "image[..., 0]."),
    ],
)
def test_the_way_out_loses_no_more_than_it_must(shape, dtype, extension, advice):
    image = np.zeros(shape, dtype)
    with pytest.raises(iio.EncodeError) as caught:
        iio.imwrite("<bytes>", image, extension=extension, is_batch=False)
    assert str(caught.value).endswith(advice)
