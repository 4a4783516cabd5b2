"""The names of ``imageio.core.util`` and of its module for downloads."""

from __future__ import annotations

from typing import IO

from .._array import Array, Dict, asarray
from .._progress import BaseProgressIndicator, StdoutProgressIndicator
from .._uint import image_as_uint

__all__ = [
    "Array",
    "BaseProgressIndicator",
    "Dict",
    "Image",
    "StdoutProgressIndicator",
    "asarray",
    "get_remote_file",
    "has_module",
    "image_as_uint",
    "read_n_bytes",
    "urlopen",
]

Image = Array


def get_remote_file(fname: str) -> str:
    """Return the path of a standard image on this machine; it is downloaded if it is not here.

    Parameters
    ----------
    fname : str
        Its name, with or without the folder ``images/`` in front.

    Raises
    ------
    FileNotFoundError
        If no standard image is called so.
    DecodeError
        If it cannot be downloaded.

    Examples
    --------
    >>> path = get_remote_file("images/chelsea.png")  # doctest: +SKIP
    """
    from ..._resources._samples import local_copy

    return local_copy(f"imageio:{fname.removeprefix('images/')}")


def urlopen(url: str) -> IO[bytes]:
    """Open a URL as a binary, seekable file; a context manager.

    Parameters
    ----------
    url : str
        Of http, https, ftp or ftps. It is asked under the same limits as an image that is read.

    Raises
    ------
    FileNotFoundError
        If the server has nothing there.
    DecodeError
        If it cannot be reached, or not in time.

    Examples
    --------
    >>> data = urlopen("https://example.org/cat.png").read()  # doctest: +SKIP
    """
    from ..._resources._http import urlopen

    return urlopen(url)


def has_module(module_name: str) -> bool:
    """Tell whether a module could be imported; it is not.

    Examples
    --------
    >>> has_module("json"), has_module("no_such_module")
    (True, False)
    """
    from ..._importable import missing

    return not missing((module_name,))


def read_n_bytes(file: IO[bytes], number: int) -> bytes:
    """Read so many bytes, fewer only at the end: a stream may give less than it is asked for.

    Examples
    --------
    >>> import io
    >>> read_n_bytes(io.BytesIO(b"abc"), 2)
    b'ab'
    """
    parts = []
    while number > 0 and (part := file.read(number)):
        parts.append(part)
        number -= len(part)
    return b"".join(parts)
