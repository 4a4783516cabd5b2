"""Which class writes which format. One module for each family of formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._classes import Classes

if TYPE_CHECKING:
    from ._base import PillowWriter

__all__ = ["WRITERS"]

WRITERS: Classes[PillowWriter] = Classes(
    __name__,
    {
        "AVIF": "_avif:AvifWriter",
        "BLP": "_textures:BlpWriter",
        "BMP": "_plain:BitmapWriter",
        "DDS": "_textures:DdsWriter",
        "DIB": "_plain:BitmapWriter",
        "EPS": "_plain:PlainWriter",
        "GIF": "_gif:GifWriter",
        "HEIF": "_heif:HeifWriter",
        "ICNS": "_icons:IcnsWriter",
        "ICO": "_icons:IcoWriter",
        "JPEG": "_jpeg:JpegWriter",
        "JPEG2000": "_jpeg2000:Jpeg2000Writer",
        "JXL": "_jxl:JxlWriter",
        "MPO": "_jpeg:MpoWriter",
        "MSP": "_plain:PlainWriter",
        "PALM": "_raw:PalmWriter",
        "PCX": "_plain:PlainWriter",
        "PDF": "_pdf:PdfWriter",
        "PNG": "_png:PngWriter",
        "PPM": "_plain:NetpbmWriter",
        "QOI": "_textures:QoiWriter",
        "SGI": "_plain:SgiWriter",
        "SPIDER": "_raw:SpiderWriter",
        "TGA": "_textures:TgaWriter",
        "TIFF": "_tiff:TiffWriter",
        "WEBP": "_webp:WebpWriter",
        "XBM": "_plain:XbmWriter",
    },
)
"""The name of a format in the spec: its writer."""
