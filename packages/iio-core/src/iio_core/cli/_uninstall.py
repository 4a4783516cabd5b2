"""``iio uninstall``: the wheel or extra that handles a format, or that a plugin came with."""

from __future__ import annotations

import argparse

from .._discovery import installed_version
from .._registry import Registry, current
from . import _distributions, _formats
from ._console import say
from ._failures import CommandError
from ._install import wheel_named
from ._pip import add_arguments, run_pip

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Uninstall, with pip and after asking, a plugin's wheel, or what an extra has brought and "
        "no other distribution needs."
    )
    add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Uninstall what is named."""
    registry = current()
    found: dict[str, None] = {}
    for what in arguments.what:
        found |= dict.fromkeys(_distributions_of(what, registry))
    if not found:
        return 0
    # Here it is asked, or not, before pip runs.
    return run_pip(["uninstall", "--yes", *found, *arguments.rest], arguments)


def _distributions_of(what: str, registry: Registry) -> list[str]:
    """Return the distributions that a word stands for, and that are installed."""
    plugin = registry.find(what)
    requirement = wheel_named(what) or (plugin.distribution if plugin else None)
    if requirement is None:
        requirement = _of_format(what, registry)
    name, _, extra = requirement.rstrip("]").partition("[")
    if extra:
        return _of_extra(name, extra)
    if name == "iio-core":
        raise CommandError("iio-core is what runs this command: uninstall it with pip itself")
    if installed_version(name) is None:
        say(f"{name} is not installed")
        return []
    return [name]


def _of_format(what: str, registry: Registry) -> str:
    rows = _formats.matching(what, registry)
    if not rows:
        raise CommandError(_formats.unknown(what, registry))
    here = [row for row in rows if not row.install]
    if not here:
        raise CommandError(f"{what}: nothing is installed that handles it")
    wheels = list(dict.fromkeys(row.format.requires or row.distribution or "" for row in here))
    if len(wheels) > 1:
        raise CommandError(f"{what} is handled by {' and '.join(wheels)}: say which")
    if not wheels[0]:
        raise CommandError(f"{what}: plugin {here[0].plugin!r} did not come with a wheel")
    return wheels[0]


def _of_extra(name: str, extras: str) -> list[str]:
    """Return what the extras of a wheel have brought and nobody else needs."""
    wheel = next((w for w in _distributions.wheels() if w.name == name), None)
    if wheel is None:
        raise CommandError(f"{name} is not installed")
    known = {extra.name: extra for extra in wheel.extras}
    found = []
    for extra in extras.split(","):
        if extra not in known:
            listed = ", ".join(known) or "none"
            raise CommandError(f"{name} has no extra {extra!r}; it has: {listed}")
        for distribution in map(_distributions.name_of, known[extra].requires):
            if distribution in known[extra].missing:
                continue
            needed = _distributions.needed_by(distribution)
            if needed is None:
                found.append(distribution)
            else:
                say(f"{distribution} stays: {needed} needs it")
    if not found:
        say(f"there is nothing to uninstall of {name}[{extras}]")
    return found
