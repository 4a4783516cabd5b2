"""ecCodes, one thread at a time: its context belongs to the whole process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import eccodes
import numpy as np

from iio_core import DecodeError

__all__ = ["Handle", "opened"]


class _Gate:
    """A lock that forks take as well, so that no child has it locked."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.lock = threading.RLock()

    def take(self) -> None:
        self.lock.acquire()

    def give(self) -> None:
        self.lock.release()


_gate = _Gate()
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(before=_gate.take, after_in_parent=_gate.give, after_in_child=_gate.renew)


class Handle:
    """A message in the hands of ecCodes.

    Parameters
    ----------
    number : int
        ecCodes' own number of it.
    """

    def __init__(self, number: int) -> None:
        self.number = number

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key; `default` if it has none."""
        try:
            if eccodes.codes_is_missing(self.number, key):
                return default
            return eccodes.codes_get(self.number, key)
        except eccodes.CodesInternalError:
            return default

    def array(self, key: str) -> np.ndarray[Any, Any]:
        """Return all values of a key."""
        return np.asarray(eccodes.codes_get_array(self.number, key))

    def size(self, key: str) -> int:
        """Return how many values a key has."""
        return int(eccodes.codes_get_size(self.number, key))

    def is_text(self, key: str) -> bool:
        """Tell whether the value of a key is a text."""
        return bool(eccodes.codes_get_native_type(self.number, key) is str)

    def unpack(self) -> None:
        """Decode the observations of a BUFR message."""
        eccodes.codes_set(self.number, "unpack", 1)

    def names(self, namespace: str) -> Iterator[str]:
        """Yield the keys of a namespace of GRIB."""
        cursor = eccodes.codes_keys_iterator_new(self.number, namespace)
        try:
            while eccodes.codes_keys_iterator_next(cursor):
                yield eccodes.codes_keys_iterator_get_name(cursor)
        finally:
            eccodes.codes_keys_iterator_delete(cursor)

    def elements(self) -> Iterator[str]:
        """Yield the keys of a BUFR message."""
        cursor = eccodes.codes_bufr_keys_iterator_new(self.number)
        try:
            while eccodes.codes_bufr_keys_iterator_next(cursor):
                yield eccodes.codes_bufr_keys_iterator_get_name(cursor)
        finally:
            eccodes.codes_bufr_keys_iterator_delete(cursor)


@contextmanager
def opened(message: bytes, name: str) -> Iterator[Handle]:
    """Give a message to ecCodes for what is done inside of the block.

    Raises
    ------
    DecodeError
        If it takes it for damaged.
    """
    with _gate.lock:
        try:
            number = eccodes.codes_new_from_message(message)
        except eccodes.CodesInternalError as error:
            raise DecodeError(
                f"{name}: ecCodes does not read it: {error}", plugin="grib"
            ) from error
        try:
            yield Handle(number)
        except eccodes.CodesInternalError as error:
            raise DecodeError(f"{name}: ecCodes: {error}", plugin="grib") from error
        finally:
            eccodes.codes_release(number)
