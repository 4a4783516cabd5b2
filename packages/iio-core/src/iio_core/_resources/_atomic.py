"""Files on this machine, written all or nothing.

A one-shot write goes to a file without a name in the target's directory (``O_TMPFILE``), so that a
killed process leaves nothing behind; to commit, the file gets the target's name, or where that is
taken another one, and is renamed over the target. Elsewhere than on Linux it is a hidden file
beside the target from the start. A session's file is visible as ``name.part.ext`` until it is
complete: what a crash cuts short is still there.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .._interrupts import held_interrupts
from .._warning import warn
from ._base import Target, copy, file_name, temporary_folder

__all__ = ["PathTarget"]

_O_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | _O_BINARY
_NO_TMPFILE = {errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL}
_NO_NEW_FILES = {errno.EACCES, errno.EPERM, errno.EROFS}
# Without /proc, and where a file system or a sandbox knows no link to a nameless file.
_NO_LINK = {
    *(errno.ENOENT, errno.EPERM, errno.EACCES, errno.EXDEV),
    *(errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP),
}
_NO_RENAME = {errno.EBUSY, errno.EPERM, errno.EACCES, errno.EXDEV}


class PathTarget(Target):
    """A file to write.

    Parameters
    ----------
    path : str
        Where. A symbolic link is followed; the mode of a file that is there is kept.
    session : bool
        Keep what is written in a visible ``name.part.ext`` until `commit`.
    fsync : bool
        Wait at `commit` until the data has reached the disk.

    Raises
    ------
    FileNotFoundError
        If its directory does not exist.
    IsADirectoryError
        If it is a directory.
    PermissionError
        If it is there and may not be written.
    """

    def __init__(
        self, path: str, *, filename: str | None = None, session: bool = False, fsync: bool = False
    ) -> None:
        super().__init__(path, path if filename is None else filename)
        self.path = os.path.realpath(path)
        self._session = session
        self._fsync = fsync
        self._temporary: str | None = None  # the name of the file being written, if it has one
        self._direct = False
        self._siblings: dict[str, PathTarget] = {}
        self._mode: int | None = None
        self._look(path)

    def _look(self, path: str) -> None:
        """Refuse now what would fail in the end."""
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            folder = os.path.dirname(self.path)
            if not os.path.isdir(folder):
                raise FileNotFoundError(
                    errno.ENOENT, "the directory to write to does not exist", folder
                ) from None
            if not os.access(folder, os.W_OK | os.X_OK):
                raise PermissionError(
                    errno.EACCES, "the directory may not be written to", folder
                ) from None
            return
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "cannot write an image to a directory", path)
        if not os.access(self.path, os.W_OK):
            raise PermissionError(errno.EACCES, "the file may not be written to", path)
        self._mode = stat.S_IMODE(status.st_mode)
        self._direct = not stat.S_ISREG(status.st_mode)  # a device or a pipe

    def sibling(self, name: str) -> PathTarget:
        """Return the target of a further file beside this one; it is committed before this one."""
        if os.path.basename(name) != name or name in {"", ".", ".."}:
            raise ValueError(f"{name!r} is not the name of a file beside {self.name}")
        if name not in self._siblings:
            path = os.path.join(os.path.dirname(self.path), name)
            self._siblings[name] = PathTarget(path, session=self._session, fsync=self._fsync)
        return self._siblings[name]

    @contextmanager
    def _as_path(self) -> Iterator[Path]:
        # In a directory of its own beside the target: the backend sees the right name, and may
        # write a second file without hitting one of the user's.
        beside: str | None = os.path.dirname(self.path)
        if self._direct or not os.access(os.path.dirname(self.path), os.W_OK | os.X_OK):
            beside = None
        with temporary_folder(prefix=".iio-", beside=beside) as folder:
            path = Path(folder, file_name(self.filename, "target"))
            yield path
            with path.open("rb") as source:
                copy(source, self.open())

    def _create(self) -> IO[bytes]:
        if not self._direct:
            try:
                descriptor = self._create_part() if self._session else self._create_temporary()
            except OSError as error:
                if error.errno not in _NO_NEW_FILES or not os.path.exists(self.path):
                    raise
                self._go_direct(f"the directory takes no new files ({error.strerror})")
            else:
                return open(descriptor, "w+b")
        import tempfile

        # What is there stays whole until all is encoded, also where it has to be overwritten.
        return tempfile.TemporaryFile(prefix="iio-")

    def _go_direct(self, reason: str) -> None:
        self._direct = True
        warn(f"{self.name}: {reason}; it is written in place, and damaged if that is interrupted")

    def _create_temporary(self) -> int:
        folder = os.path.dirname(self.path)
        if hasattr(os, "O_TMPFILE") and sys.platform == "linux":
            try:
                return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
            except OSError as error:
                if error.errno not in _NO_TMPFILE:
                    raise
        self._temporary = self._hidden_name()
        return os.open(self._temporary, _NEW, 0o666)

    def _create_part(self) -> int:
        stem, extension = os.path.splitext(self.path)
        for number in range(1, 10_000):
            # One that a crash has left is a recording that somebody may want.
            name = f"{stem}.part{number if number > 1 else ''}{extension}"
            with contextlib.suppress(FileExistsError):
                descriptor = os.open(name, _NEW, 0o666)
                self._temporary = name
                return descriptor
        raise FileExistsError(errno.EEXIST, "too many unfinished files", f"{stem}.part{extension}")

    def _hidden_name(self) -> str:
        folder, name = os.path.split(self.path)
        # A part of the name only: a name may be as long as the file system allows.
        return os.path.join(folder, f".{name[:40]}.{os.urandom(4).hex()}.tmp")

    def commit(self) -> None:
        """Put what was written, siblings first, in the place of what was there."""
        try:
            for sibling in self._siblings.values():
                sibling.commit()
            file = self.open()
            file.flush()
            if not self._direct:
                if self._fsync:
                    os.fsync(file.fileno())
                self._put_in_place(file)
            if self._direct:
                self._overwrite(file)
        except BaseException:
            self.abort()
            raise
        file.close()
        if self._fsync and not self._direct:
            _sync_directory(os.path.dirname(self.path))

    def _put_in_place(self, file: IO[bytes]) -> None:
        if self._mode is not None:
            if hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), self._mode)
            elif self._temporary is not None:
                os.chmod(self._temporary, self._mode)
        if self._temporary is None:
            if self._mode is None and _is_linked(file, self.path):
                return  # nothing was there: one step, and no name that a kill could leave behind
            # Known before it exists: Ctrl-C right behind the link leaves nothing either.
            self._temporary = self._hidden_name()
            if not _is_linked(file, self._temporary):
                self._copy_to(self._temporary, file)
        elif os.name == "nt":
            file.close()  # Windows renames no file that is open
        try:
            os.replace(self._temporary, self.path)
        except OSError as error:
            # A file that is a mount of its own, somebody else's in a directory like /tmp.
            if error.errno not in _NO_RENAME or file.closed or not os.path.exists(self.path):
                raise
            self._go_direct(f"it cannot be replaced ({error.strerror})")
            os.unlink(self._temporary)
        self._temporary = None

    def _copy_to(self, path: str, file: IO[bytes]) -> None:
        """Write once more what was encoded, to a new file of this name."""
        file.seek(0)
        with open(os.open(path, _NEW, 0o666), "wb") as sink:
            copy(file, sink)
            if self._mode is not None:
                os.chmod(path, self._mode)
            if self._fsync:
                sink.flush()
                os.fsync(sink.fileno())

    def _overwrite(self, file: IO[bytes]) -> None:
        """Copy what was encoded over what is there."""
        file.seek(0)
        with open(self.path, "wb") as sink:
            copy(file, sink)
            sink.flush()
            if self._fsync and _is_regular(self.path):
                os.fsync(sink.fileno())

    def abort(self) -> None:
        """Throw away what was written; the old file, if there was one, stays as it was."""
        with held_interrupts():
            for sibling in self._siblings.values():
                sibling.abort()
            self._discard()

    def _discard(self) -> None:
        try:
            if self._file is not None:
                # What is in the buffer goes to nobody: a full disk must not turn up again here.
                with contextlib.suppress(OSError):
                    self._file.close()
                self._file = None
        finally:
            if self._temporary is not None:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._temporary)
                self._temporary = None


def _is_linked(file: IO[bytes], path: str) -> bool:
    """Give a nameless file a name, if that is free and the system can."""
    # link(2) does not follow the symbolic link in /proc; linkat(2) does, which Python calls only if
    # it is given a directory (that an absolute path makes no use of).
    folder = os.open("/", os.O_RDONLY)
    try:
        os.link(f"/proc/self/fd/{file.fileno()}", path, src_dir_fd=folder, follow_symlinks=True)
    except OSError as error:
        if error.errno not in _NO_LINK | {errno.EEXIST}:
            raise
        return False
    finally:
        os.close(folder)
    return True


def _is_regular(path: str) -> bool:
    return stat.S_ISREG(os.stat(path).st_mode)


def _sync_directory(folder: str) -> None:
    """Make the rename itself durable, where directories can be synced."""
    with contextlib.suppress(OSError, PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
