"""What Pillow finds beside the pixels, as a dictionary that can be written again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _orientation
from ._exif import exif_of

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["of_image"]

_X_RESOLUTION = 0x011A
_SUB_DIRECTORIES = {0x8769: "Exif", 0x8825: "GPSInfo", 0xA005: "Interop"}


def of_image(
    image: Image.Image, *, palette_applied: bool, orientation_applied: bool
) -> dict[str, Any]:
    """Return the metadata of the image that Pillow stands at.

    Parameters
    ----------
    image : PIL.Image.Image
        The image.
    palette_applied : bool
        Whether its palette and transparency are in the pixels and are left out.
    orientation_applied : bool
        Whether the same is true of its orientation.
    """
    found: dict[str, Any] = {k: v for k, v in image.info.items() if isinstance(k, str)}
    found["mode"] = image.mode
    found["shape"] = image.size
    if palette_applied:
        found.pop("transparency", None)
    elif image.mode == "P" and image.palette is not None:
        found["palette"] = _palette(image)
    tags = getattr(image, "tag_v2", None)
    if tags is not None and _X_RESOLUTION not in tags:
        for name in ("dpi", "resolution"):  # 1 pixel per inch, says Pillow
            found.pop(name, None)
    found.update(exif_tags(image))
    no_unit = image.format in ("JPEG", "MPO") and found.get("jfif_unit") not in (1, 2)
    if no_unit and "XResolution" not in found:
        found.pop("dpi", None)  # 72 pixels per inch, says Pillow
    turned = orientation_applied and found.pop("Orientation", None) is not None
    if turned and "exif" in found:
        found["exif"] = _without_orientation(found["exif"])
    return found


def _palette(image: Image.Image) -> Any:
    import numpy as np

    assert image.palette is not None
    bands = len(image.palette.mode)
    return np.frombuffer(bytes(image.palette.palette), np.uint8).reshape(-1, bands).copy()


def exif_tags(image: Image.Image) -> dict[str, Any]:
    """Return the EXIF tags of an image by name, those of the Exif directory among the others."""
    exif = exif_of(image)
    if not exif:
        return {}
    from PIL.ExifTags import GPSTAGS, TAGS

    found: dict[str, Any] = {}
    for tag, value in exif.items():
        if tag not in _SUB_DIRECTORIES:
            found[TAGS.get(tag, f"0x{tag:04x}")] = _text(value)
    for tag, name in _SUB_DIRECTORIES.items():
        directory = exif.get_ifd(tag) if tag in exif else {}
        names = GPSTAGS if name == "GPSInfo" else TAGS
        named = {names.get(t, f"0x{t:04x}"): _text(v) for t, v in directory.items() if t != 0xA005}
        if name == "GPSInfo":
            if named:
                found[name] = named
        else:
            found.update((key, value) for key, value in named.items() if key not in found)
    return found


def _text(value: Any) -> Any:
    """Return a text as UTF-8, if it is that, as everybody writes it; Pillow takes it as Latin-1."""
    if not isinstance(value, str) or value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _without_orientation(exif: bytes) -> bytes:
    from PIL import Image

    data = Image.Exif()
    data.load(exif)
    data.pop(_orientation.TAG, None)
    return data.tobytes()
