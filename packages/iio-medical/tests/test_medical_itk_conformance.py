"""The plugin for ITK under the conformance kit; its samples are written by SimpleITK alone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

sitk = pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")

from iio_core.testing import PluginSuite, Sample  # noqa: E402

SINGLE = (
    *(
        ("METAIMAGE", ".mha"),
        ("NRRD", ".nrrd"),
        ("NIFTI", ".nii"),
        ("NIFTI-GZ", ".nii.gz"),
        ("VTK", ".vtk"),
    ),
    *(("GIPL", ".gipl"), ("MINC", ".mnc2"), ("HDF5", ".hdf5"), ("MRC", ".mrc")),
)


def written(array: np.ndarray, extension: str) -> bytes:
    image = sitk.GetImageFromArray(array)
    image.SetSpacing([0.5, 0.75, 2.0][: image.GetDimension()])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"image{extension}")
        sitk.WriteImage(image, str(path))
        return path.read_bytes()


@pytest.mark.slow
class TestItk(PluginSuite):
    entry_point = "iio_medical._spec:ITK"
    changes = 60  # of a dozen formats, each in a directory of its own
    unsampled = {"NIFTI-PAIR": "two files cannot be one of bytes"}  # noqa: RUF012

    def samples(self) -> Iterator[Sample]:
        array = (np.arange(4 * 5 * 6) * 7).reshape(4, 5, 6).astype(np.uint16)
        for name, extension in SINGLE:
            yield Sample(name, written(array, extension), array)
        gray = (array % 251).astype(np.uint8)
        yield Sample("BIORAD", written(gray, ".pic"), gray)
        for name in ("PNG", "TIFF"):
            yield Sample(name, written(gray[0], f".{name.lower()}"), gray[0])
