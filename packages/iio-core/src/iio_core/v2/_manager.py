"""``formats``: the formats by their names of imageio 2.9, and those that programs add."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from .. import _registry
from .._environment import get as environment
from .._plugins import Plugin, Registry
from .._warning import warn
from ._errors import UnknownFormatError, ValueOptionError
from ._format import Format
from ._legacy import LegacyFormat
from ._plugin_format import PluginFormat
from ._request import Request

__all__ = ["Choice", "FormatManager", "formats"]

ADAPTER = "iio_core.v2._adapter:"
"""What the plugin of an added format is called, before the format's name."""


def is_adapter(plugin: Plugin) -> bool:
    """Tell whether a plugin is an added format in disguise."""
    return plugin.spec.plugin.startswith(ADAPTER)


class Choice(NamedTuple):
    """What a ``format=`` argument means."""

    format: Format | None = None
    plugin: Plugin | None = None
    extension: str | None = None


class _Table:
    """The formats of the plugins that are in force, made once for each snapshot of them."""

    def __init__(self, registry: Registry) -> None:
        self.formats: dict[str, PluginFormat] = {}
        self.by_format: dict[tuple[str, str | None], PluginFormat] = {}
        plugins = [p for p in registry.plugins if not is_adapter(p)]
        standing_in: list[PluginFormat] = []
        # What is used on request only does not take a name from a wheel that has it of its own.
        for plugin in sorted(
            plugins, key=lambda p: (p.spec.on_request, registry.position(p), not p.ours)
        ):
            self._add(plugin, standing_in)
        for made in standing_in:  # whose own name it is has it, whoever comes first
            own = self.formats.setdefault(made.name, made)
            # But a wheel that is installed and cannot write it does not break who writes it.
            if own.plugin.spec.on_request and made.writes and not own.writes:
                self.formats[made.name] = made

    def _add(self, plugin: Plugin, standing_in: list[PluginFormat]) -> None:
        name = plugin.spec.name
        for legacy in _legacy_of(plugin):
            try:
                made = PluginFormat(plugin, legacy)
            except KeyError:
                warn(
                    f"plugin {plugin}: its name {legacy.name!r} of imageio 2.9 stands for "
                    f"{legacy.format!r}, which is none of its formats"
                )
                continue
            if legacy.stands_in:
                standing_in.append(made)
                continue
            self._name(made)
            self.by_format.setdefault((name, legacy.format), made)
        if (name, None) in self.by_format:
            return
        for format in plugin.spec.formats:
            if (name, format.name) not in self.by_format:
                made = _unnamed(plugin, format.name)
                self._name(made)
                self.by_format[name, format.name] = made

    def _name(self, format: PluginFormat) -> None:
        """Give it a name of its own: the first plugin in the order has the plain one."""
        if format.name in self.formats:
            format._name = f"{format.name}-{format.plugin.spec.name.upper()}"
        self.formats.setdefault(format.name, format)

    def of(self, plugin: Plugin, format: str) -> PluginFormat:
        """Return the format of imageio 2.9 that belongs to a plugin's format."""
        name = plugin.spec.name
        found = self.by_format.get((name, format)) or self.by_format.get((name, None))
        if found is None:  # a plugin object that nobody registered
            found = self.by_format[name, format] = _unnamed(plugin, format)
        return found


def _unnamed(plugin: Plugin, format: str) -> PluginFormat:
    """Return a format that its plugin has no name of imageio 2.9 for: it goes by its own."""
    known = {f.name for f in plugin.spec.formats}
    one = format if format in known else None
    return PluginFormat(
        plugin, LegacyFormat(name=format or plugin.spec.name, format=one, modes="iIvV")
    )


def _legacy_of(plugin: Plugin) -> tuple[LegacyFormat, ...]:
    """Import the table of names that a plugin's wheel brings."""
    if plugin.spec.legacy is None:
        return ()
    module, _, attribute = plugin.spec.legacy.partition(":")
    try:
        table = tuple(getattr(import_module(module), attribute))
        if not all(isinstance(legacy, LegacyFormat) for legacy in table):
            raise TypeError("it is not a tuple of LegacyFormat")
    except (Exception, SystemExit) as error:
        warn(
            f"plugin {plugin}: its table of imageio 2.9 names cannot be used: "
            f"{type(error).__name__}: {error}"
        )
        return ()
    return table


class FormatManager:
    """The formats that there are. Iterate over it, or look one up by name or extension.

    Examples
    --------
    >>> import iio_core.v2 as imageio
    >>> imageio.formats["png"].name  # doctest: +SKIP
    'PNG-PIL'
    >>> imageio.formats["PNG-PIL"] is imageio.formats["cat.png"]  # doctest: +SKIP
    True
    """

    def __init__(self) -> None:
        self._added: dict[str, Format] = {}
        self._plugins: dict[str, str] = {}  # what each of them is called as a plugin
        self._order: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Format]:
        return iter(self._all().values())

    def __getitem__(self, name: str) -> Format:
        choice = self.choose(name)
        if choice.format is not None:
            return choice.format
        if choice.plugin is not None:
            return next(f for f in self if getattr(f, "plugin", None) is choice.plugin)
        from ._names import of_extension

        return of_extension(choice.extension or "", self)

    def __str__(self) -> str:
        from ._help import table

        return table(self)

    def __repr__(self) -> str:
        return f"<FormatManager with {len(self)} formats>"

    def choose(self, name: Any) -> Choice:
        """Return what a ``format=`` argument means.

        Parameters
        ----------
        name : str, Format or None
            The name of a format or of a plugin in any case, an extension with or without its dot,
            the name of a file, or a format itself.

        Raises
        ------
        UnknownFormatError
            If it is none of these; it is an ``IndexError``.
        FormatNotInstalledError
            If it is of a wheel that is not installed.
        """
        if name is None or isinstance(name, Format):
            return Choice(format=name)
        if not isinstance(name, str) or not name.strip():
            raise ValueOptionError(
                f"format={name!r} is not the name of a format, like 'PNG-PIL', nor an extension"
            )
        from . import _names

        upper = name.upper()
        found = self._added.get(upper) or self._table().formats.get(upper)
        if found is not None:
            return Choice(format=found)
        if (extension := _names.extension_in(name, self)) is not None:
            return Choice(extension=extension)
        if (plugin := _registry.current().find(name)) is not None:
            return Choice(plugin=plugin)
        raise _names.unknown(name, self)

    def add_format(self, iio_format: Format, overwrite: bool = False) -> None:
        """Add a format that a program brings, for the calls of `iio_core` as well.

        Parameters
        ----------
        iio_format : Format
            An instance of a subclass of `Format`.
        overwrite : bool
            Whether it takes the place of a format of the same name.

        Raises
        ------
        ValueError
            If it is not a format, or the name is taken.
        """
        if not isinstance(iio_format, Format):
            raise ValueOptionError(
                f"{iio_format!r} is not an instance of a subclass of Format, and cannot be added"
            )
        name = iio_format.name
        if not overwrite and name in self._all():
            raise ValueOptionError(
                f"there is a format {name} already; overwrite=True puts this one in its place"
            )
        from ._adapter import register

        if name in self._added:
            self.remove_format(name)
        self._plugins[name] = register(iio_format)
        self._added[name] = iio_format

    def remove_format(self, name: str) -> None:
        """Remove a format that was added; one that it took the place of is there again."""
        upper = name.upper()
        if upper not in self._added:
            raise UnknownFormatError(f"no format {name!r} was added")
        del self._added[upper]
        _registry.unregister(self._plugins.pop(upper))

    def get_format_names(self) -> list[str]:
        """Return the names of all formats."""
        return list(self._all())

    def sort(self, *names: str) -> None:
        """Prefer formats among those with equal claims to a file.

        Parameters
        ----------
        *names : str
            Names of formats, or the ends of names, in any case, the most preferred first:
            ``sort("TIFF", "-FI")``. None at all: the order of ``IIO_FORMAT_ORDER`` or
            ``IMAGEIO_FORMAT_ORDER``, if that is set.

        Examples
        --------
        >>> import iio_core.v2 as imageio
        >>> imageio.formats.sort("TIFF", "-PIL")
        >>> imageio.formats.sort()
        """
        for name in names:
            if not isinstance(name, str) or set(".,") & set(name) or not name.strip():
                raise ValueOptionError(f"{name!r} is neither the name of a format nor its end")
        self._order = tuple(name.strip().upper() for name in names) or None

    def show(self) -> None:
        """Print all formats as a table."""
        print(self)

    def search_read_format(self, request: Request) -> Format | None:
        """Return the format that would read what is requested; None if there is none."""
        from ._names import search

        return search(self, request)

    def search_write_format(self, request: Request) -> Format | None:
        """Return the format that would write what is requested; None if there is none."""
        from ._names import search

        return search(self, request)

    def added(self, extension: str | None = None) -> list[Format]:
        """Return the formats that were added, if need be those with an extension."""
        return [f for f in self._added.values() if extension is None or extension in f.extensions]

    def of(self, plugin: Plugin, format: str) -> PluginFormat:
        """Return the format that belongs to a plugin's format."""
        found = self._table().of(plugin, format)
        if is_adapter(plugin) and (added := self._added.get(format)) is not None:
            # Without modes it decides by the request alone.
            found._modes = added.modes.replace("?", "") or "iIvV"
        return found

    def position(self, name: str, order: tuple[str, ...] | None = None) -> tuple[int, int]:
        """Return the place of a format in an order, by default that which is asked for."""
        return _place(name, self.order() if order is None else order)

    def order(self) -> tuple[str, ...]:
        """Return the order that a program, or else the environment, asks for."""
        if self._order is not None:
            return self._order
        names = environment("FORMAT_ORDER") or ""
        return tuple(name.strip().upper() for name in names.split(",") if name.strip())

    def _table(self) -> _Table:
        registry = _registry.current()
        made: _Table | None = registry.tables.get("v2")
        if made is None:
            made = registry.tables["v2"] = _Table(registry)
        return made

    def _all(self) -> dict[str, Format]:
        """Return all formats by name: in the user's order, of equal ones the added ones first."""
        found: dict[str, Format] = {**self._added}
        for name, format in self._table().formats.items():
            found.setdefault(name, format)
        wanted = self.order()
        if not wanted:
            return found
        return dict(sorted(found.items(), key=lambda item: _place(item[0], wanted)))


def _place(name: str, wanted: tuple[str, ...]) -> tuple[int, int]:
    """Return the place of a name: the whole name counts more than its end."""
    for place, end in enumerate(wanted):
        if name.endswith(end):
            return place, int(name != end)
    return len(wanted), 0


formats = FormatManager()
"""The formats of this process."""
