"""The standard output: in colour on a terminal where rich is installed, else plain text."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from ._failures import printable

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["has_colour", "has_rich", "rich_console", "say", "show_json", "show_table"]


def has_rich(stream: TextIO) -> bool:
    """Tell whether a stream is a terminal on which rich can draw."""
    return (
        stream.isatty()
        and os.environ.get("TERM") != "dumb"
        and importlib.util.find_spec("rich") is not None
    )


def has_colour(stream: TextIO) -> bool:
    """Tell whether colour is welcome on a stream, and possible."""
    return not os.environ.get("NO_COLOR") and has_rich(stream)


def rich_console(stream: TextIO) -> Console:
    """Return rich's console on a stream; only where there is rich."""
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True)


def say(text: object = "", style: str = "") -> None:
    """Print a line; control characters in it are shown, not obeyed."""
    line = printable(text)
    if style and has_colour(sys.stdout):
        from rich.text import Text

        rich_console(sys.stdout).print(Text(line, style))
    else:
        print(line)


def show_table(
    header: Sequence[str], rows: Sequence[Sequence[object]], styles: Sequence[str] = ()
) -> None:
    """Print aligned columns; `styles` has one for each row, if any."""
    cells = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for number, row in enumerate(cells):
        line = "  ".join(c.ljust(width) for c, width in zip(row, widths, strict=True)).rstrip()
        style = "bold" if number == 0 else styles[number - 1] if styles else ""
        say(line, style)


def show_json(value: Any) -> None:
    """Print a value as JSON, whatever arrays, bytes and foreign objects it holds."""
    import json

    from ._json import jsonable

    print(json.dumps(jsonable(value), indent=2, allow_nan=False))
