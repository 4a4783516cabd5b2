"""iio-pillow under the conformance kit, with one file for every format that it reads."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import ClassVar

import pytest
from PIL import Image, ImageFile

from iio_core.testing import PluginSuite, Sample

from .samples import SAMPLES

# What two decoders of a lossy format may differ by.
_TOLERANCE = {"AVIF": 2.0, "JPEG": 1.0, "MPO": 1.0, "PCD": 1.0}


def _samples() -> tuple[list[Sample], dict[str, str]]:
    """Make the files; tell which cannot be made here and why."""
    made, absent = [], {}
    for name, make in SAMPLES.items():
        try:
            data, image = make()
        except ImportError as error:
            absent[name] = f"its codec is not installed: {error}"
            continue
        made.append(Sample(name, data, image, _TOLERANCE.get(name, 0.0)))
    if shutil.which("gs") is None:
        made = [sample for sample in made if sample.format != "EPS"]
        absent["EPS"] = "Ghostscript is not installed: apt-get install ghostscript"
    return made, absent


_MADE, _ABSENT = _samples()


@pytest.mark.slow  # two minutes: some forty formats
class TestConformance(PluginSuite):
    entry_point = "iio_pillow._spec:SPEC"
    unsampled: ClassVar = _ABSENT
    sizes: ClassVar = {"ICNS": (32, 32)}
    exceptions: ClassVar = {
        (
            "test_truncated_file",
            "EPS",
        ): "a program that ends early is still a program: it paints less",
        (
            "test_equal_images_are_kept",
            "WEBP",
        ): "the encoder shows a frame that is equal to the one before for longer, and warns of it",
    }

    def samples(self) -> Iterator[Sample]:
        yield from _MADE

    def backend_state(self) -> object:
        return Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES
