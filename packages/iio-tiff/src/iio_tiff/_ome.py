"""OME-XML, looked through before the backend makes lists as long as it says.

The OME Data Model, "OME-TIFF specification": ``Pixels`` has the sizes, ``TiffData`` says which
page, of which file, is which plane.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from iio_core import DecodeError

from ._values import number_or_text

__all__ = ["Outline", "is_ome", "outline_of", "to_dict"]

_PLANES = 1 << 20  # more of them are a mistake or worse
_DEPTH = 64


@dataclass
class Outline:
    """What of OME-XML matters for reading.

    Parameters
    ----------
    root : Element
        The parsed document.
    uuid : str
        Of this file, if it has one.
    files : list of str
        Names of files that it refers to.
    pixels : list of Element
        One for each image.
    descriptions : list of str
        Of each image.
    planes : int
        How many planes all images declare.
    """

    root: ElementTree.Element
    uuid: str = ""
    files: list[str] = field(default_factory=list)
    pixels: list[ElementTree.Element] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    planes: int = 0


def is_ome(description: str) -> bool:
    """Tell whether a description is OME-XML."""
    return description[-10:].strip().endswith("OME>")


def outline_of(description: str, name: str) -> Outline | None:
    """Return the outline of OME-XML; None if it cannot be parsed.

    Raises
    ------
    DecodeError
        If it declares more planes than any file has.
    """
    try:
        root = ElementTree.fromstring(description)
    except (ElementTree.ParseError, ValueError, RecursionError):
        return None
    found = Outline(root, root.attrib.get("UUID", ""))
    for element in root.iter():
        look = _LOOKS.get(_local(element.tag)) or _look_at_modulo
        look(element, found, name)
    if found.planes > _PLANES:
        raise _too_many(name, found.planes)
    return found


def _look_at_image(image: ElementTree.Element, found: Outline, name: str) -> None:
    texts = (e.text or "" for e in image if _local(e.tag) == "Description")
    found.descriptions.append(next(texts, ""))


def _look_at_pixels(pixels: ElementTree.Element, found: Outline, name: str) -> None:
    found.pixels.append(pixels)
    found.planes += max(1, _product(pixels.attrib, ("SizeC", "SizeZ", "SizeT"), name))


def _look_at_planes(data: ElementTree.Element, found: Outline, name: str) -> None:
    for key in ("PlaneCount", "NumPlanes", "IFD", "FirstC", "FirstZ", "FirstT"):
        _whole(data.attrib.get(key, "0"), name)


def _look_at_file(uuid: ElementTree.Element, found: Outline, name: str) -> None:
    file = uuid.attrib.get("FileName")
    if file and file not in found.files:
        found.files.append(file)


def _look_at_modulo(element: ElementTree.Element, found: Outline, name: str) -> None:
    """Look at an axis within another one, ``ModuloAlongZ``: the extension 6D."""
    if _local(element.tag).startswith("ModuloAlong") and "Start" in element.attrib:
        _steps(element.attrib, name)


_LOOKS: dict[str, Callable[[ElementTree.Element, Outline, str], None]] = {
    "Image": _look_at_image,
    "Pixels": _look_at_pixels,
    "TiffData": _look_at_planes,
    "UUID": _look_at_file,
}


def to_dict(outline: Outline) -> dict[str, Any]:
    """Return a document as nested dicts, attributes and children by name; several as a list."""
    root = outline.root
    return {_local(root.tag): _element(root, 0)}


def _element(element: ElementTree.Element, depth: int) -> Any:
    if depth > _DEPTH:
        return ElementTree.tostring(element, encoding="unicode")
    found: dict[str, Any] = {_local(k): number_or_text(v) for k, v in element.attrib.items()}
    for child in element:
        key, value = _local(child.tag), _element(child, depth + 1)
        if key not in found:
            found[key] = value
        elif isinstance(found[key], list):
            found[key].append(value)
        else:
            found[key] = [found[key], value]
    text = (element.text or "").strip()
    if not found:
        return number_or_text(text) if text else {}
    if text:
        found["value"] = number_or_text(text)
    return found


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _product(attributes: dict[str, str], names: tuple[str, ...], name: str) -> int:
    product = 1
    for key in names:
        product *= _whole(attributes.get(key, "1"), name)
    return product


def _whole(text: str, name: str) -> int:
    try:
        number = int(text)
    except ValueError:
        return 0
    if not 0 <= number <= _PLANES:
        raise _too_many(name, number)
    return number


def _steps(attributes: dict[str, str], name: str) -> None:
    try:
        start, end = float(attributes["Start"]), float(attributes["End"])
        number = (end - start) / float(attributes.get("Step", 1))
    except (KeyError, ValueError, ZeroDivisionError):
        return
    if not abs(number) <= _PLANES:
        raise _too_many(name, number)


def _too_many(name: str, number: float) -> DecodeError:
    return DecodeError(f"{name} is damaged: its OME-XML declares {number:g} planes", plugin="tiff")
