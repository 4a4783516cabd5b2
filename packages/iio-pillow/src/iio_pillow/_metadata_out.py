"""Metadata on its way into a file: what the format holds, and a warning for the rest."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from typing import Any

from iio_core import MetadataWarning

__all__ = ["saving"]

# What reading reports of the encoding itself: writing decides it anew.
_DERIVED = frozenset(
    {
        "mode",
        "shape",
        "palette",
        "transparency",
        "background",
        "version",
        "extension",
        "compression",
        "interlace",
        "default_image",
        "bbox",
        "blend",
        "disposal",
        "disposals",
        "durations",
        "adobe",
        "adobe_transform",
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
        "mp",
        "mpoffset",
        "chromaticity",
        "bit_depth",
        "photoshop",
        "dpi_x",
        "sizes",
        "timestamp",
        "primary",
        "thumbnails",
        "depth_images",
        "aux",
        "srgb",
        "quality",
        "wav",
    }
)
# TIFF tags (TIFF 6.0, section 8) that say how the pixels are stored.
_STRUCTURE = frozenset(
    {
        "NewSubfileType",
        "SubfileType",
        "ImageWidth",
        "ImageLength",
        "BitsPerSample",
        "Compression",
        "PhotometricInterpretation",
        "Thresholding",
        "CellWidth",
        "CellLength",
        "FillOrder",
        "StripOffsets",
        "SamplesPerPixel",
        "RowsPerStrip",
        "StripByteCounts",
        "MinSampleValue",
        "MaxSampleValue",
        "XResolution",
        "YResolution",
        "PlanarConfiguration",
        "FreeOffsets",
        "FreeByteCounts",
        "GrayResponseUnit",
        "GrayResponseCurve",
        "T4Options",
        "T6Options",
        "ResolutionUnit",
        "TransferFunction",
        "Predictor",
        "ColorMap",
        "HalftoneHints",
        "TileWidth",
        "TileLength",
        "TileOffsets",
        "TileByteCounts",
        "SubIFDs",
        "ExtraSamples",
        "SampleFormat",
        "SMinSampleValue",
        "SMaxSampleValue",
        "JPEGTables",
        "YCbCrCoefficients",
        "YCbCrSubSampling",
        "YCbCrPositioning",
        "ReferenceBlackWhite",
        "ExifOffset",
        "GPSInfo",
        "ExifInteroperabilityOffset",
        "JpegIFOffset",
        "JpegIFByteCount",
        "ExifImageWidth",
        "ExifImageHeight",
        "ComponentsConfiguration",
    }
)


def saving(
    metadata: Mapping[str, Any], holds: Collection[str], format: str, *, number: int = 0
) -> dict[str, Any]:
    """Return metadata as the options that Pillow takes when it saves.

    Parameters
    ----------
    metadata : mapping
        As reading returned it, changed or not.
    holds : collection of str
        What the format can hold: ``dpi``, ``icc_profile``, ``exif`` (and with it EXIF tags by
        name), ``xmp``, ``comment``, ``gamma``, ``duration``, ``loop``, and ``text`` for a
        format that takes any name with a string.
    format : str
        Its name, for the warning.
    number : int
        Which image of the file it is for, where there is a list with an entry for each.

    Warns
    -----
    MetadataWarning
        Names what the format cannot hold.
    """
    options: dict[str, Any] = {}
    tags: dict[int, Any] = {}
    text: dict[str, Any] = {}
    lost = []
    for name, value in metadata.items():
        if name in holds and name != "text":
            options[name] = value
        elif name in _DERIVED or name in _STRUCTURE:
            continue
        elif "exif" in holds and (tag := _tag(name)) is not None:
            tags[tag] = value
        elif "text" in holds and isinstance(value, str):
            text[name] = value
        else:
            lost.append(name)
    durations = metadata.get("durations")
    if "duration" in holds and durations is not None and number < len(durations):
        options["duration"] = durations[number]
    if tags:
        options["exif"] = _exif(options.get("exif", b""), tags)
    if text:
        options["text"] = text
    if lost and number == 0:
        warnings.warn(
            f"{format} cannot hold this metadata, which is left out: {', '.join(sorted(lost))}",
            MetadataWarning,
            stacklevel=2,
        )
    return options


_by_name: dict[str, int] = {}


def _tag(name: str) -> int | None:
    """Return the number of the EXIF tag of this name."""
    if not _by_name:
        from PIL.ExifTags import TAGS

        _by_name.update({text: number for number, text in TAGS.items()})
    if name.startswith("0x"):
        try:
            return int(name, 16)
        except ValueError:
            return None
    return _by_name.get(name)


def _exif(packet: bytes, tags: Mapping[int, Any]) -> bytes:
    """Return an EXIF packet in which the tags have these values."""
    from PIL import Image
    from PIL.ExifTags import IFD

    data = Image.Exif()
    if packet:
        data.load(packet)
    inner = data.get_ifd(IFD.Exif)
    for tag, value in tags.items():
        # Tags that the packet has in its Exif directory stay there (Exif 2.32, section 4.6.5).
        if tag in inner or (0x829A <= tag <= 0xA500 and tag not in data and tag != 0x8769):
            inner[tag] = value
        else:
            data[tag] = value
    return data.tobytes()
