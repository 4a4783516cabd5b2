"""iio-video under the conformance kit, with a file for every format that it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import av.logging
import pytest
from video_samples import SAMPLES, sample

from iio_core.testing import PluginSuite, Sample
from iio_video._demuxers import FOLLOWING
from iio_video._spec import SPEC


@pytest.mark.slow  # two dozen formats
class TestPyav(PluginSuite):
    entry_point = "iio_video._spec:SPEC"
    # Encoders of several of them take even sizes only.
    sizes: ClassVar = {f.name: (16, 18) for f in SPEC.formats if f.writes}
    changes = 60
    unsampled: ClassVar = dict.fromkeys(
        FOLLOWING, "it is a list of other files: test_video_elsewhere.py has some"
    )
    exceptions: ClassVar = {
        ("test_truncated_file", name): "a byte stream has no length: what is cut within its last "
        "picture is decoded as far as that goes"
        for name in ("H264", "HEVC")
    }

    def samples(self) -> Iterator[Sample]:
        for name in (*SAMPLES, "IFF", "CINE"):
            data, image = sample(name)
            variants = ({"format": "gray"}, {"size": (32, 24)}) if name == "MP4" else ()
            yield Sample(name, data, image, variants=variants)

    def backend_state(self) -> object:
        return av.logging.get_level()
