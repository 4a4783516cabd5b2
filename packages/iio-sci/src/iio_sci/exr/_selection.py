"""Which channels of a part make the image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from iio_core import DecodeError, OptionError

from ._header import Channel, Part

__all__ = ["Selection", "select"]

_COLORS = ("R", "G", "B")
_CHROMA = ("Y", "RY", "BY")


@dataclass(frozen=True)
class Selection:
    """Channels in the order of the image.

    Attributes
    ----------
    channels : tuple of Channel
        Which.
    dtype : numpy.dtype
        What holds them all.
    chroma : bool
        Whether they are luma and chroma, of which red, green and blue are made.
    prefix : str
        The name of their layer, with its dot.
    """

    channels: tuple[Channel, ...]
    dtype: np.dtype[Any]
    chroma: bool = False
    prefix: str = ""

    @property
    def width(self) -> int:
        """How many channels the image has."""
        return len(self.channels)


def select(part: Part, channels: str | Sequence[str] | None, name: str) -> Selection:
    """Return which channels `channels` stands for, which is what users give.

    Raises
    ------
    OptionError
        If there is no such channel or layer.
    DecodeError
        If the channels do not have the same size.
    """
    there = {channel.name: channel for channel in part.channels}
    if channels is None:
        return _usual(there, "") or _layer(there) or _made(list(there.values()), name)
    if isinstance(channels, str):
        found = _usual(there, f"{channels}.")
        if found is not None:
            return found
        channels = [channels]
    for one in channels:
        if one not in there:
            raise OptionError(f"{name} has no channel {one!r}; there are {', '.join(there)}")
    if not channels:
        raise OptionError("channels= is empty")
    return _made([there[one] for one in channels], name)


def _usual(there: dict[str, Channel], prefix: str) -> Selection | None:
    """Return red, green and blue of a layer, or its luma, with its alpha."""
    for names in (_COLORS, _CHROMA, ("Y",)):
        if all(prefix + one in there for one in names):
            names = (*names, "A") if prefix + "A" in there else names
            found = tuple(there[prefix + one] for one in names)
            chroma = "RY" in names
            if not chroma and any(c.x_sampling * c.y_sampling > 1 for c in found):
                return None
            return Selection(found, _dtype(found), chroma, prefix)
    return None


def _layer(there: dict[str, Channel]) -> Selection | None:
    """Return the colors of the only layer, if there is but one."""
    prefixes = {one.rpartition(".")[0] for one in there}
    if len(prefixes) != 1:
        return None
    found = _usual(there, f"{prefixes.pop()}.")
    return found if found is not None and found.width == len(there) else None


def _made(channels: list[Channel], name: str) -> Selection:
    if len(channels) > 1 and any(c.x_sampling * c.y_sampling > 1 for c in channels):
        listed = ", ".join(c.name for c in channels)
        raise DecodeError(
            f"{name}: its channels {listed} do not all have a sample at each pixel; "
            "read them one by one with channels=",
            plugin="exr",
        )
    return Selection(tuple(channels), _dtype(tuple(channels)))


def _dtype(channels: tuple[Channel, ...]) -> np.dtype[Any]:
    return np.result_type(*(np.dtype(c.dtype) for c in channels))
