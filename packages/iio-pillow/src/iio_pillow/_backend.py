"""Which module of Pillow handles which format, and opening a file with just that one.

`PIL.Image.open` tries every module it knows, and refuses by a limit of its own that is global to
the process. Here the format is known already, so its class is called directly.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["PIL_IDS", "load_module", "open_image", "pillow_version"]

PIL_IDS: dict[str, tuple[str, str]] = {
    "AVIF": ("PIL.AvifImagePlugin", "AVIF"),
    "BLP": ("PIL.BlpImagePlugin", "BLP"),
    "BMP": ("PIL.BmpImagePlugin", "BMP"),
    "CUR": ("PIL.CurImagePlugin", "CUR"),
    "DCX": ("PIL.DcxImagePlugin", "DCX"),
    "DDS": ("PIL.DdsImagePlugin", "DDS"),
    "DIB": ("PIL.BmpImagePlugin", "DIB"),
    "EPS": ("PIL.EpsImagePlugin", "EPS"),
    "FLI": ("PIL.FliImagePlugin", "FLI"),
    "FTEX": ("PIL.FtexImagePlugin", "FTEX"),
    "GBR": ("PIL.GbrImagePlugin", "GBR"),
    "GIF": ("PIL.GifImagePlugin", "GIF"),
    "HEIF": ("pillow_heif.HeifImagePlugin", "HEIF"),
    "ICNS": ("PIL.IcnsImagePlugin", "ICNS"),
    "ICO": ("PIL.IcoImagePlugin", "ICO"),
    "IMT": ("PIL.ImtImagePlugin", "IMT"),
    "IPTC": ("PIL.IptcImagePlugin", "IPTC"),
    "JPEG": ("PIL.JpegImagePlugin", "JPEG"),
    "JPEG2000": ("PIL.Jpeg2KImagePlugin", "JPEG2000"),
    "JXL": ("pillow_jxl.JpegXLImagePlugin", "JXL"),
    "MCIDAS": ("PIL.McIdasImagePlugin", "MCIDAS"),
    "MPO": ("PIL.MpoImagePlugin", "MPO"),
    "MSP": ("PIL.MspImagePlugin", "MSP"),
    "PALM": ("PIL.PalmImagePlugin", "PALM"),
    "PCD": ("PIL.PcdImagePlugin", "PCD"),
    "PCX": ("PIL.PcxImagePlugin", "PCX"),
    "PDF": ("PIL.PdfImagePlugin", "PDF"),
    "PIXAR": ("PIL.PixarImagePlugin", "PIXAR"),
    "PNG": ("PIL.PngImagePlugin", "PNG"),
    "PPM": ("PIL.PpmImagePlugin", "PPM"),
    "PSD": ("PIL.PsdImagePlugin", "PSD"),
    "QOI": ("PIL.QoiImagePlugin", "QOI"),
    "SGI": ("PIL.SgiImagePlugin", "SGI"),
    "SPIDER": ("PIL.SpiderImagePlugin", "SPIDER"),
    "SUN": ("PIL.SunImagePlugin", "SUN"),
    "TGA": ("PIL.TgaImagePlugin", "TGA"),
    "TIFF": ("PIL.TiffImagePlugin", "TIFF"),
    "WEBP": ("PIL.WebPImagePlugin", "WEBP"),
    "XBM": ("PIL.XbmImagePlugin", "XBM"),
    "XPM": ("PIL.XpmImagePlugin", "XPM"),
    "XVTHUMB": ("PIL.XVThumbImagePlugin", "XVTHUMB"),
}
"""The name of a format: the module that registers it with Pillow, and its id there."""


def load_module(format: str) -> str:
    """Import what Pillow needs for a format, and return the format's id in Pillow.

    Raises
    ------
    KeyError
        If the plugin has no such format.
    ImportError
        If this Pillow, or a wheel that extends it, does not have it.
    """
    module, identifier = PIL_IDS[format]
    importlib.import_module(module)
    return identifier


def open_image(file: IO[bytes], format: str) -> ImageFile.ImageFile:
    """Open a file as an image of a known format, without decoding it and without a limit.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning. It stays open, and has to as long as the image is used.
    format : str
        The name of a format in `PIL_IDS`.

    Returns
    -------
    PIL.ImageFile.ImageFile
        A JPEG file that holds several images comes as an MPO.

    Raises
    ------
    SyntaxError
        If the file is not of this format. Pillow raises several others for broken files.
    """
    factory = _factories.get(format) or _factory(format)
    if format == "FTEX":
        # The class closes the file that it was given.
        file = io.BytesIO(file.read())
    return factory(file, "")


_factories: dict[str, Callable[[IO[bytes], str], ImageFile.ImageFile]] = {}


def _factory(format: str) -> Callable[[IO[bytes], str], ImageFile.ImageFile]:
    identifier = load_module(format)
    from PIL import Image

    if format == "MPO":
        # Pillow registers no way of opening one; the JPEG factory returns it where it finds the
        # marker of several pictures.
        identifier = "JPEG"
    factory, _ = Image.OPEN[identifier]
    _factories[format] = factory
    return factory


def pillow_version() -> tuple[int, int]:
    """Return the major and minor version of Pillow."""
    import PIL

    major, minor = PIL.__version__.split(".")[:2]
    return int(major), int(minor)
