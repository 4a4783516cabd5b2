"""Which kind of resource a URI is."""

from __future__ import annotations

import os
import re
from typing import Any

from .._errors import NoPluginError, OptionError
from .._limits import Limits
from . import _memory
from ._atomic import PathTarget
from ._base import Resource, Target
from ._path import ListResource, PathResource

__all__ = ["normalize_extension", "open_resource", "open_target"]

_IN_ARCHIVE = re.compile(r"\.zip(?=[/#\\])", re.IGNORECASE)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")


def normalize_extension(extension: str | None) -> str | None:
    """Return an ``extension=`` option in lower case with its dot; None stays None."""
    if extension is None:
        return None
    if not str(extension).strip("."):
        raise OptionError(f"extension={extension!r} is not an extension like '.png'")
    return extension.lower() if extension.startswith(".") else f".{extension.lower()}"


def open_resource(uri: Any, limits: Limits, *, extension: str | None = None) -> Resource:
    """Return what is to be read; no plugin has been asked yet.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    DecodeError
        If it cannot be read at all: a FIFO, a damaged archive.
    OptionError
        If it is not a URI, bytes or a file object.
    """
    filename = None if extension is None else normalize_extension(extension)
    if isinstance(uri, (str, os.PathLike)):  # a union would be made anew each time
        path = _local_path(uri)
        if (inside := _split_archive(path)) is not None:
            from ._zip import ZipMember  # and with it zipfile

            return ZipMember(*inside, limits, filename=filename)
        return PathResource(path, limits, filename=filename)
    if isinstance(uri, bytes | bytearray | memoryview):
        return _memory.BytesResource(uri, limits, filename=filename or "")
    if hasattr(uri, "read"):
        return _memory.FileObjectResource(uri, limits, filename=filename)
    if isinstance(uri, list | tuple) and uri:
        return ListResource([open_resource(u, limits, extension=extension) for u in uri], limits)
    raise OptionError(
        f"cannot read from {type(uri).__name__}: give a path, a URI, bytes or a binary file object"
    )


def open_target(
    uri: Any, *, extension: str | None = None, session: bool = False, fsync: bool = False
) -> Target:
    """Return what is to be written; nothing is touched before it is committed.

    Raises
    ------
    FileNotFoundError
        If the directory to write to does not exist.
    PermissionError, IsADirectoryError
        If the target cannot be written.
    OptionError
        If it is not a URI or a file object.
    """
    filename = normalize_extension(extension)
    if isinstance(uri, str) and uri == "<bytes>":
        return _memory.BytesTarget(filename or "")
    if isinstance(uri, str | os.PathLike):
        path = _local_path(uri)
        if (inside := _split_archive(path)) is not None:
            from ._zip import ZipTarget

            return ZipTarget(*inside, filename=filename, fsync=fsync)
        return PathTarget(path, filename=filename, session=session, fsync=fsync)
    if hasattr(uri, "write"):
        return _memory.FileObjectTarget(uri, filename)
    raise OptionError(
        f"cannot write to {type(uri).__name__}: give a path, '<bytes>' or a binary file object"
    )


def _split_archive(path: str) -> tuple[str, str] | None:
    """Part ``dir/a.zip/inner/b.png`` or ``dir/a.zip#inner/b.png`` into archive and member.

    Returns None for a path that does not lead into an archive: one without such a part, or
    one that exists as it is (a folder may be called ``a.zip``).
    """
    if _IN_ARCHIVE.search(path) is None or os.path.lexists(path):
        return None
    for found in _IN_ARCHIVE.finditer(path):
        archive, member = path[: found.end()], path[found.end() + 1 :]
        if not os.path.isdir(archive):
            return archive, member.replace("\\", "/").lstrip("/")
    return None


def _local_path(uri: str | os.PathLike[str]) -> str:
    """Return the path that a URI means on this machine."""
    path = uri if isinstance(uri, str) else os.fsdecode(uri)
    if "\0" in path:
        raise OptionError(f"{path!r} is not a path")
    if not isinstance(uri, str):
        return path
    if path[:1] == "<" and path[-1:] == ">":
        raise NoPluginError(f"no installed plugin brings the device {path}")
    if "://" in path and (scheme := _SCHEME.match(path)) is not None:
        if scheme[1].lower() == "file":
            return _from_file_uri(path[7:])
        raise NoPluginError(
            f"{path} cannot be opened: iio-core reads files, bytes and file objects; "
            "open it with a library of its own and give iio the file object"
        )
    if path[:8].lower() == "imageio:" and not os.path.lexists(path):
        raise NoPluginError(f"{path}: iio-core does not bring the standard images of imageio")
    if path[:6].lower() == "file:/":  # RFC 8089 allows one slash, too
        return _from_file_uri(path[5:])
    if path[:1] == "~":
        return os.path.expanduser(path)
    return path


def _from_file_uri(rest: str) -> str:
    """Return the path of a ``file://`` URI (RFC 8089), also of the relative ones of imageio."""
    from urllib.parse import unquote

    path = unquote(rest.removeprefix("localhost/") if rest.startswith("localhost/") else rest)
    if rest.startswith("localhost/"):
        path = f"/{path}"
    if "\0" in path:
        raise OptionError(f"{path!r} is not a path")
    if re.match(r"/[a-zA-Z]:", path) and os.name == "nt":
        path = path[1:]
    return path
