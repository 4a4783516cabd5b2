"""FITS under the conformance kit."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator

import numpy as np
import pytest
from astropy.io import fits

from iio_core.testing import PluginSuite, Sample

IMAGE = np.random.default_rng(2).integers(-300, 300, (9, 11)).astype(np.int16)


def saved(*units: object) -> bytes:
    sink = io.BytesIO()
    fits.HDUList(list(units)).writeto(sink)
    return sink.getvalue()


def with_cards() -> bytes:
    unit = fits.PrimaryHDU(IMAGE)
    unit.header["OBJECT"] = ("M51", "what was seen")
    unit.header["EXPTIME"] = 2.5
    unit.header["HIERARCH ESO DET DIT"] = 7
    unit.header["COMMENT"] = "a remark"
    unit.header["HISTORY"] = "flat-fielded"
    return saved(unit, fits.ImageHDU(IMAGE + 1, name="second"))


@pytest.mark.slow
class TestFits(PluginSuite):
    entry_point = "iio_sci.fits._spec:SPEC"

    def samples(self) -> Iterator[Sample]:
        yield Sample("FITS", with_cards(), IMAGE)
        packed = fits.CompImageHDU(IMAGE, compression_type="RICE_1", tile_shape=(4, 5))
        yield Sample("FITS", saved(fits.PrimaryHDU(), packed), IMAGE, name="packed")
        unit = fits.PrimaryHDU(IMAGE)
        unit.header["BSCALE"], unit.header["BZERO"] = 0.5, 3.0
        data = bytearray(saved(fits.PrimaryHDU(IMAGE)))
        header = unit.header.tostring().encode()
        data[: len(header)] = header
        scaled = IMAGE.astype("f4") * np.float32(0.5) + np.float32(3)
        yield Sample("FITS", bytes(data), scaled, name="scaled")
        yield Sample("FITS-GZIP", gzip.compress(with_cards(), mtime=0), IMAGE)
