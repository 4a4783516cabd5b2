"""Windows bitmaps: pixels against files made by hand and by FFmpeg, and headers that lie."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from codecs_hostile import survive
from codecs_samples import by_ffmpeg, by_pillow, picture, read_by_ffmpeg
from hypothesis import given, settings
from hypothesis import strategies as st

import iio_core as iio

GRAYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
COLORS = (np.arange(256)[:, None] * (1, 7, 31) % 256).astype(np.uint8)
GRAY, RGB = picture("uint8", 1, 20, 23), picture("uint8", 3, 20, 23)


def bitmap(
    image: np.ndarray, colors: np.ndarray | None = None, *, size: int = 40, top_down: bool = False
) -> bytes:
    """Return a BMP that is put together by hand; of numbers, if there are colors for them."""
    height, width = image.shape[:2]
    stored = image if colors is not None else image[..., ::-1]
    stored = stored if top_down else stored[::-1]
    rows = b"".join(row.tobytes() + bytes(-row.nbytes % 4) for row in stored)
    palette = b"" if colors is None else b"".join(c[::-1].tobytes() + b"\0" for c in colors)
    bits, used = (24, 0) if colors is None else (8, len(colors) % 256)
    start = 14 + size + len(palette)
    lines = -height if top_down else height
    file = struct.pack("<2sIHHI", b"BM", start + len(rows), 0, 0, start)
    info = struct.pack("<IiiHHIIiiII", size, width, lines, 1, bits, 0, 0, 11811, 5906, used, 0)
    return file + info + bytes(size - 40) + palette + rows


def read(data: bytes, **options: object) -> np.ndarray:
    return iio.imread(data, plugin="codecs", **options)


@pytest.mark.parametrize("size", [40, 108, 124])
@pytest.mark.parametrize("top_down", [False, True])
def test_made_by_hand(size: int, top_down: bool) -> None:
    how = {"size": size, "top_down": top_down}
    np.testing.assert_array_equal(read(bitmap(RGB, **how)), RGB)
    np.testing.assert_array_equal(read(bitmap(GRAY, GRAYS, **how)), GRAY)
    np.testing.assert_array_equal(read(bitmap(GRAY, COLORS, **how)), COLORS[GRAY])
    few = bitmap(GRAY % 16, COLORS[:16], **how)
    np.testing.assert_array_equal(read(few), COLORS[GRAY % 16])
    assert iio.immeta(few, plugin="codecs")["dpi"] == pytest.approx((300, 150), rel=1e-3)


def test_ffmpeg_and_ours() -> None:
    bgr = np.ascontiguousarray(RGB[..., ::-1])
    np.testing.assert_array_equal(read(by_ffmpeg("bmp", "bgr24", bgr)), RGB)
    for image in (GRAY, RGB):
        data = iio.imwrite("<bytes>", image, extension=".bmp", plugin="codecs")
        color = image if image is RGB else np.repeat(image[..., None], 3, axis=-1)
        np.testing.assert_array_equal(read_by_ffmpeg("bmp", data, "rgb24"), color)
        np.testing.assert_array_equal(read(data), image)


def test_resolution_is_kept() -> None:
    data = iio.imwrite(
        "<bytes>", RGB, extension=".bmp", plugin="codecs", metadata={"dpi": (300, 150)}
    )
    assert struct.unpack_from("<ii", data, 38) == (11811, 5906)
    assert iio.immeta(data, plugin="codecs")["dpi"] == pytest.approx((300, 150), rel=1e-3)
    with pytest.warns(iio.MetadataWarning, match="dpi"):
        iio.imwrite("<bytes>", RGB, extension=".bmp", plugin="codecs", metadata={"dpi": (0, 0)})


def test_others_are_left_to_others() -> None:
    """What imagecodecs does not decode in all its releases, or not as Pillow does."""
    bilevel = by_pillow(GRAY > 99, "BMP")
    alpha = by_pillow(picture("uint8", 4), "BMP")
    two = bitmap(GRAY % 2, COLORS[:2])
    old = bytearray(bitmap(RGB))
    old[14] = 12
    for data in (bilevel, alpha, two, bytes(old)):
        with pytest.raises(iio.NoPluginError, match="pip install iio-pillow"):
            read(data)
    with pytest.raises(iio.EncodeError, match="1 or 3 channels"):
        iio.imwrite("<bytes>", picture("uint8", 4), extension=".bmp", plugin="codecs")


def test_a_cut_file_is_an_error() -> None:
    data = bitmap(GRAY, COLORS)
    for length in (10, 30, 60, 700, len(data) - 1):
        with pytest.raises(iio.DecodeError, match="it is cut"):
            iio.imread(data[:length], plugin="codecs", extension=".bmp")


@pytest.mark.parametrize("field", [18, 22])
def test_a_size_that_is_not_in_the_file(field: int) -> None:
    data = bytearray(bitmap(RGB))
    data[field : field + 4] = struct.pack("<i", 60_000)
    with pytest.raises(iio.DecodeError, match="it is cut"):
        read(bytes(data))
    data[field : field + 4] = struct.pack("<i", -(2**31))
    with pytest.raises(iio.IIOError):
        read(bytes(data))


NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 8, 24, 40, 54, 256, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
FIELDS = st.sampled_from([2, 10, 14, 18, 22, 26, 28, 30, 34, 38, 46, 50])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.tuples(FIELDS, NUMBERS), max_size=3), st.booleans(), st.integers(0, 99))
def test_headers_that_lie(changes: list[tuple[int, int]], gray: bool, cut: int) -> None:
    """The codec divides by what is declared, and reads what is not there; it is not let to."""
    data = bytearray(bitmap(GRAY, COLORS) if gray else bitmap(RGB))
    for place, number in changes:
        data[place : place + 4] = number.to_bytes(4, "little")
    survive(bytes(data[: len(data) - cut // 4]), "BMP", pixels=True)
