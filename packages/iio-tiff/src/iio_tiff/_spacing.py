"""How far neighbouring samples are apart, wherever a dialect says so.

Of the dialects the more exact comes first: OME-XML, ImageJ, LSM, STK, FEI, GeoTIFF, Aperio, what
this project wrote itself, and at last the resolution that TIFF Revision 6.0, section 8, has.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tifffile import TiffFile, TiffPage

from ._images import Image
from ._ome import Outline
from ._values import number_or_text, whole

__all__ = ["Scale", "aperio", "scale_of", "spacing_of"]

Scale = tuple[dict[str, float], dict[str, str]]
"""Distance and unit for each of the axes Z, Y and X that has one."""

_UNITS = {2: "inch", 3: "cm"}


def spacing_of(image: Image, tiff: TiffFile, outline: Outline | None) -> tuple[float, ...] | None:
    """Return the distances along the spatial axes of an image, in their order."""
    distances, _ = scale_of(image, tiff, outline)
    found = tuple(distances.get(axis, 0.0) for axis in image.axes if axis in "ZYX")
    if not found or 0.0 in found[-2:]:
        return None
    # Planes whose distance nobody tells are one step apart.
    return tuple(value or 1.0 for value in found)


def scale_of(image: Image, tiff: TiffFile, outline: Outline | None) -> Scale:
    """Return the distances and units of an image."""
    if outline is not None and (found := _ome(outline, image))[0]:
        return found
    for tag, kind, read in _KINDS:
        if tag in image.key.tags and getattr(tiff, f"is_{kind}", False):
            distances, units = read(getattr(tiff, f"{kind}_metadata") or {}, image.key)
            if distances:
                return distances, units
    if image.key.is_svs and image.key.index == 0:
        distances, units = _svs(image.key)
        if distances:
            return distances, units
    if image.key.is_shaped and (description := image.key.shaped_description):
        distances, units = _shaped(description)
        if distances:
            return distances, units
    return _resolution(image.key)


def _ome(outline: Outline, image: Image) -> Scale:
    index = 0 if image.series is None else image.series._index
    if index >= len(outline.pixels):
        return {}, {}
    attributes = outline.pixels[index].attrib
    distances = _positive((axis, attributes.get(f"PhysicalSize{axis}")) for axis in "ZYX")
    units = {axis: attributes.get(f"PhysicalSize{axis}Unit", "µm") for axis in distances}
    return distances, units


def _imagej(found: Mapping[str, Any], page: TiffPage) -> Scale:
    """In ImageJ the resolution counts pixels per unit, whatever the tag of units says."""
    unit = str(found.get("unit", "pixel"))
    per = _per_unit(page)
    distances = {axis: 1 / value for axis, value in per.items()}
    distances |= _positive([("Z", found.get("spacing"))])
    # Two whole numbers that are 1 mean that nobody has set them.
    if unit == "pixel" and set(per.values()) <= {1.0} and "Z" not in distances:
        return {}, {}
    return distances, dict.fromkeys(distances, unit)


def _lsm(found: Mapping[str, Any], page: TiffPage) -> Scale:
    distances = _positive((axis, found.get(f"VoxelSize{axis}")) for axis in "ZYX")
    return distances, dict.fromkeys(distances, "m")


def _stk(found: Mapping[str, Any], page: TiffPage) -> Scale:
    if not found.get("SpatialCalibration") or not found.get("CalibrationUnits"):
        return {}, {}
    steps = found.get("ZDistance")
    first = steps[0] if steps is not None and len(steps) else None
    pairs = (("Z", first), ("Y", found.get("YCalibration")), ("X", found.get("XCalibration")))
    distances = _positive(pairs)
    return distances, dict.fromkeys(distances, str(found["CalibrationUnits"]))


def _fei(found: Mapping[str, Any], page: TiffPage) -> Scale:
    scan = found.get("Scan") or found.get("EScan") or {}
    distances = _positive([("Y", scan.get("PixelHeight")), ("X", scan.get("PixelWidth"))])
    return distances, dict.fromkeys(distances, "m")


def aperio(description: str) -> dict[str, Any]:
    """Return what the description of an Aperio slide says: ``name = value``, parted by bars.

    Examples
    --------
    >>> aperio("Aperio Image Library v11 70x50 Q=30|AppMag = 20|MPP = 0.499")
    {'AppMag': 20, 'MPP': 0.499}
    """
    found: dict[str, Any] = {}
    for part in description.split("|")[1:]:
        name, equals, text = part.partition("=")
        if equals:
            found[name.strip()] = number_or_text(text.strip())
    return found


def _svs(page: TiffPage) -> Scale:
    """MPP counts micrometers per pixel of the full size."""
    size = aperio(page.description).get("MPP")
    distances = _positive((axis, size) for axis in "YX")
    return distances, dict.fromkeys(distances, "µm")


def _geotiff(found: Mapping[str, Any], page: TiffPage) -> Scale:
    scale = found.get("ModelPixelScale") or ()
    distances = _positive(zip("XYZ", scale, strict=False))
    degrees = int(found.get("GTModelTypeGeoKey", 0) or 0) == 2
    return distances, dict.fromkeys(distances, "degree" if degrees else "m")


def _shaped(description: str) -> Scale:
    """Return what this project writes into the description of a file of no other dialect."""
    if '"spacing"' not in description:
        return {}, {}
    try:
        own = json.loads(description)
    except ValueError:
        return {}, {}
    values, axes = own.get("spacing"), str(own.get("axes", ""))
    if not isinstance(values, list):
        return {}, {}
    spatial = [axis for axis in axes if axis in "ZYX"] or ["Z", "Y", "X"][-len(values) :]
    distances = _positive(zip(reversed(spatial), reversed(values), strict=False))
    units = own.get("spacing_units", "")
    if isinstance(units, list) and len(units) == len(spatial):
        return distances, {a: str(u) for a, u in zip(spatial, units, strict=True) if a in distances}
    return distances, dict.fromkeys(distances, str(units))


# A tag that files of a dialect have, its name, and how to read what it says.
_KINDS: tuple[tuple[int, str, Callable[[Any, TiffPage], Scale]], ...] = (
    (270, "imagej", _imagej),
    (34412, "lsm", _lsm),
    (33628, "stk", _stk),
    (34680, "fei", _fei),
    (34682, "fei", _fei),
    (34735, "geotiff", _geotiff),
)


def _resolution(page: TiffPage) -> Scale:
    unit = _UNITS.get(whole(page.tags.valueof(296, 2)), "")
    if not unit:
        return {}, {}
    distances = {axis: 1 / value for axis, value in _per_unit(page).items()}
    return distances, dict.fromkeys(distances, unit)


def _per_unit(page: TiffPage) -> dict[str, float]:
    """Return the pixels per unit along the axes."""
    found = {}
    for axis, tag in (("X", 282), ("Y", 283)):
        value = page.tags.valueof(tag)
        if isinstance(value, tuple) and len(value) == 2 and value[0] > 0 and value[1] > 0:
            found[axis] = value[0] / value[1]
    return found


def _positive(pairs: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """Return what is a positive number."""
    found = {}
    for axis, value in pairs:
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number) and number > 0:
            found[axis] = number
    return found
