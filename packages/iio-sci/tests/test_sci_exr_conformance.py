"""OpenEXR under the conformance kit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

OpenEXR = pytest.importorskip("OpenEXR", reason="pip install iio-sci[exr]")

from sci_exr_samples import made, multipart, picture  # noqa: E402

from iio_core.testing import PluginSuite, Sample  # noqa: E402


@pytest.mark.slow
class TestExr(PluginSuite):
    entry_point = "iio_sci.exr._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        image = picture()
        colors = {name: image[..., i] for i, name in enumerate("RGB")}
        variants = ({"channels": ["G"]}, {"channels": ("B", "R")}, {"window": "display"})
        yield Sample("EXR", made(colors), image, variants=variants, name="colors")
        half = picture("float16", 1)
        yield Sample("EXR", made({"Y": half}), half, name="half")
        count = picture("uint32", 1)
        yield Sample("EXR", made({"id": count}), count, name="uint")
        several = [{"Y": half}, {"Y": half + np.float16(1)}]
        yield Sample("EXR", multipart(several), half, name="parts")
        yield Sample("EXR", multipart(several, tiled=True), half, name="tiled parts")

    def backend_state(self) -> object:
        count = getattr(OpenEXR, "global_thread_count", None)  # newer releases tell it
        return None if count is None else count()
