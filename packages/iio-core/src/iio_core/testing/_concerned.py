"""Which checks concern a plugin at all, as its spec says; the others are not collected."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import iio_core as iio

__all__ = ["concerns", "leave_out"]


def always(format: iio.Format) -> bool:
    """Hold for every format."""
    return True


# What a test is given one by one, and the formats that there may be one of.
_GIVEN: dict[str, Callable[[iio.Format], bool]] = {
    "sample": lambda format: bool(format.reads),
    "format": always,
    "written": lambda format: bool(format.writes and format.extensions),
}


def concerns(test: Callable[..., Any]) -> Callable[[iio.Format], bool]:
    """Return the predicate for the formats that a test is for."""
    found: Callable[[iio.Format], bool] = getattr(test, "applies_to", always)
    return found


def leave_out(suite: type, spec: iio.PluginSpec) -> None:
    """Take the tests from a suite that are for none of the formats of a plugin.

    A suite that it is derived from may be of another plugin, and have left out others.
    """
    for name in dir(suite):
        if not name.startswith("test_"):
            continue
        found = (vars(kind).get(name) for kind in suite.__mro__)
        test = next((one for one in found if callable(one)), None)
        if test is not None and (getattr(suite, name) is None) == _is_for(test, spec):
            setattr(suite, name, test if _is_for(test, spec) else None)


def _is_for(test: Callable[..., Any], spec: iio.PluginSpec) -> bool:
    parameters = inspect.signature(test).parameters
    return all(
        any(there(format) and concerns(test)(format) for format in spec.formats)
        for name, there in _GIVEN.items()
        if name in parameters
    )
