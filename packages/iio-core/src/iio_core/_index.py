"""One meaning of ``index=`` everywhere: int, negative, slice, list, ``...``, None."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from types import EllipsisType
from typing import Any

from ._errors import FrameIndexError, LimitError, OptionError

__all__ = ["normalize", "out_of_range"]


def normalize(
    index: Any, count: Callable[[], int], *, name: str
) -> int | tuple[int, ...] | EllipsisType | None:
    """Return an index as plugins get it: without negative numbers, slices and lists.

    Parameters
    ----------
    index : int, slice, iterable of int, ``...`` or None
        As the user gave it; anything with ``__index__`` is an int.
    count : callable
        Tells how many images there are; called only if that matters.
    name : str
        The resource, for messages.

    Raises
    ------
    FrameIndexError
        If it points out of the resource, as far as that can be told from `count`.
    OptionError
        If it is not an index.
    """
    if index is None or index is ...:
        return index
    if isinstance(index, slice):
        return _several(index, count(), name)
    if hasattr(index, "__index__") and not _is_array(index):
        return _one(index, count, name)
    if isinstance(index, Iterable) and not isinstance(index, str | bytes):
        return tuple(_one(item, count, name) for item in index)
    raise OptionError(
        f"index={index!r} is not an index: it takes an int, a slice, a list of ints, ... or None"
    )


_MOST = 1 << 22  # numbers of images in one index: a file may say that it has any number


def _several(index: slice, total: int, name: str) -> tuple[int, ...]:
    try:
        numbers = range(*index.indices(total))
        few = not numbers[_MOST:]
    except (TypeError, ValueError) as error:
        raise OptionError(f"{index} is not an index: {error}") from None
    if not few:
        raise LimitError(
            f"{name} says that it has {total} images; an index takes up to {_MOST} of them at "
            "once. Read fewer, or one after the other with imiter"
        )
    return tuple(numbers)


def _is_array(index: Any) -> bool:
    return getattr(index, "ndim", 0) > 0


def _one(item: Any, count: Callable[[], int], name: str) -> int:
    try:
        number = operator.index(item)
    except TypeError:
        raise OptionError(f"index {item!r} is not a whole number") from None
    if number >= 0:
        return number
    total = count()
    if number < -total:
        raise out_of_range(number, total, name=name)
    return total + number


def out_of_range(index: int, count: int | None, *, name: str) -> FrameIndexError:
    """Return the error for an index that is not there."""
    if count is None:
        return FrameIndexError(f"{name} has no image {index}")
    images = "1 image" if count == 1 else f"{count} images"
    return FrameIndexError(f"{name} has {images}; there is no image {index}")
