"""Values as they stand in a file: numbers, or what is in their place."""

from __future__ import annotations

from typing import Any

__all__ = ["number_or_text", "whole"]


def whole(value: Any, default: int = 0) -> int:
    """Return the whole number of a tag; `default` if it has several, or something else.

    Examples
    --------
    >>> whole(3), whole((3, 3)), whole(b"3")
    (3, 0, 0)
    """
    return int(value) if isinstance(value, int) else default


def number_or_text(text: str) -> int | float | str:
    """Return a number where a text is one.

    Examples
    --------
    >>> number_or_text("20"), number_or_text("0.499"), number_or_text("x")
    (20, 0.499, 'x')
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
