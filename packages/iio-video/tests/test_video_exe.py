"""The plugin ``ffmpeg``: the executable, with every documented parameter, and no process left."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from video_samples import encoded, pictures, sample

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.testing import IndexSuite, ReaderSuite, Sample, SpecSuite, TargetsSuite, WriterSuite
from iio_video import _exe
from iio_video._spec import FFMPEG

pytest.importorskip("imageio_ffmpeg")
COUNT = 24


def children() -> set[int]:
    """Return the processes that this one has, ended or not."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == os.getpid():
            found.add(int(folder.name))
    return found


@pytest.fixture(autouse=True)
def no_process_is_left() -> Iterator[None]:
    before = children()
    yield
    assert not children() - before


@pytest.mark.slow
class TestFfmpeg(SpecSuite, ReaderSuite, IndexSuite, WriterSuite, TargetsSuite):
    entry_point = "iio_video._spec:FFMPEG"
    # It scales frames to multiples of 16 by default, as is documented.
    sizes: ClassVar = {f.name: (16, 32) for f in FFMPEG.formats}

    def samples(self) -> Iterator[Sample]:
        for name in ("MP4", "MOV", "MKV", "WEBM", "AVI", "WMV", "MPEG", "FLV", "TS"):
            data, image = sample(name)
            yield Sample(name, data, image, tolerance=24)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    path.write_bytes(encoded(pictures(COUNT), "mp4", "libx264", options={"g": "8", "crf": "12"}))
    return path


def test_frames_are_those_of_the_library(clip: Path) -> None:
    ours = iio.imread(clip, plugin="pyav")
    theirs = iio.imread(clip, plugin="ffmpeg")
    assert theirs.shape == ours.shape
    assert np.abs(ours.astype(int) - theirs).mean() < 3
    with iio.imopen(clip, "r", plugin="ffmpeg") as file:
        assert file.count() is None
        for number in (5, 3, 20, 23, 0):
            assert np.array_equal(file.read(index=number), theirs[number])
        assert file.count_frames() == COUNT
        with pytest.raises(iio.FrameIndexError):
            file.read(index=COUNT)


def test_nobody_gets_it_unasked(clip: Path) -> None:
    with iio.imopen(clip, "r") as file:
        assert file.plugin == "pyav"
    # Its options are a way to ask for it.
    with iio.imopen(clip, "r", input_params=["-ss", "0.5"]) as file:
        assert file.plugin == "ffmpeg" and file.count_frames() == COUNT // 2


def test_parameters_for_reading(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options: list[tuple[dict[str, Any], int, tuple[int, ...], str]] = [
        ({"fps": 12}, 12, (48, 64, 3), "uint8"),
        ({"size": (32, 24)}, COUNT, (24, 32, 3), "uint8"),
        ({"size": "32x24"}, COUNT, (24, 32, 3), "uint8"),
        ({"dtype": "uint16"}, COUNT, (48, 64, 3), "uint16"),
        ({"dtype": np.uint16}, COUNT, (48, 64, 3), "uint16"),
        ({"output_params": ["-vf", "crop=20:10"]}, COUNT, (10, 20, 3), "uint8"),
        ({"input_params": ["-err_detect", "aggressive"]}, COUNT, (48, 64, 3), "uint8"),
        ({"ffmpeg_params": ["-ss", "0.5"]}, COUNT // 2, (48, 64, 3), "uint8"),
        ({"print_info": True}, COUNT, (48, 64, 3), "uint8"),
    ]
    for given, count, shape, dtype in options:
        with imageio.get_reader(clip, "FFMPEG-EXE", **given) as reader:
            frames = list(reader)
            # At another rate the first and the last frame may stand a little longer.
            assert abs(len(frames) - count) <= (2 if "fps" in given else 0)
            assert reader.count_frames() == len(frames)
            assert frames[0].shape == shape and frames[0].dtype == dtype
            meta = reader.get_meta_data()
            assert meta["size"] == shape[1::-1] and meta["source_size"] == (64, 48)
    assert "fps: 24" in capsys.readouterr().out
    with imageio.get_reader(clip, "FFMPEG", loop=True) as reader:
        assert reader.get_length() == COUNT
        assert np.array_equal(reader.get_data(COUNT + 1), reader.get_data(1))


@pytest.mark.parametrize(
    "options",
    [
        {"output_params": ["-nonsense"]},
        {"output_params": "-an"},
        {"input_params": 3},
        {"size": "big"},
        {"dtype": "float32"},
        {"fps": 0},
        {"pixelformat": "yuyv422"},
    ],
)
def test_parameters_that_cannot_be(clip: Path, options: dict[str, Any]) -> None:
    with pytest.raises((iio.OptionError, iio.DecodeError)):
        iio.imread(clip, plugin="ffmpeg", index=0, **options)


def test_parameters_for_writing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.mp4"
    images = pictures(10)
    with imageio.get_writer(
        path,
        "FFMPEG-EXE",
        fps=20,
        codec="libx264",
        quality=9,
        pixelformat="yuv444p",
        macro_block_size=8,
        input_params=["-thread_queue_size", "16"],
        output_params=["-metadata", "title=A clip", "-g", "3"],
        ffmpeg_log_level="info",
        ffmpeg_timeout=30,
    ) as writer:
        for image in images:
            writer.append_data(image)
    found = iio.immeta(path)
    assert found["title"] == "A clip" and found["fps"] == 20 and found["pixel_format"] == "yuv444p"
    assert np.abs(iio.imread(path).astype(int) - np.stack(images)).mean() < 8
    assert "FFMPEG command:" in capsys.readouterr().err
    sizes = [
        len(iio.imwrite("<bytes>", images, extension=".mkv", plugin="ffmpeg", **how) or b"")
        for how in ({"quality": 1}, {"quality": 10}, {"bitrate": 20_000}, {"quality": None})
    ]
    assert sizes[0] < sizes[1]
    with pytest.warns(iio.IIOWarning, match="are scaled to 64x48"):
        iio.imwrite(path, [image[:40, :60] for image in images], plugin="ffmpeg")
    assert iio.improps(path).shape == (10, 48, 64, 3)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"codec": "nope"}, "Unknown encoder"),
        ({"pixelformat": "nope"}, "nope"),
        ({"output_params": ["-nonsense", "1"]}, "nonsense"),
        ({"quality": 11}, "from 0, the worst, to 10"),
        ({"ffmpeg_log_level": "loud"}, "is none of"),
        ({"ffmpeg_timeout": 0, "codec": "nope"}, "Unknown encoder"),
    ],
)
def test_what_ffmpeg_refuses(options: dict[str, Any], match: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"old")
    with pytest.raises((iio.EncodeError, iio.OptionError), match=match):
        iio.imwrite(path, pictures(3), plugin="ffmpeg", **options)
    assert path.read_bytes() == b"old" and len(list(tmp_path.iterdir())) == 1


def test_frames_of_several_kinds(tmp_path: Path) -> None:
    images = [*pictures(2), pictures(1, 32, 32)[0]]
    with pytest.raises(iio.EncodeError, match=r"frame 2 is \(32, 32, 3\)"):
        iio.imwrite(tmp_path / "x.mp4", images, plugin="ffmpeg")
    assert not list(tmp_path.iterdir())
    with pytest.raises(iio.EncodeError, match="keeps 8 bits"):
        iio.imwrite(tmp_path / "x.mp4", [np.zeros((16, 16), np.uint16)], plugin="ffmpeg")


def test_transparency_is_not_lost_in_silence(tmp_path: Path) -> None:
    image = np.full((32, 32, 4), 255, np.uint8)
    iio.imwrite(tmp_path / "a.mp4", [image], plugin="ffmpeg")
    image[3, 4, 3] = 7
    with pytest.raises(iio.EncodeError, match="transparent"):
        iio.imwrite(tmp_path / "b.mp4", [image], plugin="ffmpeg")
    options: dict[str, Any] = {"codec": "ffv1", "pixelformat": "bgra", "quality": None}
    iio.imwrite(tmp_path / "c.mkv", [image], plugin="ffmpeg", **options)


def test_damaged_files(clip: Path, tmp_path: Path) -> None:
    data = clip.read_bytes()
    for cut in (b"", data[:40], data[: len(data) // 2]):
        path = tmp_path / "x.mp4"
        path.write_bytes(cut)
        with pytest.raises(iio.IIOError):
            iio.imread(path, plugin="ffmpeg")


def test_playlists_are_not_followed(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_text(f"#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n")
    with pytest.raises(iio.IIOError):
        iio.imread(path, plugin="ffmpeg", index=0)


def test_a_reader_that_is_dropped_leaves_no_process(clip: Path) -> None:
    frames = iio.imiter(clip, plugin="ffmpeg")
    next(frames)
    assert len(children()) >= 1
    del frames


def test_the_executable_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = _exe.executable()
    for variable in ("IMAGEIO_FFMPEG_EXE", "IIO_FFMPEG_EXE"):
        monkeypatch.setenv(variable, found)
        assert _exe.executable() == found and _exe.is_there()
        monkeypatch.setenv(variable, str(tmp_path / "none"))
        with pytest.raises(iio.PluginNotInstalledError, match=variable):
            _exe.executable()
    monkeypatch.delenv("IIO_FFMPEG_EXE")
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(iio.PluginNotInstalledError, match="pip install"):
        iio.imwrite(tmp_path / "x.mp4", pictures(1), plugin="ffmpeg")
    with pytest.raises(iio.PluginNotInstalledError):
        iio.imread(sample("MP4")[0], plugin="ffmpeg", extension=".mp4")
