"""How far planes and frames are apart: what tells it, what is a guess, and what is said of that."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from medical_samples import dicom, series, volume
from pydicom.dataset import Dataset

import iio_core as iio

STORED = volume()


@pytest.mark.parametrize("read", [iio.imread, iio.improps, iio.immeta])
def test_a_thickness_that_is_taken_for_a_distance_is_told(read: Any, tmp_path: Path) -> None:
    series(tmp_path, STORED, ImagePositionPatient=None, ImageOrientationPatient=None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        read(tmp_path)
    (told,) = [str(w.message) for w in caught if "SliceThickness" in str(w.message)]
    assert "2.5 mm" in told and "a guess" in told
    (listed,) = iio.immeta(tmp_path, index=...)["series"]
    assert listed["spacing"] == (2.5, 0.8, 0.6) and listed["doubts"][-1] in told


def test_of_one_plane_the_thickness_is_its_extent(tmp_path: Path) -> None:
    series(tmp_path, STORED[:1])
    assert iio.improps(tmp_path).spacing == (2.5, 0.8, 0.6)


def frames(path: Path, **elements: Any) -> Path:
    given = {"PixelSpacing": [0.8, 0.6], "SliceThickness": 5.0, **elements}
    path.write_bytes(dicom(STORED, 12, **given))
    return path


def test_frames_are_not_a_thickness_apart_in_silence(tmp_path: Path) -> None:
    told = frames(tmp_path / "told.dcm", SpacingBetweenSlices=-1.5)
    assert iio.improps(told).spacing == (1.5, 0.8, 0.6)
    path = frames(tmp_path / "a.dcm")
    with pytest.warns(iio.IIOWarning, match=r"takes SliceThickness for that, 5\.0 mm") as caught:
        assert iio.improps(path).spacing == (5.0, 0.8, 0.6)
    assert len(caught) == 1
    times = frames(tmp_path / "times.dcm", FrameTime=40)
    assert iio.improps(times).spacing == (0.8, 0.6), "one picture after the other at one place"


def test_frames_without_positions_are_as_far_apart_as_their_measures_say(tmp_path: Path) -> None:
    measures = Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.8, 0.6], 5
    measures.SpacingBetweenSlices = 1.5
    shared = Dataset()
    shared.PixelMeasuresSequence = [measures]
    (tmp_path / "a.dcm").write_bytes(
        dicom(STORED, 12, SharedFunctionalGroupsSequence=[shared], SliceThickness=5)
    )
    assert iio.improps(tmp_path / "a.dcm").spacing == (1.5, 0.8, 0.6)


def test_a_file_by_itself_tells_of_its_frames_once(tmp_path: Path) -> None:
    place = {"ImagePositionPatient": [1, 2, 3], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
    offsets = {"GridFrameOffsetVector": [0, 2, 4, 6, 30], "PixelSpacing": [0.8, 0.6]}
    path = tmp_path / "a.dcm"
    path.write_bytes(dicom(STORED, 12, **place, **offsets))
    with iio.imopen(path, "r") as file:
        with pytest.warns(iio.IIOWarning, match="not evenly spaced, planes may be missing at 1"):
            assert np.array_equal(file.read(), STORED)
        file.read()  # it has been told
    for index in range(5):  # filterwarnings = error: a frame by itself is not a volume
        assert np.array_equal(iio.imread(path, index=index), STORED[index])
    with pytest.warns(iio.IIOWarning, match="not evenly spaced") as caught:
        assert np.array_equal(iio.imread(path, index=...), STORED)
    assert len(caught) == 1


def test_frames_that_do_not_tell_where_they_lie_are_told(tmp_path: Path) -> None:
    frames = []
    for number in range(5):
        frame, position = Dataset(), Dataset()
        position.ImagePositionPatient = [0, 0, 2.0 * number]
        frame.PlanePositionSequence = [position] if number != 3 else []
        frames.append(frame)
    path = tmp_path / "a.dcm"
    path.write_bytes(
        dicom(
            STORED,
            12,
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PerFrameFunctionalGroupsSequence=frames,
        )
    )
    with pytest.warns(iio.IIOWarning, match="1 of its 5 frames do not tell where they lie"):
        assert np.array_equal(iio.imread(path), STORED)
