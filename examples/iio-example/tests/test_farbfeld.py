"""What the kit cannot know: what farbfeld is, and what this plugin does beyond the minimum."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

HEADER = struct.Struct(">8sII")


def picture(height: int = 5, width: int = 7) -> np.ndarray[Any, np.dtype[np.uint16]]:
    return np.random.default_rng(1).integers(0, 65535, (height, width, 4), np.uint16, endpoint=True)


def test_a_file_is_laid_out_as_the_specification_says() -> None:
    data = iio.imwrite("<bytes>", picture(), extension=".ff")
    assert data == HEADER.pack(b"farbfeld", 7, 5) + picture().astype(">u2").tobytes()


def test_it_is_recognized_without_its_extension(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "image.ff", picture())
    renamed = (tmp_path / "image.ff").rename(tmp_path / "image.dat")
    assert np.array_equal(iio.imread(renamed), picture())


@pytest.mark.parametrize(("width", "height"), [(100_000, 100_000), (2**32 - 1, 1), (30_000, 3)])
def test_a_header_that_declares_more_than_there_is_takes_no_memory(width: int, height: int) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError)):
        iio.imread(HEADER.pack(b"farbfeld", width, height) + bytes(80))


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (0, 0)])
def test_an_image_without_pixels_is_no_image(size: tuple[int, int]) -> None:
    with pytest.raises(iio.DecodeError, match="no image"):
        iio.improps(HEADER.pack(b"farbfeld", *size))


def test_bytes_behind_the_image_are_ignored() -> None:
    data = iio.imwrite("<bytes>", picture(), extension=".ff")
    assert data is not None
    assert np.array_equal(iio.imread(data + b"more"), picture())


@pytest.mark.parametrize(
    "image", [np.zeros((2, 2), np.uint8), np.zeros((2, 2, 3), np.uint16), np.ones((2, 2, 4))]
)
def test_what_it_cannot_hold_is_refused_with_advice(image: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(iio.EncodeError, match="convert=True"):
        iio.imwrite(tmp_path / "image.ff", image)
    assert not list(tmp_path.iterdir())


def test_conversion_on_request() -> None:
    gray = np.array([[0, 255], [1, 128]], np.uint8)
    data = iio.imwrite("<bytes>", gray, extension=".ff", convert=True)
    back = iio.imread(data)
    assert np.array_equal(back[..., 0], gray * np.uint16(257))
    assert np.array_equal(back[..., :3], np.repeat(back[..., :1], 3, axis=2))
    assert (back[..., 3] == 65535).all()
    with pytest.raises(iio.EncodeError, match="float64"):
        iio.imwrite("<bytes>", gray / 255, extension=".ff", convert=True)


def test_a_misspelled_option_is_told() -> None:
    with pytest.raises(iio.OptionError, match="Did you mean 'convert'"):
        iio.imwrite("<bytes>", picture(), extension=".ff", covert=True)


def test_metadata_is_warned_of() -> None:
    with pytest.warns(iio.MetadataWarning, match="Author"):
        iio.imwrite("<bytes>", picture(), extension=".ff", metadata={"Author": "me"})


def test_a_region_reads_only_its_rows(tmp_path: Path) -> None:
    """It is there although the file is cut off behind it."""
    path = tmp_path / "image.ff"
    iio.imwrite(path, picture(5, 7))
    with path.open("r+b") as file:
        file.truncate(16 + 3 * 7 * 8)
    with iio.imopen(path, "r") as opened:
        part = opened.read_region((slice(1, 3), slice(2, 4)))
        assert np.array_equal(part, picture(5, 7)[1:3, 2:4])
        with pytest.raises(iio.DecodeError, match="ends 112 bytes before"):
            opened.read()
        with pytest.raises(iio.OptionError, match="level"):
            opened.read_region((slice(None),), level=1)


def png(image: np.ndarray) -> bytes:
    """Return a PNG of 16 bits, made without a library for images."""
    height, width = image.shape[:2]
    rows = image.astype(">u2").reshape(height, -1)
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)), (b"IDAT", body)]
    chunks = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in [*parts, (b"IEND", b"")]
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.skipif(
    shutil.which("png2ff") is None, reason="compares with png2ff: apt-get install farbfeld"
)
def test_the_tools_of_the_authors_of_the_format_agree() -> None:
    made = subprocess.run(["png2ff"], input=png(picture()), stdout=subprocess.PIPE, check=True)
    assert np.array_equal(iio.imread(made.stdout), picture())
    ours = iio.imwrite("<bytes>", picture(), extension=".ff")
    assert ours == made.stdout
