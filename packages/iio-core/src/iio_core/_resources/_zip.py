"""Members of zip archives: ``folder.zip/inner.png`` and ``folder.zip#inner.png``."""

from __future__ import annotations

import copy as copying
import io
import os
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from .._errors import DecodeError, IIOError
from .._interrupts import held_interrupts
from .._limits import Limits
from ._atomic import PathTarget
from ._base import Resource, Target, copy

__all__ = [
    "BROKEN",
    "Bounded",
    "ZipMember",
    "ZipTarget",
    "member_names",
    "open_archive",
    "unpacked",
]

_SHOWN, _LONGEST = 3, 80  # names of members that a message shows, and characters of each
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    EOFError,
    ValueError,
)


def open_archive(archive: str, file: Bounded | None = None) -> zipfile.ZipFile:
    """Open an archive by its path, or one that is open already.

    Raises
    ------
    DecodeError
        If it is no zip archive.
    """
    try:
        return zipfile.ZipFile(archive if file is None else cast("IO[bytes]", file))
    except IIOError:  # of where it comes from
        raise
    except BROKEN as error:
        raise DecodeError(f"{archive} is not a zip archive: {error}") from error


class Bounded:
    """A file of which no more is read at once than may be held.

    zipfile reads the directory of an archive at once, as long as the archive says that it is; and
    the archive is as long as its server says.
    """

    def __init__(self, file: IO[bytes], limits: Limits, name: str) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._file, self._limits, self._name = file, limits, name

    def read(self, n: int = -1) -> bytes:
        """Read up to `n` bytes."""
        self._limits.check_body(max(n, 0), name=self._name)
        return self._file.read(n)


def member_names(archive: str) -> list[str]:
    """Return the names of the files in an archive, sorted."""
    with open_archive(archive) as file:
        return sorted(i.filename for i in file.infolist() if not i.is_dir())


def unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the content of a member; never more than it declares, whatever is packed in it.

    zipfile unpacks all that a chunk of bzip2 or LZMA holds at once, which can be a million times
    its size; those two are unpacked here, a bounded piece at a time (APPNOTE.TXT 6.3.10, 4.3, 5.8).
    """
    if info.compress_type not in {zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA} or info.flag_bits & 1:
        with archive.open(info) as source:
            while chunk := source.read(_PIECE):
                yield chunk
        return
    with archive.open(_as_stored(info)) as packed:
        left, crc = info.file_size, 0
        decompressor = _decompressor(packed, info)
        while left and not decompressor.eof:
            fresh = b""
            if decompressor.needs_input and not (fresh := packed.read(_PIECE)):
                break
            try:
                chunk = decompressor.decompress(fresh, min(left, _PIECE))
            except Exception as error:  # bz2 and lzma have errors of several kinds
                raise zipfile.BadZipFile(str(error)) from error
            left -= len(chunk)
            crc = zlib.crc32(chunk, crc)
            yield chunk
    if left or crc != info.CRC:
        raise zipfile.BadZipFile("its content is not what the archive says")


_PIECE = 1 << 16


def _as_stored(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return a member whose content is its packed bytes."""
    packed = copying.copy(info)
    packed.compress_type = zipfile.ZIP_STORED
    packed.file_size = info.compress_size
    packed.CRC = None  # type: ignore[assignment]  # nobody knows that of the packed bytes
    return packed


def _decompressor(packed: IO[bytes], info: zipfile.ZipInfo) -> Any:
    if info.compress_type == zipfile.ZIP_BZIP2:
        import bz2

        return bz2.BZ2Decompressor()
    import lzma

    # A zip has the properties behind a version and their size; an .lzma file before the length.
    head = packed.read(4)
    properties = packed.read(int.from_bytes(head[2:4], "little"))
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_LZMA_MEMORY)
    decompressor.decompress(properties + b"\xff" * 8, 0)
    return decompressor


_LZMA_MEMORY = 256 << 20


class ZipMember(Resource):
    """One file of a zip archive, held whole while it is read.

    The archive is a file of this name, or the open `file`.

    Raises
    ------
    FileNotFoundError
        If the archive, or the member in it, does not exist.
    DecodeError
        If the archive is damaged, or the member encrypted.
    LimitError
        If the member says that it is larger than `Limits.body_bytes`.
    """

    def __init__(
        self,
        archive: str,
        member: str,
        limits: Limits,
        *,
        filename: str | None = None,
        file: IO[bytes] | None = None,
    ) -> None:
        super().__init__(f"{archive}/{member}", member if filename is None else filename, limits)
        self._archive = archive
        self._member = member
        self._is_local = file is None
        bounded = None if file is None else Bounded(file, limits, archive)
        with open_archive(archive, bounded) as opened:
            try:
                info = opened.getinfo(member)
            except KeyError:
                raise FileNotFoundError(
                    f"{archive} has no member {member!r}; {_others(opened.namelist())}"
                ) from None
            limits.check_body(info.file_size, name=self.name)
            try:
                self._data = b"".join(unpacked(opened, info))
            except IIOError:
                raise
            except BROKEN as error:
                raise DecodeError(f"{self.name} cannot be unpacked: {error}") from error
        self.size = len(self._data)

    def _open(self) -> IO[bytes]:
        return io.BytesIO(self._data)

    def companion(self, name: str) -> Resource:
        """Return a member in the same folder of the archive or below it."""
        if not self._is_local:
            return super().companion(name)
        folder = posixpath.dirname(self._member)
        inside = posixpath.normpath(posixpath.join(folder, name.replace("\\", "/")))
        if inside.startswith(("/", "..")) or (folder and not inside.startswith(f"{folder}/")):
            raise DecodeError(
                f"{self.name} refers to {name!r}, which is outside of its folder; "
                "such references are not followed"
            )
        return self._adopt(ZipMember(self._archive, inside, self.limits))


def _others(names: list[str]) -> str:
    """Say what an archive holds; names may be many, long, and what no terminal should obey."""
    files = [name for name in names if not name.endswith("/")]
    shown = [repr(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...") for name in files]
    more = len(shown) - _SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"it has {', '.join(shown[:_SHOWN])}{rest}" if shown else "it has no files"


class ZipTarget(Target):
    """One file of a zip archive to write: the archive is rewritten as a whole, or not at all."""

    def __init__(
        self, archive: str, member: str, *, filename: str | None = None, fsync: bool
    ) -> None:
        super().__init__(f"{archive}/{member}", member if filename is None else filename)
        if not member or member.endswith("/"):
            raise ValueError(f"{archive} needs the name of a member: {archive}/image.png")
        self._archive = archive
        self._member = posixpath.normpath(member)
        if self._member.startswith(("/", "..")):
            raise ValueError(f"{member!r} is not a path inside of {archive}")
        self._target = PathTarget(archive, fsync=fsync)
        if os.path.exists(archive):
            open_archive(archive).close()

    def commit(self) -> None:
        """Write the new archive and put it in the place of the old one."""
        try:
            # zipfile, interrupted, raises something else in the place of KeyboardInterrupt.
            with held_interrupts():
                self._rewrite()
                self._target.commit()
        except BaseException:
            self._target.abort()
            raise

    def _rewrite(self) -> None:
        body = self.open()
        body.seek(0)
        new = self._target.open()
        exists = os.path.exists(self._archive)
        if exists and self._member not in member_names(self._archive):
            # Nothing to replace: what is there is kept to the byte, and one member appended.
            with open(self._archive, "rb") as old:
                copy(old, new)
            with zipfile.ZipFile(new, "a") as archive:
                self._add(archive, body)
        else:
            with zipfile.ZipFile(new, "w") as archive:
                if exists:
                    self._copy_others(archive)
                self._add(archive, body)

    def _add(self, archive: zipfile.ZipFile, body: IO[bytes]) -> None:
        # Image formats compress already: stored members can be read without unpacking.
        with archive.open(self._member, "w", force_zip64=True) as sink:
            copy(body, sink)

    def _copy_others(self, archive: zipfile.ZipFile) -> None:
        with open_archive(self._archive) as old:
            archive.comment = old.comment
            for info in old.infolist():
                if info.filename == self._member:
                    continue
                if info.flag_bits & 1:
                    raise DecodeError(
                        f"{self._archive} has the encrypted member {info.filename!r}, which cannot "
                        f"be carried over; write {self._member!r} under a name that is new"
                    )
                # zipfile writes the new sizes and offset into the info that it is given.
                with archive.open(copying.copy(info), "w") as sink:
                    for chunk in unpacked(old, info):
                        sink.write(chunk)

    def abort(self) -> None:
        """Leave the archive as it was."""
        self._file = None
        self._target.abort()
