"""PFM: files laid out by hand, beside OpenCV, damaged ones; the kit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import iio_core as iio
import iio_core.v2 as v2
from iio_core.testing import PluginSuite, Sample

GRAY = np.arange(12, dtype=np.float32).reshape(3, 4) - 5.5
COLOR = np.arange(36, dtype=np.float32).reshape(3, 4, 3) / 7


def pfm(image: np.ndarray, scale: str = "-1.0", head: str = "{kind}\n{width} {height}\n") -> bytes:
    """Return a file, row after row from the bottom."""
    kind = "PF" if image.ndim == 3 else "Pf"
    text = head.format(kind=kind, width=image.shape[1], height=image.shape[0]) + scale + "\n"
    order = "<f4" if scale.startswith("-") else ">f4"
    return text.encode() + b"".join(row.astype(order).tobytes() for row in reversed(image))


@pytest.mark.slow
class TestPfm(PluginSuite):
    entry_point = "iio_sci.pfm._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("PFM", pfm(GRAY), GRAY)
        yield Sample("PFM", pfm(COLOR, "2.5"), COLOR, name="color, big endian")


@pytest.mark.parametrize("image", [GRAY, COLOR], ids=["gray", "color"])
@pytest.mark.parametrize("scale", ["-1", "1.000", "-0.5", "3e2"])
@pytest.mark.parametrize("head", ["{kind}\n{width} {height}\n", "{kind} {width}\t{height} "])
def test_hand_made_files(image: np.ndarray, scale: str, head: str) -> None:
    data = pfm(image, scale, head)
    np.testing.assert_array_equal(iio.imread(data), image)
    told = {} if abs(float(scale)) == 1 else {"scale": abs(float(scale))}
    assert iio.immeta(data) == told


@pytest.mark.parametrize("image", [GRAY, COLOR], ids=["gray", "color"])
@pytest.mark.parametrize("byteorder", [None, "<", ">"])
def test_opencv_reads_and_writes_the_same(
    tmp_path: Path, image: np.ndarray, byteorder: str | None
) -> None:
    path = tmp_path / "a.pfm"
    swap = (lambda a: a[..., ::-1]) if image.ndim == 3 else (lambda a: a)
    iio.imwrite(path, image, byteorder=byteorder)
    theirs = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(swap(theirs), image)
    cv2.imwrite(str(path), swap(image))
    np.testing.assert_array_equal(iio.imread(path), image)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(slice, *[st.none() | st.integers(-5, 5)] * 2, st.sampled_from([None, -2, -1, 2])),
    st.builds(slice, *[st.none() | st.integers(-5, 5)] * 2, st.sampled_from([None, -2, -1, 2])),
)
def test_regions_are_those_of_numpy(rows: slice, columns: slice) -> None:
    for image in (GRAY, COLOR):
        with iio.imopen(pfm(image), "r") as file:
            np.testing.assert_array_equal(file.read_region((rows, columns)), image[rows, columns])


def test_maps_scales_and_orders(tmp_path: Path) -> None:
    path = tmp_path / "a.pfm"
    iio.imwrite(path, COLOR, metadata={"scale": 2.5})
    mapped = iio.imread(path, memmap=True)
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, COLOR)
    del mapped
    assert iio.immeta(path) == {"scale": 2.5}
    assert (b"-2.5" in path.read_bytes()) is (sys.byteorder == "little")
    iio.imwrite(path, COLOR, metadata={"scale": 2.5}, scale=1)
    assert iio.immeta(path) == {}


@pytest.mark.parametrize(
    "data",
    [
        b"PF",
        b"PF\n3",
        b"PF\n-3 4\n-1\n" + bytes(500),
        b"PF\n0 4\n-1\n" + bytes(500),
        b"PF\n3.5 4\n-1\n" + bytes(500),
        b"PF\n3 4\n0\n" + bytes(500),
        b"PF\n3 4\nnan\n" + bytes(500),
        b"PF\n3 4\nlittle\n" + bytes(500),
        b"PF\n3 4\n-1\n" + bytes(143),
        b"PF\n" + b"3" * 1000,
        b"PF\n999999999 999999999\n-1\n" + bytes(500),
        b"PFx\n3 4\n-1\n" + bytes(500),
    ],
)
def test_damaged_files_are_errors(data: bytes) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError)):
        iio.imread(data, extension=".pfm")


def test_what_cannot_be_written_is_refused() -> None:
    for unfit in (GRAY.astype("f8"), GRAY.astype("u1"), COLOR[..., :2], GRAY[:0], [GRAY, GRAY]):
        with pytest.raises(iio.EncodeError):
            iio.imwrite("<bytes>", unfit, extension=".pfm", plugin="pfm")
    for options in ({"byteorder": "big"}, {"scale": 0.0}, {"scale": "1"}, {"scale": -1.0}):
        with pytest.raises(iio.OptionError):
            iio.imwrite("<bytes>", GRAY, extension=".pfm", **options)


def test_the_name_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.pfm"
    v2.imwrite(path, COLOR.astype("f8"), format="PFM-FI", flags=0)
    np.testing.assert_array_equal(v2.imread(path, format="PFM-FI", flags=0), COLOR)
    np.testing.assert_array_equal(v2.imread(path), COLOR)
