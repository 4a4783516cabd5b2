"""Every choice explained: the ranking as an object, as a table, and as errors."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from . import _absent, _importable, _opening, _registry, _select
from ._discovery import installed_version
from ._errors import (
    DecodeError,
    IIOError,
    NoPluginError,
    OptionError,
    PluginNotInstalledError,
)
from ._limits import current as current_limits
from ._registry import Plugin, Registry, Rejected
from ._resources import Resource, Target, open_resource, open_target
from ._select import Candidate

__all__ = ["Explanation", "advice", "explain", "no_such_plugin", "nobody_reads", "nobody_writes"]


@dataclass(frozen=True)
class Explanation:
    """Who would read, or write, a resource, and why.

    Attributes
    ----------
    name : str
        The resource.
    mode : str
        ``"r"`` or ``"w"``.
    head : bytes
        The first bytes that were looked at.
    candidates : tuple of Candidate
        Best first, each with its verdict.
    chosen : Candidate or None
        The one that would be asked first.
    rejected : tuple of Rejected
        Installed plugins that cannot be used.
    install : tuple of str
        What ``pip install`` would bring further candidates.
    warnings : tuple of str
        What is worth knowing about the installed backends.
    problem : str
        Why nobody would, if so.
    is_device : bool
        Whether the resource is a device, which has no bytes.
    """

    name: str
    mode: str
    head: bytes
    candidates: tuple[Candidate, ...]
    chosen: Candidate | None
    rejected: tuple[Rejected, ...]
    install: tuple[str, ...]
    warnings: tuple[str, ...]
    problem: str = ""
    is_device: bool = False

    def __str__(self) -> str:
        verb = "read" if self.mode == "r" else "written"
        has_bytes = self.mode == "r" and not self.is_device
        lines = [f"{self.name}: begins with {_shown(self.head)}" if has_bytes else self.name]
        if self.chosen is not None:
            chosen = self.chosen
            lines.append(f"would be {verb} by {chosen.plugin} as {chosen.format.title}")
        if self.problem:
            lines.append(self.problem)
        lines += table(self.candidates)
        lines += [f"warning: {warning}" for warning in self.warnings]
        lines += [f"rejected: {rejected}" for rejected in self.rejected]
        return "\n".join(lines)


def table(candidates: Collection[Candidate]) -> list[str]:
    """Return candidates as lines of aligned columns."""
    rows = [
        (c.plugin.spec.name, c.format.name, c.reason, c.verdict or "would be asked next")
        for c in candidates
    ]
    if not rows:
        return []
    rows.insert(0, ("plugin", "format", "claims by", "verdict"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        "  " + "  ".join([*(row[i].ljust(widths[i]) for i in range(3)), row[3]]) for row in rows
    ]


def explain(
    uri: Any,
    mode: str = "r",
    *,
    plugin: Any = None,
    extension: str | None = None,
    trust: Collection[str] = (),
) -> Explanation:
    """Tell who would read or write a resource, and why, without opening a backend.

    Parameters
    ----------
    uri : Any
        As for `iio_core.imread`, or `iio_core.imwrite` with ``mode="w"``.
    mode : {"r", "w"}
        To read or to write.
    plugin, extension, trust
        As for `iio_core.imread`.

    Returns
    -------
    Explanation
        ``print`` it for a table.

    Raises
    ------
    FileNotFoundError
        If there is nothing to read.
    OptionError
        If there is no such plugin or mode.

    Examples
    --------
    >>> import iio_core as iio
    >>> print(iio.explain("cat.png"))  # doctest: +SKIP
    """
    registry = _registry.current()
    if mode == "r":
        resource = open_resource(uri, current_limits(), extension=extension)
        try:
            return _explain_reading(resource, registry, plugin, trust)
        finally:
            resource.close()
    if mode != "w":
        raise OptionError(f"mode={mode!r}: it is 'r' to read or 'w' to write")
    target = open_target(uri, extension=extension)
    candidates = _opening.writers_for(target, registry, plugin)
    judged = [
        _judge(c, trust, writing=True)
        for c in candidates or _absent.writers(target.filename, registry)
    ]
    problem = (
        ""
        if any(not c.verdict for c in judged)
        else str(nobody_writes(target, registry, candidates, plugin, None))
    )
    return _explanation(target.name, "w", b"", judged, registry, problem)


def _explain_reading(
    resource: Resource, registry: Registry, plugin: Any, trust: Collection[str]
) -> Explanation:
    candidates = _opening.candidates_for(resource, registry, plugin)
    judged = [_judge(candidate, trust) for candidate in candidates]
    if not judged and not resource.is_directory:
        judged = _promised(resource, registry)
    usable = [c for c in judged if not c.verdict]
    problem = ""
    if not usable or (plugin is None and usable[0].claim > judged[0].claim):
        problem = str(nobody_reads(resource, registry, candidates, plugin, trust)).splitlines()[0]
        judged = [c if c.verdict else c._replace(verdict="weaker claim, not asked") for c in judged]
    head = b"" if resource.is_directory else resource.head(16)
    explained = _explanation(resource.name, "r", head, judged, registry, problem)
    return replace(explained, is_device=bool(resource.device))


def _promised(resource: Resource, registry: Registry) -> list[Candidate]:
    """Return the formats that the name promises and the first bytes do not confirm."""
    table = _select.table(registry, writing=False)
    rows = _select.promised(resource.head(_opening.HEAD), resource.filename, table)
    return [
        Candidate(
            plugin, format, _select.EXTENSION, resource.extension, verdict="no signature of it"
        )
        for plugin, format in rows
    ]


def _judge(candidate: Candidate, trust: Collection[str], writing: bool = False) -> Candidate:
    if writing and not candidate.install:
        absent = _importable.missing(candidate.format.modules)
        return candidate._replace(verdict=f"{absent} is not installed" if absent else "")
    return candidate._replace(verdict=_opening.obstacle(candidate, trust))


def _explanation(
    name: str, mode: str, head: bytes, judged: list[Candidate], registry: Registry, problem: str
) -> Explanation:
    chosen = next((c for c in judged if not c.verdict), None)
    if chosen is not None:
        judged = [c._replace(verdict="chosen") if c is chosen else c for c in judged]
        chosen = next(c for c in judged if c.verdict == "chosen")
    return Explanation(
        name,
        mode,
        head,
        tuple(judged),
        chosen,
        registry.rejected,
        _install(judged),
        tuple(_warnings(judged)),
        problem,
    )


def _install(candidates: Collection[Candidate]) -> tuple[str, ...]:
    found = []
    for candidate in candidates:
        format = candidate.format
        absent = _importable.missing(format.modules)
        hint = candidate.install or (absent and (format.requires or absent))
        if candidate.install and _absent.is_left_out(candidate.plugin.distribution):
            continue
        if hint and hint not in found:
            found.append(hint)
    return tuple(found)


def _warnings(candidates: Collection[Candidate]) -> list[str]:
    """Return the advisories that apply to the backends of the candidates."""
    return advice({id(c.plugin): c.plugin for c in candidates if not c.install}.values())


def advice(plugins: Iterable[Plugin]) -> list[str]:
    """Return the advisories that apply to the installed backends of plugins."""
    found = []
    for plugin in plugins:
        for advisory in plugin.spec.advisories:
            version = installed_version(advisory.distribution)
            if version is None:
                continue
            if _numbers(version) < _numbers(advisory.below):
                found.append(
                    f"{advisory.distribution} {version} is installed; versions before "
                    f"{advisory.below} are not safe: {advisory.reason}"
                )
    return found


def _numbers(version: str) -> tuple[int, ...]:
    numbers = []
    for part in version.split("."):
        digits = ""
        for character in part:
            if not character.isdigit():
                break
            digits += character
        numbers.append(int(digits or 0))
    while numbers and not numbers[-1]:  # 13 and 13.0 are one version
        numbers.pop()
    return tuple(numbers)


def _shown(head: bytes) -> str:
    """Return the first bytes for a message, in hexadecimal and as text."""
    if not head:
        return "nothing"
    text = "".join(chr(b) if 32 <= b < 127 else "." for b in head[:16])
    return f"{head[:16].hex(' ')} ({text})"


def no_such_plugin(name: str, registry: Registry) -> IIOError:
    """Return the error for ``plugin=`` with a name that nobody has."""
    from . import _catalog

    for rejected in registry.rejected:
        if rejected.name.lower() == name.lower():
            return NoPluginError(f"plugin {rejected}", rejected=registry.rejected)
    distribution = _catalog.PLUGINS.get(name.lower())
    if _absent.is_left_out(distribution):
        return NoPluginError(f"plugin {name!r}: {_absent.LEFT_OUT}", rejected=registry.rejected)
    if distribution is not None:
        return PluginNotInstalledError(
            f"plugin {name!r} is not installed: {_absent.pip_install(distribution)}",
            rejected=registry.rejected,
            install=(distribution,),
        )
    import difflib

    names = {n for p in registry.plugins for n in (p.spec.name, *p.spec.aliases)}
    close = difflib.get_close_matches(name, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    there = ", ".join(sorted(p.spec.name for p in registry.plugins)) or "none"
    return NoPluginError(
        f"there is no plugin {name!r}.{hint} Installed are: {there}",
        rejected=registry.rejected,
    )


def nobody_reads(
    resource: Resource,
    registry: Registry,
    candidates: list[Candidate],
    plugin: Any,
    trust: Collection[str],
) -> IIOError:
    """Return the error for a resource that none of the candidates reads."""
    judged = tuple(
        c if c.verdict else c._replace(verdict=_opening.obstacle(c, trust)) for c in candidates
    )
    install = _install([c for c in judged if c.claim == judged[0].claim]) if judged else ()
    details = {"candidates": judged, "rejected": registry.rejected, "install": install}
    if judged:
        best = judged[0]
        # Who declines a file says that it may be of another format.
        name = "" if best.verdict.startswith("declined") else best.format.name
        lines = [_what_it_is(resource, name)]
        lines[0] += f"plugin {best.plugin.spec.name!r} cannot read it: {best.verdict}"
        if install and _absent.pip_install(install[0]) not in lines[0]:
            lines[0] += f". Others would: {_absent.pip_install(*install)}"
        kind = PluginNotInstalledError if install else NoPluginError
        return kind("\n".join(lines + (table(judged) if len(judged) > 1 else [])), **details)  # type: ignore[arg-type]
    if resource.is_directory:
        return NoPluginError(
            f"{resource.name} is a directory, and no installed plugin reads directories",
            **details,  # type: ignore[arg-type]
        )
    if resource.device:
        return NoPluginError(_absent.no_such_device(resource.name, registry, plugin), **details)  # type: ignore[arg-type]
    return _not_recognized(resource, registry, details)


def _what_it_is(resource: Resource, format: str) -> str:
    """Begin a sentence with what is known of a resource: of a directory, no more than that."""
    if resource.is_directory:
        return f"{resource.name} is a directory, and "
    return f"{resource.name} is {format}, but " if format else f"{resource.name}: "


def _not_recognized(resource: Resource, registry: Registry, details: dict[str, Any]) -> IIOError:
    head = resource.head(16)
    promised = _select.promised(
        head, resource.filename, _select.table(registry, writing=False)
    ) or _select.promised(head, resource.filename, _absent.table(registry, writing=False))
    if promised:
        name = max(promised, key=lambda row: row[1].priority)[1].name
        return DecodeError(
            f"{resource.name} is called {_extension(resource)}, but it is not {name}: it "
            + (f"begins with {_shown(head)}" if head else "is empty"),
            format=name,
        )
    if not head:
        return DecodeError(f"{resource.name} is empty")
    return NoPluginError(
        f"no plugin recognizes {resource.name}: it begins with {_shown(head)}, and "
        + (f"no plugin reads {_extension(resource)}" if resource.extension else "has no extension")
        + (
            f". Installed are: {', '.join(p.spec.name for p in registry.plugins)}"
            if registry.plugins
            else ". No plugin is installed"
        ),
        **details,
    )


def _extension(resource: Resource) -> str:
    return resource.extension or resource.filename


def nobody_writes(
    target: Target, registry: Registry, candidates: list[Candidate], plugin: Any, format: str | None
) -> IIOError:
    """Return the error for a target that nobody can write, with what could be written."""
    name = format or target.extension
    absent = candidates or _absent.writers(target.filename, registry)
    install = _install(absent)
    if install and (plugin is None or candidates):
        what = format or absent[0].extension or name
        return PluginNotInstalledError(
            f"{target.name}: nothing installed here writes {what}: {_absent.pip_install(*install)}",
            candidates=tuple(absent),
            rejected=registry.rejected,
            install=install,
        )
    rows = _select.table(registry, writing=True).rows
    if format is not None:
        known = sorted({f.name for p, f in rows})
        return NoPluginError(
            f"no installed plugin writes a format called {format!r}; there are: {', '.join(known)}",
            rejected=registry.rejected,
        )
    known = sorted({e for p, f in rows for e in f.extensions})
    what = f"{target.name}: no installed plugin writes {name}"
    if plugin is not None and name:
        what = f"{target.name}: plugin {plugin!r} does not write {name}"
    if not name:
        what = (
            f"{target.name} has no extension; say which format with extension='.png', for example"
        )
    return NoPluginError(
        f"{what}. Can be written: {' '.join(known) or 'nothing'}",
        rejected=registry.rejected,
    )
