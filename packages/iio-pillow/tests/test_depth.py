"""Declared depths of real files, of hand-made heads, and of garbage."""

from __future__ import annotations

import io
import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from samples import SAMPLES, encode, rgb, rgba

import iio_core as iio
from iio_pillow._backend import open_image
from iio_pillow._depth import _PARSERS, declared_depth, declared_depth_of_image


def png(depth: int, color: int) -> bytes:
    """Return a PNG of 1 x 1 pixel: IHDR, one filter byte and zeros, IEND."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    samples = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, depth, color, 0, 0, 0))
    row = zlib.compress(bytes(1 + (samples * depth + 7) // 8))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", row) + chunk(b"IEND", b"")


def box(kind: bytes, *body: bytes) -> bytes:
    data = b"".join(body)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def codestream(*depths: int) -> bytes:
    """Return SOC and SIZ of JPEG 2000: sizes, offsets, components, for each its depth less 1."""
    siz = struct.pack(">H8IH", 0, 1, 1, 0, 0, 1, 1, 0, 0, len(depths))
    siz += b"".join(bytes([depth - 1, 1, 1]) for depth in depths)
    return b"\xff\x4f\xff\x51" + struct.pack(">H", 2 + len(siz)) + siz


def jp2(bits: int, components: int, *more: bytes) -> bytes:
    ihdr = box(b"ihdr", struct.pack(">IIHBBBB", 1, 1, components, bits, 7, 0, 0))
    return box(b"jP  ", b"\r\n\x87\n") + box(b"jp2h", ihdr, *more)


def item(*properties: bytes) -> bytes:
    """Return the head of an AVIF or HEIF file with these item properties."""
    return box(b"ftyp", b"avif\0\0\0\0") + box(
        b"meta", bytes(4), box(b"hdlr", bytes(24)), box(b"iprp", box(b"ipco", *properties))
    )


def pixi(*depths: int) -> bytes:
    return box(b"pixi", bytes(4), bytes([len(depths), *depths]))


def jxl(*fields: tuple[int, int]) -> bytes:
    """Return a JPEG XL codestream's header from fields of (value, bits)."""
    value = position = 0
    for number, bits in fields:
        value |= number << position
        position += bits
    return b"\xff\x0a" + value.to_bytes(position // 8 + 8, "little")


SMALL = ((1, 1), (0, 5), (1, 3))  # 8 x 8 pixels, square
PLAIN = (*SMALL, (0, 1), (0, 1))  # not everything has its default, no extra fields
NO_ALPHA = ((1, 1), (0, 2), (1, 1))  # 16-bit buffers, no extra channel, XYB
GRAY = ((0, 1), (0, 1), (1, 2))  # no default color, no profile, gray


def dds(
    flags: int, code: bytes = b"\0\0\0\0", masks: tuple[int, ...] = (0, 0, 0, 0), dxgi: int = 0
) -> bytes:
    head = b"DDS " + struct.pack("<I", 124).ljust(72, b"\0")
    head += struct.pack("<II4sI4I", 32, flags, code, 32, *masks)
    return head.ljust(128, b"\0") + struct.pack("<I", dxgi)


HEADS = [
    ("PNG", png(8, 2), 8),
    ("PNG", png(16, 2), 16),
    ("PNG", png(16, 4), 16),
    ("PNG", png(16, 6), 16),
    ("PNG", png(16, 0), 8),
    ("PNG", png(4, 3), 8),
    ("PPM", b"P6 2 1 255\n", 8),
    ("PPM", b"P6\n# made by hand\n2 1\n65535\n", 16),
    ("PPM", b"P6 2 1\n# one more\n1023\n", 10),
    ("PPM", b"P3 2 1 4095\n", 12),
    ("PPM", b"P5 2 1 65535\n", 8),
    ("PPM", b"P6 2 1 31\n", 8),
    ("SGI", b"\x01\xda\0\1", 8),
    ("SGI", b"\x01\xda\1\2", 16),
    ("JPEG2000", codestream(8, 8, 8), 8),
    ("JPEG2000", codestream(12, 12, 12), 12),
    ("JPEG2000", codestream(16, 16), 16),
    ("JPEG2000", codestream(16), 8),
    ("JPEG2000", jp2(15, 3), 16),
    ("JPEG2000", jp2(15, 1), 8),
    ("JPEG2000", jp2(7, 3), 8),
    ("JPEG2000", jp2(255, 3, box(b"bpcc", b"\7\x0b\7")), 12),
    ("JPEG2000", jp2(255, 3) + box(b"jp2c", codestream(8, 12, 8)), 12),
    ("AVIF", item(pixi(8, 8, 8)), 8),
    ("AVIF", item(pixi(10, 10, 10)), 10),
    ("AVIF", item(pixi(10)), 10),
    ("AVIF", item(box(b"av1C", b"\x81\0\x40\0")), 10),
    ("AVIF", item(box(b"av1C", b"\x81\0\x60\0")), 12),
    ("AVIF", item(box(b"av1C", b"\x81\0\x0c\0")), 8),
    ("HEIF", item(pixi(10, 10, 10)), 10),
    ("HEIF", item(pixi(10)), 8),
    ("HEIF", item(box(b"hvcC", bytes(17), b"\xfa\xfa", bytes(4))), 10),
    ("JXL", jxl(*SMALL, (1, 1)), 8),
    ("JXL", jxl(*PLAIN, (0, 1), (0, 2), *NO_ALPHA, (1, 1)), 8),
    ("JXL", jxl(*PLAIN, (0, 1), (1, 2), *NO_ALPHA, (1, 1)), 10),
    ("JXL", jxl(*PLAIN, (0, 1), (3, 2), (15, 6), *NO_ALPHA, (1, 1)), 16),
    ("JXL", jxl(*PLAIN, (0, 1), (3, 2), (15, 6), *NO_ALPHA, *GRAY), 8),
    ("JXL", jxl(*PLAIN, (0, 1), (3, 2), (15, 6), (1, 1), (1, 2), (1, 1), (1, 1), *GRAY), 16),
    ("JXL", jxl(*PLAIN, (1, 1), (0, 2), (7, 4), *NO_ALPHA, (1, 1)), 32),
    ("DDS", dds(0x40, masks=(0xFF0000, 0xFF00, 0xFF, 0)), 8),
    ("DDS", dds(0x41, masks=(0x3FF, 0xFFC00, 0x3FF00000, 0xC0000000)), 10),
    ("DDS", dds(0x4, b"DX10", dxgi=95), 16),
    ("DDS", dds(0x4, b"DX10", dxgi=98), 8),
    ("DDS", dds(0x4, b"DXT1", dxgi=95), 8),
    ("GIF", b"GIF89a", 8),
]


@pytest.mark.parametrize(("format", "head", "depth"), HEADS)
def test_depth_of_a_head(format, head, depth):
    assert declared_depth(format, head) == depth


@pytest.mark.parametrize(("color", "mode"), [(2, "RGB"), (4, "RGBA"), (6, "RGBA")])
def test_pillow_keeps_8_bits_of_what_is_named(color, mode):
    """If this fails, Pillow has learned to keep them, and the parser has to go."""
    image = open_image(io.BytesIO(png(16, color)), "PNG")
    image.load()
    assert image.mode == mode


def test_pillow_keeps_8_bits_of_gray_sgi():
    data = (
        struct.pack(">HBBHHHHII", 474, 0, 2, 2, 1, 1, 1, 0, 65535).ljust(512, b"\0") + b"\x12\x34"
    )
    image = open_image(io.BytesIO(data), "SGI")
    assert (image.mode, image.getpixel((0, 0))) == ("L", 0x12)
    assert declared_depth("SGI", data) == 16


def test_pillow_keeps_8_bits_of_color_ppm():
    image = open_image(io.BytesIO(b"P6 1 1 65535\n\x12\x34\x56\x78\x9a\xbc"), "PPM")
    assert image.mode == "RGB"


@pytest.mark.parametrize("name", sorted(_PARSERS))
def test_samples_lose_nothing(name):
    try:
        data, _ = SAMPLES[name]()
    except ImportError as error:
        pytest.skip(str(error))
    assert declared_depth(name, data[:4096]) == 8


@pytest.mark.parametrize("codec", ["jp2", "j2k"])
def test_gray_jpeg2000_is_read_whole(codec):
    pixels = np.arange(256, dtype=np.uint16).reshape(16, 16) * 257
    data = encode("JPEG2000", pixels, no_jp2=codec == "j2k")
    assert declared_depth("JPEG2000", data) == 8
    np.testing.assert_array_equal(np.asarray(open_image(io.BytesIO(data), "JPEG2000")), pixels)


@pytest.mark.parametrize(
    ("mode", "bits", "depth"), [("RGB;16", 10, 10), ("RGB;16", 12, 12), ("L;16", 10, 8)]
)
def test_depth_of_heif(mode, bits, depth, monkeypatch):
    pillow_heif = pytest.importorskip("pillow_heif")
    monkeypatch.setattr(pillow_heif.options, "SAVE_HDR_TO_12_BIT", bits == 12)
    channels = 3 if mode == "RGB;16" else 1
    pixels = np.arange(32 * 32 * channels, dtype="<u2") * 21
    file = io.BytesIO()
    pillow_heif.from_bytes(mode, (32, 32), pixels.tobytes()).save(file, quality=90)
    assert declared_depth("HEIF", file.getvalue()[:4096]) == depth
    file.seek(0)
    assert declared_depth_of_image(open_image(file, "HEIF")) == depth


def test_depth_of_jxl_from_its_encoder():
    pytest.importorskip("pillow_jxl")
    pixels = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    for container in (False, True):
        data = encode("JXL", pixels, lossless=True, use_container=container)
        assert declared_depth("JXL", data) == 8
        for color in (rgb(8, 8), rgba(8, 8)):
            assert declared_depth("JXL", encode("JXL", color, use_container=container)) == 8


def color_tiff(bits: int) -> bytes:
    """Return an RGB TIFF of one pixel: directory at 8; BitsPerSample and then the data after it."""
    tags = [
        (256, 1, 1),
        (257, 1, 1),
        (258, 3, 0),
        (259, 1, 1),
        (262, 1, 2),
        (273, 1, 0),
        (277, 1, 3),
    ]
    tags += [(278, 1, 1), (279, 1, 3 * bits // 8)]
    end = 8 + 2 + 12 * len(tags) + 4
    places = {258: end, 273: end + 6}
    body = struct.pack("<H", len(tags))
    body += b"".join(
        struct.pack("<HHII", tag, 3 if tag != 273 else 4, count, places.get(tag, value))
        for tag, count, value in tags
    )
    return (
        b"II*\0\x08\0\0\0"
        + body
        + bytes(4)
        + struct.pack("<3H", bits, bits, bits)
        + b"\x12" * (3 * bits // 8)
    )


@pytest.mark.parametrize("bits", [8, 16])
def test_depth_of_color_tiff(bits):
    image = open_image(io.BytesIO(color_tiff(bits)), "TIFF")
    assert np.asarray(image).tolist() == [[[0x12] * 3]]
    assert declared_depth_of_image(image) == bits


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16", "I", "F", "1"])
def test_tiff_that_is_read_whole(mode):
    file = io.BytesIO()
    Image.new(mode, (2, 2)).save(file, "TIFF")
    file.seek(0)
    assert declared_depth_of_image(open_image(file, "TIFF")) == 8


def test_image_with_odd_depths():
    image = Image.new("RGB", (1, 1))
    for odd in ("16", None, (), ("a", None), (-5,), 10**9):
        image.info["bit_depth"] = odd
        assert declared_depth_of_image(image) == 8
    image.info["bit_depth"] = 10
    assert declared_depth_of_image(image) == 10


@pytest.mark.parametrize("format", sorted(_PARSERS))
def test_garbage_gives_8_or_a_number_and_never_an_error(format):
    rng = random.Random(format)
    seeds = [head for name, head, _ in HEADS if name == format] + [b""]
    for _ in range(2000):
        head = bytearray(rng.choice(seeds))
        for _ in range(rng.randrange(6)):
            if head:
                head[rng.randrange(len(head))] = rng.choice([0, 1, 0x7F, 0xFF, rng.randrange(256)])
        cut = bytes(head[: rng.randrange(len(head) + 1)]) if rng.random() < 0.5 else bytes(head)
        assert declared_depth(format, cut) >= 8


def test_boxes_without_a_size_end():
    endless = (box(b"ftyp", b"avif\0\0\0\0") + struct.pack(">I4s", 1, b"meta") + bytes(8)) * 50
    assert declared_depth("AVIF", endless) == 8
    nested = b""
    for _ in range(300):
        nested = box(b"ipco", nested)
    assert declared_depth("AVIF", box(b"meta", bytes(4), nested)) == 8


@pytest.mark.parametrize(
    ("marker", "bits", "reason"),
    [
        (0xC1, 12, "12 bits a sample"),
        (0xC3, 16, "16 bits a sample"),
        (0xF7, 8, "JPEG-LS"),
    ],
)
def test_jpeg_that_is_left_to_others(marker, bits, reason):
    """Files that end behind their frame header: Pillow does not get further than that."""
    frame = bytes([0xFF, marker, 0, 11, bits, 0, 8, 0, 8, 1, 1, 0x11, 0])
    data = b"\xff\xd8\xff\xfe\0\x06text" + frame
    with iio.use("pillow", only=True), pytest.raises(iio.NoPluginError, match=reason):
        iio.imread(data, extension=".jpg")


def test_jpeg_that_is_damaged_is_not_left_to_others():
    for data in (b"\xff\xd8\xff", b"\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\0", b"\xff\xd8\xff\xfe\0\x02"):
        with iio.use("pillow", only=True), pytest.raises(iio.DecodeError):
            iio.imread(data, extension=".jpg")
