"""iio-tiff under the conformance kit, with one file for every format that it reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import tifffile
from tiff_samples import SAMPLES, fei

from iio_core.testing import PluginSuite, Sample


@pytest.mark.slow  # a dozen formats
class TestTiff(PluginSuite):
    entry_point = "iio_tiff._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        for name, make in SAMPLES.items():
            yield Sample(name, *make())

    def backend_state(self) -> object:
        return tifffile.TIFF.MAXWORKERS, tifffile.TIFF.BUFFERSIZE


@pytest.mark.slow
class TestFei(PluginSuite):
    entry_point = "iio_tiff._spec:FEI"

    def samples(self) -> Iterator[Sample]:
        data, image = fei()
        yield Sample("FEI", data, image[:-70])
