"""What GDAL reads, under the conformance kit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest

rasterio = pytest.importorskip("rasterio", reason="pip install iio-sci[gdal]")

from sci_gdal_samples import MADE, made  # noqa: E402

from iio_core.testing import PluginSuite, Sample  # noqa: E402


def dted() -> tuple[bytes, np.ndarray]:
    """Return the smallest level of DTED, of 121 by 121 heights."""
    heights = np.random.default_rng(6).integers(0, 3000, (121, 121, 1)).astype(np.int16)
    return made("DTED", ".dt0", "int16", 1, {}, heights)


@pytest.mark.slow
class TestGdal(PluginSuite):
    entry_point = "iio_sci.gdal._spec:SPEC"
    opens = 150
    changes = 40
    unsampled: ClassVar = {
        "JPEG": "it is the same driver interface, and lossy",
        "DTED": "GDAL writes it only for whole degrees",
        "VRT": "it is made of other files, which bytes have not",
        "ECW": "no wheel of GDAL reads it",
    }

    def samples(self) -> Iterator[Sample]:
        for name, how in MADE.items():
            variants = ({"bands": [2, 1]},) if how[3] == 3 else ()
            yield Sample(name, *made(*how), variants=variants)
