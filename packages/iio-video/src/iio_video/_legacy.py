"""The name and options of imageio 2.9 for videos, served by PyAV.

Documentation of imageio 2.9, section 3.2.4. ``FFMPEG`` is the executable's name where the plugin
``ffmpeg`` finds one; without it, it is this.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format, ImageProperties, ReadSession

__all__ = ["EXTENSIONS", "TABLE", "VideoFormat", "described"]

Options = dict[str, Any]

EXTENSIONS = (
    *(".mov", ".avi", ".mpg", ".mpeg", ".mp4", ".mkv", ".webm", ".wmv", ".m4v", ".flv", ".ogv"),
    *(".ts", ".mts", ".m2ts", ".3gp", ".gif", ".apng"),
)

# Of FFmpeg's command line, what is an option of the encoder by the same or another name.
_OF_ENCODER = {
    "-crf": "crf",
    "-preset": "preset",
    "-tune": "tune",
    "-profile:v": "profile",
    "-level": "level",
    "-g": "g",
    "-bf": "bf",
    "-x264-params": "x264-params",
    "-x265-params": "x265-params",
}
_OF_OURS = {"-pix_fmt": "pixelformat", "-b:v": "bitrate", "-vcodec": "codec", "-c:v": "codec"}


class VideoFormat(LegacyFormat):
    """Videos by their name of imageio 2.9."""

    def names(self, *, writing: bool) -> tuple[str, ...]:
        """Return the names of the options."""
        if writing:
            return (
                *("fps", "codec", "bitrate", "pixelformat", "quality", "macro_block_size"),
                *("input_params", "output_params", "ffmpeg_params", "ffmpeg_log_level"),
            )
        return ("fps", "loop", "size", "dtype", "pixelformat", "input_params", "output_params")

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for reading."""
        made = _without_empty(options)
        if "dtype" in made:
            made["format"] = _format_of(made.pop("dtype"))
        if made.get("print_info") in (False, None):
            made.pop("print_info", None)
        return made

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for writing, with the defaults of imageio 2.9."""
        made = _without_empty(options)
        made.pop("ffmpeg_log_level", None)  # nothing is written to the terminal
        made.pop("ffmpeg_timeout", None)  # there is no process to wait for
        made.setdefault("fps", 10)
        if made.get("bitrate") is None and "quality" not in made:
            made["quality"] = 5
        elif made.get("bitrate") is not None:
            made.pop("quality", None)
        if made.get("quality", 0) is None:
            del made["quality"]
        made["macro_block_size"] = made.get("macro_block_size", 16) or 1
        params = made.pop("output_params", None) or made.pop("ffmpeg_params", None)
        if params is not None:
            translated = _translated(list(params))
            if translated is None:  # whoever runs FFmpeg's command line knows more
                made["output_params"] = params
            else:
                made |= translated
                if "crf" in made.get("options", {}):
                    made.pop("quality", None)
        return made

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image that a video holds: without transparency, unless it is asked for."""
        image = super().prepare(image, format, options)
        asked = str(options.get("pixelformat") or ""), str(options.get("codec") or "")
        keeps = "a" in asked[0].replace("gray", "") or asked[1] in ("ffv1", "qtrle", "png")
        if image.ndim == 3 and image.shape[2] == 4 and not keeps:
            if int(image[..., 3].min()) != 255:
                from iio_core.v2.core import warn_of_loss

                warn_of_loss("the transparency of a frame is left out of the video")
            return image[..., :3]
        return image

    def count(self, session: ReadSession, mode: str) -> int | None:
        """Return how many frames there are: counted for a loop, else if that is known."""
        if getattr(session, "loop", False):
            return int(session.count_frames())
        return session.count()

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return a frame; in a loop the first one comes after the last."""
        if index and getattr(session, "loop", False):
            index %= int(session.count_frames())
        return session.read(index=index, **options)

    def iter(
        self, session: ReadSession, mode: str, options: Mapping[str, Any]
    ) -> Iterator[np.ndarray[Any, Any]] | None:
        """Iterate over the frames once."""
        if getattr(session, "loop", False):
            return None
        return session.iter(**options)

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe a frame; all are alike."""
        return session.properties(index=0, **options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> Options:
        """Return the documented entries; those of a frame are those of the file."""
        made = described(session.metadata(index=...))
        shape = session.properties(index=0, **options).shape
        made["size"] = (shape[1], shape[0])
        count = self.count(session, mode)
        made["nframes"] = float("inf") if count is None else count
        return made


def described(found: Options) -> Options:
    """Return metadata by the names of imageio 2.9 as well."""
    return {
        **found,
        "plugin": "ffmpeg",
        "pix_fmt": found.get("pixel_format"),
        "source_size": found.get("size"),
        "rotate": found.get("rotation", 0),
        "fps": found.get("fps", 0.0),
        "duration": found.get("duration", 0.0),
    }


def _without_empty(options: Mapping[str, Any]) -> Options:
    """Leave out lists of parameters that have nothing in them."""
    lists = ("input_params", "output_params", "ffmpeg_params")
    return {k: v for k, v in options.items() if not (k in lists and not v)}


def _format_of(dtype: Any) -> str:
    import numpy as np

    from iio_core import OptionError

    formats = {"uint8": "rgb24", "uint16": "rgb48"}
    try:
        return formats[np.dtype(dtype).name]
    except (TypeError, KeyError):
        raise OptionError(f"dtype={dtype!r}: frames are uint8 or uint16") from None


def _translated(params: list[Any]) -> Options | None:
    """Return FFmpeg's parameters as options of ours; None if one of them is not known."""
    made: Options = {}
    encoder: Options = {}
    while params:
        name = str(params.pop(0))
        if not params or (name not in _OF_ENCODER and name not in _OF_OURS):
            return None
        value = str(params.pop(0))
        if name in _OF_ENCODER:
            encoder[_OF_ENCODER[name]] = value
        elif name == "-b:v":
            made["bitrate"] = _bits(value)
        else:
            made[_OF_OURS[name]] = value
    return {**made, **({"options": encoder} if encoder else {})}


def _bits(text: str) -> int:
    unit = {"k": 1000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    return int(float(text[:-1] if unit > 1 else text) * unit)


TABLE = (
    VideoFormat(
        name="FFMPEG",
        modes="I",
        description="Many video formats and cameras",
        extensions=EXTENSIONS,
    ),
)
"""The name of imageio 2.9 for videos."""
