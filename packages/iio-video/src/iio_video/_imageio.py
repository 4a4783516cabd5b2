"""The methods that a session of imageio's plugin ``pyav`` has for writing, by the same names."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from iio_core import EncodeError

from ._settings import Settings

if TYPE_CHECKING:
    from ._filtering import Graph, Sequenced

__all__ = ["SessionMethods"]


class SessionMethods:
    """What imageio 2.38 documents for ``imopen(..., "w", plugin="pyav")``.

    Attributes
    ----------
    container_metadata, video_stream_metadata : dict of str
        The tags of the container and of the video stream; to be changed before the first frame.
    """

    _settings: Settings
    written: int
    container_metadata: dict[str, str]
    video_stream_metadata: dict[str, str]

    def write(self, image: np.ndarray) -> None:
        """Encode a frame."""
        raise NotImplementedError  # the writer does

    def init_video_stream(
        self,
        codec: str,
        *,
        fps: float | Fraction = 24,
        pixel_format: str | None = None,
        max_keyframe_interval: int | None = None,
        force_keyframes: bool | None = None,
    ) -> None:
        """Say how frames are going to be encoded.

        Parameters
        ----------
        codec : str
            The encoder, by FFmpeg's name.
        fps : float
            Frames per second.
        pixel_format : str, optional
            The pixel format that is encoded.
        max_keyframe_interval : int, optional
            How many frames there are from one keyframe to the next, at most.
        force_keyframes : bool, optional
            Whether every frame is one.

        Raises
        ------
        EncodeError
            If frames were written already.
        """
        if self.written:
            raise EncodeError("a video has one stream, and its first frame is written")
        options: dict[str, Any] = dict(self._settings.options or {})
        if max_keyframe_interval is not None:
            options["g"] = int(max_keyframe_interval)
        if force_keyframes:
            options["g"] = 1
        given = {"codec": codec, "fps": fps, "pixelformat": pixel_format, "options": options}
        self._settings = self._settings.changed(given, begun=False)

    def write_frame(self, frame: np.ndarray, *, pixel_format: str | None = None) -> None:
        """Encode a frame.

        Parameters
        ----------
        frame : numpy.ndarray
            As for `write`.
        pixel_format : str, optional
            What the array is, if its shape and dtype do not say it.
        """
        if pixel_format is not None:
            given = {"in_pixel_format": pixel_format}
            self._settings = self._settings.changed(given, begun=self.written > 0)
        self.write(frame)

    def set_video_filter(
        self,
        filter_sequence: Sequenced | None = None,
        filter_graph: Graph | None = None,
    ) -> None:
        """Have frames go through filters of FFmpeg's before they are encoded; without any, none.

        Parameters
        ----------
        filter_sequence, filter_graph : optional
            As for opening.

        Raises
        ------
        EncodeError
            If frames were written already.
        """
        if self.written:
            raise EncodeError("filters are set before the first frame is written")
        self._settings = self._settings.filtered(filter_sequence, filter_graph)
