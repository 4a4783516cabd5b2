"""Animated PNG: frames as they are seen, at their own depth."""

from __future__ import annotations

import io

import numpy as np
import pytest
from codecs_samples import apng, picture

import iio_core as iio

NONE, BACKGROUND, PREVIOUS = 0, 1, 2
SOURCE, OVER = 0, 1


def read(data: bytes, **options: object) -> np.ndarray:
    return iio.imread(data, plugin="codecs", **options)


def test_frames_come_back_with_all_their_bits() -> None:
    frames = np.stack([np.roll(picture("uint16", 4), 3 * i, axis=1) for i in range(4)])
    data = iio.imwrite("<bytes>", frames, extension=".png", plugin="codecs", duration=40, loop=2)
    np.testing.assert_array_equal(read(data), frames)
    np.testing.assert_array_equal(read(data, index=2), frames[2])
    np.testing.assert_array_equal(np.stack(list(iio.imiter(data, plugin="codecs"))), frames)
    assert iio.immeta(data, index=..., plugin="codecs")["durations"] == [40.0] * 4
    assert iio.immeta(data, index=1, plugin="codecs")["duration"] == 40.0
    assert iio.immeta(data, plugin="codecs")["loop"] == 2


def test_pillow_reads_ours() -> None:
    from PIL import Image

    frames = np.stack([np.roll(picture("uint8", 3), 3 * i, axis=1) for i in range(4)])
    data = iio.imwrite("<bytes>", frames, extension=".png", plugin="codecs", duration=50)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.n_frames, image.info["loop"]) == (4, 0)
        for number in range(4):
            image.seek(number)
            np.testing.assert_array_equal(np.asarray(image), frames[number])
            assert image.info["duration"] == 50


def test_frames_are_composed() -> None:
    """What is left of a frame, and how the next one is drawn over it, worked out by hand."""
    whole = np.zeros((4, 6, 4), np.uint16)
    whole[..., 0], whole[..., 3] = 60000, 65535
    half = np.zeros((2, 2, 4), np.uint16)
    half[..., 1], half[..., 3] = 40000, 32768
    data = apng(
        [whole, half, half, half],
        6,
        [
            (0, 0, 10, NONE, SOURCE),
            (1, 1, 20, PREVIOUS, OVER),
            (3, 2, 30, BACKGROUND, SOURCE),
            (0, 0, 40, NONE, OVER),
        ],
    )
    shown = read(data)
    alpha = 32768 / 65535
    over = np.rint([60000 * (1 - alpha), 40000 * alpha, 0, 65535])
    expected = np.stack([whole] * 4)
    expected[1, 1:3, 1:3] = over
    expected[2, 2:4, 3:5] = half
    expected[3, 2:4, 3:5] = 0
    expected[3, :2, :2] = over
    np.testing.assert_array_equal(shown, expected)
    for number in (3, 0, 2, 1):  # in any order
        np.testing.assert_array_equal(read(data, index=number), expected[number])
    told = iio.immeta(data, index=2, plugin="codecs")
    assert (told["duration"], told["disposal"], told["blend"]) == (300.0, "background", "source")


@pytest.mark.parametrize("dispose", [NONE, BACKGROUND, PREVIOUS])
@pytest.mark.parametrize(
    ("dtype", "blend"), [("uint8", SOURCE), ("uint8", OVER), ("uint16", SOURCE)]
)
def test_ffmpeg_composes_the_same(dispose: int, blend: int, dtype: str) -> None:
    import av

    first, part = picture(dtype, 4), picture(dtype, 4, 7, 9)
    controls = [(0, 0, 1, NONE, SOURCE), (3, 4, 1, dispose, blend), (8, 6, 1, NONE, blend)]
    data = apng([first, part, part[::-1].copy()], 6, controls)
    ours = read(data)
    pixels = "rgba" if dtype == "uint8" else "rgba64be"
    with av.open(io.BytesIO(data), format="apng") as file:
        theirs = [frame.to_ndarray(format=pixels) for frame in file.decode(video=0)]
    assert len(theirs) == 3
    for number in range(3):
        np.testing.assert_allclose(ours[number].astype(int), theirs[number], atol=2)  # it rounds


def test_what_is_not_drawn_is_transparent() -> None:
    part = picture("uint16", 3, 4, 5)
    data = apng([picture("uint16", 3), part], 2, [(0, 0, 1, BACKGROUND, 0), (2, 3, 1, 0, 0)])
    shown = read(data)
    assert shown.shape == (2, 20, 24, 4)
    assert shown[1, 0, 0].tolist() == [0, 0, 0, 0] and shown[1, 3, 2, 3] == 65535
    np.testing.assert_array_equal(shown[1, 3:7, 2:7, :3], part)


@pytest.mark.parametrize(
    "controls",
    [
        [(0, 0, 1, 0, 0), (20, 0, 1, 0, 0)],  # beyond the canvas
        [(0, 0, 1, 0, 0), (2**31, 0, 1, 0, 0)],
        [(0, 0, 1, 7, 0), (0, 0, 1, 0, 0)],  # no such disposal
    ],
)
def test_frames_that_do_not_fit(controls: list[tuple[int, ...]]) -> None:
    data = apng([picture("uint8", 3), picture("uint8", 3, 8, 8)], 2, controls)
    with pytest.raises(iio.DecodeError, match="does not fit"):
        read(data)


def test_a_missing_frame() -> None:
    data = apng([picture("uint8", 3)] * 2, 2, [(0, 0, 1, 0, 0)] * 2)
    at = data.rindex(b"fcTL")
    with pytest.raises(iio.DecodeError, match="declares 2 frames and has 1"):
        read(data[: at - 4] + data[-12:])


def test_frames_unlike_the_first_are_refused() -> None:
    image = picture("uint16", 3)
    for other in (image[:5], image.astype(np.uint8), image[..., 0]):
        with pytest.raises(iio.EncodeError, match="the first frame"):
            iio.imwrite("<bytes>", [image, other], extension=".png", plugin="codecs")
    with iio.imopen("<bytes>", "w", extension=".png", plugin="codecs") as file:
        file.write(image, loop=1)
        with pytest.raises(iio.OptionError, match="loop"):
            file.write(image, loop=2)


def test_a_still_image_has_no_duration() -> None:
    image = picture("uint16", 3)
    with pytest.warns(iio.MetadataWarning, match="duration"):
        data = iio.imwrite(
            "<bytes>", image, extension=".png", plugin="codecs", metadata={"duration": 40}
        )
    assert b"acTL" not in data
