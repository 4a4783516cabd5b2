"""Webcams, through the devices of FFmpeg: Video4Linux, AVFoundation, DirectShow."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from iio_core import DecodeError, ImageProperties, Index, OptionError, Resource

from ._failures import said
from ._options import rate_of, size_of
from ._pixels import Painter
from ._stacks import Stacks

__all__ = ["Camera", "CameraReader", "cameras", "open_camera"]


@dataclass(frozen=True)
class Camera:
    """A camera of this machine.

    Parameters
    ----------
    uri : str
        What reads it: ``"<video0>"``.
    name : str
        What it calls itself.
    """

    uri: str
    name: str


def cameras() -> list[Camera]:
    """Return the cameras of this machine, in their order.

    Examples
    --------
    >>> from iio_video import cameras
    >>> [camera.uri for camera in cameras()]  # doctest: +SKIP
    ['<video0>']
    """
    if sys.platform.startswith("linux"):
        found = []
        for number in _numbers():
            label = Path(f"/sys/class/video4linux/video{number}/name")
            try:
                name = label.read_text(errors="replace").strip()
            except OSError:
                name = f"/dev/video{number}"
            found.append(Camera(f"<video{number}>", name))
        return found
    return [Camera(f"<video{n}>", name) for n, (_, name) in enumerate(_listed())]


def _numbers() -> list[int]:
    """Return the numbers of Linux's video devices."""
    names = (path.name.removeprefix("video") for path in Path("/dev").glob("video*"))
    return sorted(int(name) for name in names if name.isdigit())


def _listed() -> list[tuple[str, str]]:
    """Return (name, description) of the cameras that FFmpeg lists."""
    from av.device import enumerate_input_devices

    kind = "dshow" if sys.platform == "win32" else "avfoundation"
    try:
        devices = enumerate_input_devices(kind)
    except (FFmpegError, ValueError):
        return []
    return [(d.name, d.description) for d in devices if "video" in d.media_types]


def device(number: int) -> tuple[str, str]:
    """Return FFmpeg's name for a camera, and the format that opens it.

    Raises
    ------
    DecodeError
        If there is no such camera.
    """
    if sys.platform.startswith("linux"):
        path = f"/dev/video{number}"
        if Path(path).exists():
            return path, "v4l2"
    else:
        found = _listed()
        if number < len(found):
            if sys.platform == "win32":
                return f"video={found[number][0]}", "dshow"
            return f"{number}:none", "avfoundation"
    there = ", ".join(f"{c.uri} ({c.name})" for c in cameras()) or "none"
    raise DecodeError(f"there is no camera <video{number}>; there are: {there}", plugin="pyav")


def open_camera(
    resource: Resource,
    format: str | None,
    /,
    *,
    size: tuple[int, int] | str | None = None,
    fps: float | Fraction | None = None,
    pixelformat: str | None = None,
) -> CameraReader:
    """Open a camera.

    Parameters
    ----------
    resource : Resource
        The device.
    format : str
        The name of the format.
    size : tuple or str, optional
        Width and height that it is to record; by default what it likes.
    fps : float, optional
        Frames per second that it is to record.
    pixelformat : str, optional
        The pixel format, or the codec (``"mjpeg"``), that it is to send.

    Raises
    ------
    DecodeError
        If there is no such camera, or it cannot do that.
    """
    return CameraReader(resource, size=size, fps=fps, pixelformat=pixelformat)


class CameraReader:
    """Reads a camera: frame 0 is the first after opening it, and they only go forwards.

    Parameters
    ----------
    resource : Resource
        The device.
    size, fps, pixelformat
        As for `open_camera`.
    """

    reads_batches = True

    def __init__(
        self,
        resource: Resource,
        *,
        size: tuple[int, int] | str | None = None,
        fps: float | Fraction | None = None,
        pixelformat: str | None = None,
    ) -> None:
        self._resource = resource
        number = int(resource.device.removeprefix("video") or 0)
        name, kind = device(number)
        options: dict[str, str] = {}
        if (wanted := size_of(size)) is not None:
            options["video_size"] = f"{wanted[0]}x{wanted[1]}"
        if fps is not None:
            options["framerate"] = str(rate_of(fps))
        if pixelformat is not None:
            key = "input_format" if kind == "v4l2" else "pixel_format"
            options[key] = str(pixelformat)
        try:
            opened: InputContainer = av.open(
                name, "r", format=kind, container_options=options, timeout=(30.0, 30.0)
            )
        except (FFmpegError, ValueError) as error:
            asked = "".join(f", {k}={v}" for k, v in options.items())
            raise DecodeError(
                f"{resource.name}: the camera could not be opened{asked}: {said(error)}",
                plugin="pyav",
            ) from error
        self._container = opened
        if not opened.streams.video:
            opened.close()
            raise DecodeError(f"{resource.name} sends no video", plugin="pyav")
        self._stream = opened.streams.video[0]
        self._frames = opened.decode(self._stream)
        self._next = 0
        self._last: VideoFrame | None = None

    @property
    def default_index(self) -> int:
        """The first frame after opening it."""
        return 0

    def count(self) -> None:
        """Return None: a camera has no end."""

    def count_frames(self) -> int:
        """Refuse: a camera has no end."""
        raise OptionError(
            f"{self._resource.name} is a camera: its frames have no end to count from"
        )

    def _get(self, index: int) -> VideoFrame:
        if self._last is not None and index == self._next - 1:
            return self._last
        if index < self._next:
            raise DecodeError(
                f"{self._resource.name}: frame {index} is over; the next one is {self._next}",
                plugin="pyav",
            )
        while self._next <= index:
            try:
                frame = next(self._frames, None)
            except FFmpegError as error:
                raise DecodeError(
                    f"{self._resource.name} has stopped: {said(error)}", plugin="pyav"
                ) from error
            if frame is None:
                raise DecodeError(f"{self._resource.name} sends no more frames", plugin="pyav")
            self._last = frame
            self._next += 1
        assert self._last is not None
        return self._last

    def read(self, *, index: Index = None, format: str | None = "rgb24") -> np.ndarray:
        """Return a frame.

        Parameters
        ----------
        index : int
            Which, counted from when the camera was opened; ``None`` is the first.
        format : str or None
            The pixel format to convert to; None: as the camera sends it.
        """
        painter = Painter(format)
        if index is ...:
            raise OptionError(f"{self._resource.name} is a camera: all of its frames are no array")
        if isinstance(index, tuple):
            frames = ((number, painter.paint(self._get(number))) for number in sorted(set(index)))
            return Stacks(self._resource, "WEBCAM").of(frames, index)
        return painter.paint(self._get(index or 0))

    def iter(self, *, format: str | None = "rgb24") -> Iterator[np.ndarray]:
        """Return the frames as they come."""
        painter = Painter(format)
        number = max(self._next - 1, 0)
        while True:
            yield painter.paint(self._get(number))
            number = max(number + 1, self._next)

    def properties(self, *, index: Index = None, format: str | None = "rgb24") -> ImageProperties:
        """Describe what `read` returns."""
        context = self._stream.codec_context
        painter = Painter(format)
        native = str(context.pix_fmt)
        shape: tuple[int | None, ...] = painter.shape(native, context.width, context.height)
        how = painter.layout_for(native)
        axes = "YX" if len(shape) == 2 else "YXS"
        if isinstance(index, int) or index is None:
            return ImageProperties(shape, how.dtype, axes=axes)
        total = len(index) if isinstance(index, tuple) else None
        return ImageProperties((total, *shape), how.dtype, total, True, axes=f"T{axes}")

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the camera sends: ``fps``, ``size``, ``pixel_format``, ``codec``."""
        context = self._stream.codec_context
        rate = self._stream.guessed_rate or self._stream.average_rate
        return {
            "fps": float(rate) if rate else 0.0,
            "size": (context.width, context.height),
            "pixel_format": context.pix_fmt,
            "codec": context.name,
        }

    def close(self) -> None:
        """Let go of the camera."""
        self._frames = iter(())
        self._container.close()
