"""What a file can make Pillow do: nothing beyond its own format, and nothing beyond our limits."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import warnings
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from samples import SAMPLES, encode, gray, rgb, rgba
from test_reading import reading, sample

import iio_core as iio


def everything(name: str, data: bytes, **options: Any) -> list[np.ndarray]:
    """Read all images of a file, with their metadata."""
    given = {**reading(name), **options}
    iio.immeta(data, index=..., **given)
    found = []
    for number in range(iio.improps(data, index=..., **given).n_images or 1):
        iio.improps(data, index=number, **given)
        iio.immeta(data, index=number, **given)
        found.append(iio.imread(data, index=number, **given))
    return found


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


# Nothing but the format


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_no_image_of_any_other_format_is_opened(name, monkeypatch):
    data, _ = sample(name)

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("PIL.Image.open was called")

    monkeypatch.setattr(Image, "open", refuse)
    monkeypatch.setattr(Image, "preinit", refuse)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.IIOWarning)
        assert everything(name, data)


def test_jpeg_in_another_form_is_read_as_a_jpeg(monkeypatch, tmp_path):
    pytest.importorskip("pillow_jxl")
    path = tmp_path / "a.jpg"
    path.write_bytes(SAMPLES["JPEG"]()[0])
    import pillow_jxl

    data = pillow_jxl.Encoder(mode="L", lossless=True)(path.read_bytes(), 16, 16, jpeg_encode=True)
    monkeypatch.setattr(Image, "open", None)
    np.testing.assert_array_equal(iio.imread(bytes(data)), SAMPLES["JPEG"]()[1])


def test_postscript_in_iptc_is_no_image():
    eps = SAMPLES["EPS"]()[0]
    fields = [(1, 0, b"\0\4"), (3, 20, b"\0\6"), (3, 30, b"\0\4"), (3, 60, b"\1\0")]
    fields += [(3, 120, b"\0\5"), (8, 10, eps)]
    data = b"".join(struct.pack(">BBBH", 0x1C, r, n, len(v)) + v for r, n, v in fields)
    with pytest.raises(iio.IIOError):
        iio.imread(data, extension=".iim")


# Images inside images


def blp1(inner: bytes, width: int, height: int) -> bytes:
    # "BLP1", compression 0 (JPEG), alpha, width, height, 2 fields, 16 offsets, 16 lengths, the
    # length of what all JPEGs begin with, that
    start = 160 + 2
    head = b"BLP1" + struct.pack("<IIIIII", 0, 0, width, height, 5, 0)
    head += struct.pack("<16I", start, *[0] * 15) + struct.pack("<16I", len(inner) - 2, *[0] * 15)
    return head + struct.pack("<I", 2) + inner


@pytest.mark.parametrize("size", [(64, 48), (16, 15)])
def test_jpeg_in_blp_of_another_size(size):
    pixels = np.full((size[1], size[0], 3), 128, np.uint8)
    inner = encode("JPEG", pixels)
    with pytest.raises(iio.DecodeError, match=f"16 x 16.*{size[0]} x {size[1]}"):
        iio.imread(blp1(inner, 16, 16))
    with pytest.raises(iio.DecodeError):
        iio.improps(blp1(inner, 16, 16))
    assert iio.imread(blp1(inner, *size)).shape == pixels.shape


@pytest.mark.parametrize("format", ["PNG", "JPEG2000"])
def test_image_in_an_icon_of_macos_that_is_larger_than_its_slot(format):
    def icns(pixels: np.ndarray) -> bytes:
        inner = encode(format, pixels)
        return struct.pack(">4sI4sI", b"icns", 16 + len(inner), b"ic07", 8 + len(inner)) + inner

    assert iio.imread(icns(rgba(128, 128))).shape == (128, 128, 4)
    with pytest.raises(iio.DecodeError, match=r"128 x 128.*300 x 200"):
        iio.imread(icns(rgba(200, 300)))


@pytest.mark.parametrize("name", ["ICO", "ICNS"])
def test_png_in_an_icon_with_a_second_header(name):
    small, large = (struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0) for side in (128, 500))
    png = encode("PNG", rgba(500, 500))
    png = png[:8] + chunk(b"IHDR", small) + chunk(b"IHDR", large) + png[33:]
    if name == "ICO":
        entry = struct.pack("<BBBBHHII", 128, 128, 0, 0, 1, 32, len(png), 22)
        data = struct.pack("<HHH", 0, 1, 1) + entry + png
    else:
        data = struct.pack(">4sI4sI", b"icns", 16 + len(png), b"ic07", 8 + len(png)) + png
    with (
        iio.limits(array_bytes=4 * 128 * 128, ratio=0),
        pytest.raises((iio.LimitError, iio.DecodeError), match="500"),
    ):
        iio.immeta(data)


def jxl_in_boxes(codestream: bytes, *front: bytes) -> bytes:
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return start + b"".join(front) + box(b"jxlc", codestream)


def test_jxl_behind_long_metadata_is_charged():
    data, pixels = sample("JXL")
    exif = box(b"Exif", bytes(4) + b"II*\0\x08\0\0\0" + bytes(9000))
    boxed = jxl_in_boxes(data, exif)
    np.testing.assert_array_equal(iio.imread(boxed), pixels)
    with iio.limits(array_bytes=pixels.nbytes - 1, ratio=0), pytest.raises(iio.LimitError):
        iio.improps(boxed)
    with iio.limits(array_bytes=pixels.nbytes, ratio=0):  # and for its three channels only
        iio.imread(boxed)


def test_jxl_in_parts():
    data, pixels = sample("JXL")
    parts = box(b"jxlp", struct.pack(">I", 0) + data[:3]) + box(
        b"jxlp", struct.pack(">I", 0x80000001) + data[3:]
    )
    start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
    np.testing.assert_array_equal(iio.imread(start + parts), pixels)


def test_jxl_without_a_size_is_not_decoded():
    data, _ = sample("JXL")
    with pytest.raises(iio.DecodeError, match="size"):
        iio.imread(jxl_in_boxes(b"")[:-8] + box(b"Exif", data))


@pytest.mark.parametrize("name", ["WEBP", "JXL", "ICO"])
def test_what_opening_takes_is_charged(name):
    data, pixels = sample(name)
    least = pixels.nbytes if name != "WEBP" else pixels.nbytes // 4 * 3
    with iio.limits(array_bytes=least - 1, ratio=0), pytest.raises(iio.LimitError):
        iio.immeta(data)


def test_depth_behind_a_long_profile():
    pytest.importorskip("pillow_jxl")
    import pillow_jxl

    from iio_pillow._depth import declared_depth
    from iio_pillow._telling import telling

    deep = b"\0\0\0\x10pixi" + bytes(4) + b"\3\x0a\x0a\x0a"
    profile = box(b"colr", b"prof" + bytes(10_000))
    meta = box(b"meta", bytes(4) + box(b"iprp", box(b"ipco", profile + deep)))
    avif = box(b"ftyp", b"avif\0\0\0\0") + meta
    assert declared_depth("AVIF", avif[:4096]) == 8
    assert declared_depth("AVIF", telling(io.BytesIO(avif), "AVIF", avif[:4096])) == 10
    siz = b"\xff\x4f\xff\x51" + bytes(36) + b"\0\3" + b"\x0f\1\1" * 3
    jp2 = box(b"jP  ", b"\r\n\x87\n") + box(b"uuid", bytes(9000)) + box(b"jp2c", siz)
    assert declared_depth("JPEG2000", telling(io.BytesIO(jp2), "JPEG2000", jp2[:4096])) == 16
    codestream = pillow_jxl.Encoder(mode="I;16", lossless=True)(
        bytes(512), 16, 16, jpeg_encode=False
    )
    container = bytes(codestream)
    assert container[4:8] == b"JXL "  # 12 bytes, and 20 of the type; level 10 has to be declared
    boxed = container[:32] + box(b"xml ", bytes(9000)) + container[32:]
    with iio.limits(array_bytes=511, ratio=0), pytest.raises(iio.LimitError):
        iio.improps(boxed)
    with iio.limits(array_bytes=512, ratio=0):
        assert iio.improps(boxed).dtype == np.uint16


def test_depth_behind_a_long_comment():
    data = b"P6\n#" + bytes(9000).replace(b"\0", b"x") + b"\n1 1\n65535\n" + bytes(6)
    with pytest.raises(iio.IIOError, match="16 bits"):
        iio.imread(data)
    assert iio.imread(data, eight_bit=True).shape == (1, 1, 3)


def heif_of_two() -> tuple[bytes, np.ndarray, np.ndarray]:
    pillow_heif = pytest.importorskip("pillow_heif")
    first, second = rgb(16, 16), rgba(32, 48)
    file = pillow_heif.from_bytes("RGB", (16, 16), first.tobytes())
    file.add_from_pillow(Image.fromarray(second))
    saved = io.BytesIO()
    file.save(saved, quality=-1, chroma=444, matrix_coefficients=0, primary_index=1)
    return saved.getvalue(), first, second


def test_images_of_heif_that_differ():
    data, first, second = heif_of_two()
    for number, pixels in enumerate((first, second)):
        known = iio.improps(data, index=number)
        found = iio.imread(data, index=number)
        assert (known.shape, known.dtype) == (found.shape, found.dtype)
        np.testing.assert_allclose(found.astype(int), pixels, atol=2)
    assert iio.imread(data).shape == second.shape  # the primary image
    with iio.limits(array_bytes=first.nbytes, ratio=0):
        assert iio.imread(data, index=0).shape == first.shape
        with pytest.raises(iio.LimitError):
            iio.imread(data, index=1)


def test_image_that_is_decoded_to_another_size(monkeypatch):
    from PIL import ImageFile

    load = ImageFile.ImageFile.load

    def lie(self: Any) -> Any:
        found = load(self)
        self._size = (self._size[0] + 1, self._size[1])
        return found

    monkeypatch.setattr(ImageFile.ImageFile, "load", lie)
    with pytest.raises(iio.DecodeError, match=r"6 x 4.*7 x 4"):
        iio.imread(SAMPLES["QOI"]()[0])


# Pillow's own limits


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_limit_of_pillow_stops_nothing(name, monkeypatch):
    data, _ = sample(name)
    expected = None if name in ("CUR", "EPS") else everything(name, data)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        if name == "CUR":
            warnings.simplefilter("ignore", iio.IIOWarning)
        found = everything(name, data)
    if expected is not None:
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    assert Image.MAX_IMAGE_PIXELS == 1


def test_limit_of_pillow_that_remains_is_named(monkeypatch):
    data = blp1(encode("JPEG", np.zeros((16, 16, 3), np.uint8)), 16, 16)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with pytest.raises(iio.LimitError, match="MAX_IMAGE_PIXELS"):
        iio.imread(data)


def test_large_image_is_copied_without_the_limit_of_pillow(monkeypatch):
    data = encode("BMP", np.zeros((2500, 2500, 3), np.uint8))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert iio.imread(data).shape == (2500, 2500, 3)


def png_with(*chunks: bytes) -> bytes:
    data = encode("PNG", gray())
    return data[:33] + b"".join(chunks) + data[33:]


@pytest.mark.parametrize("kind", [b"iCCP", b"zTXt"])
def test_long_compressed_metadata(kind):
    body = np.random.default_rng(1).integers(0, 200, 3 << 20, dtype=np.uint8).tobytes()
    data = png_with(chunk(kind, b"name\0\0" + zlib.compress(body, 1)))
    np.testing.assert_array_equal(iio.imread(data), gray())
    found = iio.immeta(data)["icc_profile" if kind == b"iCCP" else "name"]
    assert (found if kind == b"iCCP" else found.encode("latin-1")) == body
    with iio.limits(metadata_bytes=3 << 20):
        iio.imread(data)
    with (
        iio.limits(metadata_bytes=(3 << 20) - 1),
        pytest.raises(iio.LimitError, match="metadata_bytes"),
    ):
        iio.imread(data)
    assert PngImagePlugin.MAX_TEXT_CHUNK == 1 << 20


# Nothing of the process is changed


def test_pillow_is_left_as_it_was(tmp_path):
    for name in ("HEIF", "JXL"):
        (tmp_path / name).write_bytes(sample(name)[0])
    script = f"""
import sys, warnings
import numpy as np
from PIL import Image
Image.init()
tables = [Image.ID, Image.OPEN, Image.EXTENSION, Image.MIME]
before = [len(table) for table in tables]
import iio_core as iio
for name in ("HEIF", "JXL"):
    pixels = iio.imread({str(tmp_path)!r} + "/" + name)
    extension = {{"HEIF": ".heic", "JXL": ".jxl"}}[name]
    assert iio.imread(iio.imwrite("<bytes>", pixels, extension=extension)).shape == pixels.shape
assert [len(table) for table in tables] == before, "registered"
assert "HEIF" not in Image.SAVE and "JXL" not in Image.SAVE
import pillow_jxl, pillow_heif
pillow_heif.register_heif_opener()
for name in ("HEIF", "JXL"):
    Image.open({str(tmp_path)!r} + "/" + name).load()
    iio.imread({str(tmp_path)!r} + "/" + name)
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)


# Warnings


def test_warnings_of_pillow_are_ours():
    # An EXIF block whose directory has two tags, one of ASCII and 900 bytes that are not there, and
    # another that is cut.
    exif = b"Exif\0\0II*\0\x08\0\0\0\2\0" + struct.pack("<HHII", 0x010E, 2, 900, 26) + bytes(4)
    data = encode("JPEG", gray(16, 16))
    data = data[:2] + b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif + data[2:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", iio.IIOWarning)
        iio.immeta(data)
        iio.imread(data, rotate=True)
    with pytest.warns(iio.IIOWarning, match="^Pillow: "):
        iio.immeta(data)


@pytest.mark.parametrize("mode", [None, "L", "RGB", "RGBA", "CMYK"])
def test_palette_with_transparency_for_each_color(mode):
    image = Image.fromarray(gray() // 50).convert("P")
    file = io.BytesIO()
    image.save(file, "PNG", transparency=bytes([255, 128, 0, 3, 4, 5]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert iio.imread(file.getvalue(), mode=mode).shape[:2] == (4, 6)


# Gamma, depth, durations


def gamma_png(array: np.ndarray, gamma: int = 45455) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", gamma.to_bytes(4, "big"))
    return encode("PNG", array, pnginfo=info)


def test_gamma_leaves_alpha():
    plain, raised = iio.imread(gamma_png(rgba())), iio.imread(gamma_png(rgba()), apply_gamma=True)
    np.testing.assert_array_equal(raised[..., 3], plain[..., 3])
    expected = np.rint((plain[..., :3] / 255) ** 0.45455 * 255).astype(np.uint8)
    np.testing.assert_array_equal(raised[..., :3], expected)
    assert "gamma" in iio.immeta(gamma_png(rgba()))
    assert "gamma" not in iio.immeta(gamma_png(rgba()), apply_gamma=True)
    assert "gamma" in iio.immeta(gamma_png(rgba()), apply_gamma=True, exclude_applied=False)


def test_gamma_takes_little_memory():
    import tracemalloc

    data = gamma_png(np.zeros((3000, 3000, 3), np.uint8))
    tracemalloc.start()
    try:
        array = iio.imread(data, apply_gamma=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * array.nbytes


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "YCbCr"])
def test_deep_gray_is_scaled_to_eight_bits(format, mode):
    deep = np.array([[0, 128, 129, 257, 32768], [40000, 65406, 65407, 65535, 1000]], np.uint16)
    if format == "PPM":
        data = b"P5 5 2 65535\n" + deep.astype(">u2").tobytes()
    else:
        data = encode(format, deep)
    found = iio.imread(data, mode=mode)
    first = found if found.ndim == 2 else found[..., 0]
    np.testing.assert_array_equal(first, np.rint(deep / 257).astype(np.uint8))
    np.testing.assert_array_equal(iio.imread(data), deep)


def test_transparent_gray_of_a_deep_png():
    deep = np.array([[0, 40000, 40001]], np.uint16)
    data = encode("PNG", deep, transparency=40000)
    np.testing.assert_array_equal(iio.imread(data, mode="RGBA")[..., 3], [[255, 0, 255]])


def test_durations_of_webp():
    frames = [Image.fromarray(np.full((8, 8, 3), v, np.uint8)) for v in (0, 90, 200)]
    file = io.BytesIO()
    frames[0].save(
        file, "WEBP", save_all=True, append_images=frames[1:], duration=[40, 70, 1000], loop=2
    )
    found = iio.immeta(file.getvalue(), index=...)
    assert found["durations"] == [40, 70, 1000]
    assert "durations" not in iio.immeta(file.getvalue(), index=1)
    assert "durations" not in iio.immeta(SAMPLES["WEBP"]()[0])
