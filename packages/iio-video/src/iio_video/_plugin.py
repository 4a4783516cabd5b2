"""The plugin ``pyav``: opens readers and writers for videos."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from iio_core import Reader, ReadPlugin, Resource

from ._reader import VideoReader

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
        stream: int = 0,
        on_error: Literal["raise", "stop", "ignore"] = "raise",
        thread_count: int = 0,
        thread_type: Literal["AUTO", "FRAME", "SLICE", "NONE"] | None = None,
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
        stream : int
            Which of several video streams.
        on_error : {"raise", "stop", "ignore"}
            What to do at a frame that is damaged: raise a `DecodeError`, end the video before it,
            or show what can be made out, as players do.
        thread_count : int
            How many threads decode; 0: one for each core.
        thread_type : {"AUTO", "FRAME", "SLICE", "NONE"}, optional
            Whether threads share frames or parts of a frame; by default both, as the codec can.
        """
        return VideoReader(
            resource,
            format,
            fps=fps,
            stream=stream,
            on_error=on_error,
            thread_count=thread_count,
            thread_type=thread_type,
        )


PLUGIN = PyavPlugin()
_reads: ReadPlugin = PLUGIN
