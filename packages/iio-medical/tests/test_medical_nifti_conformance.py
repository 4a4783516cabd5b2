"""The plugin for NIfTI under the conformance kit; its samples are written by nibabel alone."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator

import numpy as np
import pytest

nib = pytest.importorskip("nibabel", reason="pip install iio-medical[nifti]")

from iio_core.testing import PluginSuite, Sample  # noqa: E402


def in_text(array: np.ndarray) -> bytes:
    """Return what niftilib writes for an image whose type is NIFTI-1A."""
    depth, height, width = array.shape
    told = {
        "nifti_type": "NIFTI-1A",
        "header_filename": "a.nia",
        "image_filename": "a.nia",
        "ndim": 3,
        "nx": width,
        "ny": height,
        "nz": depth,
        "dx": 0.5,
        "dy": 0.75,
        "dz": 2,
        "datatype": 4,
        "datatype_name": "INT16",
        "nvox": array.size,
        "nbyper": 2,
        "byteorder": "LSB_FIRST",
        "sform_code": 1,
        "sto_xyz_matrix": "-0.5 0 0 1 0 -0.75 0 2 0 0 2 3 0 0 0 1",
        "descrip": "text",
    }
    lines = "".join(f"  {name} = '{value}'\n" for name, value in told.items())
    return f"<nifti_image\n{lines}/>\n".encode() + array.astype("<i2").tobytes()


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
        yield Sample("NIFTI-GZ", gzip.compress(one.to_bytes(), mtime=0), array, variants=APPLY)
        scaled = nib.Nifti1Image(array.T, affine)
        scaled.header.set_slope_inter(2, -10)
        data = bytearray(one.to_bytes())
        data[112:120] = np.array([2, -10], "<f4").tobytes()
        wanted = array.astype(np.int32) * 2 - 10
        yield Sample("NIFTI", bytes(data), wanted, variants=APPLY, name="scaled")
        two = nib.Nifti2Image(array.astype(np.float32).T, affine)
        yield Sample("NIFTI", two.to_bytes(), array.astype(np.float32), name="NIfTI-2")
        yield Sample("NIFTI-ASCII", in_text(array), array)
        body = io.BytesIO()
        volume = nib.MGHImage(array.astype(np.float32).T, affine)
        volume.to_stream(body)
        yield Sample("MGH", body.getvalue(), array.astype(np.float32))
