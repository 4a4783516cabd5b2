"""Which kind of resource a URI is."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Sequence
from typing import Any

from .._errors import NoPluginError, OptionError
from .._limits import Limits
from . import _memory
from ._atomic import PathTarget
from ._base import Resource, Target
from ._path import ListResource, PathResource

__all__ = ["normalize_extension", "open_resource", "open_target"]

_IN_ARCHIVE = re.compile(r"\.zip(?=[/#\\])", re.IGNORECASE)
_WEB = frozenset({"http", "https"})
_FTP = frozenset({"ftp", "ftps"})
_DATA = re.compile("data:[^,]{0,200},", re.IGNORECASE)  # RFC 2397
_SHOWN = 60  # characters of a long name in a message
_SCHEME = re.compile(r"((?:[a-zA-Z0-9]+::)*[a-zA-Z][a-zA-Z0-9+.-]+)://")


def normalize_extension(extension: str | None) -> str | None:
    """Return an ``extension=`` option in lower case with its dot; None stays None."""
    if extension is None:
        return None
    if not isinstance(extension, str) or not extension.strip("."):
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
        if scheme := _scheme_of(uri):
            return _resource_elsewhere(scheme, str(uri), limits, filename)
        try:
            return _local_resource(uri, limits, filename)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise _too_long(str(uri), error) from None
    if isinstance(uri, bytes | bytearray | memoryview):
        return _memory.BytesResource(uri, limits, filename=filename or "")
    if hasattr(uri, "read"):
        return _memory.FileObjectResource(uri, limits, filename=filename)
    if isinstance(uri, list | tuple) and uri:
        return _open_list(uri, limits, extension)
    if hasattr(uri, "fs") and hasattr(uri, "path"):  # of fsspec: a file that is not open yet
        from ._remote import remote_resource

        return remote_resource(uri, limits, filename=filename)
    raise OptionError(
        f"cannot read from {type(uri).__name__}: give a path, a URI, bytes or a binary file object"
    )


def _local_resource(uri: Any, limits: Limits, filename: str | None) -> Resource:
    path = _local_path(uri)
    if (inside := _split_archive(path)) is not None:
        from ._zip import ZipMember  # and with it zipfile

        return ZipMember(*inside, limits, filename=filename)
    if isinstance(uri, str) and _DATA.match(uri) and not os.path.exists(path):
        raise _is_data(uri)
    return PathResource(path, limits, filename=filename)


def _too_long(uri: str, error: OSError) -> Exception:
    """Return the error for a name that no file can have; a long one is not quoted whole."""
    if _DATA.match(uri):
        return _is_data(uri)
    return OSError(error.errno, error.strerror, f"{uri[:_SHOWN]}… ({len(uri):,} characters)")


def _is_data(uri: str) -> OptionError:
    shown = uri if len(uri) <= _SHOWN else f"{uri[:_SHOWN]}… ({len(uri):,} characters)"
    return OptionError(
        f"{shown}: data: URIs are not read, bytes are: base64.b64decode(uri.partition(',')[2])"
    )


def _open_list(uris: Sequence[Any], limits: Limits, extension: str | None) -> Resource:
    members: list[Resource] = []
    try:
        for uri in uris:
            members.append(open_resource(uri, limits, extension=extension))
    except BaseException:
        for member in members:  # a connection may be open already
            member.close()
        raise
    return ListResource(members, limits)


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
        if scheme := _scheme_of(uri):
            return _target_elsewhere(scheme, str(uri), filename, session=session, fsync=fsync)
        path = _local_path(uri)
        if (inside := _split_archive(path)) is not None:
            from ._zip import ZipTarget

            return ZipTarget(*inside, filename=filename, fsync=fsync)
        return PathTarget(path, filename=filename, session=session, fsync=fsync)
    if hasattr(uri, "write"):
        return _memory.FileObjectTarget(uri, filename)
    if hasattr(uri, "fs") and hasattr(uri, "path"):
        from ._remote import remote_target

        return remote_target(uri, filename=filename, session=session, fsync=fsync)
    raise OptionError(
        f"cannot write to {type(uri).__name__}: give a path, '<bytes>' or a binary file object"
    )


def _split_archive(path: str) -> tuple[str, str] | None:
    """Part ``dir/a.zip/inner/b.png`` or ``dir/a.zip#inner/b.png`` into archive and member.

    Returns None for a path that does not lead into an archive: one without such a part, or
    one that exists as it is (a folder may be called ``a.zip``).
    """
    if ".zip" not in path.lower() or _IN_ARCHIVE.search(path) is None or os.path.lexists(path):
        return None
    for found in _IN_ARCHIVE.finditer(path):
        archive, member = path[: found.end()], path[found.end() + 1 :]
        if not os.path.isdir(archive):
            return archive, member.replace("\\", "/").lstrip("/")
    return None


def _scheme_of(uri: str | os.PathLike[str]) -> str:
    """Return what kind of place a URI means that is no path: a scheme, ``imageio`` or ``<``.

    An empty string for a path on this machine, a ``file:`` URI among them.
    """
    if not isinstance(uri, str):
        return ""
    if uri[:1] == "<" and uri[-1:] == ">":
        return "<"
    if "://" in uri and (scheme := _SCHEME.match(uri)) is not None:
        return "" if scheme[1].lower() == "file" else scheme[1].lower()
    if uri[:8].lower() == "imageio:" and not os.path.lexists(uri):
        return "imageio"
    return ""


def _resource_elsewhere(scheme: str, uri: str, limits: Limits, filename: str | None) -> Resource:
    """Return what is to be read from another place than this machine's files."""
    if scheme in _WEB or scheme in _FTP:
        return _resource_of_server(scheme, uri, limits, filename)
    if scheme == "<":
        from ._device import DeviceResource

        return DeviceResource(uri, limits)
    if scheme == "imageio":
        from ._samples import local_copy

        return open_resource(local_copy(uri), limits, extension=filename)
    from ._remote import remote_resource

    return remote_resource(uri, limits, filename=filename)


def _resource_of_server(scheme: str, uri: str, limits: Limits, filename: str | None) -> Resource:
    """Return a file on a server, or a member of a zip archive there: ``.../a.zip#inner.png``."""
    url, _, member = uri.partition("#")
    if member and url.partition("?")[0].lower().endswith(".zip"):
        from urllib.parse import unquote

        from ._zip import ZipMember

        archive = _resource_of_server(scheme, url, limits, None)
        try:
            member = unquote(member).lstrip("/")
            inside = archive.open()
            return ZipMember(archive.name, member, limits, filename=filename, file=inside)
        finally:
            archive.close()
    if scheme in _WEB:
        from ._http import HttpResource

        return HttpResource(uri, limits, filename=filename)
    from ._ftp import FtpResource

    return FtpResource(uri, limits, filename=filename)


def _target_elsewhere(
    scheme: str, uri: str, filename: str | None, *, session: bool, fsync: bool
) -> Target:
    """Return what is to be written in another place than this machine's files."""
    if scheme in _WEB or scheme in _FTP:
        raise NoPluginError(
            f"{uri} cannot be written: iio-core only reads from {scheme}://; "
            "write to a file, or to '<bytes>' and send those"
        )
    if scheme == "<":
        raise NoPluginError(f"{uri} cannot be written to; to write to memory, give '<bytes>'")
    if scheme == "imageio":
        raise NoPluginError(f"{uri}: the standard images of imageio can only be read")
    from ._remote import remote_target

    return remote_target(uri, filename=filename, session=session, fsync=fsync)


def _local_path(uri: str | os.PathLike[str]) -> str:
    """Return the path that a URI without a scheme, or a ``file:`` one, means on this machine."""
    path = uri if isinstance(uri, str) else os.fsdecode(uri)
    if "\0" in path:
        raise OptionError(f"{path!r} is not a path")
    if not isinstance(uri, str):
        return path
    if path[:6].lower() == "file:/":  # RFC 8089 allows one slash, too
        return _from_file_uri(path[7:] if path[6:7] == "/" else path[5:])
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
