"""The stores that fsspec knows: from a URI to a filesystem and a path, and their errors to ours."""

from __future__ import annotations

import errno
import posixpath
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from .._errors import (
    DecodeError,
    IIOError,
    NoPluginError,
    OptionError,
    PluginNotInstalledError,
)
from .._limits import Limits
from ._base import extension_of
from ._network import Refused, TimedOut, refuse_if_offline, safe_filename, without_secrets

__all__ = ["Place", "place_of", "translated"]

# Those that open nothing but what is on this machine, or what stands before them in a chain.
_CACHES = frozenset({"simplecache", "filecache", "blockcache", "cached"})
_OFFLINE = _CACHES | {"file", "local", "memory", "data", "zip", "tar", "libarchive", "dir"}
# Those whose rename is one step, and replaces the file that is there.
_RENAMES = frozenset({"sftp", "ssh"})

_SCHEME = re.compile(r"(?:(?<=::)|^)[a-zA-Z][a-zA-Z0-9+.-]*(?=://|::)")
_MOST_LAYERS = 8

_KEPT: dict[type[OSError], int] = {
    FileNotFoundError: errno.ENOENT,
    PermissionError: errno.EACCES,
    IsADirectoryError: errno.EISDIR,
    NotADirectoryError: errno.ENOTDIR,
    FileExistsError: errno.EEXIST,
}


@dataclass(frozen=True)
class Place:
    """A file of a store: the filesystem of fsspec, the path in it, and what messages call it."""

    fs: Any
    path: str
    name: str

    def at(self, path: str) -> Place:
        """Return another place in the same store."""
        before, found, after = self.name.rpartition(self.path.strip("/") or "\0")
        name = f"{before}{path.strip('/')}{after}" if found else path
        return replace(self, path=path, name=name)

    @property
    def filename(self) -> str:
        """The last part of the path, without the version that a URI may ask for."""
        base = posixpath.basename(self.path.rstrip("/"))
        versionless = base.partition("?")[0]
        return safe_filename(versionless if extension_of(versionless) else base)

    @property
    def sends_parts(self) -> bool:
        """Whether a part of a file is one request, without a handle."""
        from fsspec import AbstractFileSystem

        return self.fs.async_impl or type(self.fs).cat_file is not AbstractFileSystem.cat_file

    @property
    def is_local(self) -> bool:
        """Whether it is a file on this machine."""
        from fsspec.implementations.local import LocalFileSystem

        return isinstance(self.fs, LocalFileSystem)

    @property
    def in_memory(self) -> bool:
        """Whether the store is the memory of this process."""
        return "memory" in _protocols(self.fs)

    @property
    def renames(self) -> bool:
        """Whether a new file can take the place of an old one in one step."""
        return not _RENAMES.isdisjoint(_protocols(self.fs))


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)


def place_of(uri: Any, limits: Limits) -> Place:
    """Return the place that a URI means, or an object that has a filesystem and a path in it.

    Raises
    ------
    PluginNotInstalledError
        If fsspec, or what it needs for this store, is not installed.
    NoPluginError
        If fsspec does not know such a store.
    DecodeError
        If the network is switched off, the store cannot be asked, or private addresses are to be
        refused and a URI leads to where fsspec says.
    """
    if not isinstance(uri, str):
        return _place_of_object(uri)
    name = without_secrets(uri)
    known = _known(name)
    for protocol in _chain(uri, known):
        if protocol not in known:
            raise NoPluginError(
                f"{name} cannot be opened: neither iio-core nor fsspec knows {protocol}://; "
                "open it with a library of its own and give iio the file object"
            )
        if protocol not in _OFFLINE:
            refuse_if_offline(name)
            _refuse_if_unseen(name, limits)
    from fsspec.core import url_to_fs

    with translated(name):
        fs, path = url_to_fs(_SCHEME.sub(lambda scheme: scheme[0].lower(), uri))
    return Place(fs, path, name)


def _place_of_object(thing: Any) -> Place:
    """Return the place of an `fsspec.core.OpenFile` or a path like those of universal_pathlib."""
    if not hasattr(thing.fs, "protocol"):
        raise OptionError(f"{thing!r} is neither a path nor a file of fsspec")
    if getattr(thing, "compression", None) is not None:
        raise OptionError(f"{thing!r} is to unpack what it reads: give iio what its open() returns")
    name = without_secrets(str(getattr(thing, "full_name", thing)))
    if any(_OFFLINE.isdisjoint(_protocols(fs)) for fs in _layers(thing.fs)):
        refuse_if_offline(name)
    return Place(thing.fs, str(thing.path), name)


def _layers(fs: Any) -> Iterator[Any]:
    """Yield a filesystem and those that it is made of: a cache of one, a zip in one."""
    for _ in range(_MOST_LAYERS):
        if not hasattr(fs, "protocol"):
            return
        yield fs
        # A cache has the attributes of what it caches before its own.
        parts = object.__getattribute__(fs, "__dict__")
        fs = parts.get("fs") or parts.get("sync_fs") or getattr(parts.get("fo"), "fs", None)


def _refuse_if_unseen(name: str, limits: Limits) -> None:
    if not limits.private_addresses:
        raise Refused(
            f"{name} would be opened by fsspec, where it cannot be seen whether that leads to a "
            "private address, which are refused here (iio.limits(private_addresses=False) or "
            "IIO_BLOCK_PRIVATE_ADDRESSES); a store of your own: give what fsspec.open(...) returns"
        )


def _known(name: str) -> frozenset[str]:
    """Return the protocols that fsspec knows."""
    try:
        from fsspec.registry import known_implementations, registry
    except ImportError:
        scheme = name.partition("://")[0]
        raise PluginNotInstalledError(
            f"{name}: {scheme}:// is opened through fsspec, which is not installed: "
            'pip install "iio-core[remote]"',
            install=("iio-core[remote]",),
        ) from None
    return frozenset(known_implementations) | frozenset(registry)


def _chain(uri: str, known: frozenset[str]) -> Iterator[str]:
    """Yield the protocols of a URI; of ``zip://a.png::s3://bucket/b.zip`` both."""
    for link in uri.split("::"):
        protocol, colon, _ = link.partition("://")
        if colon or protocol in known:
            yield protocol.lower()


@contextmanager
def translated(name: str, *, writing: bool = False) -> Iterator[None]:
    """Raise whatever a store, or the library for it, raises as an error of ours."""
    try:
        yield
    except IIOError:
        raise
    except ImportError as error:
        raise _not_installed(name, error) from error
    except Exception as error:
        _raise_ours(name, error, writing)


def _raise_ours(name: str, error: Exception, writing: bool) -> NoReturn:
    said = str(error).strip() or type(error).__name__
    for kind, number in _KEPT.items():
        if isinstance(error, kind):
            raise kind(number, _reason(error, said), name) from error
    if isinstance(error, NotImplementedError) and writing:
        raise OSError(errno.EROFS, "this store can only be read from", name) from error
    message = f"the store fails: {said} ({type(error).__name__})"
    if writing:
        number = (error.errno if isinstance(error, OSError) else None) or errno.EIO
        raise OSError(number, message, name) from error
    if isinstance(error, TimeoutError):
        raise TimedOut(f"{name}: {message}") from error
    raise DecodeError(f"{name}: {message}") from error


def _reason(error: Exception, said: str) -> str:
    """Return what a store says of a file; some say nothing but its path."""
    if isinstance(error, FileNotFoundError) and " " not in said:
        return "there is no such file"
    return str(getattr(error, "strerror", None) or said)


def _not_installed(name: str, error: ImportError) -> PluginNotInstalledError:
    """Return the error for a store whose library is missing, with what fsspec says brings it."""
    from fsspec.registry import known_implementations

    entry = known_implementations.get(name.partition("://")[0].rpartition("::")[2], {})
    package = str(entry.get("class", "")).partition(".")[0]
    hint = f": pip install {package}" if package not in {"", "fsspec"} else ""
    return PluginNotInstalledError(
        f"{name}: what fsspec needs for it is not installed{hint} ({error})",
        install=(package,) if hint else (),
    )
