"""Which plugins there are: entry points become specs, or rejected ones with their reasons.

The scan runs once in a process, on the first open, and imports specs only: no plugin, no backend.
What is registered later, preferred, or in force for a ``with`` block only, makes a new snapshot; a
snapshot itself never changes.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from . import _catalog
from ._errors import OptionError, PluginNotInstalledError
from ._spec import API, Format, PluginSpec

__all__ = ["Plugin", "Registry", "Rejected", "current", "prefer", "register", "registry", "use"]

GROUP = "iio_core.plugins"
_OURS = frozenset(_catalog.PLUGINS.values())


@dataclass(frozen=True, slots=True)
class Rejected:
    """An installed plugin that cannot be used.

    Attributes
    ----------
    name : str
        The name of its entry point.
    distribution, version : str or None
        The wheel that it came with.
    reason : str
        Why it is not used, in one line.
    traceback : str
        Where its spec failed, if it raised.
    """

    name: str
    distribution: str | None
    version: str | None
    reason: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({_wheel(self.distribution, self.version)}): {self.reason}"


@dataclass(frozen=True, eq=False)
class Plugin:
    """A plugin that is here: its spec, and the wheel that it came with.

    Attributes
    ----------
    spec : PluginSpec
        What it says of itself.
    distribution, version : str or None
        The wheel; None for a plugin that was registered by a program.
    ours : bool
        Whether it is one of this project's.
    """

    spec: PluginSpec
    distribution: str | None = None
    version: str | None = None
    ours: bool = False
    _loaded: list[Any] = field(default_factory=list, repr=False)

    def load(self) -> Any:
        """Import the plugin object, and with it its backend.

        Raises
        ------
        PluginNotInstalledError
            If that fails, whatever it raises.
        """
        if not self._loaded:
            module, _, attribute = self.spec.plugin.partition(":")
            try:
                self._loaded.append(getattr(import_module(module), attribute))
            except (Exception, SystemExit) as error:
                raise PluginNotInstalledError(
                    f"plugin {self} cannot be imported: {type(error).__name__}: {error}"
                ) from error
        return self._loaded[0]

    def __str__(self) -> str:
        return f"{self.spec.name!r} ({_wheel(self.distribution, self.version)})"


def _wheel(distribution: str | None, version: str | None) -> str:
    return f"{distribution} {version}" if distribution else "registered by the program"


@dataclass(frozen=True, eq=False)
class Registry:
    """A snapshot of the plugins in force.

    Attributes
    ----------
    plugins : tuple of Plugin
        Those that can be used.
    rejected : tuple of Rejected
        Those that cannot, each with its reason.
    order : tuple of str
        The user's order of plugin names; ``"-name"`` comes after all others.
    """

    plugins: tuple[Plugin, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    order: tuple[str, ...] = ()
    tables: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def find(self, name: str) -> Plugin | None:
        """Return the plugin of this name or alias, in any case; None if there is none."""
        lower = name.lower()
        for plugin in self.plugins:
            if lower in _names(plugin.spec):
                return plugin
        return None

    def position(self, plugin: Plugin) -> int:
        """Return the plugin's place in the user's order."""
        names = _names(plugin.spec)
        for place, name in enumerate(self.order):
            if name.lower() in names:
                return place
            if name[:1] == "-" and name[1:].lower() in names:
                return len(self.order) + 1
        return len(self.order)

    def replace(self, **changes: Any) -> Registry:
        """Return another snapshot."""
        return replace(self, tables={}, **changes)


def _names(spec: PluginSpec) -> set[str]:
    return {spec.name.lower(), *(alias.lower() for alias in spec.aliases)}


def _scan() -> Registry:
    """Read the entry points; nothing that one of them does keeps another from working."""
    allowed = os.environ.get("IIO_PLUGINS")
    names = None if allowed is None else {n.strip() for n in allowed.split(",")}
    found: list[Plugin] = []
    rejected: list[Rejected] = []
    for entry in _entry_points(rejected):
        if names is not None and entry.name not in names:
            continue
        distribution, version = None, None
        try:
            if entry.dist is not None:
                distribution, version = entry.dist.metadata["Name"], entry.dist.version
            spec = entry.load()
            problem = _problem(spec, entry.name)
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
    order = os.environ.get("IIO_PLUGIN_ORDER", "")
    return Registry(
        tuple(plugins),
        tuple(sorted(rejected + taken, key=lambda r: (r.name, r.distribution or ""))),
        tuple(name.strip() for name in order.split(",") if name.strip()),
    )


def _entry_points(rejected: list[Rejected]) -> list[Any]:
    """Return the entry points of all wheels; one with damaged metadata is added to `rejected`."""
    import importlib_metadata

    try:
        return list(importlib_metadata.entry_points(group=GROUP))
    except Exception:
        pass  # one wheel's file is damaged, and takes the others' with it: ask them one by one
    found, seen = [], set()
    for distribution in importlib_metadata.distributions():
        name = version = None
        try:
            name, version = distribution.metadata["Name"], distribution.version
            if name not in seen:
                found += distribution.entry_points.select(group=GROUP)
            seen.add(name)
        except Exception as error:
            text = traceback.format_exc()
            reason = f"its metadata cannot be read: {type(error).__name__}: {error}"
            rejected.append(Rejected(name or "?", name, version, reason, text))
    return found


def _problem(spec: Any, name: str) -> str:
    """Return why a spec cannot be used; an empty string if it can."""
    if not isinstance(spec, PluginSpec):
        return f"its entry point is a {type(spec).__name__}, not a PluginSpec"
    if spec.api != API:
        return f"it is written for plugin interface {spec.api}, this iio-core speaks {API}"
    if spec.name != name:
        return f"its entry point is called {name!r}, its spec {spec.name!r}"
    module, _, attribute = str(spec.plugin).partition(":")
    if not (module and attribute):
        return f"{spec.plugin!r} does not say where the plugin is ('module:attribute')"
    if not all(isinstance(format, Format) for format in spec.formats):
        return "its formats are not all of class Format"
    return ""


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
            for name in _names(plugin.spec) & _names(other.spec)
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


_lock = threading.RLock()
_scanning = False
_base: Registry | None = None
_scoped: ContextVar[Registry | None] = ContextVar("iio_registry", default=None)


def _renew_lock() -> None:
    """Give a forked child a lock that no thread of its parent holds."""
    global _lock, _scanning
    _lock = threading.RLock()
    _scanning = False


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_lock)


def current() -> Registry:
    """Return the plugins in force here; the first call scans."""
    return _scoped.get() or _base or _scan_once()


def _scan_once() -> Registry:
    global _base, _scanning
    with _lock:
        if _base is None:
            if _scanning:  # a spec that asks for the others while it is imported itself
                return Registry()
            _scanning = True
            try:
                _base = _scan()
            finally:
                _scanning = False
        return _base


def register(spec: PluginSpec) -> None:
    """Add a plugin to this process, as if its wheel were installed.

    Parameters
    ----------
    spec : PluginSpec
        The plugin. For one ``with`` block only, see `use`.

    Raises
    ------
    OptionError
        If its name is taken, or the spec is not one that this core can use.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.register(iio.PluginSpec(name="mine", title="Mine", plugin="mine:PLUGIN", formats=()))
    >>> iio.registry.find("mine").spec.title
    'Mine'
    """
    global _base
    base = _scan_once()
    with _lock:
        _base = _with(_base or base, spec)


def _with(registry: Registry, spec: PluginSpec) -> Registry:
    problem = _problem(spec, getattr(spec, "name", "?"))
    if problem:
        raise OptionError(f"this plugin cannot be registered: {problem}")
    for name in sorted(_names(spec)):
        if (other := registry.find(name)) is not None:
            raise OptionError(f"the name {name!r} is taken by plugin {other}")
    return registry.replace(plugins=(*registry.plugins, Plugin(spec)))


def prefer(*names: str) -> None:
    """Set the order in which plugins with equal claims are asked, in this process.

    Parameters
    ----------
    *names : str
        Plugin names, the first one first; ``"-name"`` puts one behind all others. None at all:
        back to the order of ``IIO_PLUGIN_ORDER``.

    Raises
    ------
    OptionError
        If there is no plugin of such a name.

    Examples
    --------
    >>> import iio_core as iio
    >>> iio.prefer()
    """
    global _base
    base = _scan_once()
    with _lock:
        base = _base or base
        if names:
            _base = base.replace(order=_known(base, names))
        else:
            order = os.environ.get("IIO_PLUGIN_ORDER", "")
            _base = base.replace(order=tuple(n.strip() for n in order.split(",") if n.strip()))


def _known(registry: Registry, names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if registry.find(name.removeprefix("-")) is None:
            there = ", ".join(sorted(p.spec.name for p in registry.plugins)) or "none"
            raise OptionError(f"there is no plugin {name!r}; installed are: {there}")
    return names


@contextmanager
def use(*plugins: str | PluginSpec, only: bool = False) -> Iterator[Registry]:
    """Prefer, and if need be add, plugins inside a ``with`` block, in this thread or task only.

    Parameters
    ----------
    *plugins : str or PluginSpec
        Names of installed plugins, or specs to add for the block, the most preferred first.
    only : bool
        Whether all other plugins are out of sight.

    Yields
    ------
    Registry
        The plugins in force.

    Raises
    ------
    OptionError
        If there is no such plugin, or the name of a spec is taken.

    Examples
    --------
    >>> import iio_core as iio
    >>> with iio.use(only=True) as registry:
    ...     registry.plugins
    ()
    """
    inside = current()
    names = []
    for plugin in plugins:
        if isinstance(plugin, PluginSpec):
            inside = _with(inside, plugin)
            plugin = plugin.name
        names.append(plugin)
    order = _known(inside, tuple(names))
    if only:
        kept = [inside.find(name) for name in order]
        inside = inside.replace(plugins=tuple(p for p in kept if p is not None))
    inside = inside.replace(order=(*order, *inside.order))
    token = _scoped.set(inside)
    try:
        yield inside
    finally:
        _scoped.reset(token)


class _Live:
    """The registry in force wherever it is looked at: ``iio.registry.rejected``."""

    def __getattr__(self, name: str) -> Any:
        return getattr(current(), name)

    def __repr__(self) -> str:
        return repr(current())


registry: Registry = _Live()  # type: ignore[assignment]
