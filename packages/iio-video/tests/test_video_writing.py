"""Writing: what comes back, what is refused, what is left when something goes wrong."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from video_samples import pictures

import iio_core as iio
from iio_video._sink import Sink
from iio_video._spec import SPEC

IMAGES = pictures(8)


def written(images: Any, extension: str = ".mp4", **options: Any) -> bytes:
    data = iio.imwrite("<bytes>", images, extension=extension, plugin="pyav", **options)
    assert data is not None
    return data


def bare(data: bytes, **options: Any) -> tuple[Any, list[np.ndarray]]:
    """Return the codec and the frames as PyAV alone sees them."""
    with av.open(io.BytesIO(data)) as source:
        stream = source.streams.video[0]
        frames = [f.to_ndarray(format="rgb24") for f in source.decode(stream)]
        context = stream.codec_context
        return (context.name, context.pix_fmt, float(stream.average_rate or 0)), frames


# Defaults


@pytest.mark.parametrize(
    ("extension", "codec", "pixels"),
    [
        (".mp4", "h264", "yuv420p"),
        (".mov", "h264", "yuv420p"),
        (".mkv", "h264", "yuv420p"),
        (".avi", "h264", "yuv420p"),
        (".webm", "vp9", "yuv420p"),
        (".wmv", "msmpeg4", "yuv420p"),
        (".flv", "h264", "yuv420p"),
        (".mpg", "mpeg2video", "yuv420p"),
        (".ts", "h264", "yuv420p"),
        (".m2ts", "h264", "yuv420p"),
        (".3gp", "h264", "yuv420p"),
        (".ogv", "vp8", "yuv420p"),
        (".h264", "h264", "yuv420p"),
        (".mjpeg", "mjpeg", "yuvj420p"),
        (".m1v", "mpeg1video", "yuv420p"),
    ],
)
def test_each_container_has_a_usual_codec(extension: str, codec: str, pixels: str) -> None:
    (name, format, _), frames = bare(written(IMAGES, extension))
    assert (name, format) == (codec, pixels) and len(frames) == len(IMAGES)
    off = np.abs(np.stack(frames).astype(int) - np.stack(IMAGES)).mean()
    assert off < 20


def test_rates() -> None:
    for fps, rate in ((30, 30), (12.5, 12.5), (29.97, 30000 / 1001), (23.976, 24000 / 1001)):
        assert bare(written(IMAGES, fps=fps))[0][2] == pytest.approx(rate)
    assert bare(written(IMAGES))[0][2] == 24
    assert bare(written(IMAGES, metadata={"fps": 50}))[0][2] == 50
    # MPEG-2 has a table of rates.
    assert bare(written(IMAGES, ".mpg", fps=25))[0][0] == "mpeg2video"
    assert bare(written(IMAGES, ".mpg", fps=10))[0][0] == "h264"


def test_better_quality_is_larger_and_nearer() -> None:
    for extension, codec in ((".mp4", None), (".mp4", "mpeg4"), (".webm", None), (".wmv", None)):
        sizes, off = [], []
        for quality in (1, 5, 10):
            data = written(IMAGES, extension, codec=codec, quality=quality)
            sizes.append(len(data))
            off.append(np.abs(np.stack(bare(data)[1]).astype(int) - np.stack(IMAGES)).mean())
        assert sizes == sorted(sizes) and off == sorted(off, reverse=True)
    low, high = (len(written(pictures(48), bitrate=rate)) for rate in (50_000, 2_000_000))
    assert low < high / 2


def test_options_of_the_encoder() -> None:
    data = written(pictures(30), options={"g": 5, "bf": 0, "sc_threshold": 0})
    with av.open(io.BytesIO(data)) as source:
        keys = [p.is_keyframe for p in source.demux(video=0) if p.size]
    assert [n for n, key in enumerate(keys) if key] == [0, 5, 10, 15, 20, 25]


def test_filters() -> None:
    filtered = written(IMAGES, filter_sequence=[("scale", "32:24"), ("vflip", None)])
    assert bare(filtered)[1][0].shape == (24, 32, 3)
    options: dict[str, Any] = {"codec": "ffv1"}
    every = written(IMAGES, ".mkv", filter_sequence=[("select", "not(mod(n,3))")], **options)
    assert np.array_equal(bare(every)[1], IMAGES[::3])
    late = written(IMAGES, ".mkv", filter_sequence=[("reverse", None)], **options)
    assert np.array_equal(bare(late)[1], IMAGES[::-1])
    with pytest.raises(iio.EncodeError, match="let no frame through"):
        written(IMAGES, filter_sequence=[("select", "0")])
    with pytest.warns(iio.IIOWarning, match="31x23 are padded"):
        odd = written(IMAGES, filter_sequence=[("crop", "31:23")])
    assert bare(odd)[1][0].shape == (24, 32, 3)


# Without loss


LOSSLESS = [
    ("ffv1", ".mkv", {}),
    ("ffv1", ".avi", {}),
    ("libx264rgb", ".mp4", {"options": {"crf": 0}}),
    ("libx264rgb", ".mkv", {"options": {"qp": 0}}),
    ("png", ".mov", {}),
    ("qtrle", ".mov", {}),
    ("huffyuv", ".avi", {}),
    ("utvideo", ".avi", {}),
    ("rawvideo", ".avi", {}),
    ("rawvideo", ".mov", {}),
]


@pytest.mark.parametrize(("codec", "extension", "options"), LOSSLESS)
def test_eight_bits_come_back(codec: str, extension: str, options: dict[str, Any]) -> None:
    data = written(IMAGES, extension, codec=codec, **options)
    assert np.array_equal(iio.imread(data, extension=extension), IMAGES)
    assert np.array_equal(bare(data)[1], IMAGES)


@pytest.mark.parametrize(
    ("dtype", "channels", "format"),
    [
        ("uint8", 1, "gray"),
        ("uint8", 3, "rgb24"),
        ("uint8", 4, "rgba"),
        ("uint16", 1, "gray16"),
        ("uint16", 3, "rgb48"),
        ("uint16", 4, "rgba64"),
    ],
)
def test_ffv1_keeps_every_value(dtype: str, channels: int, format: str) -> None:
    shape = (3, 30, 50) if channels == 1 else (3, 30, 50, channels)
    stack = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    data = written(list(stack), ".mkv", codec="ffv1")
    assert np.array_equal(iio.imread(data, extension=".mkv", format=format), stack)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(8, 40),
    st.integers(8, 40),
    st.sampled_from([1, 3, 4]),
    st.sampled_from(["uint8", "uint16"]),
    st.integers(1, 4),
)
def test_any_size_comes_back(h: int, w: int, channels: int, dtype: str, count: int) -> None:
    shape = (count, h, w) if channels == 1 else (count, h, w, channels)
    stack = np.random.default_rng(h).integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    format = {(1, "uint8"): "gray", (3, "uint8"): "rgb24", (4, "uint8"): "rgba"}.get(
        (channels, dtype), {1: "gray16", 3: "rgb48", 4: "rgba64"}[channels]
    )
    data = iio.imwrite("<bytes>", list(stack), extension=".mkv", codec="ffv1", is_batch=None)
    assert np.array_equal(iio.imread(data, extension=".mkv", format=format), stack)


def test_pixel_formats_of_the_arrays() -> None:
    planar = iio.imread(written(IMAGES), extension=".mp4", format="yuv420p")
    data = written(
        list(planar), ".mkv", codec="ffv1", in_pixel_format="yuv420p", pixelformat="yuv420p"
    )
    assert np.array_equal(iio.imread(data, extension=".mkv", format="yuv420p"), planar)
    swapped = written([i[..., ::-1] for i in IMAGES], ".mkv", codec="ffv1", in_pixel_format="bgr24")
    assert np.array_equal(iio.imread(swapped, extension=".mkv"), IMAGES)
    with pytest.raises(iio.EncodeError, match="in the pixel format 'rgb48le'"):
        written(IMAGES, in_pixel_format="rgb48le", pixelformat="yuv420p")


# What is refused


@pytest.mark.parametrize(
    ("images", "match"),
    [
        ([IMAGES[0].astype(np.uint16)], "keeps 8 bits here"),
        ([IMAGES[0].astype(float)], r"takes uint8 and uint16"),
        ([IMAGES[0][..., :2]], r"no frame of a video"),
        ([np.zeros((8, 8, 4), np.uint8)], "transparent in places"),
        ([np.zeros((0, 8, 3), np.uint8)], "is empty"),
        ([IMAGES[0], IMAGES[0][:24]], r"frame 1 is \(24, 64, 3\)"),
        ([IMAGES[0], IMAGES[0][..., 0]], r"frame 1 is \(48, 64\)"),
    ],
)
def test_frames_that_do_not_fit(images: Any, match: str, tmp_path: Path) -> None:
    path = tmp_path / "old.mp4"
    path.write_bytes(b"old")
    with pytest.raises(iio.EncodeError, match=match):
        iio.imwrite(path, images)
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"codec": "x264"}, "no such video encoder; near it: h264, libx264"),
        ({"codec": "aac"}, "no such video encoder"),
        ({"pixelformat": "yuv420"}, "no such pixel format; near it: yuv420p"),
        ({"pixelformat": "rgb24"}, "libx264 does not have it; it has yuv420p"),
        ({"options": {"cfr": 20}}, "libx264 has no cfr"),
        ({"options": "crf=20"}, "is not a mapping"),
        ({"quality": 11}, "from 0, the worst, to 10"),
        ({"quality": 5, "bitrate": 1000}, "give one"),
        ({"fps": 0}, "frames per second"),
        ({"macro_block_size": 0}, "is not a number of pixels"),
        ({"odd_size": "crop"}, "is not 'pad'"),
        ({"container": "mp5"}, "no such container"),
        ({"pixelformat": "yuv444p", "out_pixel_format": "yuv420p"}, "are one option"),
    ],
)
def test_options_that_cannot_be(options: dict[str, Any], match: str, tmp_path: Path) -> None:
    with pytest.raises((iio.OptionError, iio.EncodeError), match=match):
        iio.imwrite(tmp_path / "x.mp4", IMAGES, **options)
    assert not list(tmp_path.iterdir())


def test_a_codec_that_the_container_does_not_hold(tmp_path: Path) -> None:
    with pytest.raises(iio.EncodeError, match=r"webm does not hold what libx264 encodes"):
        iio.imwrite(tmp_path / "x.webm", IMAGES, codec="libx264")
    assert not list(tmp_path.iterdir())


def test_options_hold_for_all_frames(tmp_path: Path) -> None:
    with iio.imopen(tmp_path / "x.mp4", "w") as file:
        file.write(IMAGES[0], fps=12, codec="mpeg4")
        file.write(IMAGES[1], fps=12)
        with pytest.raises(iio.OptionError, match="fps=13: the first frame is written with fps=12"):
            file.write(IMAGES[2], fps=13)
    assert bare((tmp_path / "x.mp4").read_bytes())[0] == ("mpeg4", "yuv420p", 12.0)
    assert len(iio.imread(tmp_path / "x.mp4")) == 2


def test_opaque_alpha_is_no_loss() -> None:
    opaque = np.dstack([IMAGES[0], np.full((48, 64), 255, np.uint8)])
    assert len(bare(written([opaque, opaque]))[1]) == 2
    half = np.dstack([IMAGES[0], np.full((48, 64), 99, np.uint8)])
    kept = written([half], ".webm", pixelformat="yuva420p")
    assert len(bare(kept)[1]) == 1


def test_ten_bits_on_request() -> None:
    deep = [i.astype(np.uint16) * 257 for i in IMAGES]
    data = written(deep, ".mkv", codec="libx264", pixelformat="yuv444p10le", quality=10)
    assert bare(data)[0][1] == "yuv444p10le"
    back = iio.imread(data, extension=".mkv", format="rgb48")
    assert np.abs(back.astype(int) - np.stack(deep)).mean() < 700


# Sizes


def test_sizes_that_a_codec_does_not_take() -> None:
    odd = [image[:47, :63] for image in IMAGES]
    with pytest.warns(iio.IIOWarning, match=r"63x47 are padded .* to 64x48.*odd_size="):
        data = written(odd)
    frames = bare(data)[1]
    assert frames[0].shape == (48, 64, 3)
    assert np.abs(frames[0][:47, :63].astype(int) - odd[0]).mean() < 15
    with pytest.warns(iio.IIOWarning, match="are scaled to 64x48"):
        assert bare(written(odd, odd_size="scale"))[1][0].shape == (48, 64, 3)
    with pytest.raises(iio.EncodeError, match="makes them fit"):
        written(odd, odd_size="error")
    with pytest.warns(iio.IIOWarning, match="macro_block_size=16"):
        assert bare(written(odd, macro_block_size=16))[1][0].shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("extension", "options"),
    [
        (".webm", {}),
        (".mkv", {"codec": "ffv1"}),
        (".avi", {"codec": "mjpeg"}),
        (".mp4", {"codec": "mpeg4"}),
        (".mp4", {"pixelformat": "yuv444p"}),
        (".mpg", {}),
    ],
)
def test_odd_sizes_are_kept_where_they_can_be(extension: str, options: dict[str, Any]) -> None:
    odd = [image[:47, :63] for image in IMAGES]
    assert iio.imread(written(odd, extension, **options), extension=extension).shape[1:3] == (
        47,
        63,
    )


# Sources and targets


def test_whatever_gives_frames(tmp_path: Path) -> None:
    stack = np.stack(IMAGES)
    how: dict[str, Any] = {"codec": "ffv1"}
    wanted = written(IMAGES, ".avi", **how)
    for images in (stack, list(stack), iter(stack), (image for image in stack)):
        assert written(images, ".avi", **how) == wanted
    path = tmp_path / "x.avi"
    with iio.imopen(path, "w", **how) as file:
        file.write(stack[:3])
        file.write(stack[3])
        file.write(list(stack[4:]))
        assert file.written == 8
    assert path.read_bytes() == wanted
    borrowed = io.BytesIO()
    iio.imwrite(borrowed, stack, extension=".avi", **how)
    assert borrowed.getvalue() == wanted and not borrowed.closed
    gray = written(stack[..., 0], ".mkv", codec="ffv1")
    assert np.array_equal(iio.imread(gray, extension=".mkv", format="gray"), stack[..., 0])


@pytest.mark.timing
def test_memory_stays_at_a_few_frames(tmp_path: Path) -> None:
    code = """
        import resource, sys
        import numpy as np, iio_core as iio
        def frames(count):
            image = np.zeros((480, 640, 3), np.uint8)
            for n in range(count):
                image[n % 480] = n % 256
                yield image.copy()
        iio.imwrite(sys.argv[1], frames(20), options={"preset": "ultrafast", "threads": 1})
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        iio.imwrite(sys.argv[1], frames(600), options={"preset": "ultrafast", "threads": 1})
        for frame in iio.imiter(sys.argv[1]):
            pass
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "x.mp4")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 120 << 10  # the frames are 540 MiB


def test_tags(tmp_path: Path) -> None:
    told = {"title": "A clip", "artist": "me", "comment": "none"}
    for extension in (".mp4", ".mkv", ".avi", ".wmv", ".flv"):
        data = written(IMAGES, extension, metadata=told)
        found = iio.immeta(data, extension=extension)
        assert {k: found[k] for k in told} == told
    with pytest.warns(iio.MetadataWarning, match="does not hold mood"):
        written(IMAGES, ".mp4", metadata={"mood": "good"})
    with pytest.warns(iio.MetadataWarning, match="does not hold title"):
        written(IMAGES, ".h264", metadata={"title": "x"})
    again = written(IMAGES, ".mkv", metadata=iio.immeta(written(IMAGES, metadata=told)))
    assert iio.immeta(again, extension=".mkv")["artist"] == "me"


# When something goes wrong


def test_an_exception_keeps_the_frames(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"

    def record() -> None:
        with iio.imopen(path, "w") as file:
            for image in IMAGES[:5]:
                file.write(image)
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        record()
    assert len(iio.imread(path)) == 5 and [p.name for p in tmp_path.iterdir()] == ["x.mp4"]


RECORDING = """
    import sys, time
    import iio_core as iio
    sys.path.insert(0, sys.argv[2])
    from video_samples import pictures
    images = pictures(10, 96, 128)
    with iio.imopen(sys.argv[1], "w", fragmented={fragmented}, options={{"g": 5}}) as file:
        for number in range(100_000):
            file.write(images[number % 10])
            if number == 120:
                print("go", flush=True)
            time.sleep(0.002)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGINT for one process")
def test_interrupting_finishes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    with recording(path, fragmented=False) as process:
        process.send_signal(signal.SIGINT)
        process.wait(30)
    assert len(iio.imread(path)) > 120 and [p.name for p in tmp_path.iterdir()] == ["x.mp4"]


def test_an_interrupt_while_ffmpeg_writes_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.mp4"
    write, interrupted = Sink.write, []

    def interrupt(self: Sink, data: bytes) -> int:
        if len(interrupted) == 3:
            interrupted.append(data)
            signal.raise_signal(signal.SIGINT)
        interrupted.append(data)
        return write(self, data)

    monkeypatch.setattr(Sink, "write", interrupt)

    def record() -> None:
        with iio.imopen(path, "w", options={"g": 1}) as file:
            for number in range(100):
                file.write(IMAGES[number % len(IMAGES)])

    with pytest.raises(KeyboardInterrupt):
        record()
    assert 1 <= len(iio.imread(path)) < 100


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
@pytest.mark.parametrize("extension", [".mp4", ".mkv"])
def test_a_killed_process_leaves_what_can_be_left(extension: str, tmp_path: Path) -> None:
    with recording(tmp_path / f"x{extension}", fragmented=True) as process:
        process.kill()
        process.wait(30)
    (left,) = tmp_path.iterdir()
    assert left.name == f"x.part{extension}"
    assert len(list(iio.imiter(left, on_error="stop"))) > 60


class recording:  # noqa: N801
    """A process that writes a video."""

    def __init__(self, path: Path, *, fragmented: bool) -> None:
        code = textwrap.dedent(RECORDING).format(fragmented=fragmented)
        self._command = [sys.executable, "-c", code, str(path), str(Path(__file__).parent)]

    def __enter__(self) -> subprocess.Popen[str]:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "go\n"
        time.sleep(0.1)
        return self._process

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def test_warnings_name_the_callers_options() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for extension in (f.extensions[0] for f in SPEC.formats if f.writes):
            written([image[:32, :32] for image in IMAGES], extension)


# The methods of imageio's sessions


def test_methods_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "x.mkv"
    with iio.imopen(path, "w", plugin="pyav") as file:
        file.init_video_stream("libx264", fps=12, pixel_format="yuv444p", max_keyframe_interval=3)
        file.container_metadata["title"] = "A clip"
        file.video_stream_metadata["language"] = "fra"
        file.set_video_filter([("vflip", None)])
        for image in IMAGES:
            file.write_frame(image[..., ::-1], pixel_format="bgr24")
        with pytest.raises(iio.EncodeError):
            file.init_video_stream("ffv1")
        with pytest.raises(iio.EncodeError):
            file.set_video_filter()
    (codec, pixels, rate), frames = bare(path.read_bytes())
    assert (codec, pixels, rate) == ("h264", "yuv444p", 12) and len(frames) == 8
    assert np.abs(np.stack(frames).astype(int) - np.stack(IMAGES)[:, ::-1]).mean() < 15
    found = iio.immeta(path)
    assert found["title"] == "A clip" and found["language"] == "fra"
    with av.open(str(path)) as source:
        keys = [p.is_keyframe for p in source.demux(video=0) if p.size]
    assert keys[:4] == [True, False, False, True]


# Sound


def with_sound(seconds: float, codec: str = "aac", container: str = "mp4") -> bytes:
    """Return a video of a tone."""
    file = io.BytesIO()
    rate = 44100 if codec == "aac" else 48000
    count = int(seconds * rate)
    tone = (np.sin(np.arange(count) * 0.06) * 0.5).astype(np.float32)
    with av.open(file, "w", format=container) as sink:
        video = sink.add_stream("mpeg4", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = sink.add_stream(codec, rate=rate)
        audio.layout = "mono"
        for image in pictures(int(seconds * 24)):
            sink.mux(video.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        sink.mux(video.encode(None))
        frame = av.AudioFrame.from_ndarray(tone[None], "fltp", "mono")
        frame.sample_rate = rate
        frame.pts = 0
        resampler = av.AudioResampler(audio.format, "mono", rate)
        for part in resampler.resample(frame):
            sink.mux(audio.encode(part))
        sink.mux(audio.encode(None))
    return file.getvalue()


def sound_of(data: bytes) -> tuple[bytes, float]:
    """Return the packets of the sound, and how long it lasts."""
    with av.open(io.BytesIO(data)) as source:
        stream = source.streams.audio[0]
        packets = [p for p in source.demux(stream) if p.size]
        assert packets[0].time_base is not None
        end = (packets[-1].pts or 0) * packets[0].time_base
        return b"".join(bytes(memoryview(p)) for p in packets), float(end)


def test_sound_is_taken_over_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    path.write_bytes(with_sound(2.0))
    sound, length = sound_of(path.read_bytes())
    images = pictures(60)
    for extension in (".mp4", ".mkv"):
        data = written(images, extension, fps=24, audio_from=path)
        assert sound_of(data)[0] == sound
        assert np.array_equal(iio.imread(data, extension=extension), bare(data)[1])
    # No longer than the video.
    short = written(images[:24], ".mp4", fps=24, audio_from=path.read_bytes())
    assert 0.9 < sound_of(short)[1] < 1.05 < length


def test_sound_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(iio.OptionError, match="it has no sound"):
        written(IMAGES, audio_from=written(IMAGES))
    with pytest.raises(FileNotFoundError):
        written(IMAGES, audio_from=tmp_path / "none.mp4")
    path = tmp_path / "x.webm"
    with pytest.raises(iio.EncodeError, match="does not hold"):
        iio.imwrite(path, IMAGES, audio_from=with_sound(1.0))
    assert not path.exists()


def test_hardware_that_is_not_there() -> None:
    with pytest.raises(iio.OptionError, match="this FFmpeg has"):
        iio.imread(written(IMAGES), extension=".mp4", hwaccel="steam")
