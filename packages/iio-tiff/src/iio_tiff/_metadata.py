"""What a file says beside its pixels: of a page by the documented names, of a file by dialect."""

from __future__ import annotations

import json
from datetime import datetime
from enum import Enum
from typing import Any

import numpy as np
from tifffile import TiffFile, TiffPage

from ._geo import geo_of
from ._images import Image
from ._ome import Outline, to_dict
from ._spacing import aperio, scale_of
from ._values import whole

__all__ = ["of_file", "of_image", "of_page"]

# Where the pixels are, and how the decoder is to be set: that is of no use to anybody else.
_PLACES = frozenset({273, 279, 324, 325, 330, 347, 512, 513, 514, 519, 520, 521})
_OF_SHAPE = frozenset({"shape", "axes", "truncated", "spacing", "spacing_units"})
_FLAGS = (
    *("rgb", "contig", "tiled", "palette", "reduced", "shaped", "fluoview", "nih"),
    *("micromanager", "ome", "sgi", "stk", "mdgel", "mediacy", "lsm", "imagej"),
    *("geotiff", "scanimage", "metaseries", "svs", "scn", "ndpi", "fei", "sem", "sis"),
    *("multipage", "volumetric", "subifd"),
)
_INCHES = {2: 1.0, 3: 2.54}  # units in an inch
_ALIASES = {34675: "icc_profile", 700: "xmp"}
_ORIENTATIONS = (
    *("top_left", "top_right", "bottom_right", "bottom_left"),
    *("left_top", "right_top", "right_bottom", "left_bottom"),
)
# What the backend calls `<kind>_metadata`; each is found under its name here.
_KINDS = (
    *("imagej", "lsm", "stk", "fluoview", "nih", "mdgel", "micromanager", "scanimage"),
    *("metaseries", "fei", "sem", "sis", "tvips", "andor", "epics", "pilatus", "svs", "scn"),
    *("philips", "gdal", "astrotiff", "streak", "eer", "nuvu", "shaped"),
)


def of_page(page: TiffPage) -> dict[str, Any]:
    """Return what is said of one page.

    Names in lower case are those of the documentation, others those of the tags.
    """
    found: dict[str, Any] = {}
    for tag in page.tags:
        if tag.code not in _PLACES:
            found.setdefault(_ALIASES.get(tag.code, str(tag.name)), plain(tag.value))
    planar = whole(page.planarconfig) == 2
    orientation = page.tags.valueof(274)
    found["planar_configuration"] = "planar" if planar else "contig"
    found["photometric"] = str(getattr(page.photometric, "name", page.photometric)).lower()
    found["compression"] = whole(page.compression)
    found["predictor"] = whole(page.predictor)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        found["orientation"] = _ORIENTATIONS[int(orientation) - 1]
    found.update(_resolution(page))
    for flag in _FLAGS:
        found[f"is_{flag}"] = _flag(page, flag, planar=planar)
    found["description"], found["description1"] = _descriptions(page)
    if not found["description"]:
        found.pop("ImageDescription", None)
    found["software"] = page.software
    found["datetime"] = _datetime(page)
    for name, value in own_entries(page).items():
        found.setdefault(name, value)
    return found


def _descriptions(page: TiffPage) -> tuple[str, str]:
    """Return what people have written; not what a program needs to find its pixels again."""
    if page.is_ome:  # `ome_xml` of the file
        return "", page.description1
    machine = page.shaped_description if page.is_shaped else None
    texts = [t for t in (page.description, page.description1) if t and t != machine]
    texts += ["", ""]
    return texts[0], texts[1]


def own_entries(page: TiffPage) -> dict[str, Any]:
    """Return what a description in JSON says beside the shape: what this project has written."""
    text = page.shaped_description if page.is_shaped else None
    if not text or not text.startswith("{"):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {k: v for k, v in found.items() if k not in _OF_SHAPE} if isinstance(found, dict) else {}


def _flag(page: TiffPage, flag: str, *, planar: bool) -> bool:
    """Return one of the documented flags; some of them the backend no longer has."""
    if flag == "rgb":
        return whole(page.photometric) == 2
    if flag == "contig":
        return not planar
    if flag == "palette":
        return whole(page.photometric) == 3
    if flag == "sgi":
        return 32997 in page.tags and 32998 in page.tags
    return bool(getattr(page, f"is_{flag}", False))


def _resolution(page: TiffPage) -> dict[str, Any]:
    values = [page.tags.valueof(tag) for tag in (282, 283)]
    pairs = [v for v in values if isinstance(v, tuple) and len(v) == 2 and v[1]]
    if len(pairs) < 2:
        return {}
    unit = whole(page.tags.valueof(296, 2))
    per_unit = tuple(top / bottom for top, bottom in pairs)
    found: dict[str, Any] = {"resolution_unit": unit, "resolution": per_unit}
    if unit in _INCHES:
        found["dpi"] = tuple(number * _INCHES[unit] for number in per_unit)
    return found


def _datetime(page: TiffPage) -> datetime | None:
    """TIFF 6.0, section 8, DateTime: ``YYYY:MM:DD HH:MM:SS``."""
    text = page.tags.valueof(306)
    if not isinstance(text, str):
        return None
    for layout in ("%Y:%m:%d %H:%M:%S", "%Y%m%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text.strip(), layout)
        except ValueError:
            continue
    return None


def of_image(image: Image, tiff: TiffFile, outline: Outline | None) -> dict[str, Any]:
    """Return what is said of a series: its axes, and how far its samples are apart."""
    found: dict[str, Any] = {"axes": image.axes}
    distances, units = scale_of(image, tiff, outline)
    spatial = [axis for axis in image.axes if axis in distances]
    if spatial:
        found["spacing"] = tuple(distances[axis] for axis in spatial)
        found["spacing_units"] = tuple(units[axis] for axis in spatial)
    index = 0 if image.series is None else image.series._index
    if outline is not None and index < len(outline.descriptions):
        found["description"] = outline.descriptions[index]
    names = _channels(image, outline)
    if names:
        found["channel_names"] = names
    if image.series is not None and image.series.name:
        found["name"] = str(image.series.name)
    return found


def _channels(image: Image, outline: Outline | None) -> list[str]:
    """Return the names of the channels that OME-XML has."""
    index = 0 if image.series is None else image.series._index
    if outline is None or index >= len(outline.pixels):
        return []
    pixels = outline.pixels[index]
    channels = [e.attrib for e in pixels if e.tag.rpartition("}")[2] == "Channel"]
    return [c["Name"] for c in channels if "Name" in c]


def of_file(tiff: TiffFile, image: Image, outline: Outline | None) -> dict[str, Any]:
    """Return what is said of a file as a whole.

    What a dialect says stands under its name (``imagej``, ``lsm``, ``ome``, ``geo``), and what of
    it is not itself a name here also by itself.
    """
    found: dict[str, Any] = {"byteorder": tiff.byteorder, "is_bigtiff": tiff.is_bigtiff}
    page = tiff.pages.first
    planar = whole(page.planarconfig) == 2
    for flag in _FLAGS:
        found[f"is_{flag}"] = bool(getattr(tiff, f"is_{flag}", False)) or _flag(
            page, flag, planar=planar
        )
    found.update(of_image(image, tiff, outline))
    for kind in _KINDS:
        if getattr(tiff, f"is_{kind}", False):
            value = plain(getattr(tiff, f"{kind}_metadata", None))
            if value:
                found[kind] = value
    for kind in _KINDS:
        value = found.get(kind)
        if isinstance(value, tuple | list) and value and isinstance(value[0], dict):
            value = value[0]
        if isinstance(value, dict):
            for name, entry in value.items():
                found.setdefault(str(name), entry)
    if page.is_svs:
        found["svs"] = aperio(page.description)
    if outline is not None:
        found["ome"] = to_dict(outline)
        found["ome_xml"] = page.description
    if getattr(tiff, "is_geotiff", False):
        found["geo"] = geo_of(tiff.geotiff_metadata or {})
    return found


def plain(value: Any) -> Any:
    """Return a value of the backend's as a plain one: no enumerations, no arrays of one record."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        made = [plain(v) for v in value]
        return made if isinstance(value, list) else tuple(made)
    return value
