"""The tags of Exif and TIFF/EP that raw files have, by their names.

LibRaw keeps them to itself. They stand in TIFF directories (Exif 2.32, section 4.6): the file's own
for most cameras, elsewhere inside of it for Canon's CR3 (boxes CMT1, CMT2), Fujifilm (in the JPEG)
and Minolta (in the block TTW). What is damaged is left out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

__all__ = ["entries", "number_list", "tags_of"]

_MAIN = {
    270: "ImageDescription",
    271: "Make",
    272: "Model",
    274: "Orientation",
    305: "Software",
    306: "DateTime",
    315: "Artist",
    33432: "Copyright",
    50706: "DNGVersion",
    50708: "UniqueCameraModel",
    50735: "CameraSerialNumber",
}
_EXIF = {
    33434: "ExposureTime",
    33437: "FNumber",
    34850: "ExposureProgram",
    34855: "ISOSpeedRatings",
    36867: "DateTimeOriginal",
    36868: "DateTimeDigitized",
    36881: "OffsetTimeOriginal",
    37377: "ShutterSpeedValue",
    37378: "ApertureValue",
    37380: "ExposureBiasValue",
    37381: "MaxApertureValue",
    37383: "MeteringMode",
    37384: "LightSource",
    37385: "Flash",
    37386: "FocalLength",
    41987: "WhiteBalance",
    41989: "FocalLengthIn35mmFilm",
    42033: "BodySerialNumber",
    42034: "LensSpecification",
    42035: "LensMake",
    42036: "LensModel",
    42037: "LensSerialNumber",
}
_GPS = {
    1: "GPSLatitudeRef",
    2: "GPSLatitude",
    3: "GPSLongitudeRef",
    4: "GPSLongitude",
    5: "GPSAltitudeRef",
    6: "GPSAltitude",
    7: "GPSTimeStamp",
    29: "GPSDateStamp",
}
_NAMES = {**_MAIN, **_EXIF}
_POINTERS = {34665: _NAMES, 34853: _GPS}
_FORMATS = {1: "B", 2: "s", 3: "H", 4: "I", 5: "II", 6: "b", 8: "h", 9: "i", 10: "ii", 11: "f"}
_FORMATS |= {12: "d"}
_ENTRIES = 512  # of a directory that are looked at
_LONGEST = 1 << 16  # bytes of a value
_BOXES = 256


def tags_of(data: bytes) -> dict[str, Any]:
    """Return the tags of a raw file by their names; rationals as floats."""
    found: dict[str, Any] = {}
    for start in _places(data):
        for name, value in _directory(data, start, _NAMES):
            found.setdefault(name, value)
    return found


def _places(data: bytes) -> Iterator[int]:
    """Yield where TIFF structures begin."""
    if data[:2] in (b"II", b"MM") and data[6:14] != b"HEAPCCDR":
        yield 0
    elif data[4:12] == b"ftypcrx ":
        yield from (at for name, at, _ in _boxes(data) if name in (b"CMT1", b"CMT2", b"CMT4"))
    elif data.startswith(b"FUJIFILMCCD-RAW") and len(data) > 92:
        at = struct.unpack_from(">I", data, 84)[0]
        if data[at : at + 4] == b"\xff\xd8\xff\xe1" and data[at + 6 : at + 12] == b"Exif\0\0":
            yield at + 12
    elif data.startswith(b"\0MRM"):
        at = data.find(b"\0TTW", 0, 4096)
        if at >= 0:
            yield at + 8


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes of an ISO base media file (ISO 14496-12, section 4.2) down to Canon's own."""
    todo = [(0, len(data))]
    for _ in range(_BOXES):
        if not todo:
            return
        at, end = todo.pop()
        if at + 8 > end:
            continue
        size, name = struct.unpack_from(">I4s", data, at)
        size = end - at if size == 0 else size
        if size < 8:
            continue
        todo.append((at + size, end))
        if name == b"moov":
            todo.append((at + 8, min(end, at + size)))
        elif name == b"uuid":
            todo.append((at + 24, min(end, at + size)))
        else:
            yield name, at + 8, size - 8


def _directory(data: bytes, start: int, names: dict[int, str]) -> Iterator[tuple[str, Any]]:
    """Yield the tags of the first directory of a TIFF structure, and of those that it points to."""
    order = {b"II": "<", b"MM": ">"}.get(data[start : start + 2])
    if order is None or start + 8 > len(data):
        return
    todo = [(struct.unpack_from(f"{order}I", data, start + 4)[0], names)]
    for _ in range(3):  # the directory itself, Exif's, that of GPS
        if not todo:
            return
        offset, names = todo.pop()
        for tag, kind, count, place in entries(data, start, offset, order):
            value = _value(data, start, order, kind, count, place)
            if tag in _POINTERS and isinstance(value, int):
                todo.append((value, _POINTERS[tag]))
            elif tag in names and value is not None:
                yield names[tag], value


def entries(
    data: bytes, start: int, offset: int, order: str
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the entries of a directory: tag, type, count, and where the value or its offset is.

    Parameters
    ----------
    data : bytes
        The file.
    start : int
        Where the TIFF structure begins, from where it counts its offsets.
    offset : int
        Where the directory is, counted from there.
    order : str
        ``"<"`` or ``">"``.
    """
    at = start + offset
    if at + 2 > len(data):
        return
    total = min(struct.unpack_from(f"{order}H", data, at)[0], _ENTRIES)
    for number in range(total):
        place = at + 2 + 12 * number
        if place + 12 > len(data):
            return
        tag, kind, count = struct.unpack_from(f"{order}HHI", data, place)
        yield tag, kind, count, place + 8


def number_list(data: bytes, order: str, kind: int, count: int, place: int) -> list[int]:
    """Return the whole numbers of an entry; those that stand behind the end are left out."""
    letters = {3: "H", 4: "I", 13: "I"}.get(kind)
    if letters is None:
        return []
    size = struct.calcsize(f"{order}{letters}")
    if size * count > 4:
        place = struct.unpack_from(f"{order}I", data, place)[0]
    count = max(0, min(count, (len(data) - place) // size, _LONGEST))
    return list(struct.unpack_from(f"{order}{letters * count}", data, place)) if count else []


def _value(data: bytes, start: int, order: str, kind: int, count: int, place: int) -> Any:
    letters = _FORMATS.get(kind)
    if letters is None or not 0 < count <= _LONGEST:
        return None
    size = struct.calcsize(f"{order}{letters}") * count
    if size > 4:
        place = start + int(struct.unpack_from(f"{order}I", data, place)[0])
    if size > _LONGEST or place + size > len(data):
        return None
    if kind == 2:
        return data[place : place + size].split(b"\0")[0].decode("utf-8", "replace").strip() or None
    values: tuple[Any, ...] = struct.unpack_from(f"{order}{letters * count}", data, place)
    if len(letters) == 2:
        pairs = zip(values[::2], values[1::2], strict=True)
        values = tuple(n / d if d else float("nan") for n, d in pairs)
    return values[0] if count == 1 else list(values)
