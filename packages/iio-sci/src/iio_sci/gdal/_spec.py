"""What the plugin for GDAL says of itself.

Of GDAL's drivers those are here whose files need no others beside them. Where another wheel of this
project reads a format with more care (TIFF, PNG, JPEG, HDF5), GDAL comes after it: it is asked for
with ``plugin="gdal"``.
"""

from __future__ import annotations

from iio_core import Format, Pixels, PluginSpec, Signature

__all__ = ["SPEC"]

_KINDS = (
    *("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
    *("float32", "float64", "complex64", "complex128"),
)
_ANY = tuple(Pixels(kind) for kind in _KINDS)
_DRIVERS = "GDAL, Raster drivers, https://gdal.org/en/stable/drivers/raster/"
_LATE = -30  # after this project's other wheels


def _format(
    name: str,
    title: str,
    extensions: tuple[str, ...],
    signatures: tuple[Signature, ...],
    page: str,
    *,
    priority: int = 0,
    multiple: bool = False,
    signature_alone: bool = True,
    extension_alone: bool | None = None,
) -> Format:
    return Format(
        name=name,
        title=title,
        extensions=extensions,
        signatures=signatures,
        signature_alone=signature_alone,
        extension_alone=extension_alone,
        reads=_ANY,
        multiple=multiple,
        priority=priority,
        modules=("rasterio",),
        requires="iio-sci[gdal]",
        specification=f"{_DRIVERS}{page}.html",
    )


SPEC = PluginSpec(
    name="gdal",
    title="maps, satellite images and terrain through GDAL",
    plugin="iio_sci.gdal._plugin:PLUGIN",
    aliases=("rasterio",),
    license="BSD-2-Clause AND BSD-3-Clause AND MIT",
    backend="rasterio",
    legacy="iio_sci.gdal._legacy:TABLE",
    formats=(
        _format(
            "HFA",
            "Erdas Imagine",
            (".img",),
            (Signature(0, b"EHFA_HEADER_TAG"),),
            "hfa",
        ),
        _format(
            "GRIB",
            "gridded meteorological data",
            (".grib", ".grb", ".grib2", ".grb2"),
            (Signature(0, b"GRIB"),),
            "grib",
            multiple=True,
            priority=5,
        ),
        _format(
            "NITF",
            "National Imagery Transmission Format",
            (".ntf", ".nitf", ".nsf"),
            (Signature(0, b"NITF0"), Signature(0, b"NSIF0")),
            "nitf",
        ),
        _format(
            "PCIDSK", "PCI Geomatics database", (".pix",), (Signature(0, b"PCIDSK  "),), "pcidsk"
        ),
        _format(
            "DTED",
            "Digital Terrain Elevation Data",
            (".dt0", ".dt1", ".dt2"),
            (Signature(0, b"UHL1"), Signature(0, b"HDR1"), Signature(0, b"VOL1")),
            "dted",
            signature_alone=False,
        ),
        _format(
            "GRID",
            "grids of terrain and surveys",
            # ESRI, USGS, Golden Software, NOAA, HF2, KOLOR, SigDEM, VTP, XYZ, ISIS.
            (".asc", ".dem", ".grd", ".gtx", ".hf2", ".kro", ".sigdem", ".bt", ".xyz"),
            (
                Signature(0, b"DSAA"),
                Signature(0, b"DSBB"),
                Signature(0, b"DSRB"),
                Signature(0, b"KRO\x01"),
                Signature(0, b"binterr1."),
                Signature(0, b"HF2\0"),
                Signature(0, b"SIGDEM"),
            ),
            "aaigrid",
            signature_alone=False,
            extension_alone=True,
            priority=_LATE,
        ),
        _format(
            "JP2",
            "JPEG 2000",
            (".jp2", ".j2k", ".jpx"),
            (
                Signature(0, b"\0\0\0\x0cjP  \r\n\x87\n"),
                # Not longer than that of others, who are asked first.
                Signature(0, b"\xff\x4f\xff\x51"),
            ),
            "jp2openjpeg",
            priority=_LATE,
        ),
        _format(
            "GTIFF",
            "GeoTIFF",
            (".tif", ".tiff", ".gtiff"),
            (
                Signature(0, b"II*\0"),
                Signature(0, b"MM\0*"),
                Signature(0, b"II+\0\x08\0\0\0"),
                Signature(0, b"MM\0+\0\x08\0\0"),
            ),
            "gtiff",
            priority=_LATE - 30,
        ),
        _format(
            "PNG",
            "Portable Network Graphics",
            (".png",),
            (Signature(0, b"\x89PNG\r\n\x1a\n"),),
            "png",
            priority=_LATE,
        ),
        _format(
            "JPEG",
            "JPEG",
            (".jpg", ".jpeg"),
            (Signature(0, b"\xff\xd8\xff"),),
            "jpeg",
            priority=_LATE,
        ),
        Format(
            name="VRT",
            title="GDAL virtual dataset, made of other files",
            extensions=(".vrt",),
            reads=_ANY,
            trust="external",
            modules=("rasterio",),
            requires="iio-sci[gdal]",
            specification=f"{_DRIVERS}vrt.html",
        ),
        Format(
            # No `modules`: that it cannot be read here is told before anything is installed.
            name="ECW",
            title="Enhanced Compression Wavelet",
            extensions=(".ecw",),
            reads=_ANY,
            specification=f"{_DRIVERS}ecw.html",
        ),
    ),
)
"""The plugin's description."""
