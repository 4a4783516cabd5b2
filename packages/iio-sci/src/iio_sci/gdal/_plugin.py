"""The plugin object: opens what GDAL reads."""

from __future__ import annotations

from importlib.util import find_spec

from iio_core import DecodeError, Reader, ReadPlugin, Resource

__all__ = ["PLUGIN", "GdalPlugin"]


class GdalPlugin:
    """Reads with GDAL, through rasterio."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        from ._reader import GdalReader

        return GdalReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file for reading.

        Raises
        ------
        DecodeError
            If GDAL does not recognize it, or it is ECW, which no wheel of GDAL decodes.
        """
        if format == "ECW":
            _check_ecw(resource.name)
        from ._reader import GdalReader

        return GdalReader(resource, format)


def _check_ecw(name: str) -> None:
    """Tell why ECW is not read, unless this is a build of GDAL that does."""
    if find_spec("rasterio") is not None:
        from ._dataset import has_driver

        if has_driver("ECW"):
            return
    raise DecodeError(
        f"{name} is ECW, whose decoder belongs to Hexagon and may not be part of a wheel. "
        "Convert it where there is a GDAL with the ECW SDK (QGIS for Windows has one): "
        "gdal_translate -of GTiff in.ecw out.tif. Or build GDAL with that SDK, and rasterio on it "
        "with pip install --no-binary rasterio rasterio: it is used then",
        plugin="gdal",
        format="ECW",
    )


PLUGIN = GdalPlugin()
_reads: ReadPlugin = PLUGIN
