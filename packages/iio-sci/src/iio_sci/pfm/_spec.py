"""What the plugin for portable float maps says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_PIXELS = (Pixels("float32", (1, 3)),)

SPEC = PluginSpec(
    name="pfm",
    title="Portable float maps",
    plugin="iio_sci.pfm._plugin:PLUGIN",
    license="BSD-2-Clause",
    legacy="iio_sci.pfm._legacy:TABLE",
    formats=(
        Format(
            name="PFM",
            title="Portable float map",
            extensions=(".pfm",),
            signatures=tuple(
                Signature(0, magic + space) for magic in (b"PF", b"Pf") for space in (b"\n", b" ")
            ),
            reads=_PIXELS,
            writes=_PIXELS,
            trust="fuzzed",
            priority=10,
            specification="P. Debevec, PFM Portable FloatMap Image Format, "
            "https://www.pauldebevec.com/Research/HDR/PFM/; netpbm, pfm(5)",
        ),
    ),
)
"""The plugin's description."""
