"""Classes that are imported when they are asked for: a PNG does not pay for the PDF writer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, TypeVar

__all__ = ["Classes"]

T = TypeVar("T")


class Classes(Mapping[str, type[T]]):
    """Names of formats, and the class for each.

    Parameters
    ----------
    package : str
        The package that has the modules.
    places : mapping of str to str
        The name of a format: ``"module:class"``.
    """

    def __init__(self, package: str, places: Mapping[str, str]) -> None:
        self._package = package
        self._places = places
        self._found: dict[str, Any] = {}

    def __getitem__(self, format: str) -> type[T]:
        found: type[T] | None = self._found.get(format)
        if found is None:
            module, _, name = self._places[format].partition(":")
            found = getattr(import_module(f"{self._package}.{module}"), name)
            self._found[format] = found
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
