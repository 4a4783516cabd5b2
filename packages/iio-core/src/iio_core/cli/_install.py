"""``iio install``: the wheel or extra that a format, a file or a plugin needs."""

from __future__ import annotations

import argparse
import re

from .. import _catalog
from .._registry import Registry, current
from . import _distributions, _formats
from ._console import say
from ._failures import CommandError
from ._pip import add_arguments, run_pip

__all__ = ["configure", "run", "wheel_named"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Install, with pip and after asking, what this Python lacks to read or write a format, "
        "an extension or a file, or a plugin by its name."
    )
    add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Install what is missing."""
    registry = current()
    found = (_requirement(what, registry) for what in arguments.what)
    requirements = list(dict.fromkeys(r for r in found if r))
    if not requirements:
        return 0
    return run_pip(["install", *requirements, *arguments.rest], arguments)


def wheel_named(what: str) -> str | None:
    """Return the requirement that a word is: a plugin's name, a wheel, or a wheel's extra.

    A wheel is one of the catalogue, or any with plugins that is installed.
    """
    word = what.lower().replace("_", "-")
    match = re.fullmatch(r"([a-z0-9.-]+)(\[[a-z0-9.,-]+\])?", word)
    if match is None:
        return None
    if match[1] == "iio-core" or match[1] in _catalog.DISTRIBUTIONS:
        return word
    wheel = _catalog.PLUGINS.get(match[1])
    if wheel is not None:
        return wheel + (match[2] or "")
    installed = _distributions.name_of(match[1])
    if any(other.name == installed for other in _distributions.wheels()):
        return installed + (match[2] or "")
    return None


def _requirement(what: str, registry: Registry) -> str:
    """Return what to install; an empty string, and a line, if all is there."""
    named = wheel_named(what)
    plugin = registry.find(what)
    if plugin is not None and not (named or "").endswith("]"):
        say(f"plugin {plugin} is installed already")
        return ""
    if named is not None:
        return named
    rows = _formats.matching(what, registry)
    if not rows:
        raise CommandError(_formats.unknown(what, registry))
    missing = list(dict.fromkeys(row.install for row in rows if row.install))
    here = [row for row in rows if not row.install]  # or rejected: pip has nothing to do
    if here:
        say(f"{what}: {here[0].format.name} is handled by plugin {here[0].plugin!r} already")
        if missing:
            say(f"  others that handle it: iio install {' '.join(missing)}")
        return ""
    if len(missing) > 1:
        say(f"{what}: {missing[0]} is taken; others are {', '.join(missing[1:])}")
    return missing[0]
