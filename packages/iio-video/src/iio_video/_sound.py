"""The sound of another file, taken over as it is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError
from av.packet import Packet

import iio_core as iio

from ._failures import said
from ._source import Source

__all__ = ["Sound"]


class Sound:
    """The first audio stream of a file, packet by packet.

    Parameters
    ----------
    uri : str, os.PathLike, bytes or file object
        Whatever iio reads as a video.
    """

    def __init__(self, uri: Any) -> None:
        self._session = iio.imopen(uri, "r", plugin="pyav")
        source: Source = self._session.source
        found = source.container.streams.audio
        if not found:
            self.close()
            raise iio.OptionError(f"audio_from={uri!r}: it has no sound")
        self._stream: AudioStream = found[0]
        self._packets = self._read(source)
        self._next: Packet[Any] | None = None
        self._sink: Any = None

    def _read(self, source: Source) -> Iterator[Packet[Any]]:
        source.listen_to(self._stream)
        try:
            for packet in source.container.demux(self._stream):
                if packet.dts is not None:
                    yield packet
        except FFmpegError as error:
            raise iio.EncodeError(f"the sound could not be read: {said(error)}") from error

    def add_to(self, container: OutputContainer) -> None:
        """Add a stream for it to a container.

        Raises
        ------
        EncodeError
            If the container does not hold such sound.
        """
        try:
            self._sink = container.add_stream_from_template(self._stream)
        except (FFmpegError, ValueError) as error:
            raise iio.EncodeError(
                f"audio_from: {container.format.name} does not hold "
                f"{self._stream.codec_context.name}, and sound is not encoded anew: {said(error)}"
            ) from None

    def write(self, container: OutputContainer, until: Fraction) -> None:
        """Write what is heard before a time, in seconds."""
        while True:
            packet = self._next or next(self._packets, None)
            self._next = None
            if packet is None:
                return
            if (packet.dts or 0) * (packet.time_base or Fraction(0)) >= until:
                self._next = packet
                return
            packet.stream = self._sink
            container.mux(packet)

    def close(self) -> None:
        """Close the file."""
        self._session.close()
