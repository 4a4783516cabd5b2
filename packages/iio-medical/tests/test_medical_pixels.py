"""Pixels of pydicom's own test files, and of headers of every kind, beside pydicom itself."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from medical_samples import CT, data_set, dicom, encoded, volume
from pydicom.pixels import apply_rescale, apply_voi_lut
from pydicom.uid import JPEG2000Lossless

import iio_core as iio

ROOT = Path(pydicom.__file__).parent / "data"
FILES = sorted(
    path
    for path in ROOT.rglob("*")
    if path.is_file()
    and path.suffix not in {".py", ".pyc", ".txt", ".json", ".icc", ".gz", ".dump", ".md"}
    and not path.name.startswith("DICOMDIR")
)
NAMED = [str(path.relative_to(ROOT)) for path in FILES]
# pydicom raises for it, and we do not: the number that it cannot parse is not one of pixels.
BETTER = {"test_files/badVR.dcm"}
# Its codestream claims 3,722,445,056 columns. Some decoders do not look; we do not ask them.
REFUSED = {"test_files/JPEG2000-embedded-sequence-delimiter.dcm"}


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    with warnings.catch_warnings():  # these files are there to be warned of
        warnings.simplefilter("ignore")
        yield


def theirs(path: Path) -> tuple[np.ndarray, np.ndarray] | None:
    try:
        dataset = pydicom.dcmread(path, force=True)
        array = dataset.pixel_array
        return array, apply_rescale(array, dataset)
    except Exception:
        return None


def check(path: Path) -> bool:
    expected = None if path.relative_to(ROOT).as_posix() in REFUSED else theirs(path)
    if expected is None:
        if path.relative_to(ROOT).as_posix() not in BETTER:
            with pytest.raises(iio.DecodeError):
                iio.imread(path, plugin="dicom")
        return False
    stored, rescaled = expected
    found = iio.imread(path, plugin="dicom", apply=None)
    assert found.dtype == stored.dtype.newbyteorder("=")
    assert np.array_equal(found, stored)
    found = iio.imread(path, plugin="dicom")
    if found.dtype.kind == "f":
        assert np.allclose(found, rescaled, rtol=1e-6)
    else:
        assert np.array_equal(found, rescaled)
    for options in ({}, {"apply": None}, {"apply": "voi"}):
        found = iio.imread(path, plugin="dicom", **options)
        properties = iio.improps(path, plugin="dicom", **options)
        assert (properties.shape, properties.dtype) == (found.shape, found.dtype)
        assert properties.axes is not None and len(properties.axes) == found.ndim
    return True


def test_pydicoms_files() -> None:
    """Each gives the pixels of pydicom, or our error where pydicom has one."""
    assert len(FILES) > 150
    failed: list[str] = []
    read = 0
    for path in FILES:
        try:
            read += check(path)
        except Exception as error:
            failed.append(f"{path.name}: {type(error).__name__} {error}"[:300])
    assert not failed, "\n".join(failed)
    assert read > 70


def test_every_frame_by_itself() -> None:
    for name in ("rtdose.dcm", "SC_rgb_rle_2frame.dcm", "rtdose_rle.dcm", "examples_ybr_color.dcm"):
        path = ROOT / "test_files" / name
        every = iio.imread(path)
        assert np.array_equal(iio.imread(path, index=-1), every[-1])
        assert np.array_equal(iio.imread(path, index=...), every)
        assert all(map(np.array_equal, iio.imiter(path), every))


def test_window_is_applied_only_on_request() -> None:
    path = ROOT / "test_files" / "MR_small.dcm"
    dataset = pydicom.dcmread(path)
    shown = apply_voi_lut(apply_rescale(dataset.pixel_array, dataset), dataset)
    assert np.array_equal(iio.imread(path, apply="voi"), shown)
    assert "WindowCenter" in iio.immeta(path)
    assert "WindowCenter" not in iio.immeta(path, apply="voi")


def test_palette_is_applied_only_on_request() -> None:
    path = ROOT / "test_files" / "examples_palette.dcm"
    dataset = pydicom.dcmread(path)
    colors = pydicom.pixels.apply_color_lut(dataset.pixel_array, dataset)
    assert np.array_equal(iio.imread(path, apply="voi"), colors)
    assert np.array_equal(iio.imread(path), dataset.pixel_array)


@pytest.mark.parametrize(
    ("bits", "signed", "slope", "intercept", "dtype"),
    [
        (12, 0, None, None, "uint16"),
        (8, 0, None, None, "uint8"),
        (12, 0, 1, -1024, "int16"),
        (16, 0, 1, -1024, "int32"),
        (16, 1, 1, 0, "int16"),
        (16, 1, 1, -1024, "int32"),
        (12, 1, 1, 2048, "uint16"),
        (7, 0, 2, -20, "int16"),
        (6, 0, 2, -20, "int8"),
        (16, 0, 65537, 0, "uint32"),
        (12, 0, 0.5, 0, "float32"),
        (12, 0, 1, 0.25, "float32"),
        (12, 0, -1, 0, "int16"),
        (12, 0, 0, 7, "uint8"),
    ],
)
def test_dtype_follows_from_the_header(
    bits: int, signed: int, slope: float, intercept: float, dtype: str
) -> None:
    kind = ("int" if signed else "uint") + ("8" if bits <= 8 else "16")
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    stored = np.linspace(low, high, 42).astype(np.dtype(kind)).reshape(6, 7)
    for values in (stored, np.zeros_like(stored)):  # whatever the pixels are
        data = dicom(values, bits, RescaleSlope=slope, RescaleIntercept=intercept)
        found = iio.imread(data)
        wanted = values.astype(float) * (1 if slope is None else slope) + (intercept or 0)
        assert found.dtype == dtype == iio.improps(data).dtype
        assert np.array_equal(found, wanted)


def test_bits_above_the_stored_ones_are_not_pixels() -> None:
    stored = volume()[0]
    with_overlay = stored | np.uint16(0x5000)
    assert np.array_equal(iio.imread(dicom(with_overlay, 12)), stored)


@pytest.mark.parametrize("entries", [256, 100])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_modality_table(entries: int, bits: int) -> None:
    from pydicom.dataset import Dataset

    table = (np.arange(entries) * ((1 << bits) - 1) // entries).astype(np.uint16)
    item = Dataset()
    item.LUTDescriptor = [entries, 10, bits]
    item.add_new(0x00283006, "US", [int(t) for t in table])
    item.ModalityLUTType = "US"
    stored = np.arange(42, dtype=np.uint8).reshape(6, 7) * np.uint8(6)
    data = encoded(data_set(stored, ModalityLUTSequence=[item]))
    found = iio.imread(data)
    place = np.clip(stored.astype(int) - 10, 0, entries - 1)
    assert found.dtype == ("uint8" if bits == 8 else "uint16") == iio.improps(data).dtype
    assert np.array_equal(found, table[place])
    assert "ModalityLUTSequence" not in iio.immeta(data)


def enhanced(stored: np.ndarray, *, slopes: list[float]) -> bytes:
    from pydicom.dataset import Dataset

    def group(**sequences: dict[str, Any]) -> Dataset:
        item = Dataset()
        for keyword, elements in sequences.items():
            inner = Dataset()
            for name, value in elements.items():
                setattr(inner, name, value)
            setattr(item, keyword, [inner])
        return item

    frames = [
        group(
            PlanePositionSequence={"ImagePositionPatient": [1, 2, 3 * i]},
            PixelValueTransformationSequence={
                "RescaleSlope": slope,
                "RescaleIntercept": 0,
                "RescaleType": "US",
            },
        )
        for i, slope in enumerate(slopes)
    ]
    shared = group(
        PixelMeasuresSequence={"PixelSpacing": [0.5, 0.25], "SliceThickness": 3},
        PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
    )
    return dicom(
        stored,
        12,
        SharedFunctionalGroupsSequence=[shared],
        PerFrameFunctionalGroupsSequence=frames,
    )


def test_frames_have_their_own_rescale_and_place() -> None:
    stored = volume(3)
    data = enhanced(stored, slopes=[1, 2, 40])
    found = iio.imread(data)
    assert found.dtype == np.uint32
    assert np.array_equal(found, stored * np.array([1, 2, 40], np.uint32)[:, None, None])
    assert np.array_equal(iio.imread(data, index=2), found[2])
    properties = iio.improps(data)
    assert properties.spacing == (3.0, 0.5, 0.25) and properties.axes == "ZYX"
    (listed,) = iio.immeta(data, index=...)["series"]
    assert listed["origin"] == (1.0, 2.0, 0.0)
    assert len(iio.immeta(data, index=1)["PerFrameFunctionalGroupsSequence"]) == 1
    assert iio.imread(enhanced(stored, slopes=[0.5, 1, 1])).dtype == np.float32


def test_metadata_is_plain() -> None:
    dataset = data_set(
        volume()[0],
        12,
        **CT,
        StudyDate="20200102",
        PatientName="Müller^Jörg",
        SpecificCharacterSet="ISO_IR 192",
        PixelSpacing=[0.5, 0.25],
        ReferencedImageSequence=[],
    )
    block = dataset.private_block(0x0009, "SOMEBODY", create=True)
    block.add_new(0x01, "LO", "private")
    found = iio.immeta(encoded(dataset))
    assert found["PatientName"] == "Müller^Jörg" and found["StudyDate"] == "20200102"
    assert found["PixelSpacing"] == [0.5, 0.25] and type(found["PixelSpacing"][0]) is float
    assert found["(0009,0010)"] == "SOMEBODY" and found["(0009,1001)"] == "private"
    assert found["ReferencedImageSequence"] == []
    assert not {"PixelData", "RescaleSlope", "RescaleIntercept"} & found.keys()
    full = iio.immeta(encoded(dataset), exclude_applied=False)
    assert full["RescaleSlope"] == 1.0 and full["RescaleIntercept"] == -1024.0
    assert "RescaleSlope" in iio.immeta(encoded(dataset), apply=None)
    with iio.imopen(encoded(dataset), "r") as file:
        assert isinstance(file.dataset(), pydicom.Dataset)


def test_real_files(real: Path) -> None:
    """Of imageio's standard images; one of them is deflated."""
    for name, dtype in (("01", "int16"), ("03", "uint8"), ("04", "uint8")):
        path = real / f"dicom_file{name}.dcm"
        dataset = pydicom.dcmread(path)
        found = iio.imread(path)
        assert found.shape == (512, 512) and found.dtype == dtype
        assert np.array_equal(found, apply_rescale(dataset.pixel_array, dataset))
        assert np.array_equal(iio.imread(io.BytesIO(path.read_bytes())), found)


def test_plugin_pydicom_shows_as_imageio_does() -> None:
    for name in ("MR_small.dcm", "examples_palette.dcm", "CT_small.dcm", "rtdose.dcm"):
        path = ROOT / "test_files" / name
        dataset = pydicom.dcmread(path)
        array = dataset.pixel_array
        if name == "examples_palette.dcm":
            shown = pydicom.pixels.apply_color_lut(array, dataset)
        else:
            shown = apply_voi_lut(apply_rescale(array, dataset), dataset)
        for raw, wanted in ((False, shown), (True, array)):
            found = iio.imread(path, plugin="pydicom", raw=raw)
            assert found.dtype == wanted.dtype and np.array_equal(found, wanted)
            properties = iio.improps(path, plugin="pydicom", raw=raw)
            assert (properties.shape, properties.dtype) == (found.shape, found.dtype)


def test_values_that_the_header_excludes_do_not_wrap() -> None:
    """A frame as JPEG 2000 of 16 bits, in a file that says that it has 12."""
    pytest.importorskip("openjpeg", reason="pip install iio-medical[jpeg]")
    dataset = data_set(np.full((64, 64), 60000, np.uint16), 16)
    dataset.compress(JPEG2000Lossless)
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom sees the difference, too
        with pytest.raises(iio.DecodeError, match="values from 60000 to 60000"):
            iio.imread(encoded(dataset), extension=".dcm")
        assert iio.imread(encoded(dataset), extension=".dcm", apply=None).min() == 60000
