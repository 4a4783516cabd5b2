"""DICOM: 200 slices of 512 x 512 as a volume, and headers scanned; beside pydicom, ITK, imageio."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import imageio.v2 as imageio
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813
from pydicom.dataset import Dataset

import iio_core as iio

from .timing import Case, arguments, report

SLICES, SCANNED = 200, 2000


def slice_of(rng: np.random.Generator, number: int) -> Dataset:
    """Return a slice of a CT with as many elements as scanners write."""
    dataset = Dataset()
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = pydicom.uid.CTImageStorage
    dataset.SOPInstanceUID = pydicom.uid.generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.4", "1.2.3.5"
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = "CT", 1, number + 1
    dataset.PatientName, dataset.PatientID = "A^B", "1"
    block = dataset.private_block(0x0019, "A VENDOR", create=True)
    for element in range(100):
        block.add_new(element, "LO", f"a value of element {element}")
    dataset.ImagePositionPatient = [-150, -150, 2.5 * number]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [0.6, 0.6], 2.5
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    pixels = rng.integers(0, 4096, (512, 512), np.uint16)
    dataset.set_pixel_data(pixels, "MONOCHROME2", 12, generate_instance_uid=False)
    return dataset


def with_pydicom(folder: Path) -> np.ndarray:
    """Return the volume as somebody would make it with pydicom."""
    slices = [pydicom.dcmread(path) for path in folder.iterdir()]
    slices.sort(key=lambda dataset: float(dataset.ImagePositionPatient[2]))
    first = slices[0]
    volume = np.empty((len(slices), first.Rows, first.Columns), np.int16)
    for number, dataset in enumerate(slices):
        volume[number] = dataset.pixel_array
        volume[number] *= np.int16(dataset.RescaleSlope)
        volume[number] += np.int16(dataset.RescaleIntercept)
    return volume


def with_itk(folder: Path) -> np.ndarray:
    """Return the volume as somebody would read it with SimpleITK."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return sitk.GetArrayFromImage(reader.Execute())


def with_imageio(folder: Path) -> np.ndarray:
    """Return the volume of imageio."""
    return imageio.volread(str(folder), "DICOM", progress=False)


def read_whole(folder: Path) -> None:
    """Read files whole, to sort them."""
    for path in folder.iterdir():
        pydicom.dcmread(path)


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    rng = np.random.default_rng(0)
    small, large = folder / "small", folder / "large"
    small.mkdir()
    large.mkdir()
    order = rng.permutation(SCANNED)
    for number in range(SLICES):
        slice_of(rng, number).save_as(small / f"{order[number]:05}", enforce_file_format=True)
    reader = partial(iio.imread, small)
    assert np.array_equal(reader(), with_pydicom(small))
    assert np.array_equal(reader(), with_itk(small))
    yield Case(
        f"{SLICES} slices as a volume",
        {
            "pydicom": partial(with_pydicom, small),
            "iio": reader,
            "SimpleITK": partial(with_itk, small),
            "imageio": partial(with_imageio, small),
        },
    )
    one = slice_of(rng, 0)
    for number in range(SCANNED):
        one.SOPInstanceUID = f"1.2.3.6.{number}"
        one.ImagePositionPatient = [0, 0, number]
        one.save_as(large / f"{order[number]:05}", enforce_file_format=True)
    yield Case(
        f"{SCANNED} headers",
        {
            "pydicom, whole files": partial(read_whole, large),
            "iio, immeta of all series": partial(iio.immeta, large, index=...),
        },
    )


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_medical", cases(Path(name)), asked)
