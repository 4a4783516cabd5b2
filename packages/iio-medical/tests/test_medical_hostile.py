"""Headers that lie, are cut or have no end; and the scanner of headers beside pydicom."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from medical_samples import data_set, dicom, encoded, series, volume
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

import iio_core as iio
from iio_medical._dicom._header import WANTED
from iio_medical._dicom._scan import Odd, Short, scan

STORED = volume()[0]
QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def element(group: int, number: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    size = len(value) if length is None else length
    if vr in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return struct.pack("<HH2sHL", group, number, vr, 0, size) + value
    return struct.pack("<HH2sH", group, number, vr, size) + value


def with_element(data: bytes, extra: bytes) -> bytes:
    """Put an element of group 0009 where it belongs, in front of group 0010."""
    place = data.index(b"\x10\0\x10\0PN")
    return data[:place] + extra + data[place:]


def refused(data: Any, **options: Any) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(iio.IIOError) as caught:
            iio.imread(data, **options)
    assert not isinstance(caught.value, iio.PluginContractError)
    return str(caught.value)


@pytest.mark.parametrize("length", [0xFFFFFFF0, 0x7FFFFFFF, 0xFFFF])
def test_elements_that_claim_gigabytes(length: int) -> None:
    data = with_element(dicom(STORED), element(9, 0x1001, b"UN", b"abc", length))
    refused(data)


def test_pixels_that_claim_gigabytes() -> None:
    data = bytearray(dicom(STORED))
    place = data.index(b"\xe0\x7f\x10\0OW") + 8
    data[place : place + 4] = b"\xf0\xff\xff\xff"
    assert np.array_equal(iio.imread(bytes(data)), STORED), "what is there is enough"


def test_rows_that_are_a_lie_cost_nothing() -> None:
    dataset = data_set(STORED)
    dataset.Rows = dataset.Columns = 65535
    assert "8 GiB" in refused(encoded(dataset))
    dataset.Rows = 600
    dataset.Columns = 600
    assert "bytes of pixels" in refused(encoded(dataset))
    dataset.NumberOfFrames = 2_000_000_000
    assert "declares an array" in refused(encoded(dataset))
    dataset.NumberOfFrames = 1
    dataset.Rows = 0
    refused(encoded(dataset))


def test_deflated_bomb() -> None:
    plain = dicom(STORED)
    place = plain.index(b"\x08\0\x16\0")
    meta = plain[:place].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    meta = meta.replace(b"\x02\0\x10\0UI\x14\0", b"\x02\0\x10\0UI\x16\0")
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(plain[place:]) + packer.flush()
    assert np.array_equal(iio.imread(meta + body), STORED)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    zeros = bytes(1 << 20)
    bomb = b"".join(packer.compress(zeros) for _ in range(200)) + packer.flush()
    with iio.limits(body_bytes="10MB"):
        assert "IIO_MAX_BODY_BYTES" in refused(meta + bomb)
    assert "has no end" in refused(meta + body[:-5])


@pytest.mark.parametrize("depth", [10, 40, 5000])
def test_sequences_in_sequences(depth: int) -> None:
    inner = b""
    for _ in range(depth):
        item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF) + inner
        item += struct.pack("<HHL", 0xFFFE, 0xE00D, 0) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
        inner = element(9, 0x1001, b"SQ", item, 0xFFFFFFFF)
    data = with_element(dicom(STORED), inner)
    if depth == 5000:
        refused(data)
    else:
        assert np.array_equal(iio.imread(data), STORED)


def test_missing_and_broken_preambles(tmp_path: Path) -> None:
    data = dicom(STORED)
    body = data[132:]
    (tmp_path / "a.dcm").write_bytes(body)  # begins with the file meta group
    assert np.array_equal(iio.imread(tmp_path / "a.dcm"), STORED)
    junk = b"\x01" * 128 + data[128:]
    assert np.array_equal(iio.imread(junk), STORED)
    for syntax in (ImplicitVRLittleEndian, ExplicitVRLittleEndian):
        bare = dicom(STORED, syntax=syntax)
        (tmp_path / "b.dcm").write_bytes(bare[bare.index(b"\x08\0\x16\0") :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert np.array_equal(iio.imread(tmp_path / "b.dcm"), STORED)
    for garbage in (b"", b"GIF89a", bytes(200), b"\x08\0" + b"\xff" * 200):
        assert "DICOM" in refused(garbage, extension=".dcm", plugin="dicom")


def test_compressed_frame_that_is_larger_than_its_header(tmp_path: Path) -> None:
    pytest.importorskip("openjpeg", reason="pip install iio-medical[jpeg]")
    image = np.zeros((64, 64), np.uint8)
    data = iio.imwrite("<bytes>", image, extension=".dcm", compression="jpeg2000")
    assert data is not None
    place = data.index(b"\xff\x4f\xff\x51") + 8
    lying = data[:place] + struct.pack(">LL", 60_000, 60_000) + data[place + 8 :]
    assert "60000 by 60000" in refused(lying)


def frame_of_jpeg(rows: int, columns: int, samples: int = 1) -> bytes:
    """Return what a JPEG begins with, behind fill bytes and a segment that is stepped over."""
    size = struct.pack(">BHHB", 8, rows, columns, samples) + bytes(3 * samples)
    return b"\xff\xd8\xff\xff\xfe\0\4hi\xff\xc0" + struct.pack(">H", 2 + len(size)) + size


def frame_of_jpeg2000(rows: int, columns: int) -> bytes:
    size = struct.pack(">HHLLLL", 41, 0, columns, rows, 0, 0) + bytes(16) + struct.pack(">H", 1)
    return b"\xff\x4f\xff\x51" + size + bytes(20)


OF_JPEG, OF_JPEG2000 = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.90"
TOO_LARGE = {
    "JPEG": (OF_JPEG, frame_of_jpeg(64, 64), frame_of_jpeg(60_000, 50_000), "60000 by 50000"),
    "samples": (OF_JPEG, frame_of_jpeg(64, 64), frame_of_jpeg(64, 64, 255), "64 by 64 of 255"),
    "JPEG 2000": (
        *(OF_JPEG2000, frame_of_jpeg2000(64, 64), frame_of_jpeg2000(60_000, 50_000)),
        "60000 by 50000",
    ),
    "JPEG 2000 in boxes": (
        *(OF_JPEG2000, frame_of_jpeg2000(64, 64)),
        b"\0\0\0\x0cjP  \r\n\x87\n" + frame_of_jpeg2000(60_000, 50_000),
        "60000 by 50000",
    ),
}


@pytest.mark.parametrize("table", ["basic", "extended", None])
@pytest.mark.parametrize("name", TOO_LARGE)
def test_later_frames_that_are_larger_than_their_header(name: str, table: str | None) -> None:
    from pydicom.encaps import encapsulate, encapsulate_extended
    from pydicom.uid import UID

    pytest.importorskip("gdcm", reason="pip install iio-medical[jpeg]")
    syntax, good, bad, said = TOO_LARGE[name]
    dataset = data_set(np.zeros((3, 64, 64), np.uint8))
    dataset.file_meta.TransferSyntaxUID = UID(syntax)
    if table == "extended":
        found = encapsulate_extended([good, good, bad])
        dataset.PixelData, dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths = found
    else:
        dataset.PixelData = encapsulate([good, good, bad], has_bot=table == "basic")
    data = encoded(dataset)
    for options in ({}, {"index": 2}, {"plugin": "pydicom"}):
        assert f"frame 2 that it is {said}" in refused(data, **options)


def test_a_folder_may_be_large_if_its_files_are(tmp_path: Path) -> None:
    series(tmp_path, volume(), ImageComments="x" * 60)
    with iio.limits(array_bytes=10):
        assert iio.imread(tmp_path).shape == (5, 6, 7)
    with iio.limits(array_bytes=10, ratio=0), pytest.raises(iio.LimitError):
        iio.imread(tmp_path)


def test_unreadable_files_in_a_folder_are_named(tmp_path: Path) -> None:
    series(tmp_path, volume())
    bad = tmp_path / "bad.dcm"
    dataset = data_set(STORED)
    data = encoded(dataset)
    place = data.index(b"\x08\0\x16\0")
    bad.write_bytes(
        data[:place]
        .replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
        .replace(b"\x02\0\x10\0UI\x14\0", b"\x02\0\x10\0UI\x16\0")
        + b"not deflated"
    )
    assert "bad.dcm" in refused(tmp_path)
    with pytest.warns(iio.IIOWarning, match=r"left out: .*bad\.dcm"):
        assert iio.imread(tmp_path, skip_damaged=True).shape == (5, 6, 7)


LARGE = "1.2.840.10008.5.1.4.1.1."


def large(kind: str, *, early: bool = False, **elements: Any) -> bytes:
    """Return a file of a megabyte that is no image, unless its elements say so."""
    dataset = data_set(STORED, SOPClassUID=LARGE + kind, **elements)
    for keyword in ("PixelData", "Rows", "Columns"):
        if keyword not in elements:
            delattr(dataset, keyword)
    block = dataset.private_block(0x0009 if early else 0x3007, "SOMEBODY", create=True)
    block.add_new(1, "UN", bytes(1 << 20))
    return encoded(dataset)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("kind", ["481.3", "88.33", "11.1", "104.1", "66"])
def test_what_is_no_image_is_passed_over_whatever_its_size(
    kind: str, early: bool, tmp_path: Path
) -> None:
    series(tmp_path, volume())
    data = large(kind, early=early)
    (tmp_path / "other.dcm").write_bytes(data)
    with iio.limits(metadata_bytes="200kB"):
        assert iio.imread(tmp_path).shape == (5, 6, 7)
        (other,) = iio.immeta(tmp_path, index=...)["without_images"]
        assert Path(other).name == "other.dcm"
        assert "holds no image" in refused(tmp_path / "other.dcm")
        with pytest.raises(iio.LimitError, match="IIO_MAX_METADATA_BYTES"):
            iio.immeta(tmp_path / "other.dcm")
        (tmp_path / "other.dcm").write_bytes(data[: len(data) // 2])
        assert "other.dcm is cut" in refused(tmp_path)


def test_what_is_of_no_known_class_and_has_no_rows_is_no_image(tmp_path: Path) -> None:
    series(tmp_path, volume())
    (tmp_path / "other.dcm").write_bytes(large("2.999"))
    with iio.limits(metadata_bytes="200kB"):
        assert iio.imread(tmp_path).shape == (5, 6, 7)


@pytest.mark.parametrize(("kind", "early"), [("2", True), ("2", False), ("66.4", True)])
def test_images_of_more_metadata_than_is_allowed_are_not_passed_over(
    kind: str, early: bool, tmp_path: Path
) -> None:
    series(tmp_path, volume())
    rows, columns = STORED.shape
    data = large(kind, early=early, Rows=rows, Columns=columns, PixelData=STORED.tobytes())
    (tmp_path / "other.dcm").write_bytes(data)
    with iio.limits(metadata_bytes="200kB"):
        assert "IIO_MAX_METADATA_BYTES" in refused(tmp_path)


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="\\"), max_size=16
)
ITEMS = st.recursive(
    st.builds(dict, SeriesDescription=TEXTS),
    lambda inner: st.builds(dict, items=st.lists(inner, max_size=2)),
    max_leaves=6,
)


def item(told: dict[str, Any], *, undefined: bool) -> Dataset:
    made = Dataset()
    if "items" in told:
        made.ReferencedImageSequence = [item(one, undefined=undefined) for one in told["items"]]
        made["ReferencedImageSequence"].is_undefined_length = undefined
        made.is_undefined_length_sequence_item = undefined
    else:
        made.SeriesDescription = told["SeriesDescription"]
    return made


@QUIET
@given(
    nested=ITEMS,
    description=TEXTS,
    number=st.integers(-(2**31), 2**31 - 1),
    undefined=st.booleans(),
    implicit=st.booleans(),
    private=st.binary(max_size=40),
)
def test_scanner_finds_what_pydicom_finds(
    nested: dict[str, Any],
    description: str,
    number: int,
    undefined: bool,
    implicit: bool,
    private: bytes,
) -> None:
    dataset = data_set(
        STORED, syntax=ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    )
    dataset.SeriesDescription = description
    dataset.SeriesNumber = number
    dataset.ReferencedImageSequence = [item(nested, undefined=undefined)]
    dataset["ReferencedImageSequence"].is_undefined_length = undefined
    block = dataset.private_block(0x0009, "SOMEBODY", create=True)
    block.add_new(1, "UN", private)
    data = encoded(dataset)
    found = scan(data, WANTED)
    read = dcmread(io.BytesIO(data))
    told = found.values[0x0008103E].decode().strip(" \0") if 0x0008103E in found.values else ""
    assert told == str(read.get("SeriesDescription") or "").strip()
    assert int(found.values[0x00200011]) == number
    assert found.values[0x0020000E].decode().strip("\0") == read.SeriesInstanceUID
    assert found.pixels is not None
    start, length = found.pixels.offset, found.pixels.length
    assert data[start : start + length] == read.PixelData


SCANNED = dicom(
    STORED, ReferencedImageSequence=[item({"items": [{"SeriesDescription": "a"}]}, undefined=True)]
)


@QUIET
@given(
    changes=st.lists(st.tuples(st.integers(0, len(SCANNED) - 1), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, len(SCANNED)),
)
def test_scanner_says_when_it_does_not_know(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SCANNED)
    for place, value in changes:
        data[place] = value
    try:
        found = scan(bytes(data[:cut]), WANTED)
    except (Odd, Short):
        return
    assert found.pixels is None or found.pixels.offset <= cut + 12
