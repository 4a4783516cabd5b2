"""Arguments that several subcommands have, and what they mean."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from ._failures import UsageError

__all__ = ["add_json", "add_reading", "at_least", "index_of", "options", "reading", "seconds"]


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON, for other programs")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Declare what says how a file is read."""
    parser.add_argument("--plugin", metavar="NAME", help="who is to read; default: by the file")
    parser.add_argument(
        "--trust",
        metavar="FORMAT",
        action="append",
        default=[],
        help="read this format although decoding it can run programs; may be repeated",
    )
    parser.add_argument(
        "--read",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="an option of the reading plugin, such as mode=RGB; may be repeated",
    )


def reading(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return the keyword arguments for `imread` and its like that the user asked for."""
    asked = options(arguments.read, "--read")
    if arguments.plugin is not None:
        asked["plugin"] = arguments.plugin
    if arguments.trust:
        asked["trust"] = arguments.trust
    return asked


def options(texts: Sequence[str], flag: str) -> dict[str, Any]:
    """Return options of a plugin; a value is what Python reads it as, else a string.

    Examples
    --------
    >>> options(["quality=90", "mode=RGB", "size=(2, 3)"], "--write")
    {'quality': 90, 'mode': 'RGB', 'size': (2, 3)}
    """
    import ast

    found: dict[str, Any] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        if not sign or not key.isidentifier():
            raise UsageError(f"{flag} {text}: it takes KEY=VALUE, such as quality=90")
        if key in _OF_THE_COMMAND:
            raise UsageError(f"{flag} {text}: {key} is not an option of a plugin")
        try:
            found[key] = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found[key] = value
    return found


# What the commands decide themselves: --index, --no-metadata.
_OF_THE_COMMAND = frozenset({"uri", "image", "index", "metadata", "options", "call", "is_batch"})


def at_least(least: int) -> Callable[[str], int]:
    """Return what reads a whole number that is not less than `least`.

    Examples
    --------
    >>> at_least(1)("4")
    4
    """

    def number(text: str) -> int:
        try:
            found = int(text)
        except ValueError:
            found = least - 1
        if found < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return found

    return number


def seconds(text: str) -> float:
    """Return a time to wait; none at all, or more than a day, is refused.

    Examples
    --------
    >>> seconds("0.5")
    0.5
    """
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= _A_DAY:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number of seconds above 0, up to a day"
        )
    return found


_A_DAY = 86_400.0  # beyond some length, waiting itself raises


def index_of(text: str) -> Any:
    """Return an index: a number, ``...``, a list ``0,3,5`` or a slice ``start:stop:step``.

    Examples
    --------
    >>> index_of("-1"), index_of("0:10:2"), index_of("0,3"), index_of("...")
    (-1, slice(0, 10, 2), [0, 3], Ellipsis)
    """
    if text == "...":
        return ...
    try:
        if ":" in text:
            parts = [int(part) if part else None for part in text.split(":")]
            if len(parts) > 3 or parts[2:] == [0]:
                raise ValueError
            return slice(*parts)
        if "," in text:
            return [int(part) for part in text.split(",") if part]
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a number, a list 0,3,5, a slice 0:10:2 or ..."
        ) from None
