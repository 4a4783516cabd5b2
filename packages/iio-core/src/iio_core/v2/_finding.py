"""Which format a request goes to: the one that is named, else who has the best claim."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .._errors import DecodeError, NoPluginError
from .._opening import open_reading, open_writing
from ._format import BaseReader, BaseWriter, Format
from ._manager import Choice, FormatManager
from ._plugin_format import PluginFormat, PluginReader, PluginWriter
from ._request import Request

if TYPE_CHECKING:
    from .._select import Candidate

__all__ = ["open_reader", "open_writer"]

_EXPECTED = {"i": "an image", "I": "images", "v": "a volume", "V": "volumes"}


class _Dialect:
    """The names of options of imageio 2.9, and its order of formats."""

    def __init__(self, formats: FormatManager, request: Request, named: PluginFormat | None):
        self._formats = formats
        self._named = named
        self._writing = request.mode[0] == "w"
        self._mode = request.mode[1]
        self._order = formats.order()

    def translate(self, candidate: Candidate, options: Mapping[str, Any]) -> Mapping[str, Any]:
        legacy = self._format(candidate).legacy
        return legacy.writing(options) if self._writing else legacy.reading(options)

    def names(self, candidate: Candidate) -> Collection[str]:
        return self._format(candidate).legacy.names(writing=self._writing)

    def rank(self, candidate: Candidate) -> tuple[bool, tuple[int, int]]:
        format = self._format(candidate)
        return not format.supports(self._mode), self._formats.position(format.name, self._order)

    def _format(self, candidate: Candidate) -> PluginFormat:
        return self._named or self._formats.of(candidate.plugin, candidate.format.name)


def open_reader(request: Request, choice: Choice, formats: FormatManager) -> BaseReader:
    """Open a request for reading, as the caller chose or as its bytes and its name say."""
    named = choice.format
    if named is not None and not isinstance(named, PluginFormat):
        return _added_reader(request, named)
    if named is None and choice.plugin is None:
        for format in formats.added(request.extension):
            if format.can_read(request):
                return _added_reader(request, format)
    try:
        return _through_plugin(request, choice, formats)
    except (NoPluginError, DecodeError) as error:
        if named is None and choice.plugin is None and _unrecognized(error):
            for format in formats.added():
                if format.can_read(request):
                    return _added_reader(request, format)
        raise


def _added_reader(request: Request, format: Format) -> BaseReader:
    _check_mode(request, format)
    return format.get_reader(request)


def _through_plugin(request: Request, choice: Choice, formats: FormatManager) -> BaseReader:
    named: PluginFormat | None = choice.format  # type: ignore[assignment]
    if named is not None:
        _check_mode(request, named)
    one = None if named is None else named.legacy.format
    opened = open_reading(
        request.place,
        plugin=choice.plugin if named is None else named.plugin,
        format=one,
        trust=() if one is None else (one,),  # the name of a format is consent to it
        options=request.kwargs,
        call="read",
        dialect=_Dialect(formats, request, named),
    )
    session = opened[0]
    format = named or formats.of(session._blame._plugin, session.format)
    try:
        _check_mode(request, format)
    except BaseException:
        session.close()
        raise
    return PluginReader(format, request, opened)


def _check_mode(request: Request, format: Format) -> None:
    direction, mode = request.mode[0], request.mode[1]
    if _supports(format, mode):
        return
    verb = "read" if direction == "r" else "write"
    held = " or ".join(_EXPECTED[m] for m in format.modes if m != "?") or "nothing"
    raise NoPluginError(
        f"{request.filename}: {format.name} cannot {verb} {_EXPECTED[mode]}; it holds {held}"
    )


def _supports(format: Format, mode: str) -> bool:
    if isinstance(format, PluginFormat):
        return format.supports(mode)
    modes = format.modes.replace("?", "").lower()
    # As for plugins, several may be one; one without modes decides by the request alone.
    return mode == "?" or not modes or mode.lower() in modes


def _unrecognized(error: Exception) -> bool:
    """Tell whether nobody claimed the resource; one that is damaged was claimed."""
    return isinstance(error, NoPluginError) or getattr(error, "plugin", None) is None


def open_writer(request: Request, choice: Choice, formats: FormatManager) -> BaseWriter:
    """Open a request for writing, as the caller chose or as its name says."""
    named = choice.format
    if named is None and choice.plugin is None:
        named = next((f for f in formats.added(request.extension) if f.can_write(request)), None)
    if named is not None:
        _check_mode(request, named)
    if named is not None and not isinstance(named, PluginFormat):
        return named.get_writer(request)
    try:
        return _to_plugin(request, choice, named, formats)
    except NoPluginError:
        if named is None and choice.plugin is None:
            for format in formats.added():
                if format.can_write(request):
                    _check_mode(request, format)
                    return format.get_writer(request)
        if named is None and not request.extension:
            raise NoPluginError(
                f"{request.filename} has no extension: say what to write, with format='png' for "
                "example"
            ) from None
        raise


def _to_plugin(
    request: Request, choice: Choice, named: PluginFormat | None, formats: FormatManager
) -> BaseWriter:
    session, rest = open_writing(
        request.place,
        plugin=choice.plugin if named is None else named.plugin,
        format=None if named is None else named.written_to(request.place.filename),
        options=request.kwargs,
        call="write",
        lasting=request.lasting,
        dialect=_Dialect(formats, request, named),
    )
    format = named or formats.of(session._blame._plugin, session.format)
    try:
        _check_mode(request, format)
    except BaseException:
        session.abort()
        raise
    return PluginWriter(format, request, (session, rest))
