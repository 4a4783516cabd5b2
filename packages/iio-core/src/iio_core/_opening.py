"""From a URI to an open reader or writer: the candidates are asked in their order."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from . import _options, _registry, _select
from ._errors import NotThisFormat, OptionError, PluginContractError, PluginNotInstalledError
from ._holding import Kind, holding_first
from ._importable import missing
from ._knowing import Asked, Dialect, knowing, opener_of, option_names, willing
from ._limits import current as current_limits
from ._registry import Plugin, Registry
from ._resources import Resource, Target, open_resource, open_target
from ._select import Candidate
from ._session import ReadSession, WriteSession
from ._spec import Format, PluginSpec
from ._translate import CAUGHT, Blame

__all__ = ["candidates_for", "obstacle", "open_reading", "open_writing", "writers_for"]

HEAD = 4096
_YES = frozenset({"1", "yes", "true"})


def open_reading(
    uri: Any,
    *,
    plugin: Any = None,
    format: str | None = None,
    extension: str | None = None,
    trust: Collection[str] = (),
    options: Mapping[str, Any],
    call: str | None = None,
    dialect: Dialect | None = None,
) -> tuple[ReadSession, dict[str, Any]]:
    """Open a session for reading, and return the options that are left for the method `call`."""
    resource = uri
    if not isinstance(uri, Resource):
        resource = open_resource(uri, current_limits(), extension=extension)
    try:
        return _open_reading(resource, plugin, format, trust, options, call, dialect)
    except BaseException:
        if resource is not uri:  # a resource is its owner's to close
            resource.close()
        raise


def _open_reading(
    resource: Resource,
    plugin: Any,
    format: str | None,
    trust: Collection[str],
    options: Mapping[str, Any],
    call: str | None,
    dialect: Dialect | None,
) -> tuple[ReadSession, dict[str, Any]]:
    registry = _registry.current()
    declined: list[Candidate] = []
    if plugin is None and not (resource.is_directory or resource.device):
        table = _select.table(registry, writing=False)
        head = resource.head(max(HEAD, table.head))
        equal: Sequence[Candidate] = _select.by_both(head, resource.filename, table)
        if dialect is not None and len(equal) > 1:
            equal = sorted(equal, key=dialect.rank)
        # The first one is asked at once; the others need not even be looked for unless it declines.
        if equal and _leads(equal, trust, options, call, dialect):
            opened = _first_to_open(resource, [equal[0]], options, call, declined, dialect)
            if opened is not None:
                return opened
    if format is None:
        candidates = candidates_for(resource, registry, plugin)
    else:
        candidates = _as_format(format, resource, _plugin(plugin, registry))
    usable = [c for c in candidates if not obstacle(c, trust)] if candidates else []
    if dialect is not None:
        usable.sort(key=lambda c: (c.claim, dialect.rank(c)))
    # One that cannot be used decides the answer only if nobody usable has an equal claim.
    if not usable or (plugin is None and usable[0].claim > candidates[0].claim):
        from ._explain import nobody_reads

        raise nobody_reads(resource, registry, candidates, plugin, trust)
    opened = _first_to_open(resource, usable, options, call, declined, dialect)
    if opened is not None:
        return opened
    from ._explain import nobody_reads

    if plugin is None and not (resource.is_directory or resource.device):
        from ._absent import readers as absent_readers

        head = resource.head(HEAD)
        least = min(c.claim for c in declined)
        elsewhere = absent_readers(head, resource.filename, registry)
        declined += [c for c in elsewhere if c.claim <= least]
    raise nobody_reads(resource, registry, declined, plugin, trust)


def _first_to_open(
    resource: Resource,
    usable: list[Candidate],
    options: Mapping[str, Any],
    call: str | None,
    declined: list[Candidate],
    dialect: Dialect | None,
) -> tuple[ReadSession, dict[str, Any]] | None:
    """Ask candidates in their order; return None, and add them to `declined`, if all decline."""
    before = [(c.plugin, c.format) for c in declined]
    asked: Iterable[Asked] = [(candidate, options) for candidate in usable]
    if options or dialect is not None:
        asked = knowing(usable, options, resource.name, "open_reader", call, dialect)
    for candidate, given in asked:
        if before and (candidate.plugin, candidate.format) in before:
            continue
        try:
            chosen = candidate.plugin.load()
        except PluginNotInstalledError as error:
            if not _has_equal(candidate, usable):
                raise
            declined.append(candidate._replace(verdict=str(error)))
            continue
        if not hasattr(chosen, "open_reader"):
            raise _cannot(candidate, "read", "reader")
        opening = given
        rest: dict[str, Any] = {}
        blame = Blame(candidate.plugin, candidate.format.name, resource.name)
        try:
            opener = opener_of(chosen, candidate.format.name)
            if given:
                opening, rest = _options.split(given, _options.names(opener))
            reader = opener(resource, candidate.format.name or None, **opening)
            if not hasattr(reader, "read"):
                raise blame.broken(f"it opened a {type(reader).__name__}, which is no reader")
        except NotThisFormat as reason:
            declined.append(_declined(candidate, reason))
            continue
        except CAUGHT as error:
            blame.decoding(error)
        return ReadSession(reader, resource, blame), rest
    return None


def _leads(
    equal: Sequence[Candidate],
    trust: Collection[str],
    options: Mapping[str, Any],
    call: str | None,
    dialect: Dialect | None,
) -> bool:
    """Whether the first of several with the best claim is the one to ask, whatever others are."""
    first = equal[0]
    if obstacle(first, trust):
        return False
    if len(equal) == 1:
        return True
    try:
        first.plugin.load()
        if not options:
            return True
        return dialect is None and option_names(first, "open_reader", call) >= options.keys()
    except PluginNotInstalledError:
        return False


def _has_equal(candidate: Candidate, usable: list[Candidate]) -> bool:
    """Whether somebody after this candidate has an equal claim."""
    return usable[-1] is not candidate and any(
        other.claim == candidate.claim for other in usable[usable.index(candidate) + 1 :]
    )


def _declined(candidate: Candidate, reason: NotThisFormat) -> Candidate:
    return candidate._replace(verdict=f"declined: {reason}")


def candidates_for(resource: Resource, registry: Registry, plugin: Any = None) -> list[Candidate]:
    """Return who claims a resource, best first; only `plugin`'s formats if that is given."""
    if plugin is not None:
        return _of_one(resource, _plugin(plugin, registry), registry)
    table = _select.table(registry, writing=False)
    if resource.is_directory:
        return [
            Candidate(plugin, format, _select.EXTENSION)
            for plugin, format in table.rows
            if format.directories
        ]
    if resource.device:
        from ._absent import devices as absent_devices

        return _select.devices(resource.device, table) + absent_devices(resource.device, registry)
    head = resource.head(max(HEAD, table.head))
    found = _select.readers(head, resource.filename, table)
    if found and found[0].claim == _select.BOTH:
        return found
    # Somebody who is not installed may have the better claim: a camera's raw file, which begins
    # as a TIFF, is not to be read as one just because nobody here knows better.
    from ._absent import readers as absent_readers

    # Of an empty file nobody knows better.
    absent = absent_readers(head, resource.filename, registry) if head else []
    return sorted(found + absent, key=lambda c: (c.claim, bool(c.install))) if absent else found


def _as_format(name: str, resource: Resource, plugin: Plugin) -> list[Candidate]:
    """Return the one format that the caller names, whatever the resource looks like."""
    format = plugin.spec.format(name)
    if resource.device and not format.reads_device(resource.device):
        return []
    return [Candidate(plugin, format, _select.BOTH)]


def _of_one(resource: Resource, plugin: Plugin, registry: Registry) -> list[Candidate]:
    """Return the formats that a plugin named by the user might read a resource as.

    It is asked also about what it does not recognize: it is given the format that the name
    suggests, and if there is none, the name of no format.
    """
    table = _select.table(registry.of_one(plugin), writing=False)
    if resource.is_directory:
        found = [Candidate(plugin, f, _select.BOTH) for f in plugin.spec.formats if f.directories]
        return found or [Candidate(plugin, _NAMELESS, _select.EXTENSION)]
    if resource.device:
        bare = [] if plugin.spec.formats else [Candidate(plugin, _NAMELESS, _select.DEVICE)]
        return _select.devices(resource.device, table) or bare
    head = resource.head(max(HEAD, table.head))
    found = _select.readers(head, resource.filename, table)
    if found:
        return found
    named = _select.promised(head, resource.filename, table)
    formats = [format for _, format in named] or [_NAMELESS]
    return [Candidate(plugin, format, _select.EXTENSION) for format in formats]


_NAMELESS = Format(name="", title="not recognized", devices=("<>",), trust="fuzzed")


def _plugin(plugin: Any, registry: Registry) -> Plugin:
    """Return the plugin that ``plugin=`` means: a name, an alias, a spec, or the object itself."""
    if isinstance(plugin, str):
        found = registry.find(plugin)
        if found is not None:
            return found
        from ._explain import no_such_plugin

        raise no_such_plugin(plugin, registry)
    if isinstance(plugin, Plugin):
        return plugin
    if isinstance(plugin, PluginSpec):
        return Plugin(plugin)
    if hasattr(plugin, "open_reader") or hasattr(plugin, "open_writer"):
        for known in registry.plugins:
            if known.is_object(plugin):
                return known
        name = type(plugin).__name__
        module = type(plugin).__module__
        spec = PluginSpec(name=name, title=name, plugin=f"{module}:{name}", formats=())
        return Plugin(spec, _loaded=[plugin])
    raise OptionError(f"plugin={plugin!r} is neither the name of a plugin nor a plugin")


def obstacle(candidate: Candidate, trust: Collection[str] = ()) -> str:
    """Return why a candidate cannot be used here; an empty string if it can."""
    format = candidate.format
    if candidate.install:
        from ._absent import LEFT_OUT, is_left_out, pip_install

        if is_left_out(candidate.plugin.distribution):
            return LEFT_OUT
        return f"it is not installed: {pip_install(candidate.install)}"
    if format.trust == "external" and not _trusted(format, trust):
        return (
            "decoding it can run a program or open other files; if you trust this one: "
            f"trust={{{format.name!r}}}"
        )
    if format.trust == "unfuzzed" and os.environ.get("IIO_BLOCK_UNTRUSTED", "").lower() in _YES:
        return "its decoder is not fuzzed, and IIO_BLOCK_UNTRUSTED is set"
    absent = missing(format.modules) if format.modules else ""
    if absent:
        from ._absent import pip_install

        return f"its backend {absent} is not installed: {pip_install(format.requires or absent)}"
    return ""


def _trusted(format: Format, trust: Collection[str]) -> bool:
    if isinstance(trust, bool) or not isinstance(trust, Iterable):
        raise OptionError(f"trust={trust!r} is not a collection of names of formats like {{'EPS'}}")
    names = {trust} if isinstance(trust, str) else trust
    return format.name.lower() in {name.lower() for name in names}


def _cannot(candidate: Candidate, verb: str, noun: str) -> PluginContractError:
    return PluginContractError(
        f"plugin {candidate.plugin} says that it can {verb} {candidate.format.name}, "
        f"but has no way to open a {noun}"
    )


def open_writing(
    uri: Any,
    *,
    plugin: Any = None,
    extension: str | None = None,
    format: str | None = None,
    fsync: bool = False,
    options: Mapping[str, Any],
    call: str | None = None,
    lasting: bool | None = None,
    dialect: Dialect | None = None,
    kind: Kind | None = None,
) -> tuple[WriteSession, dict[str, Any]]:
    """Open a session for writing, and return the options that are left for the method `call`."""
    lasting = call is None if lasting is None else lasting
    target = uri
    if not isinstance(uri, Target):
        target = open_target(uri, extension=extension, session=lasting, fsync=fsync)
    registry = _registry.current()
    candidates = writers_for(target, registry, plugin, format)
    usable = [c for c in candidates if not c.install and not missing(c.format.modules)]
    if not usable:
        from ._explain import nobody_writes

        raise nobody_writes(target, registry, candidates, plugin, format)
    usable = holding_first(usable, kind)
    if dialect is not None:
        usable.sort(key=lambda c: (c.claim, dialect.rank(c)))
    candidate, given = usable[0], options
    if options or dialect is not None:
        candidate, given = willing(
            knowing(usable, options, target.name, "open_writer", call, dialect),
            *(usable[0], options, target.name, call, dialect),
        )
    try:
        chosen = candidate.plugin.load()
    except PluginNotInstalledError:
        if not _has_equal(candidate, usable):
            raise
        candidate = usable[usable.index(candidate) + 1]
        chosen = candidate.plugin.load()
    if not hasattr(chosen, "open_writer"):
        raise _cannot(candidate, "write", "writer")
    opening, rest = _options.split(given, _options.names(chosen.open_writer)) if given else ({}, {})
    blame = Blame(candidate.plugin, candidate.format.name, target.name)
    try:
        writer = chosen.open_writer(target, candidate.format.name, **opening)
        if not hasattr(writer, "write"):
            raise blame.broken(f"it opened a {type(writer).__name__}, which is no writer")
        return WriteSession(writer, target, blame, lasting=lasting), rest
    except BaseException as error:
        target.abort()
        if isinstance(error, CAUGHT):
            blame.encoding(error)
        raise


def writers_for(
    target: Target, registry: Registry, plugin: Any = None, format: str | None = None
) -> list[Candidate]:
    """Return who can write a target, best first."""
    one = None
    if plugin is not None:
        one = _plugin(plugin, registry)
        if not one.spec.formats:  # a bare plugin object: it knows its formats itself
            name = format or target.extension.lstrip(".").upper()
            return [Candidate(one, Format(name=name, title=name, devices=("<>",)), 0)]
        registry = registry.of_one(one)
    table = _select.table(registry, writing=True)
    if format is not None:  # the format that the caller names, whatever the extension
        return [
            Candidate(plugin, made, _select.BOTH)
            for plugin, made in table.rows
            if made.name.lower() == format.lower()
        ]
    return _select.writers(target.filename, table)
