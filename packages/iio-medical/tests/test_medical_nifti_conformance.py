"""The plugin for NIfTI under the conformance kit; its samples are written by nibabel alone."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

nib = pytest.importorskip("nibabel", reason="pip install iio-medical[nifti]")

from iio_core.testing import PluginSuite, Sample  # noqa: E402

APPLY = ({"apply": None}, {"apply": "scale"})


@pytest.mark.slow
class TestNifti(PluginSuite):
    entry_point = "iio_medical._spec:NIFTI"
    unsampled = {  # noqa: RUF012
        "NIFTI-PAIR": "two files cannot be one of bytes",
        "MINC1": "nothing here writes it; nibabel's own files are read in another test",
    }

    def samples(self) -> Iterator[Sample]:
        array = (np.arange(4 * 5 * 6) * 7).reshape(4, 5, 6).astype(np.int16)
        affine = np.diag([0.5, 0.75, 2.0, 1.0])
        one = nib.Nifti1Image(array.T, affine)
        yield Sample("NIFTI", one.to_bytes(), array, variants=APPLY)
        scaled = nib.Nifti1Image(array.T, affine)
        scaled.header.set_slope_inter(2, -10)
        data = bytearray(one.to_bytes())
        data[112:120] = np.array([2, -10], "<f4").tobytes()
        wanted = array.astype(np.int32) * 2 - 10
        yield Sample("NIFTI", bytes(data), wanted, variants=APPLY, name="scaled")
        two = nib.Nifti2Image(array.astype(np.float32).T, affine)
        yield Sample("NIFTI", two.to_bytes(), array.astype(np.float32), name="NIfTI-2")
        body = io.BytesIO()
        volume = nib.MGHImage(array.astype(np.float32).T, affine)
        volume.to_stream(body)
        yield Sample("MGH", body.getvalue(), array.astype(np.float32))
