"""The plugin ``ffmpeg``: FFmpeg's executable, with all that its command line takes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._exe_reader import ExeReader
from ._exe_writer import ExeWriter, Level

__all__ = ["PLUGIN", "FfmpegPlugin"]


class FfmpegPlugin:
    """Reads and writes videos with FFmpeg's executable."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return ExeReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        fps: float | Fraction | None = None,
        loop: bool = False,
        size: tuple[int, int] | str | None = None,
        dtype: Any = "uint8",
        pixelformat: str | None = None,
        input_params: Sequence[str] = (),
        output_params: Sequence[str] = (),
        print_info: bool = False,
    ) -> Reader:
        """Open a video.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        fps : float, optional
            Frames per second to read at; by default each frame once.
        loop : bool
            Whether the first frame comes again after the last one.
        size : tuple or str, optional
            Width and height to scale to.
        dtype : {"uint8", "uint16"}
            Of the arrays, which are RGB.
        pixelformat : str, optional
            Of a camera; a file has its own.
        input_params, output_params : sequence of str
            Further arguments of FFmpeg's, before and after its ``-i``. They are yours: with them it
            may read or write whatever you may.
        print_info : bool
            Whether to print what is known of the video.
        """
        return ExeReader(
            resource,
            format,
            fps=fps,
            loop=loop,
            size=size,
            dtype=dtype,
            pixelformat=pixelformat,
            input_params=input_params,
            output_params=output_params,
            print_info=print_info,
        )

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return ExeWriter

    def open_writer(
        self,
        target: Target,
        format: str,
        /,
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
    ) -> Writer:
        """Open a video to be written.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        fps : float
            Frames per second.
        codec : str, optional
            The encoder; by default ``libx264``, of WMV ``msmpeg4``, of WebM ``libvpx-vp9``.
        quality : float, optional
            0 to 10, the best; None leaves it to `output_params`.
        bitrate : int, optional
            Bits per second, instead of a quality.
        pixelformat : str, optional
            The pixel format that is encoded.
        input_params, output_params : sequence of str
            Further arguments of FFmpeg's, before and after its ``-i``.
        ffmpeg_log_level : str
            How much FFmpeg tells: ``"quiet"`` to ``"debug"``. Up to ``"warning"`` it becomes a
            warning; from ``"info"`` on the command and what it says are printed.
        ffmpeg_timeout : float, optional
            The seconds that it may take to finish; by default as long as it needs.
        macro_block_size : int, optional
            Frames are scaled so that width and height are multiples of this, which is warned of; 1
            or None: as they are.
        """
        return ExeWriter(
            target,
            format,
            fps=fps,
            codec=codec,
            quality=quality,
            bitrate=bitrate,
            pixelformat=pixelformat,
            input_params=input_params,
            output_params=output_params,
            ffmpeg_log_level=ffmpeg_log_level,
            ffmpeg_timeout=ffmpeg_timeout,
            macro_block_size=macro_block_size,
        )


PLUGIN = FfmpegPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
