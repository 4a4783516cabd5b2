"""What we write, as another program sees it; and what a format cannot hold."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from retro_data import contents, expected

import iio_core as iio

RGB = expected("netpbm.ras")
BITS = expected("netpbm.wbmp")
GRAY = RGB[..., 1].copy()


def written(image: np.ndarray, extension: str, **options: object) -> bytes:
    data = iio.imwrite("<bytes>", image, extension=extension, plugin="retro", **options)
    assert data is not None
    return data


def as_pillow_sees_it(data: bytes, extension: str) -> np.ndarray:
    kind = {".ras": "SUN"}.get(extension, extension[1:].upper())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it gives IM up
        image = Image.open(io.BytesIO(data), formats=(kind,))
        return np.asarray(image.convert("RGB") if image.mode == "P" else image)


@pytest.mark.parametrize(
    ("extension", "image"),
    [
        (".xpm", RGB // 128 * 85),
        *((".ras", image) for image in (RGB, GRAY, BITS)),
        *((".pcx", image) for image in (RGB, BITS)),
        *((".im", image) for image in (RGB, GRAY, BITS, GRAY.astype("float32") / 7)),
    ],
)
def test_pillow_reads_what_we_write(extension: str, image: np.ndarray) -> None:
    np.testing.assert_array_equal(as_pillow_sees_it(written(image, extension), extension), image)


def test_pillow_reads_gray_of_ours() -> None:
    seen = as_pillow_sees_it(written(GRAY, ".pcx"), ".pcx")
    np.testing.assert_array_equal(seen if seen.ndim == 2 else seen[..., 0], GRAY)


def test_the_bytes_are_those_of_netpbm() -> None:
    assert written(BITS, ".wbmp") == contents("netpbm.wbmp")
    assert written(RGB, ".ras") == contents("netpbm.ras")


def test_pillow_reads_a_cursor_of_ours() -> None:
    rgba = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    rgba[3:9, 4:30, 3] = 0
    data = written(rgba, ".cur", hotspot=(5, 7))
    seen = np.asarray(Image.open(io.BytesIO(data)))
    np.testing.assert_array_equal(seen[..., :3], RGB)
    assert iio.immeta(data, extension=".cur", plugin="retro", index=0) == {"hotspot": (5, 7)}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from([".xpm", ".ras", ".pcx", ".im"]),
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 200), st.just(3)),
        # Few values, so that there are runs; and those that are codes.
        elements=st.sampled_from([0, 1, 63, 64, 127, 128, 191, 192, 193, 254, 255]),
        fill=st.sampled_from([0, 128, 192, 255]),
    ),
)
def test_every_picture_comes_back(extension: str, image: np.ndarray) -> None:
    data = written(image, extension)
    back = iio.imread(data, extension=extension, plugin="retro")
    np.testing.assert_array_equal(back, image)
    # Pillow 11 reads XPM of one character a pixel only.
    if extension != ".xpm" or len(np.unique(image.reshape(-1, 3), axis=0)) <= 90:
        np.testing.assert_array_equal(as_pillow_sees_it(data, extension), image)


def test_more_colors_than_one_character_can_name() -> None:
    image = np.arange(300 * 3, dtype=np.uint16).reshape(10, 30, 3).astype(np.uint8)
    image[..., 0] = np.arange(300).reshape(10, 30) // 5
    data = written(image, ".xpm", name="many")
    assert data.startswith(b"/* XPM */\nstatic char *many[]") and b' 2",' in data[:80]
    back = iio.imread(data, extension=".xpm", plugin="retro")
    np.testing.assert_array_equal(back, image)


def test_transparent_pixels_of_xpm() -> None:
    rgba = np.dstack([RGB, np.full(RGB.shape[:2], 255, np.uint8)])
    rgba[2:5, 2:9] = 0
    back = iio.imread(written(rgba, ".xpm"), extension=".xpm", plugin="retro")
    np.testing.assert_array_equal(back, rgba)
    rgba[2, 2, :3] = 9  # a color that nobody sees
    with pytest.raises(iio.EncodeError, match="no color of transparent pixels"):
        written(rgba, ".xpm")
    rgba[..., 3] = 100
    with pytest.raises(iio.EncodeError, match="between 0 and 255"):
        written(rgba, ".xpm")


@pytest.mark.parametrize(
    ("extension", "image", "match"),
    [
        (".xpm", GRAY, "dstack"),
        (".wbmp", GRAY, "image > 127"),
        (".ras", RGB.astype("uint16"), "uint16"),
        (".pcx", np.dstack([RGB, GRAY]), "without alpha"),
        (".cur", RGB, "adds alpha"),
        (".cur", np.zeros((257, 4, 4), np.uint8), "1 to 256"),
        (".im", GRAY.astype("complex64"), "astype"),
        (".pcx", np.zeros((1, 70_000), np.uint8), "1 to 65534"),
    ],
)
def test_what_cannot_be_held_is_refused(extension: str, image: np.ndarray, match: str) -> None:
    with pytest.raises(iio.EncodeError, match=match):
        written(image, extension)


@pytest.mark.parametrize(
    ("extension", "options"),
    [
        (".xpm", {"name": "no name"}),
        (".xpm", {"name": 'x"; system("ls'}),
        (".cur", {"hotspot": (99, 0)}),
        (".cur", {"hotspot": "here"}),
    ],
)
def test_options_that_make_no_sense(extension: str, options: dict[str, object]) -> None:
    image = np.dstack([RGB, GRAY]) if extension == ".cur" else RGB
    with pytest.raises(iio.OptionError):
        written(image, extension, **options)


def test_metadata_that_is_no_place_is_told() -> None:
    with pytest.warns(iio.MetadataWarning, match="hotspot") as caught:
        written(RGB, ".xpm", metadata={"hotspot": "nowhere"})
    assert caught[0].filename == __file__
    with pytest.warns(iio.MetadataWarning, match="title") as caught:
        written(RGB, ".pcx", metadata={"title": "a cat"})
    assert caught[0].filename == __file__  # the line that called iio
    assert b"41 30 " in written(RGB, ".xpm", metadata={"hotspot": (3, 4)})
