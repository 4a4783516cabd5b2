"""BSDF beside PyPI's bsdf, both ways; streams; damaged files."""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import bsdf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import iio_core as iio
import iio_core.v2 as v2

from .test_sci_bsdf_conformance import EXTENSIONS, META, Tagged, Volume, saved, streamed

IMAGE = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
KINDS = ["?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"]


def theirs(data: bytes) -> Any:
    return bsdf.decode(data, EXTENSIONS)


@settings(max_examples=80, deadline=None)
@given(
    array=hnp.arrays(st.sampled_from(KINDS), hnp.array_shapes(min_dims=1, max_dims=5, max_side=5)),
    compression=st.sampled_from(["no", "zlib", "bz2"]),
    checksum=st.booleans(),
)
def test_arrays_go_both_ways(array: np.ndarray, compression: str, checksum: bool) -> None:
    options = {"compression": compression, "checksum": checksum}
    data = iio.imwrite("<bytes>", array, extension=".bsdf", **options)
    found = theirs(data)
    kind = {2: Tagged, 3: Volume if array.shape[-1] > 4 else Tagged, 4: Volume}
    if array.ndim in kind:
        assert type(found) is kind[array.ndim]
        found = found.array
    np.testing.assert_array_equal(found, array)
    np.testing.assert_array_equal(iio.imread(data), array)
    back = saved(array, compression=compression, use_checksum=checksum)
    ours = iio.imread(back)
    np.testing.assert_array_equal(ours, array)
    assert ours.dtype == array.dtype


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.binary()
    | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abcµ", min_size=1), inner),
    max_leaves=10,
)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text("abcde µ", min_size=1), VALUES), st.sampled_from(["no", "zlib"]))
def test_metadata_of_any_kind_goes_both_ways(metadata: dict[str, Any], compression: str) -> None:
    image = IMAGE[0]
    data = iio.imwrite(
        "<bytes>", image, extension=".bsdf", metadata=metadata, compression=compression
    )
    assert iio.immeta(data) == theirs(data).meta == metadata
    assert iio.immeta(saved(Tagged(image, **metadata))) == metadata


def test_arrays_in_metadata() -> None:
    told = {"dark": np.arange(6.0).reshape(2, 3), "n": np.int16(3), "x": np.float32(0.5)}
    data = iio.imwrite("<bytes>", IMAGE[0], extension=".bsdf", metadata=told)
    for found in (iio.immeta(data), theirs(data).meta):
        np.testing.assert_array_equal(found["dark"], told["dark"])
        assert found["n"] == 3 and found["x"] == 0.5


def test_what_it_cannot_hold_is_told() -> None:
    for name, value in (("set", {1}), ("big", 2**63), ("keys", {1: 2}), ("text", "\ud800")):
        with pytest.warns(iio.MetadataWarning, match=name):
            data = iio.imwrite(
                "<bytes>", IMAGE, extension=".bsdf", metadata={name: value, "kept": 1}
            )
        assert iio.immeta(data) == {"kept": 1}
    with pytest.raises(iio.EncodeError):
        iio.imwrite("<bytes>", IMAGE.astype("M8[s]"), extension=".bsdf")
    for wrong in ("lzma", 3, True):
        with pytest.raises(iio.OptionError):
            iio.imwrite("<bytes>", IMAGE, extension=".bsdf", compression=wrong)


def test_series_go_both_ways() -> None:
    for count in (1, 2, 300):
        images = [IMAGE[0] + i for i in range(count)]
        data = iio.imwrite("<bytes>", iter(images), extension=".bsdf")
        found = theirs(data)
        found = [found] if count == 1 else found
        np.testing.assert_array_equal([f.array for f in found], images)
        np.testing.assert_array_equal(iio.imread(data, index=...), images)
        tags = [Tagged(i, number=n) for n, i in enumerate(images)]
        for back in (saved(tags), streamed(*tags), streamed(*tags, closed=True)):
            with iio.imopen(back, "r") as file:
                np.testing.assert_array_equal(file.read(index=count - 1), images[-1])
                np.testing.assert_array_equal(file.read(index=0), images[0])
                assert file.count() == count
                assert file.metadata(index=count - 1) == {"number": count - 1}
                np.testing.assert_array_equal(np.stack(list(file)), images)


def test_streams_are_read_once() -> None:
    data = streamed(Tagged(IMAGE[0]), Tagged(IMAGE[1]), Tagged(IMAGE[2]))
    with iio.imopen(data, "r", random_access=False) as file:
        assert file.count() is None
        np.testing.assert_array_equal(file.read(index=1), IMAGE[1])
        with pytest.raises(iio.OptionError, match="passed"):
            file.read(index=0)
        np.testing.assert_array_equal(file.read(index=2), IMAGE[2])
    np.testing.assert_array_equal(list(iio.imiter(data, random_access=False)), IMAGE)
    with iio.imopen(data, "r", random_access=True) as file:
        assert file.count() == 3


class Slow(BaseHTTPRequestHandler):
    """Sends an image, and the next only when the test has seen the first."""

    pieces: tuple[bytes, ...] = ()
    seen = threading.Event()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.pieces[0])
        self.wfile.flush()
        self.seen.wait(30)
        self.wfile.write(self.pieces[1])

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("IIO_NO_INTERNET", raising=False)
    noise = np.random.default_rng(0).integers(0, 255, (3, 200, 200)).astype(np.uint8)
    whole = streamed(*(Tagged(image) for image in noise))
    Slow.pieces = whole[:90_000], whole[90_000:]  # two and a quarter of three
    Slow.seen.clear()
    with HTTPServer(("127.0.0.1", 0), Slow) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/a.bsdf"
        Slow.seen.set()
        thread.join()


def test_images_are_read_from_a_server_as_they_come(url: str) -> None:
    images = iio.imiter(url)
    assert next(images).shape == (200, 200)
    Slow.seen.set()
    assert len(list(images)) == 2


def test_regions_and_maps(tmp_path: Path) -> None:
    path = tmp_path / "a.bsdf"
    big = np.arange(90_000, dtype="u4").reshape(300, 300)
    for compression in ("no", "zlib"):
        iio.imwrite(path, [big, big + 1], compression=compression)
        with iio.imopen(path, "r") as file:
            part = file.read_region((slice(5, 50, 7), slice(None, None, -3)), index=1)
        np.testing.assert_array_equal(part, (big + 1)[5:50:7, ::-3])
    with pytest.raises(iio.OptionError, match="compressed"):
        iio.imread(path, memmap=True)
    iio.imwrite(path, big, compression="no")
    mapped = iio.imread(path, memmap=True)
    assert isinstance(mapped, np.memmap) and mapped.flags.aligned
    np.testing.assert_array_equal(mapped, big)
    del mapped


HEAD = b"BSDF\x02\x02"


def ndarray(shape: bytes, dtype: bytes, blob: bytes) -> bytes:
    entries = (
        b"\x05shape" + shape + b"\x05dtypes" + bytes([len(dtype)]) + dtype + b"\x04data" + blob
    )
    return HEAD + b"M\x07ndarray\x03" + entries


SHAPE = b"l\x02h\x02\x00h\x03\x00"
BLOB = b"b\x06\x06\x06\x00\x00\x00abcdef"


def test_the_hand_made_array() -> None:
    image = iio.imread(ndarray(SHAPE, b"uint8", BLOB))
    assert image.tolist() == [[97, 98, 99], [100, 101, 102]]


@pytest.mark.parametrize(
    "data",
    [
        b"BSDF\x03\x00" + b"v",
        HEAD,
        HEAD + b"v",
        HEAD + b"s\x02hi",
        HEAD + b"q",
        HEAD + b"l\x01v",
        HEAD + b"l\xfd" + b"\xff" * 8,
        HEAD + b"m\xfd" + b"\xff" * 8,
        HEAD + b"s\xfd" + b"\xff" * 8,
        HEAD + b"m\x01\xfd" + b"\xff" * 8,
        HEAD + b"l\x01" * 5000,
        HEAD + b"m\x01\x01a" * 5000,
        HEAD + b"m\x01\x05array" + b"v",
        HEAD + b"X\x02hiv",
        HEAD + b"X\x02\xff\xfev",
        HEAD + b"L\x01c\x02s\x011s\x012",
        HEAD + b"L\x01c\x02l\x00l\x00",
        ndarray(b"l\x02h\x02\x00h\xff\xff", b"uint8", BLOB),
        ndarray(b"l\x02h\x02\x00h\x04\x00", b"uint8", BLOB),
        ndarray(b"l\x02h\x02\x00y", b"uint8", BLOB),
        ndarray(b"h\x02\x00", b"uint8", BLOB),
        ndarray(b"l\x02h\x00\x00i" + struct.pack("<q", 2**62), b"float64", b"b" + bytes(6)),
        ndarray(SHAPE, b"object", BLOB),
        ndarray(SHAPE, b"U5", BLOB),
        ndarray(SHAPE, b"nothing", BLOB),
        ndarray(SHAPE, b"i4,f4", BLOB),
        ndarray(SHAPE, b"uint8", b"v"),
        ndarray(SHAPE, b"uint8", b"b\x06\x07\x06\x00\x00\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\x06\x06\x06\x03\x00\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\x06\x06\x06\x01\x00\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\x06\x06\x06\x02\x00\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\x06\x05\x06\x00\x00\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\x06\x06\x06\x00\xff" + bytes(16) + b"\x00abcdef"),
        ndarray(SHAPE, b"uint8", b"b\xfd" + b"\xff" * 8 + b"\x06\x06\x00\x00\x00abc"),
        ndarray(SHAPE, b"uint8", b"b" + (b"\xfd" + b"\xff" * 8) * 3 + b"\x00\x00\x00abc"),
        ndarray(
            b"l\x01i" + struct.pack("<q", 10**9), b"uint8",
            b"b\x06\x06\xfd" + struct.pack("<Q", 10**9) + b"\x01\x00\x00abcdef",
        ),
        ndarray(
            b"l\x01i" + struct.pack("<q", 10**12), b"uint8",
            b"b\x06\x06\xfd" + struct.pack("<Q", 10**12) + b"\x02\x00\x00abcdef",
        ),
    ],
)  # fmt: skip
def test_damaged_files_are_errors(data: bytes) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError)) as caught:
        iio.imread(data, extension=".bsdf", index=0)
    # It is the reader that says what is wrong, and not something that it tripped over.
    assert "could not be decoded" not in str(caught.value)


def test_blobs_in_metadata_are_bounded() -> None:
    image = saved(Tagged(IMAGE[0], dark=bytes(3_000_000)), compression=1)
    assert iio.immeta(image) == {"dark": bytes(3_000_000)}
    with iio.limits(metadata_bytes="1MiB"):
        assert iio.imread(image).shape == (4, 5)
        with pytest.raises(iio.LimitError):
            iio.immeta(image)
    many = HEAD + b"l\xfd" + struct.pack("<Q", 1) + b"l\xfd" + struct.pack("<Q", 10**6)
    with iio.limits(metadata_bytes="1MiB"), pytest.raises(iio.LimitError):
        iio.imread(many + b"v" * 10**6)


def test_the_name_and_options_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.bsdf"
    for compression in (0, 1, 2, "no", "zlib", "bz2"):
        v2.volwrite(path, IMAGE, format="BSDF", compression=compression)
        np.testing.assert_array_equal(v2.volread(path, format="bsdf"), IMAGE)
    v2.mimwrite(path, list(IMAGE), format="BSDF")
    np.testing.assert_array_equal(np.stack(v2.mimread(path)), IMAGE)
    with v2.get_reader(path, random_access=True) as reader:
        assert len(reader) == 3
    with v2.get_reader(path, mode="I", random_access=False) as reader:
        np.testing.assert_array_equal(reader.get_next_data(), IMAGE[0])
    v2.imwrite(path, v2.core.Array(IMAGE[0], META), format="BSDF")
    image = v2.imread(path)
    np.testing.assert_array_equal(image, IMAGE[0])
    assert {k: image.meta[k] for k in META} == META


def test_the_real_file(real: Path) -> None:
    png = iio.imread(real / "chelsea.png")
    np.testing.assert_array_equal(iio.imread(real / "chelsea.bsdf"), png)
    data = (real / "chelsea.bsdf").read_bytes()
    np.testing.assert_array_equal(theirs(data).array, png)
    sink = io.BytesIO()
    iio.imwrite(sink, png, extension=".bsdf", compression="bz2")
    np.testing.assert_array_equal(theirs(sink.getvalue()).array, png)
