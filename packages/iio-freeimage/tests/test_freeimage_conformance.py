"""iio-freeimage under the conformance kit, with the formats that Pillow writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from freeimage_samples import by_pillow, needs_library, picture

from iio_core.testing import PluginSuite, Sample
from iio_freeimage._spec import SPEC

_BY_PILLOW = {
    "PNG": "PNG",
    "TIFF": "TIFF",
    "BMP": "BMP",
    "PPMRAW": "PPM",
}


@needs_library
@pytest.mark.slow
class TestFreeimage(PluginSuite):
    entry_point = "iio_freeimage._spec:SPEC"
    changes = 60
    sizes: ClassVar[dict[str, tuple[int, int]]] = dict.fromkeys(("J2K", "JP2"), (64, 72)) | {
        "PNG": (13, 18)  # an alpha of one pixel may be opaque, and FreeImage leaves that out
    }
    exceptions: ClassVar[dict[tuple[str, str], str]] = {
        ("test_truncated_file", name): "FreeImage fills up what is missing, and says nothing of it"
        for name in ("BMP", "PPMRAW", "TIFF")
    }
    unsampled: ClassVar[dict[str, str]] = {
        format.name: "read by FreeImage as by anybody, and tested with a few formats"
        for format in SPEC.formats
        if format.name not in _BY_PILLOW and format.name != "JPEG"
    }

    def samples(self) -> Iterator[Sample]:
        image = picture()
        for name, theirs in _BY_PILLOW.items():
            yield Sample(name, by_pillow(image, theirs), image)
        smooth = np.full((20, 24, 3), 100, np.uint8)
        smooth[:, 8:] = 200
        jpeg = by_pillow(smooth, "JPEG", quality=100, subsampling=0)
        yield Sample("JPEG", jpeg, smooth, tolerance=3)
