"""Methods whose options are the fields of a dataclass, and stand nowhere else."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

__all__ = ["asking"]

P = ParamSpec("P")
Me = TypeVar("Me")
Asked = TypeVar("Asked")
R = TypeVar("R")


def asking(
    options: Callable[P, Asked],
) -> Callable[[Callable[[Me, Asked], R]], Callable[Concatenate[Me, P], R]]:
    """Make a method that takes an object of options into one that takes its fields by name.

    Type checkers, `inspect.signature` and core, which looks a plugin's options up in its
    signatures, see the method as if each had been spelled out.

    Parameters
    ----------
    options : type
        A dataclass of keyword-only fields with defaults.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(kw_only=True)
    ... class Options:
    ...     scale: int = 1
    >>> class Reader:
    ...     @asking(Options)
    ...     def read(self, wanted: Options) -> int:
    ...         return wanted.scale
    >>> Reader().read(scale=2)
    2
    """

    def decorate(method: Callable[[Me, Asked], R]) -> Callable[Concatenate[Me, P], R]:
        @functools.wraps(method)
        def call(self: Me, /, *args: P.args, **kwargs: P.kwargs) -> R:
            return method(self, options(*args, **kwargs))

        # Core follows `__wrapped__` to whatever names the options: that is not the method.
        functools.update_wrapper(call, options, assigned=(), updated=())
        call.__dict__["__signature__"] = _signature(method, options)
        return call

    return decorate


def _signature(method: Callable[..., Any], options: Callable[..., Any]) -> inspect.Signature:
    mine = inspect.signature(method)
    me = next(iter(mine.parameters.values()))
    return mine.replace(parameters=[me, *inspect.signature(options).parameters.values()])
