"""What this plugin is and which formats it has, as data: nothing here loads FreeImage."""

from __future__ import annotations

from iio_core import PluginSpec

from ._formats import FORMATS

__all__ = ["SPEC"]

SPEC = PluginSpec(
    name="freeimage",
    title="FreeImage in a process of its own, on request only",
    plugin="iio_freeimage._plugin:PLUGIN",
    license="BSD-2-Clause AND (GPL-2.0-only OR GPL-3.0-only OR FreeImage)",
    formats=FORMATS,
    legacy="iio_freeimage._legacy:TABLE",
    on_request=True,
)
"""The plugin's description; the target of its entry point."""
