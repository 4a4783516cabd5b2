"""Writing videos, a frame at a time."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, NoReturn

import av
import numpy as np
from av.codec import Codec
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from av.video.stream import VideoStream

from iio_core import (
    EncodeError,
    MetadataWarning,
    OptionError,
    Target,
    held_interrupts,
    is_derived,
    warn,
)

from ._encoding import encoder, has_alpha, input_format, muxer, output_format, steps
from ._failures import said
from ._filtering import Filters, Graph, Sequenced
from ._framing import frame_of, padded
from ._imageio import SessionMethods
from ._options import rate_of
from ._pace import Pace
from ._pixels import Painter
from ._quality import quiet, set_quality
from ._settings import Settings
from ._sink import Sink, refuse
from ._sound import Sound
from ._tags import kept

__all__ = ["VideoWriter"]

_FPS = 24


class VideoWriter(SessionMethods):
    """Writes a video. All its frames have one size, and are encoded as they come.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    settings : Settings
        What was asked for when it was opened.
    container, container_options, audio_from, fragmented, thread_count, thread_type
        As for `PyavPlugin.open_writer`.
    """

    def __init__(
        self,
        target: Target,
        format: str,
        settings: Settings,
        *,
        container: str | None = None,
        container_options: Mapping[str, Any] | None = None,
        audio_from: Any = None,
        fragmented: bool = False,
        thread_count: int = 0,
        thread_type: str | None = None,
    ) -> None:
        self._target = target
        self._format = format
        self._settings = settings
        self._muxer = muxer(format, target.extension, container)
        self._fragmented = bool(fragmented)
        self._sound = None if audio_from is None else Sound(audio_from)
        self._threads = int(thread_count), thread_type
        self.video_stream_metadata: dict[str, str] = {}
        self._sink = Sink(target.open(), flush=self._fragmented)
        self._container = self._open(container_options or {})
        self.container_metadata: dict[str, str] = self._container.metadata
        self._stream: VideoStream | None = None
        self._reformatter = VideoReformatter()
        self._pipe = Filters().pipe()
        self._shape: tuple[tuple[int, ...], str] | None = None
        self._given = self._encoded = ""
        self._fps = Fraction(_FPS)
        self._codec: Codec
        self._padded = self._scaled = False
        self._told: set[str] = set()  # metadata whose loss was warned of
        self._pace = Pace(target.name)
        self.written = 0

    def _open(self, given: Mapping[str, Any]) -> OutputContainer:
        options = {str(k): str(v) for k, v in given.items()}
        if self._fragmented:
            if self._muxer in ("mp4", "mov", "3gp", "ipod", "ismv", "f4v"):
                flags = options.get("movflags", "")
                more = "+frag_keyframe+empty_moov+default_base_moof+delay_moov"
                options["movflags"] = f"{flags}{more}"
            options["flush_packets"] = "1"
        try:
            return av.open(
                self._sink,
                "w",
                format=self._muxer,
                container_options=options,
                io_open=refuse,
            )
        except (FFmpegError, ValueError) as error:
            raise OptionError(
                f"container={self._muxer!r}: FFmpeg has no such container ({said(error)})"
            ) from None

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
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
    ) -> None:
        """Encode a frame. What is said with the first one holds for all.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 or uint16, ``(height, width)`` or ``(height, width, 3)``; with 4 channels where
            the codec has transparency, or all of it is opaque.
        metadata : mapping, optional
            Tags: ``title``, ``artist``, ``comment``, and what else the container holds; ``fps``,
            or ``duration`` of an animation, counts where the option is not given.
        fps, codec, quality, bitrate, pixelformat, out_pixel_format, in_pixel_format
            As for `PyavPlugin.open_writer`.
        macro_block_size, odd_size, options, filter_sequence, filter_graph
            As for `PyavPlugin.open_writer`.

        Raises
        ------
        EncodeError
            If it is no frame of a video, has another shape than the first one, or would lose bits
            or transparency.
        OptionError
            If there is no such codec or pixel format, or an option changes after the first frame.
        """
        given = {
            "fps": fps,
            "codec": codec,
            "quality": quality,
            "bitrate": bitrate,
            "pixelformat": pixelformat,
            "out_pixel_format": out_pixel_format,
            "in_pixel_format": in_pixel_format,
            "macro_block_size": macro_block_size,
            "odd_size": odd_size,
            "options": options,
            "filter_sequence": filter_sequence,
            "filter_graph": filter_graph,
        }
        self._settings = self._settings.changed(given, begun=self.written > 0)
        self._take(metadata or {})
        if self._shape is None:
            self._begin(image)
        self._check(image)
        frame = frame_of(image, self._given, self._target.name)
        frame.pts, frame.time_base = self.written, 1 / self._fps
        for filtered in self._pipe.push(frame):
            self._put(filtered)
        self.written += 1

    # -- before the first frame -----------------------------------------------------------------

    def _take(self, metadata: Mapping[str, Any]) -> None:
        """Note tags for the container: its header is written with the first frame."""
        if not metadata:
            return
        if self.written:
            self._pace.check(metadata)
        elif self._settings.fps is None:
            rate = self._pace.rate(metadata)
            self._settings = self._settings.changed({"fps": rate}, begun=False)
        tags = kept(metadata, self._muxer, self._target.name, self._told)
        if self.written:
            has = self.container_metadata
            late = [k for k, v in tags.items() if has.get(k) != v and not is_derived(k, v)]
            late = [k for k in late if k not in self._told]
            if late:
                self._told.update(late)
                warn(
                    f"{self._target.name}: {', '.join(late)} came after the first frame, when the "
                    "header was written; left out",
                    MetadataWarning,
                )
            return
        self.container_metadata |= tags

    def _begin(self, image: np.ndarray) -> None:
        """Choose codec and pixel format; what is refused is refused here."""
        settings, name = self._settings, self._target.name
        self._fps = rate_of(_FPS if settings.fps is None else settings.fps)
        self._given = settings.in_pixel_format or input_format(image, name)
        self._codec = encoder(self._format, self._target.extension, settings.codec, self._fps)
        filters = Filters(settings.filter_sequence, settings.filter_graph)
        self._pipe = filters.pipe()
        self._encoded = output_format(self._codec, self._given, settings.pixels, name, self._muxer)
        if not filters:
            frame = frame_of(image, self._given, name)
            self._open_stream(frame.width, frame.height)
        self._shape = image.shape, image.dtype.name

    def _open_stream(self, width: int, height: int) -> VideoStream:
        """Open the encoder for frames of a size, which is the first time that it is known."""
        size = self._size(self._codec, self._encoded, width, height)
        self._padded = size != (width, height) and not self._scaled
        self._stream = self._add(self._codec, self._encoded, self._fps, *size)
        return self._stream

    def _size(self, codec: Codec, format: str, width: int, height: int) -> tuple[int, int]:
        """Return the size that is encoded, and warn if it is not that of the frames."""
        settings = self._settings
        columns, rows = steps(codec, format)
        if settings.macro_block_size is not None:
            columns = rows = max(settings.macro_block_size, 1)
            if settings.macro_block_size == 1:
                columns, rows = 1, 1
        wanted = -(-width // columns) * columns, -(-height // rows) * rows
        if wanted == (width, height):
            return wanted
        how = settings.odd_size or ("pad" if settings.macro_block_size is None else "scale")
        reason = (
            f"{codec.name} with {format} takes multiples of {columns}x{rows} pixels"
            if settings.macro_block_size is None
            else f"macro_block_size={columns}"
        )
        if how == "error":
            raise self._refused(
                f"frames of {width}x{height}: {reason}. odd_size='pad' or 'scale' makes them fit"
            )
        self._scaled = how == "scale"
        done = "scaled" if self._scaled else "padded at the right and the bottom"
        warn(
            f"{self._target.name}: frames of {width}x{height} are {done} to "
            f"{wanted[0]}x{wanted[1]}, as {reason}. Choose with odd_size='pad', 'scale' or "
            "'error', with pixelformat='yuv444p', or macro_block_size=1 to keep the size"
        )
        return wanted

    def _add(
        self, codec: Codec, format: str, fps: Fraction, width: int, height: int
    ) -> VideoStream:
        """Add the video stream to the container and open its encoder."""
        settings = self._settings
        options = {str(k): str(v) for k, v in (settings.options or {}).items()}
        try:
            stream = self._container.add_stream(codec.name, rate=fps)
        except ValueError as error:
            raise self._not_held(codec, error) from None
        assert isinstance(stream, VideoStream)
        try:
            stream.width, stream.height, stream.pix_fmt = width, height, format
            stream.time_base = 1 / fps
            stream.metadata.update(self.video_stream_metadata)
            context = stream.codec_context
            context.thread_count = self._threads[0]
            if self._threads[1] is not None:
                context.thread_type = self._threads[1]
            if settings.bitrate is not None:
                stream.bit_rate = int(settings.bitrate)
            elif settings.quality is not None:
                options = set_quality(stream, codec.name, settings.quality) | options
            context.options = quiet(codec.name, options)
            context.open()
            unknown = sorted(set(context.options) & set(options))
        except (FFmpegError, ValueError, TypeError) as error:
            self._fail(codec, format, fps, width, height, error)
        if unknown:
            raise OptionError(f"options: the encoder {codec.name} has no {', '.join(unknown)}")
        if self._sound is not None:
            self._sound.add_to(self._container)
        try:
            self._container.start_encoding()
        except (FFmpegError, ValueError) as error:
            raise self._not_held(codec, error) from None
        return stream

    def _not_held(self, codec: Codec, error: BaseException) -> EncodeError:
        other = "" if self._muxer == "matroska" else ", or write Matroska (.mkv), which holds most"
        return self._refused(
            f"the container {self._muxer} does not hold what {codec.name} encodes ({said(error)}): "
            f"choose another codec={other}"
        )

    def _fail(
        self,
        codec: Codec,
        format: str,
        fps: Fraction,
        width: int,
        height: int,
        error: BaseException,
    ) -> NoReturn:
        rate = f"{float(fps):g}"
        raise self._refused(
            f"the encoder {codec.name} does not take frames of {width}x{height} in {format} at "
            f"{rate} per second with these options: {said(error)}"
        ) from None

    def _refused(self, problem: str) -> EncodeError:
        return EncodeError(f"{self._target.name}: {problem}", plugin="pyav", format=self._format)

    # -- each frame -------------------------------------------------------------------------------

    def _check(self, image: np.ndarray) -> None:
        assert self._shape is not None
        if (image.shape, image.dtype.name) != self._shape:
            shape, dtype = self._shape
            raise self._refused(
                f"frame {self.written} is {image.shape} {image.dtype}, the first one is {shape} "
                f"{dtype}: all frames of a video are of one kind. Scale or pad it first"
            )
        if self._given in ("rgba", "rgba64le") and not has_alpha(self._encoded):
            opaque = np.iinfo(image.dtype).max
            if int(image[..., 3].min()) != opaque:
                raise self._refused(
                    f"frame {self.written} is transparent in places, and {self._encoded} has no "
                    "transparency. Write image[..., :3], or choose a codec and pixel format that "
                    "have it: .webm with pixelformat='yuva420p', .mkv with codec='ffv1', .mov with "
                    "codec='qtrle' or 'png'"
                )

    def _put(self, frame: VideoFrame) -> None:
        """Encode a frame that came out of the filters."""
        stream = self._stream or self._open_stream(frame.width, frame.height)
        width, height = stream.width, stream.height
        if self._padded:
            image = self._painter.paint(frame)
            frame = frame_of(padded(image, width, height), self._given, self._target.name)
        resized = (frame.width, frame.height) != (width, height)
        self._encode(
            self._reformatter.reformat(
                frame,
                width,
                height,
                self._encoded,
                interpolation=Interpolation.BICUBIC if resized else None,
            )
        )

    def _encode(self, frame: VideoFrame | None) -> None:
        assert self._stream is not None
        if frame is not None:
            frame.pts = self._count
            frame.time_base = self._stream.codec_context.time_base
            self._count += 1
        with held_interrupts():  # FFmpeg calls Python back, which is no place for Ctrl-C
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
            if self._sound is not None:
                self._sound.write(self._container, self._count / self._fps)

    @property
    def _painter(self) -> Painter:
        return Painter(self._given)

    _count = 0  # frames that the encoder has got

    def close(self) -> None:
        """Encode what the encoder still has, and finish the file."""
        for frame in self._pipe.finish():
            self._put(frame)
        if self._stream is None:
            raise self._refused("the filters let no frame through")
        self._encode(None)
        self._container.close()
        if self._sound is not None:
            self._sound.close()

    def abort(self) -> None:
        """Give up."""
        self._sink.closed = True
        self._container.close()
        if self._sound is not None:
            self._sound.close()
