"""Frame k by its number is frame k of decoding in order, whatever the stream is like."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from video_samples import Frames, decoded, encoded, pictures

import iio_core as iio
from iio_video._decoder import Decoder

COUNT = 40
# Times that grow, but never evenly.
UNEVEN = [0, *np.cumsum([1, 2, 1, 4, 1, 1, 3] * 6).tolist()][:COUNT]
EARLY = [n - 7 for n in range(COUNT)]


def _h264(container: str, *, b: int, open_gop: bool = False, **options: Any) -> Callable[[], bytes]:
    params = f"open-gop={int(open_gop)}:bframes={b}:b-adapt=0:scenecut=0:keyint=12:min-keyint=4"
    given = {"x264-params": params, "crf": "20"}
    return lambda: encoded(pictures(COUNT), container, "libx264", options=given, **options)


def _hevc(container: str, **options: Any) -> bytes:
    params = "open-gop=1:bframes=3:keyint=12:min-keyint=4:log-level=error"
    return encoded(
        pictures(COUNT), container, "libx265", options={"x265-params": params}, **options
    )


def _made(container: str, codec: str, **options: Any) -> Callable[[], bytes]:
    return lambda: encoded(pictures(COUNT), container, codec, **options)


VIDEOS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "h264 with B-frames": (".mp4", _h264("mp4", b=3)),
    "h264, open GOP": (".mp4", _h264("mp4", b=2, open_gop=True)),
    "h264, open GOP, uneven times": (".mkv", _h264("matroska", b=3, open_gop=True, times=UNEVEN)),
    "h264, early start": (".mp4", _h264("mp4", b=2, times=EARLY)),
    "h264 in fragments": (
        ".mp4",
        _h264("mp4", b=2, container_options={"movflags": "frag_keyframe+empty_moov"}),
    ),
    "h264 in a transport stream": (".ts", _h264("mpegts", b=3, open_gop=True)),
    "h264 without an index": (
        ".mkv",
        _h264("matroska", b=2, container_options={"live": "1"}),
    ),
    "h264 as a byte stream": (".h264", _h264("h264", b=2)),
    "h264 in AVI": (".avi", _h264("avi", b=2)),
    "h264 in FLV, uneven times": (".flv", _h264("flv", b=2, times=UNEVEN)),
    "hevc, open GOP": (".mkv", lambda: _hevc("matroska")),
    "hevc, open GOP, uneven times": (".mp4", lambda: _hevc("mp4", times=UNEVEN)),
    "vp9": (".webm", _made("webm", "libvpx-vp9", options={"g": "10", "auto-alt-ref": "1"})),
    "vp9, uneven times": (".webm", _made("webm", "libvpx-vp9", times=UNEVEN, options={"g": "10"})),
    "vp8": (
        ".webm",
        _made("webm", "libvpx", options={"g": "15", "auto-alt-ref": "1", "lag-in-frames": "16"}),
    ),
    "av1": (
        ".mp4",
        lambda: encoded(
            pictures(COUNT, 64, 64), "mp4", "libsvtav1", options={"g": "16", "preset": "12"}
        ),
    ),
    "mpeg4 with B-frames": (".mp4", _made("mp4", "mpeg4", options={"g": "12", "bf": "2"})),
    "mpeg4 with B-frames in AVI": (".avi", _made("avi", "mpeg4", options={"g": "12", "bf": "2"})),
    "mpeg2 with B-frames": (".mpg", _made("mpeg", "mpeg2video", options={"g": "12", "bf": "2"})),
    "mpeg2 in a transport stream": (
        ".ts",
        _made("mpegts", "mpeg2video", options={"g": "12", "bf": "2"}),
    ),
    "mpeg2 as a byte stream": (
        ".m2v",
        _made("mpeg2video", "mpeg2video", options={"g": "12", "bf": "2"}),
    ),
    "mjpeg": (".avi", _made("avi", "mjpeg", pixel_format="yuvj420p")),
    "mjpeg, early start": (".mov", _made("mov", "mjpeg", pixel_format="yuvj420p", times=EARLY)),
    "ffv1, uneven times": (
        ".mkv",
        _made("matroska", "ffv1", pixel_format="bgr0", times=UNEVEN, options={"g": "5"}),
    ),
}


@cache
def video(name: str) -> tuple[bytes, Frames]:
    extension, make = VIDEOS[name]
    data = make()
    demuxer = {".h264": "h264", ".m2v": "mpegvideo"}.get(extension)
    return data, decoded(data, demuxer)


@pytest.mark.parametrize("name", VIDEOS)
def test_every_frame_by_its_number(name: str) -> None:
    data, wanted = video(name)
    count = len(wanted)
    # Of an MP4 that begins before 0 the edit list cuts what is shown earlier.
    assert count == COUNT or (count == COUNT - 7 and "early" in name)
    how = {"extension": VIDEOS[name][0]}
    order = np.random.default_rng(1).permutation(count)
    with iio.imopen(data, "r", **how) as file:
        for number in order.tolist():
            assert np.array_equal(file.read(index=number), wanted[number]), number
        assert file.properties(count_frames=True).n_images == count
        assert np.array_equal(file.read(index=-1), wanted[-1])
    for number in (0, count - 1, 13):
        assert np.array_equal(iio.imread(data, index=number, **how), wanted[number]), number


@pytest.mark.parametrize("name", VIDEOS)
def test_all_frames_in_order(name: str) -> None:
    data, wanted = video(name)
    how = {"extension": VIDEOS[name][0]}
    stack = iio.imread(data, **how)
    assert stack.shape[0] == len(wanted)
    assert all(map(np.array_equal, stack, wanted))
    assert all(map(np.array_equal, iio.imiter(data, **how), wanted))
    assert iio.improps(data, **how).n_images in (None, len(wanted))


@pytest.mark.parametrize("name", VIDEOS)
def test_slices_and_lists(name: str) -> None:
    data, wanted = video(name)
    with iio.imopen(data, "r", extension=VIDEOS[name][0]) as file:
        for index in (slice(30, 4, -5), [3, 3, 31, 0], slice(10, 20), [-1]):
            stack = file.read(index=index)
            numbers = range(len(wanted))[index] if isinstance(index, slice) else index
            assert all(map(np.array_equal, stack, [wanted[n] for n in numbers]))


@pytest.mark.parametrize("name", [n for n in VIDEOS if "uneven" not in n])
def test_a_promise_of_even_times(name: str) -> None:
    data, wanted = video(name)
    how: dict[str, Any] = {"extension": VIDEOS[name][0], "constant_framerate": True}
    for number in (7, len(wanted) - 1):
        assert np.array_equal(iio.imread(data, index=number, **how), wanted[number])
    with iio.imopen(data, "r", **how) as file:
        for number in (20, 21, 3, 4, 0, 30):
            assert np.array_equal(file.read(index=number), wanted[number])
        with pytest.raises(iio.FrameIndexError):
            file.read(index=COUNT)


def test_of_a_movie_only_what_is_needed_is_read() -> None:
    """A table in the header leads to a frame: most of a long file stays unread."""
    images = pictures(500, 96, 128)
    data = encoded(images, "mov", "rawvideo", pixel_format="rgb24")

    class Counted(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            part = super().read(size)
            self.taken += len(part)
            return part

    for number in (210, 395, 5):
        file = Counted(data)
        assert np.array_equal(iio.imread(file, index=number, extension=".mov"), images[number])
        assert file.taken < len(data) / 6


@pytest.mark.parametrize("name", ["h264 with B-frames", "hevc, open GOP", "vp9"])
def test_only_from_the_keyframe_on_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, wanted = video(name)
    decodes: list[int] = []
    decode = Decoder.decode

    def counted(self: Decoder) -> Any:
        decodes.append(self.next)
        return decode(self)

    monkeypatch.setattr(Decoder, "decode", counted)
    for number in (38, 27):
        decodes.clear()
        image = iio.imread(data, index=number, extension=VIDEOS[name][0])
        assert np.array_equal(image, wanted[number]) and len(decodes) <= 30
