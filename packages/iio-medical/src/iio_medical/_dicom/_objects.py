"""What a DICOM object has to have beside its pixels: the elements that its class requires.

DICOM PS3.3, sections A.8 (Secondary Capture), A.3 (CT) and A.4 (MR) and their modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["class_of", "complete"]

_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"
_BY_MODALITY = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
}
_SEVERAL = {"uint8": f"{_SECONDARY}.2", "uint16": f"{_SECONDARY}.3"}
_COLORS = f"{_SECONDARY}.4"
# Multi-frame by their nature, or not images: not for single frames.
_SINGLE = frozenset(
    {*_BY_MODALITY.values(), _SECONDARY}
    | {f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("1", "1.1", "1.1.1", "6.1", "20", "128")}
)
_EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"),
    *("ReferringPhysicianName", "StudyID", "AccessionNumber", "SeriesNumber", "InstanceNumber"),
    *("Manufacturer", "Laterality"),
)
_EMPTY_OF_CLASS = {
    _BY_MODALITY["CT"]: (
        "AcquisitionNumber",
        "KVP",
        "SliceThickness",
        "PositionReferenceIndicator",
        "PatientPosition",
    ),
    _BY_MODALITY["MR"]: (
        *("EchoTime", "RepetitionTime", "EchoTrainLength", "SliceThickness"),
        *("PositionReferenceIndicator", "PatientPosition"),
    ),
}


def class_of(dataset: Dataset, dtype: str, *, several: bool, color: bool) -> str:
    """Return the UID of the class of the object to write.

    Parameters
    ----------
    dataset : pydicom.Dataset
        The elements so far.
    dtype : str
        Of the pixels.
    several : bool
        Whether there are several frames.
    color : bool
        Whether they have red, green and blue.
    """
    if several:
        return _COLORS if color else _SEVERAL[dtype]
    told = str(dataset.get("SOPClassUID") or "")
    if told in _SINGLE and not (color and told in _BY_MODALITY.values()):
        return told
    by_modality = _BY_MODALITY.get(str(dataset.get("Modality") or ""), _SECONDARY)
    return _SECONDARY if color else by_modality


def complete(dataset: Dataset, *, study: str, series: str) -> None:
    """Add the elements that its class requires, empty where they may be."""
    from pydicom.uid import generate_uid

    kind = str(dataset.SOPClassUID)
    for keyword, value in (
        ("SOPInstanceUID", generate_uid()),
        ("StudyInstanceUID", study),
        ("SeriesInstanceUID", series),
        ("Modality", "OT"),
    ):
        if not dataset.get(keyword):
            setattr(dataset, keyword, value)
    for keyword in (*_EMPTY, *_EMPTY_OF_CLASS.get(kind, ())):
        if keyword not in dataset:
            setattr(dataset, keyword, None if keyword in ("SliceThickness", "KVP") else "")
    if kind.startswith(_SECONDARY):
        _default(dataset, "ConversionType", "WSD")
    if kind in _BY_MODALITY.values():
        _complete_scan(dataset, kind)
    elif "PatientOrientation" not in dataset:
        dataset.PatientOrientation = ""
    if "SharedFunctionalGroupsSequence" in dataset:
        _complete_frames(dataset)


def _complete_scan(dataset: Dataset, kind: str) -> None:
    from pydicom.uid import generate_uid

    _default(dataset, "FrameOfReferenceUID", generate_uid())
    if kind == _BY_MODALITY["CT"]:
        _default(dataset, "ImageType", ["DERIVED", "SECONDARY", "AXIAL"])
        _default(dataset, "RescaleIntercept", "0")
        _default(dataset, "RescaleSlope", "1")
    else:
        _default(dataset, "ImageType", ["DERIVED", "SECONDARY", "OTHER"])
        _default(dataset, "ScanningSequence", "RM")
        _default(dataset, "SequenceVariant", "NONE")
        if "ScanOptions" not in dataset:
            dataset.ScanOptions = ""
        if "MRAcquisitionType" not in dataset:
            dataset.MRAcquisitionType = ""


def _complete_frames(dataset: Dataset) -> None:
    """Add what goes with functional groups: when they were made, and where their origin is."""
    import datetime

    from pydicom.uid import generate_uid

    now = datetime.datetime.now()
    _default(dataset, "ContentDate", f"{now:%Y%m%d}")
    _default(dataset, "ContentTime", f"{now:%H%M%S}")
    _default(dataset, "InstanceNumber", "1")
    _default(dataset, "FrameOfReferenceUID", generate_uid())
    if "PositionReferenceIndicator" not in dataset:
        dataset.PositionReferenceIndicator = ""


def _default(dataset: Dataset, keyword: str, value: Any) -> None:
    if dataset.get(keyword) in (None, "", []):
        setattr(dataset, keyword, value)
