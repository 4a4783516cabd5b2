"""What the plugin for FITS says of itself."""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_KINDS = (
    *("uint8", "int16", "int32", "int64", "float32", "float64"),
    # With an offset, by convention: section 4.4.2.5.
    *("int8", "uint16", "uint32", "uint64"),
)
_ANY = tuple(Pixels(kind) for kind in _KINDS)

SPEC = PluginSpec(
    name="fits",
    title="FITS images through astropy",
    plugin="iio_sci.fits._plugin:PLUGIN",
    aliases=("astropy",),
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="astropy",
    legacy="iio_sci.fits._legacy:TABLE",
    formats=(
        Format(
            name="FITS",
            title="Flexible Image Transport System",
            extensions=(".fits", ".fit", ".fts", ".fz"),
            signatures=(
                Signature(0, b"SIMPLE  =                    T"),
                Signature(0, b"SIMPLE  = "),  # values of old writers stand anywhere
            ),
            reads=_ANY,
            writes=_ANY,
            multiple=True,
            streams=True,
            priority=10,
            modules=("astropy",),
            requires="iio-sci[fits]",
            specification="Definition of the Flexible Image Transport System, version 4.0, "
            "sections 3, 4, 7.1 and 10, https://fits.gsfc.nasa.gov/fits_standard.html",
        ),
        Format(
            name="FITS-GZIP",
            title="FITS, gzipped whole",
            extensions=(".fits.gz", ".fit.gz", ".fts.gz"),
            signatures=(Signature(0, b"\x1f\x8b\x08"),),
            signature_alone=False,
            reads=_ANY,
            writes=_ANY,
            multiple=True,
            streams=True,
            priority=10,
            modules=("astropy",),
            requires="iio-sci[fits]",
            specification="RFC 1952, GZIP file format specification, section 2",
        ),
    ),
)
"""The plugin's description."""
