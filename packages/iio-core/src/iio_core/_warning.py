"""Warnings that point at the line of the user's program, and not into a plugin."""

from __future__ import annotations

import sys
import warnings

from ._errors import IIOWarning

__all__ = ["warn"]

_CORE = __package__


def warn(message: str, category: type[Warning] = IIOWarning) -> None:
    """Give a warning at the line that called iio, however many modules are in between.

    Parameters
    ----------
    message : str
        What was lost, left out or taken for something else, of which file, and how to say that it
        is meant.
    category : type of Warning
        `IIOWarning`, or a class that is derived from it.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.warn("x.gif: the alpha channel is left out")  # doctest: +SKIP
    """
    level = outermost = 1
    frame = sys._getframe()
    while (caller := frame.f_back) is not None:
        name = str(frame.f_globals.get("__name__", ""))
        if name.partition(".")[0] == _CORE:
            outermost = level
        frame, level = caller, level + 1
    warnings.warn(message, category, stacklevel=outermost + 1)
