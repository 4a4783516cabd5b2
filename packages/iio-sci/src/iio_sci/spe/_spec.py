"""What the plugin for SPE says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

SPEC = PluginSpec(
    name="spe",
    title="Princeton Instruments SPE",
    plugin="iio_sci.spe._plugin:PLUGIN",
    license="BSD-2-Clause",
    legacy="iio_sci.spe._legacy:TABLE",
    formats=(
        Format(
            name="SPE",
            title="Princeton Instruments SPE",
            extensions=(".spe",),
            # WinView_id; files of other programs may be without it.
            signatures=(Signature(2996, b"\x67\x45\x23\x01"),),
            extension_alone=True,
            reads=tuple(
                Pixels(kind, (1,))
                for kind in (
                    *("uint8", "uint16", "uint32", "int16", "int32"),
                    *("float32", "float64"),
                )
            ),
            multiple=True,
            reads_all=True,
            trust="fuzzed",
            specification="SPE 3.0 File Format Specification, Princeton Instruments, 4411-0130, "
            "chapters 2 and 3; WinView/32 Software User Manual, appendix Data Structure, "
            "WinX version 2.5 header",
        ),
    ),
)
"""The plugin's description."""
