"""iio-tiff under the conformance kit, with one file for every format that it reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tifffile
from tiff_dialects import DIALECTS
from tiff_samples import SAMPLES, fei

from iio_core.testing import PluginSuite, Sample

LIKE = {"LSM": "LSM of channels", "NDPI": "NDPI that is not compressed"}


@pytest.mark.slow  # a dozen formats
class TestTiff(PluginSuite):
    entry_point = "iio_tiff._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        for name, make in SAMPLES.items():
            dialect = DIALECTS.get(LIKE.get(name, name))
            if dialect is None:
                yield Sample(name, *make())
            else:
                data, (first, *_) = dialect()
                yield Sample(name, data, first.image)

    def backend_state(self) -> object:
        return tifffile.TIFF.MAXWORKERS, tifffile.TIFF.BUFFERSIZE


@pytest.mark.slow
class TestFei(PluginSuite):
    entry_point = "iio_tiff._spec:FEI"

    def samples(self) -> Iterator[Sample]:
        data, image = fei()
        yield Sample("FEI", data, image[:-70])
