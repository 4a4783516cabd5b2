"""Reading with FFmpeg's executable: its frames come through a pipe, one after the other.

They come in the container NUT, which says of each frame what it is: so whatever parameters make of
the video, nothing has to be guessed from messages.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from types import EllipsisType
from typing import Any, cast

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from iio_core import (
    DecodeError,
    FrameIndexError,
    ImageProperties,
    Index,
    OptionError,
    Resource,
    warn,
)

from ._demuxers import WHITELIST, demuxer
from ._exe import Process
from ._failures import option_error, said
from ._knowing import of_file
from ._options import rate_of, size_of
from ._pixels import Painter
from ._source import Source
from ._turning import UPRIGHT, turn_of_track

__all__ = ["ExeReader", "texts"]

_FORMATS = {"uint8": "rgb24", "uint16": "rgb48le"}


class ExeReader:
    """Reads a video with FFmpeg's executable, forwards; an earlier frame begins it again.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str or None
        The name of its format.
    fps, loop, size, dtype, pixelformat, input_params, output_params, print_info
        As for `FfmpegPlugin.open_reader`.
    """

    def __init__(
        self,
        resource: Resource,
        format: str | None,
        *,
        fps: float | Fraction | None = None,
        loop: bool = False,
        size: tuple[int, int] | str | None = None,
        dtype: Any = "uint8",
        pixelformat: str | None = None,
        input_params: Sequence[str] = (),
        output_params: Sequence[str] = (),
        print_info: bool = False,
    ) -> None:
        self.loop = bool(loop)
        self._resource = resource
        self._format = format
        self._total: int | None = None
        self._next = 0
        self._process: Process | None = None
        self._container: InputContainer | None = None
        self._frames: Iterator[VideoFrame] = iter(())
        self._first: VideoFrame | None = None
        self._doubted = False  # whether it was looked at whether the file is whole
        try:
            name = np.dtype(dtype).name
            self._painter = Painter(_FORMATS[name])
        except (TypeError, KeyError):
            raise option_error("dtype", dtype, "frames are uint8 or uint16") from None
        # What the container says comes from the library, which also keeps out what is no video.
        self._source = Source(resource, format)
        self._path = contextlib.ExitStack()
        try:
            path = self._path.enter_context(resource.as_path())
            self._arguments = self._command(
                str(path), fps, size, _FORMATS[name], pixelformat, input_params, output_params
            )
        except BaseException:
            self.close()
            raise
        if print_info:
            print(self._info())

    def _command(
        self,
        path: str,
        fps: float | Fraction | None,
        size: tuple[int, int] | str | None,
        pixels: str,
        camera: str | None,
        input_params: Sequence[str],
        output_params: Sequence[str],
    ) -> list[str]:
        """Return the arguments up to the output."""
        # Nothing but this file is opened, whatever it refers to.
        guards = ["-protocol_whitelist", "file,pipe", "-format_whitelist", WHITELIST]
        name = demuxer(self._format, self._resource.head(16))
        arguments = ["-nostdin", *guards, *(["-f", name] if name else [])]
        if camera is not None:
            raise option_error("pixelformat", camera, "a file has one already; cameras take it")
        arguments += [*texts(input_params, "input_params"), "-i", f"file:{path}", "-map", "0:V:0"]
        if fps is not None:
            arguments += ["-r", str(rate_of(fps))]
        else:
            arguments += ["-fps_mode", "passthrough"]
        if (wanted := size_of(size)) is not None:
            arguments += ["-s", f"{wanted[0]}x{wanted[1]}"]
        return [*arguments, *texts(output_params, "output_params"), "-pix_fmt", pixels]

    def _info(self) -> str:
        found = self.metadata(index=...)
        return "\n".join(f"{name}: {value}" for name, value in found.items())

    # -- frames ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start a process at the first frame."""
        self._stop()
        output = ["-c:v", "rawvideo", "-an", "-sn", "-dn", "-f", "nut", "pipe:1"]
        self._process = Process(["-v", "error", *self._arguments, *output])
        try:
            opened: InputContainer = av.open(
                cast(Any, _Pipe(self._process.pipe)), "r", format="nut"
            )
        except FFmpegError as error:
            raise self._failed("no frame came out", error) from None
        self._container = opened
        self._frames = opened.decode(video=0)
        self._next = 0

    def _read(self) -> VideoFrame | None:
        """Return the next frame; None at the end."""
        assert self._process is not None
        try:
            frame = next(self._frames, None)
        except FFmpegError as error:
            raise self._failed(f"frame {self._next} could not be decoded", error) from None
        if frame is None:
            status = self._process.finish()
            if status:
                raise self._failed(f"it ended after {self._next} frames", None)
            self._total = self._next
            self._doubt(self._process.error())
            return None
        self._next += 1
        return frame

    def _doubt(self, told: str) -> None:
        """Warn, once, of a file that ends too early, or of what FFmpeg said of it."""
        if self._doubted:
            return
        self._doubted = True
        if cut := self._source.missing():
            told = f"the file is cut, and lacks {cut:,} bytes; {self._next} frames came out of it"
        if told:
            warn(f"{self._resource.name}: {told}")

    def _failed(self, what: str, error: BaseException | None) -> DecodeError:
        assert self._process is not None
        self._process.finish(1.0)
        reason = self._process.error() or (said(error) if error else "no reason was given")
        return DecodeError(
            f"{self._resource.name}: {what}: {reason}", plugin="ffmpeg", format=self._format
        )

    def _get(self, index: int) -> VideoFrame:
        if index == 0 and self._first is not None:
            return self._first
        if self._process is None or index < self._next:
            self._begin()
        while (frame := self._read()) is not None:
            if self._next == 1:
                self._first = frame
            if self._next == index + 1:
                return frame
        if self._total == 0:
            raise DecodeError(f"{self._resource.name} has no frames", plugin="ffmpeg")
        raise FrameIndexError(
            f"{self._resource.name} has {self._total} frames; there is no frame {index}",
            plugin="ffmpeg",
        )

    # -- what core asks for ------------------------------------------------------------------------

    @property
    def default_index(self) -> EllipsisType:
        """All frames."""
        return ...

    def count(self) -> int | None:
        """Return how many frames there are, if they were counted."""
        return self._total

    def count_frames(self) -> int:
        """Return how many frames there are, by decoding all of them in a process of their own."""
        if self._total is None:
            output = ["-an", "-sn", "-dn", "-c:v", "wrapped_avframe", "-f", "framecrc", "pipe:1"]
            process = Process(["-v", "error", *self._arguments, *output])
            try:
                lines = sum(1 for line in process.pipe if not line.startswith(b"#"))
                if process.finish():
                    raise DecodeError(
                        f"{self._resource.name}: frames could not be counted: {process.error()}",
                        plugin="ffmpeg",
                    )
            finally:
                process.kill()
            self._total = lines
        return self._total

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode a frame.

        Parameters
        ----------
        index : int
            Which; ``None`` is all of them. One before the last that was read begins again.
        """
        assert isinstance(index, int)
        return self._painter.paint(self._get(index))

    def iter(self) -> Iterator[np.ndarray]:
        """Decode one frame after the other."""
        while True:
            number = 0
            while True:
                try:
                    frame = self._get(number)
                except FrameIndexError:
                    break
                yield self._painter.paint(frame)
                number += 1
            if not self.loop:
                return

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe what `read` returns; the first frame tells what parameters make of it."""
        if isinstance(index, int) and index and index >= self.count_frames():
            raise FrameIndexError(
                f"{self._resource.name} has {self._total} frames; there is no frame {index}",
                plugin="ffmpeg",
            )
        frame = self._get(0)
        how = self._painter.layout_for(frame.format.name)
        return ImageProperties(how.shape(frame.width, frame.height), how.dtype, axes="YXS")

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the file says of itself; of a frame the same.

        Parameters
        ----------
        index : int or ``...``
            Which frame.
        exclude_applied : bool
            Whether to leave out the rotation, which is applied.
        """
        turn = UPRIGHT
        if not exclude_applied and self._format in ("MP4", "MOV", "3GP"):
            turn = turn_of_track(self._source.file, self._source.stream.id)
        if isinstance(index, int) and index:
            self.properties(index=index)
        return of_file(self._source, self.count(), turn)

    def _stop(self) -> None:
        if self._container is not None:
            self._container.close()
            self._container = None
        self._frames = iter(())
        if self._process is not None:
            self._process.kill()
            self._process = None

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._source.close()
        self._path.close()


class _Pipe:
    """What comes out of a process: bytes that cannot be gone back to."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def read(self, size: int) -> bytes:
        return bytes(self._pipe.read1(size))


def texts(params: Sequence[str], name: str) -> list[str]:
    """Return a list of arguments as it was given, checked to be one."""
    if isinstance(params, str) or not isinstance(params, Sequence):
        raise OptionError(f"{name}={params!r} is not a list of arguments like ['-ss', '1']")
    return [str(p) for p in params]
