"""What the values of options have to be, told before anything is encoded.

A `Rule` returns None for a value that is fine, or in words what it has to be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from PIL import Image

from iio_core import OptionError

__all__ = [
    "COMMON",
    "Rule",
    "any_of",
    "check",
    "entry_of",
    "flag",
    "instance",
    "list_of",
    "number",
    "one_of",
    "packet",
    "several",
    "text",
    "whole",
]

Rule = Callable[[Any], str | None]


def _is_number(value: Any, kind: type = Real) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def whole(least: int, most: int | None = None) -> Rule:
    """Ask for a whole number, both limits included."""
    words = f"a whole number from {least}" + ("" if most is None else f" to {most}")

    def rule(value: Any) -> str | None:
        fits = _is_number(value, Integral) and least <= value and (most is None or value <= most)
        return None if fits else words

    return rule


def number(least: float, most: float | None = None, *, above: bool = False) -> Rule:
    """Ask for a finite number, both limits included; with `above` the lower one is not."""
    words = f"a number {'above' if above else 'from'} {least}"
    words += "" if most is None else f" to {most}"

    def rule(value: Any) -> str | None:
        fits = _is_number(value) and math.isfinite(value)
        fits = fits and (least < value if above else least <= value)
        return None if fits and (most is None or value <= most) else words

    return rule


def one_of(*choices: Any) -> Rule:
    """Ask for one of these values; a number is not the flag that it is equal to."""

    def rule(value: Any) -> str | None:
        kind = bool if isinstance(value, bool) else object
        fits = isinstance(value, str | Real | None) and any(
            value == choice and isinstance(choice, kind) for choice in choices
        )
        return None if fits else ", ".join(map(repr, choices[:-1])) + f" or {choices[-1]!r}"

    return rule


def instance(*kinds: type, words: str) -> Rule:
    """Ask for an instance of one of these classes."""
    return lambda value: None if isinstance(value, kinds) else words


def several(count: int, each: Rule, words: str) -> Rule:
    """Ask for a tuple or list of so many values that each fit."""

    def rule(value: Any) -> str | None:
        fits = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        if fits and len(value) == count and all(each(entry) is None for entry in value):
            return None
        return words

    return rule


def list_of(each: Rule) -> Rule:
    """Ask for a tuple or list of one or more values that each fit."""

    def rule(value: Any) -> str | None:
        fits = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)
        if not fits or not len(value):
            return "a list that is not empty"
        wrong = next((words for words in map(each, value) if words), None)
        return wrong and f"a list, and each entry {wrong}"

    return rule


def any_of(*rules: Rule) -> Rule:
    """Ask for what fits one of several rules."""

    def rule(value: Any) -> str | None:
        words = [each(value) for each in rules]
        return None if None in words else ", or ".join(map(str, words))

    return rule


flag = instance(bool, np.bool_, words="True or False")
text = instance(str, words="a string")
packet = instance(bytes, bytearray, memoryview, words="bytes")

COMMON: Mapping[str, Rule] = {
    "dpi": several(2, number(0), "two numbers: pixels per inch, horizontal and vertical"),
    "icc_profile": packet,
    "exif": instance(bytes, bytearray, Image.Exif, words="bytes"),
    "xmp": packet,
    "comment": any_of(packet, text),
}
"""Rules of the options that mean the same for every format."""


def check(rules: Mapping[str, Rule], options: Mapping[str, Any]) -> None:
    """Refuse the first option whose value does not fit; None always does.

    Raises
    ------
    OptionError
        Names the option, its value and what is allowed.
    """
    for name, value in options.items():
        rule = rules.get(name) or COMMON.get(name)
        words = None if value is None or rule is None else rule(value)
        if words is not None:
            shown = repr(value)
            shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
            raise OptionError(f"{name}={shown}: it has to be {words}")


def entry_of(name: str, value: Any, number: int) -> Any:
    """Return what an option says of a frame: the same for all, or a list with one for each."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence | np.ndarray):
        return value
    if number >= len(value):
        entries: Collection[Any] = value
        raise OptionError(f"{name}= has {len(entries)} entries, and this is frame {number}")
    return value[number]
