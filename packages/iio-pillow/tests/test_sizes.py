"""Sizes of what Pillow decodes on opening, known before it is opened."""

from __future__ import annotations

import io
import random
import struct

import numpy as np
import pytest
from samples import SAMPLES, encode, rgba

from iio_pillow._sizes import declared_size


@pytest.mark.parametrize(
    ("height", "width"),
    [
        (8, 8),
        (256, 256),
        (1, 1),
        (6, 5),
        (12, 16),
        (100, 200),
        (9, 16),
        (600, 3),
        (3, 8200),
        (72, 96),
    ],
)
def test_jxl(height, width):
    pytest.importorskip("pillow_jxl")
    for container in (False, True):
        data = encode("JXL", np.zeros((height, width), np.uint8), effort=1, use_container=container)
        file = io.BytesIO(data)
        assert declared_size(file, "JXL") == (width, height)
        assert file.tell() == 0


@pytest.mark.parametrize("kind", ["png", "bmp"])
def test_icon(kind):
    data = encode("ICO", rgba(48, 48), sizes=[(16, 16), (48, 48), (32, 32)], bitmap_format=kind)
    assert declared_size(io.BytesIO(data), "ICO") == (48, 48)


def test_icon_larger_than_its_directory_says():
    ihdr = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 100_000, 90_000, 8, 6, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + ihdr + bytes(4)
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(png), 22)
    data = struct.pack("<HHH", 0, 1, 1) + entry + png
    assert declared_size(io.BytesIO(data), "ICO") == (100_000, 90_000)


def test_jxl_that_declares_a_billion_rows():
    # not small; height of the widest kind, 30 bits; square
    value = 0 | 3 << 1 | ((1 << 30) - 1) << 3 | 1 << 33
    data = b"\xff\x0a" + value.to_bytes(8, "little")
    assert declared_size(io.BytesIO(data), "JXL") == (1 << 30, 1 << 30)


def test_formats_that_are_not_decoded_when_opened():
    assert declared_size(io.BytesIO(SAMPLES["PNG"]()[0]), "PNG") is None


@pytest.mark.parametrize("format", ["ICO", "JXL"])
def test_garbage(format):
    rng = random.Random(format)
    start = SAMPLES["ICO"]()[0][:60] if format == "ICO" else b"\xff\x0a\x7f\x11"
    for _ in range(2000):
        data = bytearray(start + rng.randbytes(rng.randrange(40)))
        for _ in range(rng.randrange(5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        size = declared_size(io.BytesIO(data[: rng.randrange(len(data) + 1)]), format)
        assert size is None or min(size) >= 0
