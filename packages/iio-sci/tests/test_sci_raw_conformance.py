"""Cameras' raw files under the conformance kit."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import ClassVar

import pytest

rawpy = pytest.importorskip("rawpy", reason="pip install iio-sci[raw]")

from sci_raw_coded import CODED_MAKERS  # noqa: E402
from sci_raw_early import EARLY_MAKERS  # noqa: E402
from sci_raw_makers import TIFF_MAKERS  # noqa: E402
from sci_raw_samples import SAMPLES, developed  # noqa: E402

from iio_core.testing import PluginSuite, Sample  # noqa: E402

_MAKERS = {**EARLY_MAKERS, **TIFF_MAKERS, **CODED_MAKERS}
# Format: the extension of what is built of it.
BUILT = {"CR2": "cr2", "ORF": "orf", "RAF": "raf", "RW2": "rw2", "CAMERA-BARE": "cap"}
_CAMERA = "its compression takes a camera's own file: LibRaw's decoder, as for the formats here"


@pytest.mark.slow
class TestRaw(PluginSuite):
    entry_point = "iio_sci.raw._spec:SPEC"
    changes = 50
    unsampled: ClassVar = {
        **dict.fromkeys(("CR3", "X3F"), _CAMERA),
        "CRW": "the layout that is not compressed has 2 MB: test_sci_raw_makers reads one",
        "CINE": "iio-video's plugin is asked first: test_sci_raw_makers reads one with this one",
        "CAMERA-OTHER": "what is in it decides: a test of its own reads one",
    }

    def samples(self) -> Iterator[Sample]:
        variants = ({"sensor": True}, {"half_size": True, "output_bps": 16}, {"user_flip": 6})
        for name in ("DNG", "CAMERA-TIFF", "MRW"):
            data = SAMPLES[name]
            yield Sample(name, data, developed(data), variants=variants)
        for name, extension in BUILT.items():
            data, _ = _MAKERS[extension]()
            yield Sample(name, data, developed(data), variants=variants)

    def bare(self, sample: Sample):  # type: ignore[no-untyped-def]
        def decode():  # type: ignore[no-untyped-def]
            with rawpy.imread(io.BytesIO(sample.data)) as raw:
                return raw.postprocess(user_flip=0)

        return decode
