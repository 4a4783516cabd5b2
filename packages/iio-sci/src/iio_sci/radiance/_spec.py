"""What the plugin for Radiance pictures says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_PIXELS = (Pixels("float32", (3,)),)

SPEC = PluginSpec(
    name="radiance",
    title="Radiance high dynamic range pictures",
    plugin="iio_sci.radiance._plugin:PLUGIN",
    aliases=("hdr",),
    license="BSD-2-Clause",
    legacy="iio_sci.radiance._legacy:TABLE",
    formats=(
        Format(
            name="HDR",
            title="Radiance RGBE and XYZE",
            # Other formats are called .hdr and .pic as well: the signature decides.
            extensions=(".hdr", ".rgbe", ".xyze"),
            signatures=(Signature(0, b"#?RADIANCE"), Signature(0, b"#?RGBE")),
            reads=_PIXELS,
            writes=_PIXELS,
            lossy=True,
            trust="fuzzed",
            priority=10,
            specification="Radiance, File Formats, Picture File Format (.hdr), "
            "https://radsite.lbl.gov/radiance/refer/filefmts.pdf; G. Ward, Real Pixels, "
            "Graphics Gems II",
        ),
    ),
)
"""The plugin's description."""
