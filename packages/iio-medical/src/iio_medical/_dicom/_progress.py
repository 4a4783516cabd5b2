"""How far it is with many files: on the terminal, or told to an object of the caller's."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

from iio_core import OptionError

__all__ = ["Indicator", "check_progress", "followed"]

Item = TypeVar("Item")
_FEW = 20  # files: done before anybody looks


class Indicator(Protocol):
    """What shows progress: a ``BaseProgressIndicator`` of imageio is one."""

    def start(self, action: str = "", unit: str = "", max: float = 0) -> None:
        """Begin something that takes so many steps."""

    def set_progress(self, progress: float = 0) -> None:
        """Say how many steps are done."""

    def finish(self, message: str | None = None) -> None:
        """End it."""


def check_progress(progress: object) -> None:
    """Raise `OptionError` if `progress` is neither a bool nor an indicator."""
    if progress is None or isinstance(progress, bool):
        return
    if not all(hasattr(progress, name) for name in ("start", "set_progress", "finish")):
        raise OptionError(
            f"progress={progress!r} is neither True, False nor an object with start(), "
            "set_progress() and finish()"
        )


def followed(
    items: Iterable[Item], total: int, action: str, progress: bool | Indicator | None
) -> Iterator[Item]:
    """Iterate, and show how far it is.

    Parameters
    ----------
    items : iterable
        What is worked on.
    total : int
        How many there are.
    action : str
        What is done.
    progress : bool or Indicator
        True shows a bar on the standard error, if that is a terminal and tqdm is installed.
    """
    if progress is None or progress is False:
        yield from items
    elif progress is True:
        yield from _bar(items, total, action)
    else:
        yield from _told(items, total, action, progress)


def _bar(items: Iterable[Item], total: int, action: str) -> Iterator[Item]:
    stream = sys.stderr
    if total < _FEW or stream is None or not stream.isatty():
        yield from items
        return
    try:
        from tqdm import tqdm
    except ImportError:
        yield from items
        return
    bar: Any = tqdm(items, total=total, desc=action, unit="file", file=stream, leave=False)
    yield from bar


def _told(items: Iterable[Item], total: int, action: str, indicator: Indicator) -> Iterator[Item]:
    indicator.start(action, "files", total)
    done = 0
    try:
        for item in items:
            yield item
            done += 1
            indicator.set_progress(done)
    finally:
        indicator.finish(None if done == total else f"{done} of {total}")
