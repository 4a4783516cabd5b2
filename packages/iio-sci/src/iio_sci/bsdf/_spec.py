"""What the plugin for BSDF says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_ANY = tuple(
    Pixels(kind)
    for kind in (
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
)

SPEC = PluginSpec(
    name="bsdf",
    title="Binary Structured Data Format",
    plugin="iio_sci.bsdf._plugin:PLUGIN",
    license="BSD-2-Clause",
    legacy="iio_sci.bsdf._legacy:TABLE",
    formats=(
        Format(
            name="BSDF",
            title="Binary Structured Data Format",
            extensions=(".bsdf",),
            signatures=(Signature(0, b"BSDF\x02"),),
            reads=_ANY,
            writes=_ANY,
            multiple=True,
            streams=True,
            trust="fuzzed",
            specification="BSDF 2.2, The minimal specification and extensions ndarray, image2D "
            "and image3D, https://gitlab.com/almarklein/bsdf/-/blob/main/SPEC.md",
        ),
    ),
)
"""The plugin's description."""
