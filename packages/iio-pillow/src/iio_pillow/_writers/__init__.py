"""Which class writes which format. One module for each family of formats."""

from __future__ import annotations

from ._avif import AvifWriter
from ._base import CollectingWriter, PillowWriter, StillWriter
from ._gif import GifWriter
from ._heif import HeifWriter
from ._icons import IcnsWriter, IcoWriter
from ._jpeg import JpegWriter, MpoWriter
from ._jpeg2000 import Jpeg2000Writer
from ._jxl import JxlWriter
from ._pdf import PdfWriter
from ._plain import BitmapWriter, PlainWriter, SgiWriter, XbmWriter
from ._png import PngWriter
from ._raw import PalmWriter, SpiderWriter
from ._textures import BlpWriter, DdsWriter, QoiWriter, TgaWriter
from ._tiff import TiffWriter
from ._webp import WebpWriter

__all__ = ["WRITERS", "CollectingWriter", "PillowWriter", "StillWriter"]

WRITERS: dict[str, type[PillowWriter]] = {
    "AVIF": AvifWriter,
    "BLP": BlpWriter,
    "BMP": BitmapWriter,
    "DDS": DdsWriter,
    "DIB": BitmapWriter,
    "EPS": PlainWriter,
    "GIF": GifWriter,
    "HEIF": HeifWriter,
    "ICNS": IcnsWriter,
    "ICO": IcoWriter,
    "JPEG": JpegWriter,
    "JPEG2000": Jpeg2000Writer,
    "JXL": JxlWriter,
    "MPO": MpoWriter,
    "MSP": PlainWriter,
    "PALM": PalmWriter,
    "PCX": PlainWriter,
    "PDF": PdfWriter,
    "PNG": PngWriter,
    "PPM": PlainWriter,
    "QOI": QoiWriter,
    "SGI": SgiWriter,
    "SPIDER": SpiderWriter,
    "TGA": TgaWriter,
    "TIFF": TiffWriter,
    "WEBP": WebpWriter,
    "XBM": XbmWriter,
}
"""The name of a format in the spec: its writer."""
