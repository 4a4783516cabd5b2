"""Arrays that carry the metadata of their image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np

__all__ = ["Array", "Dict", "asarray"]


class Dict(dict[str, Any]):
    """A dictionary whose items are attributes, too, where their names allow it.

    Examples
    --------
    >>> meta = Dict(fps=25)
    >>> meta.fps
    25
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"there is no item {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name in dir(dict):
            raise AttributeError(f"{name!r} is a method of every dictionary: set it as an item")
        self[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self[name]
        except KeyError:
            raise AttributeError(f"there is no item {name!r}") from None

    def __dir__(self) -> list[str]:
        names = [key for key in self if isinstance(key, str) and key.isidentifier()]
        return [*super().__dir__(), *names]

    def copy(self) -> Dict:
        """Return a shallow copy."""
        return Dict(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return Dict, (dict(self),)


def _nested(meta: Mapping[str, Any]) -> Dict:
    """Return a `Dict` of a mapping and of the mappings in it."""
    made = Dict()
    for key, value in meta.items():
        made[key] = _nested(value) if isinstance(value, Mapping) else value
    return made


class Array(np.ndarray[Any, Any]):
    """A NumPy array with the image's metadata as `meta`.

    Views, copies and results of arithmetic keep the metadata; what is reduced to one number is
    that number. ``numpy.asarray(image)`` is the plain array.

    Parameters
    ----------
    array : numpy.ndarray
        The pixels, which are not copied.
    meta : mapping, optional
        The metadata.

    Examples
    --------
    >>> image = Array(np.zeros((2, 2), np.uint8), {"fps": 25})
    >>> (image + 1)[0].meta
    {'fps': 25}
    """

    _meta: Dict
    _shared: bool  # with the array that it was made of, until somebody asks for it

    def __new__(cls, array: Any, meta: Mapping[str, Any] | None = None) -> Array:
        if not isinstance(array, np.ndarray):
            raise TypeError(f"Array takes a NumPy array, not a {type(array).__name__}")
        if meta is not None and not isinstance(meta, Mapping):
            raise TypeError(f"meta is a {type(meta).__name__}, not a dictionary")
        made = array.view(cls)
        made._meta = _nested(meta) if meta else Dict()
        made._shared = False
        return made

    def __array_finalize__(self, source: Any) -> None:
        self._shared = isinstance(source, Array)
        self._meta = source._meta if isinstance(source, Array) else Dict()

    @property
    def meta(self) -> Dict:
        """The metadata, by the names that the format uses; items are attributes, too."""
        if self._shared:
            # A change to a slice's metadata is not one to the image's. Copied only now: a loop
            # over the rows of an image would copy it with every row.
            self._meta, self._shared = _nested(self._meta), False
        return self._meta

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        if return_scalar or array.ndim == 0:
            return array[()]
        if isinstance(array, Array):  # what was given as ``out=``, as by ``image += 1``
            return array
        wrapped = array.view(Array)
        wrapped._meta, wrapped._shared = self._meta, True
        return wrapped

    def __reduce__(self) -> Any:
        rebuild, arguments, state = cast("tuple[Any, ...]", super().__reduce__())
        return rebuild, arguments, (state, dict(self._meta))

    def __setstate__(self, state: Any) -> None:
        array, meta = state
        super().__setstate__(array)
        self._meta, self._shared = _nested(meta), False


def asarray(a: Any) -> np.ndarray[Any, Any]:
    """Return the plain array of an image.

    Examples
    --------
    >>> type(asarray(Array(np.zeros((2, 2))))).__name__
    'ndarray'
    """
    return np.asarray(a)
