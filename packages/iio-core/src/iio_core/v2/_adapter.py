"""Formats that programs add, as plugins: the calls of `iio_core` find them, too.

The plugin of the format ``DUMMY`` is this module's attribute ``DUMMY``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from .. import _registry
from .._errors import NotThisFormat, OptionError
from .._properties import ImageProperties
from .._resources import Resource, Target
from .._spec import Format as Described
from .._spec import Pixels, PluginSpec
from ._format import BaseReader, BaseWriter, Format
from ._request import Request

__all__ = ["AdaptedReader", "AdaptedWriter", "Adapter", "register"]

_ANY = (Pixels("uint8"),)


def register(format: Format) -> str:
    """Make a format a plugin of this process; return the name that it got as one."""
    name = format.name.lower()
    try:
        _registry.register(_spec_of(format, name))
    except OptionError:  # a plugin goes by this name already
        name = f"added-{name}"
        _registry.register(_spec_of(format, name))
    return name


def _spec_of(format: Format, name: str) -> PluginSpec:
    """Return how core sees an added format: as a plugin with one format."""
    from ._manager import ADAPTER

    described = Described(
        name=format.name,
        title=format.description,
        extensions=format.extensions,
        devices=() if format.extensions else ("<>",),
        reads=() if format.Reader is BaseReader else _ANY,
        writes=() if format.Writer is BaseWriter else _ANY,
        multiple="I" in format.modes or "V" in format.modes,
        streams=True,
    )
    plugin = f"{ADAPTER}{format.name}"
    return PluginSpec(name=name, title=format.description, plugin=plugin, formats=(described,))


class AdaptedReader:
    """A reader of an added format, as a plugin's."""

    default_index = 0

    def __init__(self, reader: BaseReader, request: Request) -> None:
        self._reader = reader
        self._request = request
        self._last: tuple[int, np.ndarray[Any, Any]] | None = None

    def count(self) -> int | None:
        """Return how many images there are."""
        length = self._reader.get_length()
        return None if length == float("inf") else int(length)

    def read(self, *, index: Any = None) -> np.ndarray[Any, Any]:
        """Return an image."""
        number = index or 0
        known, self._last = self._last, None  # the caller's own from now on
        if known is not None and known[0] == number:
            return known[1]
        return np.asarray(self._reader.get_data(number))

    def iter(self) -> Iterator[np.ndarray[Any, Any]]:
        """Iterate over all images."""
        return map(np.asarray, self._reader.iter_data())

    def properties(self, *, index: Any = None) -> ImageProperties:
        """Describe an image; the format has no other way to find out than to read it."""
        image = self.read(index=index)
        self._last = index or 0, image
        return ImageProperties(shape=image.shape, dtype=image.dtype, n_images=self.count())

    def metadata(self, *, index: Any = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the metadata of an image, or with ``...`` of the file."""
        return dict(self._reader.get_meta_data(None if index is ... else index or 0))

    def close(self) -> None:
        """Let go of it."""
        self._reader.close()
        self._request.finish()


class AdaptedWriter:
    """A writer of an added format, as a plugin's."""

    takes_arrays = True

    def __init__(self, writer: BaseWriter, request: Request) -> None:
        self._writer = writer
        self._request = request

    def write(
        self, image: np.ndarray[Any, Any], *, metadata: Mapping[str, Any] | None = None
    ) -> None:
        """Add an image."""
        self._writer.append_data(image, metadata or {})

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()

    def abort(self) -> None:
        """Give up."""
        self._writer._abort()


class _Opener:
    """Opens a reader or writer, with the options of the format's ``_open`` for its signature."""

    def __init__(
        self, opens: Callable[..., Any], kind: type[BaseReader] | type[BaseWriter]
    ) -> None:
        import inspect

        self._opens = opens
        found = inspect.signature(kind._open).parameters.values()
        takes = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        options = [p for p in list(found)[1:] if p.kind in takes]
        self.__signature__ = inspect.Signature(
            [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in options]
        )

    def __call__(self, place: Any, format: str | None, /, **options: Any) -> Any:
        return self._opens(place, format, **options)


class Adapter:
    """The plugin of one added format."""

    reader_type = AdaptedReader
    writer_type = AdaptedWriter

    def __init__(self, format: Format) -> None:
        self._format = format
        self.open_reader = _Opener(self._open_reader, format.Reader)
        self.open_writer = _Opener(self._open_writer, format.Writer)

    def _open_reader(self, resource: Resource, name: str | None, **options: Any) -> AdaptedReader:
        request = Request(resource, "r?")
        request.kwargs = options
        # Without a name the caller has named the plugin: it is not asked what it thinks.
        if name is not None and not self._format.can_read(request):
            raise NotThisFormat(f"{self._format.name} says that it cannot read it")
        return AdaptedReader(self._format.get_reader(request), request)

    def _open_writer(self, target: Target, name: str, **options: Any) -> AdaptedWriter:
        request = Request(target, "w?")
        request.kwargs = options
        return AdaptedWriter(self._format.get_writer(request), request)


def __getattr__(name: str) -> Adapter:
    """Return the plugin of the added format of this name."""
    from ._manager import formats

    format = next((f for f in formats.added() if f.name == name), None)
    if format is None:
        raise AttributeError(f"no format {name!r} was added")
    return Adapter(format)
