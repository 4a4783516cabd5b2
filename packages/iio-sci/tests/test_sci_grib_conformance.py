"""GRIB and BUFR under the conformance kit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

eccodes = pytest.importorskip("eccodes", reason="pip install iio-sci[grib]")

from sci_grib_samples import FIELD, bufr, grib  # noqa: E402

from iio_core.testing import PluginSuite, Sample  # noqa: E402


def numbers(message: bytes) -> np.ndarray:
    """Return the numbers of a report, as ecCodes alone gives them, by one key after the other."""
    number = eccodes.codes_new_from_message(message)
    eccodes.codes_set(number, "unpack", 1)
    cursor = eccodes.codes_bufr_keys_iterator_new(number)
    values = []
    while eccodes.codes_bufr_keys_iterator_next(cursor):
        key = eccodes.codes_bufr_keys_iterator_get_name(cursor)
        if key.startswith("#"):
            is_text = eccodes.codes_get_native_type(number, key) is str
            missing = is_text or eccodes.codes_is_missing(number, key)
            values.append(np.nan if missing else eccodes.codes_get(number, key, float))
    eccodes.codes_bufr_keys_iterator_delete(cursor)
    eccodes.codes_release(number)
    return np.array([values])


@pytest.mark.slow
class TestGrib(PluginSuite):
    entry_point = "iio_sci.grib._spec:SPEC"
    opens = 300

    def samples(self) -> Iterator[Sample]:
        yield Sample("GRIB", grib() + grib(FIELD + 1), FIELD, tolerance=0.01, name="GRIB 2")
        yield Sample("GRIB", grib(edition=1), FIELD, tolerance=0.01, name="GRIB 1")


@pytest.mark.slow
class TestBufr(PluginSuite):
    entry_point = "iio_sci.grib._spec:BUFR"
    opens = 300

    def samples(self) -> Iterator[Sample]:
        variants = ({"element": "latitude"},)
        yield Sample("BUFR", bufr(), numbers(bufr()), variants=variants)
