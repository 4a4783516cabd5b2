"""The files of a zip archive, wherever the archive is: each is unpacked when it is opened."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import IO

from .._errors import DecodeError, IIOError
from ._base import Resource
from ._zip import BROKEN, Bounded, open_archive, unpacked

__all__ = ["members"]


def members(archive: Resource) -> Iterator[Resource]:
    """Iterate over the files of an archive, sorted by name.

    Raises
    ------
    DecodeError
        If it is no zip archive, or damaged.
    """
    file = Bounded(archive.open(), archive.limits, archive.name)
    opened = open_archive(archive.name, file)
    for info in sorted(opened.infolist(), key=lambda info: info.filename):
        if not info.is_dir():
            yield archive._adopt(_Member(archive, opened, info))


class _Member(Resource):
    """One file of an open archive. What it holds is not kept: there may be thousands."""

    def __init__(self, archive: Resource, opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        super().__init__(f"{archive.name}/{info.filename}", info.filename, archive.limits)
        self._archive = archive
        self._opened = opened
        self._info = info
        self.size = info.file_size

    def head(self, n: int = 4096) -> bytes:
        """Return the first `n` bytes; no more than those are unpacked."""
        if len(self._head) < min(n, self._info.file_size):
            parts, done = [], 0
            try:
                for part in unpacked(self._opened, self._info):
                    parts.append(part)
                    done += len(part)
                    if done >= n:
                        break
            except IIOError:
                raise
            except BROKEN as error:
                raise DecodeError(f"{self.name} cannot be unpacked: {error}") from error
            self._head = b"".join(parts)
        return self._head[:n]

    def _open(self) -> IO[bytes]:
        self.limits.check_body(self._info.file_size, name=self.name)
        try:
            return io.BytesIO(b"".join(unpacked(self._opened, self._info)))
        except IIOError:  # of where the archive comes from
            raise
        except BROKEN as error:
            raise DecodeError(f"{self.name} cannot be unpacked: {error}") from error

    def companion(self, name: str) -> Resource:
        """Return a member in the same folder of the archive or below it."""
        folder = posixpath.dirname(self._info.filename)
        inside = posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))
        if inside.startswith(("/", "..")) or (folder and not inside.startswith(f"{folder}/")):
            raise DecodeError(
                f"{self.name} refers to {name!r}, which is outside of its folder; "
                "such references are not followed"
            )
        try:
            info = self._opened.getinfo(inside)
        except KeyError:
            raise FileNotFoundError(f"{self._archive.name} has no member {inside!r}") from None
        return self._adopt(_Member(self._archive, self._opened, info))
