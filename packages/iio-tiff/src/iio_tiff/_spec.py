"""What the plugins of this wheel are and which formats they have, as data.

TIFF is a container with many dialects. Those with a name of their own (``.ome.tif``, ``.lsm``) are
formats here; ImageJ hyperstacks, GeoTIFF, NIH Image, FluoView and Micro-Manager are called
``.tif`` and recognized by what is in them. A camera's raw file begins as a TIFF, too: none of the
formats has its extensions, and it is declined when it is opened.
"""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["FEI", "SPEC"]

_CLASSIC = (Signature(0, b"II*\0"), Signature(0, b"MM\0*"))
_BIG = (Signature(0, b"II+\0\x08\0\0\0"), Signature(0, b"MM\0+\0\x08\0\0"))
_TIFF6 = (
    "TIFF Revision 6.0, section 2 TIFF Structure, "
    "https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf"
)
_BIGTIFF = "The BigTIFF File Format, https://www.awaresystems.be/imaging/tiff/bigtiff.html"

_KINDS = (
    *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float16", "float32", "float64", "complex64", "complex128"),
)
_ANY = tuple(Pixels(kind) for kind in _KINDS)
# Bits are packed: of several channels only those of one byte and more are written.
_WRITTEN = tuple(Pixels(kind, (1,) if kind == "bool" else (1, 2, 3, 4)) for kind in _KINDS)
_OME = tuple(
    Pixels(kind, (1, 3))
    for kind in (
        *("uint8", "uint16", "uint32", "int8", "int16", "int32"),
        *("float32", "float64", "complex64", "complex128"),
    )
)


def _named(name: str, title: str, *extensions: str, specification: str, big: bool = True) -> Format:
    """Return a dialect that is only read, and recognized by signature and extension together."""
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        signatures=_CLASSIC + (_BIG if big else ()),
        signature_alone=False,
        reads=_ANY,
        multiple=True,
        priority=10,
        specification=specification,
    )


SPEC = PluginSpec(
    name="tiff",
    title="TIFF in all its kinds through tifffile",
    plugin="iio_tiff._plugin:PLUGIN",
    aliases=("tifffile",),
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="tifffile",
    legacy="iio_tiff._legacy:TABLE",
    formats=(
        Format(
            name="TIFF",
            title="Tagged Image File Format and BigTIFF",
            extensions=(".tif", ".tiff"),
            signatures=_CLASSIC + _BIG,
            reads=_ANY,
            writes=_WRITTEN,
            multiple=True,
            streams=True,
            priority=10,
            specification=f"{_TIFF6}; {_BIGTIFF}",
        ),
        Format(
            name="OME-TIFF",
            title="Open Microscopy Environment TIFF",
            extensions=(".ome.tif", ".ome.tiff", ".ome.btf", ".ome.tf2", ".ome.tf8"),
            signatures=_CLASSIC + _BIG,
            signature_alone=False,
            reads=_ANY,
            writes=_OME,
            multiple=True,
            streams=True,
            priority=10,
            specification="The OME-TIFF format, "
            "https://docs.openmicroscopy.org/ome-model/latest/ome-tiff/specification.html",
        ),
        Format(
            name="BIGTIFF",
            title="BigTIFF, for more than 4 GiB",
            extensions=(".btf", ".tf8"),
            signatures=_BIG,
            signature_alone=False,
            reads=_ANY,
            writes=_WRITTEN,
            multiple=True,
            streams=True,
            priority=10,
            specification=_BIGTIFF,
        ),
        _named(
            "LSM",
            "Zeiss laser scanning microscope",
            ".lsm",
            specification="LSM 5/7 file format, Carl Zeiss, section CZ_LSM_INFO",
        ),
        _named(
            "STK",
            "MetaMorph stack",
            ".stk",
            big=False,
            specification="MetaMorph Stack (STK) Image File Format, Universal Imaging, "
            "section Tags: UIC1Tag to UIC4Tag",
        ),
        _named(
            "SVS",
            "Aperio whole slide",
            ".svs",
            specification="Aperio, Digital Slides and Third-Party Data Interchange, SVS files",
        ),
        _named(
            "NDPI",
            "Hamamatsu whole slide",
            ".ndpi",
            big=False,
            specification=f"{_TIFF6}, with offsets of 64 bits; Hamamatsu has published none",
        ),
        _named(
            "SCN",
            "Leica whole slide",
            ".scn",
            specification=f"{_BIGTIFF}; Leica SCN400 XML in ImageDescription",
        ),
        _named(
            "GEOTIFF",
            "GeoTIFF",
            ".gtiff",
            ".gtif",
            specification="OGC 19-008r4, GeoTIFF Standard 1.1, section 7 Requirements, "
            "https://docs.ogc.org/is/19-008r4/19-008r4.html",
        ),
        _named(
            "GEL",
            "Molecular Dynamics gel scan",
            ".gel",
            big=False,
            specification=f"{_TIFF6}; Molecular Dynamics GEL tags MDFileTag to MDFileUnits, "
            "https://www.awaresystems.be/imaging/tiff/tifftags/docs/gel.html",
        ),
        _named(
            "QPTIFF",
            "PerkinElmer multispectral slide",
            ".qptiff",
            specification="PerkinElmer, Vectra QPTIFF description",
        ),
        _named(
            "BIF",
            "Ventana whole slide",
            ".bif",
            specification="Roche, BIF image file format for digital pathology",
        ),
    ),
)
"""The description of the plugin for TIFF; the target of its entry point."""

FEI = PluginSpec(
    name="fei",
    title="TIFF of FEI electron microscopes, without the bar at the bottom",
    plugin="iio_tiff._fei:PLUGIN",
    license="BSD-2-Clause AND BSD-3-Clause",
    backend="tifffile",
    legacy="iio_tiff._legacy:FEI_TABLE",
    formats=(
        Format(
            name="FEI",
            title="FEI scanning electron microscope TIFF",
            extensions=(".tif", ".tiff"),
            signatures=_CLASSIC,
            # Nothing but its name or one of its options asks for it: the first bytes and the
            # extension are those of any TIFF.
            signature_alone=False,
            reads=(Pixels("uint8", (1, 3)), Pixels("uint16", (1, 3))),
            priority=-10,
            specification=f"{_TIFF6}; FEI/Thermo Fisher tags 34680 and 34682, text in sections",
        ),
    ),
)
"""The description of the plugin for FEI microscopes; the target of its entry point."""
