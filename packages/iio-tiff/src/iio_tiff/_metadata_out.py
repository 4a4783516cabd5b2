"""Metadata on its way into a file: as arguments and tags of the backend, or told to be lost."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tifffile import TIFF

from iio_core import MetadataWarning, warn

__all__ = ["Told", "sorted_out"]

# What describes the file that it was read from: that of the new one is what it turns out to be.
_DESCRIBING = frozenset(
    {
        *("planar_configuration", "photometric", "compression", "predictor", "byteorder", "shape"),
        *("ome", "ome_xml", "shaped", "description1", "truncated"),
    }
)
# The same of tags: those that the backend writes itself (TIFF 6.0, sections 3, 8, 14, 15, 19).
_WRITTEN = frozenset(
    {*range(254, 260), 262, 266, 270, 273, 277, 278, 279, 282, 283, 284, 296, 305, 306, 317}
    | {*range(320, 326), 330, 338, 339, 347, 530, 532, 32997, 32998, 50838, 50839}
)
_ORIENTATIONS = (
    *("top_left", "top_right", "bottom_right", "bottom_left"),
    *("left_top", "right_top", "right_bottom", "left_bottom"),
)
_ORIENTATION, _PROFILE = 274, 34675
_ASCII, _SHORT, _LONG, _DOUBLE, _UNDEFINED, _BYTE = 2, 3, 4, 12, 7, 1
_XMP = 700
_OF_BYTES = {_XMP: _BYTE, 34377: _BYTE}
_OF_OME = frozenset(
    {
        *("Name", "Description", "Channel", "Plane", "TypeDescription", "UUID", "Creator"),
        *("TimeIncrement", "TimeIncrementUnit", "DimensionOrder", "Experimenter", "Dataset"),
        *("StructuredAnnotations", "MapAnnotation", "CommentAnnotation", "Project", "OME"),
        *(f"PhysicalSize{axis}{unit}" for axis in "XYZ" for unit in ("", "Unit")),
    }
)
_OF_IMAGEJ = frozenset(
    {
        *("Info", "Labels", "Ranges", "LUTs", "Plot", "ROI", "Overlays", "Properties", "Prop"),
        *("unit", "finterval", "fps", "loop", "min", "max", "mode", "hyperstack", "ImageJ"),
        *("xorigin", "yorigin", "zorigin", "cf", "c0", "c1", "vunit", "tunit"),
    }
)


class Told:
    """Tells of entries that are lost, each once for a file, and those of an image together."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told: set[str] = set()
        self._reasons: dict[str, list[str]] = {}

    def lost(self, entry: str, why: str) -> None:
        """Note that an entry is not written."""
        if entry not in self._told:
            self._told.add(entry)
            self._reasons.setdefault(why, []).append(repr(entry))

    def tell(self) -> None:
        """Warn of all that was noted since the last time."""
        reasons, self._reasons = self._reasons, {}
        if reasons:
            lost = "; ".join(f"{', '.join(names)} ({why})" for why, names in reasons.items())
            warn(f"{self._name}: metadata that is not written: {lost}", MetadataWarning)


def sorted_out(metadata: Mapping[str, Any], dialect: str, told: Told) -> dict[str, Any]:
    """Return metadata as keyword arguments of the backend's ``write``.

    Parameters
    ----------
    metadata : mapping
        As reading returns it, or as the backend has it.
    dialect : {"ome", "imagej", "shaped", "bare"}
        Where a description goes; bare: nothing but tags.
    told : Told
        Where to tell what is lost.
    """
    arguments: dict[str, Any] = {}
    inner: dict[str, Any] = {}  # what the backend writes into a description
    tags: dict[int, tuple[int, int, int, Any, bool]] = {}
    for name, value in sorted(metadata.items(), key=lambda item: item[0] == "dpi"):
        if name in _DESCRIBING or name.startswith("is_") or value is None:
            continue
        if name in _NAMED:
            _NAMED[name](arguments, value, name, told)
        elif name in _GEOMETRY:
            inner[name] = value
        elif name == "orientation":
            if value in _ORIENTATIONS:
                number = _ORIENTATIONS.index(value) + 1
                tags[_ORIENTATION] = (_ORIENTATION, _SHORT, 1, number, False)
        elif (code := _code(name)) is not None:
            _add_tag(tags, code, name, value, told)
        else:
            _add_inner(inner, name, value, dialect, told)
    _add_geometry(arguments, inner, dialect, told)
    if tags:
        arguments["extratags"] = list(tags.values())
    arguments["metadata"] = inner
    told.tell()
    return arguments


def _text(key: str) -> Any:
    def put(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
        if isinstance(value, bytes):
            arguments[key] = value
        elif not isinstance(value, str):
            told.lost(name, f"it is a text, not {value!r:.50}")
        elif value and value.strip("\0 ") != value.rstrip("\0 "):
            told.lost(name, "a text cannot begin with a zero")
        elif value:  # the backend takes only ASCII, but bytes as they are
            arguments[key] = value if value.isascii() else value.encode()

    return put


def _date(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
    if isinstance(value, datetime):
        if value.microsecond or value.tzinfo is not None:
            told.lost(name, "TIFF has dates in whole seconds, without a time zone")
        value = value.replace(microsecond=0, tzinfo=None).strftime("%Y:%m:%d %H:%M:%S")
    if isinstance(value, str) and len(value) == 19:
        arguments["datetime"] = value
    else:
        told.lost(name, f"it is a datetime or 'YYYY:MM:DD HH:MM:SS', not {value!r:.50}")


def _resolution(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
    try:
        pair = tuple(
            (int(v[0]), int(v[1])) if isinstance(v, tuple | list) else float(v) for v in value
        )
    except (TypeError, ValueError, IndexError):
        pair = ()
    ratios = [v[0] / v[1] if isinstance(v, tuple) and v[1] else v for v in pair]
    if len(pair) != 2 or not all(isinstance(r, float) and 0 < r < 2**32 for r in ratios):
        told.lost(name, f"it is two positive numbers, not {value!r:.50}")
        return
    arguments["resolution"] = pair


def _dpi(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
    """Take the resolution in inches, unless it is given in its own words."""
    if "resolution" not in arguments:
        _resolution(arguments, value, name, told)
        if "resolution" in arguments:
            arguments["resolutionunit"] = 2


def _unit(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
    if value in (1, 2, 3) or str(value).lower() in ("none", "inch", "centimeter"):
        arguments["resolutionunit"] = value
    else:
        told.lost(name, f"it is 1 (none), 2 (inch) or 3 (centimeter), not {value!r:.50}")


def _profile(arguments: dict[str, Any], value: Any, name: str, told: Told) -> None:
    if isinstance(value, bytes) and value:
        arguments["iccprofile"] = value
    else:
        told.lost(name, "it is bytes")


_NAMED = {
    "description": _text("description"),
    "software": _text("software"),
    "datetime": _date,
    "resolution": _resolution,
    "resolution_unit": _unit,
    "dpi": _dpi,
    "icc_profile": _profile,
    "InterColorProfile": _profile,
}
_GEOMETRY = frozenset({"axes", "spacing", "spacing_units", "channel_names", "name", "unit"})


def _code(name: str) -> int | None:
    """Return the number of a tag by its name."""
    if name == "xmp":
        return _XMP
    if name.isdecimal():
        return int(name) if int(name) < 1 << 16 else None
    try:
        code = TIFF.TAGS[name]
    except KeyError:
        return None
    return code if isinstance(code, int) else None


def _add_tag(
    tags: dict[int, tuple[int, int, int, Any, bool]], code: int, name: str, value: Any, told: Told
) -> None:
    """Add a tag with the type that its value asks for."""
    if code in _WRITTEN:
        return
    if code in TIFF.TAG_FILTERED or code in TIFF.TAG_READERS:
        told.lost(name, "it is not a plain tag")
        return
    if code == _ORIENTATION and code in tags:
        return
    values = list(value) if isinstance(value, tuple | list) else [value]
    if isinstance(value, str):
        # Tags of text end with a zero that is not part of it.
        tags[code] = (code, _ASCII, 0, value if value.isascii() else value.encode() + b"\0", True)
    elif isinstance(value, bytes):
        if value:
            tags[code] = (code, _OF_BYTES.get(code, _UNDEFINED), len(value), value, True)
    elif values and all(isinstance(v, int) and 0 <= v < 1 << 32 for v in values):
        kind = _SHORT if max(values) < 1 << 16 else _LONG
        tags[code] = (code, kind, len(values), values[0] if len(values) == 1 else values, True)
    elif values and all(isinstance(v, float) for v in values):
        tags[code] = (code, _DOUBLE, len(values), values[0] if len(values) == 1 else values, True)
    else:
        told.lost(name, "it is neither text, bytes nor numbers")


def _add_inner(inner: dict[str, Any], name: str, value: Any, dialect: str, told: Told) -> None:
    """Add an entry to what goes into the description, if the dialect has a place for it."""
    known = {"ome": _OF_OME, "imagej": _OF_IMAGEJ}.get(dialect, ())
    if name in known or (dialect == "shaped" and _is_json(value)):
        inner[name] = value
    else:
        told.lost(name, f"a file of this kind ({dialect}) has no place for it")


def _is_json(value: Any) -> bool:
    """Tell whether a value comes back from JSON as it was."""
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == _listed(value))
    except (TypeError, ValueError, RecursionError):
        return False


def _listed(value: Any) -> Any:
    return [_listed(v) for v in value] if isinstance(value, tuple) else value


def _add_geometry(
    arguments: dict[str, Any], inner: dict[str, Any], dialect: str, told: Told
) -> None:
    """Put axes, spacing and names of channels to where a dialect has them."""
    spacing = inner.pop("spacing", None)
    units = inner.pop("spacing_units", None)
    names = inner.pop("channel_names", None)
    axes = str(inner.get("axes", ""))
    if spacing is not None:
        distances = _distances(spacing, axes)
        if not distances:
            told.lost("spacing", f"it is a positive number for each axis, not {spacing!r:.50}")
        else:
            _SPACINGS[dialect](arguments, inner, distances, _units(units, distances), told)
    elif units is not None:
        told.lost("spacing_units", "there is no spacing")
    if names is not None:
        _add_channels(inner, names, dialect, told)
    if dialect == "ome" and "name" in inner:
        inner["Name"] = inner.pop("name")
    if dialect == "ome" and "description" in arguments:
        inner.setdefault("Description", arguments.pop("description"))
    if dialect == "imagej" and "name" in inner:
        told.lost("name", "ImageJ has no place for it")
        del inner["name"]


def _distances(spacing: Any, axes: str) -> dict[str, float]:
    values = spacing if isinstance(spacing, tuple | list) else (spacing,)
    try:
        numbers = [float(v) for v in values]
    except (TypeError, ValueError):
        return {}
    if not all(math.isfinite(n) and n > 0 for n in numbers) or not 0 < len(numbers) < 4:
        return {}
    spatial = [axis for axis in axes if axis in "ZYX"]
    if len(spatial) != len(numbers):
        spatial = ["X"] if len(numbers) == 1 else ["Z", "Y", "X"][-len(numbers) :]
    return dict(zip(spatial, numbers, strict=True))


def _units(units: Any, distances: dict[str, float]) -> dict[str, str]:
    if units is None:
        return {}
    values = [units] * len(distances) if isinstance(units, str) else list(units)
    if len(values) != len(distances):
        return {}
    return {axis: str(unit) for axis, unit in zip(distances, values, strict=True) if unit}


Distances = dict[str, float]
Units = dict[str, str]


def _space_ome(
    arguments: dict[str, Any], inner: dict[str, Any], distances: Distances, units: Units, told: Told
) -> None:
    for axis, value in distances.items():
        inner[f"PhysicalSize{axis}"] = value
        if axis in units:
            inner[f"PhysicalSize{axis}Unit"] = _OME_UNITS.get(units[axis], units[axis])


_OME_UNITS = {"inch": "in", "um": "µm", "micron": "µm"}


def _space_imagej(
    arguments: dict[str, Any], inner: dict[str, Any], distances: Distances, units: Units, told: Told
) -> None:
    inner.setdefault("unit", next(iter(units.values()), "pixel").replace("µ", "u"))
    if len(set(units.values())) > 1:
        told.lost("spacing_units", "ImageJ has one unit for all axes")
    if "Z" in distances:
        inner["spacing"] = distances["Z"]
    if "X" in distances and "Y" in distances:
        arguments["resolution"] = (1 / distances["X"], 1 / distances["Y"])
        arguments.pop("resolutionunit", None)


def _space_shaped(
    arguments: dict[str, Any], inner: dict[str, Any], distances: Distances, units: Units, told: Told
) -> None:
    inner["spacing"] = list(distances.values())
    if units:
        inner["spacing_units"] = [units.get(axis, "") for axis in distances]


def _space_bare(
    arguments: dict[str, Any], inner: dict[str, Any], distances: Distances, units: Units, told: Told
) -> None:
    """Without a description there is only the resolution."""
    inches = {
        axis: value * _INCHES.get(units.get(axis, ""), 0) for axis, value in distances.items()
    }
    if "resolution" not in arguments and inches.get("X") and inches.get("Y"):
        arguments["resolution"] = (1 / inches["X"], 1 / inches["Y"])
        arguments["resolutionunit"] = 2
    elif "resolution" not in arguments:
        told.lost("spacing", "without a description there is only a resolution in inches or cm")


_INCHES = {"inch": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4, "m": 100 / 2.54}
_SPACINGS = {
    "ome": _space_ome,
    "imagej": _space_imagej,
    "shaped": _space_shaped,
    "bare": _space_bare,
}


def _add_channels(inner: dict[str, Any], names: Any, dialect: str, told: Told) -> None:
    if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
        told.lost("channel_names", "it is a list of texts")
    elif dialect == "ome":
        inner.setdefault("Channel", {"Name": list(names)})
    elif dialect == "shaped":
        inner["channel_names"] = list(names)
    else:
        told.lost("channel_names", f"a file of this kind ({dialect}) has no place for it")
