"""Writing with FFmpeg's executable, which gets frames through a pipe."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal

import numpy as np

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

from ._encoding import has_alpha, input_format
from ._exe import Process, executable
from ._exe_reader import texts
from ._options import rate_of
from ._pace import milliseconds
from ._quality import check_quality
from ._tags import DESCRIBES

__all__ = ["ExeWriter", "Level"]

Level = Literal["quiet", "panic", "fatal", "error", "warning", "info", "verbose", "debug", "trace"]
_LEVELS = ("quiet", "panic", "fatal", "error", "warning", "info", "verbose", "debug", "trace")

# Said of files that are as they should be.
_HARMLESS = (
    "VBV buffer size not set",
    "If you want the mpeg file to be compliant",
    "Like DVD, VCD or others",
)


class ExeWriter:
    """Writes a video with FFmpeg's executable.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    fps, codec, quality, bitrate, pixelformat, input_params, output_params
        As for `FfmpegPlugin.open_writer`.
    ffmpeg_log_level, ffmpeg_timeout, macro_block_size
        As for `FfmpegPlugin.open_writer`.
    """

    def __init__(
        self,
        target: Target,
        format: str,
        *,
        fps: float | Fraction = 10,
        codec: str | None = None,
        quality: float | None = 5,
        bitrate: int | None = None,
        pixelformat: str | None = "yuv420p",
        input_params: Sequence[str] = (),
        output_params: Sequence[str] = (),
        ffmpeg_log_level: Level = "warning",
        ffmpeg_timeout: float | None = None,
        macro_block_size: int | None = 16,
    ) -> None:
        if ffmpeg_log_level not in _LEVELS:
            raise OptionError(
                f"ffmpeg_log_level={ffmpeg_log_level!r} is none of {', '.join(_LEVELS)}"
            )
        check_quality(quality)
        if bitrate is not None and not re.fullmatch(r"[1-9][0-9.]*[kKMG]?", str(bitrate)):
            raise OptionError(
                f"bitrate={bitrate!r}: it is a number of bits per second above 0: 2_000_000"
            )
        executable()  # what is not there is told before the first frame
        self._target = target
        self._format = format
        self._fps = rate_of(fps)
        self._codec = codec or ("msmpeg4" if format == "WMV" else "libx264")
        if codec is None and format == "WEBM":
            self._codec = "libvpx-vp9"
        self._quality = quality if bitrate is None else None
        self._bitrate = bitrate
        self._pixelformat = pixelformat
        self._input = texts(input_params, "input_params")
        self._output = texts(output_params, "output_params")
        self._level = ffmpeg_log_level
        self._timeout = ffmpeg_timeout or None
        self._block = macro_block_size or 1
        self._process: Process | None = None
        self._path = contextlib.ExitStack()
        self._kind: tuple[tuple[int, ...], str] | None = None
        self._written = 0

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Encode a frame.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 or uint16, ``(height, width)``, or with 3 or 4 channels.
        metadata : mapping, optional
            What FFmpeg's command line takes as ``-metadata`` is given as `output_params`.

        Raises
        ------
        EncodeError
            If it is no frame of a video, or of another kind than the first one.
        """
        kind = image.shape, image.dtype.name
        pixels = input_format(image, self._target.name)
        if self._kind is None:
            if lost := self._lost(metadata or {}):
                warn(
                    f"{self._target.name}: {', '.join(lost)} left out: tags are written with "
                    "output_params=['-metadata', 'title=...']",
                    MetadataWarning,
                )
            if image.dtype.itemsize > 1 and (self._pixelformat or "yuv420p") == "yuv420p":
                raise self._refused(
                    "yuv420p keeps 8 bits, and the array is uint16: name another pixelformat="
                )
            self._kind = kind
            self._start(image.shape[1], image.shape[0], pixels)
        elif kind != self._kind:
            raise self._refused(
                f"frame {self._written} is {image.shape} {image.dtype}, the first one is "
                f"{self._kind[0]} {self._kind[1]}"
            )
        self._check_alpha(image)
        assert self._process is not None
        try:
            self._process.pipe.write(np.ascontiguousarray(image).data)
        except OSError as error:
            self._process.finish(1.0)
            raise RuntimeError(self._process.error() or "ffmpeg has ended") from error
        self._written += 1

    @staticmethod
    def _lost(metadata: Mapping[str, Any]) -> list[str]:
        """Return the names of what is not written, and does not only describe another file."""
        lost = [n for n, v in metadata.items() if n not in DESCRIBES and not is_derived(n, v)]
        return lost + (["duration (fps= says the rate)"] if milliseconds(metadata) else [])

    def _check_alpha(self, image: np.ndarray) -> None:
        """Raise if transparency would be lost, unless `output_params` say what is encoded."""
        if image.ndim < 3 or image.shape[2] != 4 or "-pix_fmt" in self._output:
            return
        if self._pixelformat is None or has_alpha(self._pixelformat):
            return
        if int(image[..., 3].min()) != np.iinfo(image.dtype).max:
            raise self._refused(
                f"frame {self._written} is transparent in places, and {self._pixelformat} has no "
                "transparency. Write image[..., :3], or name a codec= and pixelformat= that have it"
            )

    def _refused(self, problem: str) -> EncodeError:
        return EncodeError(f"{self._target.name}: {problem}", plugin="ffmpeg", format=self._format)

    def _start(self, width: int, height: int, pixels: str) -> None:
        path = self._path.enter_context(self._target.as_path())
        command = ["-y", "-nostdin", "-v", self._level]
        command += ["-f", "rawvideo", "-pix_fmt", pixels, "-s", f"{width}x{height}"]
        command += ["-r", str(self._fps), *self._input, "-i", "pipe:0", "-an", "-c:v", self._codec]
        if self._pixelformat:
            command += ["-pix_fmt", self._pixelformat]
        if self._bitrate is not None:
            command += ["-b:v", str(self._bitrate)]
        elif self._quality is not None:
            command += _quality(self._codec, float(self._quality))
        command += self._scaled(width, height)
        command += [*self._output, f"file:{path}"]
        if self._level in ("info", "verbose", "debug", "trace"):
            print("FFMPEG command:", executable(), *command, file=sys.stderr)
        self._process = Process([a for a in command if a != "-nostdin"], reads=True)

    def _scaled(self, width: int, height: int) -> list[str]:
        """Return what makes the size a multiple of the block size; tell of it."""
        wanted = [-(-n // self._block) * self._block for n in (width, height)]
        if wanted == [width, height]:
            return []
        warn(
            f"{self._target.name}: frames of {width}x{height} are scaled to {wanted[0]}x"
            f"{wanted[1]}, as macro_block_size={self._block}; macro_block_size=1 keeps the size, "
            "if the codec can"
        )
        return ["-vf", f"scale={wanted[0]}:{wanted[1]}"]

    def close(self) -> None:
        """Finish the file."""
        if self._process is None:
            raise self._refused("no frame was written")
        status = self._process.finish(self._timeout)
        text = self._process.error()
        self._process.kill()
        if not status:
            lines = text.splitlines()
            text = "\n".join(li for li in lines if not any(h in li for h in _HARMLESS))
        if status:
            raise self._refused(f"ffmpeg has failed (status {status}): {text}")
        if text and self._level in ("info", "verbose", "debug", "trace"):
            print(text, file=sys.stderr)
        elif text:
            warn(f"{self._target.name}: ffmpeg: {text}")
        self._path.close()

    def abort(self) -> None:
        """Give up."""
        if self._process is not None:
            self._process.kill()
        with contextlib.suppress(OSError):
            self._path.close()


def _quality(codec: str, quality: float) -> list[str]:
    """Return the arguments for a quality from 0 to 10, as imageio has them."""
    loss = 1 - quality / 10
    if codec in ("libx264", "libx265"):
        return ["-crf", str(int(loss * 51))]
    if codec.startswith("libvpx"):
        return ["-crf", str(int(loss * 63)), "-b:v", "0"]
    return ["-qscale:v", str(int(loss * 30) + 1)]
