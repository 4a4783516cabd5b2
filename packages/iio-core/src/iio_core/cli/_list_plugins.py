"""``iio plugins``: who is installed, and who is rejected."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .._discovery import installed_version
from .._registry import Registry, Rejected, current
from ._arguments import add_json
from ._console import say, show_json, show_table

if TYPE_CHECKING:
    from .._registry import Plugin

__all__ = ["configure", "described", "rejection", "run", "show_rejected"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "List the installed plugins, without importing their backends, and those that are "
        "rejected with the reason; -v shows where a rejected one failed."
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the plugins."""
    registry = current()
    plugins = [described(plugin) for plugin in registry.plugins]
    if arguments.json:
        show_json({"plugins": plugins, "rejected": [rejection(r) for r in registry.rejected]})
        return 0
    if plugins:
        header = ("plugin", "wheel", "backend", "license", "formats", "what it is")
        show_table(header, [_row(plugin) for plugin in plugins])
    else:
        say("No plugin is installed. 'iio formats' tells what there is.")
    show_rejected(registry, verbose=arguments.verbose)
    return 0


def described(plugin: Plugin) -> dict[str, Any]:
    """Return what a plugin says of itself, for people and for JSON."""
    spec = plugin.spec
    return {
        "name": spec.name,
        "aliases": list(spec.aliases),
        "title": spec.title,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "ours": plugin.ours,
        "license": spec.license,
        "backend": spec.backend,
        "backend_version": installed_version(spec.backend) if spec.backend else None,
        "formats": [format.name for format in spec.formats],
    }


def _row(plugin: dict[str, Any]) -> tuple[object, ...]:
    names = "/".join([plugin["name"], *plugin["aliases"]])
    wheel = f"{plugin['distribution'] or '-'} {plugin['version'] or ''}"
    backend = "-"
    if plugin["backend"]:
        backend = f"{plugin['backend']} {plugin['backend_version'] or 'not installed'}"
    number = len(plugin["formats"])
    return names, wheel, backend, plugin["license"] or "-", number, plugin["title"]


def rejection(rejected: Rejected) -> dict[str, Any]:
    """Return a rejected plugin for JSON."""
    return {
        "name": rejected.name,
        "distribution": rejected.distribution,
        "version": rejected.version,
        "reason": rejected.reason,
        "traceback": rejected.traceback,
    }


def show_rejected(registry: Registry, *, verbose: bool) -> None:
    """Print a line about each rejected plugin; `verbose`: and where its spec failed."""
    for rejected in registry.rejected:
        say(f"rejected: {rejected}", "red")
        if verbose:
            for line in rejected.traceback.splitlines():
                say(f"    {line}")
