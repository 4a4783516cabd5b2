"""Reading: pixels beside another FFmpeg, formats, times, rotation, filters, damaged files."""

from __future__ import annotations

import io
import struct
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from video_samples import decoded, encoded, pictures

import iio_core as iio
from iio_video._options import timing

COUNT = 30


@pytest.fixture(scope="module")
def clip() -> bytes:
    return encoded(pictures(COUNT), "mp4", "libx264", options={"g": "10", "crf": "15"})


@pytest.fixture(scope="module")
def exact() -> bytes:
    """Frames whose pixels are known without any decoder: FFV1 loses nothing."""
    return encoded(pictures(COUNT), "matroska", "ffv1", pixel_format="bgr0")


def read(data: bytes, extension: str = ".mp4", **options: Any) -> np.ndarray:
    return iio.imread(data, extension=extension, **options)


# Pixels


def test_pixels_are_those_that_were_encoded(exact: bytes) -> None:
    assert np.array_equal(read(exact, ".mkv"), pictures(COUNT))
    assert np.array_equal(read(exact, ".mkv", index=7), pictures(COUNT)[7])


def test_pixels_are_those_of_the_command_line(clip: bytes, tmp_path: Path) -> None:
    ffmpeg = pytest.importorskip("imageio_ffmpeg").get_ffmpeg_exe()
    path = tmp_path / "clip.mp4"
    path.write_bytes(clip)
    command = [ffmpeg, "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    run = subprocess.run(command, capture_output=True, check=True)
    theirs = np.frombuffer(run.stdout, np.uint8).reshape(COUNT, 48, 64, 3)
    ours = iio.imread(path)
    # Chroma is interpolated in another way.
    assert np.abs(ours.astype(int) - theirs).mean() < 3
    luma = [image @ [0.299, 0.587, 0.114] for image in (ours, theirs)]
    assert np.abs(luma[0] - luma[1]).mean() < 1


@pytest.mark.parametrize(
    ("format", "shape", "dtype"),
    [
        ("rgb24", (48, 64, 3), np.uint8),
        ("bgr24", (48, 64, 3), np.uint8),
        ("rgba", (48, 64, 4), np.uint8),
        ("gray", (48, 64), np.uint8),
        ("gray16", (48, 64), np.uint16),
        ("gray16be", (48, 64), np.uint16),
        ("rgb48", (48, 64, 3), np.uint16),
        ("rgb48le", (48, 64, 3), np.uint16),
        ("rgba64", (48, 64, 4), np.uint16),
        ("gbrp", (48, 64, 3), np.uint8),
        ("gbrpf32", (48, 64, 3), np.float32),
        ("grayf32", (48, 64), np.float32),
        ("ya8", (48, 64, 2), np.uint8),
        ("yuv444p", (48, 64, 3), np.uint8),
        ("yuv420p", (72, 64), np.uint8),
        ("yuv422p", (96, 64), np.uint8),
        ("nv12", (72, 64), np.uint8),
        ("yuv420p10", (72, 64), np.uint16),
        ("yuyv422", (48, 64, 2), np.uint8),
        (None, (72, 64), np.uint8),
    ],
)
def test_pixel_formats(clip: bytes, format: str | None, shape: tuple[int, ...], dtype: Any) -> None:
    image = read(clip, index=3, format=format)
    assert image.shape == shape and image.dtype == dtype and image.dtype.isnative
    said = iio.improps(clip, index=3, format=format, extension=".mp4")
    assert said.shape == shape and said.dtype == dtype
    if format in ("gbrp", "bgr24", "rgba"):
        order = [2, 1, 0] if format == "bgr24" else [0, 1, 2]
        rgb = read(clip, index=3)
        assert np.abs(image[..., order].astype(int) - rgb).max() <= 3
    if format in ("yuv420p", None):
        with av.open(io.BytesIO(clip)) as source:
            frame = list(source.decode(video=0))[3]
        assert np.array_equal(image, frame.to_ndarray())


@pytest.mark.parametrize("format", ["rgb25", "yuv", "", "monob", "rgb565", 3])
def test_pixel_formats_that_are_none(clip: bytes, format: Any) -> None:
    with pytest.raises(iio.OptionError, match="format="):
        read(clip, index=0, format=format)


def test_more_than_eight_bits_are_kept_on_request() -> None:
    images = [i.astype(np.uint16) * 257 + n for n, i in enumerate(pictures(3))]
    data = encoded(images, "matroska", "ffv1", pixel_format="gbrp16le", format="rgb48le")
    assert read(data, ".mkv").dtype == np.uint8
    assert np.array_equal(read(data, ".mkv", format="rgb48"), images)
    native = read(data, ".mkv", format=None)
    assert native.dtype == np.uint16 and np.array_equal(native, images)


def test_arrays_are_the_callers(clip: bytes) -> None:
    for format in ("rgb24", "yuv420p", "gbrp", "gray"):
        with iio.imopen(clip, "r", extension=".mp4") as file:
            frames = file.iter(format=format)
            first = next(frames)
            kept = first.copy()
            first[...] = 0
            after = [next(frames) for _ in range(9)]
            assert np.array_equal(file.read(index=0, format=format), kept)
        clean = list(iio.imiter(clip, extension=".mp4", format=format))
        assert all(map(np.array_equal, after, clean[1:]))


def test_size(clip: bytes) -> None:
    for size in ((32, 24), "32x24"):
        assert read(clip, index=slice(0, 3), size=size).shape == (3, 24, 32, 3)
        assert iio.improps(clip, extension=".mp4", size=size).shape == (COUNT, 24, 32, 3)
    for size in ("32", (0, 5), (1, 2, 3), "axb", (1 << 20, 1)):
        with pytest.raises(iio.OptionError, match="size="):
            read(clip, index=0, size=size)


# Times


def test_by_time(clip: bytes) -> None:
    wanted = decoded(clip)
    for seconds, number in ((0, 0), (0.5, 12), (0.5 + 0.9 / 24, 12), (29.5 / 24, 29)):
        assert np.array_equal(read(clip, timestamp=seconds), wanted[number])
        assert iio.improps(clip, timestamp=seconds, extension=".mp4").shape == (48, 64, 3)
    with pytest.raises(iio.FrameIndexError, match=r"has ended before 1\.25"):
        read(clip, timestamp=1.25)
    for wrong in (-1, float("nan")):
        with pytest.raises(iio.OptionError, match="timestamp="):
            read(clip, timestamp=wrong)
    with pytest.raises(iio.OptionError, match="not by both"):
        read(clip, timestamp=0, index=1)


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("fps", [10, 24, 30])
def test_the_time_at_which_a_frame_begins_is_its_own(fps: int, container: str) -> None:
    """0.3 is a little less than three tenths as a float, and Matroska rounds to milliseconds."""
    images = pictures(20)
    data = encoded(images, container, "ffv1", pixel_format="bgr0", fps=fps)
    extension = ".mp4" if container == "mp4" else ".mkv"
    found = [read(data, extension, timestamp=k / fps) for k in range(20)]
    assert np.array_equal(found, images)
    found = [read(data, extension, timestamp=k / fps, fps=fps) for k in range(20)]
    assert np.array_equal(found, images)


def test_a_rate_for_times_that_cannot_be() -> None:
    with pytest.raises(iio.DecodeError, match="without fps="):
        timing([0, 1, 1 << 50], Fraction(1, 1000), 1, Fraction(30))


def test_by_time_where_times_are_uneven() -> None:
    times = [0, 10, 11, 30, 31, 32]
    data = encoded(pictures(6), "matroska", "ffv1", pixel_format="bgr0", times=times, fps=100)
    for seconds, number in ((0, 0), (0.099, 0), (0.105, 1), (0.29, 2), (0.32, 5)):
        assert np.array_equal(read(data, ".mkv", timestamp=seconds), pictures(6)[number])


@pytest.mark.parametrize("fps", [6, 12, 24, 48, 10, 7.5])
def test_another_rate_is_that_of_the_filter(exact: bytes, fps: float) -> None:
    with av.open(io.BytesIO(exact)) as source:
        stream = source.streams.video[0]
        graph = av.filter.Graph()
        ends = [
            graph.add_buffer(template=stream, time_base=stream.time_base),
            graph.add("fps", str(fps)),
            graph.add("buffersink"),
        ]
        graph.link_nodes(*ends).configure()
        wanted = []
        for frame in [*source.decode(stream), None]:
            graph.vpush(frame)
            while True:
                try:
                    wanted.append(graph.vpull().to_ndarray(format="rgb24"))
                except (av.BlockingIOError, av.EOFError):
                    break
    ours = read(exact, ".mkv", fps=fps)
    # Matroska notes milliseconds, so where the last frame ends is not the same for everybody.
    assert abs(len(ours) - len(wanted)) <= 1
    assert all(map(np.array_equal, ours, wanted[: len(ours)]))
    assert np.array_equal(read(exact, ".mkv", fps=fps, index=3), ours[3])
    assert np.array_equal(read(exact, ".mkv", fps=fps, index=-1), ours[-1])
    with pytest.raises(iio.FrameIndexError):
        read(exact, ".mkv", fps=fps, index=len(ours))


@pytest.mark.parametrize("fps", [0, -1, "fast", float("inf"), None])
def test_rates_that_are_none(clip: bytes, fps: Any) -> None:
    if fps is None:
        assert read(clip, fps=fps).shape[0] == COUNT
        return
    with pytest.raises(iio.OptionError, match="fps="):
        read(clip, fps=fps)


# Rotation


def turned(data: bytes, matrix: tuple[int, int, int, int]) -> bytes:
    """Put a display matrix into the track header of an MP4."""
    place = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (n << 16 for n in matrix)
    new = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    return data[:place] + new + data[place + 36 :]


@pytest.mark.parametrize(
    ("matrix", "turn", "degrees"),
    [
        ((0, 1, -1, 0), lambda i: np.rot90(i, -1), 90),
        ((-1, 0, 0, -1), lambda i: np.rot90(i, 2), 180),
        ((0, -1, 1, 0), lambda i: np.rot90(i, 1), 270),
        ((-1, 0, 0, 1), lambda i: i[:, ::-1], None),
    ],
)
def test_frames_come_upright(
    clip: bytes, matrix: tuple[int, int, int, int], turn: Any, degrees: int | None
) -> None:
    data = turned(clip, matrix)
    with av.open(io.BytesIO(data)) as source:
        frame = next(source.decode(video=0))
    if degrees is not None:
        assert frame.rotation % 360 == -degrees % 360  # counterclockwise, says FFmpeg
    plain = frame.to_ndarray(format="rgb24")
    assert np.array_equal(read(data, index=0), turn(plain))
    assert np.array_equal(read(data, index=0, rotate=False), plain)
    assert iio.improps(data, extension=".mp4").shape[1:] == turn(plain).shape
    assert iio.improps(data, extension=".mp4", rotate=False).shape[1:] == plain.shape
    assert "rotation" not in iio.immeta(data, extension=".mp4")
    told = iio.immeta(data, extension=".mp4", exclude_applied=False).get("rotation")
    assert degrees is None or told == degrees


# Filters


def test_filters(exact: bytes) -> None:
    images = pictures(COUNT)
    crop = [("crop", {"w": 32, "h": 16, "x": 4, "y": 8}), ("hflip", None)]
    wanted = [image[8:24, 4:36][:, ::-1] for image in images]
    for index in (0, 11, -1):
        found = read(exact, ".mkv", index=index, filter_sequence=crop, format=None)
        assert np.array_equal(found[..., :3][..., ::-1], wanted[index])
    said = iio.improps(exact, index=4, filter_sequence=crop, extension=".mkv")
    assert said.shape == (16, 32, 3)
    stack = read(exact, ".mkv", filter_sequence="" or crop)
    assert np.array_equal(stack, wanted)


def test_filters_that_leave_frames_out(exact: bytes) -> None:
    images = pictures(COUNT)
    every = [("select", "not(mod(n,3))")]
    assert np.array_equal(read(exact, ".mkv", filter_sequence=every), images[::3])
    assert np.array_equal(read(exact, ".mkv", index=2, filter_sequence=every), images[6])
    with pytest.raises(iio.FrameIndexError, match="make no frame 10"):
        read(exact, ".mkv", index=10, filter_sequence=every)


@pytest.mark.parametrize(
    "options",
    [
        {"w": 32, "h": 32, "x": "n"},
        "w=32:h=32:x=20*t",
    ],
)
def test_filters_that_move_with_time(exact: bytes, options: Any) -> None:
    chain = [("crop", options)]
    every = read(exact, ".mkv", filter_sequence=chain)
    assert np.array_equal(read(exact, ".mkv", index=9, filter_sequence=chain), every[9])
    assert not np.array_equal(every[9], pictures(COUNT)[9][8:40, 16:48])


COUNTING = [
    pytest.param([("fps", {"fps": 48})], id="twice as many"),
    pytest.param([("fps", {"fps": 6})], id="fewer"),
    pytest.param([("select", "not(mod(n,3))")], id="every third"),
    pytest.param([("trim", {"start_frame": 4, "end_frame": 9})], id="some"),
]


@pytest.mark.parametrize("chain", COUNTING)
def test_an_index_counts_what_comes_out_of_filters(exact: bytes, chain: Any) -> None:
    every = list(iio.imiter(exact, extension=".mkv", filter_sequence=chain))
    total = len(every)
    assert total != COUNT
    whole = np.stack(every)
    for index in (-1, -total, slice(None), slice(-3, None), slice(1, None, 2), [-1, 0, -1], ...):
        found = read(exact, ".mkv", index=index, filter_sequence=chain)
        assert np.array_equal(found, whole[index]), index
        said = iio.improps(exact, index=index, filter_sequence=chain, extension=".mkv")
        assert said.shape == (whole[index].shape if index is not ... else (None, *found.shape[1:]))
    for call in (iio.imread, iio.improps):
        for index in (total, -total - 1, [0, total]):
            with pytest.raises(iio.FrameIndexError):
                call(exact, index=index, filter_sequence=chain, extension=".mkv")
    counted = iio.improps(
        exact, index=..., count_frames=True, filter_sequence=chain, extension=".mkv"
    )
    assert (counted.n_images, counted.shape) == (total, whole.shape)


def test_a_slice_of_no_frames_has_the_shape_that_the_options_make(exact: bytes) -> None:
    empty = slice(3, 3)
    assert read(exact, ".mkv", index=empty, size=(32, 16)).shape == (0, 16, 32, 3)
    nothing = [("select", "0")]
    with pytest.raises(iio.FrameIndexError):
        read(exact, ".mkv", index=-1, filter_sequence=nothing)


def test_a_time_is_none_of_what_comes_out_of_filters(exact: bytes) -> None:
    doubled = [("fps", {"fps": 48})]
    with pytest.raises(iio.OptionError, match="timestamp="):
        read(exact, ".mkv", timestamp=0.5, filter_sequence=doubled)


def test_a_graph_of_filters(exact: bytes) -> None:
    nodes = {"two": ("split", None), "below": ("vstack", None), "flip": ("vflip", None)}
    edges = [
        ("video_in", "two", 0, 0),
        ("two", "below", 0, 0),
        ("two", "flip", 1, 0),
        ("flip", "below", 0, 1),
        ("below", "video_out", 0, 0),
    ]
    image = pictures(COUNT)[0]
    found = read(exact, ".mkv", index=0, filter_graph=(nodes, edges))
    assert np.array_equal(found, np.concatenate([image, image[::-1]]))


@pytest.mark.parametrize(
    "options",
    [
        {"filter_sequence": [("crup", None)]},
        {"filter_sequence": [("crop", {"w": "wide"})]},
        {"filter_sequence": [("vstack", None)]},
        {"filter_sequence": 5},
        {"filter_graph": ({"a": ("null", None)}, [("video_in", "b", 0, 0)])},
        {"filter_graph": ({}, []), "filter_sequence": []},
    ],
)
def test_filters_that_cannot_be(exact: bytes, options: dict[str, Any]) -> None:
    with pytest.raises(iio.OptionError):
        read(exact, ".mkv", index=0, **options)


# What is told


def test_what_a_file_tells() -> None:
    images = pictures(12)
    data = encoded(images, "mp4", "libx264", metadata={"title": "A clip", "comment": "short"})
    found = iio.immeta(data, extension=".mp4")
    assert found["fps"] == 24 and found["size"] == (64, 48) and found["codec"] == "h264"
    assert found["duration"] == pytest.approx(0.5) and found["pixel_format"] == "yuv420p"
    assert found["title"] == "A clip" and found["comment"] == "short" and found["nframes"] == 12
    frame = iio.immeta(data, index=6, extension=".mp4")
    assert frame["time"] == pytest.approx(0.25) and frame["frame_type"] in "IPB"
    assert iio.immeta(data, index=0, extension=".mp4")["key_frame"] is True
    with iio.imopen(data, "r", extension=".mp4") as file:
        assert file.container_metadata["title"] == "A clip"
        assert "handler_name" in file.video_stream_metadata


def test_a_number_that_is_not_known_is_not_told() -> None:
    data = encoded(pictures(9), "webm", "libvpx-vp9")
    said = iio.improps(data, extension=".webm")
    assert said.n_images is None and said.shape == (None, 48, 64, 3)
    said = iio.improps(data, extension=".webm", count_frames=True)
    assert said.n_images == 9 and said.shape == (9, 48, 64, 3)


# Files that are not as they should be


def test_damaged_packets_by_their_number(clip: bytes) -> None:
    with av.open(io.BytesIO(clip)) as source:
        packets = [(p.pos, p.size) for p in source.demux(video=0) if p.size]
    place, size = packets[14]
    data = bytearray(clip)
    data[place + 4 : place + size] = bytes(size - 4)
    with pytest.raises(iio.DecodeError, match=r"frame 1\d could not be decoded"):
        read(bytes(data))
    assert read(bytes(data), index=3).shape == (48, 64, 3)
    assert len(read(bytes(data), on_error="ignore")) >= COUNT - 3
    before = read(bytes(data), on_error="stop")
    assert 9 < len(before) < 16
    assert np.array_equal(before, decoded(clip)[: len(before)])
    with pytest.raises(iio.OptionError, match="raise, stop, ignore"):
        read(bytes(data), on_error="skip")


@pytest.mark.parametrize(
    ("container", "extension"), [("mp4", ".mp4"), ("matroska", ".mkv"), ("avi", ".avi")]
)
def test_a_file_that_is_cut(container: str, extension: str) -> None:
    """Its beginning is read; that it has an end is not made up."""
    data = encoded(pictures(COUNT), container, "mpeg4", options={"g": "5"}, bitrate=3_000_000)
    if container == "mp4":
        # The header is at the end: put it in front, and the places in it on.
        start = data.index(b"moov") - 4
        header = bytearray(data[start:])
        table = header.index(b"stco") + 12
        count = int.from_bytes(header[table - 4 : table], "big")
        for number in range(count):
            place = table + 4 * number
            old = int.from_bytes(header[place : place + 4], "big")
            header[place : place + 4] = (old + len(header)).to_bytes(4, "big")
        first = data.index(b"ftyp") - 4 + int.from_bytes(data[:4], "big")
        data = data[:first] + bytes(header) + data[first:start]
    whole = iio.imread(data, extension=extension)
    assert len(whole) == COUNT
    cut = data[: len(data) * 7 // 10]
    seen: list[np.ndarray] = []
    with pytest.raises(iio.DecodeError):
        seen.extend(iio.imiter(cut, extension=extension))
    assert 5 < len(seen) < COUNT and all(map(np.array_equal, seen, whole))
    with pytest.raises(iio.DecodeError):
        read(cut, extension)
    kept = read(cut, extension, on_error="stop")
    assert len(seen) <= len(kept) < COUNT and np.array_equal(kept, whole[: len(kept)])


def test_a_recording_that_begins_between_keyframes() -> None:
    options = {"x264-params": "open-gop=1:bframes=3:b-adapt=0:keyint=10:min-keyint=3:scenecut=0"}
    whole = encoded(pictures(40), "mpegts", "libx264", options=options)
    with av.open(io.BytesIO(whole), format="mpegts") as source:
        places = [p.pos for p in source.demux(video=0) if p.pos]
    data = whole[: 188 * 3] + whole[places[4] // 188 * 188 :]
    wanted = []
    with av.open(io.BytesIO(data), format="mpegts") as source:
        for packet in source.demux(video=0):
            try:
                wanted += [f.to_ndarray(format="rgb24") for f in packet.decode()]
            except av.FFmpegError:
                continue
    with iio.imopen(data, "r", extension=".ts") as file:
        total = file.count_frames()
        assert total == len(wanted) > 20
        for number in (total - 1, 0, 12, 5):
            assert np.array_equal(file.read(index=number), wanted[number])


def test_only_sound_is_no_video() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as sink:
        stream = sink.add_stream("aac", rate=44100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), "fltp", "mono")
        frame.sample_rate = 44100
        sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    with pytest.raises(iio.DecodeError, match="has no video: it has only audio"):
        read(file.getvalue())


def test_absurd_sizes_cost_nothing() -> None:
    data = encoded(pictures(2), "yuv4mpegpipe", "wrapped_avframe")
    data = data.replace(b"W64 H48", b"W60000 H60000")
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        read(data, ".y4m", index=0)
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        read(data, ".y4m")


def test_sizes_that_change_within_a_stream() -> None:
    small = encoded(pictures(3), "h264", "libx264", options={"bf": "0"})
    large = encoded(pictures(3, 96, 128), "h264", "libx264", options={"bf": "0"})
    both = small + large
    sizes = [image.shape for image in iio.imiter(both, extension=".h264")]
    assert sizes == [(48, 64, 3)] * 3 + [(96, 128, 3)] * 3
    with pytest.raises(iio.DecodeError, match="cannot be stacked"):
        read(both, ".h264")
    assert read(both, ".h264", size=(64, 48)).shape == (6, 48, 64, 3)


@pytest.mark.parametrize("data", [b"", b"no video at all" * 99, b"\0" * 4096])
def test_what_is_no_video(data: bytes) -> None:
    for plugin in (None, "pyav"):
        with pytest.raises(iio.IIOError):
            iio.imread(data, extension=".mp4", plugin=plugin)


HOSTILE = {
    "m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{victim}\n#EXT-X-ENDLIST\n",
    "ffconcat": "ffconcat version 1.0\nfile '{victim}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\n"
    "m=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("extension", [".mp4", ".avi", ".ts", ".mkv", ".xyz"])
def test_nothing_else_is_opened(
    kind: str, extension: str, clip: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "victim.mp4").write_bytes(clip)
    monkeypatch.chdir(tmp_path)
    for victim in ("victim.mp4", str(tmp_path / "victim.mp4"), "file:victim.mp4"):
        path = tmp_path / f"playlist{extension}"
        path.write_text(HOSTILE[kind].format(victim=victim))
        for plugin in (None, "pyav"):
            with pytest.raises(iio.IIOError):
                iio.imread(path, plugin=plugin, index=0)


def test_real_files(real: Path) -> None:
    said = iio.improps(real / "cockatoo.mp4")
    assert said.n_images == 280 and said.shape == (280, 720, 1280, 3)
    with iio.imopen(real / "test.webm", "r") as file:
        assert file.properties(count_frames=True).n_images == 94
        assert np.array_equal(file.read(index=-1), list(file.iter())[93])
