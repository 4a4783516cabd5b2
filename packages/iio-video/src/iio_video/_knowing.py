"""What a file says of itself beside its pixels."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from ._source import Source
from ._turning import Turn

__all__ = ["duration_of", "of_file", "of_frame", "rate_of_stream"]

# Values of ITU-T H.273, which FFmpeg numbers alike; 2 stands for what is not said.
_UNSPECIFIED = 2


def rate_of_stream(stream: VideoStream) -> Fraction | None:
    """Return the frames per second, as far as the container says or shows it."""
    return stream.guessed_rate or stream.average_rate or stream.base_rate


def duration_of(source: Source) -> float | None:
    """Return the seconds that the video lasts, as its container says."""
    stream = source.stream
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if source.container.duration:
        return source.container.duration / 1_000_000
    return None


def of_file(source: Source, total: int | None, turn: Turn) -> dict[str, Any]:
    """Return what is said of a whole file."""
    stream, container = source.stream, source.container
    context = stream.codec_context
    found: dict[str, Any] = {
        "container": container.format.name,
        "codec": stream.codec.name,
        "long_codec": stream.codec.long_name,
        "profile": stream.profile,
        "video_format": context.pix_fmt,
        "pixel_format": context.pix_fmt,
        "size": (context.width, context.height),
        "nframes": total,
        "duration": duration_of(source),
        "bit_rate": stream.codec_context.bit_rate or container.bit_rate or None,
    }
    rate = rate_of_stream(stream)
    if rate:
        found["fps"] = float(rate)
    if stream.start_time and stream.time_base:
        found["start_time"] = float(stream.start_time * stream.time_base)
    if turn:
        found["rotation"] = turn.degrees
    ratio = context.sample_aspect_ratio
    if ratio and ratio != 1:
        found["pixel_aspect_ratio"] = float(ratio)
    audio = [s for s in container.streams.audio if s.codec_context is not None]
    if audio:
        found["audio_codec"] = audio[0].codec_context.name
    _add_tags(found, source)
    return {name: value for name, value in found.items() if value is not None}


def _add_tags(found: dict[str, Any], source: Source) -> None:
    """Add the tags of container and stream, in lower case as everywhere but in Matroska."""
    for tags in (source.container.metadata, source.stream.metadata):
        for name, value in tags.items():
            found.setdefault(name.lower() if name.isupper() else name, value)


def of_frame(frame: VideoFrame, source: Source) -> dict[str, Any]:
    """Return what is said of one frame, and the tags of the file that it is in."""
    found: dict[str, Any] = {
        "time": frame.time,
        "pts": frame.pts,
        "key_frame": bool(frame.key_frame),
        "frame_type": PictureType(frame.pict_type).name,
        "interlaced_frame": bool(frame.interlaced_frame),
        "pixel_format": frame.format.name,
    }
    rate = rate_of_stream(source.stream)
    if rate:
        found["fps"] = float(rate)
    tags: dict[str, str] = getattr(frame, "metadata", {})  # PyAV 18.1 and newer
    for name, value in tags.items():
        found.setdefault(name, value)
    _add_tags(found, source)
    return {name: value for name, value in found.items() if value is not None}
