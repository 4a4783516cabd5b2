"""What a few bytes could cost, and does not: sizes, runs, loops and lists that lie."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from retro_data import DATA, contents

import iio_core as iio


def read(data: bytes, extension: str, **options: object) -> np.ndarray:
    return iio.imread(data, extension=extension, plugin="retro", **options)


def refused(data: bytes, extension: str, match: str) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError), match=match):
        read(data, extension)


def chunk(name: bytes, data: bytes = b"") -> bytes:
    sums = zlib.crc32(name + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + name + data + sums


def mng(*chunks: bytes, size: tuple[int, int] = (4, 3)) -> bytes:
    head = chunk(b"MHDR", struct.pack(">7I", *size, 100, 0, 0, 0, 0))
    return b"\x8aMNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"MEND")


def png(width: int = 2, height: int = 2, pixels: bytes = b"\0\1\2\0\3\4") -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND")


def test_declared_sizes_are_checked_before_memory_is_taken() -> None:
    huge = 0xFFFF
    refused(struct.pack("<HHH", huge, huge, 0) + bytes(10), ".cut", "declared")
    refused(b"\0\0\x8f\xff\xff\xff\x7f\x8f\xff\xff\xff\x7f", ".wbmp", "declared")
    refused(b'/* XPM */ "99999999 99999999 1 1", "a c red",', ".xpm", "declared")
    sun = struct.pack(">8I", 0x59A66A95, 1 << 30, 1 << 30, 24, 0, 1, 0, 0)
    refused(sun, ".ras", "declared")
    pixels = b"\x0a\5\1\x08" + struct.pack("<4H", 0, 0, huge - 1, huge - 1)
    header = pixels.ljust(65, b"\0") + b"\3" + struct.pack("<H", huge)
    refused(header.ljust(128, b"\0"), ".pcx", "declared")
    body = struct.pack(">HHhhBBBBHBBhh", huge, huge, 0, 0, 8, 0, 1, 0, 0, 1, 1, 0, 0)
    ilbm = b"ILBMBMHD" + struct.pack(">I", 20) + body + b"BODY" + struct.pack(">I", 2) + b"\x81\0"
    refused(b"FORM" + struct.pack(">I", len(ilbm)) + ilbm, ".iff", "too few")
    refused(b"Image type: RGB image\r\nImage size (x*y): 99999*99999\r\n\x1a", ".im", "declared")


def test_an_image_inside_is_charged_too() -> None:
    bomb = mng(png(60_000, 60_000, b"\0"))
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        read(bomb, ".mng", index=0)
    with iio.limits(array_bytes="1KiB", ratio=1), pytest.raises(iio.LimitError):
        read(mng(png(1000, 1000, bytes(1001 * 1000))), ".mng", index=0)


def test_compressed_pixels_that_are_more_than_declared_are_not_unpacked() -> None:
    data = mng(png(2, 2, bytes(50_000_000)))
    assert len(data) < 100_000
    # Of fifty millions of zeros the first six are the image.
    assert read(data, ".mng", index=0).shape == (3, 4, 4)


def test_images_that_are_shown_without_end_are_an_error() -> None:
    stored = chunk(b"DEFI", b"\0\1") + png()
    copies = b"".join(chunk(b"CLON", struct.pack(">HH", 1, n)) for n in range(2, 300))
    shows = chunk(b"SHOW") * 300
    refused(mng(stored, copies, shows), ".mng", "shows more than")


def test_a_frame_is_not_painted_without_end() -> None:
    define, show = chunk(b"DEFI", struct.pack(">HBB", 1, 1, 0)), chunk(b"SHOW", b"\0\1")
    large = png(1 << 14, 1 << 14, b"\0")  # four of them are 2 ** 30 pixels
    together = chunk(b"FRAM", b"\2")
    refused(mng(together, define, large, show * 5), ".mng", "one frame")
    # One by one they are frames of their own, and nothing is painted before it is asked for.
    with iio.imopen(mng(define, large, show * 5), "r", extension=".mng") as file:
        assert file.properties(index=...).n_images == 5


def test_chunks_that_change_all_stored_images_again_and_again_are_an_error() -> None:
    stored = b"".join(chunk(b"DEFI", struct.pack(">H", number)) for number in range(1, 3000))
    move = chunk(b"MOVE", struct.pack(">HHBii", 0, 0xFFFF, 1, 1, 1))
    refused(mng(stored, move * 1500), ".mng", "more often than any file does")


def test_runs_do_not_go_beyond_their_rows() -> None:
    rows = struct.pack("<H", 3) + b"\xff\7\0"  # 127 pixels in a row of 4
    refused(struct.pack("<HHH", 4, 1, 0) + rows, ".cut", "not 4 pixels")
    runs = bytearray(contents("plain.iff"))
    runs[runs.index(b"BMHD") + 18] = 1  # compressed, it says, and is not
    refused(bytes(runs), ".iff", "runs")


@pytest.mark.parametrize("count", [2, 1000, 65535])
def test_cursors_that_share_their_bytes_are_an_error(count: int) -> None:
    image = contents("icotool.cur")[22:]
    entry = struct.pack("<BBBBHHII", 32, 24, 0, 0, 0, 0, len(image), 6 + 16 * count)
    refused(struct.pack("<HHH", 0, 2, count) + entry * count + image, ".cur", "overlap")


def test_pages_that_are_the_same_are_an_error() -> None:
    page = contents("planes.pcx")
    data = struct.pack("<I1024I", 0x3ADE68B1, *[4100] * 1023, 0) + page
    refused(data, ".dcx", "overlap")


def test_a_page_with_rows_that_are_too_short_is_an_error() -> None:
    data = bytearray(contents("pages.dcx"))
    start = int.from_bytes(data[4:8], "little")
    data[start + 66 : start + 68] = b"\2\0"
    refused(bytes(data), ".dcx", "too short")
    # Of a file by itself somebody else may know more.
    with pytest.raises(iio.NoPluginError, match="too short"):
        read(bytes(data[start:]), ".pcx")


def test_a_list_of_properties_does_not_run_away() -> None:
    """A vector of four billion numbers, and a file of a few hundred bytes that has it."""
    data = bytearray(contents("truecolor.fpx.xz"))
    for place in range(0, len(data) - 4, 4):
        if data[place : place + 4] == b"\x13\x10\0\0":  # a vector of numbers
            data[place + 4 : place + 8] = b"\xff\xff\xff\xff"
    assert read(bytes(data), ".fpx").shape == (46, 70, 3)


def test_records_of_no_length_are_an_error() -> None:
    wmf = struct.pack("<HHHIHIH", 1, 9, 0x300, 0, 0, 0, 0)
    refused(wmf + struct.pack("<IH", 0, 0x41B), ".wmf", "0 words")
    emf = bytearray(contents("bitmap.emf"))
    emf[4:8] = bytes(4)
    refused(bytes(emf), ".emf", "0 bytes")


def test_a_palette_beside_a_picture_is_one_of_dr_halo(tmp_path: Path) -> None:
    picture = tmp_path / "girl.cut"
    picture.write_bytes(contents("gray.cut"))
    assert iio.imread(picture).ndim == 2
    (tmp_path / "girl.PAL").write_bytes((DATA / "halo.pal").read_bytes())
    assert iio.imread(picture).ndim == 3
    (tmp_path / "girl.PAL").write_bytes(b"JASC-PAL\r\n0100\r\n")
    with pytest.warns(iio.IIOWarning, match="not a palette of Dr. Halo") as caught:
        assert iio.imread(picture).ndim == 2
    assert caught[0].filename == __file__  # the line that called iio
    (tmp_path / "girl.PAL").write_bytes((DATA / "halo.pal").read_bytes()[:50])
    with pytest.raises(iio.DecodeError, match="colors"):
        iio.imread(picture)
