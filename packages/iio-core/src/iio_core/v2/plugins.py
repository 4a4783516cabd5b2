"""The name ``imageio.plugins``. Backends come with their wheels: nothing is downloaded."""

from __future__ import annotations

from typing import Any, NoReturn

from .._errors import NoPluginError

__all__ = ["ffmpeg", "freeimage"]


class _Backend:
    """A backend that imageio 2.9 downloads by itself."""

    def __init__(self, name: str, instead: str) -> None:
        self._name = name
        self._instead = instead

    def download(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise: iio downloads no program and no library."""
        raise NoPluginError(f"iio downloads no {self._name}: {self._instead}")


ffmpeg = _Backend("ffmpeg", "what reads videos comes with its wheel")
freeimage = _Backend("FreeImage", "the formats that it reads come with other wheels")
