"""From metadata to the attributes of a header; what the library does not write is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import MetadataWarning, OptionError, is_derived, warn

__all__ = ["Header"]

# What describes how the pixels are stored, and is said anew.
_MADE = frozenset({"channels", "compression", "lineOrder", "type", "chunkCount"})
_MADE |= {"version", "parts"}
_WINDOWS = ("dataWindow", "displayWindow")
_SMALL_INT = 1 << 31


class Header:
    """The attributes of one part.

    Parameters
    ----------
    metadata : mapping
        As `ExrReader.metadata` returns it, or of one's own.
    size : tuple of int
        Height and width of the image.
    name : str
        How messages call the file.
    """

    def __init__(self, metadata: Mapping[str, Any], size: tuple[int, ...], name: str) -> None:
        self._metadata = metadata
        self._height, self._width = size
        self._name = name

    def attributes(
        self,
        data_window: tuple[int, int] | None,
        display_window: tuple[tuple[int, int], tuple[int, int]] | None,
        names: set[str],
    ) -> dict[str, Any]:
        """Return them as the library takes them, and warn of what is left out.

        Parameters
        ----------
        data_window, display_window : tuple, optional
            As for `ExrWriter.write`.
        names : set of str
            The names of the parts that there are; the one of this part is added.
        """
        made: dict[str, Any] = {}
        left_out = []
        for key, value in self._metadata.items():
            if key in _MADE or key in _WINDOWS or (key == "name" and not value):
                continue
            written = None if key == "name" and value in names else _attribute(value)
            if written is not None:
                made[key] = written
            elif not is_derived(key, value):
                left_out.append(key)
        if isinstance(made.get("name"), str):
            names.add(made["name"])
        data = self._data_window(data_window, left_out)
        shown = display_window or self._window("displayWindow") or data
        made["dataWindow"], made["displayWindow"] = _box(data), _box(shown)
        if left_out:
            warn(
                f"{self._name}: OpenEXR's library does not write {', '.join(map(repr, left_out))} "
                "of the metadata",
                MetadataWarning,
            )
        return made

    def _data_window(self, start: tuple[int, int] | None, left_out: list[str]) -> Any:
        if start is None:
            told = self._window("dataWindow")
            if told is not None:
                (left, top), (right, bottom) = told
                if (bottom - top + 1, right - left + 1) == (self._height, self._width):
                    return told
                left_out.append("dataWindow")
            start = (0, 0)
        left, top = start
        return (left, top), (left + self._width - 1, top + self._height - 1)

    def _window(self, key: str) -> Any:
        value = self._metadata.get(key)
        if value is None:
            return None
        try:
            (left, top), (right, bottom) = value
            return (int(left), int(top)), (int(right), int(bottom))
        except (TypeError, ValueError):
            raise OptionError(f"metadata {key}={value!r} is not ((x, y), (x, y))") from None


def _box(window: Any) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    first, last = window
    return np.array(first, np.int32), np.array(last, np.int32)


def _attribute(value: Any) -> Any:
    """Return a value as the library writes it; None if it does not."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return value if -_SMALL_INT <= value < _SMALL_INT else None
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return value if value and "\0" not in value else None
    if isinstance(value, list | tuple) and value:
        return _several(value)
    return None


def _several(value: list[Any] | tuple[Any, ...]) -> Any:
    if all(isinstance(one, str) for one in value):
        return list(value)
    if len(value) in (3, 4) and all(
        isinstance(row, list | tuple) and len(row) == len(value) for row in value
    ):
        return np.array(value, np.float32)
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in value):
        return None
    if len(value) in (2, 3):
        whole = all(isinstance(one, int) for one in value)
        return np.array(value, np.int32 if whole else np.float32)
    if len(value) == 8 and isinstance(value, tuple):
        return tuple(float(one) for one in value)  # chromaticities
    return [float(one) for one in value]
