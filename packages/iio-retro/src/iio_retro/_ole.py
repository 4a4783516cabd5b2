"""Compound files, through olefile, which is an extra of this wheel.

After *[MS-CFB]: Compound File Binary File Format*: storages and streams, like a file system.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import olefile

from iio_core import IIOError

from ._input import Input

__all__ = ["Compound"]


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

    def properties(self, path: Sequence[str]) -> dict[int, Any]:
        """Return the properties of a stream that is a set of them."""
        with _translated(self._input):
            found: dict[int, Any] = self._ole.getproperties(list(path))
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
