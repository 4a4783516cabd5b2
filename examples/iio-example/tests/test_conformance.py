"""The plugin under the conformance kit: everything that iio expects of any plugin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from iio_core.testing import PluginSuite, Sample

# Two pixels wide, three high: laid out by hand, so that reader and writer cannot err together.
PIXELS = np.array(
    [
        [[0x0000, 0x0001, 0x0100, 0xFFFF], [0xFFFF, 0x0000, 0x0000, 0x8000]],
        [[0x1234, 0x5678, 0x9ABC, 0xDEF0], [0x0000, 0x0000, 0x0000, 0x0000]],
        [[0x00FF, 0xFF00, 0x0FF0, 0xF00F], [0x7FFF, 0x8000, 0x8001, 0x0002]],
    ],
    np.uint16,
)
FILE = (
    b"farbfeld\x00\x00\x00\x02\x00\x00\x00\x03"
    b"\x00\x00\x00\x01\x01\x00\xff\xff\xff\xff\x00\x00\x00\x00\x80\x00"
    b"\x12\x34\x56\x78\x9a\xbc\xde\xf0\x00\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\xff\xff\x00\x0f\xf0\xf0\x0f\x7f\xff\x80\x00\x80\x01\x00\x02"
)


class TestConformance(PluginSuite):
    entry_point = "iio_example._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("FARBFELD", data=FILE, image=PIXELS)
