"""What a video is written at, and with, where metadata or bad options say it."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from video_samples import pictures

import iio_core as iio

IMAGES = pictures(6)


def rate(images: Any, **options: Any) -> float:
    """Return the rate of what is written, as PyAV alone sees it."""
    data = iio.imwrite("<bytes>", images, extension=".mp4", plugin="pyav", **options)
    assert data is not None
    with av.open(io.BytesIO(data)) as source:
        return float(source.streams.video[0].average_rate or 0)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"duration": 40}, 25),
        ({"duration": 40.0, "durations": [40] * 6, "loop": 0}, 25),
        ({"duration": 500}, 2),
        ({"duration": 0}, 24),
        ({"duration": "long"}, 24),
        ({"duration": 1.5, "fps": 30}, 30),
        ({"duration": 1.5, "container": "matroska"}, 24),
        ({}, 24),
    ],
)
def test_how_long_frames_are_shown(metadata: dict[str, Any], expected: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.MetadataWarning)
        warnings.simplefilter("error", iio.IIOWarning)
        warnings.simplefilter("ignore", iio.MetadataWarning)
        assert rate(IMAGES, metadata=metadata) == expected
        assert rate(IMAGES, metadata=metadata, fps=12) == 12


def test_frames_that_are_not_shown_alike() -> None:
    times = [50, 20, 20, 20, 20, 70]
    with pytest.warns(iio.IIOWarning, match=r"20 to 70 ms.* 30 per second.* fps=") as seen:
        assert rate(IMAGES, metadata={"duration": 50, "durations": times}) == 30
    assert [one.filename for one in seen] == [__file__]
    assert rate(IMAGES, metadata={"duration": 50, "durations": times}, fps=10) == 10


def test_frames_that_say_it_each_for_itself(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    with iio.imopen(tmp_path / "x.mp4", "w", plugin="pyav") as file:
        for image, time in zip(IMAGES, (40, 40, 70, 70, 90, 40), strict=True):
            file.write(image, metadata={"duration": time})
    (told,) = recwarn.list
    assert "for 40 ms, a later one for 70" in str(told.message) and "fps=" in str(told.message)
    assert told.filename == __file__
    assert iio.immeta(tmp_path / "x.mp4")["fps"] == 25


def test_metadata_is_told_once_for_a_file(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with iio.imopen(tmp_path / "x.mp4", "w", plugin="pyav") as file:
        for number, image in enumerate(IMAGES):
            file.write(image, metadata={"mood": "good", "title": f"{number}", "mode": "RGB"})
    messages = [str(one.message) for one in recwarn]
    assert len(messages) == 2 and "does not hold mood; left out" in messages[0]
    assert "title came after the first frame" in messages[1]
    assert {one.filename for one in recwarn} == {__file__}


@pytest.mark.parametrize("plugin", ["pyav", "ffmpeg"])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"quality": 11}, "quality=11: .* from 0, .* to 10"),
        ({"quality": -1}, "from 0"),
        ({"quality": "best"}, "quality='best': .* from 0"),
        ({"quality": float("nan")}, "from 0"),
        ({"bitrate": "much"}, "bitrate='much': .*bits per second"),
        ({"bitrate": 0}, "bits per second"),
        ({"bitrate": -5}, "bits per second"),
        ({"fps": 0}, "frames per second"),
        ({"fps": "fast"}, "frames per second"),
    ],
)
def test_values_that_cannot_be(
    plugin: str, options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    if plugin == "ffmpeg":
        pytest.importorskip("imageio_ffmpeg")
    with pytest.raises(iio.OptionError, match=says):
        iio.imwrite(tmp_path / "x.mp4", IMAGES, plugin=plugin, **options)
    assert list(tmp_path.iterdir()) == []


def test_the_librarys_writer_takes_numbers_for_bits() -> None:
    with pytest.raises(iio.OptionError, match=r"bitrate='2M': .*: 2_000_000"):
        rate(IMAGES, bitrate="2M")


@pytest.mark.parametrize("extension", [".mp4", ".swf"])
def test_an_array_without_pixels(extension: str) -> None:
    with pytest.raises(iio.EncodeError, match="is empty") as caught:
        iio.imwrite("<bytes>", [np.zeros((0, 8, 3), np.uint8)], extension=extension)
    assert "scaling" not in str(caught.value)
