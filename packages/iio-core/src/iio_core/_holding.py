"""Which candidates can hold the pixels that are to be written, and who else could."""

from __future__ import annotations

from typing import Any

from ._plugins import Registry
from ._select import EXTENSION, Candidate, table, writers
from ._spec import Format

__all__ = ["Kind", "elsewhere", "holding_first", "kind_of"]

Kind = tuple[str, int]
"""The name of a dtype, and how many channels there are."""


def kind_of(image: Any, is_batch: bool | None = None) -> Kind | None:
    """Return the kind of pixels of an array, or of the first of several; None: not known yet.

    Examples
    --------
    >>> import numpy as np
    >>> kind_of(np.zeros((4, 6, 3), np.uint16))
    ('uint16', 3)
    """
    if isinstance(image, list | tuple) and image:
        return kind_of(image[0])
    dtype, shape = getattr(image, "dtype", None), getattr(image, "shape", None)
    name = getattr(dtype, "name", None)
    if not isinstance(name, str) or not isinstance(shape, tuple):
        return None
    least = 4 if is_batch else 3
    return name, shape[-1] if len(shape) >= least and shape[-1] in (2, 3, 4) else 1


def holds(format: Format, kind: Kind) -> bool:
    """Tell whether a format says that it holds such pixels without loss."""
    dtype, channels = kind
    return any(
        p.dtype == dtype and (not p.channels or channels in p.channels) for p in format.writes
    )


def holding_first(usable: list[Candidate], kind: Kind | None) -> list[Candidate]:
    """Return candidates for writing with those in front that hold the pixels, if any does.

    Only among those with the same claim as the first: as an option that only one of them knows
    decides between them, so do pixels.
    """
    if kind is None or len(usable) < 2 or holds(usable[0].format, kind):
        return usable
    best = usable[0]
    equal = [c for c in usable if (c.claim, c.extension) == (best.claim, best.extension)]
    first = [c for c in equal if holds(c.format, kind)]
    return [*first, *(c for c in usable if c not in first)] if first else usable


def elsewhere(registry: Registry, plugin: str, format: str, filename: str, kind: Kind) -> str:
    """Return how pixels could be written that a plugin refuses; empty if nobody is known.

    Parameters
    ----------
    registry : Registry
        Who is here.
    plugin, format : str
        Who refuses them.
    filename : str
        The name of the file, which tells the extension.
    kind : tuple
        What is to be written.
    """
    from ._absent import is_left_out, pip_install
    from ._absent import writers as absent_writers

    found = registry.find(plugin)
    known = () if found is None else found.spec.formats
    if any(f.name == format and holds(f, kind) for f in known):
        return ""  # it is not the kind of pixels that is refused
    for candidate in writers(filename, table(registry, writing=True)):
        if candidate.plugin.spec.name != plugin and holds(candidate.format, kind):
            return f"plugin={candidate.plugin.spec.name!r} writes it as it is"
    install = [
        c.install
        for c in absent_writers(filename, registry)
        if c.claim == EXTENSION and holds(c.format, kind) and not is_left_out(c.plugin.distribution)
    ]
    return f"{pip_install(install[0])} brings a plugin that writes it as it is" if install else ""
