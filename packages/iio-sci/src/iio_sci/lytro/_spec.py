"""What the plugin for Lytro's light fields says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_MAGIC = (Signature(0, b"\x89LFP\r\n\x1a\n\0\0\0\1"),)
_READS = (Pixels("uint16", (1,)),)
_LFP = (
    "N. Patel, Reverse engineering the Lytro .LFP file format, .lfp file format, "
    "https://github.com/nrpatel/lfptools"
)
_RAW = (
    "Department of Optics & Acoustics, The file format, Raw Sensor Data component, "
    "http://optics.miloush.net/lytro/TheFileFormat.aspx"
)

SPEC = PluginSpec(
    name="lytro",
    title="Light fields of Lytro's cameras",
    plugin="iio_sci.lytro._plugin:PLUGIN",
    aliases=("lytro-lfr", "lytro-lfp", "lytro-illum-raw", "lytro-f01-raw"),
    license="BSD-2-Clause",
    legacy="iio_sci.lytro._legacy:TABLE",
    formats=(
        Format(
            name="LYTRO-LFR",
            title="Lytro Illum light field",
            extensions=(".lfr",),
            signatures=_MAGIC,
            reads=_READS,
            multiple=True,
            trust="fuzzed",
            priority=1,
            specification=_LFP,
        ),
        Format(
            name="LYTRO-LFP",
            title="Lytro light field picture",
            extensions=(".lfp",),
            signatures=_MAGIC,
            reads=_READS,
            multiple=True,
            trust="fuzzed",
            specification=_LFP,
        ),
        # The next two have no signature: the size of the file decides, others are declined.
        Format(
            name="LYTRO-ILLUM-RAW",
            title="Lytro Illum raw sensor data",
            extensions=(".raw",),
            reads=_READS,
            trust="fuzzed",
            priority=2,
            specification=_RAW,
        ),
        Format(
            name="LYTRO-F01-RAW",
            title="Lytro F01 raw sensor data",
            extensions=(".raw",),
            reads=_READS,
            trust="fuzzed",
            priority=1,
            specification=_RAW,
        ),
    ),
)
"""The plugin's description."""
