"""LibRaw in a forked process.

It is built with GNU's OpenMP, whose threads belong to the thread that first used them: a fork
copies that thread without the others, and it would wait for them for ever. A new thread has its
own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

__all__ = ["run"]

P = ParamSpec("P")
T = TypeVar("T")
_forked = False


def run(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that uses OpenMP."""
    if not _forked:
        return function(*args, **kwargs)
    results: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(function(*args, **kwargs))
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work, name="iio-raw")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _begin_again() -> None:
    global _forked
    _forked = True


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_begin_again)
