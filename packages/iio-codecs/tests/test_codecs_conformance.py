"""iio-codecs under the conformance kit, with files of every format that other programs wrote."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest
from codecs_samples import FILES, by_ffmpeg, by_pillow, picture, png

from iio_core.testing import PluginSuite, Sample

_FORMATS = {
    "uint16-3.jxr": "JPEGXR",
    "uint8-3.jxr": "JPEGXR",
    "uint16-3.jxl": "JXL",
    "uint8-4.jxl": "JXL",
    "uint16-3.jp2": "JPEG2000",
    "uint16-1.j2k": "JPEG2000",
    "uint16-3.j2c": "HTJ2K",
    "uint8-4.avif": "AVIF",
}


@pytest.mark.slow  # eleven formats
class TestCodecs(PluginSuite):
    entry_point = "iio_codecs._spec:SPEC"
    lossless: ClassVar[dict[str, dict[str, bool]]] = {
        "JPEG": {"lossless": True},
        "WEBP": {"lossless": True},
    }
    depths: ClassVar[dict[tuple[str, str], int]] = {("AVIF", "uint16"): 12}

    def samples(self) -> Iterator[Sample]:
        turned = {"rotate": True}
        deep = picture("uint16", 3)
        text = (b"tEXt", b"Title\0a cat")
        yield Sample("PNG", png(deep, 2, text), deep, name="PNG of 16 bits")
        gray = picture("uint8", 1)
        yield Sample("PNG", png(gray, 0), gray, variants=(turned,), name="PNG of 8 bits")
        for name, format in _FORMATS.items():
            dtype, channels = name.partition(".")[0].split("-")
            image = picture(dtype, int(channels))
            data = (FILES / name).read_bytes()
            yield Sample(format, data, image, variants=(turned,), name=name)
        rgb = picture("uint8", 3)
        yield Sample("JPEGLS", by_ffmpeg("jpegls", "rgb24", rgb), rgb)
        smooth = np.full((20, 24, 3), 100, np.uint8)
        smooth[:, 8:] = 200
        jpeg = by_pillow(smooth, "JPEG", quality=100, subsampling=0)
        yield Sample("JPEG", jpeg, smooth, tolerance=2)
        yield Sample("WEBP", by_pillow(rgb, "WEBP", lossless=True), rgb)
        yield Sample("QOI", by_ffmpeg("qoi", "rgb24", rgb), rgb)
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        yield Sample("BMP", by_ffmpeg("bmp", "bgr24", bgr), rgb)
