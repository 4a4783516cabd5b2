"""Specs of the toy format for the plugins of `toy_plugins`: ``toy_specs:NAME`` is that of NAME."""

from __future__ import annotations

from typing import Any

from iio_core import Format, Pixels, PluginSpec, Signature

FORMAT: dict[str, Any] = {
    "name": "TOY",
    "title": "Toy images",
    "extensions": (".toy",),
    "signatures": (Signature(0, b"TOY1"),),
    "reads": (Pixels("uint8", (1, 3)),),
    "writes": (Pixels("uint8", (1, 3)),),
    "multiple": True,
    "streams": True,
}


def spec(plugin: str, **changes: Any) -> PluginSpec:
    """Return the spec of a plugin in `toy_plugins`, with something of its format changed."""
    return PluginSpec(
        name="toy",
        title="Toy images",
        plugin=f"toy_plugins:{plugin}",
        formats=(Format(**{**FORMAT, **changes}),),
    )


def __getattr__(name: str) -> PluginSpec:
    if name.startswith("_"):
        raise AttributeError(name)
    # A format that claims just what another one of the plugin claims is never selected.
    if name == "hidden":
        first = Format(**{**FORMAT, "name": "FIRST", "priority": 1})
        both = (first, Format(**FORMAT))
        return PluginSpec(name="toy", title="Toy", plugin="toy_plugins:good", formats=both)
    changes: dict[str, Any] = {
        "claims_too_little": {"reads": (Pixels("uint8", (3,)),)},
        "all_by_default": {"reads_all": True},
        "takes_a_second": {"multiple": False, "streams": False},
        "only_reads": {"writes": (), "multiple": False, "streams": False},
        "only_writes": {"reads": ()},
    }.get(name, {})
    good = {"all_by_default", "takes_a_second", "only_reads", "only_writes"}
    return spec("good" if name in good else name, **changes)
