"""From Pillow's images to arrays."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from iio_pillow import _pixels


def image_of(mode: str, width: int, height: int) -> Image.Image:
    dtype, channels = _pixels.LAYOUTS[mode]
    size = width * height * channels * dtype.itemsize
    data = np.random.default_rng(0).integers(0, 255, size, np.uint8).tobytes()
    image = Image.frombytes(mode, (width, height), data)
    if mode == "P":
        image.putpalette(bytes(range(256)) * 3)
    return image


@pytest.mark.parametrize("mode", sorted(set(_pixels.LAYOUTS) - {"1"}))
def test_strips_make_up_the_whole(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    image = image_of(mode, 37, 23)
    whole = _pixels.to_array(image)
    row = whole[0].nbytes
    monkeypatch.setattr(_pixels, "_LARGE", 0)
    for strip in (row, 5 * row + 1, 100 * row):
        monkeypatch.setattr(_pixels, "_STRIP", strip)
        array = _pixels.to_array(image)
        assert (array.dtype, array.shape) == (whole.dtype, whole.shape)
        assert array.tobytes() == whole.tobytes()
        assert array.flags.writeable


def test_a_large_image_is_not_copied_whole() -> None:
    image = Image.new("RGB", (4000, 2000), (1, 2, 3))
    tracemalloc.start()
    try:
        array = _pixels.to_array(image)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert array[-1, -1].tolist() == [1, 2, 3]
    assert peak < 1.3 * array.nbytes


def test_rows_that_are_longer_than_a_strip_are_read_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = image_of("RGB", 64, 4)
    monkeypatch.setattr(_pixels, "_LARGE", 0)
    monkeypatch.setattr(_pixels, "_STRIP", 100)
    assert _pixels.to_array(image).shape == (4, 64, 3)
