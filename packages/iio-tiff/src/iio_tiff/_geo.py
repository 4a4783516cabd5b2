"""GeoTIFF: where on earth the pixels are (OGC GeoTIFF Standard 1.1, OGC 19-008r4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

__all__ = ["geo_of"]

_USER_DEFINED = 32767
_PIXEL_IS_POINT = 2


def geo_of(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys, the coordinate system as text, and the transform.

    ``transform`` is ``(a, b, c, d, e, f)``: column and row of a pixel's upper left corner are at
    ``x = a * column + b * row + c``, ``y = d * column + e * row + f``.
    """
    found: dict[str, Any] = {name: _plain(value) for name, value in keys.items()}
    if crs := _crs(found):
        found["crs"] = crs
    transform = _transform(found)
    if transform is not None:
        if found.get("GTRasterTypeGeoKey") == _PIXEL_IS_POINT:  # coordinates are of the center
            a, b, c, d, e, f = transform
            transform = (a, b, c - (a + b) / 2, d, e, f - (d + e) / 2)
        found["transform"] = transform
    return found


def _plain(value: Any) -> Any:
    return int(value.value) if isinstance(value, Enum) else value


def _crs(keys: Mapping[str, Any]) -> str:
    """Return a code of EPSG where there is one, else the citation (section 7.4)."""
    for name in ("ProjectedCSTypeGeoKey", "GeographicTypeGeoKey"):
        code = keys.get(name)
        if isinstance(code, int) and 0 < code < _USER_DEFINED:
            return f"EPSG:{code}"
    for name in ("PCSCitationGeoKey", "GTCitationGeoKey", "GeogCitationGeoKey"):
        if isinstance(text := keys.get(name), str) and text:
            return text
    return ""


def _transform(keys: Mapping[str, Any]) -> tuple[float, ...] | None:
    """Return the affine transform, section 7.1 (ModelTransformation, or scale and tie point)."""
    matrix = _numbers(keys.get("ModelTransformation"))
    if len(matrix) >= 8:
        return (matrix[0], matrix[1], matrix[3], matrix[4], matrix[5], matrix[7])
    scale = _numbers(keys.get("ModelPixelScale"))
    tie = _numbers(keys.get("ModelTiepoint"))
    if len(scale) < 2 or len(tie) < 6:
        return None
    column, row, _, x, y, _ = tie[:6]
    return (scale[0], 0.0, x - column * scale[0], 0.0, -scale[1], y + row * scale[1])


def _numbers(value: Any) -> list[float]:
    flat: list[float] = []
    for item in value if isinstance(value, list | tuple) else ():
        if isinstance(item, list | tuple):
            flat += _numbers(item)
        elif isinstance(item, int | float):
            flat.append(float(item))
    return flat
