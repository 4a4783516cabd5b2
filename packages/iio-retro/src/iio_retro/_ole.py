"""Compound files, through olefile, which is an extra of this wheel.

After *[MS-CFB]: Compound File Binary File Format*: storages and streams, like a file system.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import olefile

from iio_core import IIOError

from ._input import Input

__all__ = ["Compound"]

_NUMBER, _SECTION = struct.Struct("<I"), struct.Struct("<II")
_FIRST_SECTION = 44
_INTEGERS, _BLOBS = (3, 19), (65, 71)  # VT_I4, VT_UI4; VT_BLOB, VT_CF


class Compound:
    """A compound file that is open.

    Parameters
    ----------
    input : Input
        The file, of which the first bytes are enough: the others are read as they are needed.
    """

    def __init__(self, input: Input) -> None:
        self._input = input
        with _translated(input):
            file = input.resource.open()
            self._ole: Any = olefile.OleFileIO(file, raise_defects=olefile.DEFECT_INCORRECT)

    def names(self) -> list[list[str]]:
        """Return the paths of all streams, sorted."""
        return sorted(self._ole.listdir())

    def stream(self, path: Sequence[str]) -> Input:
        """Return what is in a stream."""
        with _translated(self._input):
            data = self._ole.openstream(list(path)).read()
            if len(data) != self._ole.get_size(list(path)):
                raise self._input.wrong(f"{'/'.join(path)} is cut")
        return self._input.inside(data)

    def properties(self, path: Sequence[str]) -> dict[int, int | bytes]:
        """Return the numbers and byte strings of a property set, [MS-OLEPS], section 2.21.

        olefile has a reader of its own, which follows the length of a vector wherever that leads.
        """
        stream = self.stream(path)
        (start,) = stream.unpack(_NUMBER, _FIRST_SECTION, "the property set")
        _, count = stream.unpack(_SECTION, start, "the property set")
        stream.check(start + _SECTION.size, count * _SECTION.size, "the list of properties")
        found: dict[int, int | bytes] = {}
        held = 0
        for number in range(count):
            place = start + _SECTION.size * (number + 1)
            name, where = stream.unpack(_SECTION, place, "a property")
            kind, value = stream.unpack(_SECTION, start + where, "a property")
            if kind in _INTEGERS:
                found[name] = value
            elif kind in _BLOBS:
                held += value
                if held > len(stream):
                    raise self._input.wrong("its properties overlap")
                found[name] = stream.part(start + where + _SECTION.size, value, "a property")
        return found


@contextmanager
def _translated(input: Input) -> Iterator[None]:
    """Raise what olefile raises for a damaged file as our own."""
    try:
        yield
    except IIOError:
        raise
    except Exception as error:
        raise input.wrong(f"as a compound file it is damaged: {error}") from error
