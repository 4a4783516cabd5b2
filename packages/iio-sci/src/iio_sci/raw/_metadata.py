"""What LibRaw knows of a picture and its camera, by rawpy's names."""

from __future__ import annotations

from typing import Any

import numpy as np
import rawpy

__all__ = ["camera_of"]

_PLAIN = (
    *("num_colors", "white_level", "camera_white_level_per_channel", "black_level_per_channel"),
    *("camera_whitebalance", "daylight_whitebalance", "auto_whitebalance"),
)
_ARRAYS = ("color_matrix", "rgb_xyz_matrix", "raw_pattern")
_GROUPS = ("lens", "other")


def camera_of(raw: rawpy.RawPy, sizes: Any) -> dict[str, Any]:
    """Return what LibRaw has found out, without what it leaves empty."""
    found: dict[str, Any] = {"color_desc": _text(raw.color_desc)}
    for name in _PLAIN:
        found[name] = _value(getattr(raw, name, None))
    for name in _ARRAYS:
        array = None if name == "raw_pattern" and raw.num_colors == 1 else getattr(raw, name, None)
        found[name] = array.tolist() if isinstance(array, np.ndarray) and array.any() else None
    for name in _GROUPS:
        group = getattr(raw, name, None)
        fields = getattr(group, "_fields", ())
        values = {field: _value(getattr(group, field)) for field in fields}
        found |= {f"{name}_{field}": value for field, value in values.items() if value}
    found |= {name: getattr(sizes, name) for name in sizes._fields}
    return {name: value for name, value in found.items() if value is not None}


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace")


def _value(value: Any) -> Any:
    """Return a value that can be shown and saved: a time as ISO 8601 has it."""
    if hasattr(value, "isoformat"):
        return value.isoformat() if value.timestamp() else None
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value
