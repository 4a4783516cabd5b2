"""EXIF: the tags of a small TIFF by their names, and the orientation among them.

Exif 2.32 (CIPA DC-008-2019), section 4.5 Basic structure, 4.6 Tags;
TIFF Revision 6.0, section 2 TIFF Structure.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import Any

__all__ = ["PREFIX", "bare", "described", "orientation_of", "prefixed", "without_orientation"]

PREFIX = b"Exif\0\0"
_ORIENTATION = 0x0112
_EXIF, _GPS = 0x8769, 0x8825
_MOST = 1000  # entries of a directory; more are noise

# Type: bytes of a value, and its letter for struct. 5 and 10 are two numbers each.
_TYPES = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 7: "s", 8: "h", 9: "i", 10: "ii"}
_TYPES |= {11: "f", 12: "d"}
_BYTES = (2, 7)  # text, and what has a structure of its own
_NUMBERS = 1 << 16  # of a value; more are noise


def described(exif: bytes) -> dict[str, Any]:
    """Return the tags by name; those of GPS in a dictionary of their own.

    What cannot be understood is left out: the bytes themselves are in the metadata as well.
    """
    data = bare(exif)
    order = _order(data)
    if order is None:
        return {}
    found: dict[str, Any] = {}
    places: dict[int, int] = {}
    for tag, value in _directory(data, order, _first(data, order)):
        if tag in (_EXIF, _GPS):
            if isinstance(value, int):
                places[tag] = value
        else:
            found[TAGS.get(tag, f"0x{tag:04x}")] = value
    for tag, value in _directory(data, order, places.get(_EXIF, 0)):
        found.setdefault(TAGS.get(tag, f"0x{tag:04x}"), value)
    gps = {
        GPS_TAGS.get(tag, f"0x{tag:04x}"): value
        for tag, value in _directory(data, order, places.get(_GPS, 0))
    }
    return found | ({"GPSInfo": gps} if gps else {})


def orientation_of(exif: bytes) -> int:
    """Return the orientation, 1 to 8; 1 (upright) if there is none."""
    data = bare(exif)
    order = _order(data)
    if order is None:
        return 1
    tags = dict(_directory(data, order, _first(data, order)))
    value = tags.get(_ORIENTATION, 1)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def without_orientation(exif: bytes) -> bytes:
    """Return the same bytes with the orientation set to upright."""
    data = bytearray(bare(exif))
    order = _order(bytes(data))
    if order is None:
        return exif
    at = _first(bytes(data), order)
    count = _number(bytes(data), order, at, "H") or 0
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST), 12):
        if _number(bytes(data), order, entry, "H") == _ORIENTATION and entry + 12 <= len(data):
            data[entry + 2 : entry + 12] = struct.pack(f"{order}HIHH", 3, 1, 1, 0)
    return exif[: len(exif) - len(data)] + bytes(data)


def prefixed(exif: bytes) -> bytes:
    """Return EXIF with the six bytes that JPEG has in front of it."""
    return PREFIX + bare(exif)


def bare(exif: bytes) -> bytes:
    """Return EXIF without the six bytes that JPEG has in front of it."""
    return exif[6:] if exif[:6] == PREFIX else exif


def _order(data: bytes) -> str | None:
    return {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])


def _first(data: bytes, order: str) -> int:
    return _number(data, order, 4, "I") or 0


def _number(data: bytes, order: str, at: int, kind: str) -> int | None:
    size = struct.calcsize(order + kind)
    if at < 0 or at + size > len(data):
        return None
    number: int = struct.unpack_from(order + kind, data, at)[0]
    return number


def _directory(data: bytes, order: str, at: int) -> Iterator[tuple[int, Any]]:
    """Yield the tags of a directory with their values."""
    count = (_number(data, order, at, "H") or 0) if at else 0
    left = len(data)  # values that lie apart from each other cannot be more
    for entry in range(at + 2, at + 2 + 12 * min(count, _MOST), 12):
        if entry + 12 > len(data):
            return
        tag, kind, length = struct.unpack_from(f"{order}HHI", data, entry)
        letters = _TYPES.get(kind)
        if letters is None:
            continue
        size = struct.calcsize(f"{order}{letters}") * length
        start = entry + 8 if size <= 4 else _number(data, order, entry + 8, "I") or 0
        if size > left or start + size > len(data) or (kind not in _BYTES and length > _NUMBERS):
            continue
        left -= size
        value = _value(data[start : start + size], order, kind, letters, length)
        if value is not None:
            yield tag, value


def _value(raw: bytes, order: str, kind: int, letters: str, length: int) -> Any:
    if kind == 2:
        return raw.rstrip(b"\0").decode("utf-8", "replace")
    if kind == 7:
        return raw
    numbers: tuple[Any, ...] = struct.unpack(f"{order}{length * len(letters)}{letters[0]}", raw)
    if len(letters) == 2:
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        numbers = tuple(n / d if d else math.nan for n, d in pairs)
    return None if not numbers else numbers[0] if len(numbers) == 1 else numbers


TAGS = {
    0x0100: "ImageWidth",
    0x0101: "ImageLength",
    0x0102: "BitsPerSample",
    0x0103: "Compression",
    0x0106: "PhotometricInterpretation",
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0112: "Orientation",
    0x0115: "SamplesPerPixel",
    0x011A: "XResolution",
    0x011B: "YResolution",
    0x0128: "ResolutionUnit",
    0x0131: "Software",
    0x0132: "DateTime",
    0x013B: "Artist",
    0x013E: "WhitePoint",
    0x013F: "PrimaryChromaticities",
    0x0213: "YCbCrPositioning",
    0x4746: "Rating",
    0x8298: "Copyright",
    0x829A: "ExposureTime",
    0x829D: "FNumber",
    0x8822: "ExposureProgram",
    0x8827: "ISOSpeedRatings",
    0x8830: "SensitivityType",
    0x9000: "ExifVersion",
    0x9003: "DateTimeOriginal",
    0x9004: "DateTimeDigitized",
    0x9010: "OffsetTime",
    0x9011: "OffsetTimeOriginal",
    0x9012: "OffsetTimeDigitized",
    0x9101: "ComponentsConfiguration",
    0x9201: "ShutterSpeedValue",
    0x9202: "ApertureValue",
    0x9203: "BrightnessValue",
    0x9204: "ExposureBiasValue",
    0x9205: "MaxApertureValue",
    0x9206: "SubjectDistance",
    0x9207: "MeteringMode",
    0x9208: "LightSource",
    0x9209: "Flash",
    0x920A: "FocalLength",
    0x9214: "SubjectLocation",
    0x927C: "MakerNote",
    0x9286: "UserComment",
    0x9290: "SubsecTime",
    0x9291: "SubsecTimeOriginal",
    0x9292: "SubsecTimeDigitized",
    0xA000: "FlashPixVersion",
    0xA001: "ColorSpace",
    0xA002: "ExifImageWidth",
    0xA003: "ExifImageHeight",
    0xA20E: "FocalPlaneXResolution",
    0xA20F: "FocalPlaneYResolution",
    0xA210: "FocalPlaneResolutionUnit",
    0xA215: "ExposureIndex",
    0xA217: "SensingMethod",
    0xA300: "FileSource",
    0xA301: "SceneType",
    0xA401: "CustomRendered",
    0xA402: "ExposureMode",
    0xA403: "WhiteBalance",
    0xA404: "DigitalZoomRatio",
    0xA405: "FocalLengthIn35mmFilm",
    0xA406: "SceneCaptureType",
    0xA420: "ImageUniqueID",
    0xA430: "CameraOwnerName",
    0xA431: "BodySerialNumber",
    0xA432: "LensSpecification",
    0xA433: "LensMake",
    0xA434: "LensModel",
    0xA435: "LensSerialNumber",
}
"""Numbers and names of the tags of TIFF and Exif."""

GPS_TAGS = {
    0: "GPSVersionID",
    1: "GPSLatitudeRef",
    2: "GPSLatitude",
    3: "GPSLongitudeRef",
    4: "GPSLongitude",
    5: "GPSAltitudeRef",
    6: "GPSAltitude",
    7: "GPSTimeStamp",
    12: "GPSSpeedRef",
    13: "GPSSpeed",
    16: "GPSImgDirectionRef",
    17: "GPSImgDirection",
    18: "GPSMapDatum",
    29: "GPSDateStamp",
}
"""Numbers and names of the tags of GPS."""
