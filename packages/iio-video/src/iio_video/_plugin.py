"""The plugin ``pyav``: opens readers and writers for videos."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Literal

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._camera import open_camera
from ._filtering import Graph, Sequenced
from ._reader import VideoReader
from ._settings import Settings
from ._writer import VideoWriter

__all__ = ["PLUGIN", "PyavPlugin"]


class PyavPlugin:
    """Reads and writes videos through PyAV."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return VideoReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        fps: float | Fraction | None = None,
        loop: bool = False,
        stream: int = 0,
        on_error: Literal["raise", "stop", "ignore"] = "raise",
        thread_count: int = 0,
        thread_type: Literal["AUTO", "FRAME", "SLICE", "NONE"] | None = None,
        hwaccel: str | None = None,
        constant_framerate: bool = False,
    ) -> Reader:
        """Open a video.

        Parameters
        ----------
        resource : Resource
            What to read.
        format : str
            The name of its format.
        fps : float, optional
            Frames per second to read at: frames are repeated or left out, as FFmpeg's filter
            ``fps`` does it. By default each frame of the file once, whatever its times.
        loop : bool
            Whether the first frame comes again after the last one: iterating does not end.
        stream : int
            Which of several video streams.
        on_error : {"raise", "stop", "ignore"}
            What to do at a frame that is damaged: raise a `DecodeError`, end the video before it,
            or show what can be made out, as players do.
        thread_count : int
            How many threads decode; 0: one for each core.
        thread_type : {"AUTO", "FRAME", "SLICE", "NONE"}, optional
            Whether threads share frames or parts of a frame; by default both, as the codec can.
        hwaccel : str, optional
            Hardware that decodes, by FFmpeg's name: ``"cuda"``, ``"vaapi"``, ``"videotoolbox"``,
            and behind a colon which of several. What it cannot decode is decoded without it.
        constant_framerate : bool
            A promise that frames are evenly spaced: then a frame is looked for by its time, and
            packets are not read before. Where none begins just then, they are.
        """
        return VideoReader(
            resource,
            format,
            fps=fps,
            loop=loop,
            stream=stream,
            on_error=on_error,
            thread_count=thread_count,
            thread_type=thread_type,
            hwaccel=hwaccel,
            constant_framerate=constant_framerate,
        )

    def open_reader_for(self, format: str | None, /) -> Callable[..., Reader]:
        """Return what opens a format, with its options: a camera has others than a file."""
        return open_camera if format == "WEBCAM" else self.open_reader

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return VideoWriter

    def open_writer(
        self,
        target: Target,
        format: str,
        /,
        *,
        fps: float | Fraction | None = None,
        codec: str | None = None,
        quality: float | None = None,
        bitrate: int | None = None,
        pixelformat: str | None = None,
        out_pixel_format: str | None = None,
        in_pixel_format: str | None = None,
        macro_block_size: int | None = None,
        odd_size: Literal["pad", "scale", "error"] | None = None,
        options: Mapping[str, Any] | None = None,
        filter_sequence: Sequenced | None = None,
        filter_graph: Graph | None = None,
        container: str | None = None,
        container_options: Mapping[str, Any] | None = None,
        audio_from: Any = None,
        fragmented: bool = False,
        thread_count: int = 0,
        thread_type: Literal["AUTO", "FRAME", "SLICE", "NONE"] | None = None,
    ) -> Writer:
        """Open a video to be written.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        fps : float, optional
            Frames per second; by default what the metadata of the first frame says (``fps``, or
            the milliseconds that frames of an animation are shown, ``duration``), else 24.
        codec : str, optional
            The encoder, by FFmpeg's name: ``"libx264"``, ``"libx265"``, ``"libvpx-vp9"``,
            ``"libsvtav1"``, ``"ffv1"``; by default what is usual in the container.
        quality : float, optional
            0 to 10, the best that the encoder has; by default what the encoder takes for good.
        bitrate : int, optional
            Bits per second, instead of a quality.
        pixelformat, out_pixel_format : str, optional
            The pixel format that is encoded: ``"yuv444p"``, ``"yuv420p10le"``. By default the one
            that all players know, of a codec without loss the one that keeps every value. Naming
            one is consent to what it does not hold.
        in_pixel_format : str, optional
            What the arrays are; by default gray, RGB or RGBA of 8 or 16 bits, as their shape and
            dtype say.
        macro_block_size : int, optional
            Scale frames so that width and height are multiples of this. By default only sizes that
            the encoder does not take are changed, and that is warned of.
        odd_size : {"pad", "scale", "error"}, optional
            What to do with frames whose size the encoder does not take: repeat their last row and
            column (the default), scale them, or refuse them.
        options : mapping, optional
            The encoder's own options, ``{"crf": 18, "preset": "slow"}``.
        filter_sequence, filter_graph : optional
            Filters of FFmpeg's that frames go through before they are encoded.
        container : str, optional
            FFmpeg's name of the container, where the extension does not say it.
        container_options : mapping, optional
            Its own options, ``{"movflags": "faststart"}``.
        audio_from : str, os.PathLike, bytes or file object, optional
            A file whose sound is taken over, as it is, as long as the video is.
        fragmented : bool
            Whether what is written can be played at any moment, also if this process is killed: an
            MP4 in fragments, any other container written through at once.
        thread_count : int
            How many threads encode; 0: as many as the encoder thinks fit.
        thread_type : {"AUTO", "FRAME", "SLICE", "NONE"}, optional
            What threads share.
        """
        settings = Settings(
            fps=fps,
            codec=codec,
            quality=quality,
            bitrate=bitrate,
            pixelformat=pixelformat,
            out_pixel_format=out_pixel_format,
            in_pixel_format=in_pixel_format,
            macro_block_size=macro_block_size,
            odd_size=odd_size,
            options=options,
            filter_sequence=filter_sequence,
            filter_graph=filter_graph,
        )
        return VideoWriter(
            target,
            format,
            settings,
            container=container,
            container_options=container_options,
            audio_from=audio_from,
            fragmented=fragmented,
            thread_count=thread_count,
            thread_type=thread_type,
        )


PLUGIN = PyavPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
