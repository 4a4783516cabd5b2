"""How long the frames of an animation are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iio_core import OptionError

from ._checks import Rule, check, entry_of
from ._checks import number as a_number

__all__ = ["milliseconds_of", "whole_milliseconds"]


def milliseconds_of(
    duration: float | Sequence[float] | None,
    fps: float | None,
    number: int = 0,
    default: float = 100.0,
    *,
    most: int | None = None,
) -> float:
    """Return how long a frame is shown, from the two ways to say it.

    Parameters
    ----------
    duration : float or sequence of float, optional
        In milliseconds; of a sequence, the entry for this frame.
    fps : float, optional
        Frames per second.
    number : int
        Which frame of the file it is.
    default : float
        What it is if neither is given.
    most : int, optional
        How many milliseconds the format can hold.

    Raises
    ------
    OptionError
        If both are given, or the value is not a time, or a sequence has no entry for the frame.
    """
    if duration is not None and fps is not None:
        raise OptionError("give duration= (milliseconds) or fps=, not both")
    if fps is not None:
        check({"fps": a_number(0, above=True)}, {"fps": fps})
        duration = 1000 / fps
    if duration is None:
        return default
    shown = entry_of("duration", duration, number)
    check({"duration": _milliseconds(most)}, {"duration": shown})
    return float(shown)


def _milliseconds(most: int | None) -> Rule:
    rule = a_number(0, most)
    return lambda value: rule(value) and f"{rule(value)} (milliseconds)"


def whole_milliseconds(durations: Iterable[float]) -> list[int]:
    """Round durations so that what is lost in one is made up for in the next.

    Examples
    --------
    >>> whole_milliseconds([33.4, 33.4, 33.4, 33.4, 33.4])
    [33, 34, 33, 34, 33]
    """
    whole: list[int] = []
    exact = 0.0
    done = 0
    for duration in durations:
        exact += duration
        whole.append(round(exact) - done)
        done += whole[-1]
    return whole
