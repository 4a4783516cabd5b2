"""``iio formats``: what can be read and written here, and what to install for the rest."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _absent, _importable
from .._registry import current
from ._arguments import add_json
from ._console import say, show_json, show_table
from ._failures import CommandError

if TYPE_CHECKING:
    from .._registry import Registry
    from .._spec import Format

__all__ = ["Row", "configure", "matching", "rows", "run", "unknown"]


class Row(NamedTuple):
    """A format as one plugin handles it, installed or not."""

    format: Format
    plugin: str
    distribution: str | None
    reads: bool
    writes: bool
    install: str = ""  # what brings it, if it is not here
    missing: str = ""  # the backend that is not here, though its plugin is
    unused: str = ""  # why it cannot be used, though it is installed

    @property
    def here(self) -> bool:
        """Whether it can be used."""
        return not (self.install or self.unused)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "List the formats that the installed plugins read and write, and what to install for "
        "those that are missing: all, or those of an extension, a name, or a file."
    )
    parser.add_argument(
        "what", nargs="?", metavar="WHAT", help="an extension, a format's name, or a file"
    )
    parser.add_argument("--missing", action="store_true", help="only what is not installed")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the formats."""
    registry = current()
    if arguments.what is None:
        found = rows(registry)
    else:
        found = matching(arguments.what, registry)
        if not found:
            raise CommandError(unknown(arguments.what, registry))
    if arguments.missing:
        found = [row for row in found if not row.here]
    if arguments.json:
        show_json([_described(row) for row in found])
    elif found:
        header = ("format", "plugin", "reads", "writes", "extensions", "install")
        styles = ["" if row.here else "dim" for row in found]
        show_table(header, [_cells(row) for row in found], styles)
    else:
        say("All of them can be used.")
    return 0


def rows(registry: Registry) -> list[Row]:
    """Return every known format, by name; of several plugins the installed ones first."""
    known = [*_here(registry), *_elsewhere(registry)]
    return sorted(known, key=lambda row: (row.format.name.lower(), not row.here, row.plugin))


def _here(registry: Registry) -> Iterator[Row]:
    for plugin in registry.plugins:
        for format in plugin.spec.formats:
            missing = _importable.missing(format.modules)
            install = (format.requires or missing) if missing else ""
            yield Row(
                format,
                plugin.spec.name,
                plugin.distribution,
                bool(format.reads),
                bool(format.writes),
                install,
                missing,
            )


def _elsewhere(registry: Registry) -> Iterator[Row]:
    """Yield the formats of the catalogue's plugins that are not here."""
    reading = _absent.table(registry, writing=False).rows
    writing = _absent.table(registry, writing=True).rows
    writes = {(plugin.spec.name, format.name) for plugin, format in writing}
    rejected = {r.distribution for r in registry.rejected}
    seen = set()
    for plugin, format in [*reading, *writing]:
        key = (plugin.spec.name, format.name)
        if key in seen:
            continue
        seen.add(key)
        unused = ""
        if plugin.distribution in rejected:
            unused = "rejected: see iio plugins"
        elif _absent.is_left_out(plugin.distribution):
            unused = "left out by IIO_PLUGINS"
        yield Row(
            format,
            plugin.spec.name,
            plugin.distribution,
            bool(format.reads),
            key in writes,
            "" if unused else format.requires or plugin.distribution or "",
            unused=unused,
        )


def matching(what: str, registry: Registry) -> list[Row]:
    """Return the formats that a word means: an extension, a format's name, or an existing file."""
    known = rows(registry)
    word = what.lower()
    named = [row for row in known if row.format.name.lower() == word]
    if not named and not os.path.exists(what):
        extension = word if word.startswith(".") else f".{word}"
        named = [row for row in known if extension in row.format.extensions]
    if named:
        return sorted(named, key=_rank)
    return _of_file(what, known) if _is_resource(what) else []


def _rank(row: Row) -> tuple[object, ...]:
    """Put what writes as well before what only reads, a wheel before an extra."""
    both = row.reads and row.writes
    return not row.here, not both, -row.format.priority, "[" in row.install


def _is_resource(what: str) -> bool:
    return os.path.exists(what) or "://" in what or "." in what.strip(".")


def _of_file(what: str, known: list[Row]) -> list[Row]:
    """Return the formats that claim a file by its bytes, else by its name, the best first."""
    import iio_core as iio

    try:
        candidates = iio.explain(what).candidates
    except FileNotFoundError:
        candidates = iio.explain(what, "w").candidates  # a name that is not there yet
    keys = [(c.plugin.spec.name, c.format.name) for c in candidates]
    found = {(row.plugin, row.format.name): row for row in known}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def unknown(what: str, registry: Registry) -> str:
    """Return what to say of a word that means no format."""
    import difflib

    words = {word for row in rows(registry) for word in (row.format.name, *row.format.extensions)}
    close = difflib.get_close_matches(what.lower(), {word.lower(): word for word in words}, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return f"no known plugin reads or writes {what!r}{hint}"


def _cells(row: Row) -> tuple[object, ...]:
    missing = _absent.pip_install(row.install) if row.install else ""
    return (
        row.format.name,
        row.plugin,
        ("yes" if row.here else "no") if row.reads else "-",
        ("yes" if row.here else "no") if row.writes else "-",
        " ".join((*row.format.extensions, *row.format.devices)).replace("<>", ""),
        row.unused or missing,
    )


def _described(row: Row) -> dict[str, Any]:
    return {
        "format": row.format.name,
        "title": row.format.title,
        "extensions": row.format.extensions,
        "plugin": row.plugin,
        "distribution": row.distribution,
        "reads": row.reads,
        "writes": row.writes,
        "multiple": row.format.multiple,
        "trust": row.format.trust,
        "installed": row.here,
        "unused": row.unused or None,
        "missing": row.missing or None,
        "install": row.install or None,
    }
