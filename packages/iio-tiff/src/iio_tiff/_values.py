"""Values that stand in a file as text."""

from __future__ import annotations

__all__ = ["number_or_text"]


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
