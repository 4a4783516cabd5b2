"""Which plugins are in force: scanned, registered, preferred, or for a ``with`` block only.

The scan runs once in a process, on the first open, and imports specs only: no plugin, no backend.
What is registered later, preferred, or in force for a ``with`` block only, makes a new snapshot; a
snapshot itself never changes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ._discovery import scan, user_order
from ._errors import OptionError
from ._plugins import Plugin, Registry, Rejected, names_of, problem_of
from ._spec import PluginSpec

__all__ = [
    "Plugin",
    "Registry",
    "Rejected",
    "current",
    "prefer",
    "register",
    "registry",
    "unregister",
    "use",
]

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
                _base = scan()
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


def unregister(name: str) -> None:
    """Take away a plugin that was registered; none of that name is fine."""
    global _base
    base = _scan_once()
    with _lock:
        base = _base or base
        _base = base.replace(plugins=tuple(p for p in base.plugins if p.spec.name != name))


def _with(registry: Registry, spec: PluginSpec) -> Registry:
    problem = problem_of(spec, getattr(spec, "name", "?"))
    if problem:
        raise OptionError(f"this plugin cannot be registered: {problem}")
    for name in sorted(names_of(spec)):
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
            _base = base.replace(order=user_order())


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
        kept = tuple(p for name in order if (p := inside.find(name)) is not None)
        inside = inside.replace(plugins=kept, requested=tuple(p.spec.name for p in kept))
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
