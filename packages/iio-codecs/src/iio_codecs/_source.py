"""The bytes of a resource: at first only its head, which mostly has all that headers say."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from iio_core import DecodeError, Resource

__all__ = ["Short", "Source", "big", "little"]

_HEAD = 1 << 16

T = TypeVar("T")


class Short(ValueError):
    """The bytes end before what is looked for: there may be more in the file."""


def big(data: bytes, at: int, size: int) -> int:
    """Return the big-endian number of `size` bytes at `at`; `Short` if it is not there."""
    if at < 0 or at + size > len(data):
        raise Short("a number is cut")
    return int.from_bytes(data[at : at + size], "big")


def little(data: bytes, at: int, size: int) -> int:
    """Return the little-endian number of `size` bytes at `at`; `Short` if it is not there."""
    if at < 0 or at + size > len(data):
        raise Short("a number is cut")
    return int.from_bytes(data[at : at + size], "little")


class Source:
    """The bytes of a resource, read whole only when they are needed.

    Parameters
    ----------
    resource : Resource
        What is read.
    format : str
        The name of its format, for messages.
    """

    def __init__(self, resource: Resource, format: str) -> None:
        self._resource = resource
        self._format = format
        self._data: bytes | None = None

    @property
    def name(self) -> str:
        """How messages call it."""
        return self._resource.name

    @property
    def data(self) -> bytes:
        """All of it."""
        if self._data is None:
            size = self._resource.size
            if size is not None:
                self._resource.limits.check_body(size, name=self.name)
            file = self._resource.open()
            file.seek(0)
            self._data = file.read()
        return self._data

    def parse(self, function: Callable[[bytes], T]) -> T:
        """Return what a function makes of the head; of the whole file, if the head is too short.

        Raises
        ------
        DecodeError
            If the file is too short, or the function raises ValueError.
        """
        try:
            if self._data is None:
                try:
                    return function(self._resource.head(_HEAD))
                except Short:
                    pass
            return function(self.data)
        except Short:
            raise self.damaged("it is cut: it ends within its header") from None
        except ValueError as error:
            raise self.damaged(str(error)) from None

    def damaged(self, reason: str) -> DecodeError:
        """Return the error for a file that is not what it should be."""
        return DecodeError(
            f"{self.name} could not be decoded as {self._format}: {reason}",
            plugin="codecs",
            format=self._format,
        )
