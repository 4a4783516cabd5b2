"""What GDAL says of an image beside its pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["of_file", "of_image"]


def of_image(image: Any, numbers: Sequence[int]) -> dict[str, Any]:
    """Return the metadata of an image, by rasterio's names; what says nothing is left out.

    Parameters
    ----------
    image : rasterio.DatasetReader
        The image.
    numbers : sequence of int
        The numbers of its bands.
    """
    found: dict[str, Any] = {"driver": image.driver}
    if image.crs is not None:
        found["crs"] = image.crs.to_wkt()
    if not image.transform.is_identity:
        found["transform"] = tuple(image.transform)[:6]
        found["bounds"] = tuple(image.bounds)
    bands = [_of_band(image, number) for number in numbers]
    found["bands"] = bands
    if image.tags():
        found["tags"] = image.tags()
    points, _ = image.gcps
    if points:
        found["gcps"] = [(p.row, p.col, p.x, p.y, p.z) for p in points]
    return found


def _of_band(image: Any, number: int) -> dict[str, Any]:
    place = number - 1
    found: dict[str, Any] = {"band": number, "colorinterp": image.colorinterp[place].name}
    if image.nodatavals[place] is not None:
        found["nodata"] = image.nodatavals[place]
    for name, values, plain in (
        ("description", image.descriptions, None),
        ("unit", image.units, None),
        ("scale", image.scales, 1.0),
        ("offset", image.offsets, 0.0),
    ):
        value = values[place]
        if value not in (None, "", plain):
            found[name] = value
    if image.overviews(number):
        found["overviews"] = list(image.overviews(number))
    if image.tags(number):
        found["tags"] = image.tags(number)
    if found["colorinterp"] == "palette":
        colors = image.colormap(number)
        found["colormap"] = np.array([colors[key] for key in sorted(colors)], np.uint8)
    return found


def of_file(main: Any, parts: Sequence[str]) -> dict[str, Any]:
    """Return what is told of a whole file."""
    if not parts and main.count:
        return of_image(main, range(1, main.count + 1))
    names = [part.rpartition(":")[2] for part in parts]
    return {"driver": main.driver, "tags": main.tags(), "images": names}
