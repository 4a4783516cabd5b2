"""iio-pillow under the conformance kit, with one file for every format that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from PIL import Image, ImageFile

from iio_core.testing import PluginSuite, Sample

from .samples import SAMPLES

# What two decoders of a lossy format may differ by.
_TOLERANCE = {"AVIF": 2.0, "JPEG": 1.0, "MPO": 1.0, "PCD": 1.0}


class TestConformance(PluginSuite):
    entry_point = "iio_pillow._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        for name, make in SAMPLES.items():
            try:
                data, image = make()
            except ImportError:  # this Pillow, or this environment, lacks the codec
                continue
            yield Sample(name, data, image, _TOLERANCE.get(name, 0.0))

    def backend_state(self) -> object:
        return Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
