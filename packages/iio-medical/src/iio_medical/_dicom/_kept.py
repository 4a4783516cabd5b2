"""Properties that are computed once.

``functools.cached_property`` takes a lock in Python 3.11, which a fork at that moment leaves locked
for ever in the child.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

__all__ = ["kept"]

Value = TypeVar("Value")


class kept(Generic[Value]):  # noqa: N801  # used as `property` is
    """A property whose value stays in the object's dict, where it is found first."""

    def __init__(self, compute: Callable[[Any], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __get__(self, owner: Any, kind: type | None = None) -> Value:
        value = owner.__dict__[self._compute.__name__] = self._compute(owner)
        return value
