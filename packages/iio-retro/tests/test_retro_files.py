"""Files that other programs wrote, against what other programs decode them to."""

from __future__ import annotations

import numpy as np
import pytest
from retro_data import DATA, NAMES, contents, expected, extension_of

import iio_core as iio

# Bits of a sample that a decoder keeps, where decoders differ in what they fill the others with.
KEPT = {"ham6.iff": 4, "ham8.iff": 6, "sixteen.pct": 5}
# What two decoders of JPEG differ by.
TOLERANCE = {"jpeg.pict": 8, "jpeg.fpx.xz": 170}
OPTIONS = {".koa": {"palette": "freeimage"}}


@pytest.mark.parametrize("name", NAMES)
def test_pixels_are_those_of_another_decoder(name: str) -> None:
    extension = extension_of(name)
    how = {"plugin": "retro", **OPTIONS.get(extension, {})}
    source: object = DATA / name  # as a file, for what lies beside it
    if name.endswith(".xz"):
        source = contents(name)
        how["extension"] = extension
    image = iio.imread(source, index=... if extension == ".mng" else None, **how)
    wanted = expected(name)
    np.testing.assert_array_equal(*alike(image, wanted, name), strict=False)


def alike(image: np.ndarray, wanted: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return both with the same number of channels, and as precise as they can be compared."""
    if image.dtype != wanted.dtype and bool in (image.dtype, wanted.dtype):
        image, wanted = (
            a.astype(np.uint8) * (255 if a.dtype == bool else 1) for a in (image, wanted)
        )
    if image.ndim == wanted.ndim + 1 and image.dtype == np.uint8:
        assert (image == image[..., :1]).all(), "it is not gray"
        image = image[..., 0]
    if wanted.ndim == image.ndim + 1:
        wanted = wanted[..., 0]
    if wanted.ndim >= 3 and wanted.shape[-1] == 4 and image.shape[-1] == 3:
        assert (wanted[..., 3] == 255).all(), "it has alpha"
        wanted = wanted[..., :3]
    if image.ndim >= 3 and image.shape[-1] == 4 and wanted.shape[-1] == 3:
        assert (image[..., 3] == 255).all(), "it has alpha"
        image = image[..., :3]
    if wanted.ndim >= 3 and wanted.shape[-1] in (2, 4):
        # What is not seen may have any color.
        image, wanted = (np.where(a[..., -1:] > 0, a, 0) for a in (image, wanted))
    drop = 8 - KEPT.get(name, 8)
    if drop:
        image, wanted = image >> drop, wanted >> drop
    if limit := TOLERANCE.get(name, 0):
        assert image.shape == wanted.shape
        assert np.abs(image.astype(int) - wanted).max() <= limit
        return wanted, wanted
    return image, wanted


def test_a_palette_that_is_cut_off_is_told() -> None:
    whole = contents("palette.pcx")
    with pytest.warns(iio.IIOWarning, match="no palette is at its end"):
        assert iio.imread(whole[:-300], plugin="retro", extension=".pcx").ndim == 2
