"""Files and directories."""

from __future__ import annotations

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

    def _open(self) -> IO[bytes]:
        return open(self.path, "rb")

    @contextmanager
    def as_path(self) -> Iterator[Path]:
        """Give the path itself."""
        yield Path(self.path)

    def entries(self) -> Iterator[Resource]:
        """Iterate over the files of the directory, or the members of the zip archive."""
        if self.is_directory:
            for name in sorted(os.listdir(self.path)):
                path = os.path.join(self.path, name)
                if os.path.isfile(path) or os.path.isdir(path):
                    yield PathResource(path, self.limits)
        elif self.head(2) == b"PK":
            from ._zip import ZipMember, member_names

            for name in member_names(self.path):
                yield ZipMember(self.path, name, self.limits)
        else:
            yield from super().entries()

    def companion(self, name: str) -> Resource:
        """Return a file in the same directory or below it; links may not lead out of it."""
        folder = Path(self.path) if self.is_directory else Path(self.path).parent
        inside = (folder / name.replace("\\", "/")).resolve()
        if not inside.is_relative_to(folder.resolve()):
            raise DecodeError(
                f"{self.name} refers to {name!r}, which is outside of its directory; "
                "such references are not followed"
            )
        return PathResource(str(inside), self.limits)


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
