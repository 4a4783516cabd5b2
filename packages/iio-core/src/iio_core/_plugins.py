"""What is known of installed plugins: those that can be used, and the rejected ones."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from ._errors import PluginNotInstalledError
from ._spec import API, Advisory, Format, Pixels, PluginSpec, Signature

__all__ = ["Plugin", "Registry", "Rejected", "names_of", "problem_of", "watch"]

watch: Callable[[str], AbstractContextManager[object]] = nullcontext
"""What stands around the import of a spec or a plugin of that name; the command bounds its time."""


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
                with watch(self.spec.name):
                    self._loaded.append(getattr(import_module(module), attribute))
            except (Exception, SystemExit) as error:
                raise PluginNotInstalledError(
                    f"plugin {self} cannot be imported: {type(error).__name__}: {error}"
                ) from error
        return self._loaded[0]

    def is_object(self, candidate: Any) -> bool:
        """Tell whether `candidate` is this plugin's object; nothing is imported to find out."""
        if not self._loaded:
            module, _, attribute = self.spec.plugin.partition(":")
            return getattr(sys.modules.get(module), attribute, None) is candidate
        return self._loaded[0] is candidate

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
    requested : tuple of str
        The names of the only plugins that are to be used, if somebody said so: those that are used
        on request are.
    """

    plugins: tuple[Plugin, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    order: tuple[str, ...] = ()
    requested: tuple[str, ...] = ()
    tables: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def find(self, name: str) -> Plugin | None:
        """Return the plugin of this name or alias, in any case; None if there is none."""
        lower = name.lower()
        for plugin in self.plugins:
            if lower in names_of(plugin.spec):
                return plugin
        return None

    def position(self, plugin: Plugin) -> int:
        """Return the plugin's place in the user's order."""
        names = names_of(plugin.spec)
        for place, name in enumerate(self.order):
            if name.lower() in names:
                return place
            if name[:1] == "-" and name[1:].lower() in names:
                return len(self.order) + 1
        return len(self.order)

    def offered(self) -> tuple[Plugin, ...]:
        """Return the plugins that files are given to: without those that nobody asked for."""
        return tuple(
            p for p in self.plugins if not p.spec.on_request or p.spec.name in self.requested
        )

    def of_one(self, plugin: Plugin) -> Registry:
        """Return the registry of one plugin alone; made once for a plugin of this one."""
        alone: Registry | None = self.tables.get(plugin)
        if alone is None:
            alone = Registry((plugin,), requested=(plugin.spec.name,))
            if plugin in self.plugins:
                self.tables[plugin] = alone
        return alone

    def replace(self, **changes: Any) -> Registry:
        """Return another snapshot."""
        return replace(self, tables={}, **changes)


def names_of(spec: PluginSpec) -> set[str]:
    """Return the names that a plugin goes by, in lower case."""
    return {spec.name.lower(), *(alias.lower() for alias in spec.aliases)}


def problem_of(spec: Any, name: str) -> str:
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
    return _wrong_type(spec)


# What core goes through without asking: one wrong type would stop every other plugin's work.
_ITEMS = {
    "extensions": str,
    "signatures": Signature,
    "reads": Pixels,
    "writes": Pixels,
    "devices": str,
    "modules": str,
}


def _wrong_type(spec: PluginSpec) -> str:
    """Return which field of a spec is not what it should be; an empty string if all are."""
    texts = (spec.name, spec.title, spec.license)
    if not (all(isinstance(t, str) for t in texts) and _all_are(spec.aliases, str)):
        return "its name, title, license and aliases are not all strings"
    if not _all_are(spec.advisories, Advisory):
        return "its advisories are not all of class Advisory"
    for format in spec.formats:
        if not (isinstance(format.name, str) and isinstance(format.priority, int)):
            return f"the name or the priority of its format {format.name!r} is of a wrong type"
        for field_name, kind in _ITEMS.items():
            if not _all_are(getattr(format, field_name), kind):
                return f"{field_name} of its format {format.name!r} are not all {kind.__name__}"
    return ""


def _all_are(values: Any, kind: type) -> bool:
    return isinstance(values, tuple | list) and all(isinstance(value, kind) for value in values)
