"""The names of imageio 2.9, with their options."""

from __future__ import annotations

import numpy as np
import pytest
from codecs_samples import by_pillow, picture, png

import iio_core as iio
import iio_core.v2 as imageio

DEEP = picture("uint16", 3)


@pytest.fixture(autouse=True)
def alone():
    with iio.use("codecs", only=True):
        yield


@pytest.mark.parametrize(
    ("name", "extension"),
    [("PNG-FI", ".png"), ("JPEG-XR-FI", ".jxr"), ("JP2-FI", ".jp2"), ("J2K-FI", ".j2k")],
)
def test_names_of_freeimage(name: str, extension: str, tmp_path) -> None:
    path = tmp_path / f"x{extension}"
    imageio.imwrite(path, DEEP, name, flags=0)
    np.testing.assert_array_equal(imageio.imread(path, name), DEEP)
    np.testing.assert_array_equal(imageio.imread(path), DEEP)
    assert imageio.formats[name].plugin.spec.name == "codecs"
    with pytest.raises(TypeError, match="flags"):
        imageio.imread(path, name, flags=3)


def test_options_of_png(tmp_path) -> None:
    imageio.imwrite(tmp_path / "a.png", DEEP, compression=9)
    imageio.imwrite(tmp_path / "b.png", DEEP, compression=0)
    assert (tmp_path / "a.png").stat().st_size < (tmp_path / "b.png").stat().st_size
    data = png(DEEP, 2)
    np.testing.assert_array_equal(imageio.imread(data, ignoregamma=True), DEEP)
    with pytest.raises(TypeError, match="gamma"):
        imageio.imread(data, ignoregamma=False)


def test_a_jpeg_is_upright() -> None:
    from PIL import Image

    tags = Image.Exif()
    tags[0x0112] = 6
    data = by_pillow(picture("uint8", 3), "JPEG", exif=tags.tobytes())
    assert imageio.imread(data).shape == (24, 20, 3)
    assert imageio.imread(data, exifrotate=False).shape == (20, 24, 3)


def test_animations() -> None:
    frames = [np.roll(DEEP, 2 * i, 1) for i in range(3)]
    data = imageio.mimwrite("<bytes>", frames, "png")
    for found, frame in zip(imageio.mimread(data), frames, strict=True):
        np.testing.assert_array_equal(found, frame)
