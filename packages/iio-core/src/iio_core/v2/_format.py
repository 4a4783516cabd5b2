"""Formats as people wrote them for imageio 2.9: `Format`, with its `Reader` and its `Writer`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np

from .._errors import NoPluginError
from ._array import Array, Dict
from ._errors import ClosedError, UnknownLengthError, ValueOptionError
from ._request import Request

__all__ = ["BaseReader", "BaseWriter", "Format"]


class _Open:
    """What a reader and a writer have in common: a format at work on a request."""

    def __init__(self, format: Format, request: Request) -> None:
        self._format = format
        self._request = request
        self._closed = False
        self._process = os.getpid()
        try:
            self._open(**request.kwargs)
        except BaseException:
            self._closed = True
            request.abort()
            raise

    @property
    def format(self) -> Format:
        """The format that is at work."""
        return self._format

    @property
    def request(self) -> Request:
        """The request that it works on."""
        return self._request

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return self._closed

    def close(self) -> None:
        """Let go of the resource. Twice is fine."""
        if self._closed:
            return
        self._closed = True
        try:
            self._close()
        except BaseException:
            self._request.abort()
            raise
        self._request.finish()

    def __enter__(self) -> Self:
        self._checkClosed()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # What a fork inherits is not its to end.
        if not self.__dict__.get("_closed", True) and os.getpid() == self._process:
            self.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<{self._format.name} {type(self).__name__} of {self._request.filename}, {state}>"

    def _checkClosed(self) -> None:  # noqa: N802
        """Raise if it is closed. Formats that people wrote call it by this name."""
        if self._closed:
            kind = "Reader" if isinstance(self, BaseReader) else "Writer"
            raise ClosedError(f"{self._request.filename}: this {kind} is closed")

    def _open(self, **kwargs: Any) -> None:
        raise NotImplementedError  # each format's own

    def _close(self) -> None:
        """Clean up; the request closes its files itself."""


class BaseReader(_Open):
    """An open file of a format, to read from. A context manager, and an iterator over images.

    Get one from `iio_core.v2.get_reader`. Formats implement ``_open``, ``_close``,
    ``_get_length``, ``_get_data`` and ``_get_meta_data``.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> with imageio.get_reader("movie.gif") as reader:  # doctest: +SKIP
    ...     for image in reader:
    ...         print(image.shape, image.meta.duration)
    """

    _next = 0  # what `get_next_data` returns

    def get_length(self) -> int | float:
        """Return how many images there are; ``inf`` if that is not known without decoding."""
        self._checkClosed()
        return self._get_length()

    def get_data(self, index: int, **kwargs: Any) -> Array:
        """Return an image, or a volume, with its metadata.

        Parameters
        ----------
        index : int
            Which, from 0.
        **kwargs : Any
            The format's own options.

        Raises
        ------
        IndexError
            If there is no such image.
        """
        self._checkClosed()
        image, meta = self._get_data(index, **kwargs)
        # Behind the last image, which -1 is too, there is none: the first does not come again.
        length = self._get_length() if index < 0 else 0
        self._next = index + 1 + (0 if length == float("inf") else int(length))
        return Array(np.asarray(image), meta)

    def get_next_data(self, **kwargs: Any) -> Array:
        """Return the image after the one that was read last, at first the first one."""
        return self.get_data(self._next, **kwargs)

    def set_image_index(self, index: int) -> None:
        """Set which image `get_next_data` returns next."""
        self._checkClosed()
        self._next = int(index)

    def get_meta_data(self, index: int | None = None) -> Dict:
        """Return the metadata of an image, or without an index of the whole file."""
        self._checkClosed()
        return Array(np.empty(0), self._get_meta_data(index)).meta

    def iter_data(self) -> Iterator[Array]:
        """Iterate over all images; memory stays at one."""
        self._checkClosed()
        length = self.get_length()
        index = 0
        while index < length:
            try:
                image = self.get_data(index)
            except IndexError:
                if length == float("inf"):  # the end of what did not say how long it is
                    return
                raise
            yield image
            index += 1

    def __iter__(self) -> Iterator[Array]:
        return self.iter_data()

    def __len__(self) -> int:
        length = self.get_length()
        if length == float("inf"):
            raise UnknownLengthError(  # as a TypeError it is none to list(), which asks, too
                f"{self._request.filename}: how many images there are is not known; iterate over "
                "them, or ask get_length(), which says inf"
            )
        return int(length)

    def __bool__(self) -> bool:
        return self.get_length() > 0

    def _get_length(self) -> int | float:
        raise NotImplementedError  # each format's own

    def _get_data(self, index: int, **kwargs: Any) -> tuple[Any, Mapping[str, Any]]:
        raise NotImplementedError

    def _get_meta_data(self, index: int | None) -> Mapping[str, Any]:
        raise NotImplementedError


class BaseWriter(_Open):
    """A file of a format that is being written. A context manager.

    Get one from `iio_core.v2.get_writer`. Formats implement ``_open``, ``_close``,
    ``_append_data`` and ``_set_meta_data``.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> with imageio.get_writer("movie.gif", mode="I") as writer:  # doctest: +SKIP
    ...     writer.append_data(image)
    """

    _failed = False  # what was written is not whole

    def append_data(self, im: Any, meta: Mapping[str, Any] | None = None) -> None:
        """Add an image, or a volume.

        Parameters
        ----------
        im : array_like
            The image; if it has metadata of its own as ``im.meta``, that is written, too.
        meta : mapping, optional
            Further metadata, which wins.
        """
        self._checkClosed()
        self._check_meta({} if meta is None else meta)
        array = np.asarray(im)
        if array.dtype.kind not in "biufc":
            raise ValueOptionError(f"an array of {array.dtype} is not an image")
        together = Dict(getattr(im, "meta", None) or {})
        together.update(meta or {})
        try:
            self._append_data(array, together)
        except Exception:
            self._failed = True
            raise

    def set_meta_data(self, meta: Mapping[str, Any]) -> None:
        """Set the metadata of the whole file, as far as the format holds such."""
        self._checkClosed()
        self._check_meta(meta)
        self._set_meta_data(meta)

    def close(self) -> None:
        """Finish the file and put it in place; if writing it failed, throw it away."""
        if self._failed:
            self._abort()
        else:
            super().close()

    def _abort(self) -> None:
        """Give up: what was there before stays as it was."""
        if not self._closed:
            self._closed = True
            try:
                self._close()
            finally:
                self._request.abort()

    def _check_meta(self, meta: Any) -> None:
        if not isinstance(meta, Mapping):
            raise ValueOptionError(f"meta is a {type(meta).__name__}, not a dictionary")

    def _append_data(self, im: Any, meta: Any) -> None:
        raise NotImplementedError  # each format's own

    def _set_meta_data(self, meta: Any) -> None:
        raise NotImplementedError


class Format:
    """A way to read and write files of one kind; subclass it, and register an instance.

    Parameters
    ----------
    name : str
        Its short name, kept in capitals.
    description : str
        One line.
    extensions : str or list of str, optional
        Separated by spaces or commas if it is a string.
    modes : str, optional
        What it can hold: an image (``i``), several (``I``), a volume (``v``), several (``V``).

    Examples
    --------
    >>> Format("dummy", "Does nothing", ".foobar .xyz", "iI").extensions
    ('.foobar', '.xyz')
    """

    Reader = BaseReader
    Writer = BaseWriter

    def __init__(
        self,
        name: str,
        description: str,
        extensions: str | Iterable[str] | None = None,
        modes: str | None = None,
    ) -> None:
        for what, value in (("name", name), ("description", description)):
            if not isinstance(value, str):
                raise ValueOptionError(f"a format's {what} is a str, not {value!r}")
        modes = modes or ""
        if not isinstance(modes, str) or set(modes) - set("iIvV?"):
            raise ValueOptionError(f"{name}: modes={modes!r} are not of 'iIvV'")
        self._name = name.upper()
        self._description = description
        self._extensions = _extensions(name, extensions)
        self._modes = modes

    @property
    def name(self) -> str:
        """Its short name, in capitals."""
        return self._name

    @property
    def description(self) -> str:
        """One line on what it is."""
        return self._description

    @property
    def extensions(self) -> tuple[str, ...]:
        """Its extensions, in lower case with their dot."""
        return self._extensions

    @property
    def modes(self) -> str:
        """What it can hold, of ``iIvV``."""
        return self._modes

    @property
    def doc(self) -> str:
        """What ``help`` prints: name, description and the docstring of the class."""
        import inspect

        return f"{self.name} - {self.description}\n\n{inspect.cleandoc(self.__doc__ or '')}\n"

    def get_reader(self, request: Request) -> BaseReader:
        """Open a request for reading."""
        if self.Reader is BaseReader:
            raise NoPluginError(f"{request.filename}: {self.name} has no Reader: it cannot read")
        return self.Reader(self, request)

    def get_writer(self, request: Request) -> BaseWriter:
        """Open a request for writing."""
        if self.Writer is BaseWriter:
            raise NoPluginError(f"{request.filename}: {self.name} has no Writer: it cannot write")
        return self.Writer(self, request)

    def can_read(self, request: Request) -> bool:
        """Tell whether it can read what is requested."""
        return bool(self._can_read(request))

    def can_write(self, request: Request) -> bool:
        """Tell whether it can write what is requested."""
        return bool(self._can_write(request))

    def _can_read(self, request: Request) -> bool | None:
        return False

    def _can_write(self, request: Request) -> bool | None:
        return False

    def __repr__(self) -> str:
        return f"<Format {self.name} - {self.description}>"

    def __str__(self) -> str:
        return self.doc


def _extensions(name: str, given: Any) -> tuple[str, ...]:
    if isinstance(given, str):
        given = given.replace(",", " ").split()
    found = list(given or ())
    if not all(isinstance(e, str) and e.strip(".") for e in found):
        raise ValueOptionError(f"{name}: extensions={given!r} are not extensions like '.png'")
    return tuple("." + e.lower().lstrip(".") for e in found)
