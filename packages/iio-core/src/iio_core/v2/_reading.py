"""The calls of imageio 2.9 that read."""

from __future__ import annotations

import math
from typing import Any

from .._errors import OptionError
from . import _memtest
from ._array import Array
from ._finding import open_reader
from ._format import BaseReader
from ._manager import formats
from ._memtest import Budget
from ._plugin_format import PluginReader
from ._request import Request, checked_mode

__all__ = ["get_reader", "imread", "mimread", "mvolread", "volread"]


def get_reader(uri: Any, format: Any = None, mode: str = "?", **kwargs: Any) -> BaseReader:
    """Open something to read images and metadata from.

    Parameters
    ----------
    uri : str, os.PathLike, bytes or file object
        Where it is: a file, a URL, ``"imageio:chelsea.png"``, ``"<screen>"``.
    format : str, optional
        The name of a format (``"PNG-PIL"``), which is used and no other; or an extension or a
        file name to go by. Otherwise the first bytes and the name decide.
    mode : {"i", "I", "v", "V", "?"}
        What is expected: an image, several, a volume, several, or whatever there is.
    **kwargs : Any
        The format's own; see `iio_core.v2.help`.

    Returns
    -------
    Reader
        A context manager, and an iterator over the images.

    Raises
    ------
    FileNotFoundError
        If there is nothing.
    IndexError
        If there is no format of this name.
    IIOError
        As `iio_core.imread`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> with imageio.get_reader("movie.gif") as reader:  # doctest: +SKIP
    ...     print(len(reader), reader.get_meta_data())
    """
    return _open(uri, format, mode, kwargs)


def _open(uri: Any, format: Any, mode: str, kwargs: dict[str, Any]) -> BaseReader:
    choice = formats.choose(format)
    request = Request(uri, f"r{checked_mode(mode)}", extension=choice.extension)
    request.kwargs = kwargs
    try:
        return open_reader(request, choice, formats)
    except BaseException:
        request.abort()
        raise


def imread(uri: Any, format: Any = None, **kwargs: Any) -> Array:
    """Read an image; of several the first one.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_reader`.

    Returns
    -------
    Array
        A NumPy array with the metadata as its ``meta``.

    Raises
    ------
    IIOError
        As `get_reader`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.imread("cat.png").shape  # doctest: +SKIP
    (300, 451, 3)
    """
    return _one(uri, format, "i", kwargs)


def volread(uri: Any, format: Any = None, **kwargs: Any) -> Array:
    """Read a volume; of several the first one.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_reader`.

    Returns
    -------
    Array
        A NumPy array with the metadata as its ``meta``.

    Raises
    ------
    IIOError
        As `get_reader`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.volread("imageio:stent.npz").shape  # doctest: +SKIP
    (256, 128, 128)
    """
    return _one(uri, format, "v", kwargs)


def mimread(
    uri: Any,
    format: Any = None,
    memtest: bool | float | str | None = _memtest.IMAGES,
    **kwargs: Any,
) -> list[Array]:
    """Read all images.

    Parameters
    ----------
    uri, format, **kwargs
        As for `get_reader`.
    memtest : bool, int, float, str or None
        How many bytes they may take together, also as ``"1kB"`` or ``"250MiB"``, with these
        capitals; the B may be left out. True is the default; False, None or 0: no limit. It is
        checked before the images are read, where the file tells how large they are.

    Returns
    -------
    list of Array
        Each with its metadata as ``meta``.

    Raises
    ------
    RuntimeError
        If they would take more than `memtest`; it is a `LimitError`, too.
    IIOError
        As `get_reader`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> len(imageio.mimread("newtonscradle.gif"))  # doctest: +SKIP
    36
    """
    return _all(uri, format, "I", kwargs, memtest)


def mvolread(
    uri: Any,
    format: Any = None,
    memtest: bool | float | str | None = _memtest.VOLUMES,
    **kwargs: Any,
) -> list[Array]:
    """Read all volumes.

    Parameters
    ----------
    uri, format, memtest, **kwargs
        As for `mimread`.

    Returns
    -------
    list of Array
        Each with its metadata as ``meta``.

    Raises
    ------
    RuntimeError
        If they would take more than `memtest`; it is a `LimitError`, too.
    IIOError
        As `get_reader`.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> volumes = imageio.mvolread("scans/", "DICOM")  # doctest: +SKIP
    """
    return _all(uri, format, "V", kwargs, memtest)


def _opened(uri: Any, format: Any, mode: str, kwargs: dict[str, Any]) -> BaseReader:
    if "mode" in kwargs:  # `get_reader` has one, which this call has already said
        raise OptionError(
            f"mode={kwargs['mode']!r}: only get_reader() is told what is expected. The mode of "
            "Pillow's to convert to is called pilmode"
        )
    return _open(uri, format, mode, kwargs)


def _one(uri: Any, format: Any, mode: str, kwargs: dict[str, Any]) -> Array:
    reader = _opened(uri, format, mode, kwargs)
    try:
        return reader.get_data(0)
    finally:
        reader.close()


def _all(uri: Any, format: Any, mode: str, kwargs: dict[str, Any], memtest: Any) -> list[Array]:
    call, default = ("mimread", _memtest.IMAGES) if mode == "I" else ("mvolread", _memtest.VOLUMES)
    allowed = _memtest.parse(memtest, default)
    with _opened(uri, format, mode, kwargs) as reader:
        budget = Budget(allowed, reader.request.filename, call)
        if allowed is not None and isinstance(reader, PluginReader):
            _estimate(reader, budget)
        images = []
        for image in reader.iter_data():
            budget.take(image.nbytes)
            images.append(image)
        return images


_LOOKED_AT = 1000  # a file may say that it has billions of images


def _estimate(reader: PluginReader, budget: Budget) -> None:
    """Raise if the file itself says that its images are too large together."""
    length = reader.get_length()
    if math.isinf(length):
        return
    sizes: set[int] = set()
    together = 0
    for index in range(min(int(length), _LOOKED_AT)):
        found = reader.properties(index)
        nbytes = math.prod(n or 1 for n in found.shape) * found.dtype.itemsize
        sizes.add(nbytes)
        together += nbytes
        budget.check(together)
    if len(sizes) == 1:  # then those that were not looked at are most likely as large
        budget.check(sizes.pop() * int(length))
