"""Dialects: what a user sees as an image, its axes, its smaller copies; by the backend as well."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
import tifffile
from tiff_dialects import DIALECTS, Expected, micromanager
from tiff_samples import noise

import iio_core as iio


def same(found: np.ndarray, expected: Expected, image: np.ndarray) -> None:
    assert found.shape == image.shape
    assert found.dtype == image.dtype
    if expected.lossy:
        assert np.abs(found.astype(int) - image).max() < 40
        assert np.abs(found.astype(int) - image).mean() < 4
    else:
        np.testing.assert_array_equal(found, image)


@pytest.mark.parametrize("kind", DIALECTS)
def test_series_are_what_a_user_sees(kind: str) -> None:
    if kind == "NDPI":
        pytest.importorskip("imagecodecs")
    data, images = DIALECTS[kind]()
    with iio.imopen(data, "r", plugin="tiff", extension=".tif") as file:
        assert file.count() == len(images)
        for index, expected in enumerate(images):
            found = file.properties(index=index)
            assert (found.axes, found.shape) == (expected.axes, expected.image.shape)
            same(file.read(index=index), expected, expected.image)
            for number, level in enumerate(expected.levels):
                same(file.read(index=index, level=number + 1), expected, level)
            lead = found.axes.index("Y")
            for first in (slice(None), slice(1, 2), slice(None, None, -1)):
                part = (first,) * lead + np.s_[2:7, 1:6:2]
                same(file.read_region(part, index=index), expected, expected.image[part])


@pytest.mark.parametrize("kind", DIALECTS)
def test_the_backend_sees_the_same(kind: str) -> None:
    data, images = DIALECTS[kind]()
    with tifffile.TiffFile(io.BytesIO(data), is_ndpi=kind.startswith("NDPI")) as file:
        assert [s.shape for s in file.series] == [e.image.shape for e in images]
        assert [len(s.levels) for s in file.series] == [1 + len(e.levels) for e in images]


@pytest.mark.parametrize("kind", DIALECTS)
def test_single_pages(kind: str) -> None:
    """Each is what the backend has, whether the series is stacked of it or scaled."""
    if kind == "NDPI":
        pytest.importorskip("imagecodecs")
    data, _ = DIALECTS[kind]()
    with (
        tifffile.TiffFile(io.BytesIO(data), is_ndpi=kind.startswith("NDPI")) as theirs,
        iio.imopen(data, "r", plugin="tiff", extension=".tif") as ours,
    ):
        for number, page in enumerate(theirs.pages):
            expected = page.asarray()
            if page.axes[:1] == "S":
                expected = np.moveaxis(expected, 0, -1)
            np.testing.assert_array_equal(ours.read(page=number), expected)


def test_what_they_say() -> None:
    def meta(kind: str, **options: object) -> dict[str, object]:
        options = {"index": ..., "plugin": "tiff", "extension": ".tif", **options}
        return iio.immeta(DIALECTS[kind]()[0], **options)

    found = meta("LSM of channels")
    assert found["is_lsm"]
    assert found["lsm"]["VoxelSizeX"] == 2e-7
    assert found["spacing"] == (1e-6, 3e-7, 2e-7)
    assert found["spacing_units"] == ("m", "m", "m")
    assert meta("FluoView")["fluoview"]["ImageName"] == "cells"
    assert meta("NIH Image")["nih"]["PixelsPerLine"] == 11
    assert meta("SVS")["svs"]["AppMag"] == 20
    assert iio.improps(DIALECTS["SVS"]()[0], plugin="tiff").spacing == (0.499, 0.499)
    assert meta("Micro-Manager")["Summary"]["Slices"] == 3
    assert [meta("SVS", index=n)["name"] for n in range(4)] == [
        *("Baseline", "Thumbnail", "Label", "Macro")
    ]
    assert meta("SCN", index=1)["name"] == "region"


def test_an_lsm_that_is_compressed() -> None:
    """Its tables have the lengths of what is unpacked; a page is found by where the next begins."""
    imagecodecs = pytest.importorskip("imagecodecs")
    from tiff_dialects import lsm, many_pages, page_of

    stack, small = noise(3, 30, 40), noise(3, 4, 5, 3)
    data, _ = lsm(planar=False)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        tag = file.pages[0].tags[34412]
        info = bytearray(data[tag.valueoffset : tag.valueoffset + 500])
    info[8:20] = np.array([40, 30, 3], "<i4").tobytes()
    pages = []
    for z in range(3):
        _, entries = page_of(stack[z])
        entries |= {259: (3, (5,)), 254: (4, (0,)), 279: (4, (1200,))}
        if not z:
            entries[34412] = (1, bytes(info))
        pages.append(([imagecodecs.lzw_encode(stack[z].tobytes())], entries))
        strips, entries = page_of(small[z])
        pages.append((strips, {**entries, 254: (4, (1,))}))
    data = many_pages(pages)
    with iio.imopen(data, "r", plugin="tiff", extension=".lsm") as file:
        np.testing.assert_array_equal(file.read(), stack)
        np.testing.assert_array_equal(file.read(page=4), stack[2])
        np.testing.assert_array_equal(file.read(page=3), small[1])


def test_a_stack_of_which_files_are_missing() -> None:
    """What is there is read, and the rest is told."""
    with pytest.warns(iio.IIOWarning, match="missing"):
        image = iio.imread(micromanager((4, 3)), plugin="tiff", extension=".tif")
    np.testing.assert_array_equal(image, noise(6, 8, 10, dtype="uint16").reshape(2, 3, 8, 10))


@pytest.mark.parametrize("place", ["count", "frame", "offset", "index", "slices"])
def test_an_index_map_that_lies(place: str) -> None:
    data = bytearray(micromanager())
    at = int.from_bytes(data[12:16], "little")
    where = {"count": at + 4, "frame": at + 8 + 28, "offset": at + 8 + 36, "index": 12}
    if place == "slices":
        data = data.replace(b'"Slices": 3, "Channels": 1', b'"Slices":3' + b"0" * 15 + b" ", 1)
        assert len(data) == len(micromanager())
    else:
        data[where[place] : where[place] + 4] = b"\xf0\xff\xff\x7f"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = iio.imread(bytes(data), plugin="tiff", extension=".tif")
        except (iio.DecodeError, iio.LimitError):
            return
    assert image.size <= 6 * 80
