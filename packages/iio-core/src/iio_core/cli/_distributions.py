"""What pip knows of the installed wheels: their extras, and what those would add."""

from __future__ import annotations

import re
import sys
from typing import Any, NamedTuple

from .. import _catalog
from .._discovery import GROUP, installed_version
from .._importable import missing

__all__ = ["Extra", "Wheel", "name_of", "needed_by", "stand_in", "wheels"]

_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")


class Extra(NamedTuple):
    """An extra of a wheel."""

    name: str
    requires: tuple[str, ...]
    missing: tuple[str, ...]  # distributions that are not installed


class Wheel(NamedTuple):
    """An installed distribution that is core or brings plugins."""

    name: str
    version: str
    license: str
    requires: tuple[tuple[str, str | None], ...]  # each distribution with its version, if any
    extras: tuple[Extra, ...]


def stand_in() -> list[str]:
    """Return what is wrong where core's own requirements are missing, and have that go on.

    The standard library's twin takes the place of importlib-metadata, in this process.
    """
    absent = [name for name in _OF_CORE if missing([name.replace("-", "_")])]
    if "importlib-metadata" in absent:
        import importlib.metadata

        sys.modules["importlib_metadata"] = importlib.metadata
    return [f"iio-core needs {name}, which is missing: pip install {name}" for name in absent]


_OF_CORE = ("numpy", "importlib-metadata")


def wheels() -> list[Wheel]:
    """Return core and the wheels with plugins; one with damaged metadata is left out."""
    import importlib_metadata

    found: dict[str, Wheel] = {}
    for distribution in importlib_metadata.distributions():
        try:
            name = _spelled(distribution.metadata["Name"])
            ours = name == "iio-core" or name in _catalog.DISTRIBUTIONS
            if name not in found and (ours or distribution.entry_points.select(group=GROUP)):
                found[name] = _wheel(name, distribution)
        except Exception:
            continue  # discovery tells of it: it is among the rejected
    return [found[name] for name in sorted(found)]


def _wheel(name: str, distribution: Any) -> Wheel:
    metadata = distribution.metadata
    needs: list[tuple[str, str | None]] = []
    extras: dict[str, list[str]] = {e: [] for e in metadata.get_all("Provides-Extra") or ()}
    for requirement in distribution.requires or ():
        wanted = name_of(requirement)
        if extra := _EXTRA.search(requirement):
            extras.setdefault(extra[1], []).append(requirement.partition(";")[0].strip())
        else:
            needs.append((wanted, installed_version(wanted)))
    license = metadata.get("License-Expression") or metadata.get("License") or ""
    return Wheel(
        name,
        str(distribution.version),
        str(license).partition("\n")[0],
        tuple(needs),
        tuple(_extra(extra, requires) for extra, requires in extras.items()),
    )


def _extra(name: str, requires: list[str]) -> Extra:
    missing = tuple(r for r in map(name_of, requires) if installed_version(r) is None)
    return Extra(name, tuple(requires), missing)


def name_of(requirement: str) -> str:
    """Return the distribution that a requirement is about.

    Examples
    --------
    >>> name_of("Pillow-HEIF>=1.0; extra == 'heif'")
    'pillow-heif'
    """
    match = re.match(r"[A-Za-z0-9._-]+", requirement.strip())
    return _spelled(match[0]) if match else requirement


def _spelled(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def needed_by(name: str) -> str | None:
    """Return an installed distribution that cannot do without another; None if there is none."""
    import importlib_metadata

    for distribution in importlib_metadata.distributions():
        other = _spelled(distribution.metadata.get("Name") or "")
        for requirement in distribution.requires or ():
            if name_of(requirement) == name and not _EXTRA.search(requirement):
                return other
    return None
