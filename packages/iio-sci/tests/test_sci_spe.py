"""SPE: files laid out by hand from the specification, the real one, damaged ones; the kit."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as v2
from iio_core.testing import PluginSuite, Sample

KINDS = {0: "<f4", 1: "<i4", 2: "<i2", 3: "<u2", 5: "<f8", 6: "u1", 8: "<u4"}
FRAMES = np.random.default_rng(5).integers(0, 120, (3, 4, 6))


def header(
    kind: int = 3, count: int = 3, shape: tuple[int, int] = (4, 6), version: float = 2.5, **at: Any
) -> bytearray:
    """Return a header; keywords ``h600=1`` pack a value at a place."""
    data = bytearray(4100)
    struct.pack_into("<H", data, 42, shape[1])
    struct.pack_into("<H", data, 656, shape[0])
    struct.pack_into("<h", data, 108, kind)
    struct.pack_into("<i", data, 1446, count)
    struct.pack_into("<f", data, 1992, version)
    struct.pack_into("<i", data, 2996, 0x01234567)
    struct.pack_into("<h", data, 4098, 0x5555)
    for place, value in at.items():
        code, offset = place[0], int(place[1:])
        if code == "s":
            data[offset : offset + len(value)] = value
        else:
            struct.pack_into(f"<{code}", data, offset, value)
    return data


def spe2(kind: int = 3, **options: Any) -> bytes:
    return bytes(header(kind, **options)) + FRAMES.astype(KINDS[kind]).tobytes()


XML = """<?xml version="1.0" encoding="utf-8"?>
<SpeFormat version="3.0" xmlns="http://www.princetoninstruments.com/spe/2009">
  <DataFormat>
    <DataBlock type="Frame" count="{count}" pixelFormat="MonochromeUnsigned16" size="{size}"
      stride="{stride}">
      <DataBlock type="Region" count="1" width="6" height="4" size="48" stride="48" />
      {more}
    </DataBlock>
  </DataFormat>
  <MetaFormat><MetaBlock>
    <TimeStamp event="ExposureStarted" type="Int64" bitDepth="64" resolution="1000000"/>
    <FrameTrackingNumber type="Int64" bitDepth="64"/>
  </MetaBlock></MetaFormat>
</SpeFormat>"""
SECOND = '<DataBlock type="Region" count="1" width="2" height="3" size="12" stride="12" />'


def spe3(several: bool = False, count: int = 3, text: str = XML, **told: Any) -> bytes:
    """Return frames with a second region and notes of the camera behind each."""
    size = 60 if several else 48
    body = b""
    for number, frame in enumerate(FRAMES.astype("<u2")):
        small = np.full((3, 2), number, "<u2").tobytes() if several else b""
        body += frame.tobytes() + small + struct.pack("<qq", 1_500_000 * number, number + 1)
    head = header(version=3.0, Q678=4100 + len(body), **told)
    filled = text.format(count=count, size=size, stride=size + 16, more=SECOND if several else "")
    return bytes(head) + body + filled.encode()


@pytest.mark.slow
class TestSpe(PluginSuite):
    entry_point = "iio_sci.spe._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("SPE", spe2(), FRAMES[0].astype("u2"))
        yield Sample("SPE", spe2(0), FRAMES[0].astype("f4"), name="floats")
        yield Sample("SPE", spe3(), FRAMES[0].astype("u2"), name="version 3")


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_pixels(kind: int) -> None:
    data = spe2(kind)
    found = iio.imread(data)
    np.testing.assert_array_equal(found, FRAMES)
    assert found.dtype == np.dtype(KINDS[kind]).newbyteorder("=") == iio.improps(data).dtype
    np.testing.assert_array_equal(iio.imread(data, index=-1), FRAMES[2])
    with iio.imopen(data, "r") as file:
        part = file.read_region((slice(1, 3), slice(None, None, 2)), index=1)
    np.testing.assert_array_equal(part, FRAMES[1, 1:3, ::2])


@pytest.mark.parametrize("version", ["", "05", "050", "05x0"])
def test_what_is_no_version_of_sdt_control_is_a_comment(version: str) -> None:
    data = spe2(s520=f"{'':70}COMVER{version}".encode())
    assert iio.immeta(data)["comments"][4] == f"{'':70}COMVER{version}"


def test_every_entry_of_the_header() -> None:
    told = {
        "h0": 7, "h2": 1, "H4": 2, "H6": 1024, "h8": 3, "f10": 0.25, "h14": 512, "h16": 256,
        "H18": 1025, "s20": b"02Jul2018", "f36": -70.5, "h40": 5, "h44": 6, "f46": 1.5, "H50": 2,
        "h52": 1, "H54": 1, "h56": 1, "h58": 0, "f60": 2.5, "h64": 1, "f66": 3.5, "h98": 1,
        "h100": 2, "h102": 3, "h104": 4, "s172": b"094615", "s179": b"074615", "H188": 11,
        "H190": 12, "H192": 13, "H194": 14, "H196": 15, "H198": 16, "s200": b"first",
        "s520": "m\xfcde".encode("latin1"), "H600": 5, "f672": 0.75, "s688": b"2.5.26", "h704": 3,
        "s742": b"\1\2", "f1428": 9.5, "H1480": 2, "H1482": 17, "h1510": 2,
        "s1512": struct.pack("<12H", 1, 6, 1, 2, 5, 1, 11, 16, 2, 12, 15, 3),
    }  # fmt: skip
    assert iio.immeta(spe2(**told)) == {
        "controller_version": 7, "logic_output": 1, "amp_hi_cap_low_noise": 2, "mode": 3,
        "exp_sec": 0.25, "date": "02Jul2018", "detector_temp": -70.5, "detector_type": 5,
        "st_diode": 6, "delay_time": 1.5, "shutter_control": 2, "absorb_live": True,
        "absorb_mode": 1, "can_do_virtual_chip": True, "threshold_min_live": False,
        "threshold_min_val": 2.5, "threshold_max_live": True, "threshold_max_val": 3.5,
        "time_local": "094615", "time_utc": "074615", "adc_offset": 11, "adc_rate": 12,
        "adc_type": 13, "adc_resolution": 14, "adc_bit_adjust": 15, "gain": 16,
        "comments": ["first", "", "", "", "müde"], "geometric": ["rotate", "flip"],
        "sw_version": "2.5.26", "spare_4": b"\1\2" + bytes(434), "readout_time": 0.75,
        "type": "ST130", "clockspeed_us": 9.5, "readout_mode": "frame transfer",
        "window_size": 17, "file_header_ver": 2.5, "chip_size": [1024, 1025],
        "virt_chip_size": [512, 256], "pre_pixels": [1, 3], "post_pixels": [2, 4],
        "ROIs": [
            {"top_left": [1, 2], "bottom_right": [6, 5], "bin": [1, 1]},
            {"top_left": [11, 12], "bottom_right": [16, 15], "bin": [2, 3]},
        ],
    }  # fmt: skip


def test_texts_have_an_encoding() -> None:
    data = spe2(s200="µm".encode())
    assert iio.immeta(data)["comments"][0] == "Âµm"
    assert iio.immeta(data, char_encoding="utf-8")["comments"][0] == "µm"
    assert iio.immeta(data, char_encoding="ascii")["comments"][0] == "µm".encode()
    with pytest.raises(iio.OptionError, match="no encoding"):
        iio.immeta(data, char_encoding="klingon")


SDT = {
    "s20": "02Mär2018".encode("latin1"), "s172": b"094615", "s200": b"hello".ljust(80),
    "s280": b"0002003004000000048000005000000006000000007000000008000000009000000002000001000X",
    "s360": b"world".ljust(80), "s440": b" " * 80,
    "s520": b"ACCI2xSETO-1--B20000010001600300EA".ljust(66) + b"0218COMVER0500", "s742": b"script",
}  # fmt: skip


def test_what_sdt_control_stores() -> None:
    found = iio.immeta(spe2(**SDT))
    wanted = {
        "sdt_major_version": 2, "sdt_minor_version": 18, "sdt_controller_name": "ACCI2x",
        "exposure_time": 0.002, "color_code": "-1--", "detection_channels": 2,
        "background_subtraction": True, "em_active": True, "em_gain": 300,
        "modulation_active": True, "pixel_size": 16.0, "sequence_type": "TOCCSL", "grid": 0.001,
        "n_macro": 2, "delay_macro": 0.048, "n_mini": 3, "delay_mini": 0.005, "n_micro": 4,
        "delay_micro": 0.006, "n_subpics": 4, "delay_shutter": 0.001, "delay_prebleach": 0.007,
        "bleach_time": 0.008, "recovery_time": 0.009,
    }  # fmt: skip
    assert {k: found[k] for k in wanted} == {
        k: pytest.approx(v) if isinstance(v, float) else v for k, v in wanted.items()
    }
    assert found["datetime"] == datetime(2018, 3, 2, 9, 46, 15)
    assert found["modulation_script"] == "script" and found["comment"].split() == ["hello", "world"]
    assert not {"comments", "date", "time_local", "time_utc", "spare_4"} & found.keys()
    assert "comments" in iio.immeta(spe2(**SDT), sdt_meta=False)
    piezo = SDT["s520"][:34] + b"z" + SDT["s520"][35:76] + b"0501"
    assert iio.immeta(spe2(**{**SDT, "s520": piezo}))["bleach_piezo_active"] is True
    broken = iio.immeta(spe2(**{**SDT, "s280": b"x" * 80, "s20": b"99Foo1900"}))
    assert broken["n_macro"] is None and broken["date"] == "99Foo1900"


def test_version_3() -> None:
    data = spe3(several=False)
    np.testing.assert_array_equal(iio.imread(data), FRAMES)
    found = iio.immeta(data, index=2)
    assert found["TimeStamp ExposureStarted"] == 3.0 and found["FrameTrackingNumber"] == 3
    assert found["__xml"].startswith("<?xml") and found["file_header_ver"] == 3
    assert "FrameTrackingNumber" not in iio.immeta(data)


def test_regions_of_interest() -> None:
    data = spe3(several=True)
    with pytest.warns(iio.IIOWarning, match="2 regions of interest"):
        np.testing.assert_array_equal(iio.imread(data), FRAMES)
    np.testing.assert_array_equal(iio.imread(data, roi=0), FRAMES)
    assert iio.imread(data, roi=1, index=2).tolist() == [[2, 2]] * 3
    assert iio.improps(data, roi=1).shape == (3, 3, 2)
    for wrong in (2, -1, True):
        with pytest.raises(iio.OptionError, match="regions"):
            iio.imread(data, roi=wrong)


def test_counts_that_disagree_are_told() -> None:
    for declared in (0, 2, 10, 2**31 - 1):
        data = spe2(count=declared)
        with pytest.warns(iio.IIOWarning, match=f"declares {declared} frames, and has 3"):
            assert iio.imread(data).shape == (3, 4, 6)
    assert iio.imread(spe2(count=2), check_filesize=False).shape == (2, 4, 6)
    with pytest.raises(iio.DecodeError, match="ends"):
        iio.imread(spe2(count=10), check_filesize=False)
    with pytest.raises(iio.IIOError):
        iio.imread(spe2(count=2**31 - 1), check_filesize=False)
    with pytest.raises(iio.DecodeError, match="first frame"):
        iio.imread(spe2()[:4110])
    with pytest.warns(iio.IIOWarning, match="declares 5 frames"):
        assert iio.imread(spe3(count=5)).shape == (3, 4, 6)


@pytest.mark.parametrize(
    "data",
    [
        spe2()[:4000],
        bytes(header(kind=4)) + bytes(48),
        bytes(header(shape=(0, 6))) + bytes(48),
        bytes(header(count=-1)) + bytes(48),
        bytes(header(version=3.0, Q678=2**63)) + bytes(48),
        bytes(header(version=3.0, Q678=10)) + bytes(48),
        spe3(text="<a>{count}"),
        spe3(text="<a/>"),
        spe3(text="<!DOCTYPE a><a/>"),
        spe3(text=XML.replace("utf-8", "utf-9")),
        spe3(text=XML.replace("utf-8", "utf-7")),
        spe3(text=XML.replace("utf-8", "shift_jis")),
        spe3(text=XML.replace("Unsigned16", "Unsigned12")),
        spe3(text=XML.replace('width="6"', 'width="-6"')),
        spe3(text=XML.replace('width="6"', 'width="999999999"')),
        spe3(text=XML.replace('width="6"', 'width="99999999999999999999999"')),
        spe3(text=XML.replace('<DataBlock type="Region"', "<Block")),
        spe3(text=XML.replace('stride="{stride}"', 'stride="0"')),
        spe3(text=XML.replace('bitDepth="64"', 'bitDepth="many"')),
        spe3(text=XML.replace('stride="48"', 'stride="4x"')),
        spe3(text=XML.replace('"Region" count="1"', '"Region" count="1x"')),
    ],
)
def test_damaged_files_are_errors(data: bytes) -> None:
    with pytest.raises((iio.DecodeError, iio.LimitError)) as caught:
        iio.imread(data, extension=".spe")
    assert "could not be decoded" not in str(caught.value)


def test_entities_are_refused_in_any_encoding() -> None:
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    body = FRAMES.astype("<u2").tobytes()
    head = bytes(header(version=3.0, Q678=4100 + len(body)))
    with pytest.raises(iio.DecodeError, match="entities"):
        iio.imread(head + body + text.encode("utf-16"), extension=".spe")


def test_unknown_notes_end_the_notes() -> None:
    text = XML.replace('"Int64" bitDepth="64" resolution', '"Other" bitDepth="64" resolution')
    assert "FrameTrackingNumber" not in iio.immeta(spe3(text=text), index=0)


def test_a_file_without_its_mark_is_known_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.SPE"
    path.write_bytes(spe2(i2996=0))
    np.testing.assert_array_equal(iio.imread(path), FRAMES)
    path.write_bytes(spe2())
    mapped = iio.imread(path, index=1, memmap=True)
    np.testing.assert_array_equal(mapped, FRAMES[1])
    del mapped


def test_the_name_and_options_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.spe"
    path.write_bytes(spe2(**SDT))
    with v2.get_reader(path, format="SPE", sdt_meta=False, char_encoding="latin1") as reader:
        assert len(reader) == 3 and "comments" in reader.get_meta_data()
        np.testing.assert_array_equal(reader.get_data(1), FRAMES[1])
    assert v2.imread(path, check_filesize=False).shape == (4, 6)
    np.testing.assert_array_equal(np.stack(v2.mimread(path, format="spe")), FRAMES)
    np.testing.assert_array_equal(v2.volread(path), FRAMES)


def test_the_real_file(real: Path) -> None:
    path = real / "test_000_.SPE"
    data = path.read_bytes()
    stack = iio.imread(path)
    np.testing.assert_array_equal(stack, np.frombuffer(data[4100:], "<u2").reshape(2, 32, 32))
    found = iio.immeta(path)
    assert found["datetime"] == datetime(2018, 7, 2, 9, 46, 15)
    assert found["comment"] == "OD 1.0 in r, g" and found["em_gain"] == 300
    assert found["ROIs"] == [{"top_left": [238, 187], "bottom_right": [269, 218], "bin": [1, 1]}]
