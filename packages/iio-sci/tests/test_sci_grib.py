"""GRIB and BUFR against ecCodes' own programs, GDAL and known values; scanning, refusals."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

eccodes = pytest.importorskip("eccodes", reason="pip install iio-sci[grib]")

from sci_grib_samples import FIELD, OBSERVED, bufr, grib  # noqa: E402

import iio_core as iio  # noqa: E402
import iio_core.v2 as v2  # noqa: E402


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not here: apt-get install libeccodes-tools")
    return found


@pytest.mark.parametrize("edition", [1, 2])
def test_eccodes_own_program_reads_the_same(tmp_path: Path, edition: int) -> None:
    path = tmp_path / "a.grib"
    path.write_bytes(grib(edition=edition))
    run = [program("grib_get_data"), "-F", "%.6f", str(path)]
    lines = subprocess.run(run, capture_output=True, check=True, text=True).stdout.splitlines()
    rows = [line.replace(",", " ").split() for line in lines if line[:1].strip().isdigit()
            or line.strip()[:1].isdigit()]  # fmt: skip
    theirs = {(float(a), float(b)): float(v) for a, b, v in rows}
    ours = iio.imread(path, plugin="grib")
    assert len(theirs) == ours.size
    for (latitude, longitude), value in theirs.items():
        row, column = round((50 - latitude) * 2), round((longitude - 10) * 2)
        assert abs(ours[row, column] - value) < 1e-4


def test_gdal_reads_the_same() -> None:
    pytest.importorskip("rasterio", reason="pip install iio-sci[gdal]")
    for message in (grib(), _from_the_south()):
        how = {"extension": ".grib2"}
        theirs = iio.imread(message, plugin="gdal", **how)
        np.testing.assert_allclose(iio.imread(message, plugin="grib", **how), theirs)
        ours, other = (iio.improps(message, plugin=p, **how) for p in ("grib", "gdal"))
        assert ours.shape == other.shape and ours.dtype == other.dtype
        np.testing.assert_allclose(ours.spacing, other.spacing)


def _from_the_south() -> bytes:
    return grib(
        FIELD[::-1],
        jScansPositively=1,
        latitudeOfFirstGridPointInDegrees=40.5,
        latitudeOfLastGridPointInDegrees=50.0,
    )


def test_north_is_up_however_it_was_scanned() -> None:
    np.testing.assert_allclose(iio.imread(_from_the_south(), plugin="grib"), FIELD, atol=0.01)
    from_the_east = grib(
        FIELD[:, ::-1],
        iScansNegatively=1,
        longitudeOfFirstGridPointInDegrees=24.5,
        longitudeOfLastGridPointInDegrees=10.0,
    )
    np.testing.assert_allclose(iio.imread(from_the_east, plugin="grib"), FIELD, atol=0.01)
    turning = FIELD.copy()
    turning[1::2] = turning[1::2, ::-1]
    back_and_forth = grib(turning, alternativeRowScanning=1)
    np.testing.assert_allclose(iio.imread(back_and_forth, plugin="grib"), FIELD, atol=0.01)
    by_column = grib(FIELD.T.reshape(20, 30), jPointsAreConsecutive=1)
    np.testing.assert_allclose(iio.imread(by_column, plugin="grib"), FIELD, atol=0.01)


def test_missing_values_are_not_numbers() -> None:
    values = FIELD.copy()
    values[3, 4] = values[0, 0] = 9999
    image = iio.imread(grib(values, bitmapPresent=1, missingValue=9999), plugin="grib")
    assert np.isnan(image[3, 4]) and np.isnan(image[0, 0]) and np.isnan(image).sum() == 2
    np.testing.assert_allclose(image[5:], FIELD[5:], atol=0.01)


def test_fields_are_images() -> None:
    data = b"header of a telegram\r\n" + grib() + b"\0\0" + grib(FIELD + 5, shortName="2t")
    frames = list(iio.imiter(data, extension=".grib", plugin="grib"))
    assert len(frames) == 2
    np.testing.assert_allclose(frames[1], FIELD + 5, atol=0.01)
    assert iio.immeta(data, index=1, extension=".grib", plugin="grib")["shortName"] == "2t"
    names = iio.immeta(data, index=..., extension=".grib", plugin="grib")["fields"]
    assert names == ["t", "2t"]
    found = iio.immeta(grib(), plugin="grib")
    assert (found["units"], found["name"], found["edition"]) == ("K", "Temperature", 2)


def test_message_of_several_fields() -> None:
    one, other = grib(), grib(FIELD + 7)
    tail = other[:-4]
    # Sections 4 to 7 once more: what comes before is the same for both (FM 92, section 0, note 2).
    at, begin = 16, 0
    while at < len(tail):
        if tail[at + 4] == 4:
            begin = at
        at += int.from_bytes(tail[at : at + 4], "big")
    body = one[16:-4] + tail[begin:] + b"7777"
    both = one[:8] + (16 + len(body)).to_bytes(8, "big") + body
    frames = list(iio.imiter(both, plugin="grib"))
    assert len(frames) == 2
    np.testing.assert_allclose(frames[0], FIELD, atol=0.01)
    np.testing.assert_allclose(frames[1], FIELD + 7, atol=0.01)


def test_grids_without_rows_have_one_axis() -> None:
    number = eccodes.codes_grib_new_from_samples("reduced_gg_sfc_grib2")
    message = eccodes.codes_get_message(number)
    values = eccodes.codes_get_values(number)
    eccodes.codes_release(number)
    image = iio.imread(message, plugin="grib")
    assert image.shape == values.shape == iio.improps(message, plugin="grib").shape
    np.testing.assert_array_equal(image, values)


def test_gdal_comes_first_where_it_is() -> None:
    pytest.importorskip("rasterio", reason="pip install iio-sci[gdal]")
    names = [c.plugin.spec.name for c in iio.explain(grib(), extension=".grib2").candidates]
    assert names[:2] == ["gdal", "grib"]


def test_report_of_a_station(tmp_path: Path) -> None:
    data = bufr()
    values = iio.imread(data)
    assert values.shape[0] == 1 and values.shape == iio.improps(data).shape
    for value in OBSERVED.values():
        assert np.isclose(values, value).any()
    found = iio.immeta(data)
    assert found["edition"] == 4 and found["numberOfSubsets"] == 1
    assert np.isclose(found["#1#airTemperature"], 281.5) and np.isnan(found["#1#windSpeed"])
    np.testing.assert_allclose(iio.imread(data, element="airTemperature"), [281.5])
    with pytest.raises(iio.OptionError, match="no element"):
        iio.imread(data, element="colour")
    path = tmp_path / "a.bufr"
    path.write_bytes(data)
    run = [program("bufr_dump"), "-ja", str(path)]
    dumped = subprocess.run(run, capture_output=True, check=True, text=True).stdout
    theirs = {e["key"]: e["value"] for e in _flat(json.loads(dumped)) if "value" in e}
    for key in ("latitude", "longitude", "airTemperature", "year"):
        np.testing.assert_allclose([theirs[key], found[f"#1#{key}"]], OBSERVED[key])


def _flat(tree: object) -> list[dict]:
    if isinstance(tree, dict):
        inner = [e for value in tree.values() for e in _flat(value)]
        return [tree, *inner] if "key" in tree else inner
    return [e for one in tree for e in _flat(one)] if isinstance(tree, list) else []


@pytest.mark.parametrize("packed", [0, 1])
def test_several_reports(packed: int) -> None:
    number = eccodes.codes_bufr_new_from_samples("BUFR4")
    eccodes.codes_set(number, "numberOfSubsets", 3)
    eccodes.codes_set(number, "compressedData", packed)
    eccodes.codes_set(number, "unexpandedDescriptors", 307080)
    eccodes.codes_set_array(number, "latitude", np.array([1.0, 2.0, 3.0]))
    eccodes.codes_set(number, "pack", 1)
    data = eccodes.codes_get_message(number)
    eccodes.codes_release(number)
    values = iio.imread(data)
    assert values.shape == (3, 116)
    np.testing.assert_allclose(values[:, 9], [1, 2, 3])
    np.testing.assert_allclose(iio.imread(data, element="latitude"), [1, 2, 3])


@pytest.mark.parametrize("make", [grib, bufr])
def test_cut_and_damaged_messages_are_told(make: object) -> None:
    data = make()  # type: ignore[operator]
    how = {"plugin": "grib" if data[:4] == b"GRIB" else "bufr"}
    with pytest.raises(iio.DecodeError, match="cut"):
        iio.imread(data[:-1], **how)
    with pytest.raises(iio.DecodeError, match="7777"):
        iio.imread(data[:-4] + b"6666", **how)
    with pytest.raises(iio.FrameIndexError):
        iio.imread(data, index=1, **how)


def test_size_is_checked_first() -> None:
    with iio.limits(array_bytes=100, ratio=0), pytest.raises(iio.LimitError):
        iio.imread(grib(), plugin="grib")
    with iio.limits(body_bytes=100), pytest.raises(iio.LimitError):
        iio.imread(bufr())


def test_names_of_imageio() -> None:
    np.testing.assert_allclose(v2.imread(grib(), format="GRIB-PIL"), FIELD, atol=0.01)
    np.testing.assert_array_equal(v2.imread(bufr(), format="BUFR-PIL"), iio.imread(bufr()))
