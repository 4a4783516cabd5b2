"""How fast frames follow each other, where only their metadata says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from numbers import Real
from typing import Any

from iio_core import warn

__all__ = ["Pace", "milliseconds"]


def milliseconds(metadata: Mapping[str, Any]) -> list[Fraction]:
    """Return how long the frames of an animation are shown; nothing if it says nothing of it.

    What says how many frames a second has, or what it is packed in, is a video, whose ``duration``
    is that of the whole, and in seconds.

    Examples
    --------
    >>> milliseconds({"duration": 40, "durations": [40, 60]})
    [Fraction(40, 1), Fraction(60, 1)]
    >>> milliseconds({"duration": 1.5, "fps": 24})
    []
    """
    if metadata.get("fps") or "container" in metadata:
        return []
    told = metadata.get("durations") or metadata.get("duration")
    times = told if isinstance(told, Sequence) and not isinstance(told, str) else [told]
    if not all(isinstance(t, Real) and 0 < float(t) < 1e9 for t in times):
        return []
    return [Fraction(str(time)) for time in times]


class Pace:
    """Takes the rate from the metadata of frames, and tells where it is not that of all.

    Parameters
    ----------
    name : str
        The file, for messages.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._first: Fraction | None = None  # how long the first frame is shown, if that counts

    def rate(self, metadata: Mapping[str, Any]) -> Any:
        """Return the rate that the metadata of the first frame says; None if it says none."""
        if metadata.get("fps"):
            return metadata["fps"]
        times = milliseconds(metadata)
        if not times:
            return None
        rate = 1000 * len(times) / sum(times, Fraction(0))
        if len(set(times)) > 1:
            warn(
                f"{self._name}: frames are shown for {float(min(times)):g} to "
                f"{float(max(times)):g} ms, and in a video each as long as the others: at "
                f"{float(rate):.5g} per second all take as long. fps= says another rate"
            )
        elif "durations" not in metadata:
            self._first = times[0]
        return rate

    def check(self, metadata: Mapping[str, Any]) -> None:
        """Warn, once, of a later frame that is shown for another time than the first one."""
        if self._first is None:
            return
        times = milliseconds(metadata)
        if times and times[0] != self._first:
            warn(
                f"{self._name}: the first frame is shown for {float(self._first):g} ms, a later "
                f"one for {float(times[0]):g}, and in a video each as long as the others: "
                f"{float(1000 / self._first):.5g} per second. fps= says another rate"
            )
            self._first = None
