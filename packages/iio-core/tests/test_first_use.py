"""The names of `iio_core.v3`."""

from __future__ import annotations

import pytest

import iio_core as iio
import iio_core.v3


def test_the_names_of_v3() -> None:
    assert iio_core.v3.imread is iio.imread
    assert set(iio_core.v3.__all__) <= set(dir(iio_core.v3))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        iio_core.v3.nothing  # noqa: B018
