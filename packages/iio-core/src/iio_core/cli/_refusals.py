"""What ``iio convert`` refuses before it begins: what would fail for every file in the same way."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from .. import _absent, _select
from .._errors import PluginNotInstalledError
from .._explain import no_such_plugin
from .._registry import Plugin, Registry, current
from ._failures import UsageError, sentence
from ._plan import Job, Settings

__all__ = ["refuse_hopeless"]


def refuse_hopeless(jobs: Sequence[Job], settings: Settings) -> None:
    """Refuse a plugin that is none, an output that is no file, and an extension nobody writes.

    Names are looked at and nothing else; no backend is imported.
    """
    registry = current()
    _named(settings.reading.get("plugin"), registry)
    writer = _named(settings.writing.get("plugin"), registry)
    path = jobs[0].path()
    if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
        raise UsageError(f"{path} is not a file, and cannot be replaced by one")
    if not settings.writing.keys() & {"extension", "format"} and "://" not in path:
        _refuse_extension(path, writer, registry)


def _named(name: Any, registry: Registry) -> Plugin | None:
    """Return the plugin that the user names; one that can be installed is no wrong argument."""
    if not isinstance(name, str):
        return None
    found = registry.find(name)
    if found is None:
        error = no_such_plugin(name, registry)
        if isinstance(error, PluginNotInstalledError):
            raise error
        raise UsageError(sentence(error))
    return found


def _refuse_extension(path: str, writer: Plugin | None, registry: Registry) -> None:
    """Refuse a name that says nothing, or nothing that anybody writes, installed or not."""
    if writer is not None and not writer.spec.formats:  # it knows its formats itself
        return
    found = _select.extensions(path)
    if not found:
        raise UsageError(
            f"{path} has no extension; say which format: {path}.png, for example, or --to .png "
            f"for files in a folder {path}"
        )
    seen = registry if writer is None else registry.of_one(writer)
    if _select.writers(path, _select.table(seen, writing=True)):
        return
    if writer is None and _absent.writers(path, registry):
        return  # the error of the first file says what to install
    who = "no plugin writes" if writer is None else f"plugin {writer.spec.name!r} does not write"
    raise UsageError(f"{path}: {who} {found[-1]}; 'iio formats' lists what can be written")
