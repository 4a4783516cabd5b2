"""Medical files of several kinds for ``nox -s demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = ("dicom_file01.dcm", "dicom_file03.dcm", "dicom_file04.dcm")
PLACE: dict[str, Any] = {"spacing": (4.0, 1.0, 1.0), "origin": (-100.0, -100.0, 0.0)}


def phantom(planes: int = 5, size: int = 200) -> np.ndarray[Any, np.dtype[np.int16]]:
    """Return a body with two lungs and a spine, in Hounsfield units."""
    z, y, x = np.mgrid[0:planes, 0:size, 0:size].astype(float)
    y, x = (y - size / 2) / size, (x - size / 2) / size
    grown = 0.1 + 0.02 * z
    body = np.where((x / 0.45) ** 2 + (y / 0.35) ** 2 < 1, 40, -1000)
    for side in (-0.2, 0.2):
        body[((x - side) / grown) ** 2 + (y / (1.6 * grown)) ** 2 < 1] = -850
    body[x**2 + (y - 0.22) ** 2 < 0.004] = 700
    return body.astype(np.int16)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write a phantom in several formats, and name real files where they are at hand."""
    for name in REAL:
        if data is not None and (data / name).is_file():
            yield data / name, "a real file"
    body = phantom()
    series = folder / "ct"
    series.mkdir(exist_ok=True)
    iio.imwrite(series / "plane.dcm", body, metadata={"Modality": "CT", **PLACE}, split=True)
    yield series / "plane.dcm", "one plane of a CT series"
    stored = (body + 1024).astype(np.uint16)
    made: list[tuple[str, str, dict[str, Any]]] = [
        ("frames.dcm", "a multi-frame DICOM object, RLE", {"compression": "rle"}),
        ("volume.mha", "MetaImage, through iio-medical[itk]", {}),
        ("volume.nrrd", "NRRD, through iio-medical[itk]", {}),
        ("volume.nii.gz", "NIfTI, through iio-medical[nifti]", {}),
    ]
    for name, remark, options in made:
        path = folder / name
        try:
            iio.imwrite(path, stored, metadata=PLACE, **options)
        except iio.NoPluginError:
            continue  # its extra is not installed
        yield path, remark
