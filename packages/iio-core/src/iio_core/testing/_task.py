"""What a task in a worker gets: a sample, how to read it, and whom to tell what is tried."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

import iio_core as iio

__all__ = ["Broken", "Given", "quietly"]


class Broken(NamedTuple):
    """What a task found: the short name of a promise, and what was seen."""

    promise: str
    seen: str


def _unwatched(what: str) -> None:
    """Tell nobody: what tasks do when no worker watches them."""


@dataclass(frozen=True)
class Given:
    """A sample for a task.

    `head` is how many bytes its format is recognized by, `extension` the one to write with (None:
    it is not written), `settings` are those of the suite. `note` is called with what is about to be
    tried: should that never end, it is what will be told. `other` is another sample, to be read at
    the same time.
    """

    data: bytes
    image: np.ndarray
    how: Mapping[str, Any]
    format: str
    extension: str | None = None
    tolerance: float = 0.0
    head: int = 0
    settings: Mapping[str, Any] = field(default_factory=dict)
    note: Callable[[str], None] = _unwatched
    other: Given | None = None

    def read(self, data: Any, call: Callable[..., Any] = iio.imread) -> Any:
        """Read something in the way in which the sample is read."""
        return call(data, index=0, **self.how)


def quietly(given: Given, data: bytes, call: Callable[..., Any] = iio.imread) -> Any:
    """Read a file that may be damaged: warnings are no matter, and much memory is not needed."""
    with warnings.catch_warnings(), iio.limits(array_bytes="64MiB", ratio=1000):
        warnings.simplefilter("ignore")
        return given.read(data, call)
