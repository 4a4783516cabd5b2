"""Metadata on its way into a file: what the format holds, and a warning for the rest."""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Mapping, MutableMapping, Sequence, Sized
from numbers import Real
from typing import TYPE_CHECKING, Any

from iio_core import MetadataWarning, warn

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["EXIF_GROUP", "exif_with", "saving", "tag_number", "upright"]

# What reading reports of the encoding itself: writing decides it anew.
_DERIVED = frozenset(
    {
        *("mode", "shape", "palette", "background", "version", "extension"),
        *("compression", "interlace", "default_image", "bbox", "blend", "disposal", "disposals"),
        *("adobe", "adobe_transform", "jfif", "jfif_version", "jfif_unit", "jfif_density"),
        *("progressive", "progression", "mp", "mpoffset", "bit_depth", "sizes", "timestamp"),
        *("srgb", "chroma", "tiling", "nclx_profile", "icc_profile_type", "primary"),
        *("orientation", "original_orientation"),
    }
)
# TIFF tags (TIFF 6.0, section 8) that say how the pixels are stored.
_STRUCTURE = frozenset(
    {
        *("NewSubfileType", "SubfileType", "ImageWidth", "ImageLength", "BitsPerSample"),
        *("Compression", "PhotometricInterpretation", "Thresholding", "CellWidth", "CellLength"),
        *("FillOrder", "StripOffsets", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts"),
        *("MinSampleValue", "MaxSampleValue", "XResolution", "YResolution", "ResolutionUnit"),
        *("PlanarConfiguration", "FreeOffsets", "FreeByteCounts", "GrayResponseUnit"),
        *("GrayResponseCurve", "T4Options", "T6Options", "TransferFunction", "Predictor"),
        *("ColorMap", "HalftoneHints", "TileWidth", "TileLength", "TileOffsets"),
        *("TileByteCounts", "SubIFDs", "ExtraSamples", "SampleFormat", "SMinSampleValue"),
        *("SMaxSampleValue", "JPEGTables", "YCbCrCoefficients", "YCbCrSubSampling"),
        *("YCbCrPositioning", "ReferenceBlackWhite", "ExifOffset", "JpegIFOffset"),
        *("ExifInteroperabilityOffset", "JpegIFByteCount", "ExifImageWidth", "ExifImageHeight"),
        *("ComponentsConfiguration",),
    }
)


# Other names of the same: of chunks of PNG, of tags of TIFF.
_ALIASES = {"XML:com.adobe.xmp": "xmp", "XMLPacket": "xmp", "InterColorProfile": "icc_profile"}
# What Pillow raises for a value that is not of its tag's type, or a packet that it cannot read.
_UNFIT = (
    *(struct.error, TypeError, ValueError, LookupError, AttributeError, SyntaxError),
    *(ArithmeticError, OSError),
)
_GPS = 0x8825
_X_RESOLUTION, _Y_RESOLUTION, _UNIT = 0x011A, 0x011B, 0x0128

EXIF_GROUP = "EXIF_MAIN"
"""Where imageio 2.9 has the EXIF tags, together in a dictionary."""


def saving(
    metadata: Mapping[str, Any],
    holds: Collection[str],
    format: str,
    *,
    number: int = 0,
    told: set[str] | None = None,
    file: str = "",
) -> dict[str, Any]:
    """Return metadata as the options that Pillow takes when it saves.

    Parameters
    ----------
    metadata : mapping
        As reading returned it, changed or not.
    holds : collection of str
        What the format can hold: ``dpi``, ``icc_profile``, ``exif`` (and with it EXIF tags by
        name), ``xmp``, ``comment``, ``gamma``, ``duration``, ``loop`` and so on, and ``text``
        for a format that takes any name with a string.
    format : str
        Its name, for the warning.
    number : int
        Which image of the file it is for, where there is a list with an entry for each.
    told : set of str, optional
        What was warned of already; what is warned of now is added.
    file : str
        What is written, for the warning.

    Warns
    -----
    MetadataWarning
        Names what the format cannot hold.
    """
    if isinstance(group := metadata.get(EXIF_GROUP), Mapping):
        # The same tags once more; who changes them in imageio's way does it there.
        metadata = {k: v for k, v in metadata.items() if k != EXIF_GROUP} | dict(group)
    if "duration" in holds:
        metadata = _timed(metadata)
    found = _Sorted(metadata, holds)
    for name, value in metadata.items():
        if isinstance(name, str):
            found.add(_ALIASES.get(name, name), value)
        else:
            found.lost.append(f"{name!r} (no string)")
    options = found.gathered()
    durations = metadata.get("durations")
    if "duration" in holds and isinstance(durations, Sequence) and number < len(durations):
        options["duration"] = durations[number]
    _warn_of(found.lost, format, told, file)
    return options


def _timed(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return metadata of a video with how long a frame is shown; any other as it is.

    What says how many frames a second has is a video, whose duration is that of the whole, and in
    seconds.
    """
    fps = metadata.get("fps")
    if isinstance(fps, bool) or not isinstance(fps, Real) or not 0 < float(fps) < math.inf:
        return metadata
    rest = {k: v for k, v in metadata.items() if k not in ("fps", "duration")}
    return rest | {"duration": 1000 / float(fps)}


class _Sorted:
    """Metadata, sorted into what a format has a place for, and what it has not."""

    def __init__(self, metadata: Mapping[str, Any], holds: Collection[str]) -> None:
        self._options: dict[str, Any] = {}
        self.lost: list[str] = []
        self._tags: dict[int, Any] = {}
        self._text: dict[str, Any] = {}
        self._metadata = metadata
        self._holds = holds

    def add(self, name: str, value: Any) -> None:
        """Sort one in."""
        holds = self._holds
        if _says_nothing(name, value, self._metadata, holds) or name in self._options:
            return
        if name == "durations" and "duration" in holds and isinstance(value, Sequence):
            return  # that of this image is taken from them
        if name == "exif" and name in holds and not is_exif(value):
            self.lost.append("exif (its value is not EXIF data)")
        elif name in holds and name != "text":
            self._options[name] = self._metadata.get(name, value)
        elif "exif" in holds and self._add_tag(name, value):
            pass
        elif "text" in holds and isinstance(value, str):
            self._text[name] = value
        else:
            self.lost.append(name)

    def gathered(self) -> dict[str, Any]:
        """Return the options, the tags and texts among them."""
        if self._tags:
            self.lost += _add_tags(self._options, self._tags)
        if self._text:
            self._options["text"] = self._text
        return self._options

    def _add_tag(self, name: str, value: Any) -> bool:
        """Take what EXIF has a tag for; tell whether it has."""
        if name == "dpi" and _is_pair(value):
            self._tags |= {_X_RESOLUTION: value[0], _Y_RESOLUTION: value[1], _UNIT: 2}
            return True
        if name == "GPSInfo":
            place, unknown = _gps(value)
            self.lost += unknown
            self._tags |= {_GPS: place} if place else {}
            return True
        tag = tag_number(name)
        if tag is None or not _fits(tag, value):
            return False
        self._tags[tag] = value
        return True


def _warn_of(lost: Collection[str], format: str, told: set[str] | None, file: str) -> None:
    """Warn of what is lost and has not been told."""
    new = sorted(set(lost) - (told or set()))
    if not new:
        return
    if told is not None:
        told.update(new)
    message = f"{format} cannot hold this metadata, which is left out: {', '.join(new)}"
    warn(f"{file}: {message}" if file else message, MetadataWarning)


def is_exif(value: Any) -> bool:
    """Tell whether a value looks like EXIF data: a TIFF header, after ``Exif`` or not."""
    from PIL import Image

    if isinstance(value, Image.Exif):
        return True
    if not isinstance(value, bytes | bytearray | memoryview):
        return False
    return bytes(value[:10]).removeprefix(b"Exif\0\0")[:4] in (b"II*\0", b"MM\0*")


def _is_pair(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes) and len(value) == 2


def _add_tags(options: dict[str, Any], tags: Mapping[int, Any]) -> list[str]:
    """Put tags into the EXIF packet among the options; return what cannot be stored."""
    from PIL.ExifTags import TAGS

    given = options.get("exif", b"")
    packet = bytes(given.tobytes() if hasattr(given, "tobytes") else given)
    try:
        options["exif"] = exif_with(packet, tags)
        return []
    except _UNFIT:
        pass
    fit = {tag: value for tag, value in tags.items() if _is_storable(tag, value)}
    lost = [f"{TAGS.get(tag, tag)} (a value of the wrong kind)" for tag in tags if tag not in fit]
    if not fit:
        return lost
    try:
        options["exif"] = exif_with(packet, fit)
    except _UNFIT:
        options["exif"] = exif_with(b"", fit)
        lost.append("exif (it is damaged)")
    return lost


def _is_storable(tag: int, value: Any) -> bool:
    try:
        exif_with(b"", {tag: value})
    except _UNFIT:
        return False
    return True


def upright(
    packet: bytes | Image.Exif, format: str, told: set[str], file: str
) -> bytes | Image.Exif:
    """Return an EXIF packet without its orientation; warn if there is one.

    For an encoder that turns the pixels instead of storing it.
    """
    from PIL import Image

    from ._orientation import TAG

    data = Image.Exif()
    data.load(packet if isinstance(packet, bytes) else bytes(packet.tobytes()))
    if data.get(TAG, 1) == 1:
        return packet
    del data[TAG]
    if "Orientation" not in told:
        told.add("Orientation")
        warn(
            f"{file}: {format} (through Pillow) cannot hold pixels that are turned when they are "
            "shown: Orientation is left out, the pixels are stored as they are. Turn them before",
            MetadataWarning,
        )
    return data.tobytes()


def _says_nothing(
    name: str, value: Any, metadata: Mapping[str, Any], holds: Collection[str]
) -> bool:
    """Tell whether there is nothing to write, and so nothing to lose."""
    if name in _DERIVED or name in _STRUCTURE:
        return True
    if value is None or (isinstance(value, Sized) and not len(value)):
        return True
    if name == "transparency":
        # Of a palette it is applied, or is of indices that are not written.
        return isinstance(value, bytes) or metadata.get("mode") in ("P", "PA")
    if name != "loop" or "loop" in holds:
        return False
    # Readers of stills report how often these are played, which is once; and what has durations
    # but no count is played forever.
    times = metadata.keys() & {"duration", "durations"}
    return not times or (value == 0 and "duration" in holds)


_by_name: dict[str, int] = {}


def tag_number(name: str) -> int | None:
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


def _fits(tag: int, value: Any) -> bool:
    """Tell whether Pillow can write a value: text beyond ASCII only into tags that it knows."""
    from PIL import TiffTags

    if not isinstance(value, str) or value.isascii():
        return True
    return TiffTags.lookup(tag).type == TiffTags.ASCII


def exif_with(packet: bytes, tags: Mapping[int, Any]) -> bytes:
    """Return an EXIF packet in which the tags have these values.

    A packet that has them already is returned as it is, with the thumbnail and the maker's notes
    that would not survive a change.
    """
    from PIL import Image
    from PIL.ExifTags import IFD

    data = Image.Exif()
    if packet:
        data.load(packet)
    inner, place = data.get_ifd(IFD.Exif), data.get_ifd(IFD.GPSInfo)
    changed = False
    for tag, value in tags.items():
        if tag == IFD.GPSInfo:
            changed |= _update(place, _gps(value)[0])
        elif tag in inner or (0x829A <= tag <= 0xA500 and tag not in data):
            # Tags that belong to the Exif directory (Exif 2.32, section 4.6.5).
            changed |= _update(inner, {tag: value})
        else:
            changed |= _update(data, {tag: value})
    if not changed and packet:
        return packet
    for number, directory in ((IFD.Exif, inner), (IFD.GPSInfo, place)):
        if directory:
            data[number] = directory
    return data.tobytes()


def _update(directory: MutableMapping[int, Any], values: Mapping[int, Any]) -> bool:
    """Set values in a directory; tell whether any of them is new."""
    changed = False
    for tag, value in values.items():
        stored = value
        if isinstance(value, str) and not value.isascii():
            # Pillow writes question marks for text beyond ASCII, but bytes as they are.
            stored = value.encode()
        as_read = stored.decode("latin-1") if isinstance(stored, bytes) else stored
        if directory.get(tag) not in (value, as_read):
            directory[tag] = stored
            changed = True
    return changed


def _gps(values: Any) -> tuple[dict[int, Any], list[str]]:
    """Return the tags of a GPS directory by number, and what is none of them."""
    from PIL.ExifTags import GPSTAGS

    if not isinstance(values, Mapping):
        return {}, ["GPSInfo (no mapping)"]
    numbers: dict[Any, int] = {name: number for number, name in GPSTAGS.items()}
    numbers |= {number: number for number in GPSTAGS}
    known = {numbers[name]: value for name, value in values.items() if name in numbers}
    return known, [f"GPSInfo: {name!r}" for name in values if name not in numbers]
