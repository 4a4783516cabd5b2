"""Writing TIFF and BigTIFF, a page at a time (TIFF Revision 6.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from PIL import TiffImagePlugin

from iio_core import OptionError, Target

from .._tiff_pages import TiffAssembler
from .._tiff_tags import directories_of, tags_of
from ._base import Options, PillowWriter, given

__all__ = ["TiffWriter"]

_COMPRESSIONS = (
    *("packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "lzma", "zstd", "webp"),
    *("jpeg", "tiff_jpeg", "tiff_ccitt", "group3", "group4", "tiff_raw_16"),
    *("tiff_thunderscan", "tiff_sgilog", "tiff_sgilog24"),
)
_ALIASES = {"lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "zlib": "tiff_adobe_deflate"}
_PLAIN = {None, "none", "raw"}


class TiffWriter(PillowWriter):
    """Writes TIFF; each image is a page, with options and metadata of its own."""

    holds = frozenset({"dpi", "resolution", "icc_profile", "exif", "xmp"})

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._assembler: TiffAssembler | None = None
        self._big = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        compression: str | None = None,
        quality: int | None = None,
        strip_size: int | None = None,
        big_tiff: bool | None = None,
        tiffinfo: TiffImagePlugin.ImageFileDirectory_v2 | Mapping[int, Any] | None = None,
        description: str | None = None,
        software: str | None = None,
        date_time: str | None = None,
        artist: str | None = None,
        copyright: str | None = None,
        resolution_unit: Literal[1, 2, 3, "inch", "cm", "centimeter"] | None = None,
        resolution: float | None = None,
        x_resolution: float | None = None,
        y_resolution: float | None = None,
        dpi: tuple[float, float] | None = None,
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
    ) -> None:
        """Encode the next page.

        Parameters
        ----------
        image : numpy.ndarray
            bool, uint8, uint16, int32 or float32 ``(height, width)``, uint8 with 2 to 4 channels.
        metadata : mapping, optional
            ``dpi``, ``resolution``, ``icc_profile``, ``exif``, ``xmp``, and tags of TIFF and EXIF
            by name (``ImageDescription``, ``Software``, ...).
        mode : str, optional
            The mode of Pillow's to convert to: ``"P"``, ``"CMYK"``, ``"YCbCr"``, ``"LAB"``, ...
        compression : str, optional
            ``"tiff_lzw"`` (or ``"lzw"``), ``"tiff_adobe_deflate"`` (or ``"deflate"``), ``"zstd"``,
            ``"lzma"``, ``"packbits"``, ``"jpeg"``, ``"webp"``, ``"group3"``, ``"group4"``, ...; by
            default none.
        quality : int, optional
            0 to 100, for ``compression="jpeg"``.
        strip_size : int, optional
            About how many bytes are compressed together; 65536 by default.
        big_tiff : bool, optional
            Whether to write BigTIFF, for files of more than 4 GiB; said with the first page.
        tiffinfo : PIL.TiffImagePlugin.ImageFileDirectory_v2 or mapping, optional
            Further tags by number.
        description, software, date_time, artist, copyright : str, optional
            The tags of these names.
        resolution_unit : {"inch", "cm"}, optional
            Of the resolutions; 1 to 3 as TIFF has it.
        resolution, x_resolution, y_resolution : float, optional
            Pixels per unit.
        dpi : tuple of float, optional
            Pixels per inch, horizontal and vertical.
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are; tags in `exif` that describe pixels are left out.

        Raises
        ------
        EncodeError
            For an array that TIFF (through Pillow) cannot hold, or not with this compression.
        """
        held = self._held(metadata)
        options = _coding(compression, quality, strip_size)
        tags = tags_of(exif or held.pop("exif", None), xmp or held.pop("xmp", None), tiffinfo)
        picture = self._image(image, mode)
        directories = None
        if tags is not None:
            directories = directories_of(tags, b"MM" if picture.mode == "I;16B" else b"II")
            options["tiffinfo"] = tags
        options |= _resolution(held)
        options |= given(
            description=description,
            software=software,
            date_time=date_time,
            artist=artist,
            copyright=copyright,
            resolution_unit=_UNITS.get(resolution_unit, resolution_unit),
            resolution=resolution,
            x_resolution=x_resolution,
            y_resolution=y_resolution,
            dpi=dpi,
            icc_profile=icc_profile,
        )
        if dpi is None and {resolution, x_resolution, y_resolution} != {None}:
            options.pop("dpi", None)
        self._add(self._encoded(picture, options), directories, big_tiff)

    def close(self) -> None:
        """Every page is written already."""

    def _add(self, page: bytes, directories: bytes | None, big: bool | None) -> None:
        if self._assembler is None:
            self._big = bool(big)
            self._assembler = TiffAssembler(self._target.open(), big=self._big)
        elif big is not None and big != self._big:
            raise OptionError(f"big_tiff={big}: it was {self._big} for the pages before")
        try:
            self._assembler.add(page, directories=directories)
        except ValueError as error:
            raise self._refuse(str(error)) from None


_UNITS: dict[Any, int] = {"inch": 2, "cm": 3, "centimeter": 3}


def _coding(compression: str | None, quality: int | None, strip_size: int | None) -> Options:
    """Return the options of the encoder; Pillow takes a name that it does not know for none."""
    if compression in _PLAIN:
        if quality is not None or strip_size is not None:
            raise OptionError("quality= and strip_size= are for pages that are compressed")
        return {}
    name = _ALIASES.get(str(compression), str(compression))
    if name not in _COMPRESSIONS:
        raise OptionError(f"compression={compression!r}: there are {', '.join(_COMPRESSIONS)}")
    if quality is not None and name not in ("jpeg", "tiff_jpeg"):
        raise OptionError(f"quality={quality!r} is for compression='jpeg', not {compression!r}")
    return {"compression": name} | given(quality=quality, strip_size=strip_size)


def _resolution(held: Options) -> Options:
    """Return metadata as options: a resolution in pixels per nothing in particular stays that."""
    pair = held.pop("resolution", None)
    if pair is not None and "dpi" not in held:
        x, y = pair
        return held | {"x_resolution": x, "y_resolution": y, "resolution_unit": 1}
    return held
