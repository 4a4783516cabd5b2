"""Files and directories."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .._errors import DecodeError
from .._limits import Limits
from ._base import Resource

__all__ = ["ListResource", "PathResource"]

SMALL = 1 << 16
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _read_all(path: str, size: int) -> bytes | None:
    """Return what a small file holds; None if it is no longer of this size."""
    descriptor = os.open(path, _READ)
    try:
        data = os.read(descriptor, size + 1)
    finally:
        os.close(descriptor)
    return data if len(data) == size else None


class PathResource(Resource):
    """A regular file or a directory on this machine.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    DecodeError
        If it is a pipe, a socket or a device.
    """

    def __init__(self, path: str, limits: Limits, *, filename: str | None = None) -> None:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            self.is_directory = True
        elif stat.S_ISREG(status.st_mode):
            self.size = status.st_size
        else:
            # Opening a FIFO would wait for a writer, and reading a device may never end.
            raise DecodeError(
                f"{path} is neither a regular file nor a directory; to read from a pipe or a "
                "device on purpose, open it and give the file object"
            )
        super().__init__(path, path if filename is None else filename, limits)
        self.path = path
        self._whole: bytes | None = None

    def head(self, n: int = 4096) -> bytes:
        """Return the first `n` bytes."""
        if self._whole is None and self.size is not None and self.size <= SMALL:
            self._whole = _read_all(self.path, self.size)
        return super().head(n) if self._whole is None else self._whole[:n]

    def _open(self) -> IO[bytes]:
        # A small file is read at once: many short reads and seeks are cheaper in memory.
        return open(self.path, "rb") if self._whole is None else io.BytesIO(self._whole)

    @contextmanager
    def as_path(self) -> Iterator[Path]:
        """Give the path itself."""
        yield Path(self.path)

    def entries(self) -> Iterator[Resource]:
        """Iterate over the files of the directory, or the members of the zip archive."""
        if not self.is_directory:
            yield from super().entries()
            return
        for name in sorted(os.listdir(self.path)):
            path = os.path.join(self.path, name)
            if os.path.isfile(path) or os.path.isdir(path):
                try:
                    entry = PathResource(path, self.limits)
                except FileNotFoundError:
                    continue  # it was removed right now
                yield self._adopt(entry)

    def companion(self, name: str) -> Resource:
        """Return a file in the same directory or below it; links may not lead out of it."""
        folder = Path(self.path) if self.is_directory else Path(self.path).parent
        inside = (folder / name.replace("\\", "/")).resolve()
        if not inside.is_relative_to(folder.resolve()):
            raise DecodeError(
                f"{self.name} refers to {name!r}, which is outside of its directory; "
                "such references are not followed"
            )
        return self._adopt(PathResource(str(inside), self.limits))


class ListResource(Resource):
    """Several resources that are read as one, in the order given."""

    is_directory = True

    def __init__(self, members: list[Resource], limits: Limits) -> None:
        super().__init__(f"<{len(members)} files>", "", limits)
        self._members = members

    def entries(self) -> Iterator[Resource]:
        """Iterate over the members."""
        yield from self._members

    def close(self) -> None:
        """Close every member."""
        for member in self._members:
            member.close()
