"""Radiance pictures beside OpenCV and OpenImageIO; files made by hand, damaged ones; the kit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import iio_core as iio
import iio_core.v2 as v2
from iio_core.testing import PluginSuite, Sample

RGBE = np.array(
    [
        [[128, 64, 32, 129], [10, 20, 130, 128], [255, 0, 0, 140]],
        [[1, 2, 131, 120], [0, 0, 0, 0], [200, 100, 50, 136]],
    ],
    np.uint8,
)
FLOATS = np.array(
    [
        [[1.0, 0.5, 0.25], [10 / 256, 20 / 256, 130 / 256], [4080.0, 0, 0]],
        [[2**-16, 2**-15, 131 * 2**-16], [0, 0, 0], [200.0, 100.0, 50.0]],
    ],
    np.float32,
)


def hdr(pixels: bytes, size: str, *lines: str, first: str = "#?RADIANCE") -> bytes:
    return "\n".join([first, *lines, "", size, ""]).encode() + pixels


def picture(height: int = 40, width: int = 70, seed: int = 0) -> np.ndarray:
    """Return noise beside flat parts, over many orders of magnitude."""
    rng = np.random.default_rng(seed)
    image = np.exp(rng.normal(0, 5, (height, width, 3)))
    image[:, width // 3 : width // 2] = image[:, :1]
    image[height // 2 :, : width // 4] = 0
    return image.astype(np.float32)


def known(image: np.ndarray, folder: Path) -> tuple[bytes, np.ndarray]:
    """Return a file of OpenCV's, and what it reads from it."""
    path = str(folder / "known.hdr")
    cv2.imwrite(path, image[..., ::-1])
    return Path(path).read_bytes(), cv2.imread(path, cv2.IMREAD_UNCHANGED)[..., ::-1].copy()


@pytest.mark.slow
class TestRadiance(PluginSuite):
    entry_point = "iio_sci.radiance._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        lines = ("FORMAT=32-bit_rle_rgbe", "EXPOSURE=2", "SOFTWARE=by hand", "# a remark")
        yield Sample("HDR", hdr(RGBE.tobytes(), "-Y 2 +X 3", *lines), FLOATS)
        turned = hdr(RGBE.tobytes(), "+X 2 +Y 3", first="#?RGBE")
        yield Sample("HDR", turned, FLOATS.swapaxes(0, 1)[::-1].copy(), name="turned")
        with tempfile.TemporaryDirectory() as folder:
            packed, image = known(picture(12, 30), Path(folder))
        yield Sample("HDR", packed, image, name="packed", variants=({"apply_exposure": True},))

    # Negative values are written as 0, with a warning: the kit's are turned.
    def encode(self, written: Any, image: Any, **options: Any) -> bytes:
        turned = np.abs(image) if isinstance(image, np.ndarray) else map(np.abs, image)
        return super().encode(written, turned, **options)

    def _first(self, format: iio.Format) -> tuple[Any, np.ndarray]:
        written, image = super()._first(format)
        return written, np.abs(image)


@pytest.mark.parametrize(
    ("size", "turn"),
    [
        ("-Y 2 +X 3", lambda a: a),
        ("-Y 2 -X 3", lambda a: a[:, ::-1]),
        ("+Y 2 +X 3", lambda a: a[::-1]),
        ("+Y 2 -X 3", lambda a: a[::-1, ::-1]),
        ("+X 2 -Y 3", lambda a: a.swapaxes(0, 1)),
        ("+X 2 +Y 3", lambda a: a.swapaxes(0, 1)[::-1]),
        ("-X 2 -Y 3", lambda a: a.swapaxes(0, 1)[:, ::-1]),
        ("-X 2 +Y 3", lambda a: a.swapaxes(0, 1)[::-1, ::-1]),
    ],
)
def test_pictures_are_upright(size: str, turn: Any) -> None:
    data = hdr(RGBE.tobytes(), size)
    np.testing.assert_array_equal(iio.imread(data), turn(FLOATS))
    assert iio.improps(data).shape == turn(FLOATS).shape


@pytest.mark.parametrize("seed", range(4))
def test_others_read_and_write_the_same(tmp_path: Path, seed: int) -> None:
    image = picture(seed=seed)
    data, theirs = known(image, tmp_path)
    np.testing.assert_array_equal(iio.imread(data), theirs)
    path = tmp_path / "ours.hdr"
    for compression in ("rle", "no"):
        iio.imwrite(path, image, compression=compression)
        ours = iio.imread(path)
        np.testing.assert_array_equal(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)[..., ::-1], ours)
        opened = OpenImageIO.ImageInput.open(str(path))
        np.testing.assert_array_equal(opened.read_image(), ours)
        opened.close()
        # Half of the last of eight bits of the largest channel; all of it where that rounds up.
        step = np.exp2(np.ceil(np.log2(image.max(axis=-1, keepdims=True) + 1e-30)) - 8)
        assert (np.abs(ours - image) <= step * 1.001).all()
        assert (np.abs(ours - image) <= step / 2 * 1.001).mean() > 0.99
        iio.imwrite(path, ours, compression=compression)
        np.testing.assert_array_equal(iio.imread(path), ours)


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 300), st.just(3)),
        elements=st.sampled_from([0.0, 0.5, 1.0, 255.0, 256.0, 2.0**-125, 2.0**126])
        | st.floats(0, 2.0**120, width=32, allow_subnormal=False),
        fill=st.sampled_from([np.float32(0), np.float32(1)]),
    )
)
def test_what_is_written_is_read_as_near_as_it_goes(image: np.ndarray) -> None:
    flat = iio.imread(iio.imwrite("<bytes>", image, extension=".hdr", compression="no"))
    packed = iio.imread(iio.imwrite("<bytes>", image, extension=".hdr"))
    np.testing.assert_array_equal(flat, packed)
    largest = image.max(axis=-1, keepdims=True).astype("f8")
    assert (np.abs(packed - image.astype("f8")) <= largest / 255 + 2.0**-127).all()


def test_old_runs() -> None:
    red, blue = bytes([200, 10, 10, 130]), bytes([10, 10, 200, 130])
    row = red + bytes([1, 1, 1, 5]) + blue + bytes([1, 1, 1, 3])  # 1 + 5 + 1 + 3
    found = iio.imread(hdr(row * 2, "-Y 2 +X 10"))
    assert (found[:, :6] == found[0, 0]).all() and (found[:, 6:] == found[0, 6]).all()
    assert found[0, 0].tolist() == [200 / 64, 10 / 64, 10 / 64]
    long = red + bytes([1, 1, 1, 44, 1, 1, 1, 1])  # 1 + 44 + 256
    assert (iio.imread(hdr(long, "-Y 1 +X 301")) == found[0, 0]).all()
    mixed = hdr(row[:4] * 10 + b"\2\2\0\x0a" + b"\x8a\7" * 4, "-Y 2 +X 10")
    assert iio.imread(mixed)[1].tolist() == [[7 * 2.0**-129] * 3] * 10


def test_what_the_header_says() -> None:
    data = hdr(
        RGBE.tobytes(), "-Y 2 +X 3", "# made by hand", "rpict -vp 0 0", "pfilt -x 3",
        "FORMAT=32-bit_rle_xyze", "EXPOSURE=2", "EXPOSURE= 4.0", "COLORCORR=1 2 3",
        "COLORCORR=2 2 2", "SOFTWARE=x = y", "PIXASPECT=1.5",
    )  # fmt: skip
    found = iio.immeta(data)
    assert found == {
        "comments": ["made by hand"], "commands": ["rpict -vp 0 0", "pfilt -x 3"],
        "FORMAT": "32-bit_rle_xyze", "EXPOSURE": 8.0, "COLORCORR": [2.0, 4.0, 6.0],
        "SOFTWARE": "x = y", "PIXASPECT": 1.5,
    }  # fmt: skip
    np.testing.assert_array_equal(iio.imread(data, apply_exposure=True), FLOATS / 8)
    assert "EXPOSURE" not in iio.immeta(data, apply_exposure=True)
    again = iio.imwrite("<bytes>", iio.imread(data), extension=".hdr", metadata=found)
    assert iio.immeta(again) == found
    np.testing.assert_array_equal(iio.imread(again), FLOATS)


def test_what_no_line_holds_is_told() -> None:
    for name, value in (
        ("two words", "x"),
        ("LINES", "a\nb"),
        ("EXPOSURE", "bright"),
        ("EXPOSURE", 0),
        ("LIST", [1, 2]),
        ("commands", ["A=1"]),
        ("comments", ["a\n"]),
        ("FORMAT", "ycbcr"),
    ):
        with pytest.warns(iio.MetadataWarning, match=name):
            iio.imwrite("<bytes>", FLOATS, extension=".hdr", metadata={name: value})


def test_what_cannot_be_written_is_refused() -> None:
    nan, huge = FLOATS.copy(), FLOATS.copy()
    nan[0, 0, 1], huge[0, 0, 1] = np.nan, 2e38
    for unfit in (FLOATS.astype("f8"), FLOATS[..., 0], nan, huge, FLOATS[:0], [FLOATS, FLOATS]):
        with pytest.raises(iio.EncodeError):
            iio.imwrite("<bytes>", unfit, extension=".hdr", is_batch=None)
    with pytest.warns(iio.IIOWarning, match="negative"):
        data = iio.imwrite("<bytes>", -FLOATS, extension=".hdr")
    assert not iio.imread(data).any()
    with pytest.raises(iio.OptionError):
        iio.imwrite("<bytes>", FLOATS, extension=".hdr", compression="zip")


ROW = b"\2\2\0\x0a"


@pytest.mark.parametrize(
    "data",
    [
        hdr(RGBE.tobytes()[:-1], "-Y 2 +X 3"),
        hdr(RGBE.tobytes(), "-Y 2 +Y 3"),
        hdr(RGBE.tobytes(), "-Y 0 +X 3"),
        hdr(RGBE.tobytes(), "-Y -2 +X 3"),
        hdr(RGBE.tobytes(), "-Y 999999999 +X 999999999"),
        hdr(RGBE.tobytes(), "-Y 99999999999999999999 +X 3"),
        hdr(RGBE.tobytes(), "2 3"),
        hdr(RGBE.tobytes(), "-Y 2 +X 3", "FORMAT=jpeg"),
        hdr(RGBE.tobytes(), "-Y 2 +X 3", "EXPOSURE=0"),
        hdr(RGBE.tobytes(), "-Y 2 +X 3", "EXPOSURE=nan"),
        hdr(RGBE.tobytes(), "-Y 2 +X 3", "COLORCORR=1 2"),
        hdr(ROW + b"\x8a\7" * 3, "-Y 1 +X 10"),
        hdr(ROW + b"\x8b\7" * 4, "-Y 1 +X 10"),
        hdr(ROW + b"\x80\7" * 40, "-Y 1 +X 10"),
        hdr(ROW + b"\x00\7" * 40, "-Y 1 +X 10"),
        hdr(ROW + b"\x0a\7", "-Y 1 +X 10"),
        hdr(b"\1\1\1\x05" + RGBE.tobytes(), "-Y 1 +X 5"),
        hdr(RGBE.tobytes()[:4] + b"\1\1\1\xff", "-Y 1 +X 5"),
        hdr(RGBE.tobytes()[:4] + b"\1\1\1\0" * 9, "-Y 1 +X 5"),
        b"#?RADIANCE\n" + b"x" * 2_000_000,
        b"#?RADIANCE\n",
    ],
)  # fmt: skip
def test_damaged_files_are_errors(data: bytes) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError)):
        iio.imread(data, extension=".hdr")


def test_other_formats_of_the_name_are_left_to_others(tmp_path: Path) -> None:
    path = tmp_path / "scene.hdr"
    path.write_bytes(b"ENVI\nsamples = 3\n")
    with iio.use("radiance", only=True), pytest.raises(iio.IIOError):
        iio.imread(path)
    picture_of = tmp_path / "scene.pic"
    picture_of.write_bytes(hdr(RGBE.tobytes(), "-Y 2 +X 3"))
    np.testing.assert_array_equal(iio.imread(picture_of), FLOATS)


def test_the_name_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.hdr"
    v2.imwrite(path, FLOATS.astype("f8"), format="HDR-FI", flags=0)
    np.testing.assert_array_equal(v2.imread(path, format="HDR-FI"), FLOATS)
    v2.imwrite(path, np.full((3, 4, 3), 200, np.uint8), format="HDR-FI")
    np.testing.assert_array_equal(v2.imread(path), np.full((3, 4, 3), 200, np.float32))
