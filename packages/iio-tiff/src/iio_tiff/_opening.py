"""From a resource to the backend's file: looked through first, and kept inside of its directory."""

from __future__ import annotations

import io
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from tifffile import TiffFile

from iio_core import DecodeError, IIOWarning, NotThisFormat, OptionError, Resource, warn

from . import _forks as _forks  # to be there before anybody forks
from ._directories import Chain
from ._directory import Directory
from ._micromanager import has_index_map
from ._ome import Outline, outline_of
from ._told import heard

__all__ = ["Opened", "open_tiff"]

_MAKE, _SUBIFDS, _DNG, _PHOTOMETRIC, _DESCRIPTION = 271, 330, 50706, 262, 270
_LOOKS_AHEAD = (34412, 65420)  # LSM, NDPI
_SENSOR = frozenset({32803, 34892})  # color filter array, linear raw


class Part(io.RawIOBase):
    """A part of a file, as a file."""

    def __init__(self, file: IO[bytes], offset: int, size: int | None) -> None:
        self._file = file
        self._start = offset
        end = file.seek(0, 2)
        self._size = max(0, end - offset if size is None else min(size, end - offset))
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read."""
        return True

    def seekable(self) -> bool:
        """Whether it can be seeked."""
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place, counted from its own beginning."""
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer, as far as there is something left."""
        number = max(0, min(len(buffer), self._size - self._at))
        self._file.seek(self._start + self._at)
        data = self._file.read(number)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class Opened:
    """A file, looked through; in the hands of the backend as soon as somebody needs that.

    Parameters
    ----------
    resource : Resource
        What it is.
    file : binary file
        As core opened it, or the part of it that is TIFF.
    chain : Chain
        Its directories.
    multifile : bool
        Whether pages in other files of its directory belong to it.
    keep_open : bool
        Whether files that belong to it stay open between reads.
    """

    def __init__(
        self,
        resource: Resource,
        file: IO[bytes],
        chain: Chain,
        *,
        multifile: bool,
        keep_open: bool,
    ) -> None:
        self.file = file
        self.chain = chain
        self.keep_open = keep_open
        self._resource = resource
        self._multifile = multifile
        self._outline: Outline | None = None
        self._tiff: TiffFile | None = None
        self._stack = ExitStack()

    @property
    def tiff(self) -> TiffFile:
        """The backend's file.

        Raises
        ------
        DecodeError
            If a directory that it would follow is not whole.
        """
        if self._tiff is None:
            with heard(self._resource.name):
                self._tiff = self._opened()
        return self._tiff

    @property
    def outline(self) -> Outline | None:
        """What its OME-XML says, if it has some."""
        _ = self.tiff
        return self._outline

    def close(self) -> None:
        """Let go of it, and of the files that belong to it."""
        if self._tiff is not None:
            self._tiff.close()
        self._stack.close()

    def _opened(self) -> TiffFile:
        """Have the backend open it."""
        chain, name = self.chain, self._resource.name
        if any(tag in chain.first for tag in _LOOKS_AHEAD) or _is_scanimage(chain.first):
            chain.count()  # the backend goes on to other directories at once
        self._outline = outline = _outline(chain, name)
        beside = _beside(self._resource, outline, self._stack) if self._multifile else None
        # OME-XML says the same and more, and where other files are.
        is_mmstack = None if outline is None and has_index_map(chain) else False
        self.file.seek(0)
        return TiffFile(
            self.file if beside is None else str(beside),
            name=_own_name(outline) if beside is None else None,
            _multifile=beside is not None,
            # Neither the file's name nor what is in its directory says what it is.
            is_ndpi=chain.ndpi,
            is_ndtiff=False,
            is_mmstack=is_mmstack,
        )


def open_tiff(
    resource: Resource,
    *,
    offset: int | None = None,
    size: int | None = None,
    multifile: bool = True,
    multifile_close: bool = True,
    raw: bool = False,
) -> Opened:
    """Open a resource, and look at its first directory.

    Parameters
    ----------
    resource : Resource
        What to open.
    offset, size, multifile, multifile_close, raw
        As for `TiffPlugin.open_reader`.

    Raises
    ------
    NotThisFormat
        If it does not begin as a TIFF file, or is a camera's raw file.
    DecodeError
        If its first directory is not whole.
    """
    head = resource.head(8)
    if not offset and len(head) < 8:
        raise DecodeError(
            f"{resource.name} is empty or cut: it has {len(head)} bytes", plugin="tiff"
        )
    if not offset and head[:2] not in (b"II", b"MM"):
        raise NotThisFormat("it does not begin as a TIFF file does")
    file = resource.open()
    if offset or size is not None:
        if (offset or 0) < 0 or (size is not None and size < 0):
            raise OptionError("offset= and size= are bytes, and not negative")
        file = cast("IO[bytes]", io.BufferedReader(Part(file, offset or 0, size)))
    chain = Chain(file, name=resource.name, limits=resource.limits)
    if not raw and (reason := _camera(chain, resource)):
        raise NotThisFormat(reason)
    return Opened(
        resource,
        file,
        chain,
        multifile=multifile and not offset,
        keep_open=not multifile_close,
    )


def _is_scanimage(first: Directory) -> bool:
    """Tell whether the backend may take a file for one of ScanImage, and guess at its pages."""
    marks = (b"scanimage", b"SI.", b"state.")
    return any(tag in first and any(m in first.data(tag) for m in marks) for tag in (270, 305))


def _outline(chain: Chain, name: str) -> Outline | None:
    """Return what the OME-XML of a file says, if it has some."""
    if _DESCRIPTION not in chain.first:
        return None
    data = chain.first.data(_DESCRIPTION).rstrip(b"\0")
    if not data[-16:].rstrip().endswith(b"OME>"):
        return None
    return outline_of(data.decode("utf-8", "replace"), name)


def _own_name(outline: Outline | None) -> str:
    """Return how a file is called in its own OME-XML, whatever it is called now."""
    names = [] if outline is None else outline.files
    return names[0] if len(names) == 1 else "file.tif"


def _beside(resource: Resource, outline: Outline | None, stack: ExitStack) -> Path | None:
    """Return the path of a file that has pages in others beside it; None if it has not.

    Those are looked through as well, and have to be in the same directory or below it.
    """
    if outline is None or len(outline.files) < 2:
        return None
    found = 0
    for name in outline.files:
        if name == resource.filename.replace("\\", "/").rpartition("/")[2]:
            continue
        try:
            other = resource.companion(name)
        except FileNotFoundError:
            continue
        Chain(other.open(), name=other.name, limits=resource.limits).count()
        other.close()
        found += 1
    if not found:
        warn(
            f"{resource.name} is one of {len(outline.files)} files of an image, and the others are "
            "not beside it: only its own pages are read",
            IIOWarning,
        )
        return None
    path = stack.enter_context(resource.as_path())
    # The backend looks beside the file that a link leads to.
    return path if path.resolve().parent == path.parent.resolve() else None


def _camera(chain: Chain, resource: Resource) -> str:
    """Return why a file is a camera's raw file; an empty string if it is none.

    DNG says so. Others have the name of a maker, and a directory whose pixels are those of the
    sensor (TIFF/EP, ISO 12234-2).
    """
    first = chain.first
    if _DNG in first:
        what = "DNG"
    elif resource.head(10)[8:10] == b"CR" or (_MAKE in first and _has_sensor(chain, first)):
        what = "of a camera"
    else:
        return ""
    return (
        f"it is a raw file ({what}), which takes a plugin for raw files; raw=True reads the "
        "previews and undeveloped pixels that it holds"
    )


def _has_sensor(chain: Chain, first: Directory) -> bool:
    if first.number(_PHOTOMETRIC, -1) in _SENSOR:
        return True
    for offset in first.numbers(_SUBIFDS)[:8]:
        try:
            inner = chain.directory(offset)
        except DecodeError:
            return False
        if inner.number(_PHOTOMETRIC, -1) in _SENSOR:
            return True
    return False
