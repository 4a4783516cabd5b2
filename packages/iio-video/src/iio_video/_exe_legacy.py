"""The name of imageio 2.9 for FFmpeg's executable, if there is one.

Documentation of imageio 2.9, section 3.2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._exe import is_there
from ._legacy import EXTENSIONS, VideoFormat

__all__ = ["TABLE", "ExeFormat"]

Options = dict[str, Any]


class ExeFormat(VideoFormat):
    """Videos through the executable; the options are the documented ones."""

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for reading: an older name."""
        return _renamed(options, "input_params")

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for writing: an older name."""
        return _renamed(options, "output_params")


def _renamed(options: Mapping[str, Any], name: str) -> Options:
    made = dict(options)
    older = made.pop("ffmpeg_params", None)
    if older:
        made[name] = [*(made.get(name) or ()), *older]
    for key in ("input_params", "output_params"):
        if key in made and made[key] is None:
            del made[key]
    return made


_NAMES = ("FFMPEG", "FFMPEG-EXE") if is_there() else ("FFMPEG-EXE",)

TABLE = tuple(
    ExeFormat(
        name=name,
        modes="I",
        description="Many video formats and cameras, through FFmpeg's executable",
        extensions=EXTENSIONS,
    )
    for name in _NAMES
)
"""``FFMPEG``, and a name that always means the executable."""
