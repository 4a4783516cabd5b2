"""The options of each writer change what they say, or are refused; batches, sessions, durations."""

from __future__ import annotations

import inspect
import io
import struct
import sys
import warnings
from typing import Any

import numpy as np
import pytest
from decoders import by_ffmpeg, pdf_pages, tiff_tags
from PIL import Image
from test_round_trips import smooth

import iio_core as iio
from iio_pillow._backend import pillow_version
from iio_pillow._spec import SPEC
from iio_pillow._webp_chunks import durations as webp_durations
from iio_pillow._writers import WRITERS

FORMATS = {format.name: format for format in SPEC.formats}
GRAY, RGB, RGBA = (smooth("uint8", n) for n in (1, 3, 4))
NOISE = np.random.default_rng(5).integers(0, 256, (48, 40, 3)).astype(np.uint8)
BW = smooth("bool", 1)


def write(extension: str, image: Any, **options: Any) -> bytes:
    try:
        data = iio.imwrite("<bytes>", image, extension=extension, **options)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert isinstance(data, bytes)
    return data


def chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the chunks of a WebP."""
    found, at = {}, 12
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at + 4)
        found[data[at : at + 4]] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


# Options


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_every_option_is_documented_and_has_a_default(name):
    function = WRITERS[name].write
    text = inspect.getdoc(function)
    parameters = list(inspect.signature(function).parameters.values())[2:]
    for parameter in parameters:
        assert parameter.kind is parameter.KEYWORD_ONLY
        assert parameter.default is not parameter.empty
        assert parameter.annotation is not parameter.empty
        lines = [line for line in text.splitlines() if " : " in line and not line.startswith(" ")]
        named = {part.strip() for line in lines for part in line.split(" : ")[0].split(",")}
        assert parameter.name in named, f"{name}: {parameter.name} is not documented"


SMALLER = [
    # extension, image, an option's value, a value for which the file is larger
    (".jpg", NOISE, {"quality": 20}, {"quality": 90}),
    (".jpg", NOISE, {"subsampling": "4:2:0"}, {"subsampling": "4:4:4"}),
    (".jpg", RGB, {"optimize": True}, {}),
    (".jpg", NOISE, {"smooth": 100}, {}),
    (".jpg", NOISE, {}, {"restart_marker_blocks": 1}),
    (".jpg", NOISE, {}, {"restart_marker_rows": 1}),
    (".jpg", NOISE, {"qtables": "web_low"}, {"qtables": "web_maximum"}),
    (".jpg", NOISE, {"streamtype": 1}, {}),
    (".jpg", NOISE, {}, {"comment": b"x" * 99}),
    (".jpg", NOISE, {}, {"extra": b"\xff\xea\0\x06abcd"}),
    (".webp", NOISE, {"quality": 20}, {"quality": 90}),
    (".webp", RGB, {"lossless": True}, {"lossless": True, "quality": 0, "method": 0}),
    (".webp", np.dstack([NOISE, NOISE[..., 0]]), {"alpha_quality": 5}, {"alpha_quality": 100}),
    (".avif", NOISE, {"quality": 20}, {"quality": 95}),
    (".avif", NOISE, {"subsampling": "4:2:0"}, {"subsampling": "4:4:4"}),
    (".heic", NOISE, {"quality": 10}, {"quality": 95}),
    (".heic", NOISE, {"chroma": 420}, {"chroma": 444}),
    (".heic", NOISE, {"subsampling": "4:2:0"}, {"subsampling": "4:4:4"}),
    (".heic", NOISE, {}, {"lossless": True}),
    (".heic", NOISE, {}, {"thumbnails": [16]}),
    (".jxl", NOISE, {"quality": 10}, {"quality": 95}),
    (".jxl", NOISE, {}, {"lossless": True}),
    (".jxl", NOISE, {}, {"use_container": True}),
    (".jp2", NOISE, {"quality": 40}, {"quality": 4}),
    (".jp2", NOISE, {"quality_layers": [40]}, {"quality_layers": [4]}),
    (".jp2", NOISE, {"quality_mode": "dB", "quality": 20}, {"quality_mode": "dB", "quality": 45}),
    (".jp2", NOISE, {}, {"comment": "a comment that is longer than the usual one " * 3}),
    (".jp2", NOISE, {"no_jp2": True}, {}),
    (".jp2", NOISE, {}, {"plt": True}),
    (".tif", GRAY, {"compression": "tiff_lzw"}, {}),
    (".tif", GRAY, {"compression": "deflate"}, {}),
    (".tif", GRAY, {"compression": "packbits"}, {}),
    (".tif", BW, {"compression": "group4"}, {}),
    (".tif", NOISE, {"compression": "jpeg", "quality": 10}, {"compression": "jpeg"}),
    (".tga", GRAY, {"rle": True}, {}),
    (".tga", GRAY, {"compression": "tga_rle"}, {}),
    (".tga", GRAY, {}, {"id_section": b"abc"}),
    (".sgi", GRAY, {"bpc": 1}, {"bpc": 2}),
    (".pdf", NOISE, {"quality": 10}, {"quality": 90}),
    (".png", GRAY, {"compress_level": 9}, {"compress_level": 0}),
    (".png", GRAY, {"bits": 1}, {"bits": 8}),
    (".png", GRAY, {"optimize": True}, {"compress_level": 1}),
    (".gif", NOISE, {"palettesize": 4}, {"palettesize": 256}),
    (".ico", GRAY, {"bitmap_format": "png"}, {"bitmap_format": "bmp"}),
    (".ico", GRAY, {"sizes": [(16, 16)]}, {"sizes": [(16, 16), (24, 24)]}),
]


@pytest.mark.parametrize(("extension", "image", "small", "large"), SMALLER)
def test_option_changes_the_size(extension, image, small, large):
    assert len(write(extension, image, **small)) < len(write(extension, image, **large))


def jpeg_markers(data: bytes) -> list[int]:
    found, at = [], 2
    while data[at + 1] != 0xDA:
        found.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found


def test_jpeg_progressive_and_rgb():
    assert 0xC2 in jpeg_markers(write(".jpg", RGB, progressive=True))
    assert 0xC0 in jpeg_markers(write(".jpg", RGB))
    kept = write(".jpg", RGB, keep_rgb=True)
    start = kept.index(b"\xff\xc0")
    assert [kept[start + 10 + 3 * i] for i in range(3)] == [ord(c) for c in "RGB"]
    assert iio.immeta(write(".jpg", RGB, dpi=(30, 40)))["dpi"] == (30, 40)


def test_webp_exact_keeps_what_is_invisible():
    image = np.dstack([NOISE, np.zeros_like(NOISE[..., 0])])
    kept = iio.imread(write(".webp", image, lossless=True, exact=True))
    np.testing.assert_array_equal(kept, image)
    assert (iio.imread(write(".webp", image, lossless=True)) != image).any()


def test_webp_animation_options():
    frames = [np.roll(NOISE, i, axis=1) for i in range(8)]
    plain = write(".webp", frames)
    assert plain != write(".webp", frames, kmin=1, kmax=2)
    assert plain != write(".webp", frames, allow_mixed=True, quality=1)
    assert plain != write(".webp", frames, method=6)
    background = write(".webp", frames, background=(1, 2, 3, 4), loop=7)
    assert chunks(background)[b"ANIM"] == bytes([3, 2, 1, 4, 7, 0])
    assert chunks(plain)[b"ANIM"][4:] == b"\0\0"
    write(".webp", frames, minimize_size=True)


def test_options_of_animations_on_a_still_are_not_silently_ignored():
    with pytest.warns(iio.IIOWarning, match="kmin, kmax made no difference"):
        write(".webp", RGB, kmin=1, kmax=2)
    with pytest.raises(iio.OptionError, match="stills"):
        write(".webp", [RGB, NOISE[:32, :38]], exact=True)
    with pytest.raises(iio.OptionError, match="contradict"):
        write(".webp", RGB, lossless=True, allow_mixed=True)


def test_avif_options():
    plain = write(".avif", NOISE)
    for options in (
        {"speed": 10},
        {"range": "limited"},
        {"advanced": {"tune": "ssim"}},
        {"max_threads": 1, "quality": 10},
    ):
        assert write(".avif", NOISE, **options) != plain, options
    big = np.tile(NOISE, (12, 12, 1))
    assert write(".avif", big, tile_cols=1, tile_rows=1) != write(".avif", big, autotiling=False)
    write(".avif", RGBA, alpha_premultiplied=True)
    for options in ({"codec": "nosuch"}, {"quality": 101}, {"range": "some"}, {"subsampling": "x"}):
        with pytest.raises(iio.OptionError, match="has to be"):
            write(".avif", NOISE, **options)
    for options in ({"advanced": {"nosuch": "1"}}, {"advanced": [1]}, {"exif": b"x"}):
        with pytest.raises(iio.EncodeError):
            write(".avif", NOISE, **options)


def test_heif_options():
    plain = write(".heic", NOISE)
    assert write(".heic", NOISE, enc_params={"x265:ctu": 16}) != plain
    with_profile = write(".heic", NOISE, save_nclx_profile=True)
    assert write(".heic", NOISE, save_nclx_profile=False) != with_profile
    assert write(".heic", NOISE, color_primaries=9, transfer_characteristics=16) != plain
    assert write(".heic", np.tile(NOISE, (8, 8, 1)), tile_size=128) != write(
        ".heic", np.tile(NOISE, (8, 8, 1))
    )
    with pytest.raises(iio.OptionError, match="lossless"):
        write(".heic", NOISE, lossless=True, quality=3)
    with pytest.raises(iio.OptionError, match="chroma"):
        write(".heic", NOISE, chroma=444, subsampling="4:4:4")
    data = write(".heic", [NOISE, NOISE[:32, :32]], primary_index=1)
    assert iio.immeta(data, index=1)["primary"]


def test_jxl_options():
    plain = write(".jxl", NOISE)
    assert write(".jxl", NOISE, effort=1) != plain
    assert write(".jxl", NOISE, decoding_speed=4) != plain
    assert write(".jxl", NOISE, use_original_profile=True) != plain
    assert write(".jxl", NOISE, num_threads=1) == plain
    exif = Image.Exif()
    exif[0x010E] = "words " * 99
    loose = write(".jxl", NOISE, exif=exif.tobytes())
    assert b"words" in loose
    assert b"words" not in write(".jxl", NOISE, exif=exif.tobytes(), compress_metadata=True)
    assert b"<x/>" in write(".jxl", NOISE, xmp=b"<x/>")
    assert b"jumb!" in write(".jxl", NOISE, jumb=b"jumb!")
    with pytest.raises(iio.OptionError):
        write(".jxl", NOISE, lossless=True, quality=3)


def siz(data: bytes) -> tuple[int, ...]:
    """Return the fields of SIZ: capabilities, sizes and offsets of image and tiles, components."""
    return struct.unpack_from(">H8IH", data, data.index(b"\xff\x51") + 4)


def cod(data: bytes) -> bytes:
    """Return the fields of COD: style, progression, layers, transform, levels, code blocks, ..."""
    at = data.index(b"\xff\x52") + 4
    return data[at : at + int.from_bytes(data[at - 2 : at], "big") - 2]


def test_jpeg2000_options():
    plain = write(".jp2", NOISE)
    assert write(".j2k", NOISE).startswith(b"\xff\x4f\xff\x51")
    assert plain.startswith(b"\0\0\0\x0cjP  ")
    assert write(".j2k", NOISE, no_jp2=False).startswith(b"\0\0\0\x0cjP  ")
    assert (cod(plain)[4], cod(plain)[9]) == (0, 1)
    assert cod(write(".jp2", NOISE, irreversible=True))[9] == 0
    assert cod(write(".jp2", NOISE, mct=1))[4] == 1
    assert cod(write(".jp2", NOISE, num_resolutions=3))[5] == 2
    assert cod(write(".jp2", NOISE, progression="CPRL"))[1] == 4
    assert cod(write(".jp2", NOISE, codeblock_size=(16, 8)))[6:8] == bytes([2, 1])
    assert cod(write(".jp2", NOISE, precinct_size=(64, 64)))[0] & 1
    assert siz(write(".jp2", NOISE, tile_size=(16, 24)))[5:7] == (16, 24)
    moved = siz(write(".jp2", NOISE, offset=(8, 4), tile_size=(32, 32), tile_offset=(2, 1)))
    assert moved[3:5] == (8, 4)
    assert moved[7:9] == (2, 1)
    layers = write(".jp2", NOISE, quality_layers=[40, 10, 2])
    assert int.from_bytes(cod(layers)[2:4], "big") == 3
    signed = write(".jp2", GRAY, signed=True)
    assert signed[signed.index(b"\xff\x51") + 40] & 0x80
    cinema = np.zeros((1080, 2048, 3), np.uint8)
    assert cod(write(".jp2", cinema, cinema_mode="cinema2k-24")) != cod(write(".jp2", cinema))
    for options in (
        {"progression": "none"},
        {"cinema_mode": "x"},
        {"quality_layers": ["x"]},
        {"quality_mode": "x"},
    ):
        with pytest.raises(iio.IIOError):
            write(".jp2", NOISE, **options)
    with pytest.raises(iio.OptionError):
        write(".jp2", NOISE, quality=3, quality_layers=[3])


def test_tiff_options():
    tags = tiff_tags(
        write(
            ".tif",
            GRAY,
            description="a picture",
            software="words",
            date_time="2020:01:02 03:04:05",
            artist="somebody",
            copyright="nobody",
            resolution=300,
            resolution_unit="cm",
        )
    )
    text = {number: tags[number][0].rstrip(b"\0") for number in (270, 305, 306, 315, 33432)}
    assert text[270] == b"a picture"
    assert text[305] == b"words"
    assert text[306] == b"2020:01:02 03:04:05"
    assert text[315] == b"somebody"
    assert text[33432] == b"nobody"
    assert tags[296] == [3]
    assert struct.unpack("<II", tags[282][0]) == struct.unpack("<II", tags[283][0]) == (300, 1)
    tags = tiff_tags(write(".tif", GRAY, dpi=(30, 40)))
    assert (tags[296], tags[282][0][:4], tags[283][0][:4]) == ([2], b"\x1e\0\0\0", b"\x28\0\0\0")
    tags = tiff_tags(write(".tif", GRAY, x_resolution=5, y_resolution=6, resolution_unit=2))
    assert (tags[282][0][:4], tags[283][0][:4]) == (b"\5\0\0\0", b"\6\0\0\0")
    assert tiff_tags(write(".tif", GRAY, tiffinfo={65000: "mine"}))[65000][0][:4] == b"mine"
    many = tiff_tags(write(".tif", NOISE, compression="lzw", strip_size=1000))
    assert len(many[273]) > len(tiff_tags(write(".tif", NOISE, compression="lzw"))[273])


@pytest.mark.parametrize("compression", ["zstd", "lzma", "jpeg", "deflate", "lzw"])
def test_tiff_compressions(compression):
    codes = {"zstd": 50000, "lzma": 34925, "jpeg": 7, "deflate": 8, "lzw": 5}
    try:
        data = write(".tif", NOISE, compression=compression)
    except iio.EncodeError:
        assert compression in ("zstd", "lzma")
        pytest.skip(f"the libtiff of this Pillow has no {compression}")
    assert tiff_tags(data)[259] == [codes[compression]]
    assert np.abs(iio.imread(data).astype(int) - NOISE).mean() < 60


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"compression": "nosuch"}, "it has to be .*packbits"),
        ({"quality": 3}, "compressed"),
        ({"strip_size": 99}, "compressed"),
        ({"compression": "lzw", "quality": 3}, "for compression='jpeg'"),
        ({"compression": "jpeg", "quality": 101}, "from 0 to 100"),
    ],
)
def test_tiff_options_that_pillow_would_ignore(options, words):
    with pytest.raises(iio.OptionError, match=words):
        write(".tif", GRAY, **options)


def test_tiff_page_that_cannot_be_compressed_is_refused_and_the_rest_kept(tmp_path):
    with iio.imopen(tmp_path / "a.tif", "w") as file:
        file.write(GRAY)
        with pytest.raises(iio.EncodeError):
            file.write(GRAY, compression="group4")
        file.write(BW, compression="group4")
    assert [page.dtype.name for page in iio.imiter(tmp_path / "a.tif")] == ["uint8", "bool"]


@pytest.mark.parametrize("compression", [None, "lzw"])
def test_big_tiff(compression):
    pages = [GRAY, NOISE, BW]
    data = write(".tif", pages, big_tiff=True, compression=compression)
    assert data[:4] == b"II+\0"
    assert data[4:8] == b"\x08\0\0\0"
    for page, back in zip(pages, iio.imiter(data), strict=True):
        np.testing.assert_array_equal(back, page)
    with iio.imopen("<bytes>", "w", extension=".tif") as file:
        file.write(GRAY)
        with pytest.raises(iio.OptionError, match="big_tiff"):
            file.write(GRAY, big_tiff=True)


def test_tga_options():
    top = write(".tga", RGB, orientation=1)
    assert top[17] & 0x20
    np.testing.assert_array_equal(iio.imread(top, extension=".tga"), RGB)
    assert write(".tga", RGB, id_section=b"abc")[18:21] == b"abc"
    assert write(".tga", RGB, rle=True)[2] == 10
    np.testing.assert_array_equal(iio.imread(write(".tga", RGB, rle=True), extension=".tga"), RGB)
    for options in (
        {"compression": "zip"},
        {"orientation": 3},
        {"id_section": bytes(256)},
        {"compression": "tga_rle", "rle": False},
    ):
        with pytest.raises(iio.OptionError):
            write(".tga", RGB, **options)
    with pytest.raises(iio.EncodeError):
        write(".tga", BW, rle=True)


def test_small_options():
    assert struct.unpack_from("<ii", write(".bmp", RGB, dpi=(254, 127)), 38) == (10000, 5000)
    assert struct.unpack_from("<ii", write(".dib", RGB, dpi=(254, 127)), 24) == (10000, 5000)
    assert b"_x_hot 3\n" in write(".xbm", BW, hotspot=(3, 4))
    assert write(".blp", RGB, blp_version="BLP1")[:4] == b"BLP1"
    np.testing.assert_array_equal(iio.imread(write(".blp", RGB, blp_version="BLP1")), RGB)
    for extension, options in (
        (".sgi", {"bpc": 3}),
        (".blp", {"blp_version": "BLP3"}),
        (".qoi", {"colorspace": "CMYK"}),
        (".dds", {"pixel_format": "BC9"}),
        (".ico", {"bitmap_format": "gif"}),
        (".icns", {"sizes": [17]}),
        (".pdf", {"resolution": 3, "dpi": (3, 3)}),
    ):
        with pytest.raises(iio.OptionError):
            write(extension, RGBA if extension == ".icns" else RGB, **options)


def test_qoi_color_space():
    assert write(".qoi", RGB)[13] == 0
    assert write(".qoi", RGB, colorspace="linear")[13] == 1


@pytest.mark.parametrize("pixel_format", ["DXT1", "DXT3", "DXT5", "BC2", "BC3", "BC5"])
def test_dds_compression(pixel_format):
    if pillow_version() < (11, 3):
        with pytest.raises(iio.OptionError, match=r"11\.3"):
            write(".dds", RGB, pixel_format=pixel_format)
        return
    data = write(".dds", RGB, pixel_format=pixel_format)
    code = pixel_format if pixel_format.startswith("DXT") else "DX10"
    assert data[84:88] == code.encode()
    back = iio.imread(data)
    assert np.abs(back[..., :2].astype(int) - RGB[..., :2]).mean() < 10


def test_png_options():
    assert write(".png", GRAY, bits=2)[24] == 2
    assert b"tRNS" in write(".png", GRAY, transparency=9)
    assert b"pHYs" in write(".png", GRAY, dpi=(72, 72))
    assert write(".png", GRAY, compress_type=2) != write(".png", GRAY)
    with pytest.raises(iio.OptionError):
        write(".png", GRAY, bits=3)


def test_pdf_options():
    data = write(
        ".pdf",
        [GRAY, RGB],
        dpi=(144, 72),
        **{
            name: f"the {name}"
            for name in ("title", "author", "subject", "keywords", "creator", "producer")
        },
    )
    for name in ("title", "author", "subject", "keywords", "creator", "producer"):
        assert f"/{name.title()} ".encode() in data
    width, height = RGB.shape[1] / 2, RGB.shape[0]
    assert f"[ 0 0 {width} {float(height)} ]".encode() in data
    assert len(pdf_pages(data)) == 2
    import time

    dated = write(".pdf", GRAY, creationDate=time.gmtime(0), modDate=time.gmtime(86400))
    assert b"(D:19700101000000Z)" in dated
    assert b"(D:19700102000000Z)" in dated
    with pytest.raises(iio.OptionError, match="quality"):
        write(".pdf", BW, quality=50)


@pytest.mark.skipif(sys.platform == "win32", reason="the name of a file object has another type")
def test_names_of_temporary_files_do_not_get_into_the_file(tmp_path):
    for extension in (".pdf", ".sgi"):
        iio.imwrite(tmp_path / f"a{extension}", GRAY)
        data = (tmp_path / f"a{extension}").read_bytes()
        assert b"tmp" not in data
        assert b"/Title" not in data
        assert data[24:104].strip(b"\0") == b"" or extension == ".pdf"


def test_no_global_state_of_pillow_is_changed(tmp_path):
    Image.init()
    before = (dict(Image.EXTENSION), dict(Image.SAVE), Image.MAX_IMAGE_PIXELS)
    iio.imwrite(tmp_path / "a.spi", np.zeros((20, 20), np.float32))
    iio.imwrite(tmp_path / "b.strange", np.zeros((20, 20), np.float32), format="SPIDER")
    assert (dict(Image.EXTENSION), dict(Image.SAVE), Image.MAX_IMAGE_PIXELS) == before


# Modes


@pytest.mark.parametrize(
    ("extension", "mode"),
    [
        (".ppm", "RGBA"),  # Pillow drops alpha
        (".avif", "I;16"),  # Pillow cuts to 8 bits
        (".webp", "L"),
        (".spi", "L"),
        (".bmp", "RGBA"),
        (".png", "F"),
        (".jpg", "RGBA"),
        (".png", "nonsense"),
    ],
)
def test_modes_that_a_format_does_not_hold_are_refused(extension, mode):
    with pytest.raises((iio.OptionError, iio.PluginNotInstalledError), match=r"mode|install"):
        iio.imwrite("<bytes>", RGB, extension=extension, mode=mode)


@pytest.mark.parametrize("extension", [".png", ".bmp", ".tif", ".tga", ".pcx", ".gif", ".blp"])
@pytest.mark.parametrize("image", [GRAY, RGB])
def test_palettes_are_exact_where_256_colors_are_enough(extension, image):
    back = iio.imread(write(extension, image, mode="P"), extension=extension)
    back = back[0] if extension == ".gif" else back
    expected = image if back.ndim == image.ndim else np.dstack([image] * 3)
    np.testing.assert_array_equal(back, expected)


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_arrays_are_taken_as_the_mode_that_is_asked_for(mode):
    if mode == "YCbCr" and pillow_version() < (13, 0):
        pytest.skip("Pillow before 13 writes it, but does not read it")
    image = RGBA if mode == "CMYK" else RGB
    np.testing.assert_array_equal(iio.imread(write(".tif", image, mode=mode), mode=mode), image)


# One image, several images


def stills() -> list[str]:
    return [f.name for f in SPEC.formats if f.writes and not f.multiple]


@pytest.mark.parametrize("name", stills())
def test_second_image_for_a_still_is_refused_and_the_first_is_kept(name, tmp_path):
    pixels = FORMATS[name].writes[0]
    image = smooth(pixels.dtype, pixels.channels[0])
    path = tmp_path / f"a{FORMATS[name].extensions[0]}"
    try:
        with iio.imopen(path, "w") as file:
            file.write(image)
            with pytest.raises(iio.EncodeError, match="one image"):
                file.write(image)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert path.stat().st_size


@pytest.mark.parametrize("name", stills())
def test_batch_for_a_still_leaves_no_file(name, tmp_path):
    pixels = FORMATS[name].writes[0]
    image = smooth(pixels.dtype, pixels.channels[0])
    path = tmp_path / f"a{FORMATS[name].extensions[0]}"
    with pytest.raises((iio.EncodeError, iio.PluginNotInstalledError)):
        iio.imwrite(path, [image, image])
    assert not list(tmp_path.iterdir())


MOVING = [".gif", ".png", ".webp", ".avif"]


def moving(count: int = 5) -> np.ndarray:
    """Return frames of few colors that differ."""
    return np.stack([np.roll(smooth("uint8", 3), 5 * i, axis=1) for i in range(count)])


@pytest.mark.parametrize("extension", [*MOVING, ".tif", ".mpo", ".heic"])
@pytest.mark.parametrize("kind", ["array", "list", "generator", "session"])
def test_several_images(extension, kind):
    frames = moving()
    options: dict[str, Any] = {}
    if extension == ".webp":
        options = {"lossless": True}
    if extension == ".heic":
        options = {"lossless": True}
    if kind == "session":
        try:
            with iio.imopen("<bytes>", "w", extension=extension) as file:
                for frame in frames:
                    file.write(frame, **options)
            data = file.getvalue()
        except iio.PluginNotInstalledError as error:
            pytest.skip(str(error))
    else:
        given = {"array": frames, "list": list(frames), "generator": (f for f in frames)}[kind]
        data = write(extension, given, **options)
    back = iio.imread(data, index=..., extension=extension)
    assert back.shape == frames.shape
    if extension in (".avif", ".mpo"):
        assert np.abs(back.astype(int) - frames).mean() < 8
    else:
        np.testing.assert_array_equal(back, frames)


@pytest.mark.parametrize("extension", [".webp", ".avif", ".heic", ".pdf", ".tif", ".gif", ".png"])
def test_an_array_may_be_filled_anew_after_it_was_written(extension):
    shared = (
        np.zeros((32, 40), np.uint8) if extension == ".pdf" else np.zeros((32, 40, 4), np.uint8)
    )

    def filled():
        for value in (40, 120, 200):
            shared[:] = value
            if shared.ndim == 3:
                shared[..., 3] = 255
            yield shared

    data = write(extension, filled())
    if extension == ".pdf":
        pytest.importorskip("av")
        pages = [by_ffmpeg("mjpeg", s, shared.shape, "uint8") for _, s in pdf_pages(data)]
        assert [round(float(page.mean()) / 40) for page in pages] == [1, 3, 5]
        return
    pages = list(iio.imiter(data, extension=extension))
    assert [round(float(page[..., :3].mean()) / 40) for page in pages] == [1, 3, 5]


@pytest.mark.parametrize("extension", MOVING)
@pytest.mark.parametrize(
    "times", [{"duration": 40}, {"duration": 33.4}, {"fps": 30}, {"fps": 12.5}, {}]
)
def test_durations_are_kept(extension, times):
    frames = moving(7)
    data = write(extension, frames, **times)
    expected = times.get("duration", 1000 / times["fps"] if "fps" in times else 100)
    with iio.imopen(data, "r") as file:
        found = [file.metadata(index=i)["duration"] for i in range(7)]
    step = 10 if extension == ".gif" else 1
    assert abs(sum(found) - 7 * expected) <= step
    assert all(abs(value - expected) <= step for value in found)


@pytest.mark.parametrize("extension", MOVING)
def test_each_frame_has_its_duration(extension):
    try:
        with iio.imopen("<bytes>", "w", extension=extension) as file:
            for frame, duration in zip(moving(4), (100, 20, 250, 40), strict=True):
                file.write(frame, duration=duration)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    with iio.imopen(file.getvalue(), "r") as back:
        found = [round(back.metadata(index=i)["duration"]) for i in range(4)]
    assert found == [100, 20, 250, 40]


@pytest.mark.parametrize("extension", MOVING)
@pytest.mark.parametrize("times", [{"duration": -1}, {"fps": 0}, {"fps": 5, "duration": 3}])
def test_times_that_make_no_sense(extension, times):
    with pytest.raises((iio.OptionError, iio.PluginNotInstalledError)):
        iio.imwrite("<bytes>", moving(2), extension=extension, **times)


@pytest.mark.parametrize("extension", [".gif", ".png", ".avif"])
def test_equal_frames_are_kept(extension):
    frames = np.stack([smooth("uint8", 3)] * 4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = write(extension, frames, duration=50)
    assert iio.improps(data, index=...).n_images == 4
    with iio.imopen(data, "r") as file:
        assert [round(file.metadata(index=i)["duration"]) for i in range(4)] == [50] * 4


def test_webp_merges_equal_frames_and_says_so():
    a, b = moving(2)
    with pytest.warns(iio.IIOWarning, match=r"5 images became 2 frames.*\(200 ms\)"):
        data = write(".webp", [a, a, a, b, b], duration=40, lossless=True)
    assert webp_durations(data) == [120, 80]
    np.testing.assert_array_equal(iio.imread(data, index=...), np.stack([a, b]))


@pytest.mark.parametrize("lossless", [False, True])
@pytest.mark.parametrize("channels", [3, 4])
def test_webp_of_equal_frames_keeps_its_time(lossless, channels):
    image = smooth("uint8", channels)
    with pytest.warns(iio.IIOWarning, match=r"4 images became 1 frames.*\(160 ms\)"):
        data = write(
            ".webp",
            [image] * 4,
            duration=40,
            lossless=lossless,
            loop=3,
            background=(9, 8, 7, 6),
            xmp=b"<x/>",
            icc_profile=b"profile!",
        )
    assert webp_durations(data) == [160]
    found = chunks(data)
    assert found[b"ANIM"] == bytes([7, 8, 9, 6, 3, 0])
    assert (found[b"XMP "], found[b"ICCP"]) == (b"<x/>", b"profile!")
    back = iio.imread(data)
    assert back.shape == image.shape
    assert np.abs(back.astype(int) - image).max() <= (0 if lossless else 90)
    assert iio.immeta(data)["duration"] == 160
    with Image.open(io.BytesIO(data)) as other:
        other.load()
        assert other.size == image.shape[1::-1]


@pytest.mark.parametrize("extension", MOVING)
def test_frame_of_another_size_is_refused_and_the_rest_kept(extension):
    a, b = moving(2)
    try:
        with iio.imopen("<bytes>", "w", extension=extension) as file:
            file.write(a)
            with pytest.raises(iio.EncodeError, match=r"size|fit"):
                file.write(a[:-1])
            file.write(b)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    assert iio.improps(file.getvalue(), index=...).n_images == 2


@pytest.mark.parametrize(
    ("extension", "options", "later"),
    [
        (".webp", {"quality": 30}, {"quality": 90}),
        (".webp", {}, {"quality": 90}),
        (".avif", {"speed": 9}, {"speed": 10}),
        (".pdf", {"title": "a"}, {"title": "b"}),
        (".gif", {"loop": 1}, {"loop": 2}),
        (".png", {"loop": 1}, {"loop": 2}),
    ],
)
def test_options_of_the_file_cannot_change(extension, options, later):
    try:
        file = iio.imopen("<bytes>", "w", extension=extension)
    except iio.PluginNotInstalledError as error:
        pytest.skip(str(error))
    a, b = moving(2)
    with file:
        file.write(a, **options)
        with pytest.raises(iio.OptionError, match=next(iter(later))):
            file.write(b, **later)
        file.write(b)
    assert file.written == 2


# Multi-picture files, pages and icons


@pytest.mark.parametrize("count", [1, 2, 3, 5, 40])
def test_mpo_holds_any_number_of_images(count):
    # Pillow 11 reads images of different sizes wrongly.
    grow = pillow_version() >= (12, 0)
    images = [np.full((16 + i * grow, 24), 40 + 5 * i, np.uint8) for i in range(count)]
    exif = Image.Exif()
    exif[0x010E] = "first"
    data = write(".mpo", images, quality=95, exif=exif.tobytes(), xmp=b"<x/>", comment=b"c")
    back = list(iio.imiter(data, extension=".mpo"))
    assert len(back) == count
    for image, found in zip(images, back, strict=True):
        assert found.shape == image.shape
        assert np.abs(found.astype(int) - image).max() <= 2
    meta = iio.immeta(data, extension=".mpo")
    assert (meta["ImageDescription"], meta["comment"], meta["xmp"]) == ("first", b"c", b"<x/>")


def test_mpo_images_have_options_of_their_own():
    with iio.imopen("<bytes>", "w", extension=".mpo") as file:
        file.write(NOISE, quality=95)
        file.write(NOISE, quality=5)
    data = file.getvalue()
    first, second = (i for i in range(len(data)) if data[i : i + 3] == b"\xff\xd8\xff")
    assert second - first > 3 * (len(data) - second)


def test_tiff_pages_of_every_kind_with_metadata_of_their_own():
    pages = [GRAY, NOISE, BW, smooth("uint16", 1), smooth("float32", 1), smooth("int32", 1), RGBA]
    with iio.imopen("<bytes>", "w", extension=".tif") as file:
        for number, page in enumerate(pages):
            exif = Image.Exif()
            exif[0x010E] = f"page {number}"
            exif[0x8769] = {0x829A: 0.5}
            file.write(page, compression="lzw" if number % 2 else None, exif=exif.tobytes())
    data = file.getvalue()
    for number, back in enumerate(iio.imiter(data)):
        np.testing.assert_array_equal(back, pages[number])
        meta = iio.immeta(data, index=number)
        assert meta["ImageDescription"] == f"page {number}"
        assert meta["ExposureTime"] == 0.5


def test_tiff_pages_are_written_at_once(tmp_path):
    def pages():
        for number in range(3):
            yield np.full((400, 500), number, np.uint8)
            part = next(tmp_path.glob("*.part.tif"))
            sizes.append(part.stat().st_size)

    sizes: list[int] = []
    with iio.imopen(tmp_path / "a.tif", "w") as file:
        file.write(pages())
    assert sizes[0] > 190_000
    assert sizes[1] > 390_000


def test_many_tiff_pages_take_no_quadratic_time():
    page = np.zeros((8, 8), np.uint8)
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    def counted(pages):
        nonlocal calls
        calls, before = 0, sys.getprofile()
        sys.setprofile(count)
        try:
            data = write(".tif", (page for _ in range(pages)))
        finally:
            sys.setprofile(before)
        assert iio.improps(data, index=...).n_images == pages
        return calls

    counted(1)  # what is imported once
    assert counted(800) < 5 * counted(200)  # in square it would be 16 times as many


def test_tiff_byte_order_of_all_pages_is_the_same():
    deep = smooth("uint16", 1)
    with iio.imopen("<bytes>", "w", extension=".tif") as file:
        file.write(deep, mode="I;16B")
        with pytest.raises(iio.EncodeError, match="byte order"):
            file.write(deep)
    np.testing.assert_array_equal(iio.imread(file.getvalue()), deep)


@pytest.mark.parametrize("bitmap_format", ["png", "bmp"])
def test_icons_hold_what_they_are_given(bitmap_format):
    images = [smooth("uint8", 4, n, m) for n, m in ((16, 16), (48, 48), (32, 20), (256, 256))]
    data = write(".ico", images, bitmap_format=bitmap_format)
    assert struct.unpack_from("<HH", data, 2) == (1, 4)
    with Image.open(io.BytesIO(data)) as icon:
        for image in images:
            icon.size = image.shape[1::-1]
            np.testing.assert_array_equal(np.asarray(icon.convert("RGBA")), image)


@pytest.mark.parametrize(("dtype", "channels"), [("bool", 1), ("uint8", 1), ("uint8", 3)])
def test_icons_with_bitmaps(dtype, channels):
    image = smooth(dtype, channels, 20, 33)
    back = iio.imread(write(".ico", image, bitmap_format="bmp"), mode="RGBA")
    expected = image * 255 if dtype == "bool" else image
    expected = np.dstack([expected] * 3) if channels == 1 else expected
    np.testing.assert_array_equal(back[..., :3], expected)
    assert (back[..., 3] == 255).all()
    with pytest.raises(iio.EncodeError, match="png"):
        write(".ico", smooth("uint16", 1), bitmap_format="bmp")


def test_icon_sizes():
    data = write(".ico", smooth("uint8", 4, 300, 300), sizes=[(16, 16), (256, 256)])
    with Image.open(io.BytesIO(data)) as icon:
        assert icon.info["sizes"] == {(16, 16), (256, 256)}
    with pytest.raises(iio.EncodeError, match="256 x 256"):
        write(".ico", smooth("uint8", 4, 300, 300))
    with pytest.raises(iio.OptionError, match="larger"):
        write(".ico", smooth("uint8", 4, 20, 20), sizes=[(32, 32)])


def test_icons_of_macos():
    images = {n: smooth("uint8", 4, n, n) for n in (16, 32, 64, 128, 256, 512, 1024)}
    data = write(".icns", images.values())
    found = iio.imread(data)
    np.testing.assert_array_equal(found, images[1024])
    with Image.open(io.BytesIO(data)) as icon:
        sizes = {w * scale for w, _, scale in icon.info["sizes"]}
    assert sizes == set(images)
    assert b"icp4" in data
    with pytest.raises(iio.EncodeError, match="sizes="):
        write(".icns", smooth("uint8", 4, 100, 100))
    with pytest.raises(iio.EncodeError, match="already"):
        write(".icns", [images[32], images[32]])
    assert iio.imread(write(".icns", smooth("uint8", 4, 100, 90), sizes=[128])).shape == (
        128,
        128,
        4,
    )
    assert iio.imread(write(".icns", smooth("uint8", 3, 128, 128), mode="RGBA")).shape[2] == 4


def test_pdf_pages_differ_in_kind():
    data = write(".pdf", [GRAY, RGB[:20], BW, RGBA])
    filters = [filter for filter, _ in pdf_pages(data)]
    assert filters == [b"DCTDecode", b"DCTDecode", b"CCITTFaxDecode", b"JPXDecode"]
    assert data.count(b"/Type /Page\n") == 4


CODED = ["packbits", "lzw", "deflate", "lzma", "zstd", "tiff_ccitt", "group3", "group4", "jpeg"]


@pytest.mark.parametrize("compression", CODED)
@pytest.mark.parametrize(
    "claim", [(p.dtype, n) for p in FORMATS["TIFF"].writes for n in p.channels]
)
def test_every_compression_of_every_kind_is_right_or_refused(compression, claim):
    # Where libtiff refuses what it is given, Pillow 12.3 ends the process.
    image = smooth(*claim)
    bilevel = compression in ("tiff_ccitt", "group3", "group4")
    if (bilevel and claim[0] != "bool") or (compression == "jpeg" and claim[0] != "uint8"):
        with pytest.raises(iio.EncodeError, match=compression):
            write(".tif", image, compression=compression)
        return
    if compression == "zstd" and pillow_version() < (12, 0):
        pytest.skip("its libtiff has no zstd")
    back = iio.imread(write(".tif", image, compression=compression))
    if compression == "jpeg":
        assert np.abs(back.astype(int) - image).mean() < 8
    else:
        np.testing.assert_array_equal(back, image)


def test_tags_that_libtiff_would_refuse():
    info = {270: "ä picture", 33550: (1.5, 2.5, 3.5), 262: 0, 256: 7}
    for compression in (None, "lzw"):
        with pytest.raises(iio.EncodeError, match="tags"):
            write(".tif", GRAY, compression=compression, tiffinfo={65000: object()})
        data = write(".tif", GRAY, compression=compression, tiffinfo=info)
        np.testing.assert_array_equal(iio.imread(data), GRAY)
        tags = tiff_tags(data)
        assert (tags[256], tags[262]) == ([GRAY.shape[1]], [1])
        assert len(tags[33550][0]) == 3


@pytest.mark.parametrize("extension", [".gif", ".png", ".webp"])
def test_a_duration_for_each_frame(extension):
    frames = np.stack([np.full((8, 9, 3), 40 * i, np.uint8) for i in range(3)])
    encoded = iio.imwrite("<bytes>", frames, extension=extension, duration=[50, 120, 200], loop=0)
    shown = [iio.immeta(encoded, index=i)["duration"] for i in range(3)]
    assert shown == [50, 120, 200]
    with pytest.raises(iio.OptionError, match="2 entries"):
        iio.imwrite("<bytes>", frames, extension=extension, duration=[50, 120])
