"""NumPy's files under the conformance kit."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest

from iio_core.testing import PluginSuite, Sample

IMAGE = np.random.default_rng(1).integers(0, 4000, (6, 7, 3)).astype(np.int16)


def saved(*arrays: np.ndarray, packed: bool = False) -> bytes:
    sink = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(sink, *arrays)
    return sink.getvalue()


def single(array: np.ndarray, version: tuple[int, int] = (1, 0)) -> bytes:
    sink = io.BytesIO()
    np.lib.format.write_array(sink, array, version)
    return sink.getvalue()


@pytest.mark.slow
class TestNpz(PluginSuite):
    entry_point = "iio_sci.npz._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("NPZ", saved(IMAGE, IMAGE + 1), IMAGE, name="stored")
        yield Sample("NPZ", saved(IMAGE, packed=True), IMAGE, name="packed")
        yield Sample("NPY", single(IMAGE), IMAGE)
        yield Sample("NPY", single(IMAGE.astype(">f8")), IMAGE.astype("f8"), name="big endian")
        fortran = np.asfortranarray(IMAGE)
        yield Sample("NPY", single(fortran, (2, 0)), IMAGE, name="Fortran")
        yield Sample("NPZ", saved(fortran, packed=True), IMAGE, name="Fortran, packed")
