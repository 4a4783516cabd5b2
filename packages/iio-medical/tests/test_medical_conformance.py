"""The plugins of iio-medical under the conformance kit."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import numpy as np
import pytest
from medical_samples import CT, dicom, volume

from iio_core.testing import PluginSuite, Sample

RAW = ({"raw": True}, {"raw": False})
VARIANTS = ({"apply": None}, {"apply": "rescale"}, {"apply": "voi"})


def zipped(*files: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number, data in enumerate(files):
            archive.writestr(f"images/{number}", data)
    return body.getvalue()


@pytest.mark.slow
class TestDicom(PluginSuite):
    entry_point = "iio_medical._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        stored = volume()
        rescaled = stored.astype(np.int16) - 1024
        fixed = {"SOPInstanceUID": "1.2.3.4"}
        told = {"ImagePositionPatient": [0, 0, 0], "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}
        window = {"WindowCenter": 40, "WindowWidth": 400}
        one = dicom(stored[0], 12, **CT, **told, **window, **fixed)
        yield Sample("DICOM", one, rescaled[0], variants=VARIANTS)
        frames = dicom(stored, 12, **CT, **fixed)
        yield Sample("DICOM", frames, rescaled[0], variants=VARIANTS, name="frames")
        color = (np.arange(6 * 7 * 3) * 2).reshape(6, 7, 3).astype(np.uint8)
        yield Sample("DICOM", dicom(color, **fixed), color, variants=VARIANTS, name="color")
        yield Sample("DICOM-ZIP", zipped(one), rescaled[0], variants=VARIANTS)


@pytest.mark.slow
class TestPydicom(PluginSuite):
    entry_point = "iio_medical._spec:PYDICOM"

    def samples(self) -> Iterator[Sample]:
        stored = volume()
        data = dicom(stored[:2], 12, **CT, SOPInstanceUID="1.2.3.4")
        yield Sample("DICOM", data, stored[0] - 1024.0, variants=RAW)
