"""Which candidates know the options of a call, and what they call them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Protocol

from . import _options
from ._errors import OptionError, PluginContractError, PluginNotInstalledError
from ._select import Candidate
from ._translate import CAUGHT

__all__ = ["Asked", "Dialect", "knowing", "opener_of", "option_names", "willing", "writer_type_of"]

Asked = tuple[Candidate, Mapping[str, Any]]
"""A candidate, with the options of the call by its own names."""


class Dialect(Protocol):
    """Other names for options, and another order among equal claims, than iio's own."""

    def translate(self, candidate: Candidate, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the candidate's own options for those that the caller gave."""
        ...

    def names(self, candidate: Candidate) -> Collection[str]:
        """Return the names that it translates, for the error about one that nobody knows."""
        ...

    def rank(self, candidate: Candidate) -> Any:
        """Return its place among candidates with an equal claim; the lowest is asked first."""
        ...


def knowing(
    usable: list[Candidate],
    options: Mapping[str, Any],
    name: str,
    opener: str,
    call: str | None,
    dialect: Dialect | None = None,
) -> Iterator[Asked]:
    """Yield the candidates of the best claim that know every option; raise if none does.

    Without options that is everybody. The next one's backend is imported only if the one before
    has declined.
    """
    known: set[str] = set()
    own: set[str] | None = None
    first: Mapping[str, Any] | None = None
    failed: PluginNotInstalledError | None = None
    found, best = False, usable[0]
    for candidate in usable:
        if options and candidate.claim != usable[0].claim:
            break
        given = options if dialect is None else dialect.translate(candidate, options)
        if given:
            try:
                names = option_names(candidate, opener, call)
            except PluginNotInstalledError as error:
                failed = failed or error
                continue
            known |= names
            if first is None:
                first, own, best = given, names, candidate
            if not names >= given.keys():
                continue
        found = True
        yield candidate, given
    if found:
        return
    if failed is not None:
        raise failed
    if dialect is not None:
        own = (own or set()) | set(dialect.names(best))
        known |= own
    where = _where(best, name)
    _options.check(first or options, known, where=where, own=own)
    together = ", ".join(first or options)
    raise OptionError(f"{where} does not know all of the options {together} together")


def willing(
    asked: Iterator[Asked],
    best: Candidate,
    options: Mapping[str, Any],
    name: str,
    call: str | None,
    dialect: Dialect | None = None,
) -> Asked:
    """Return the first candidate for writing that takes what the options say, else the first.

    That one will say itself what is wrong; unless a better claim does not know an option by this
    name, and whoever does will not have its value: it is the name that is wrong.
    """
    first: Asked | None = None
    refused = ""
    for candidate, given in asked:
        if not given:
            return candidate, given
        objection = getattr(candidate.plugin.load(), "objection", None)
        problem = objection(candidate.format.name, given) if objection is not None else ""
        if not problem:
            return candidate, given
        refused = refused or f"Plugin {candidate.plugin.spec.name!r} has it: {problem}"
        first = first or (candidate, given)
    assert first is not None  # `knowing` raises if nobody knows the options
    if first[0] is not best:
        _check_best(best, options, name, call, dialect, refused)
    return first


def _check_best(
    best: Candidate,
    options: Mapping[str, Any],
    name: str,
    call: str | None,
    dialect: Dialect | None,
    refused: str,
) -> None:
    """Raise if the best claim, which was passed over, does not know an option."""
    given = options if dialect is None else dialect.translate(best, options)
    try:
        known = option_names(best, "open_writer", call)
    except PluginNotInstalledError:
        return
    known |= set() if dialect is None else set(dialect.names(best))
    try:
        _options.check(given, known, where=_where(best, name))
    except OptionError as error:
        raise OptionError(f"{error} {refused}") from None


def _where(candidate: Candidate, name: str) -> str:
    return f"{name}: plugin {candidate.plugin.spec.name!r} for {candidate.format.name or 'this'}"


def option_names(candidate: Candidate, opener: str, call: str | None) -> set[str]:
    plugin = candidate.plugin.load()
    if not hasattr(plugin, opener):
        return set()
    try:
        return _declared(plugin, candidate.format.name, opener == "open_writer", call)
    except CAUGHT as error:
        raise PluginContractError(
            f"plugin {candidate.plugin} does not say which options it takes: "
            f"{type(error).__name__}: {error}"
        ) from error


def _declared(plugin: Any, format: str, writing: bool, call: str | None) -> set[str]:
    names = set(_options.names(plugin.open_writer if writing else opener_of(plugin, format)))
    if call is not None:
        kind = writer_type_of(plugin, format) if writing else plugin.reader_type
        names |= _options.names(getattr(kind, call))
    return names


def opener_of(plugin: Any, format: str) -> Any:
    """Return what opens a format for reading, with its options."""
    by_format = getattr(plugin, "open_reader_for", None)
    return plugin.open_reader if by_format is None else by_format(format or None)


def writer_type_of(plugin: Any, format: str) -> Any:
    """Return the class that writes a format, with its options."""
    by_format = getattr(plugin, "writer_type_for", None)
    return plugin.writer_type if by_format is None else by_format(format)
