"""What the values of options have to be, told before anything is encoded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from numbers import Integral, Real
from typing import Any

from iio_core import OptionError

__all__ = ["choice", "flag", "numbers", "real", "whole"]


def whole(name: str, value: Any, least: int, most: int) -> int | None:
    """Return a whole number of a range, or None."""
    if value is None:
        return None
    fits = isinstance(value, Integral) and not isinstance(value, bool)
    if not fits or not least <= int(value) <= most:
        raise OptionError(f"{name}={value!r}: it has to be a whole number from {least} to {most}")
    return int(value)


def real(name: str, value: Any, least: float, most: float) -> float | None:
    """Return a number of a range, or None."""
    if value is None:
        return None
    fits = isinstance(value, Real) and not isinstance(value, bool)
    if not fits or not least <= float(value) <= most:
        raise OptionError(f"{name}={value!r}: it has to be a number from {least} to {most}")
    return float(value)


def choice(name: str, value: Any, choices: Collection[Any]) -> Any:
    """Return one of several values, or None."""
    known = type(value) in (str, int) and value in choices
    if value is not None and not known:
        listed = ", ".join(map(repr, choices))
        raise OptionError(f"{name}={value!r}: it has to be one of {listed}")
    return value


def flag(name: str, value: Any) -> bool | None:
    """Return True, False or None."""
    if value is not None and not isinstance(value, bool):
        raise OptionError(f"{name}={value!r}: it has to be True or False")
    return value


def numbers(name: str, value: Any, count: int, least: int, most: int) -> tuple[int, ...] | None:
    """Return so many whole numbers of a range, or None."""
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        raise OptionError(f"{name}={value!r}: it has to be {count} whole numbers")
    return tuple(whole(name, entry, least, most) or 0 for entry in value)
