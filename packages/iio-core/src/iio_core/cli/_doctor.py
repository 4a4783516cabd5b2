"""``iio doctor``: what is installed, and what is wrong with it."""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from .. import _explain, _version
from .._discovery import installed_version
from .._registry import Registry, current
from . import _distributions, _list_plugins, _probe
from ._arguments import add_json, seconds
from ._console import say, show_json

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Show the versions of Python, core, wheels and backends, their licenses, known "
        "weaknesses, and what each extra would add; name the plugins that are rejected, claim a "
        "name that is taken, or hang or crash when they are imported. The exit status is 1 if "
        "something is wrong; -v shows tracebacks."
    )
    parser.add_argument(
        "--load", action="store_true", help="import the backends as well, to see whether they work"
    )
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=seconds,
        default=20.0,
        help="how long one import may take (%(default)g)",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the installation."""
    found = _examine(arguments.timeout, load=arguments.load)
    if arguments.json:
        show_json(found)
    else:
        _show(found, verbose=arguments.verbose)
    return int(bool(found["problems"]))


def _examine(timeout: float, *, load: bool) -> dict[str, Any]:
    absent = _distributions.stand_in()
    names = _probe.names()
    outcomes = _probe.probe(names, timeout, load=load)
    # What hangs is not to hang this process: from here on it does not exist.
    stuck = {outcome.name for outcome in outcomes if outcome.stuck}
    registry = _registry_without(names, stuck) if stuck else current()
    rejected = {r.name for r in registry.rejected}
    problems: list[dict[str, Any]] = [
        {"plugin": o.name, "problem": o.problem, "traceback": o.traceback}
        for o in outcomes
        if o.problem and o.name not in rejected
    ]
    problems += [
        {"plugin": r.name, "problem": f"rejected: {r}", "traceback": r.traceback}
        for r in registry.rejected
    ]
    problems += [{"plugin": None, "problem": text, "traceback": ""} for text in absent]
    unsafe = _explain.advice(registry.plugins)
    problems += [{"plugin": None, "problem": text, "traceback": ""} for text in unsafe]
    return {
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "iio-core": _version.__version__,
        "libraries": {name: installed_version(name) for name in _LIBRARIES},
        "settings": {k: v for k, v in sorted(os.environ.items()) if k.startswith(_PREFIXES)},
        "wheels": [_wheel(wheel, registry) for wheel in _distributions.wheels()],
        "plugins": [_list_plugins.described(plugin) for plugin in registry.plugins],
        "problems": problems,
    }


_LIBRARIES = ("numpy", "importlib-metadata", "rich", "pip")
_PREFIXES = ("IIO_", "IMAGEIO_")


def _registry_without(names: Sequence[str], stuck: set[str]) -> Registry:
    before = os.environ.get("IIO_PLUGINS")
    os.environ["IIO_PLUGINS"] = ",".join(name for name in names if name not in stuck)
    try:
        return current()
    finally:
        if before is None:
            del os.environ["IIO_PLUGINS"]
        else:
            os.environ["IIO_PLUGINS"] = before


def _wheel(wheel: _distributions.Wheel, registry: Registry) -> dict[str, Any]:
    return {
        "name": wheel.name,
        "version": wheel.version,
        "license": wheel.license,
        "requires": dict(wheel.requires),
        "extras": [
            {
                "name": extra.name,
                "requires": extra.requires,
                "missing": extra.missing,
                "adds": _added(f"{wheel.name}[{extra.name}]", registry),
            }
            for extra in wheel.extras
        ],
    }


def _added(requirement: str, registry: Registry) -> list[str]:
    """Return the formats that an extra brings."""
    wanted = requirement.lower()
    return sorted(
        {
            format.name
            for plugin in registry.plugins
            for format in plugin.spec.formats
            if (format.requires or "").lower() == wanted
        }
    )


def _show(found: dict[str, Any], *, verbose: bool) -> None:
    say(f"iio-core {found['iio-core']} on Python {found['python']}, {found['platform']}", "bold")
    say(f"  {found['executable']}")
    here = (f"{name} {version or 'not installed'}" for name, version in found["libraries"].items())
    say(f"  {', '.join(here)}")
    for name, value in found["settings"].items():
        say(f"  {name}={value}")
    say("wheels", "bold")
    for wheel in found["wheels"]:
        for line in _wheel_lines(wheel):
            say(f"  {line}")
    say("plugins", "bold")
    for plugin in found["plugins"]:
        backend = f", {plugin['backend']} {plugin['backend_version']}" if plugin["backend"] else ""
        origin = f"{plugin['distribution']} {plugin['version']}"
        license = plugin["license"] or "license not told"
        say(f"  {plugin['name']} ({origin}{backend}): {license}")
    _show_problems(found["problems"], verbose)


def _wheel_lines(wheel: dict[str, Any]) -> Iterator[str]:
    yield f"{wheel['name']} {wheel['version']}, {wheel['license'] or 'license not told'}"
    for name, version in wheel["requires"].items():
        yield f"  needs {name}: {version or 'not installed'}"
    for extra in wheel["extras"]:
        adds = f", for {', '.join(extra['adds'])}" if extra["adds"] else ""
        requirement = f"{wheel['name']}[{extra['name']}]"
        if extra["missing"]:
            yield f"  {requirement} would add {', '.join(extra['missing'])}{adds}"
        else:
            yield f"  {requirement} is installed{adds}"


def _show_problems(problems: list[dict[str, Any]], verbose: bool) -> None:
    if not problems:
        say("No problem found.", "green")
        return
    say("problems", "bold")
    for problem in problems:
        name = f"plugin {problem['plugin']!r}: " if problem["plugin"] else ""
        say(f"  {name}{problem['problem']}", "red")
        if verbose:
            for line in problem["traceback"].splitlines():
                say(f"      {line}")
