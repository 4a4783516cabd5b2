"""Headers that lie: limits are checked before the codecs take memory, and noise is an error."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from codecs_hostile import EXTENSIONS, RGB, seeds, survive, written
from codecs_samples import FILES, picture
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iio_core as iio


def lying(extension: str) -> bytes:
    """Return a file whose header declares 60,000 x 60,000 pixels, or as many as it can."""
    data = bytearray(written(extension))
    big, size = (60_000).to_bytes(4, "big"), (60_000).to_bytes(2, "big")
    if extension == ".png":
        import zlib

        data[16:24] = big + big
        data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    elif extension == ".qoi":
        data[4:12] = big + big
    elif extension in (".jpg", ".jls"):
        at = data.index(b"\xff\xf7" if extension == ".jls" else b"\xff\xc0")
        data[at + 5 : at + 9] = size + size
    elif extension in (".jp2", ".j2k", ".jhc"):
        at = data.index(b"\xff\x4f\xff\x51")
        data[at + 8 : at + 16] = big + big
        data[at + 24 : at + 32] = big + big
    elif extension == ".jxr":
        little = (60_000).to_bytes(4, "little")
        for tag in (b"\x80\xbc", b"\x81\xbc"):
            at = data.index(tag)
            data[at + 2 : at + 12] = b"\x04\0\x01\0\0\0" + little
    elif extension == ".avif":
        at = data.index(b"ispe")
        data[at + 8 : at + 16] = big + big
    elif extension == ".jxl":
        # Not small, a height of 30 bits, no ratio, a width of 30 bits.
        bits = 0 | 3 << 1 | 59_999 << 3 | 0 << 33 | 3 << 36 | 59_999 << 38 | 1 << 68
        data[2:12] = bits.to_bytes(10, "little")
    return bytes(data)


LYING = (".png", ".qoi", ".jpg", ".jls", ".jp2", ".j2k", ".jhc", ".jxr", ".avif", ".jxl")


@pytest.mark.parametrize("extension", LYING)
def test_a_size_beyond_the_limits(extension: str) -> None:
    data = lying(extension)
    with iio.limits(ratio=0):
        for call in (iio.imread, lambda d, **how: list(iio.imiter(d, **how))):
            with pytest.raises(iio.LimitError, match="60000, 60000"):
                call(data, plugin="codecs", extension=extension)
    with pytest.raises(iio.OptionError, match="the image has"):
        iio.imread(data, plugin="codecs", extension=extension, out=np.empty_like(RGB))


@pytest.mark.timing
@pytest.mark.parametrize("extension", LYING)
def test_a_size_within_the_limits_that_is_not_true(extension: str) -> None:
    data = lying(extension)
    with pytest.raises(iio.IIOError):
        iio.imread(data, plugin="codecs", extension=extension)


def test_the_canvas_of_an_animation_is_charged() -> None:
    from codecs_samples import apng

    data = apng([RGB, RGB], 2, [(0, 0, 1, 0, 0)] * 2)
    with iio.limits(array_bytes=1000, ratio=0), pytest.raises(iio.LimitError):
        iio.imread(data, plugin="codecs", index=1)
    out = np.empty_like(RGB)
    assert iio.imread(data, plugin="codecs", index=1, out=out) is out


def test_webp_whose_canvas_is_not_its_image() -> None:
    data = bytearray(written(".webp", metadata={"xmp": b"<x/>"}))
    data[24:27] = (500).to_bytes(3, "little")
    with pytest.raises(iio.DecodeError, match="canvas"):
        iio.imread(bytes(data), plugin="codecs")


def test_animations_are_left_to_others() -> None:
    from codecs_samples import by_pillow
    from PIL import Image

    frames = [Image.fromarray(np.roll(RGB, i, 1)) for i in range(3)]
    data = by_pillow(RGB, "WEBP", save_all=True, append_images=frames)
    with pytest.raises(iio.NoPluginError, match="animation"):
        iio.imread(data, plugin="codecs")


@pytest.mark.parametrize(
    "name",
    [
        "uint16-3.jxr",
        "uint16-4.jxr",
        "uint16-3.jp2",
        "uint16-3.j2c",
        "uint16-3.jxl",
        "uint8-4.avif",
    ],
)
def test_bytes_behind_the_end_do_no_harm(name: str) -> None:
    dtype, channels = name.partition(".")[0].split("-")
    data = (FILES / name).read_bytes()
    image = iio.imread(data, plugin="codecs")
    np.testing.assert_array_equal(image, picture(dtype, int(channels)))
    if name != "uint16-3.jp2":
        np.testing.assert_array_equal(iio.imread(data + b"\0" * 9, plugin="codecs"), image)


SEEDS = {name: (format, data) for format in EXTENSIONS for name, data in seeds(format).items()}
changes = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 255), st.sampled_from("=+-")), max_size=6
)


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=changes, cut=st.integers(0, 60))
def test_noise_in_headers_is_an_error_of_iio(name: str, changes: list, cut: int) -> None:
    """What is changed, put in or left out anywhere in the first bytes: no other error comes out."""
    format, seed = SEEDS[name]
    data = bytearray(seed)
    for place, value, what in changes:
        if what == "=":
            data[place : place + 1] = bytes([value])
        elif what == "+":
            data[place:place] = bytes([value])
        else:
            del data[place : place + 1 + value % 4]
    if cut % 3 == 0:
        del data[len(data) - cut :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        survive(bytes(data), format)


@pytest.mark.parametrize("name", SEEDS)
def test_files_are_sound_before_they_are_changed(name: str) -> None:
    format, data = SEEDS[name]
    assert survive(data, format, pixels=True)
