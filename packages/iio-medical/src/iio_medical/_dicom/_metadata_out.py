"""A dict of metadata as the elements of a data set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core import MetadataWarning, is_derived, warn

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["GEOMETRY", "decimal", "set_elements", "tell"]

GEOMETRY = frozenset(
    {"spacing", "origin", "direction", "step", "tilt", "axes", "phases", "series"}
    | {"without_images"}
)
"""What is not an element, and is turned into some."""
# Of the pixels that are written, and not of those that were read.
_OF_PIXELS = frozenset(
    {"Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation"}
    | {"SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "NumberOfFrames"}
    | {"PixelData", "FloatPixelData", "DoubleFloatPixelData", "SpecificCharacterSet"}
    | {"ExtendedOffsetTable", "ExtendedOffsetTableLengths", "DataSetTrailingPadding"}
)
_NUMBER = re.compile(r"\(?([0-9a-fA-F]{4}),? ?([0-9a-fA-F]{4})\)?")


def set_elements(dataset: Dataset, metadata: Mapping[str, Any], *, item: bool = False) -> list[str]:
    """Set the elements of a data set; return what DICOM cannot hold, and was left out.

    Parameters
    ----------
    dataset : pydicom.Dataset
        What to change.
    metadata : mapping
        By keyword, or for private elements by number, ``"(0009,1001)"``.
    item : bool
        Whether it is an item of a sequence, which may have pixels of its own (an icon).
    """
    lost: list[str] = []
    for keyword, value in metadata.items():
        if not item and (keyword in _OF_PIXELS or keyword in GEOMETRY):
            continue
        if is_derived(keyword, value):  # no keyword of DICOM's is called so
            continue
        try:
            lost += _set(dataset, keyword, value)
        except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
            lost.append(f"{keyword} ({error})" if str(error) else keyword)
    return lost


def tell(lost: list[str], name: str) -> None:
    """Warn of what was left out."""
    if lost:
        more = f" and {len(lost) - 20} more" if len(lost) > 20 else ""
        warn(
            f"{name}: DICOM cannot hold {', '.join(lost[:20])}{more}; left out",
            MetadataWarning,
        )


def _set(dataset: Dataset, keyword: str, value: Any) -> list[str]:
    lost: list[str] = []
    from pydicom.datadict import dictionary_VR, tag_for_keyword
    from pydicom.tag import Tag

    known = tag_for_keyword(keyword)
    if known is not None:
        tag = Tag(known)
        if tag.group <= 6:  # of the file, not of the data set
            return []
        vr = dictionary_VR(tag)
        dataset.add_new(tag, vr, _value(vr, value, lost))
        return lost
    match = _NUMBER.fullmatch(keyword)
    if match is None:
        raise KeyError
    tag = Tag(int(match[1], 16), int(match[2], 16))
    vr = _vr_of(dataset, tag, value)
    dataset.add_new(tag, vr, _value(vr, value, lost))
    return lost


def _vr_of(dataset: Dataset, tag: Any, value: Any) -> str:
    """Return the VR of a private element: that of pydicom's dictionary, or one that holds it."""
    from pydicom.datadict import dictionary_VR, private_dictionary_VR

    if not tag.is_private:
        return str(dictionary_VR(tag))
    if tag.is_private_creator:
        return "LO"
    creator = dataset.get((tag.group, tag.element >> 8))
    if creator is not None:
        try:
            return private_dictionary_VR(tag, str(creator.value))
        except KeyError:
            pass
    first = value[0] if isinstance(value, list | tuple) and value else value
    if isinstance(first, Mapping):
        return "SQ"
    if isinstance(first, float):
        return "FD"
    if isinstance(first, int):
        return "SL" if -(2**31) <= first < 2**31 else "SV"
    if isinstance(first, str):
        return "LO" if len(first) <= 64 else "UT"
    return "UN"


def _value(vr: str, value: Any, lost: list[str]) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    if vr == "SQ":
        items = []
        for given in value or ():
            item = Dataset()
            lost += set_elements(item, given, item=True)
            items.append(item)
        return Sequence(items)
    if isinstance(value, Mapping):
        raise TypeError("it is no sequence")
    if hasattr(value, "tolist"):  # of NumPy
        value = value.tolist()
    if isinstance(value, tuple):
        value = list(value)
    if vr == "DS":
        several = isinstance(value, list)
        texts = [decimal(one) for one in (value if several else [value])]
        return texts if several else texts[0]
    return value


def decimal(value: Any) -> Any:
    """Return a number as a decimal string has it: at most 16 characters."""
    if isinstance(value, float):
        from pydicom.valuerep import format_number_as_ds

        return format_number_as_ds(value)
    return value
