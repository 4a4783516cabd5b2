"""What options of reading and writing mean: sizes, rates, times."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from iio_core import DecodeError

from ._failures import option_error

__all__ = ["rate_of", "size_of", "timing"]

_MOST = 1 << 16
_MOST_TICKS = 1 << 24  # six days at 30 per second; times may be anything in a damaged file


def size_of(value: Any, name: str = "size") -> tuple[int, int] | None:
    """Return width and height from ``(640, 480)`` or ``"640x480"``.

    Examples
    --------
    >>> size_of("640x480")
    (640, 480)
    """
    if value is None:
        return None
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(\d+)\s*[x×*,]\s*(\d+)\s*", value)
        numbers: Any = match.groups() if match else ()
    else:
        numbers = value
    try:
        width, height = (int(n) for n in numbers)
    except (TypeError, ValueError):
        width = height = 0
    if not (0 < width <= _MOST and 0 < height <= _MOST):
        raise option_error(name, value, "it takes (width, height) or 'WIDTHxHEIGHT'")
    return width, height


def rate_of(value: Any, name: str = "fps") -> Fraction:
    """Return frames per second as a fraction; 29.97 and its like are meant as 30000/1001.

    Examples
    --------
    >>> rate_of(29.97), rate_of(12.5)
    (Fraction(30000, 1001), Fraction(25, 2))
    """
    try:
        exact = Fraction(value) if not isinstance(value, bool) else Fraction(0)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        exact = Fraction(0)
    if not 0 < exact <= 1_000_000:
        raise option_error(name, value, "it takes frames per second, more than 0")
    if exact.denominator > 1:
        ntsc = Fraction(round(exact * 1001 / 1000) * 1000, 1001)
        if abs(ntsc - exact) < Fraction(1, 200) and ntsc.numerator % 1000 == 0:
            return ntsc
    return exact.limit_denominator(65_535)


def timing(times: list[int], base: Fraction, duration: int, fps: Fraction) -> list[int]:
    """Return which frame is shown at each tick of another frame rate.

    The rule is that of FFmpeg's filter ``fps``: a frame is shown from the tick nearest to its time
    on, the last one as long as it lasts. A frame between two ticks is left out, one that stands
    longer is repeated.

    Parameters
    ----------
    times : list of int
        When each frame is shown.
    base : Fraction
        The seconds of a unit of `times`.
    duration : int
        How long the last one lasts.
    fps : Fraction
        Frames per second.

    Examples
    --------
    >>> timing([0, 1, 2, 3], Fraction(1, 4), 1, Fraction(2))
    [0, 2]
    """
    if not times:
        return []
    start = times[0]
    ticks = [_nearest((time - start) * base * fps) for time in times]
    end = max(_nearest((times[-1] + duration - start) * base * fps), ticks[-1] + (duration == 0), 1)
    if end > _MOST_TICKS:
        raise DecodeError(
            f"its frames are shown over {float((times[-1] - start) * base):.3g} s, which is more "
            f"than {_MOST_TICKS} frames at {float(fps):g} per second: read it without fps=",
            plugin="pyav",
        )
    found: list[int] = []
    number = 0
    for tick in range(end):
        while number + 1 < len(ticks) and ticks[number + 1] <= tick:
            number += 1
        found.append(number)
    return found


def _nearest(value: Fraction) -> int:
    """Return the nearest whole number; of two, that away from zero."""
    return int(value + Fraction(1, 2)) if value >= 0 else -int(-value + Fraction(1, 2))
