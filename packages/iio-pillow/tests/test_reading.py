"""Reading through the front door: pixels, options, properties, damaged and hostile files."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from samples import SAMPLES, encode, gray, rgb, rgba
from test_round_trips import has_ghostscript, smooth

import iio_core as iio
from iio_pillow._backend import load_module, pillow_version
from iio_pillow._pixels import LAYOUTS
from iio_pillow._spec import SPEC

FORMATS = {format.name: format for format in SPEC.formats}
# What decoders of the same standard may differ by.
ROUNDED = {"JPEG": 1, "MPO": 1, "AVIF": 2, "PCD": 1}


def sample(name: str) -> tuple[bytes, np.ndarray]:
    if name == "EPS" and not has_ghostscript():
        pytest.skip("reading EPS takes Ghostscript: apt-get install ghostscript")
    try:
        return SAMPLES[name]()
    except ImportError as error:
        pytest.skip(str(error))


def reading(name: str) -> dict[str, Any]:
    extensions = FORMATS[name].extensions
    return {"extension": extensions[0] if extensions else None, "trust": {"EPS"}}


def read(name: str, data: Any, **options: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.IIOWarning)
        return iio.imread(data, **reading(name), **options)


# Pixels


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_pixels(name):
    data, expected = sample(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if name == "CUR" else "error")
        found = read(name, data, index=0)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert found.flags.writeable
    assert found.flags.c_contiguous
    assert found.dtype.isnative
    if name in ROUNDED:
        assert np.abs(found.astype(int) - expected).max() <= ROUNDED[name]
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_properties_equal_what_is_read(name):
    data, _ = sample(name)
    modes: list[str | None] = [None, *LAYOUTS]
    for options in (
        {"rotate": rotate, "apply_gamma": gamma, "mode": mode}
        for mode in modes
        for rotate in (False, True)
        for gamma in (False, True)
    ):
        given = {k: v for k, v in options.items() if v}
        try:
            found = read(name, data, index=0, **given)
        except iio.DecodeError as error:
            # Pillow has no conversion between these two; nothing else may be wrong.
            assert "conversion" in str(error) or "convert" in str(error)  # noqa: PT017
            continue
        known = iio.improps(data, index=0, **reading(name), **given)
        assert (known.shape, known.dtype) == (found.shape, found.dtype), given
        assert len(known.axes) == found.ndim


# Modes, palettes, gamma


def test_mode():
    data = encode("PNG", rgba())
    for mode in ("L", "LA", "RGB", "RGBA", "CMYK", "1"):
        expected = np.asarray(Image.fromarray(rgba()).convert(mode))
        np.testing.assert_array_equal(iio.imread(data, mode=mode), expected)
    with pytest.raises(iio.OptionError, match="not a mode"):
        iio.imread(data, mode="RGBZ")


def palette_png(transparency: Any = None) -> tuple[bytes, np.ndarray, np.ndarray]:
    indices = np.arange(24, dtype=np.uint8).reshape(4, 6) % 5
    colors = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 8, 7], [200, 100, 50]], np.uint8)
    image = Image.fromarray(indices).convert("P")
    image.putpalette(colors.tobytes())
    file = io.BytesIO()
    options = {} if transparency is None else {"transparency": transparency}
    image.save(file, "PNG", **options)
    return file.getvalue(), indices, colors


def test_palette_is_resolved():
    data, indices, colors = palette_png()
    np.testing.assert_array_equal(iio.imread(data), colors[indices])
    np.testing.assert_array_equal(iio.imread(data, mode="P"), indices)


@pytest.mark.parametrize("transparency", [2, b"\xff\x80\x00\x40"])
def test_palette_with_transparency_is_rgba(transparency):
    data, indices, colors = palette_png(transparency)
    alpha = np.full(5, 255, np.uint8)
    if isinstance(transparency, int):
        alpha[transparency] = 0
    else:
        alpha[: len(transparency)] = np.frombuffer(transparency, np.uint8)
    np.testing.assert_array_equal(iio.imread(data), np.column_stack([colors, alpha])[indices])
    assert "transparency" not in iio.immeta(data)
    known = iio.immeta(data, exclude_applied=False)
    assert "transparency" in known


def test_gamma():
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", (45455).to_bytes(4, "big"))
    for array in (gray(), (gray().astype(np.uint16) * 257)):
        top = np.iinfo(array.dtype).max
        data = encode("PNG", array, pnginfo=info)
        expected = np.rint((array / top) ** 0.45455 * top).astype(array.dtype)
        np.testing.assert_array_equal(iio.imread(data, apply_gamma=True), expected)
        np.testing.assert_array_equal(iio.imread(data), array)
        plain = encode("PNG", array)
        np.testing.assert_array_equal(iio.imread(plain, apply_gamma=True), array)


# Orientation: how the stored image follows from the upright one (Exif 2.32, section 4.6.4).

STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[::-1],
    7: lambda a: a.swapaxes(0, 1)[::-1, ::-1],
    8: lambda a: a.swapaxes(0, 1)[:, ::-1],
}


def oriented(extension: str, array: np.ndarray, orientation: int, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = iio.imwrite("<bytes>", array, extension=extension, exif=exif.tobytes(), **options)
    assert isinstance(data, bytes)
    return data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("extension", "options"),
    [
        (".png", {}),
        (".tif", {}),
        (".tif", {"compression": "lzw"}),
        (".webp", {"lossless": True}),
        (".jpg", {"quality": 100, "subsampling": 0}),
    ],
)
def test_rotate(extension, options, orientation):
    upright = smooth("uint8", 3, 16, 24)
    stored = np.ascontiguousarray(STORED[orientation](upright))
    data = oriented(extension, stored, orientation, **options)
    with iio.imopen(data, "r") as file:
        for _ in range(2):  # also once it is decoded
            as_stored, turned = file.read(), file.read(rotate=True)
            if extension == ".jpg":
                assert np.abs(as_stored.astype(int) - stored).max() < 6
                assert np.abs(turned.astype(int) - upright).max() < 6
            else:
                np.testing.assert_array_equal(as_stored, stored)
                np.testing.assert_array_equal(turned, upright)
            assert file.properties(rotate=True).shape == upright.shape
            assert file.properties().shape == stored.shape
            assert file.metadata()["Orientation"] == orientation
            assert "Orientation" not in file.metadata(rotate=True)
    assert iio.improps(data, rotate=True).shape == upright.shape
    assert iio.improps(data).shape == stored.shape


def test_pages_of_a_tiff_are_turned_each_by_itself():
    upright = smooth("uint8", 3, 16, 24)
    with iio.imopen("<bytes>", "w", extension=".tif") as file:
        for number in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = number
            file.write(np.ascontiguousarray(STORED[number](upright)), exif=exif.tobytes())
    data = file.getvalue()
    for number in (3, 8, 6, 1, 5, 6, 7, 2, 4):
        np.testing.assert_array_equal(iio.imread(data, index=number - 1, rotate=True), upright)
        np.testing.assert_array_equal(iio.imread(data, index=number - 1), STORED[number](upright))
    with iio.imopen(data, "r") as back:
        for number in (6, 6, 1, 6, 8):
            np.testing.assert_array_equal(back.read(index=number - 1, rotate=True), upright)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("extension", [".avif", ".heic"])
def test_formats_with_an_orientation_of_their_own_show_the_image_upright(extension, orientation):
    upright = smooth("uint8", 3, 32, 48)
    stored = np.ascontiguousarray(STORED[orientation](upright))
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    try:
        identifier = load_module("AVIF" if extension == ".avif" else "HEIF")
        Image.fromarray(stored).save(file, identifier, quality=95, exif=exif.tobytes())
    except (ImportError, KeyError) as error:
        pytest.skip(str(error))
    data = file.getvalue()
    found = iio.imread(data, rotate=True)
    assert found.shape == upright.shape
    assert np.abs(found.astype(int) - upright).mean() < 8
    assert iio.improps(data, rotate=True).shape == found.shape


# Several images


def test_gif_of_gray_is_gray_and_of_color_is_color():
    assert iio.imread(iio.imwrite("<bytes>", gray(), extension=".gif")).shape == (1, 4, 6)
    assert iio.imread(iio.imwrite("<bytes>", rgb(), extension=".gif")).shape == (1, 4, 6, 3)
    data = iio.imwrite("<bytes>", [rgb(), rgb()[::-1]], extension=".gif")
    np.testing.assert_array_equal(iio.imread(data), np.stack([rgb(), rgb()[::-1]]))
    np.testing.assert_array_equal(iio.imread(data, index=-1), rgb()[::-1])
    np.testing.assert_array_equal(
        iio.imread(data, index=0, mode="L"), np.asarray(Image.fromarray(rgb()).convert("L"))
    )
    assert iio.improps(data).shape == (2, 4, 6, 3)
    with pytest.raises(iio.FrameIndexError):
        iio.imread(data, index=2)


@pytest.mark.parametrize("name", ["TIFF", "MPO", "DCX", "FLI", "WEBP", "AVIF", "HEIF"])
def test_index(name):
    if name in ("DCX", "FLI"):
        data, _ = sample(name)
        count = 2
    else:
        frames = [np.roll(smooth("uint8", 3), 6 * i, axis=1) for i in range(4)]
        extension = FORMATS[name].extensions[0]
        try:
            data = iio.imwrite("<bytes>", frames, extension=extension)
        except iio.PluginNotInstalledError as error:
            pytest.skip(str(error))
        count = 4
    every = read(name, data, index=...)
    assert len(every) == count
    for number in range(-count, count):
        np.testing.assert_array_equal(read(name, data, index=number), every[number])
    np.testing.assert_array_equal(read(name, data, index=slice(None, None, -1)), every[::-1])
    for one, other in zip(iio.imiter(data, **reading(name)), every, strict=True):
        np.testing.assert_array_equal(one, other)
    for number in (count, -count - 1):
        with pytest.raises(iio.FrameIndexError):
            read(name, data, index=number)


def test_pages_of_different_kinds():
    pages = [gray(), rgb(), smooth("float32", 1)]
    data = iio.imwrite("<bytes>", pages, extension=".tif")
    for page, back in zip(pages, iio.imiter(data), strict=True):
        np.testing.assert_array_equal(back, page)
    assert [iio.improps(data, index=i).dtype.name for i in range(3)] == [
        "uint8",
        "uint8",
        "float32",
    ]
    with pytest.raises(iio.DecodeError, match="stacked"):
        iio.imread(data, index=...)


def test_largest_image_of_an_icon():
    images = [smooth("uint8", 4, n, n) for n in (16, 48, 32)]
    data = iio.imwrite("<bytes>", images, extension=".ico")
    np.testing.assert_array_equal(iio.imread(data), images[1])
    assert iio.improps(data).shape == images[1].shape
    assert iio.improps(data, index=...).n_images == 3
    for image, found in zip(images, iio.imiter(data), strict=True):
        np.testing.assert_array_equal(found, image)
    np.testing.assert_array_equal(iio.imread(data, index=2), images[2])
    assert iio.improps(data, index=0).shape == images[0].shape
    with pytest.raises(iio.FrameIndexError):
        iio.imread(data, index=3)
    with pytest.raises(iio.DecodeError, match="cut"):
        iio.imread(data[:30])


def icns(png: bytes) -> bytes:
    return struct.pack(">4sI4sI", b"icns", 16 + len(png), b"ic07", 8 + len(png)) + png


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_icons_of_macos_with_any_png(channels):
    image = smooth("uint8", channels, 128, 128)
    found = iio.imread(icns(encode("PNG", image)))
    assert found.shape == iio.improps(icns(encode("PNG", image))).shape == (128, 128, 4)
    expected = np.dstack([image] * 3) if channels == 1 else image[..., :3]
    if channels == 2:
        expected = np.dstack([image[..., 0]] * 3)
    np.testing.assert_array_equal(found[..., :3], expected)


# More than 8 bits


def deep_png() -> tuple[bytes, np.ndarray]:
    """Return a PNG of 16 bits a channel: each row is a filter byte and big-endian samples."""
    array = np.random.default_rng(2).integers(0, 65536, (4, 5, 3)).astype(">u2")
    rows = b"".join(b"\0" + row.tobytes() for row in array)
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 5, 4, 16, 2, 0, 0, 0)
    ) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""), array


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_colors_of_16_bits_are_not_cut_to_8_unasked():
    data, array = deep_png()
    with pytest.raises(iio.NoPluginError, match=r"16 bits.*eight_bit=True"):
        iio.imread(data)
    with pytest.raises(iio.NoPluginError, match="eight_bit=True"):
        iio.improps(data)
    np.testing.assert_array_equal(iio.imread(data, eight_bit=True), array >> 8)
    ppm = b"P6 5 4 65535\n" + array.tobytes()
    with pytest.raises(iio.NoPluginError, match="eight_bit=True"):
        iio.imread(ppm)
    assert iio.imread(ppm, eight_bit=True).dtype == np.uint8


# Damaged and hostile files

PARTLY = {
    # What is left of a codestream is an image; so is what is left of a program.
    "EPS",
    "JPEG2000",
}


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - PARTLY))
def test_truncated(name):
    if name == "DDS" and pillow_version() < (12, 0):
        pytest.skip("Pillow 11 reads zeros where there is nothing")
    data, expected = sample(name)
    for length in (len(data) // 2, len(data) * 3 // 4):
        try:
            found = read(name, data[:length], index=0, plugin="pillow")
        except (iio.DecodeError, iio.NoPluginError):
            continue
        # Only what stands behind the pixels may be missing.
        np.testing.assert_array_equal(found, expected)
        assert name in {"ICNS", "FLI", "TIFF", "MPO", "DCX", "PCD", "ICO", "CUR", "TGA"}


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_next_to_nothing(name):
    data, _ = sample(name)
    for length in (0, 1, 8):
        with pytest.raises((iio.DecodeError, iio.NoPluginError)):
            read(name, data[:length], index=0)


def bomb(name: str, side: int) -> bytes:
    """Return a file that declares side x side pixels, and has next to none."""
    b2, b4, l4 = struct.pack(">H", side & 0xFFFF), struct.pack(">I", side), struct.pack("<I", side)
    if name == "PNG":
        head = chunk(b"IHDR", b4 + b4 + bytes([8, 6, 0, 0, 0]))
        return (
            b"\x89PNG\r\n\x1a\n"
            + head
            + chunk(b"IDAT", zlib.compress(bytes(99)))
            + chunk(b"IEND", b"")
        )
    if name == "BMP":
        info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 24, 0, 0, 0, 0, 0, 0)
        return b"BM" + struct.pack("<III", 99, 0, 54) + info + bytes(99)
    if name == "TIFF":
        tags = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1)]
        tags += [(278, side), (279, 99)]
        body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        return b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + body + bytes(104)
    if name == "JPEG2000":
        data = bytearray(encode("JPEG2000", gray(16, 16), no_jp2=True))
        data[8:16] = data[24:32] = b4 + b4  # of the image and of its one tile
        return bytes(data)
    if name == "PSD":
        return b"8BPS\0\1" + bytes(6) + b"\0\3" + b4 + b4 + b"\0\x08\0\3" + bytes(12) + bytes(99)
    if name == "PPM":
        return b"P6 %d %d 255\n" % (side, side) + bytes(99)
    if name == "QOI":
        return b"qoif" + b4 + b4 + b"\4\0" + bytes(99)
    if name == "DDS":
        data = bytearray(encode("DDS", rgba()))
        data[12:20] = l4 + l4
        return bytes(data)
    if name == "JPEG":
        data = encode("JPEG", gray())
        at = data.index(b"\xff\xc0")
        return data[: at + 5] + b2 + b2 + data[at + 9 :]
    if name == "GIF":
        data = bytearray(SAMPLES["GIF"]()[0])
        data[6:10] = struct.pack("<HH", side & 0xFFFF, side & 0xFFFF)
        return bytes(data)
    if name == "ICO":
        png = bomb("PNG", side)
        return struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(png), 22) + png
    if name == "ICNS":
        return icns(bomb("PNG", side))
    if name == "SGI":
        head = struct.pack(">HBBHHHHII", 474, 0, 1, 3, side & 0xFFFF, side & 0xFFFF, 3, 0, 255)
        return head.ljust(612, b"\0")
    if name == "SUN":
        return struct.pack(">8I", 0x59A66A95, side, side, 24, 99, 1, 0, 0) + bytes(99)
    if name == "TGA":
        size = struct.pack("<HHBB", side & 0xFFFF, side & 0xFFFF, 24, 0)
        return b"\0\0\2" + bytes(9) + size + bytes(99)
    if name == "WEBP":  # VP8L: 14 bits for each side
        head = b"\x2f" + struct.pack("<I", 16383 | 16383 << 14)
        return (
            b"RIFF"
            + struct.pack("<I", 117)
            + b"WEBPVP8L"
            + struct.pack("<I", 105)
            + head
            + bytes(100)
        )
    raise AssertionError(name)


WIDE = ["PNG", "BMP", "TIFF", "JPEG2000", "PSD", "PPM", "QOI", "DDS", "ICO", "SUN"]
NARROW = ["JPEG", "GIF", "SGI", "TGA"]  # 16 bits for a side


@pytest.mark.parametrize("name", [*WIDE, *NARROW])
@pytest.mark.parametrize("call", [iio.imread, iio.improps, iio.immeta])
def test_bombs_are_refused_and_cost_nothing(name, call):
    data = bomb(name, 100_000 if name in WIDE else 60_000)
    extension = FORMATS[name].extensions[0]
    tracemalloc.start()
    try:
        if call is iio.imread:
            with pytest.raises(iio.LimitError, match="declares"):
                call(data, extension=extension, index=0)
        else:
            try:
                call(data, extension=extension, index=0)
            except (iio.LimitError, iio.DecodeError):
                pass
        assert tracemalloc.get_traced_memory()[1] < 20 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", [*WIDE, *NARROW])
def test_bombs_take_no_memory_of_pillow_either(name):
    resource = pytest.importorskip("resource")
    data = bomb(name, 100_000 if name in WIDE else 60_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(2):
        with pytest.raises(iio.LimitError):
            iio.imread(data, extension=FORMATS[name].extensions[0], index=0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


@pytest.mark.parametrize("name", ["ICNS", "WEBP"])
def test_what_is_damaged_and_large_is_refused(name):
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        iio.imread(bomb(name, 100_000))


def test_own_limit_of_pillow_does_not_stop_what_ours_allows():
    # 196 megapixels: Pillow's own check warns from 89 on and refuses from 179 on.
    side = 14_000
    packed = zlib.compressobj(9)
    body = b"".join(packed.compress(b"\0" + bytes([7]) * side) for _ in range(side))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    data += chunk(b"IDAT", body + packed.flush()) + chunk(b"IEND", b"")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = iio.imread(data)
    assert image.shape == (side, side)
    assert image.min() == image.max() == 7
    with iio.limits(array_bytes="100MB", ratio=1), pytest.raises(iio.LimitError, match="187 MiB"):
        iio.imread(data)


def test_limits_hold_for_all_frames_together():
    data = iio.imwrite("<bytes>", [np.zeros((100, 100, 3), np.uint8)] * 5, extension=".tif")
    with iio.limits(array_bytes=100_000, ratio=0):
        assert iio.imread(data, index=0).shape == (100, 100, 3)
        assert sum(1 for _ in iio.imiter(data)) == 5
        with pytest.raises(iio.LimitError):
            iio.imread(data, index=...)


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({33629: (1, 2, 3, 4, 5, 6)}, "MetaMorph stack"),
        ({270: "ImageJ=1.53\nimages=7\nslices=7\n"}, "ImageJ stack of 7 planes"),
    ],
)
def test_stacks_of_which_pillow_sees_one_plane_are_declined(tags, said):
    from PIL import TiffImagePlugin

    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info.tagtype[tag] = 2 if isinstance(value, str) else 4
        info[tag] = value
    file = io.BytesIO()
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(file, "TIFF", tiffinfo=info)
    with pytest.raises(iio.NoPluginError, match=said):
        iio.imread(file.getvalue())


@pytest.mark.parametrize("image", [np.zeros((10, 12), np.float32), np.zeros((9, 9, 3), np.uint8)])
@pytest.mark.parametrize("big", [False, True])
def test_a_tiff_that_is_cut_in_its_tags_is_damaged_and_not_declined(image, big):
    data = iio.imwrite("<bytes>", image, extension=".tif", plugin="pillow", big_tiff=big)
    tags = int.from_bytes(data[8:16] if big else data[4:8], "little")
    for end in range(tags, len(data)):
        with warnings.catch_warnings(), contextlib.suppress(iio.DecodeError):
            warnings.simplefilter("ignore", iio.IIOWarning)
            found = iio.imread(data[:end], plugin="pillow", extension=".tif")
            assert (found == image).all()  # what is missing is not of the pixels
