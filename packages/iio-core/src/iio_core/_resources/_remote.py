"""``scheme://`` of any other store, through fsspec (extra ``iio-core[remote]``).

What is read is fetched in parts where the store has them. What is written is encoded here first,
and sent when it is complete.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

from .._errors import DecodeError
from .._limits import Limits, current
from ._atomic import PathTarget
from ._base import Resource, Target, copy, temporary_folder
from ._bodies import Body, NetworkResource, StreamedBody
from ._path import PathResource
from ._ranges import BLOCK, RangedBody
from ._stores import Place, place_of, translated

__all__ = ["FsspecResource", "FsspecTarget", "remote_resource", "remote_target"]

_AT_ONCE = 8 << 20  # bytes that are sent in one request


def remote_resource(uri: Any, limits: Limits, *, filename: str | None = None) -> Resource:
    """Return what a URI, or an object of fsspec that names a file, says is to be read."""
    place = place_of(uri, limits)
    if place.is_local:
        return PathResource(place.path, limits, filename=filename)
    return FsspecResource(place, limits, filename=filename)


def remote_target(uri: Any, *, filename: str | None = None, session: bool, fsync: bool) -> Target:
    """Return what a URI, or an object of fsspec that names a file, says is to be written."""
    place = place_of(uri, current())
    if place.is_local:
        return PathTarget(place.path, filename=filename, session=session, fsync=fsync)
    return FsspecTarget(place, filename=filename)


class FsspecResource(NetworkResource):
    """A file or a directory of a store that fsspec knows.

    Raises
    ------
    FileNotFoundError, PermissionError
        If the store has nothing there, or not for everybody.
    DecodeError
        If it cannot be reached, or fails in any other way.
    LimitError
        If it does not say how large the file is, and that is more than `Limits.body_bytes`.
    """

    def __init__(
        self,
        place: Place,
        limits: Limits,
        *,
        filename: str | None = None,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        self._place = place
        self._children: list[Resource] = []
        if info is None:
            with translated(place.name):
                # What was listed earlier may have been replaced since.
                place.fs.invalidate_cache(posixpath.dirname(place.path))
                info = place.fs.info(place.path)
        self.is_directory = info.get("type") == "directory"
        size = info.get("size")
        size = None if self.is_directory or not isinstance(size, int) or size < 0 else size
        self._parts = _Parts(place)
        body: Body
        if size is None:
            body = StreamedBody(self._parts.read_on, None, limits, place.name)
        else:
            body = RangedBody(self._parts.fetch, size, limits)
        super().__init__(place.name, place.filename if filename is None else filename, limits, body)
        self.size = size

    def _open(self) -> IO[bytes]:
        if self.is_directory:
            raise IsADirectoryError(f"{self.name} is a directory")
        return super()._open()

    def entries(self) -> Iterator[Resource]:
        """Iterate over the files and folders of a directory."""
        if not self.is_directory:
            yield from super().entries()
        with translated(self.name):
            found = self._place.fs.ls(self._place.path, detail=True)
            found = sorted(found, key=lambda entry: str(entry["name"]))
        for info in found:
            path = info["name"].rstrip("/")
            # A store without directories may list the marker that stands for this one.
            if info.get("type") in {"file", "directory"} and path != self._place.path.rstrip("/"):
                yield self._adopt(FsspecResource(self._place.at(path), self.limits, info=info))

    def companion(self, name: str) -> Resource:
        """Return a file in the same folder of the store, or below it."""
        folder = self._place.path if self.is_directory else posixpath.dirname(self._place.path)
        folder = folder.rstrip("/")
        inside = posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))
        if not _is_below(inside, folder, self._place.path):
            raise DecodeError(
                f"{self.name} refers to {name!r}, which is outside of its folder; "
                "such references are not followed"
            )
        return self._adopt(FsspecResource(self._place.at(inside), self.limits))

    def _adopt(self, child: Resource) -> Resource:
        self._children.append(child)
        return super()._adopt(child)

    def close(self) -> None:
        """Close every handle, also those of the files beside it."""
        super().close()
        self._parts.close()
        while self._children:
            self._children.pop().close()


def _is_below(path: str, folder: str, of: str) -> bool:
    if path in {".", ".."} or path.startswith("../"):
        return False
    return path.startswith(f"{folder}/") if folder or of.startswith("/") else path[:1] != "/"


class _Parts:
    """Fetches parts of a file: each with a request, or from one handle where fsspec needs one."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._file: Any = None

    def fetch(self, start: int, stop: int) -> bytes:
        """Return the bytes from `start` to `stop`."""
        with translated(self._place.name):
            if self._place.sends_parts:
                data = self._place.fs.cat_file(self._place.path, start=start, end=stop)
            else:
                self._handle().seek(start)
                data = b"".join(_pieces(self._handle(), stop - start))
        if len(data) != stop - start:
            raise DecodeError(
                f"{self._place.name} is cut, or changed while it was read: of {stop - start} bytes "
                f"from {start} on the store sends {len(data)}"
            )
        return bytes(data)

    def read_on(self, n: int) -> bytes:
        """Return the next bytes of a file whose size the store does not tell."""
        with translated(self._place.name):
            return bytes(self._handle().read(n))

    def _handle(self) -> Any:
        if self._file is None:
            self._file = self._place.fs.open(self._place.path, "rb", block_size=BLOCK)
        return self._file

    def close(self) -> None:
        """Close the handle."""
        if self._file is not None:
            file, self._file = self._file, None
            with translated(self._place.name):
                file.close()


def _pieces(file: Any, n: int) -> Iterator[bytes]:
    while n > 0 and (piece := file.read(n)):
        n -= len(piece)
        yield piece


class FsspecTarget(Target):
    """A file of a store to write: sent when it is complete."""

    def __init__(self, place: Place, *, filename: str | None = None) -> None:
        super().__init__(place.name, place.filename if filename is None else filename)
        self._place = place
        self._siblings: dict[str, FsspecTarget] = {}

    def _create(self) -> IO[bytes]:
        import tempfile

        return cast(
            "IO[bytes]",
            tempfile.SpooledTemporaryFile(max_size=_AT_ONCE, prefix="iio-"),
        )

    def sibling(self, name: str) -> Target:
        """Return the target of a further file beside this one; it is sent before this one."""
        if posixpath.basename(name) != name or name in {"", ".", ".."}:
            raise ValueError(f"{name!r} is not the name of a file beside {self.name}")
        if name not in self._siblings:
            path = posixpath.join(posixpath.dirname(self._place.path), name)
            self._siblings[name] = FsspecTarget(self._place.at(path))
        return self._siblings[name]

    def commit(self) -> None:
        """Send what was written, siblings first."""
        try:
            for sibling in self._siblings.values():
                sibling.commit()
            with translated(self.name, writing=True):
                self._send()
        finally:
            self.abort()

    def _send(self) -> None:
        place = self._place
        if not place.renames:
            self._put(place.path)
            return
        folder, name = posixpath.split(place.path)
        temporary = posixpath.join(folder, f".{name[:40]}.{os.urandom(4).hex()}.tmp")
        try:
            self._put(temporary)
            place.fs.mv(temporary, place.path)
        except BaseException:
            with contextlib.suppress(Exception):
                place.fs.rm_file(temporary)
            raise

    def _put(self, path: str) -> None:
        body = self.open()
        size = body.seek(0, os.SEEK_END)
        body.seek(0)
        # One call that has all the bytes: no part of them can become a file.
        if size <= _AT_ONCE or self._place.in_memory:
            self._place.fs.pipe_file(path, body.read())
            return
        with temporary_folder() as folder:
            whole = os.path.join(folder, "body")
            with open(whole, "wb") as sink:
                copy(body, sink)
            self._place.fs.put_file(whole, path)

    def abort(self) -> None:
        """Forget what was written; nothing of it was sent."""
        for sibling in self._siblings.values():
            sibling.abort()
        if self._file is not None:
            self._file.close()
            self._file = None
