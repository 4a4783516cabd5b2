"""What the plugin for OpenEXR says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_KINDS = ("float16", "float32", "uint32")

SPEC = PluginSpec(
    name="exr",
    title="OpenEXR",
    plugin="iio_sci.exr._plugin:PLUGIN",
    aliases=("openexr",),
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="OpenEXR",
    legacy="iio_sci.exr._legacy:TABLE",
    formats=(
        Format(
            name="EXR",
            title="OpenEXR",
            extensions=(".exr",),
            signatures=(Signature(0, b"\x76\x2f\x31\x01"),),
            reads=tuple(Pixels(kind) for kind in (*_KINDS, "float64")),
            writes=tuple(Pixels(kind, (1, 2, 3, 4)) for kind in _KINDS),
            multiple=True,
            modules=("OpenEXR",),
            requires="iio-sci[exr]",
            specification="OpenEXR File Layout, sections Header, Offset Tables and Pixel Data, "
            "https://openexr.com/en/latest/OpenEXRFileLayout.html",
        ),
    ),
)
"""The plugin's description."""
