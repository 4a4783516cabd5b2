"""What a plugin sees of the place that it reads from or writes to."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO

from .._errors import DecodeError
from .._interrupts import held_interrupts
from .._limits import Limits

__all__ = ["Resource", "Target", "copy"]

CHUNK = 1 << 20


def copy(source: IO[bytes], sink: IO[bytes], *, limit: Limits | None = None, name: str = "") -> int:
    """Copy a stream to its end, in chunks; return how many bytes that were."""
    done = 0
    while chunk := source.read(CHUNK):
        done += len(chunk)
        if limit is not None:
            limit.check_body(done, name=name)
        write_all(sink, chunk)
    return done


def write_all(sink: IO[bytes], data: bytes | memoryview) -> None:
    """Write all of `data`, also to a raw stream, whose ``write`` may take only a part."""
    view = memoryview(data)
    while view:
        written: int | None = sink.write(view)
        if written is None:  # a stream that does not count
            return
        if written == 0:
            raise OSError("the file object takes no more bytes")
        view = view[written:]


def extension_of(filename: str) -> str:
    """Return the last extension in lower case; of ``".png"``, which ``extension=`` makes, too."""
    base = os.path.basename(filename)
    dot = base.rfind(".")
    return base[dot:].lower() if dot >= 0 else ""


def file_name(filename: str, default: str) -> str:
    """Return the name of a temporary file with the extension of `filename`."""
    base = os.path.basename(filename)
    return f"{default}{base}" if not base or base.startswith(".") else base


def temporary_folder(
    *, prefix: str = "iio-", beside: str | None = None
) -> AbstractContextManager[str]:
    """Return a new folder that is removed at the end of a ``with`` block, in `beside` if given."""
    import tempfile  # and with it `random`: only where it is needed

    with held_interrupts():
        return tempfile.TemporaryDirectory(prefix=prefix, dir=beside)


class Positioned(io.RawIOBase):
    """A file to read with a position of its own: several may be of one place."""

    _position = 0

    def _end(self) -> int:
        """Return how long it is."""
        raise NotImplementedError  # every kind of file says how

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._end()
        elif whence == io.SEEK_CUR:
            offset += self._position
        if offset < 0:
            raise OSError(errno.EINVAL, "there is nothing before the beginning of a file")
        self._position = offset
        return offset

    def tell(self) -> int:
        return self._position


class Resource:
    """Something to read: a path, bytes, a file object, an archive member, a directory.

    Attributes
    ----------
    name : str
        How messages call it.
    filename : str
        The name that tells the extension; empty if there is none.
    limits : Limits
        How much reading it may cost.
    size : int or None
        Its length in bytes, where that is known.
    is_directory : bool
        Whether it has entries and no bytes.
    device : str
        The name of a device, without its brackets; empty for all else.
    """

    is_directory = False
    device = ""
    size: int | None = None

    def __init__(self, name: str, filename: str, limits: Limits) -> None:
        self.name = name
        self.filename = filename
        self.limits = limits
        self._handles: list[IO[bytes]] = []
        self._parent: Resource | None = None
        self._head = b""
        self._waiting: IO[bytes] | None = (
            None  # what `head` opened and `open` has not yet given away
        )

    @property
    def extension(self) -> str:
        """The last extension in lower case with its dot, or an empty string."""
        return extension_of(self.filename)

    def head(self, n: int = 4096) -> bytes:
        """Return the first `n` bytes, fewer if there are no more. Cached."""
        if len(self._head) < n:
            if self._waiting is None:
                self._waiting = self._track(self._open())
            self._head = self._waiting.read(n)
            self._waiting.seek(0)
        return self._head[:n]

    def open(self) -> IO[bytes]:
        """Open it as a binary, seekable file, which core closes in the end."""
        if (file := self._waiting) is not None:
            self._waiting = None
            return file
        return self._track(self._open())

    @contextmanager
    def as_path(self) -> Iterator[Path]:
        """Give a path to it, for backends that know only paths; it may be a temporary copy."""
        # A directory of its own, so that the file keeps its name and its extension.
        with temporary_folder() as folder:
            path = Path(folder, file_name(self.filename, "resource"))
            with path.open("wb") as sink:
                copy(self.open(), sink)
            yield path

    def entries(self) -> Iterator[Resource]:
        """Iterate over what a directory, a list of files or an archive holds, sorted by name.

        Raises
        ------
        DecodeError
            If it is none of them, or a damaged archive.
        """
        if self.is_directory or self.head(4) != b"PK\x03\x04":
            raise DecodeError(f"{self.name} is not a directory, a list of files or an archive")
        from ._members import members  # and with it zipfile

        yield from members(self)

    def companion(self, name: str) -> Resource:
        """Return the file beside this one, or below its directory, that its header refers to.

        Raises
        ------
        FileNotFoundError
            If it is not there.
        DecodeError
            If the reference leaves the directory tree.
        """
        raise FileNotFoundError(f"{self.name} refers to {name!r}, but has no files beside it")

    def close(self) -> None:
        """Close every handle that was opened on it."""
        self._waiting = None
        while self._handles:
            self._handles.pop().close()

    def _open(self) -> IO[bytes]:
        raise NotImplementedError  # every kind of resource says how

    def _track(self, file: IO[bytes]) -> IO[bytes]:
        self._handles.append(file)
        if self._parent is not None:
            self._parent._track(file)
        return file

    def _adopt(self, child: Resource) -> Resource:
        """Close what is opened on `child`, a part of this one, with this one at the latest."""
        child._parent = self
        return child


class Target:
    """Somewhere to write to. Nothing is there for others to see before `commit`.

    Attributes
    ----------
    name : str
        How messages call it.
    filename : str
        The last part of its name, which tells the extension; empty if there is none.
    """

    def __init__(self, name: str, filename: str) -> None:
        self.name = name
        self.filename = filename
        self._file: IO[bytes] | None = None

    @property
    def extension(self) -> str:
        """The last extension in lower case with its dot, or an empty string."""
        return extension_of(self.filename)

    def open(self) -> IO[bytes]:
        """Open it, once, as a binary file that can be written, read and seeked."""
        if self._file is None:
            # Between its making and our knowing of it nobody would remove it.
            with held_interrupts():
                self._file = self._create()
        return self._file

    def as_path(self) -> AbstractContextManager[Path]:
        """Give a path to write to, for backends that know only paths."""
        return self._as_path()

    @contextmanager
    def _as_path(self) -> Iterator[Path]:
        with temporary_folder() as folder:
            path = Path(folder, file_name(self.filename, "target"))
            yield path
            with path.open("rb") as source:
                copy(source, self.open())

    def problem(self) -> str:
        """Tell why what was written cannot be committed; an empty string if it can."""
        file = self.open()
        if file.closed:
            return "it closed the file that it was to write to"
        return "" if file.seek(0, os.SEEK_END) else "it wrote nothing"

    def sibling(self, name: str) -> Target:
        """Return the target of a further file in the same directory, committed before this one."""
        raise ValueError(f"{self.name} cannot have {name!r} beside it: write to a path instead")

    def commit(self) -> None:
        """Let others see what was written, all at once."""
        raise NotImplementedError  # every kind of target says how

    def abort(self) -> None:
        """Throw away what was written."""
        raise NotImplementedError  # every kind of target says how

    def _create(self) -> IO[bytes]:
        return io.BytesIO()
