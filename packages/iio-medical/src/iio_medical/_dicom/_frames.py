"""Where each frame of a multi-frame file lies, and how its values are rescaled.

Enhanced objects say it in functional groups, for all frames or for each; older ones once, in the
header. DICOM PS3.3, section C.7.6.16 (Multi-frame Functional Groups).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from iio_core import DecodeError

from ._distance import Distance, told_distance
from ._header import Header
from ._types import Rescale, Vector

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

    from ._file import DicomFile

__all__ = ["Frame", "frames_of", "is_enhanced", "rescale_of"]


_DISTANCES = ("SpacingBetweenSlices", "SliceThickness")
_MOST_MISSING = 10_000  # frames without a description of their own: a header may claim any number


class Frame(NamedTuple):
    """What is particular to a frame."""

    position: Vector = ()
    orientation: Vector = ()
    spacing: tuple[float, float] | None = None
    rescale: Rescale | None = None
    distance: Distance = Distance()


def is_enhanced(header: Header) -> bool:
    """Tell whether a file has functional groups."""
    return (
        "SharedFunctionalGroupsSequence" in header or "PerFrameFunctionalGroupsSequence" in header
    )


def rescale_of(header: Header) -> Rescale | None:
    """Return slope and intercept; None if the values stand for themselves."""
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    if slope is None or intercept is None or (slope == 1 and intercept == 0):
        return None
    return slope, intercept


def frames_of(file: DicomFile) -> list[Frame]:
    """Return what is known of each frame; of a file that tells it once, one for all of them."""
    header = file.header
    distance = told_distance(*(header.number(keyword) for keyword in _DISTANCES))
    plain = Frame(header.position, header.orientation, header.spacing, rescale_of(header), distance)
    if not is_enhanced(header):
        return _of_offsets(header, plain)
    dataset = file.dataset()
    shared = _first(dataset.get("SharedFunctionalGroupsSequence"))
    each = dataset.get("PerFrameFunctionalGroupsSequence") or []
    common = _frame(shared, plain)
    frames = [_frame(item, common) for item in each]
    if not frames:
        return [common]
    missing = header.frames - len(frames)
    if missing > _MOST_MISSING:
        raise DecodeError(
            f"{file.name} says that it has {header.frames} frames, and describes {len(frames)}",
            plugin="dicom",
        )
    return frames[: header.frames] + [common] * missing


def _of_offsets(header: Header, plain: Frame) -> list[Frame]:
    """Return the frames of a dose or a stack, whose offsets along the normal are listed."""
    offsets = header.numbers("GridFrameOffsetVector", header.frames)
    if not offsets or not plain.position or not plain.orientation:
        return [plain]
    if offsets[0] != 0:  # they may be given as positions
        offsets = tuple(offset - offsets[0] for offset in offsets)
    row, column = plain.orientation[:3], plain.orientation[3:]
    normal = (
        row[1] * column[2] - row[2] * column[1],
        row[2] * column[0] - row[0] * column[2],
        row[0] * column[1] - row[1] * column[0],
    )
    return [
        plain._replace(
            position=tuple(p + offset * n for p, n in zip(plain.position, normal, strict=True))
        )
        for offset in offsets
    ]


def _first(sequence: Any) -> Dataset | None:
    return sequence[0] if sequence else None


def _frame(item: Dataset | None, default: Frame) -> Frame:
    """Return a frame of what its functional groups say; the rest is as in `default`."""
    if item is None:
        return default
    found: dict[str, Any] = {}
    if group := _first(item.get("PlanePositionSequence")):
        found["position"] = _numbers(group.get("ImagePositionPatient"), 3)
    if group := _first(item.get("PlaneOrientationSequence")):
        found["orientation"] = _numbers(group.get("ImageOrientationPatient"), 6)
    if group := _first(item.get("PixelMeasuresSequence")):
        found["spacing"] = _numbers(group.get("PixelSpacing"), 2) or None
        distance = told_distance(*(group.get(keyword) for keyword in _DISTANCES))
        found["distance"] = distance.or_else(default.distance)
    if group := _first(item.get("PixelValueTransformationSequence")):
        rescale = _numbers([group.get("RescaleSlope"), group.get("RescaleIntercept")], 2)
        found["rescale"] = rescale if rescale and rescale != (1.0, 0.0) else None
    return default._replace(**{k: v for k, v in found.items() if v or k == "rescale"})


def _numbers(value: Any, count: int) -> tuple[Any, ...]:
    try:
        numbers = tuple(float(part) for part in value)
    except (TypeError, ValueError):
        return ()
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else ()
