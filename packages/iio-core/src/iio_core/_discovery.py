"""From the entry points of installed wheels to plugins; nothing but their specs is imported."""

from __future__ import annotations

import os
import re
import traceback
from typing import Any

from . import _catalog, _plugins, _wheels
from ._plugins import Plugin, Registry, Rejected, names_of, problem_of

__all__ = ["GROUP", "installed_version", "scan", "target_of", "user_order"]

GROUP = "iio_core.plugins"
_FIELD = re.compile(r"^(Name|Version):[ \t]*(\S.*?)[ \t]*$", re.M)
_OURS = frozenset(_catalog.PLUGINS.values())


def scan() -> Registry:
    """Read the entry points; nothing that one of them does keeps another from working."""
    allowed = os.environ.get("IIO_PLUGINS")
    names = None if allowed is None else {n.strip().lower() for n in allowed.split(",")}
    found: list[Plugin] = []
    rejected: list[Rejected] = []
    for entry in _entry_points(rejected):
        if names is not None and entry.name.lower() not in names:
            continue
        distribution, version = None, None
        try:
            if entry.dist is not None:
                distribution, version = _named(entry.dist)
            with _plugins.watch(entry.name):
                spec = entry.load()
            problem = problem_of(spec, entry.name)
            if problem:
                rejected.append(Rejected(entry.name, distribution, version, problem))
            else:
                ours = distribution in _OURS
                found.append(Plugin(spec, distribution, version, ours))
        except (Exception, SystemExit) as error:
            reason = f"its spec cannot be imported: {type(error).__name__}: {error}"
            rejected.append(
                Rejected(entry.name, distribution, version, reason, traceback.format_exc())
            )
    found.sort(key=lambda plugin: (plugin.spec.name, plugin.distribution or ""))
    plugins, taken = _settle(found)
    return Registry(
        tuple(plugins),
        tuple(sorted(rejected + taken, key=lambda r: (r.name, r.distribution or ""))),
        user_order(),
    )


def _entry_points(rejected: list[Rejected]) -> list[Any]:
    """Return the entry points of all wheels; one with damaged metadata is added to `rejected`."""
    usual = _wheels.entry_points(GROUP)
    if usual is not None:
        return list(usual)
    import importlib_metadata

    try:
        return list(importlib_metadata.entry_points(group=GROUP))
    except Exception:
        pass  # one wheel's file is damaged, and takes the others' with it: ask them one by one
    found, seen = [], set()
    for distribution in importlib_metadata.distributions():
        name = version = None
        try:
            name, version = _named(distribution)
            if name not in seen:
                found += distribution.entry_points.select(group=GROUP)
            seen.add(name)
        except Exception as error:
            text = traceback.format_exc()
            reason = f"its metadata cannot be read: {type(error).__name__}: {error}"
            rejected.append(Rejected(name or "?", name, version, reason, text))
    return found


def target_of(name: str) -> str | None:
    """Return where the spec of an installed plugin is, as its entry point says it."""
    return next((str(e.value) for e in _entry_points([]) if e.name.lower() == name.lower()), None)


def _named(distribution: Any) -> tuple[str, str]:
    """Return name and version of a distribution, without the parser that is made for e-mail.

    Importing that parser and parsing each description takes longer than all the rest of a scan.
    """
    text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    found = dict(_FIELD.findall(text.partition("\n\n")[0]))
    if len(found) < 2:
        return _spelled(distribution.metadata["Name"]), str(distribution.version)
    return _spelled(found["Name"]), found["Version"]


def _spelled(name: str) -> str:
    """Return the name of a distribution as the catalogue spells it."""
    return name.lower().replace("_", "-").replace(".", "-")


def installed_version(distribution: str) -> str | None:
    """Return the version of a distribution; None if it is not installed."""
    import importlib_metadata

    try:
        return str(importlib_metadata.version(distribution))
    except importlib_metadata.PackageNotFoundError:
        return None


def user_order() -> tuple[str, ...]:
    """Return the order of plugins that the environment asks for."""
    order = os.environ.get("IIO_PLUGIN_ORDER", "")
    return tuple(name.strip() for name in order.split(",") if name.strip())


def _settle(found: list[Plugin]) -> tuple[list[Plugin], list[Rejected]]:
    """Decide between plugins that want the same name.

    The one that the catalogue knows under that name has it; of two strangers neither.
    """
    kept, rejected = [], []
    for plugin in found:
        rivals = [
            (name, other)
            for other in found
            if other is not plugin
            for name in names_of(plugin.spec) & names_of(other.spec)
            if _catalog.PLUGINS.get(name) != plugin.distribution
        ]
        if rivals:
            name, other = min(rivals, key=lambda r: r[0])
            rejected.append(
                Rejected(
                    plugin.spec.name,
                    plugin.distribution,
                    plugin.version,
                    f"the name {name!r} is claimed by {other} as well",
                )
            )
        else:
            kept.append(plugin)
    return kept, rejected
