"""iio-retro under the conformance kit, with a file of every format."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from retro_data import contents, extension_of

import iio_core as iio
from iio_core.testing import PluginSuite, Sample

SAMPLES = {
    "CUR": "icotool.cur",
    "CUT": "gray.cut",
    "DCX": "pages.dcx",
    "EMF": "bitmap.emf",
    "FPX": "truecolor.fpx.xz",
    "G3": "netpbm.g3",
    "IFF": "plain.iff",
    "IM": "palette.im",
    "JNG": "gray.jng",
    "KOALA": "c64img.koa",
    "MIC": "hopper.mic.xz",
    "MNG": "graphicsmagick.mng",
    "PCX": "planes.pcx",
    "PICT": "netpbm.pict",
    "SUN": "runs.ras",
    "WBMP": "netpbm.wbmp",
    "WMF": "bitmap.wmf",
    "XPM": "few.xpm",
}


@pytest.mark.slow  # a dozen formats
class TestRetro(PluginSuite):
    entry_point = "iio_retro._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        # That the pixels are right is seen in test_retro_files.
        for format, name in SAMPLES.items():
            data = contents(name)
            yield Sample(
                format,
                data,
                iio.imread(data, index=0, extension=extension_of(name), plugin="retro"),
            )
