"""Reading BUFR: every message is an array of observations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np

from iio_core import DecodeError, ImageProperties, Index, OptionError, Resource

from .._which import numbered
from ._eccodes import Handle, opened
from ._messages import messages_of

__all__ = ["BufrReader"]

_MISSING_NUMBER = -1e100  # what ecCodes has for none
_MISSING_COUNT = 2147483647


class BufrReader:
    """Reads a file of BUFR messages.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    default_index = 0
    """What ``index=None`` means: the first message."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._name = resource.name
        self._file = resource.open()
        self._messages = messages_of(self._file, b"BUFR", self._name)
        if not self._messages:
            raise DecodeError(f"{self._name} holds no BUFR message", plugin="bufr")

    def count(self) -> int:
        """Return how many messages there are."""
        return len(self._messages)

    def read(self, *, index: Index = None, element: str | None = None) -> np.ndarray:
        """Return the observations of a message.

        Parameters
        ----------
        index : int
            Which message. None is the first.
        element : str, optional
            Which element, by ecCodes' name of it: ``"airTemperature"``, or ``"#2#airTemperature"``
            for the second one of each report. By default all, in the order of the message.

        Returns
        -------
        numpy.ndarray
            float64, ``(reports, values)``, of one element ``(values,)``. NaN where there is no
            value, where it is a text, and behind the end of a report that is shorter than others.

        Raises
        ------
        DecodeError
            If it is damaged.
        OptionError
            If it has no such element, or that is no number.
        """
        with self._opened(index) as handle:
            return self._values(handle, element)

    def iter(self, *, element: str | None = None) -> Iterator[np.ndarray]:
        """Return the observations of one message after the other; `element` is as for `read`."""
        for number in range(self.count()):
            yield self.read(index=number, element=element)

    def properties(self, *, index: Index = None, element: str | None = None) -> ImageProperties:
        """Describe what `read` returns: the observations are decoded for that."""
        with self._opened(index) as handle:
            values = self._values(handle, element)
        return ImageProperties(shape=values.shape, dtype=values.dtype)

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the header of a message and all of its elements, by ecCodes' names.

        Parameters
        ----------
        index : int or ``...``
            Which message; ``...`` for how many there are.
        exclude_applied : bool
            Changes nothing: nothing is applied to the values.
        """
        if index is ...:
            return {"messages": self.count()}
        found: dict[str, Any] = {}
        total = 0
        limits = self._resource.limits
        with self._opened(index) as handle:
            for key in handle.elements():
                value = self._element(handle, key)
                total += len(key) + getattr(value, "nbytes", 8)
                if total > limits.metadata_bytes:
                    limits.check_metadata(found, name=self._name)
                    break
                found[key] = value
        return found

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _opened(self, index: Index) -> AbstractContextManager[Handle]:
        number = numbered(index, len(self._messages), self._name, "message")
        start, length = self._messages[number]
        self._resource.limits.check_body(length, name=self._name)
        self._file.seek(start)
        return _unpacked(self._file.read(length), self._name)

    def _values(self, handle: Handle, element: str | None) -> np.ndarray:
        if element is None:
            return self._reports(handle)
        try:
            values = handle.array(element)
        except Exception as error:
            raise OptionError(f"{self._name} has no element {element!r} ({error})") from error
        if values.dtype.kind not in "iuf":
            raise OptionError(f"{self._name}: the element {element!r} is no number")
        return _with_gaps(values)

    def _reports(self, handle: Handle) -> np.ndarray:
        """Return all values, a row for each report; those of texts are ecCodes' own references."""
        values = _with_gaps(handle.array("numericValues"))
        reports: list[list[bool]] = []
        for key in handle.elements():
            if key == "subsetNumber":
                reports.append([])
            elif key.startswith("#"):
                reports = reports or [[]]
                reports[-1].append(handle.is_text(key))
        total = int(handle.get("numberOfSubsets", 1))
        if handle.get("compressedData") and len(reports) == 1:
            reports *= total
        texts = [np.array(report, bool) for report in reports]
        if sum(map(len, texts)) != values.size:
            raise DecodeError(
                f"{self._name}: {values.size} values for {sum(map(len, texts))} elements",
                plugin="bufr",
            )
        made = np.full((len(texts), max(map(len, texts), default=0)), np.nan)
        at = 0
        for row, is_text in zip(made, texts, strict=True):
            part = values[at : at + len(is_text)]
            row[: len(is_text)] = np.where(is_text, np.nan, part)
            at += len(is_text)
        return made

    def _element(self, handle: Handle, key: str) -> Any:
        values = handle.array(key)
        if values.dtype.kind in "iuf":
            values = _with_gaps(values) if _gaps(values).any() else values
        else:
            values = np.array([str(value).strip() for value in values])
        return values[0].item() if values.size == 1 else values


@contextmanager
def _unpacked(message: bytes, name: str) -> Iterator[Handle]:
    """Give a message to ecCodes and have its observations decoded."""
    with opened(message, name) as handle:
        handle.unpack()
        yield handle


def _gaps(values: np.ndarray) -> np.ndarray:
    missing: np.ndarray[Any, Any] = values == (
        _MISSING_NUMBER if values.dtype.kind == "f" else _MISSING_COUNT
    )
    return missing


def _with_gaps(values: np.ndarray) -> np.ndarray:
    """Return values as floats, NaN where there is none."""
    made = values.astype(float)
    made[_gaps(values)] = np.nan
    return made
