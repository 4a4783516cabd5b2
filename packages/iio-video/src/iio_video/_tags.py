"""Tags: what containers note beside the pixels, and which of them they can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iio_core import MetadataWarning, is_derived, warn

__all__ = ["DESCRIBES", "kept"]

DESCRIBES = frozenset(
    {
        *("container", "codec", "long_codec", "profile", "video_format", "pixel_format", "size"),
        *("nframes", "duration", "bit_rate", "fps", "start_time", "rotation", "audio_codec"),
        *("pixel_aspect_ratio", "time", "pts", "key_frame", "frame_type", "interlaced_frame"),
        *("major_brand", "minor_version", "compatible_brands", "encoder", "handler_name"),
        *("vendor_id", "durations", "DURATION", "ENCODER", "language", "audio_codec", "plugin"),
        *("ffmpeg_version", "pix_fmt", "source_size", "rotate"),
    }
)
"""Entries that tell how a file is made: one that is written is made in its own way."""

# What movenc.c and riff.c of FFmpeg have a place for.
_BMFF = frozenset(
    {
        *("title", "artist", "album_artist", "composer", "album", "date", "comment", "genre"),
        *("copyright", "grouping", "lyrics", "description", "synopsis", "show", "episode_id"),
        *("network", "keywords"),
    }
)
_QUICKTIME = frozenset(
    {
        *("title", "artist", "album", "date", "comment", "genre", "copyright", "description"),
        *("composer", "make", "model"),
    }
)
_RIFF = frozenset({"title", "artist", "comment", "copyright", "date", "genre", "album", "track"})
_HELD: dict[str, frozenset[str] | None] = {
    "mp4": _BMFF,
    "mov": _QUICKTIME,
    "3gp": frozenset({"title", "artist", "comment", "copyright", "date", "genre", "album"}),
    "avi": _RIFF,
    "matroska": None,  # any
    "webm": None,
    "asf": frozenset({"title", "artist", "comment", "copyright", "genre", "album"}),
    "flv": None,
    "nut": None,
    "ogg": None,
}


def kept(metadata: Mapping[str, Any], muxer: str, name: str, told: set[str]) -> dict[str, str]:
    """Return the tags that a container takes; what it does not hold is told.

    Parameters
    ----------
    metadata : mapping
        As ``immeta`` returns it.
    muxer : str
        FFmpeg's name of the container.
    name : str
        The file, for messages.
    told : set of str
        What was told of the file already; what is told now is added.
    """
    held = _HELD.get(muxer, frozenset())
    tags: dict[str, str] = {}
    lost = []
    for key, value in metadata.items():
        if key in DESCRIBES:
            continue
        if isinstance(value, str | int | float) and (held is None or key in held):
            tags[str(key)] = str(value)
        elif key not in told and not is_derived(key, value):
            lost.append(str(key))
    if lost:
        told.update(lost)
        warn(f"{name}: {muxer} does not hold {', '.join(sorted(lost))}; left out", MetadataWarning)
    return tags
