"""How many images there are, and which of them an index means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import EllipsisType
from typing import Any

from .. import _options
from .._index import normalize, out_of_range
from .._resources import Resource
from .._translate import Blame
from ._base import Session

__all__ = ["END", "Counting"]

END: Any = object()  # of an iterator
_NONE: Mapping[str, Any] = {}


class Counting(Session):
    """What a session for reading knows of the number of images."""

    _reader: Any
    _resource: Resource
    _ask: Callable[..., Any]
    _attribute: Callable[..., Any]

    def __init__(self, blame: Blame) -> None:
        super().__init__(blame)
        self._total: int | None = None

    def count(self) -> int | None:
        """Return how many images there are; None if that is not known without decoding."""
        if self._total is None:
            total = self._ask("count")
            if total is not None and (type(total) is not int or total < 0):
                raise self._blame.broken(f"it counts {total!r} images")
            self._total = total
        return self._total

    def _which(
        self, index: Any, options: Mapping[str, Any] = _NONE
    ) -> int | tuple[int, ...] | EllipsisType | None:
        """Return an index as the reader gets it."""
        if index is ... and options:
            picks = self._attribute("picks", ())
            if any(options.get(name) is not None for name in picks):
                return None
        if index is None:
            default: int | EllipsisType | None = self._attribute("default_index", None)
            if not (default is None or default is ... or (type(default) is int and default >= 0)):
                raise self._blame.broken(f"its default index is {default!r}")
            return default
        which = normalize(index, lambda: self._count(options), name=self._resource.name)
        if isinstance(which, tuple) and which:
            self._check_there(max(which), options)
        return which

    def _check_there(self, number: int, options: Mapping[str, Any] = _NONE) -> None:
        """Raise if there is no such image; where it is not known, the reader will find out."""
        total = self._known(options)
        if total is not None and number >= total:
            raise out_of_range(number, total, name=self._resource.name)

    def _known(self, options: Mapping[str, Any] = _NONE) -> int | None:
        """Return how many images there are with these options, if that is known."""
        return None if options and self._changing(options) else self.count()

    def _count(self, options: Mapping[str, Any] = _NONE) -> int:
        """Return how many images there are with these options, if need be by decoding them."""
        if options and (changing := self._changing(options)):
            return self._counted(self._ask("count_frames", **changing))
        if self.count() is None:
            counts = self._attribute("count_frames", None)
            if counts is not None:
                self._total = self._counted(self._ask(counts))
            else:
                images = self._ask("iter")
                number = 0
                while self._ask(next, images, END) is not END:
                    number += 1
                self._total = number
        return self._total or 0

    def _counted(self, total: Any) -> int:
        if type(total) is not int or total < 0:
            raise self._blame.broken(f"it counts {total!r} images")
        return total

    def _changing(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the options with which there may be more images, or fewer."""
        counts = self._attribute("count_frames", None)
        if not callable(counts):
            return {}
        known = _options.names(counts)
        return {k: v for k, v in options.items() if k in known and v is not None}
