"""A call that works with one wheel works with two."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import iio_core as iio

BITS = np.arange(300).reshape(15, 20) % 7 < 3


@pytest.mark.parametrize("compression", ["group4", "group3", "tiff_ccitt"])
def test_what_tifffile_cannot_write_pillow_does(compression: str) -> None:
    """Fax has been Pillow's; tifffile is asked first, and reads it."""
    data = iio.imwrite("<bytes>", BITS, extension=".tif", compression=compression)
    assert data is not None
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["compression"] == compression
        np.testing.assert_array_equal(np.asarray(image), BITS)
    np.testing.assert_array_equal(iio.imread(data), BITS)


def test_what_both_write_is_of_the_first() -> None:
    data = iio.imwrite("<bytes>", BITS, extension=".tif", compression="packbits")
    with Image.open(io.BytesIO(data or b"")) as image:
        assert image.tag_v2[270].startswith("{")  # tifffile tells the shape


def test_what_nobody_writes_is_told_by_the_first() -> None:
    with pytest.raises(iio.OptionError, match="jpegxl"):
        iio.imwrite("<bytes>", BITS, extension=".tif", compression="zlip")
    with pytest.raises(iio.EncodeError, match="nothing here encodes"):
        iio.imwrite("<bytes>", BITS, extension=".tif", compression="group4", plugin="tiff")


def test_an_error_lists_the_options_of_its_plugin() -> None:
    """And not those of others that would have been asked; the closest may be of theirs."""
    data = iio.imwrite("<bytes>", BITS, extension=".tif")
    with pytest.raises(iio.OptionError, match=r"plugin 'tiff'.*'watermark_height'") as caught:
        iio.imread(data, extension=".tif", watermark_heigth=3)
    assert "discard_watermark" not in str(caught.value)
