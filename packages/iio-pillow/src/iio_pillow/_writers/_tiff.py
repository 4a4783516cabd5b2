"""Writing TIFF and BigTIFF, a page at a time (TIFF Revision 6.0)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from PIL import TiffImagePlugin

from iio_core import EncodeError, OptionError, Target

from .._tiff_pages import TiffAssembler
from .._tiff_tags import described, tags_of
from ._base import Options, PillowWriter
from ._checks import Rule, flag, instance, number, one_of, several, text, whole

__all__ = ["TiffWriter"]

_LOSSLESS = ("packbits", "tiff_lzw", "tiff_adobe_deflate", "tiff_deflate", "lzma", "zstd")
_BILEVEL = ("tiff_ccitt", "group3", "group4")
_JPEG = ("jpeg", "tiff_jpeg")
_KNOWN = (*_LOSSLESS, *_BILEVEL, *_JPEG)
_JPEG_MODES = ("L", "LA", "RGB", "RGBX", "RGBA", "CMYK", "YCbCr", "LAB")
# Not offered, though Pillow has names for them: webp, tiff_thunderscan, tiff_sgilog, tiff_sgilog24,
# for which its libtiff has no encoder, and tiff_raw_16, which comes out wrong.
_ALIASES = {"lzw": "tiff_lzw", "deflate": "tiff_adobe_deflate", "zlib": "tiff_adobe_deflate"}
_PLAIN = {None, "none", "raw"}


class TiffWriter(PillowWriter):
    """Writes TIFF; each image is a page, with options and metadata of its own."""

    holds = frozenset({"dpi", "resolution", "icc_profile", "exif", "xmp"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "compression": one_of(*sorted({*_KNOWN, *_ALIASES, "none", "raw"})),
        "quality": whole(0, 100),
        "strip_size": whole(1, (1 << 31) - 1),
        "big_tiff": flag,
        "tiffinfo": instance(
            Mapping, TiffImagePlugin.ImageFileDirectory_v2, words="tags by number"
        ),
        **dict.fromkeys(("description", "software", "date_time", "artist", "copyright"), text),
        "resolution_unit": one_of(1, 2, 3, "inch", "cm", "centimeter"),
        **dict.fromkeys(("resolution", "x_resolution", "y_resolution"), number(0)),
    }
    held_rules: ClassVar[Mapping[str, Rule]] = {"resolution": several(2, number(0), "two numbers")}

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
            ``"lzma"``, ``"packbits"``, ``"jpeg"`` (8 bits a sample), ``"group3"``, ``"group4"`` or
            ``"tiff_ccitt"`` (bool); by default none.
        quality : int, optional
            0 to 100, for ``compression="jpeg"``.
        strip_size : int, optional
            About how many bytes are compressed together; 65536 by default.
        big_tiff : bool, optional
            Whether to write BigTIFF, for files of more than 4 GiB; said with the first page.
        tiffinfo : PIL.TiffImagePlugin.ImageFileDirectory_v2 or mapping, optional
            Further tags by number; those that describe how pixels are stored are left out.
        description, software, date_time, artist, copyright : str, optional
            The tags of these names.
        resolution_unit : {"inch", "cm"}, optional
            Of the resolutions; 1 to 3 as TIFF has it.
        resolution, x_resolution, y_resolution : float, optional
            Pixels per unit.
        dpi : tuple of float, optional
            Pixels per inch, horizontal and vertical.
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are, but for tags in `exif` that describe how pixels are stored.

        Raises
        ------
        EncodeError
            For an array that TIFF (through Pillow) cannot hold, or not with this compression.
        """
        self._given(compression=compression, quality=quality, strip_size=strip_size)
        self._given(big_tiff=big_tiff, resolution_unit=resolution_unit)
        held = self._held(metadata)
        picture = self._image(image, mode)
        coding = _coding(compression, quality, strip_size, picture.mode)
        self._given(exif=exif, xmp=xmp, tiffinfo=tiffinfo)
        packets = exif or held.pop("exif", None), xmp or held.pop("xmp", None)
        options = _resolution(held) | self._given(
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
        words = self._described(options, *packets, tiffinfo, picture.mode)
        self._add(self._encoded(picture, coding), words, big_tiff)

    def _described(
        self, options: Options, exif: Any, xmp: Any, tiffinfo: Any, mode: str
    ) -> bytes | None:
        try:
            tags = tags_of(exif, xmp, tiffinfo)
            options |= {} if tags is None else {"tiffinfo": tags}
            if not options:
                return None
            return described(options, b"MM" if mode == "I;16B" else b"II")
        except (OSError, ValueError, TypeError, RuntimeError, struct.error) as error:
            raise self._refuse(f"Pillow cannot write these tags to a TIFF: {error}") from error

    def close(self) -> None:
        """Every page is written already."""

    def _add(self, page: bytes, words: bytes | None, big: bool | None) -> None:
        if self._assembler is None:
            self._big = bool(big)
            self._assembler = TiffAssembler(self._target.open(), big=self._big)
        elif big is not None and big != self._big:
            raise OptionError(f"big_tiff={big}: it was {self._big} for the pages before")
        try:
            self._assembler.add(page, described_by=words)
        except ValueError as error:
            raise self._refuse(str(error)) from None


_UNITS: dict[Any, int] = {"inch": 2, "cm": 3, "centimeter": 3}


def _coding(
    compression: str | None, quality: int | None, strip_size: int | None, mode: str
) -> Options:
    """Return the options of the encoder.

    Pillow takes a name that it does not know for none; and where libtiff refuses what it is given,
    version 12 ends the process.
    """
    if compression in _PLAIN:
        if quality is not None or strip_size is not None:
            raise OptionError("quality= and strip_size= are for pages that are compressed")
        return {}
    name = _ALIASES.get(str(compression), str(compression))
    if quality is not None and name not in _JPEG:
        raise OptionError(f"quality={quality!r} is for compression='jpeg'")
    if (name in _BILEVEL and mode != "1") or (name in _JPEG and mode not in _JPEG_MODES):
        what = "bool" if name in _BILEVEL else "8 bits a sample"
        raise EncodeError(
            f"compression={compression!r} is for images of {what}, not of mode {mode}",
            plugin="pillow",
            format="TIFF",
        )
    sizes = {"quality": quality, "strip_size": strip_size}
    return {"compression": name} | {k: v for k, v in sizes.items() if v is not None}


def _resolution(held: Options) -> Options:
    """Return metadata as options: a resolution in pixels per nothing in particular stays that."""
    pair = held.pop("resolution", None)
    if pair is not None and "dpi" not in held:
        x, y = pair
        return held | {"x_resolution": x, "y_resolution": y, "resolution_unit": 1}
    return held
