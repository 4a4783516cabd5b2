"""Folders, archives, lists and DICOMDIRs as series and volumes, beside SimpleITK's answer."""

from __future__ import annotations

import shutil
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from medical_samples import dicom, series, volume
from pydicom import dcmread
from pydicom.dataset import Dataset

import iio_core as iio

STORED = volume()
RESCALED = STORED.astype(np.int16) - 1024
OBLIQUE = (0.8, 0.6, 0.0, -0.48, 0.64, 0.6)
NORMAL = (0.36, -0.48, 0.8)
SERIES = "1.2.826.0.1.3680043.8.498."

CASES = {
    "axial": {},
    "reversed": {"step": (0.0, 0.0, -2.5)},
    "sagittal": {"orientation": (0, 1, 0, 0, 0, -1), "step": (-3.0, 0.0, 0.0)},
    "oblique": {"orientation": OBLIQUE, "step": tuple(1.5 * n for n in NORMAL)},
    "overlapping": {"step": (0.0, 0.0, 0.7)},
}


def itk_reads(folder: Path) -> tuple[np.ndarray, tuple, tuple, np.ndarray]:
    sitk = pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    direction = np.array(image.GetDirection()).reshape(3, 3)
    return sitk.GetArrayFromImage(image), image.GetSpacing(), image.GetOrigin(), direction


def check_like_itk(folder: Path) -> None:
    array, spacing, origin, direction = itk_reads(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.IIOWarning)
        found = iio.imread(folder)
    told = iio.immeta(folder)
    assert np.array_equal(found, array)
    assert told["spacing"] == pytest.approx(spacing[::-1])
    assert told["origin"] == pytest.approx(origin)
    assert np.allclose(told["direction"], direction, atol=1e-6)
    assert iio.improps(folder).spacing == told["spacing"]


def check_each_like_itk(folder: Path, series: list[str]) -> None:
    sitk = pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")
    reader = sitk.ImageSeriesReader()
    for uid in series:
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder), uid))
        image = reader.Execute()
        assert np.array_equal(iio.imread(folder, series=uid), sitk.GetArrayFromImage(image))
        assert iio.improps(folder, series=uid).spacing == pytest.approx(image.GetSpacing()[::-1])


@pytest.mark.parametrize("name", CASES)
def test_shuffled_series_is_a_volume(name: str, tmp_path: Path) -> None:
    series(tmp_path, STORED, **CASES[name])
    found = iio.imread(tmp_path)
    expected = RESCALED[::-1] if name == "reversed" else RESCALED
    assert found.dtype == np.int16
    assert np.array_equal(found, expected)
    properties = iio.improps(tmp_path)
    assert (properties.shape, properties.dtype) == (found.shape, found.dtype)
    assert properties.axes == "ZYX" and not properties.is_batch
    check_like_itk(tmp_path)


def test_tilted_gantry_is_told(tmp_path: Path) -> None:
    series(tmp_path, STORED, step=(0.0, 1.0, 2.5))
    with pytest.warns(iio.IIOWarning, match="tilted by 21.8 degrees"):
        assert np.array_equal(iio.imread(tmp_path), RESCALED)
    told = iio.immeta(tmp_path)
    assert told["tilt"] == pytest.approx(21.80, abs=0.01)
    assert told["step"] == pytest.approx((0.0, 1.0, 2.5))
    check_like_itk(tmp_path)


def test_gap_is_told_and_named(tmp_path: Path) -> None:
    paths = series(tmp_path, STORED)
    paths[1].unlink()
    with pytest.warns(iio.IIOWarning, match="not evenly spaced") as caught:
        found = iio.imread(tmp_path)
    assert paths[2].name in str(caught[0].message)
    assert np.array_equal(found, RESCALED[[0, 2, 3, 4]])
    check_like_itk(tmp_path)


def test_interleaved_series_are_volumes_of_their_own(tmp_path: Path) -> None:
    for number in (3, 1, 2):
        given = {"SeriesInstanceUID": f"{SERIES}{number}", "SeriesNumber": number}
        description = f"scan {number}"
        series(
            tmp_path,
            STORED + np.uint16(number),
            prefix=f"x{number}",
            SeriesDescription=description,
            **given,
        )
    assert np.array_equal(iio.imread(tmp_path), RESCALED + 1)
    for named in (2, f"{SERIES}2", "scan 2"):
        assert np.array_equal(iio.imread(tmp_path, series=named), RESCALED + 2)
        assert iio.improps(tmp_path, series=named).shape == RESCALED.shape
    assert np.array_equal(iio.imread(tmp_path, volume=-1), RESCALED + 3)
    listed = iio.immeta(tmp_path, index=...)["series"]
    assert [s["number"] for s in listed] == [1, 2, 3]
    assert [s["description"] for s in listed] == ["scan 1", "scan 2", "scan 3"]
    check_each_like_itk(tmp_path, [s["id"] for s in listed])
    assert all(s["shape"] == RESCALED.shape and s["spacing"] == (2.5, 0.8, 0.6) for s in listed)
    images = list(iio.imiter(tmp_path))
    assert len(images) == 15 and np.array_equal(images[7], RESCALED[2] + 2)
    assert np.array_equal(iio.imread(tmp_path, index=-1, series=1), RESCALED[-1] + 1)
    assert len(list(iio.imiter(tmp_path, series=2))) == 5
    with pytest.raises(iio.OptionError, match=r"no series 9; it has 1: scan 1 \(1\.2\.826"):
        iio.imread(tmp_path, series=9)
    with pytest.raises(iio.FrameIndexError, match="3 volumes"):
        iio.imread(tmp_path, volume=3)
    with iio.imopen(tmp_path, "r") as file:
        assert file.volumes == 3
        assert [v[0, 0, 0] for v in file.iter_volumes()] == [-1023, -1022, -1021]


def test_several_times_are_a_further_axis(tmp_path: Path) -> None:
    for time in range(3):
        series(
            tmp_path, STORED + np.uint16(time), prefix=f"t{time}", TemporalPositionIdentifier=time
        )
    found = iio.imread(tmp_path)
    assert np.array_equal(found, np.stack([RESCALED, RESCALED + 1, RESCALED + 2]))
    properties = iio.improps(tmp_path)
    assert properties.axes == "TZYX" and properties.spacing == (2.5, 0.8, 0.6)
    assert iio.immeta(tmp_path)["phases"] == {"TemporalPositionIdentifier": [0, 1, 2]}


def test_several_b_values_are_a_further_axis(tmp_path: Path) -> None:
    for number, b in enumerate((1000.0, 0.0)):
        series(tmp_path, STORED + np.uint16(number), prefix=f"b{number}", DiffusionBValue=b)
    assert np.array_equal(iio.imread(tmp_path), np.stack([RESCALED + 1, RESCALED]))
    assert iio.improps(tmp_path).axes == "IZYX"
    assert iio.immeta(tmp_path)["phases"] == {"DiffusionBValue": [0.0, 1000.0]}


def test_copies_of_a_file_are_told_and_left_out(tmp_path: Path) -> None:
    paths = series(tmp_path, STORED)
    shutil.copy(paths[2], tmp_path / "copy.dcm")
    with pytest.warns(iio.IIOWarning, match=r"there twice: .* left out"):
        assert np.array_equal(iio.imread(tmp_path), RESCALED)


def test_one_place_with_two_images_is_told(tmp_path: Path) -> None:
    paths = series(tmp_path, STORED)
    series(tmp_path / "again", STORED[:1] + np.uint16(1), InstanceNumber=77)
    with pytest.warns(iio.IIOWarning, match="some places have more images") as caught:
        assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert "again" in str(caught[0].message) and paths[0].name not in str(caught[0].message)
    assert len(list(iio.imiter(tmp_path))) == 6, "the other one can still be read"


def test_mixed_orientations_are_stacks_and_told(tmp_path: Path) -> None:
    series(tmp_path, STORED)
    series(tmp_path, STORED[:2], prefix="scout", orientation=(0, 1, 0, 0, 0, -1), step=(-9, 0, 0))
    with pytest.warns(iio.IIOWarning, match="2 orientations and are 2 stacks"):
        assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert np.array_equal(iio.imread(tmp_path, volume=1), RESCALED[:2])


def test_mixed_sizes_are_stacks_and_named(tmp_path: Path) -> None:
    series(tmp_path, STORED)
    series(tmp_path, STORED[:1, :4], prefix="small")
    with pytest.warns(iio.IIOWarning, match=r"sizes .* not in the first: .*small0000\.dcm"):
        assert np.array_equal(iio.imread(tmp_path), RESCALED)
    listed = iio.immeta(tmp_path, index=...)["series"]
    assert [s["shape"] for s in listed] == [(5, 6, 7), (1, 4, 7)]
    assert [s["id"] for s in listed] == [f"{SERIES}2", f"{SERIES}2#2"]
    with pytest.raises(iio.DecodeError, match="cannot be stacked"):
        iio.imread(tmp_path, index=...)


def test_without_positions_the_numbers_order(tmp_path: Path) -> None:
    unplaced = {"ImagePositionPatient": None, "ImageOrientationPatient": None}
    series(tmp_path, STORED, SpacingBetweenSlices=1.25, **unplaced)
    with pytest.warns(iio.IIOWarning, match="5 of 5 images do not tell where they lie") as caught:
        assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert len(caught) == 1
    assert iio.improps(tmp_path).spacing == (1.25, 0.8, 0.6)  # whatever their thickness


def test_series_has_one_dtype(tmp_path: Path) -> None:
    for number, intercept in enumerate((-1024, -40_000)):
        series(
            tmp_path,
            STORED[number : number + 1],
            prefix=f"p{number}",
            origin=(0, 0, number),
            RescaleIntercept=intercept,
        )
    found = iio.imread(tmp_path)
    assert found.dtype == np.int32
    assert np.array_equal(found, [STORED[0].astype(int) - 1024, STORED[1].astype(int) - 40_000])
    assert iio.imread(tmp_path, index=0).dtype == iio.improps(tmp_path, index=0).dtype == np.int32


def test_folder_in_folders_with_other_things(tmp_path: Path) -> None:
    paths = series(tmp_path / "a" / "b", STORED)
    series(tmp_path / "c", STORED[:0])
    (tmp_path / "a" / "notes.txt").write_text("not an image")
    (tmp_path / "a" / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to("nothing")
    paths[0].rename(tmp_path / "NoExtension")
    assert np.array_equal(iio.imread(tmp_path), RESCALED)


def test_folder_without_dicom_is_declined(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(iio.IIOError, match="no DICOM file"):
        iio.imread(tmp_path, plugin="dicom")


def test_archive_and_list_are_read_as_a_folder(tmp_path: Path) -> None:
    paths = series(tmp_path / "files", STORED)
    archive = tmp_path / "scan.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as sink:
        for path in paths[::-1]:
            sink.write(path, f"scan/{path.name}")
        sink.writestr("README", "not an image")
    for uri in (archive, archive.read_bytes(), paths[::-1], tuple(map(str, paths))):
        assert np.array_equal(iio.imread(uri), RESCALED)
        assert iio.improps(uri).spacing == (2.5, 0.8, 0.6)
    assert np.array_equal(iio.imread([p.read_bytes() for p in paths[1:3]]), RESCALED[1:3])
    assert np.array_equal(iio.imread(paths[:1]), RESCALED[:1])
    assert np.array_equal(iio.imread(paths[0]), RESCALED[0])


@pytest.mark.parametrize("gone", [False, True])
def test_dicomdir(gone: bool, tmp_path: Path) -> None:
    from pydicom import dcmread
    from pydicom.fileset import FileSet

    paths = series(tmp_path / "files", STORED)
    media = FileSet()
    for path in paths:
        dataset = dcmread(path)
        dataset.StudyDate, dataset.StudyTime = "20200101", "120000"
        dataset.StudyID, dataset.AccessionNumber = "1", ""
        media.add(dataset)
    media.write(tmp_path / "media")
    media._stage["t"].cleanup()
    directory = tmp_path / "media" / "DICOMDIR"
    if gone:
        next(p for p in (tmp_path / "media").rglob("*") if p.is_file() and p != directory).unlink()
        with pytest.raises(iio.DecodeError, match="refers to files that are not there"):
            iio.imread(directory)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert iio.imread(directory, skip_damaged=True).shape == (4, 6, 7)
        assert "not there" in str(caught[0].message)
    else:
        assert np.array_equal(iio.imread(directory), RESCALED)
        assert np.array_equal(iio.imread(directory.parent), RESCALED)


def test_references_of_a_dicomdir_stay_inside(tmp_path: Path) -> None:
    from medical_samples import data_set, encoded
    from pydicom.uid import MediaStorageDirectoryStorage

    series(tmp_path / "elsewhere", STORED)
    directory = data_set(STORED[0])
    del directory.PixelData
    directory.SOPClassUID = MediaStorageDirectoryStorage
    record = Dataset()
    record.DirectoryRecordType = "IMAGE"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom knows that this is no name of a file
        record.ReferencedFileID = ["..", "elsewhere", "image0000.dcm"]
        directory.DirectoryRecordSequence = [record]
        data = encoded(directory)
    (tmp_path / "media").mkdir()
    path = tmp_path / "media" / "DICOMDIR"
    path.write_bytes(data)
    with pytest.raises(iio.DecodeError, match="outside of its directory"):
        iio.imread(path)


class Follower:
    """What `progress=` tells."""

    def __init__(self) -> None:
        self.said: list[object] = []

    def start(self, action: str = "", unit: str = "", max: float = 0) -> None:
        self.said.append((action, max))

    def set_progress(self, progress: float = 0) -> None:
        self.said.append(progress)

    def finish(self, message: str | None = None) -> None:
        self.said.append(message)


def test_progress_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    series(tmp_path, STORED)
    follower = Follower()
    iio.imread(tmp_path, progress=follower)
    steps = [1, 2, 3, 4, 5, None]
    assert follower.said == [("Reading DICOM headers", 5), *steps, ("Reading DICOM", 5), *steps]
    for quiet in (False, None, True):  # True: there is no terminal here
        iio.imread(tmp_path, progress=quiet)
    assert capfd.readouterr() == ("", "")
    with pytest.raises(iio.OptionError, match=r"neither True, False nor an object with start"):
        iio.imread(tmp_path, progress="yes")


def test_damaged_files_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    paths = series(tmp_path, STORED)
    whole = paths[2].read_bytes()
    paths[2].write_bytes(whole[:-20])  # in its pixels
    with pytest.raises(iio.DecodeError, match=paths[2].name):
        iio.imread(tmp_path)
    with pytest.warns(iio.IIOWarning, match=f"zeros: .*{paths[2].name}"):
        found = iio.imread(tmp_path, skip_damaged=True)
    assert not found[2].any()
    assert np.array_equal(np.delete(found, 2, 0), np.delete(RESCALED, 2, 0))
    paths[2].write_bytes(whole[:300])  # in its header: it has no image
    with pytest.warns(iio.IIOWarning, match="not evenly spaced"):
        assert len(iio.imread(tmp_path, skip_damaged=True)) == 4


def test_files_that_vanish_are_named(tmp_path: Path) -> None:
    paths = series(tmp_path, STORED)
    with iio.imopen(tmp_path, "r") as file:
        paths[1].unlink()
        with pytest.raises(iio.DecodeError, match=paths[1].name):
            file.read()
    paths = series(tmp_path, STORED)
    with iio.imopen(tmp_path, "r", skip_damaged=True) as file:
        paths[1].unlink()
        with pytest.warns(iio.IIOWarning, match=paths[1].name):
            assert np.array_equal(file.read()[2:], RESCALED[2:])


def test_reports_among_images_are_passed_over(tmp_path: Path) -> None:
    from medical_samples import data_set, encoded

    series(tmp_path, STORED)
    report = data_set(STORED[0], Modality="SR")
    del report.PixelData
    (tmp_path / "report.dcm").write_bytes(encoded(report))
    assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert [Path(n).name for n in iio.immeta(tmp_path, index=...)["without_images"]] == [
        "report.dcm"
    ]
    assert iio.immeta(tmp_path / "report.dcm")["Modality"] == "SR"
    with pytest.raises(iio.DecodeError, match=r"holds no image \(SR\)"):
        iio.imread(tmp_path / "report.dcm")


def test_multiframe_files_are_volumes(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(dicom(STORED, 12, RescaleSlope=1, RescaleIntercept=-1024))
    series(tmp_path, STORED[:2], SeriesInstanceUID=f"{SERIES}8", SeriesNumber=8)
    assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert np.array_equal(iio.imread(tmp_path, volume=1), RESCALED[:2])
    assert len(list(iio.imiter(tmp_path))) == 7


def test_rounded_orientations_are_one_and_close_planes_are_several(tmp_path: Path) -> None:
    for number, plane in enumerate(STORED):
        series(
            tmp_path,
            plane[None],
            prefix=f"p{number}",
            origin=(0, 0, 0.004 * number),
            orientation=(1, 0.0049 + 0.0001 * number, 0, 0, 1, 0),
            spacing=(0.004, 0.004),
        )
    assert np.array_equal(iio.imread(tmp_path), RESCALED)
    assert iio.improps(tmp_path).spacing == pytest.approx((0.004, 0.004, 0.004), rel=1e-3)


def test_frames_that_go_down_and_frames_in_no_order(tmp_path: Path) -> None:
    def dose(offsets: list[float]) -> bytes:
        return dicom(
            STORED,
            12,
            ImagePositionPatient=[1, 2, 3],
            ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
            PixelSpacing=[0.8, 0.6],
            GridFrameOffsetVector=offsets,
        )

    down = iio.immeta(dose([0, -2, -4, -6, -8]), index=...)["series"][0]
    assert down["spacing"] == (2.0, 0.8, 0.6) and down["direction"][2] == (0, 0, -1)
    (tmp_path / "a.dcm").write_bytes(dose([0, 2, -2, 4, 6]))
    with pytest.warns(iio.IIOWarning, match="not in the order of their positions"):
        iio.imread(tmp_path)


def test_bar_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm", reason="pip install iio-medical[progress]")
    import io
    import sys

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    series(tmp_path, np.concatenate([STORED] * 5))
    for progress, shown in ((True, True), (False, False)):
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        iio.imread(tmp_path, progress=progress)
        assert ("Reading DICOM headers" in terminal.getvalue()) is shown


def test_planes_that_do_not_lie_behind_each_other_are_told(tmp_path: Path) -> None:
    stored = volume(4)
    series(tmp_path / "even", stored)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        iio.imread(tmp_path / "even")
    paths = series(tmp_path / "aside", stored, shuffle=None)
    moved = dcmread(paths[1])
    moved.ImagePositionPatient = [30.0, -20.0, 32.5]
    moved.save_as(paths[1])
    with pytest.warns(iio.IIOWarning, match="do not lie behind each other.*image0001"):
        iio.imread(tmp_path / "aside")


def test_stations_are_not_taken_for_times_in_silence(tmp_path: Path) -> None:
    for number in (1, 2):
        series(
            tmp_path,
            volume(3),
            origin=(0.0, 300.0 * number, 0.0),
            prefix=f"station{number}-",
            AcquisitionNumber=number,
        )
    with pytest.warns(iio.IIOWarning, match="do not lie behind each other.*station2"):
        iio.imread(tmp_path)


def test_inverted_planes_are_told(tmp_path: Path) -> None:
    paths = series(tmp_path, volume(3), shuffle=None)
    inverted = dcmread(paths[1])
    inverted.PhotometricInterpretation = "MONOCHROME1"
    inverted.save_as(paths[1])
    with pytest.warns(iio.IIOWarning, match="several photometric interpretations"):
        iio.imread(tmp_path)
