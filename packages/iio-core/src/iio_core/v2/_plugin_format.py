"""A plugin's format as a `Format` of imageio 2.9: the same calls, on one of iio's sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _options
from .._errors import DecodeError, EncodeError, FrameIndexError
from ._array import Array
from ._errors import DamagedFrameError, NoSuchFrameError, ValueOptionError
from ._format import BaseReader, BaseWriter, Format
from ._legacy import Finish, LegacyFormat, Options

if TYPE_CHECKING:
    from .._plugins import Plugin
    from .._properties import ImageProperties
    from .._session import ReadSession, WriteSession
    from .._spec import Format as Described
    from ._request import Request

__all__ = ["PluginFormat", "PluginReader", "PluginWriter"]


class PluginReader(BaseReader):
    """Reads through a plugin. Attributes that it does not have are the plugin's reader's."""

    def __init__(
        self, format: PluginFormat, request: Request, opened: tuple[ReadSession, Options]
    ) -> None:
        self._session, self._rest = opened
        self._legacy: LegacyFormat = format.legacy
        request.hand_over()
        super().__init__(format, request)

    def _open(self, **kwargs: Any) -> None:
        self._given = kwargs
        try:
            self._finish = self._legacy.finish(kwargs)
        except BaseException:
            self._session.close()
            raise

    def _close(self) -> None:
        self._session.close()

    def _get_length(self) -> int | float:
        count = self._legacy.count(self._session, self._mode)
        return float("inf") if count is None else count

    def _get_data(self, index: int, **kwargs: Any) -> tuple[np.ndarray[Any, Any], Options]:
        if not hasattr(index, "__index__"):
            raise ValueOptionError(f"index={index!r} is not the number of an image")
        options, finish = self._options(kwargs)
        with _as_scripts_catch_it():
            image = self._legacy.read(self._session, index, self._mode, options)
        if finish is not None:
            image = finish(image)
        return image, self._legacy.metadata(self._session, index, self._mode, options)

    def _get_meta_data(self, index: int | None) -> Options:
        return self._legacy.metadata(self._session, index, self._mode, self._rest)

    def iter_data(self) -> Iterator[Array]:
        """Iterate over all images; memory stays at one."""
        self._checkClosed()
        images = self._legacy.iter(self._session, self._mode, self._rest)
        if images is None:
            yield from super().iter_data()
            return
        for index, image in enumerate(images):
            meta = self._legacy.metadata(self._session, index, self._mode, self._rest)
            self._next = index + 1
            yield Array(image if self._finish is None else self._finish(image), meta)
            self._checkClosed()

    def properties(self, index: int = 0) -> ImageProperties:
        """Describe what `get_data` returns, without decoding pixels."""
        self._checkClosed()
        known = _options.names(self._session._reader.properties)
        options = {name: value for name, value in self._rest.items() if name in known}
        return self._legacy.properties(self._session, index, self._mode, options)

    @property
    def _mode(self) -> str:
        return self._request.mode[1]

    def _options(self, kwargs: Options) -> tuple[Options, Finish | None]:
        """Return the options of an image: those of opening, with what `get_data` was given."""
        if not kwargs:
            return self._rest, self._finish
        given = self._given | kwargs
        translated = self._legacy.reading(given)
        opening = self._legacy.reading(self._given).keys() - self._rest.keys()
        return {k: v for k, v in translated.items() if k not in opening}, self._legacy.finish(given)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._session, name)


@contextmanager
def _as_scripts_catch_it() -> Iterator[None]:
    """Raise what keeps a frame from being read as a `CannotReadFrameError` as well."""
    try:
        yield
    except FrameIndexError as error:
        raise NoSuchFrameError(str(error), plugin=error.plugin, format=error.format) from error
    except DecodeError as error:
        if type(error) is not DecodeError:  # of the network: more is said by its class
            raise
        raise DamagedFrameError(str(error), plugin=error.plugin, format=error.format) from error


class PluginWriter(BaseWriter):
    """Writes through a plugin. Attributes that it does not have are the plugin's writer's."""

    def __init__(
        self, format: PluginFormat, request: Request, opened: tuple[WriteSession, Options]
    ) -> None:
        self._session, self._rest = opened
        self._legacy = format.legacy
        self._described = format.described(self._session.format)
        self._global: Options = {}
        self._told: set[str] = set()  # what was said of images that were converted
        request.hand_over()
        super().__init__(format, request)

    def _open(self, **kwargs: Any) -> None:
        self._given = kwargs

    def _append_data(self, im: np.ndarray[Any, Any], meta: Options) -> None:
        mode = self._request.mode[1]
        if im.ndim < 2:
            raise EncodeError(f"an array of shape {im.shape} is not an image")
        if im.ndim == 3 and im.shape[2] == 1 and mode not in ("v", "V"):
            im = im[:, :, 0]
        several = self._legacy.slices and mode in ("v", "V")
        from ._uint import writing_to  # only for who writes

        with writing_to(self._session._target.name, self._told):
            image = self._legacy.prepare(im, self._described, self._given)
        metadata = {**self._global, **meta}
        self._session.write(image, is_batch=several, metadata=metadata or None, **self._rest)

    def _set_meta_data(self, meta: Mapping[str, Any]) -> None:
        if self._session.written:
            raise EncodeError(
                f"{self._request.filename}: metadata of the whole file is set before the first "
                "image is written"
            )
        self._global = dict(meta)

    def _close(self) -> None:
        self._session.close()

    def _abort(self) -> None:
        if not self._closed:
            self._closed = True
            self._session.abort()

    def close(self) -> None:
        """Finish the file and put it in place; the session knows whether it is whole."""
        self._failed = False
        super().close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._session, name)


class PluginFormat(Format):
    """A name of imageio 2.9, and the plugin and format of iio that it stands for."""

    Reader = PluginReader  # type: ignore[assignment]
    Writer = PluginWriter  # type: ignore[assignment]

    def __init__(self, plugin: Plugin, legacy: LegacyFormat) -> None:
        self.plugin = plugin
        self.legacy = legacy
        formats = plugin.spec.formats
        self.formats: tuple[Described, ...] = (
            formats if legacy.format is None else (plugin.spec.format(legacy.format),)
        )
        extensions = legacy.extensions
        if extensions is None:
            extensions = tuple(dict.fromkeys(e for f in self.formats for e in f.extensions))
        title = self.formats[0].title if legacy.format is not None else plugin.spec.title
        super().__init__(legacy.name, legacy.description or title, extensions, legacy.modes)

    @cached_property
    def reads(self) -> bool:
        """Whether it can read at all."""
        return any(f.reads for f in self.formats)

    @cached_property
    def writes(self) -> bool:
        """Whether it can write at all."""
        return any(f.writes for f in self.formats)

    @property
    def doc(self) -> str:
        """What ``help`` prints: name, description, and the options."""
        from ._help import documentation

        return documentation(self)

    def written_to(self, filename: str) -> str | None:
        """Return which of its formats a file becomes; None if its extension tells.

        A name that stands for several formats writes the first of them to a file whose name says
        nothing of it.
        """
        if self.legacy.format is not None:
            return self.legacy.format
        if filename.lower().endswith(self.extensions):
            return None
        return next((f.name for f in self.formats if f.writes), None)

    def described(self, name: str) -> Described:
        """Return one of its formats as the plugin's spec describes it."""
        return next(f for f in self.formats if f.name == name)

    def supports(self, mode: str) -> bool:
        """Tell whether it holds what the caller expects. Several may be one, and one several."""
        return mode == "?" or mode.lower() in self.modes or mode.upper() in self.modes

    def get_reader(self, request: Request) -> BaseReader:
        """Open a request for reading as this format and no other."""
        from ._finding import open_reader
        from ._manager import Choice, formats

        return open_reader(request, Choice(self), formats)

    def get_writer(self, request: Request) -> BaseWriter:
        """Open a request for writing as this format and no other."""
        from ._finding import open_writer
        from ._manager import Choice, formats

        return open_writer(request, Choice(self), formats)

    def _can_read(self, request: Request) -> bool:
        return self.supports(request.mode[1]) and self._claims(request)

    def _can_write(self, request: Request) -> bool:
        return self.supports(request.mode[1]) and self._claims(request)

    def _claims(self, request: Request) -> bool:
        from ._names import claims

        return any(c.plugin is self.plugin and c.format in self.formats for c in claims(request))
