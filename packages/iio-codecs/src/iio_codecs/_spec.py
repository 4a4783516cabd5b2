"""What this plugin is and which formats it has, as data: nothing here imports imagecodecs."""

from __future__ import annotations

from iio_core import PluginSpec

from ._formats import FORMATS

__all__ = ["SPEC"]

SPEC = PluginSpec(
    name="codecs",
    title="Still images of more than 8 bits through imagecodecs",
    plugin="iio_codecs._plugin:PLUGIN",
    aliases=("imagecodecs",),
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="imagecodecs",
    formats=FORMATS,
    legacy="iio_codecs._legacy:TABLE",
)
"""The plugin's description; the target of its entry point."""
