"""The types of OpenEXR's attributes (OpenEXR File Layout, section Predefined Attribute Types)."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

__all__ = ["COMPRESSIONS", "value_of"]

COMPRESSIONS = (
    *("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab"),
    *("htj2k256", "htj2k32"),
)
_PLAIN = {
    "int": "<i",
    "float": "<f",
    "double": "<d",
    "v2i": "<2i",
    "v2f": "<2f",
    "v2d": "<2d",
    "v3i": "<3i",
    "v3f": "<3f",
    "v3d": "<3d",
    "chromaticities": "<8f",
    "m33f": "<9f",
    "m33d": "<9d",
    "m44f": "<16f",
    "m44d": "<16d",
    "keycode": "<7i",
    "timecode": "<2I",
}
_NAMED = {
    "compression": COMPRESSIONS,
    "lineOrder": ("increasing y", "decreasing y", "random y"),
    "envmap": ("latlong", "cube"),
}
_MODES = ("one level", "mipmap", "ripmap")


def value_of(kind: str, data: bytes) -> Any:
    """Return the value of an attribute; None if it is damaged; bytes of a type that is unknown."""
    try:
        return _value(kind, data)
    except (struct.error, IndexError, ZeroDivisionError):
        return None


def _value(kind: str, data: bytes) -> Any:
    if kind in _PLAIN:
        values = struct.unpack(_PLAIN[kind], data)
        if kind.startswith("m"):
            width = 3 if "33" in kind else 4
            return [list(values[i : i + width]) for i in range(0, len(values), width)]
        return values[0] if len(values) == 1 else values
    if kind in ("box2i", "box2f"):
        left, top, right, bottom = struct.unpack(f"<4{kind[-1]}", data)
        return (left, top), (right, bottom)
    if kind == "string":
        return data.decode("utf-8", "replace")
    if kind == "stringvector":
        return _texts(data)
    if kind == "floatvector":
        return list(struct.unpack(f"<{len(data) // 4}f", data))
    if kind == "rational":
        return Fraction(*struct.unpack("<iI", data))
    if kind in _NAMED:
        return _NAMED[kind][data[0]]
    if kind == "tiledesc":
        across, down, mode = struct.unpack("<IIB", data)
        return {
            "size": (across, down),
            "mode": _MODES[mode & 15],
            "rounding": ("down", "up")[mode >> 4],
        }
    return data


def _texts(data: bytes) -> list[str]:
    found = []
    at = 0
    while at + 4 <= len(data):
        size = struct.unpack_from("<i", data, at)[0]
        if size < 0:
            raise IndexError(size)
        found.append(data[at + 4 : at + 4 + size].decode("utf-8", "replace"))
        at += 4 + size
    return found
