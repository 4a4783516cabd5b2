"""Small files that say the same bytes over and over: work and memory stay those of their size."""

from __future__ import annotations

import struct
import tracemalloc
from typing import Any

import numpy as np
import pytest
from codecs_hostile import seeds

import iio_core as iio
from iio_codecs import _avif_header
from iio_codecs._boxes import box
from iio_codecs._exif import described


def full(kind: bytes, *parts: bytes) -> bytes:
    """Return a box that has a version and flags."""
    return box(kind, bytes(4), *parts)


def avif(kind: bytes, count: int, places: bytes, sizes: bytes = b"\x44\0") -> bytes:
    """Return an AVIF of 10 x 10 pixels with so many items, and where they are."""
    infos = [
        full(b"infe", struct.pack(">HH", n + 1, 0), kind, b"\0").replace(bytes(4), b"\2\0\0\0", 1)
        for n in range(count)
    ]
    size = full(b"ispe", struct.pack(">II", 10, 10))
    owned = full(b"ipma", struct.pack(">IHB", 1, 1, 2), b"\1\2")
    return box(b"ftyp", b"avif\0\0\0\0avifmif1") + full(
        b"meta",
        full(b"pitm", b"\0\1"),
        full(b"iinf", struct.pack(">H", count), *infos),
        full(b"iloc", sizes, struct.pack(">H", count), places),
        box(b"iprp", box(b"ipco", size, box(b"av1C", b"\x81\0\0\0")), owned),
    )


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that becomes as long as there are numbers that are read from an AVIF."""
    places: list[int] = []
    big = _avif_header.big

    def count(data: bytes, at: int, size: int) -> int:
        places.append(at)
        return big(data, at, size)

    monkeypatch.setattr(_avif_header, "big", count)
    return places


def told(data: bytes, **options: Any) -> dict[str, Any]:
    return iio.immeta(data, plugin="codecs", **options)


def test_many_items_of_avif(counted: list[int]) -> None:
    places = b"".join(struct.pack(">HHHII", n + 1, 0, 1, 0, 10) for n in range(600))
    data = avif(b"Exif", 600, places)
    assert told(data)["bits_per_sample"] == 8
    assert len(counted) < len(data)


def test_pieces_of_an_item_that_take_no_bytes(counted: list[int]) -> None:
    places = b"".join(struct.pack(">HHH", n + 1, 0, 0xFFFF) for n in range(4))
    data = avif(b"mime", 4, places, sizes=b"\0\0")
    assert "xmp" not in told(data)
    assert len(counted) < len(data)


def test_pieces_of_an_item_that_are_the_same() -> None:
    item = struct.pack(">HHH", 1, 0, 2)
    once = avif(b"mime", 1, item + struct.pack(">IIII", 0, 4, 4, 4))
    assert told(once)["xmp"] == once[:8]
    again = struct.pack(">HHH", 1, 0, 100) + struct.pack(">II", 0, 100) * 100
    assert "xmp" not in told(avif(b"mime", 1, again))


def test_tags_of_jpeg_xr_that_are_the_same_bytes() -> None:
    data = seeds("JPEGXR")["uint8-3.jxr"]
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    more = b"".join(struct.pack("<HHII", 1000 + n, 1, 20_000, 0) for n in range(2000))
    entries = struct.pack("<H", count + 2000) + more + data[at + 2 : at + 2 + 12 * count] + bytes(4)
    large = data[:4] + len(data).to_bytes(4, "little") + data[8:] + entries
    wanted = iio.imread(data, plugin="codecs")
    tracemalloc.start()
    try:
        assert told(large) == told(data)
        np.testing.assert_array_equal(iio.imread(large, plugin="codecs"), wanted)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2 << 20


def test_tags_of_exif_that_are_the_same_bytes() -> None:
    entries = [struct.pack("<HHII", 0x9000 + n, 1, 5000, 8) for n in range(500)]
    exif = b"II*\0\x08\0\0\0" + struct.pack("<H", 500) + b"".join(entries)
    found = described(exif)
    assert 0 < sum(map(len, found.values())) <= len(exif)


def test_a_tag_of_exif_of_very_many_numbers_is_left_out() -> None:
    for count, kept in ((1 << 16, True), ((1 << 16) + 1, False)):
        exif = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x9000, 1, count, 26) + bytes(4)
        assert bool(described(exif + bytes(count + 4))) == kept
