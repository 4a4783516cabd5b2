"""HDF5 under the conformance kit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

h5py = pytest.importorskip("h5py", reason="pip install iio-sci[hdf5]")

from iio_core.testing import PluginSuite, Sample  # noqa: E402

IMAGE = np.random.default_rng(5).integers(0, 4000, (13, 18)).astype(np.int16)


def made(images: dict[str, np.ndarray], **options: Any) -> bytes:
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        for name, image in images.items():
            data = file.create_dataset(name, data=image, **options)
            data.attrs["units"] = "counts"
            data.attrs["scale"] = 2.5
    return sink.getvalue()


@pytest.mark.slow
class TestHdf5(PluginSuite):
    entry_point = "iio_sci.hdf5._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("HDF5", made({"a/image": IMAGE}), IMAGE, name="plain")
        several = {"a": IMAGE, "b/c": IMAGE + 1, "d": IMAGE.T.copy().T}
        yield Sample("HDF5", made(several), IMAGE, name="several")
        packed = {"chunks": (5, 7), "compression": "gzip", "shuffle": True, "fletcher32": True}
        yield Sample("HDF5", made({"a": IMAGE}, **packed), IMAGE, name="packed")
        yield Sample("HDF5", made({"a": IMAGE.astype(">f4")}), IMAGE.astype("f4"), name="big")
