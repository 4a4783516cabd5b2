"""What this plugin is and which formats it has, as data: nothing here imports NumPy.

What Pillow reads as well has a lower priority than there; with `iio-pillow` beside it, this plugin
writes what Pillow only reads.
"""

from __future__ import annotations

from iio_core import PluginSpec

from ._formats import FORMATS
from ._formats_external import EXTERNAL

__all__ = ["METAFILE", "SPEC"]

SPEC = PluginSpec(
    name="retro",
    title="Images of older systems, in Python and NumPy",
    plugin="iio_retro._plugin:PLUGIN",
    license="BSD-2-Clause",
    formats=FORMATS,
    legacy="iio_retro._legacy:TABLE",
)
"""The plugin's description; the target of its entry point."""

METAFILE = PluginSpec(
    name="metafile",
    title="Windows metafiles, drawn by a program that is installed",
    plugin="iio_retro._metafile:PLUGIN",
    license="BSD-2-Clause",
    formats=EXTERNAL,
    legacy="iio_retro._legacy:METAFILE",
)
"""The description of the plugin that runs programs, and so is used only on request."""
