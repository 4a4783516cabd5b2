"""Which module of Pillow handles which format, and opening a file with just that one.

`PIL.Image.open` tries every module it knows, and refuses by a limit of its own that is global to
the process. Here the format is known already, so its class is called directly, in surroundings of
its own (see `_twins`).
"""

from __future__ import annotations

import importlib
import io
import os
import sys
import threading
import zlib
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType, SimpleNamespace
from typing import IO, TYPE_CHECKING, Any, NoReturn

from iio_core import LimitError

from ._twins import image_opening, twin

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


_FOREIGN = {"HEIF": "pillow_heif.as_plugin", "JXL": "pillow_jxl.JpegXLImagePlugin"}
"""Formats of wheels that extend Pillow: the modules that do, without registering themselves."""

_CLASSES = {
    # Pillow registers no way of opening an MPO; the JPEG factory returns it where it finds the
    # marker of several pictures.
    "JPEG": "jpeg_factory",
    "MPO": "jpeg_factory",
    "JPEG2000": "Jpeg2KImageFile",
    "SUN": "SunImageFile",
}
"""What opens a format, where it is not what the module registers."""


def load_module(format: str) -> str:
    """Import what Pillow needs to write a format, and return the format's id in Pillow.

    Wheels that extend Pillow are registered under a name that nobody else uses: whether Pillow
    itself opens and saves such files remains the caller's decision.

    Raises
    ------
    KeyError
        If the plugin has no such format.
    ImportError
        If this Pillow, or a wheel that extends it, does not have it.
    """
    _, identifier = PIL_IDS[format]
    module = _module(format)
    if format not in _FOREIGN:
        return identifier
    from PIL import Image

    private = f"IIO-{identifier}"
    Image.SAVE.setdefault(private, module._save_heif if format == "HEIF" else module._save)
    if format == "HEIF":
        Image.SAVE_ALL.setdefault(private, module._save_all_heif)
    return private


def open_image(
    file: IO[bytes], format: str, *, metadata_bytes: int = 64 << 20
) -> ImageFile.ImageFile:
    """Open a file as an image of a known format, without decoding it and without a limit.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning. It stays open, and has to as long as the image is used.
    format : str
        The name of a format in `PIL_IDS`.
    metadata_bytes : int
        How much compressed text or a compressed color profile of a PNG may come to.

    Returns
    -------
    PIL.ImageFile.ImageFile
        A JPEG file that holds several images comes as an MPO.

    Raises
    ------
    SyntaxError
        If the file is not of this format. Pillow raises several others for broken files.
    """
    limit = metadata_bytes if format in ("PNG", "ICO", "ICNS") else 0
    factory = _factory(format, limit)
    if format == "FTEX":
        # The class closes the file that it was given.
        file = io.BytesIO(file.read())
    image: ImageFile.ImageFile = factory(file, "")
    if image.format == "MPO":  # made by the original of the factory's class
        image.__class__ = _namespace("MPO", 0)["MpoImageFile"]
    return image


@lru_cache(maxsize=64)
def _factory(format: str, limit: int) -> Callable[[IO[bytes], str], Any]:
    name = "JPEG" if format == "MPO" else format
    space = _namespace(name, limit)
    module = _module(name)
    wanted = _CLASSES.get(format)
    if wanted is None:
        identifier = PIL_IDS[name][1]
        wanted = next(
            name
            for name, value in vars(module).items()
            if isinstance(value, type)
            and value.__module__ == module.__name__
            and str(getattr(value, "format", "")).upper() == identifier
        )
    found: Callable[[IO[bytes], str], Any] = space[wanted]
    return found


@lru_cache(maxsize=64)
def _namespace(format: str, limit: int) -> dict[str, Any]:
    """Return the twin of the module of a format."""
    module = _module(format)
    if format == "PNG":
        return _png(module, limit)
    if format == "EPS":  # what Ghostscript has made of it
        return twin(module, Image=image_opening(lambda file: open_path(file, "PPM")))
    if format == "JXL":  # which may be a JPEG in another form
        return twin(module, Image=image_opening(lambda file: open_image(file, "JPEG")))
    if format not in ("ICO", "ICNS"):
        return twin(module)
    space = twin(module, PngImagePlugin=SimpleNamespace(**_namespace("PNG", limit)))
    if format == "ICNS":
        space["IcnsFile"].SIZES = {
            size: [(code, space[read.__name__]) for code, read in entries]
            for size, entries in space["IcnsFile"].SIZES.items()
        }
    return space


def open_path(file: Any, format: str) -> Any:
    """Open a file that Pillow itself has made, by its path."""
    return _factory(format, 0)(file, file if isinstance(file, str) else "")


def _png(module: ModuleType, limit: int) -> dict[str, Any]:
    """Return the twin of the PNG module, in which compressed metadata have our limit."""

    def refuse() -> NoReturn:
        raise LimitError(
            f"the PNG has more than {limit} bytes of metadata. "
            "To allow more: iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
        )

    def decompressed(data: bytes) -> bytes:
        stream = zlib.decompressobj()
        text = stream.decompress(data, limit + 1)
        if len(text) > limit:
            refuse()
        return text

    def check_text_memory(self: Any, length: int) -> None:
        self.text_memory += length
        if self.text_memory > limit:
            refuse()

    space = twin(module, _safe_zlib_decompress=decompressed, MAX_TEXT_CHUNK=limit)
    space["PngStream"].check_text_memory = check_text_memory
    return space


_import_lock = threading.Lock()


def _fork() -> None:
    """Give a child process a lock of its own: the thread that held this one is not in it."""
    global _import_lock
    _import_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fork)
_modules: dict[str, ModuleType] = {}


def _module(format: str) -> Any:
    """Return the module of a format."""
    module = _modules.get(format)
    if module is None:
        name = _FOREIGN.get(format) or PIL_IDS[format][0]
        with _import_lock:
            module = _unregistered(name) if format == "JXL" else importlib.import_module(name)
        _modules[format] = module
    return module


def _unregistered(name: str) -> ModuleType:
    """Import a module that registers itself with Pillow, and undo that.

    If the user imports it too, it is imported and registers itself once more.
    """
    from PIL import Image

    package = name.partition(".")[0]
    if name in sys.modules:
        return sys.modules[name]
    tables: list[Any] = [Image.OPEN, Image.SAVE, Image.SAVE_ALL, Image.EXTENSION, Image.MIME]
    before = [dict(table) for table in tables]
    ids = list(Image.ID)
    try:
        return importlib.import_module(name)
    finally:
        for table, old in zip(tables, before, strict=True):
            for key in [k for k, v in table.items() if k not in old and _is_of(v, package)]:
                del table[key]
        Image.ID[:] = [i for i in Image.ID if i in ids or i in Image.OPEN]
        for found in [m for m in sys.modules if m.partition(".")[0] == package]:
            del sys.modules[found]


def _is_of(registered: Any, package: str) -> bool:
    """Tell whether what Pillow has in a table is of a package, or is the name JXL."""
    if isinstance(registered, tuple):
        registered = registered[0]
    if isinstance(registered, str):
        return registered.upper() in ("JXL", "IMAGE/JXL")
    return str(getattr(registered, "__module__", "")).partition(".")[0] == package


def pillow_version() -> tuple[int, int]:
    """Return the major and minor version of Pillow."""
    import PIL

    major, minor = PIL.__version__.split(".")[:2]
    return int(major), int(minor)
