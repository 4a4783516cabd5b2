"""DICOM files of known pixels and geometry, written with pydicom alone."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

CT = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024, "RescaleType": "HU"}


def data_set(array: np.ndarray[Any, Any], bits: int | None = None, **elements: Any) -> Dataset:
    """Return a data set with these pixels; elements by keyword, None leaves one out."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = elements.pop("syntax", ExplicitVRLittleEndian)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.StudyInstanceUID = "1.2.826.0.1.3680043.8.498.1"
    dataset.SeriesInstanceUID = "1.2.826.0.1.3680043.8.498.2"
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.PatientName = "Name^Given"
    dataset.PatientID = "1"
    color = array.ndim > 2 and array.shape[-1] == 3
    frames = array.ndim - (3 if color else 2)
    if frames:
        dataset.NumberOfFrames = array.shape[0]
    dataset.Rows, dataset.Columns = array.shape[frames : frames + 2]
    dataset.SamplesPerPixel = 3 if color else 1
    if color:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "RGB" if color else "MONOCHROME2"
    dataset.BitsAllocated = 8 * array.dtype.itemsize
    dataset.BitsStored = bits or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(array.dtype.kind == "i")
    for keyword, value in elements.items():
        if value is None:
            if keyword in dataset:
                delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.PixelData = array.tobytes() + b"\0" * (array.nbytes % 2)
    dataset["PixelData"].VR = "OB" if array.dtype.itemsize == 1 else "OW"
    return dataset


def encoded(dataset: Dataset) -> bytes:
    """Return a data set as a file."""
    body = io.BytesIO()
    dataset.save_as(body, enforce_file_format=True)
    return body.getvalue()


def dicom(array: np.ndarray[Any, Any], bits: int | None = None, **elements: Any) -> bytes:
    """Return a DICOM file with these pixels."""
    return encoded(data_set(array, bits, **elements))


def volume(planes: int = 5, rows: int = 6, columns: int = 7) -> np.ndarray[Any, Any]:
    """Return 12-bit values of which none is there twice."""
    size = planes * rows * columns
    values = (np.arange(size) * 7919) % 4096
    return values.reshape(planes, rows, columns).astype(np.uint16)


def series(
    folder: Path,
    stored: np.ndarray[Any, Any],
    *,
    origin: tuple[float, float, float] = (-10.0, -20.0, 30.0),
    orientation: tuple[float, ...] = (1, 0, 0, 0, 1, 0),
    step: tuple[float, float, float] = (0.0, 0.0, 2.5),
    spacing: tuple[float, float] = (0.8, 0.6),
    shuffle: int | None = 1,
    prefix: str = "image",
    **elements: Any,
) -> list[Path]:
    """Write a volume as one file a plane, under names in no order; returns them in order."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.arange(len(stored))
    if shuffle is not None:
        np.random.default_rng(shuffle).shuffle(names)
    paths = []
    for number, plane in enumerate(stored):
        position = [o + number * s for o, s in zip(origin, step, strict=True)]
        given = {
            **CT,
            "InstanceNumber": number + 1,
            "ImagePositionPatient": position,
            "ImageOrientationPatient": list(orientation),
            "PixelSpacing": list(spacing),
            "SliceThickness": 2.5,
            **elements,
        }
        path = folder / f"{prefix}{names[number]:04}.dcm"
        path.write_bytes(dicom(plane, 12, **given))
        paths.append(path)
    return paths
