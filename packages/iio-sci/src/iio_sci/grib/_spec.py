"""What the plugins for GRIB and for BUFR say of themselves."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["BUFR", "SPEC"]

_WMO = "WMO No. 306, Manual on Codes, volume I.2"

SPEC = PluginSpec(
    name="grib",
    title="GRIB through ecCodes",
    plugin="iio_sci.grib._plugin:PLUGIN",
    aliases=("eccodes",),
    license="BSD-2-Clause AND Apache-2.0",
    backend="eccodes",
    legacy="iio_sci.grib._legacy:TABLE",
    formats=(
        Format(
            name="GRIB",
            title="gridded meteorological data",
            extensions=(".grib", ".grb", ".grib2", ".grb2"),
            signatures=(Signature(0, b"GRIB"),),
            reads=(Pixels("float64"),),
            multiple=True,
            modules=("eccodes",),
            requires="iio-sci[grib]",
            specification=f"{_WMO}, FM 92 GRIB, section 0 Indicator section",
        ),
    ),
)
"""The description of the plugin for GRIB; the target of its entry point."""

BUFR = PluginSpec(
    name="bufr",
    title="BUFR through ecCodes",
    plugin="iio_sci.grib._plugin:BUFR_PLUGIN",
    license="BSD-2-Clause AND Apache-2.0",
    backend="eccodes",
    legacy="iio_sci.grib._legacy:BUFR_TABLE",
    formats=(
        Format(
            name="BUFR",
            title="binary representation of meteorological observations",
            extensions=(".bufr", ".bfr"),
            signatures=(Signature(0, b"BUFR"),),
            reads=(Pixels("float64"),),
            multiple=True,
            modules=("eccodes",),
            requires="iio-sci[grib]",
            specification=f"{_WMO}, FM 94 BUFR, section 0 Indicator section",
        ),
    ),
)
"""The description of the plugin for BUFR; the target of its entry point."""
