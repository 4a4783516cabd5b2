"""Pages that are read without the backend are what the backend would have read."""

from __future__ import annotations

import io
import random
import warnings

import numpy as np
import pytest
import tifffile
from tiff_samples import handmade, noise, written

import iio_core as iio
from iio_tiff._selection import Selection

KINDS = {
    "rows": written(noise(20, 30, dtype="uint16"), metadata=None),
    "strips": written(noise(20, 30), metadata=None, rowsperstrip=3),
    "big-endian": written(noise(20, 30, dtype="int32"), metadata=None, byteorder=">"),
    "colors": written(noise(9, 8, 3, dtype="float32"), metadata=None, photometric="rgb"),
    "deflate": written(noise(20, 30), metadata=None, compression="zlib", rowsperstrip=6),
    "bigtiff": written(noise(9, 10), metadata=None, bigtiff=True),
}


KINDS["told shape"] = written(noise(9, 10))
KINDS["told colors"] = written(noise(9, 10, 3), photometric="rgb")


def through_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Selection, "plain", lambda self, page: None)


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_read_without_the_backend(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And that is how they are read: a backend that fails does not matter."""
    pytest.importorskip("imagecodecs")
    expected = tifffile.imread(io.BytesIO(KINDS[kind]))
    monkeypatch.setattr("iio_tiff._opening.TiffFile", None)
    for options in ({}, {"index": 0}, {"page": 0}, {"page": -1}, {"out": np.empty_like(expected)}):
        image = iio.imread(KINDS[kind], plugin="tiff", **options)
        np.testing.assert_array_equal(image, expected)
        assert image.dtype == expected.dtype.newbyteorder("=")


@pytest.mark.parametrize(
    "options",
    [
        {"compression": c, "predictor": p, "byteorder": o, "rowsperstrip": r}
        for c in (None, "zlib", "lzw", "zstd", "lzma", "packbits")
        for p in (False, True)
        for o in "<>"
        for r in (4, 31)
        if not (c in (None, "packbits") and p)
    ],
    ids=lambda options: "-".join(map(str, options.values())),
)
def test_every_strip_is_where_it_belongs(options: dict[str, object]) -> None:
    pytest.importorskip("imagecodecs")
    kinds = ("uint8", "uint16", "int32") if options["predictor"] else ("uint8", "int64", "float32")
    for dtype in kinds:
        image = noise(31, 17, 3, dtype=dtype)
        data = written(image, photometric="rgb", metadata=None, **options)
        np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)
        with iio.imopen(data, "r", plugin="tiff") as file:
            np.testing.assert_array_equal(file.read(index=0), image)
            np.testing.assert_array_equal(file.read(page=0, maxworkers=3), image)


BASE = {256: (3, (6,)), 257: (3, (4,)), 258: (3, (8,)), 259: (3, (1,)), 262: (3, (1,))}
ODD = {
    "fill order": {266: (3, (2,))},
    "subsampled": {262: (3, (6,)), 277: (3, (3,)), 258: (3, (8, 8, 8)), 530: (3, (2, 2))},
    "predictor": {317: (3, (2,))},
    "floats that are not declared": {258: (3, (32,))},
    "samples that differ": {277: (3, (2,)), 258: (3, (8, 16))},
    "planes": {277: (3, (2,)), 258: (3, (8, 8)), 284: (3, (2,))},
    "a compression of another type": {259: (1, (5,))},
    "depth": {32997: (4, (2,))},
    "complex": {258: (3, (64,)), 339: (3, (6,))},
    "no rows per strip": {278: (3, (2, 2))},
    "rgb of one sample": {262: (3, (2,))},
}
REFUSED = {"subsampled", "samples that differ", "a compression of another type"}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_odd_is_as_the_backend_has_it(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = handmade(noise(64, 6).tobytes(), BASE | {277: (3, (1,)), 278: (3, (4,))} | ODD[kind])
    found = outcome(data)
    assert (found is None) == (kind in REFUSED)
    through_backend(monkeypatch)
    theirs = outcome(data)
    assert (theirs is None) == (kind in REFUSED)
    same(found, theirs)


def test_one_sample_of_a_color_is_an_axis_of_a_page_only() -> None:
    image = noise(4, 6)
    data = handmade(image.tobytes(), BASE | {277: (3, (1,)), 278: (3, (4,))} | {262: (3, (2,))})
    assert iio.improps(data, plugin="tiff", index=0).shape == (4, 6)
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff", index=0), image)


@pytest.mark.parametrize(
    "text",
    [
        *('{"shape": [1, 5, 7]}', '{"shape": [5, 7, 1]}', "shape=(1, 5, 7)"),
        *('{"shape": [5, 7], "axes": "XY"}', "ImageJ=1.11a\nimages=1\nslices=1\n", "a cat"),
    ],
)
def test_descriptions_that_say_more_are_heard(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(noise(5, 7), description=text, metadata=None)
    properties = iio.improps(data, plugin="tiff")
    image = iio.imread(data, plugin="tiff")
    assert image.shape == properties.shape
    through_backend(monkeypatch)
    np.testing.assert_array_equal(iio.imread(data, plugin="tiff"), image)


def outcome(data: bytes) -> np.ndarray | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return iio.imread(data, extension=".tif", plugin="tiff", page=0)
        except iio.IIOError:
            return None


def same(one: np.ndarray | None, other: np.ndarray | None) -> None:
    """Compare; one of the two may be more careful."""
    if one is not None and other is not None:
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_changed_files_are_the_same_either_way(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("imagecodecs")
    data, chance = KINDS[kind], random.Random(kind)
    at = int.from_bytes(data[4:8], "little") if data[:2] == b"II" else 8
    at = 16 if kind == "bigtiff" else at
    made = []
    for _ in range(150):
        one = bytearray(data)
        reach = range(at, min(len(one), at + 220)) if chance.random() < 0.8 else range(len(one))
        for _ in range(chance.choice([1, 1, 2])):
            one[chance.choice(reach)] = chance.choice([0, 1, 2, 3, 8, 255, chance.randrange(256)])
        made.append(bytes(one))
    plain = [outcome(one) for one in made]
    through_backend(monkeypatch)
    both = 0
    for one, found in zip(made, plain, strict=True):
        other = outcome(one)
        same(found, other)
        both += found is not None and other is not None
    assert both > 10


def rows(number: int, **options: object) -> bytes:
    """Return a file whose directories stand in a row, as writers put those of a stack."""
    return written(noise(number, 5, 6), photometric="minisblack", **options)


@pytest.mark.parametrize("options", [{}, {"bigtiff": True}, {"byteorder": ">"}], ids=str)
@pytest.mark.parametrize("number", [1, 2, 3, 4, 700])
def test_directories_in_a_row(number: int, options: dict[str, object]) -> None:
    data, stack = rows(number, **options), noise(number, 5, 6)
    np.testing.assert_array_equal(np.squeeze(iio.imread(data)), np.squeeze(stack))
    with iio.imopen(data, "r") as file:
        for page in {0, number // 2, number - 1}:
            np.testing.assert_array_equal(file.read(page=page), stack[page])
        np.testing.assert_array_equal(file.read(page=-1), stack[-1])
        with pytest.raises(iio.FrameIndexError):
            file.read(page=number)
        assert len(list(file.iter_pages())) == number


@pytest.mark.parametrize("page", [5, 350, 698])
def test_one_in_a_row_that_lies(page: int) -> None:
    """An offset of strips, or a link, that leaves the file is found among its like."""
    data = bytearray(rows(700))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tag = file.pages[page].aspage().tags[256]
        start = file.pages[page].offset
        link = start + 2 + 12 * len(file.pages[page].aspage().tags)
    broken = bytes(data[: tag.offset + 4]) + b"\xff\xff\xff\x7f" + bytes(data[tag.offset + 8 :])
    with pytest.raises(iio.DecodeError):
        iio.imread(broken)
    for value in (0x7FFFFFF0, start):
        broken = bytes(data[:link]) + value.to_bytes(4, "little") + bytes(data[link + 4 :])
        with pytest.raises(iio.DecodeError, match=r"directory|circle"):
            iio.imread(broken)


def test_limits_are_of_the_page() -> None:
    data = KINDS["rows"]
    with iio.limits(array_bytes=1199, ratio=0), pytest.raises(iio.LimitError):
        iio.imread(data, plugin="tiff")
    with iio.limits(array_bytes=1200, ratio=0):
        iio.imread(data, plugin="tiff")
