"""Plugins that are not here: what the catalogue knows of this project's other wheels."""

from __future__ import annotations

from . import _catalog, _select
from ._discovery import installed_version
from ._registry import Plugin, Registry
from ._select import Candidate, Table
from ._spec import Format, Pixels, PluginSpec, Signature

__all__ = [
    "LEFT_OUT",
    "devices",
    "is_left_out",
    "no_such_device",
    "pip_install",
    "readers",
    "writers",
]

_ANY = (Pixels("uint8"),)


def pip_install(*needs: str) -> str:
    """Return what to type to install one of these; an extra is quoted, for shells that match [].

    Examples
    --------
    >>> print(pip_install("iio-tiff", "iio-pillow[heif]"))
    pip install iio-tiff or "iio-pillow[heif]"
    """
    return "pip install " + " or ".join(f'"{need}"' if "[" in need else need for need in needs)


def readers(head: bytes, filename: str, registry: Registry) -> list[Candidate]:
    """Return who would read such a file if it were installed, best first."""
    absent = table(registry, writing=False)
    return [_hint(c) for c in _select.readers(head, filename, absent)] if absent.rows else []


def writers(filename: str, registry: Registry) -> list[Candidate]:
    """Return who would write a file of such a name if it were installed, best first."""
    return [_hint(c) for c in _select.writers(filename, table(registry, writing=True))]


def devices(device: str, registry: Registry) -> list[Candidate]:
    """Return who would read a device if it were installed."""
    return [_hint(c) for c in _select.devices(device, table(registry, writing=False))]


def no_such_device(name: str, registry: Registry, plugin: object) -> str:
    """Return what to say of a device that nobody reads, or not the one that was named."""
    here = _select.table(registry, writing=False).rows
    known = {d: "" for _, format in here for d in format.devices}
    for owner, format in table(registry, writing=False).rows:
        left_out = is_left_out(owner.distribution)
        for device in format.devices:
            known.setdefault(device, "" if left_out else f" ({pip_install(format.requires or '')})")
    known.pop("<>", None)
    listed = ", ".join(f"{device}{hint}" for device, hint in sorted(known.items())) or "none"
    who = "no plugin reads" if plugin is None else f"plugin {plugin!r} does not read"
    return f"{who} the device {name}. Known devices are: {listed}"


def _hint(candidate: Candidate) -> Candidate:
    return candidate._replace(install=candidate.format.requires or "")


def is_left_out(distribution: str | None) -> bool:
    """Tell whether a wheel is installed, and only kept out of sight."""
    return distribution is not None and installed_version(distribution) is not None


LEFT_OUT = "it is installed, but left out by IIO_PLUGINS or iio.use(only=True)"


def table(registry: Registry, *, writing: bool) -> Table:
    """Return the formats of the catalogue's plugins that are not in `registry`."""
    key = "absent writing" if writing else "absent reading"
    made: Table | None = registry.tables.get(key)
    if made is None:
        here = {plugin.spec.name for plugin in registry.plugins}
        made = Table(Registry(tuple(_plugins(here))), writing=writing)
        registry.tables[key] = made
    return made


def _plugins(here: set[str]) -> list[Plugin]:
    by_name: dict[str, tuple[str, list[Format]]] = {}
    for (
        requirement,
        plugin,
        distribution,
        name,
        exts,
        signatures,
        reads,
        writes,
        devices,
        priority,
        (signature_alone, extension_alone),
    ) in _catalog.ENTRIES:
        if plugin in here:
            continue
        format = Format(
            name=name,
            title=name,
            extensions=exts,
            signatures=tuple(Signature(*signature) for signature in signatures),
            devices=devices or ("<>",),  # a directory says nothing of itself
            reads=_ANY if reads else (),
            writes=_ANY if writes is True else tuple(Pixels(*p) for p in writes or ()),
            requires=requirement,
            priority=priority,
            signature_alone=signature_alone,
            extension_alone=extension_alone,
        )
        by_name.setdefault(plugin, (distribution, []))[1].append(format)
    return [
        Plugin(
            PluginSpec(name=name, title=name, plugin="", formats=tuple(made)),
            distribution,
            ours=True,
        )
        for name, (distribution, made) in by_name.items()
    ]
