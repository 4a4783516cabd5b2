"""The elements of a DICOM header that decide how pixels are read and where they lie."""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._kept import kept
from ._scan import Scanned

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["WANTED", "Header"]

# Keyword -> tag. Those of VR US are integers in two bytes, all others are text.
_BINARY = {
    "SamplesPerPixel": 0x00280002,
    "PlanarConfiguration": 0x00280006,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "BitsAllocated": 0x00280100,
    "BitsStored": 0x00280101,
    "PixelRepresentation": 0x00280103,
}
_DOUBLES = {"DiffusionBValue": 0x00189087}
_TEXT = {
    "MediaStorageSOPClassUID": 0x00020002,
    "SpecificCharacterSet": 0x00080005,
    "SOPClassUID": 0x00080016,
    "SOPInstanceUID": 0x00080018,
    "StudyDate": 0x00080020,
    "AcquisitionDate": 0x00080022,
    "ContentDate": 0x00080023,
    "StudyTime": 0x00080030,
    "AcquisitionTime": 0x00080032,
    "ContentTime": 0x00080033,
    "Modality": 0x00080060,
    "StudyDescription": 0x00081030,
    "SeriesDescription": 0x0008103E,
    "SliceThickness": 0x00180050,
    "EchoTime": 0x00180081,
    "SpacingBetweenSlices": 0x00180088,
    "FrameTime": 0x00181063,
    "TriggerTime": 0x00181060,
    "ImagerPixelSpacing": 0x00181164,
    "NominalScannedPixelSpacing": 0x00182010,
    "StudyInstanceUID": 0x0020000D,
    "SeriesInstanceUID": 0x0020000E,
    "SeriesNumber": 0x00200011,
    "AcquisitionNumber": 0x00200012,
    "InstanceNumber": 0x00200013,
    "ImagePositionPatient": 0x00200032,
    "ImageOrientationPatient": 0x00200037,
    "FrameOfReferenceUID": 0x00200052,
    "TemporalPositionIdentifier": 0x00200100,
    "SliceLocation": 0x00201041,
    "PhotometricInterpretation": 0x00280004,
    "NumberOfFrames": 0x00280008,
    "PixelSpacing": 0x00280030,
    "RescaleIntercept": 0x00281052,
    "RescaleSlope": 0x00281053,
    "GridFrameOffsetVector": 0x3004000C,
}
_PRESENT = {
    "ModalityLUTSequence": 0x00283000,
    "SharedFunctionalGroupsSequence": 0x52009229,
    "PerFrameFunctionalGroupsSequence": 0x52009230,
}
_TAGS = {**_BINARY, **_DOUBLES, **_TEXT, **_PRESENT}
_KEYWORDS = {tag: keyword for keyword, tag in _TAGS.items()}
WANTED = frozenset(_KEYWORDS)
"""The tags that `Header` looks at."""


class Header:
    """What the header of one file says, by keyword; absent and empty elements are None.

    Parameters
    ----------
    values : mapping
        Keyword to text or number.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._numbers: dict[str, tuple[float, ...]] = {}

    @classmethod
    def of_scanned(cls, scanned: Scanned) -> Header:
        """Make one of the bytes that scanning has kept."""
        values: dict[str, Any] = {}
        for tag, raw in scanned.values.items():
            keyword = _KEYWORDS[tag]
            if keyword in _TEXT:
                if raw:
                    values[keyword] = raw.decode("latin-1").strip(" \0")
            elif keyword in _BINARY:
                if raw:
                    values[keyword] = int.from_bytes(raw[:2], "little")
            elif keyword in _PRESENT:
                values[keyword] = True
            elif raw:
                values[keyword] = struct.unpack("<d", raw[:8].ljust(8, b"\0"))[0]
        return cls(values)

    @classmethod
    def of_dataset(cls, dataset: Dataset) -> Header:
        """Make one of a data set of pydicom's."""
        values: dict[str, Any] = {}
        for keyword in (*_TEXT, *_BINARY, *_DOUBLES):
            value = dataset.get(keyword)
            if value is None or value == "":
                continue
            if keyword in _TEXT:
                several = isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue"
                values[keyword] = "\\".join(map(str, value)) if several else str(value)
            else:
                values[keyword] = value
        meta = getattr(dataset, "file_meta", None)
        if meta is not None and meta.get("MediaStorageSOPClassUID"):
            values["MediaStorageSOPClassUID"] = str(meta.MediaStorageSOPClassUID)
        for keyword in _PRESENT:
            if dataset.get(keyword):
                values[keyword] = True
        return cls(values)

    def __contains__(self, keyword: str) -> bool:
        return keyword in self._values

    def text(self, keyword: str) -> str:
        """Return an element as text; empty if it is not there."""
        return str(self._values.get(keyword, ""))

    def number(self, keyword: str) -> float | None:
        """Return the first value of an element as a finite number."""
        numbers = self.numbers(keyword)
        return numbers[0] if numbers else None

    def integer(self, keyword: str, default: int) -> int:
        """Return the first value of an element as an integer."""
        number = self.number(keyword)
        return default if number is None else int(number)

    def numbers(self, keyword: str, count: int | None = None) -> tuple[float, ...]:
        """Return the values of an element; none if one of them is no finite number.

        With `count`, none also if there are not so many.
        """
        found = self._numbers.get(keyword)
        if found is None:
            found = self._numbers[keyword] = _numbers_in(self._values.get(keyword))
        return found if count is None or len(found) == count else ()

    @kept
    def described(self) -> str:
        """Return the description of the series, in the character set of the file."""
        return self.decoded("SeriesDescription")

    def decoded(self, keyword: str) -> str:
        """Return text in the character set of the file."""
        text = self.text(keyword)
        if text.isascii():
            return text
        from pydicom.charset import convert_encodings, decode_bytes
        from pydicom.valuerep import TEXT_VR_DELIMS

        try:
            raw = text.encode("latin-1")
        except UnicodeEncodeError:  # pydicom has decoded it
            return text
        encodings = convert_encodings(self.text("SpecificCharacterSet").split("\\"))
        return str(decode_bytes(raw, encodings, TEXT_VR_DELIMS))

    @kept
    def frames(self) -> int:
        """Return how many frames the file says that it has."""
        return max(1, self.integer("NumberOfFrames", 1))

    @kept
    def shape(self) -> tuple[int, ...]:
        """Return the shape of one frame: rows, columns and, if there are several, samples."""
        rows, columns = self.integer("Rows", 0), self.integer("Columns", 0)
        samples = self.integer("SamplesPerPixel", 1)
        return (rows, columns) if samples <= 1 else (rows, columns, samples)

    @kept
    def photometric(self) -> str:
        """Return what samples mean: ``"MONOCHROME2"``, ``"RGB"``."""
        return self.text("PhotometricInterpretation")

    @kept
    def spacing(self) -> tuple[float, float] | None:
        """Return the distance of neighbouring rows and of neighbouring columns, in mm.

        That in the patient; of a projection that on the detector; of a scan that on the paper.
        """
        for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
            found = self.numbers(keyword, 2)
            if found and min(found) > 0:
                return found[0], found[1]
        return None

    @kept
    def position(self) -> tuple[float, ...]:
        """Return where the centre of the first pixel lies, in mm; empty if that is not told."""
        return self.numbers("ImagePositionPatient", 3)

    @kept
    def orientation(self) -> tuple[float, ...]:
        """Return the directions of rows and columns; empty if they are not told, or are none."""
        found = self.numbers("ImageOrientationPatient", 6)
        if not found:
            return ()
        row, column = found[:3], found[3:]
        lengths = math.hypot(*row), math.hypot(*column)
        if min(lengths) < 0.5:
            return ()
        across = sum(r * c for r, c in zip(row, column, strict=True)) / lengths[0] / lengths[1]
        return found if abs(across) < 0.1 else ()


def _numbers_in(value: Any) -> tuple[float, ...]:
    if value is None:
        return ()
    if isinstance(value, int):
        return (float(value),)
    try:
        found = tuple([float(part) for part in str(value).split("\\")])
    except ValueError:
        return ()
    return found if all(map(math.isfinite, found)) else ()
