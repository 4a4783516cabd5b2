"""What is not in one file: cameras, and playlists that the caller trusts.

No machine that tests run on has a camera. In its place stands FFmpeg's own virtual device, which
goes through the same calls; what Video4Linux itself does is not tested by that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from video_samples import encoded, pictures

import iio_core as iio
import iio_core.v2 as imageio
from iio_video import Camera, _camera, cameras

PATTERN = "mandelbrot=size=64x48:rate=30"


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_camera, "device", lambda number: (PATTERN, "lavfi"))


@pytest.mark.usefixtures("camera")
def test_frames_of_a_camera() -> None:
    first = iio.imread("<video0>")
    assert first.shape == (48, 64, 3) and first.dtype == np.uint8
    with iio.imopen("<video0>", "r") as file:
        assert file.count() is None and file.plugin == "pyav" and file.format == "WEBCAM"
        assert np.array_equal(file.read(index=0), first)
        third = file.read(index=2)
        assert not np.array_equal(third, first)
        with pytest.raises(iio.DecodeError, match="frame 1 is over; the next one is 3"):
            file.read(index=1)
        with pytest.raises(iio.OptionError, match="no end"):
            file.read(index=-1)
        with pytest.raises(iio.OptionError, match="are no array"):
            file.read(index=...)
        assert file.read(index=[3, 5, 4]).shape == (3, 48, 64, 3)
        images = [image for image, _ in zip(file.iter(format="gray"), range(3), strict=False)]
        assert [i.shape for i in images] == [(48, 64)] * 3
        assert file.metadata() == {
            "fps": 30.0,
            "size": (64, 48),
            "pixel_format": "rgb0",
            "codec": "wrapped_avframe",
        }
    said = iio.improps("<video3>")
    assert said.shape == (48, 64, 3) and said.n_images is None


@pytest.mark.usefixtures("camera")
def test_a_camera_by_the_calls_of_imageio() -> None:
    with imageio.get_reader("<video0>") as reader:
        frame = reader.get_next_data()
        assert frame.shape == (48, 64, 3) and reader.get_length() == float("inf")
        assert reader.get_meta_data()["size"] == (64, 48)
        assert not np.array_equal(reader.get_next_data(), frame)


def test_what_a_camera_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {}

    def opened(name: str, mode: str, **options: object) -> object:
        asked.update(options, name=name)
        raise ValueError("busy")

    monkeypatch.setattr(_camera, "device", lambda number: (f"/dev/video{number}", "v4l2"))
    monkeypatch.setattr(_camera.av, "open", opened)
    with pytest.raises(iio.DecodeError, match=r"video_size=320x240.*busy"):
        iio.imread("<video2>", size=(320, 240), fps=15, pixelformat="mjpeg")
    assert asked["name"] == "/dev/video2" and asked["format"] == "v4l2"
    assert asked["container_options"] == {
        "video_size": "320x240",
        "framerate": "15",
        "input_format": "mjpeg",
    }
    with pytest.raises(iio.OptionError, match="has no option 'sise'"):
        iio.imread("<video0>", sise=(1, 1))


def test_no_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_camera, "cameras", lambda: [Camera("<video7>", "a lens")])
    with pytest.raises(iio.DecodeError, match=r"no camera <video99>; there are: <video7> \(a lens"):
        iio.imread("<video99>")


def test_cameras_are_listed() -> None:
    assert all(isinstance(camera, Camera) for camera in cameras())


# Playlists


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(2):
        data = encoded(pictures(5, seed=number), "mpegts", "libx264")
        (tmp_path / f"part{number}.ts").write_bytes(data)
    (tmp_path / "list.m3u8").write_text(
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n"
        "#EXTINF:0.2,\npart0.ts\n#EXTINF:0.2,\npart1.ts\n#EXT-X-ENDLIST\n"
    )
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile part0.ts\nfile part1.ts\n")
    return tmp_path


@pytest.mark.parametrize(("name", "format"), [("list.m3u8", "HLS"), ("list.ffconcat", "CONCAT")])
def test_playlists_only_on_request(folder: Path, name: str, format: str) -> None:
    path = folder / name
    for call in (iio.imread, iio.improps, iio.immeta):
        with pytest.raises(iio.NoPluginError, match=rf"trust={{'{format}'}}"):
            call(path)
        with pytest.raises(iio.NoPluginError, match="trust="):
            call(path, plugin="pyav")
        with pytest.raises(iio.IIOError):  # not by another name either
            call(path.read_bytes(), extension=".ts", plugin="pyav")
    frames = list(iio.imiter(path, trust={format}))
    assert len(frames) == 10 and frames[0].shape == (48, 64, 3)
    assert np.abs(frames[9].astype(int) - pictures(5, seed=1)[4]).mean() < 15
