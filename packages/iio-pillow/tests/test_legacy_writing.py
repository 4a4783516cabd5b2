"""The options for saving of imageio 2.9 (section 3.2.11), looked at in the files by Pillow."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin
from test_round_trips import smooth

import iio_core as iio
import iio_core.v2 as imageio

GRAY, RGB, RGBA = (smooth("uint8", n) for n in (1, 3, 4))
NOISE = np.random.default_rng(5).integers(0, 256, (48, 40, 3)).astype(np.uint8)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
EXIF = Image.Exif()
EXIF[0x010F] = "a camera"


def write(image: Any, name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    imageio.imwrite(file, image, format=f"{name}-PIL", **options)
    return file.getvalue()


def look(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def delays(data: bytes) -> list[int]:
    """Return the delays of a GIF's frames in hundredths of a second, off its control blocks."""
    found, at = [], 0
    while (at := data.find(b"\x21\xf9\x04", at)) >= 0:
        if data[at + 7] == 0 and data[at + 8] in b"\x2c\x21":
            found.append(struct.unpack_from("<H", data, at + 4)[0])
        at += 8
    return found


def chunk(data: bytes, kind: bytes) -> bytes:
    """Return the content of a chunk of a PNG."""
    at = 8
    while data[at + 4 : at + 8] != kind:
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    return data[at + 8 : at + 8 + int.from_bytes(data[at : at + 4], "big")]


# PNG


def test_png_is_compressed_as_much_as_can_be():
    sizes = {level: len(write(NOISE // 16, "PNG", compress_level=level)) for level in (0, 1, 9)}
    assert sizes[0] > sizes[1] > sizes[9]
    assert write(NOISE // 16, "PNG") == write(NOISE // 16, "PNG", compress_level=9)
    # The name of FreeImage's option wins.
    assert len(write(NOISE // 16, "PNG", compression=0, compress_level=9)) == sizes[0]
    assert len(write(NOISE // 16, "PNG", optimize=True, compress_level=0)) <= sizes[9]


@pytest.mark.parametrize("quantize", [1, 2, 3, 8, 16, 20, 128, 256])
@pytest.mark.parametrize(
    "image",
    [NOISE[..., 0], NOISE, np.dstack([NOISE, NOISE[..., 0] | 128])],
    ids=["gray", "rgb", "rgba"],
)
def test_png_quantize(quantize, image):
    picture = look(write(image, "PNG", quantize=quantize, bits=8))
    assert picture.mode == "P"
    colors = picture.convert("RGBA").getcolors()
    assert quantize // 3 < len(colors) <= quantize


@pytest.mark.parametrize(("bits", "stored"), [(1, 1), (2, 2), (3, 4), (4, 4), (8, 8)])
def test_png_bits(bits, stored):
    data = write(RGB, "PNG", bits=bits)
    assert chunk(data, b"IHDR")[8:10] == bytes([stored, 3])  # bits a sample; a palette
    assert len(look(data).getcolors()) <= 2**bits


def test_png_dpi_profile_text_and_transparency():
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "a test")
    image = look(write(GRAY, "PNG", dpi=(300, 150), icc_profile=PROFILE, pnginfo=info))
    assert np.allclose(image.info["dpi"], (300, 150), atol=0.02)
    assert image.info["icc_profile"] == PROFILE
    assert image.info["Title"] == "a test"
    assert look(write(GRAY, "PNG", transparency=7)).info["transparency"] == 7
    assert look(write(RGB, "PNG", transparency=(1, 2, 3))).info["transparency"] == (1, 2, 3)


def test_png_dictionary():
    words = bytes(range(64))
    data = write(GRAY, "PNG", dictionary=words)
    packed = chunk(data, b"IDAT")
    assert packed[1] & 0x20  # RFC 1950, section 2.2: FDICT, a preset dictionary
    rows = zlib.decompressobj(zdict=words).decompress(packed)
    assert len(rows) == GRAY.size + len(GRAY)


def test_png_of_sixteen_bits():
    small = GRAY.astype(np.uint16)
    assert np.array_equal(look(write(small, "PNG")), GRAY)
    assert look(write(small, "PNG")).mode == "L"
    kept = look(write(small, "PNG", prefer_uint8=False))
    assert kept.mode == "I;16" and np.array_equal(np.asarray(kept), small)
    large = GRAY.astype(np.uint16) * 257
    assert np.array_equal(np.asarray(look(write(large, "PNG"))), large)
    with pytest.warns(UserWarning, match="uint8"):
        assert look(write(large, "PNG", quantize=16)).mode == "P"
    color = RGB.astype(np.uint16)
    assert np.array_equal(look(write(color, "PNG")), RGB)


# JPEG and JPEG 2000


def test_jpeg_quality():
    sizes = [len(write(NOISE, "JPEG", quality=quality)) for quality in (10, 75, 100)]
    assert sizes == sorted(set(sizes))
    assert write(NOISE, "JPEG", quality=75) == write(NOISE, "JPEG")
    assert write(NOISE, "JPEG", quality=90.5) == write(NOISE, "JPEG", quality=90)


def test_jpeg_encoding():
    assert look(write(RGB, "JPEG", progressive=True)).info["progressive"]
    assert "progressive" not in look(write(RGB, "JPEG", progressive=0)).info
    assert len(write(RGB, "JPEG", optimize=True)) < len(write(RGB, "JPEG"))
    (full, *_), *_ = look(write(RGB, "JPEG", subsampling="4:4:4")).layer, None
    assert full[1:3] == (1, 1)
    assert look(write(RGB, "JPEG", subsampling="4:2:0")).layer[0][1:3] == (2, 2)
    table = list(range(1, 65))
    assert sorted(look(write(RGB, "JPEG", qtables=[table])).quantization[0]) == table


def test_jpeg_metadata():
    image = look(write(RGB, "JPEG", dpi=(300, 150), icc_profile=PROFILE, exif=EXIF.tobytes()))
    assert image.info["dpi"] == (300, 150)
    assert image.info["icc_profile"] == PROFILE
    assert image.getexif()[0x010F] == "a camera"


@pytest.mark.parametrize("tags", [{0x010F: "a camera"}, {"Make": "a camera"}])
def test_jpeg_exif_of_a_dictionary(tags):
    assert look(write(RGB, "JPEG", exif=tags)).getexif()[0x010F] == "a camera"


def test_jpeg_exif_of_what_is_no_tag():
    with pytest.raises(iio.OptionError, match="'Maker', which is no tag"):
        write(RGB, "JPEG", exif={"Maker": "a camera"})


def test_jpeg_2000_quality():
    picture = np.repeat(np.repeat(NOISE, 4, axis=0), 4, axis=1)
    assert np.array_equal(look(write(picture, "JPEG2000")), picture)  # nothing said: nothing lost
    for ratio in (10, 40):
        size = len(write(picture, "JPEG2000", quality_mode="rates", quality=ratio))
        assert 0.5 < picture.size / size / ratio < 2
    errors = []
    for decibels in (25, 45):
        written = look(write(picture, "JPEG2000", quality_mode="dB", quality=decibels))
        errors.append(np.square(np.asarray(written, float) - picture).mean())
    assert errors[0] > 4 * errors[1]


# GIF


def test_gif_loop():
    assert look(write_frames()).info["loop"] == 0  # for ever
    assert look(write_frames(loop=3)).info["loop"] == 3


FRAMES = [np.roll(GRAY, i, axis=0) for i in range(3)]


def write_frames(**options: Any) -> bytes:
    file = io.BytesIO()
    imageio.mimwrite(file, FRAMES, format="GIF-PIL", **options)
    assert look(file.getvalue()).n_frames == 3
    return file.getvalue()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [10, 10, 10]),
        ({"fps": 25}, [4, 4, 4]),
        ({"duration": 0.5}, [50, 50, 50]),
        ({"duration": 1}, [100, 100, 100]),
        ({"duration": 0}, [0, 0, 0]),
        ({"duration": [0.1, 0.2, 0.3]}, [10, 20, 30]),
        ({"duration": (0.1, 1, 6)}, [10, 100, 600]),  # the others show that these are seconds
        ({"duration": np.array([0.1, 0.2, 0.3])}, [10, 20, 30]),
        ({"duration": 0.2, "fps": 50}, [20, 20, 20]),
    ],
)
def test_gif_times_are_seconds(options, expected):
    assert delays(write_frames(**options)) == expected


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(15, [1, 2, 1]), (40, [4, 4, 4]), ([100, 200, 300], [10, 20, 30]), ([0, 50, 50], [0, 5, 5])],
)
def test_gif_times_that_are_milliseconds(duration, expected):
    with pytest.warns(iio.IIOWarning, match="taken as milliseconds"):
        data = write_frames(duration=duration)
    assert sum(delays(data)) == pytest.approx(sum(expected), abs=1)
    assert delays(data)[1:] == expected[1:] or duration == 15


@pytest.mark.parametrize("options", [{"fps": 150}, {"duration": 0.005}])
def test_gif_times_that_are_too_short(options):
    with pytest.warns(iio.IIOWarning, match="and is for 10") as caught:
        data = write_frames(**options)
    assert len(caught) == 1
    assert delays(data) == [1, 1, 1]


@pytest.mark.parametrize("name", ["png", "webp"])
def test_times_of_other_animations_are_seconds(name):
    data = io.BytesIO()
    frames = [np.stack([frame] * 3, axis=-1) for frame in FRAMES]
    imageio.mimwrite(data, frames, name, duration=[0.1, 0.2, 0.3])
    assert iio.immeta(data.getvalue(), index=...)["durations"] == [100, 200, 300]
    image = look(data.getvalue())
    assert (image.n_frames, image.info["duration"]) == (3, 100)


def test_gif_times_frame_by_frame():
    file = io.BytesIO()
    with imageio.get_writer(file, "GIF-PIL", duration=[0.1, 0.2, 0.3]) as writer:
        for frame in FRAMES:
            writer.append_data(frame)
    assert delays(file.getvalue()) == [10, 20, 30]


@pytest.mark.parametrize(("size", "held"), [(2, 2), (60, 64), (100, 128), (90, 64), (256, 256)])
def test_gif_palettesize_is_rounded(size, held):
    data = write(NOISE, "GIF", palettesize=size)
    colors = look(data).convert("RGB").getcolors(1 << 16)
    assert held // 2 < len(colors) <= held


def test_gif_subrectangles():
    second = GRAY.copy()
    second[3:6, 4:9] ^= 128
    sizes = []
    for subrectangles in (False, True):
        file = io.BytesIO()
        imageio.mimwrite(file, [GRAY, second], "GIF-PIL", subrectangles=subrectangles)
        sizes.append(len(file.getvalue()))
        image = look(file.getvalue())
        image.seek(1)
        assert np.array_equal(image.convert("L"), second)
    assert sizes[1] < sizes[0]


def test_gif_keeps_transparency():
    image = np.dstack([RGB // 64 * 64, np.where(GRAY > 128, 255, 0).astype(np.uint8)])
    written = np.asarray(look(write(image, "GIF")).convert("RGBA"))
    assert np.array_equal(written[..., 3], image[..., 3])


# Arrays that a format cannot hold


@pytest.mark.parametrize("name", ["PNG", "JPEG", "BMP", "GIF", "PPM"])
def test_floats_become_eight_bits_with_a_warning(name):
    with pytest.warns(UserWarning, match="uint8"):
        data = write(GRAY / 255, name)
    written = np.asarray(look(data).convert("L"), int)
    assert np.abs(written - GRAY).max() <= (12 if name == "JPEG" else 1)


def test_what_a_format_holds_stays_as_it_is():
    values = (GRAY / 255).astype(np.float32)
    assert np.array_equal(np.asarray(look(write(values, "TIFF"))), values)
    assert np.array_equal(np.asarray(look(write(GRAY, "SPIDER"))), GRAY)
    assert np.array_equal(look(write(GRAY[:, :, np.newaxis], "PNG")), GRAY)


def test_sixteen_bits_become_eight_with_a_warning():
    with pytest.warns(UserWarning, match="uint8"):
        data = write(GRAY.astype(np.uint16) * 256, "BMP")
    assert np.array_equal(look(data), GRAY)


@pytest.mark.parametrize("name", ["BMP", "DIB", "PPM"])
def test_alpha_is_left_out_with_a_warning(name):
    with pytest.warns(iio.IIOWarning, match="alpha"):
        data = write(RGBA, name)
    assert np.array_equal(look(data).convert("RGB"), RGBA[..., :3])
    opaque = np.dstack([RGB, np.full_like(GRAY, 255)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.array_equal(look(write(opaque, name)).convert("RGB"), RGB)


@pytest.mark.parametrize("name", ["webp", "qoi"])
def test_gray_becomes_color_where_only_that_is_held(name):
    data = io.BytesIO()
    try:
        imageio.imwrite(data, GRAY, name, **({"lossless": True} if name == "webp" else {}))
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert np.array_equal(look(data.getvalue()), np.stack([GRAY] * 3, axis=-1))


def test_the_mode_that_is_asked_for_says_what_is_meant():
    assert np.array_equal(look(write(RGBA, "BMP", mode="RGB")), RGBA[..., :3])
    assert look(write(RGBA, "JPEG", mode="CMYK")).mode == "CMYK"


@pytest.mark.parametrize("name", ["JPEG", "GIF", "PNG"])
def test_black_and_white(name):
    written = np.asarray(look(write(GRAY > 128, name)).convert("L"), int)
    assert np.abs(written - np.where(GRAY > 128, 255, 0)).max() <= (90 if name == "JPEG" else 0)


def test_alpha_in_a_jpeg_is_refused():
    with pytest.raises(iio.EncodeError, match="JPEG cannot hold"):
        write(RGBA, "JPEG")


@pytest.mark.parametrize("channels", [1, 3])
def test_an_icon_gets_an_opaque_alpha(channels):
    image = np.zeros((32, 32, channels), np.uint8) + np.arange(32, dtype=np.uint8)[:, None, None]
    written = np.asarray(look(write(image, "ICNS")))
    assert np.array_equal(written[..., :channels], image)
    assert written.shape == (32, 32, 4) and (written[..., 3] == 255).all()


# Refused


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("PNG", {"compresion": 9}, "Did you mean 'compression'"),
        ("PNG", {"quality": 9}, "has no option 'quality'"),
        ("PNG", {"compression": 10}, "compress"),
        ("PNG", {"quantize": 257}, "quantize=257"),
        ("PNG", {"quantize": 0}, "quantize=0"),
        ("PNG", {"bits": 9}, "bits=9"),
        ("PNG", {"dictionary": {}}, "dictionary"),
        ("JPEG", {"qualty": 9}, "Did you mean 'quality'"),
        ("JPEG", {"quality": 101}, "quality=101"),
        ("JPEG", {"compress_level": 9}, "has no option 'compress_level'"),
        ("JPEG2000", {"quality_mode": "good"}, "quality_mode='good'"),
        ("GIF", {"palettesize": 257}, "palettesize=257"),
        ("GIF", {"palettesize": "many"}, "palettesize='many'"),
        ("GIF", {"fps": 0}, "fps=0"),
        ("GIF", {"duration": -1}, "duration=-1"),
        ("GIF", {"duration": "0.1"}, "duration='0.1'"),
        ("GIF", {"subrectangle": True}, "Did you mean 'subrectangles'"),
        ("BMP", {"prefer_uint8": True}, "has no option 'prefer_uint8'"),
    ],
)
def test_options_that_are_refused(name, options, words, tmp_path):
    there = tmp_path / "image"
    there.write_bytes(b"as it was")
    with pytest.raises(iio.OptionError, match=words) as caught:
        imageio.imwrite(there, RGB, format=f"{name}-PIL", **options)
    assert isinstance(caught.value, TypeError)
    assert there.read_bytes() == b"as it was"


# Metadata


def test_tags_in_the_exif_group_are_written():
    file = io.BytesIO()
    image = imageio.imread(write(RGB, "JPEG", exif={"Make": "a camera", "Model": "one"}))
    image.meta["EXIF_MAIN"]["Model"] = "two"
    imageio.imwrite(file, image, format="JPEG-PIL")
    exif = look(file.getvalue()).getexif()
    assert (exif[0x010F], exif[0x0110]) == ("a camera", "two")


def test_the_times_of_a_gif_come_back():
    frames = imageio.mimread(write_frames(duration=[0.1, 0.2, 0.3]))
    file = io.BytesIO()
    imageio.mimwrite(file, frames, "GIF-PIL")
    assert delays(file.getvalue()) == [10, 20, 30]
    file = io.BytesIO()
    imageio.mimwrite(file, frames, "GIF-PIL", fps=25)  # what is said counts more
    assert delays(file.getvalue()) == [4, 4, 4]


def test_warnings_are_at_the_line_of_the_script():
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        write(RGBA, "BMP")
        write(RGB, "GIF", duration=100)
    for what in ("holds no alpha channel", "is taken as milliseconds"):
        assert [w.filename for w in told if what in str(w.message)] == [__file__]
