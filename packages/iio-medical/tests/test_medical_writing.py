"""DICOM that is written, read again by pydicom and SimpleITK, and checked by validators."""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from medical_samples import volume

import iio_core as iio

RNG = np.random.default_rng(0)
U8 = RNG.integers(0, 256, (3, 40, 50), np.uint8)
U16 = RNG.integers(0, 65536, (3, 40, 50), np.uint16)
I16 = RNG.integers(-1024, 3000, (3, 40, 50), np.int16)
RGB = RNG.integers(0, 256, (40, 50, 3), np.uint8)
PLACE = {
    "spacing": (2.5, 0.8, 0.6),
    "origin": (1.0, -2.0, 3.0),
    "direction": ((0.8, -0.48, 0.36), (0.6, 0.64, -0.48), (0.0, 0.6, 0.8)),
}
CT, MR = {"Modality": "CT", **PLACE}, {"Modality": "MR", **PLACE}
CASES: dict[str, tuple[np.ndarray, dict[str, Any]]] = {
    "uint8": (U8[0], {}),
    "uint16": (U16[0], {}),
    "int16": (I16[0], {}),
    "RGB": (RGB, {}),
    "placed": (U16[0], {"metadata": {"spacing": (0.8, 0.6)}}),
    "frames of uint8": (U8, {}),
    "frames of uint16": (U16, {}),
    "frames of RGB": (np.stack([RGB, RGB]), {}),
    "placed frames": (U16, {"metadata": PLACE}),
    "RLE": (U16, {"compression": "rle"}),
    "RLE of RGB": (RGB, {"compression": "rle"}),
    "JPEG 2000": (U16[0], {"compression": "jpeg2000"}),
    "JPEG 2000 of frames": (U8, {"compression": "jpeg2000"}),
    "series": (U16, {"split": True}),
    "placed series": (U16, {"split": True, "metadata": PLACE}),
    "CT series": (I16, {"split": True, "metadata": CT}),
    "MR series": (U16, {"split": True, "metadata": MR}),
}


def needs_openjpeg(name: str) -> None:
    if "JPEG 2000" in name:
        pytest.importorskip("openjpeg", reason="pip install iio-medical[jpeg]")


@pytest.mark.parametrize("name", CASES)
def test_pydicom_reads_what_is_written(name: str, tmp_path: Path) -> None:
    needs_openjpeg(name)
    image, options = CASES[name]
    iio.imwrite(tmp_path / "a.dcm", image, **options)
    paths = sorted(tmp_path.iterdir())
    if options.get("split"):
        assert [p.name for p in paths] == ["a.dcm", "a_0002.dcm", "a_0003.dcm"]
        back = np.stack([pydicom.dcmread(p).pixel_array for p in paths])
        whole = iio.imread(tmp_path) if "metadata" in options else None
    else:
        back = pydicom.dcmread(paths[0]).pixel_array
        whole = iio.imread(paths[0])
    assert np.array_equal(back, image) and back.dtype == image.dtype
    if whole is not None:
        assert np.array_equal(whole, image) and whole.dtype == image.dtype


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_validators_find_nothing(name: str, tmp_path: Path) -> None:
    needs_openjpeg(name)
    for program, package in (("dciodvfy", "dicom3tools"), ("dcmdump", "dcmtk")):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not here: apt-get install {package}")
    image, options = CASES[name]
    iio.imwrite(tmp_path / "a.dcm", image, **options)
    for path in sorted(tmp_path.iterdir())[:2]:
        run = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True)
        said = (run.stdout + run.stderr).splitlines()
        assert not [line for line in said if line.startswith("Error")]
        subprocess.run(["dcmdump", path], check=True, capture_output=True)


@pytest.mark.parametrize("name", ["CT series", "MR series"])
def test_series_lies_where_it_was_told(name: str, tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")
    image, options = CASES[name]
    iio.imwrite(tmp_path / "a.dcm", image, **options)
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(tmp_path)))
    found = reader.Execute()
    told = iio.immeta(tmp_path)
    assert np.array_equal(sitk.GetArrayFromImage(found), image)
    assert found.GetSpacing() == pytest.approx(PLACE["spacing"][::-1])
    assert found.GetOrigin() == pytest.approx(PLACE["origin"])
    assert np.allclose(np.reshape(found.GetDirection(), (3, 3)), PLACE["direction"], atol=1e-6)
    assert told["spacing"] == pytest.approx(PLACE["spacing"])
    assert np.allclose(told["direction"], PLACE["direction"])
    # And once more, from what was read.
    (tmp_path / "again").mkdir()
    iio.imwrite(tmp_path / "again" / "b.dcm", iio.imread(tmp_path), metadata=told, split=True)
    again = iio.immeta(tmp_path / "again")
    assert again["origin"] == pytest.approx(told["origin"])
    assert again["spacing"] == pytest.approx(told["spacing"])
    assert again["SeriesInstanceUID"] == told["SeriesInstanceUID"]


def test_placed_frames_are_a_volume(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "a.dcm", U16, metadata=PLACE)
    properties = iio.improps(tmp_path / "a.dcm")
    assert properties.spacing == pytest.approx(PLACE["spacing"]) and properties.axes == "ZYX"
    (listed,) = iio.immeta(tmp_path / "a.dcm", index=...)["series"]
    assert listed["origin"] == PLACE["origin"]
    assert np.allclose(listed["direction"], PLACE["direction"])


def test_metadata_comes_back(tmp_path: Path) -> None:
    told = {
        "PatientName": "Müller^Jörg",
        "StudyDate": "20200102",
        "SliceThickness": 1 / 3,
        "WindowCenter": [40.0, 400.0],
        "ReferencedStudySequence": [
            {"ReferencedSOPClassUID": "1.2.3", "ReferencedSOPInstanceUID": "1.2.4"}
        ],
        "(0009,0010)": "SOMEBODY",
        "(0009,1001)": ["a", "b"],
        "(0009,1002)": 7,
        "(0009,1003)": 0.25,
        "BitsStored": 12,
        "SOPInstanceUID": "1.2.3.4.5",
    }
    data = iio.imwrite("<bytes>", volume()[0], extension=".dcm", metadata=told)
    found = iio.immeta(data)
    for name, value in told.items():
        assert found[name] == (pytest.approx(value) if isinstance(value, float) else value)
    assert iio.imread(data).dtype == np.uint16


def test_what_cannot_be_held_is_told() -> None:
    with pytest.warns(iio.MetadataWarning, match=r"no_such_keyword.*Rows_|no_such_keyword"):
        iio.imwrite("<bytes>", U8[0], extension=".dcm", metadata={"no_such_keyword": 1})
    with pytest.warns(iio.MetadataWarning, match="StudyDate"):
        iio.imwrite("<bytes>", U8[0], extension=".dcm", metadata={"StudyDate": {"a": 1}})


@pytest.mark.parametrize(
    ("image", "options", "message"),
    [
        (np.zeros((4, 5), np.float32), {}, "float32: uint8, uint16 or int16"),
        (np.zeros((4, 5), np.int64), {}, "int64"),
        (np.zeros((4, 5, 4), np.uint8), {}, r"an image of shape \(4, 5, 4\)"),
        (np.zeros((4, 5, 3), np.uint16), {}, "colors of uint16"),
        (I16, {}, "split=True writes a series"),
        (np.zeros((4, 5), np.uint8), {"compression": "jpeg2000"}, "32 rows"),
        (U8, {"metadata": {"spacing": (0.8, 0.6)}}, "three numbers"),
        (U8, {"metadata": {"spacing": (1, 0, 1)}}, "not a distance"),
        (U8, {"metadata": {**PLACE, "origin": (1, 2)}}, "origin"),
        (U8, {"metadata": {**PLACE, "direction": 5}}, "3 rows of 3"),
    ],
)
def test_what_dicom_has_no_object_for_is_refused(
    image: np.ndarray, options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    if options.get("compression"):
        needs_openjpeg("JPEG 2000")
    with pytest.raises(iio.EncodeError, match=message):
        iio.imwrite(tmp_path / "a.dcm", image, **options)
    assert not list(tmp_path.iterdir())


def test_unknown_compression_is_refused(tmp_path: Path) -> None:
    with pytest.raises(iio.OptionError, match="'rle', 'jpeg2000' and None"):
        iio.imwrite(tmp_path / "a.dcm", U8[0], compression="zip")


def test_series_is_of_files(tmp_path: Path) -> None:
    with pytest.raises(iio.EncodeError, match="cannot have"):
        iio.imwrite("<bytes>", U8, extension=".dcm", split=True)


def test_real_image_comes_back(real: Path) -> None:
    path = real / "dicom_file01.dcm"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = iio.imwrite("<bytes>", iio.imread(path), extension=".dcm", metadata=iio.immeta(path))
    assert np.array_equal(iio.imread(data), iio.imread(path))
    assert iio.immeta(data).keys() >= iio.immeta(path).keys()


@pytest.mark.skipif(os.name != "posix", reason="limits of open files are POSIX")
def test_series_of_more_files_than_may_be_open(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (60, hard))
    try:
        with pytest.raises(iio.EncodeError, match="ulimit -n"):
            iio.imwrite(tmp_path / "a.dcm", np.zeros((80, 4, 5), np.uint8), split=True)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert not list(tmp_path.iterdir())


def positions(folder: Path) -> list[list[float]]:
    return [list(pydicom.dcmread(path).ImagePositionPatient) for path in sorted(folder.iterdir())]


@pytest.mark.parametrize("split", [True, False])
def test_planes_that_tell_their_own_place_keep_it(split: bool, tmp_path: Path) -> None:
    """As those do that are copied from a series one by one, with their metadata."""
    heights = [0.0, 2.5, 5.0, 9.0]
    common = {"Modality": "CT", "PixelSpacing": [0.8, 0.6], "SliceThickness": 2.0}
    angles = {"ImageOrientationPatient": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.MetadataWarning)
        with iio.imopen(tmp_path / "a.dcm", "w", split=split) as file:
            for number, height in enumerate(heights):
                place = {**angles, "ImagePositionPatient": [1.0, 2.0, height]}
                file.write(U16[number % 3], metadata={**common, **place})
    if split:
        assert positions(tmp_path) == [[1, 2, height] for height in heights]
        return
    groups = pydicom.dcmread(tmp_path / "a.dcm").PerFrameFunctionalGroupsSequence
    found = [group.PlanePositionSequence[0].ImagePositionPatient for group in groups]
    assert [list(place) for place in found] == [[1, 2, height] for height in heights]
    (listed,) = iio.immeta(tmp_path / "a.dcm", index=...)["series"]
    assert "not evenly spaced" in listed["doubts"][0]


def test_spacing_does_not_move_what_has_a_place(tmp_path: Path) -> None:
    told = {
        "Modality": "CT",
        "spacing": (2.0, 0.8, 0.6),
        "ImagePositionPatient": [5.0, 6.0, 7.0],
        "ImageOrientationPatient": [0.0, 1.0, 0.0, 0.0, 0.0, -1.0],
    }
    iio.imwrite(tmp_path / "a.dcm", I16, split=True, metadata=told)
    assert positions(tmp_path) == [[5, 6, 7], [3, 6, 7], [1, 6, 7]]
    first = pydicom.dcmread(tmp_path / "a.dcm")
    assert list(first.ImageOrientationPatient) == told["ImageOrientationPatient"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.warns(iio.MetadataWarning, match="origin without spacing"):
        iio.imwrite(tmp_path / "a.dcm", U16[0], metadata={"origin": (1.0, 2.0, 3.0)})


@pytest.mark.parametrize("split", [True, False])
def test_planes_are_not_put_at_one_place(split: bool, tmp_path: Path) -> None:
    place = {
        "ImagePositionPatient": [1.0, 2.0, 3.0],
        "ImageOrientationPatient": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
    }
    for spacing in ({}, {"PixelSpacing": [0.8, 0.6]}):
        with pytest.raises(iio.EncodeError, match="how far they are apart"):
            iio.imwrite(tmp_path / "a.dcm", U16, split=split, metadata={**place, **spacing})
    assert not list(tmp_path.iterdir())


ANGLES = {"ImageOrientationPatient": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]}
SLICES = {"PixelSpacing": [0.8, 0.6], "SliceThickness": 5.0}


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("place", [{}, {"ImagePositionPatient": [1.0, 2.0, 3.0], **ANGLES}])
def test_a_thickness_is_no_distance(split: bool, place: dict[str, Any], tmp_path: Path) -> None:
    told = {"Modality": "MR", **SLICES, **place}
    with pytest.raises(iio.EncodeError, match=r"how far they are apart.*SpacingBetweenSlices"):
        iio.imwrite(tmp_path / "a.dcm", U16, split=split, metadata=told)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("distance", [{"SpacingBetweenSlices": 2.0}, {"spacing": (2.0, 0.8, 0.6)}])
def test_overlapping_planes_stay_where_they_are(
    split: bool, distance: dict[str, Any], tmp_path: Path
) -> None:
    told = {"Modality": "MR", **SLICES, **ANGLES, "ImagePositionPatient": [1.0, 2.0, 3.0]}
    iio.imwrite(tmp_path / "a.dcm", U16, split=split, metadata={**told, **distance})
    first = pydicom.dcmread(tmp_path / "a.dcm")
    if split:
        assert positions(tmp_path) == [[1, 2, 3], [1, 2, 5], [1, 2, 7]]
    else:
        first = first.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    assert first.SliceThickness == 5 and first.SpacingBetweenSlices == 2
    assert iio.improps(tmp_path).spacing == (2.0, 0.8, 0.6)


def test_what_is_not_told_of_a_plane_is_not_written() -> None:
    data = iio.imwrite("<bytes>", U16[0], extension=".dcm", metadata={"Modality": "MR", **SLICES})
    assert "SpacingBetweenSlices" not in iio.immeta(data)
    data = iio.imwrite("<bytes>", U16[0], extension=".dcm", metadata=MR)
    assert not iio.immeta(data).get("SliceThickness")
