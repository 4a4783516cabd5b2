"""The elements of a data set as a dict: by keyword, private ones by number.

DICOM PS3.6, section 6 (the keywords).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataelem import DataElement
    from pydicom.dataset import Dataset

__all__ = ["applied_keywords", "as_dict", "name_of", "of_frame"]

_PIXELS = frozenset({"PixelData", "FloatPixelData", "DoubleFloatPixelData"})
_NOT_SHOWN = _PIXELS | {"ExtendedOffsetTable", "ExtendedOffsetTableLengths"}
# Text is decoded already.
_ENCODING = frozenset({"SpecificCharacterSet"})
_RESCALE = frozenset({"RescaleSlope", "RescaleIntercept", "RescaleType", "ModalityLUTSequence"})
_WINDOW = frozenset(
    {"WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction"}
    | {"VOILUTSequence"}
)
_STORED = frozenset(
    {"PixelPaddingValue", "PixelPaddingRangeLimit", "SmallestImagePixelValue"}
    | {"LargestImagePixelValue", "SmallestPixelValueInSeries", "LargestPixelValueInSeries"}
)
_COLORS = ("Red", "Green", "Blue", "Alpha")
_PALETTE = frozenset(
    f"{segmented}{color}PaletteColorLookupTable{part}"
    for segmented in ("", "Segmented")
    for color in _COLORS
    for part in ("Data", "Descriptor")
)


def applied_keywords(apply: str | None, *, rescaled: bool) -> frozenset[str]:
    """Return the elements that reading with this `apply` has applied to the pixels.

    With `rescaled`, if that changed values, also those that tell of values as they are stored.
    """
    if apply is None:
        return _ENCODING
    found = _ENCODING | _RESCALE | (_STORED if rescaled else frozenset())
    return found | (_WINDOW | _PALETTE if apply == "voi" else frozenset())


def name_of(element: DataElement) -> str:
    """Return an element's keyword; of a private or unknown one its number, ``"(0009,1001)"``."""
    return element.keyword or f"({element.tag.group:04x},{element.tag.element:04x})"


def as_dict(dataset: Dataset, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the elements of a data set in plain types of Python.

    Parameters
    ----------
    dataset : pydicom.Dataset
        A data set, or an item of a sequence.
    without : iterable of str
        Keywords to leave out.

    Returns
    -------
    dict
        Names of persons, dates, times and UIDs are strings, decimal strings floats, sequences
        lists of dicts. Pixels are never in it.
    """
    left_out = _NOT_SHOWN | frozenset(without)
    found: dict[str, Any] = {}
    for element in dataset:
        name = name_of(element)
        if name in left_out or element.tag.element == 0:  # lengths of groups
            continue
        found[name] = _plain(element.value)
    return found


def of_frame(dataset: Dataset, frame: int | None, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return the elements of one frame: without what tells of the others.

    Parameters
    ----------
    dataset : pydicom.Dataset
        That of the file.
    frame : int or None
        Which; None for a file that has no more than one.
    without : iterable of str
        Keywords to leave out.
    """
    if frame is None:
        return as_dict(dataset, without)
    each = "PerFrameFunctionalGroupsSequence"
    found = as_dict(dataset, {*without, "NumberOfFrames", each})
    groups = dataset.get(each) or []
    if frame < len(groups):
        found[each] = [as_dict(groups[frame])]
    return found


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):  # a UID among them
        return str(value)
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    kind = type(value).__name__
    if kind == "Sequence":
        return [as_dict(item) for item in value]
    if kind == "Dataset":
        return as_dict(value)
    if isinstance(value, list | tuple) or kind in ("MultiValue", "ConstrainedList"):
        return [_plain(part) for part in value]
    if kind == "DSdecimal":
        return float(value)
    return str(value)  # a name of a person, a date
