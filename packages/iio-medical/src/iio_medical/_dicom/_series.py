"""Files of one folder sorted into the series, and the stacks of planes, that they belong to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from iio_core import warn

from ._apply import Apply, dtype_of, shown_shape
from ._file import DicomFile
from ._frames import Frame, frames_of
from ._geometry import Geometry, gaps, geometry_of, height, is_monotonic

__all__ = ["Stack", "images_in", "listed", "sorted_into_stacks"]

_NAMED = 5  # files that a message names
_NEAR = 0.01  # mm: two planes so close are at the same place
_ANGLE = 0.02  # of a direction's components: what is less is rounding
# What tells volumes of one series apart that lie at the same place, the surest first.
_PHASES = (
    *("TemporalPositionIdentifier", "DiffusionBValue", "EchoTime", "TriggerTime"),
    *("AcquisitionNumber", "AcquisitionTime", "ContentTime"),
)


@dataclass
class Stack:
    """The planes of a series that are one volume, or several of one shape at the same place.

    Parameters
    ----------
    id : str
        The UID of the series, with ``#2`` and so on where it has several stacks.
    files : list of DicomFile
        In the order of the planes, one phase (time, b-value) after the other.
    phases : int
        How many volumes there are at the same place.
    phase : str
        What tells them apart: the keyword of an element.
    geometry : Geometry
        Where they lie.
    doubts : list of str
        What is not as it should be.
    rest : list of DicomFile
        What had no place in it.
    """

    id: str
    files: list[DicomFile]
    phases: int = 1
    phase: str = ""
    geometry: Geometry = field(default_factory=Geometry)
    doubts: list[str] = field(default_factory=list)
    rest: list[DicomFile] = field(default_factory=list)

    @property
    def uid(self) -> str:
        """The UID of the series."""
        return self.id.partition("#")[0]

    @property
    def first(self) -> DicomFile:
        """The file of the first plane."""
        return self.files[0]

    @property
    def is_multiframe(self) -> bool:
        """Whether it is one file of several frames."""
        return len(self.files) == 1 and self.first.header.frames > 1

    @property
    def images(self) -> int:
        """How many planes there are in all."""
        return sum(file.header.frames for file in self.files)

    def shape_of(self, apply: Apply) -> tuple[int, ...]:
        """Return the shape of all of it as one array."""
        plane = shown_shape(self.first, apply)
        if self.is_multiframe:
            return (self.first.header.frames, *plane)
        planes = len(self.files) // self.phases
        return (self.phases, planes, *plane) if self.phases > 1 else (planes, *plane)

    def axes_of(self, apply: Apply) -> str:
        """Return the letters of its axes."""
        samples = "S" if len(shown_shape(self.first, apply)) > 2 else ""
        if self.phases > 1:
            letter = "I" if self.phase in ("DiffusionBValue", "EchoTime") else "T"
            return f"{letter}ZYX{samples}"
        return f"{axis_of_frames(self.first) if self.is_multiframe else 'Z'}YX{samples}"

    @property
    def spacing(self) -> tuple[float, ...] | None:
        """The distances along planes, rows and columns, in mm."""
        return self.geometry.spacing

    def steps(self) -> list[Any]:
        """Return what tells the phases apart, for each: times or b-values."""
        planes = len(self.files) // self.phases
        return [self.files[i * planes].header.number(self.phase) for i in range(self.phases)]

    def tell(self) -> None:
        """Warn of what is not as it should be."""
        for doubt in self.doubts:
            warn(f"series {self.id}: {doubt}")

    def as_dict(self, apply: Apply) -> dict[str, Any]:
        """Return what lists of series show."""
        header = self.first.header
        found: dict[str, Any] = {
            "id": self.id,
            "number": None if "SeriesNumber" not in header else header.integer("SeriesNumber", 0),
            "description": header.described,
            "modality": header.text("Modality"),
            "images": self.images,
            "shape": self.shape_of(apply),
            "axes": self.axes_of(apply),
            "dtype": str(dtype_of(self.files, apply)),
            **self.geometry.as_dict(),
        }
        if self.phases > 1:
            found["phases"] = {self.phase: self.steps()}
        if self.doubts:
            found["doubts"] = list(self.doubts)
        return found


def axis_of_frames(file: DicomFile) -> str:
    """Return what the frames of a file are: planes, times, or images of no order that is told."""
    header = file.header
    if "GridFrameOffsetVector" in header:
        return "Z"
    if "FrameTime" in header:
        return "T"
    return "Z" if _are_planes(frames_of(file)) else "I"


def _are_planes(frames: Sequence[Frame]) -> bool:
    """Tell whether frames are planes in the order of their positions."""
    first = frames[0].orientation
    if len(frames) < 2 or not first or not all(frame.position for frame in frames):
        return False
    return is_monotonic([height(frame.position, first) for frame in frames])


def images_in(files: Iterable[DicomFile]) -> list[DicomFile]:
    """Return the files that hold images: reports, plans and structures do not."""
    return [file for file in files if file.pixels is not None and min(file.header.shape) > 0]


def sorted_into_stacks(files: Iterable[DicomFile]) -> list[Stack]:
    """Return the stacks of all series, in the order of their numbers."""
    series: dict[str, list[DicomFile]] = defaultdict(list)
    for file in files:
        series[file.header.text("SeriesInstanceUID")].append(file)
    stacks: list[Stack] = []
    for uid, members in series.items():
        stacks += _stacks_of(uid, members)
    return sorted(stacks, key=_order_of_series)


def _order_of_series(stack: Stack) -> tuple[Any, ...]:
    header = stack.first.header
    number = header.number("SeriesNumber")
    uid, _, part = stack.id.partition("#")
    study = (header.text("StudyDate"), header.text("StudyTime"), header.text("StudyInstanceUID"))
    return (*study, number is None, number or 0.0, uid, int(part or 1))


def _stacks_of(uid: str, files: list[DicomFile]) -> list[Stack]:
    """Part a series by what cannot be in one array: sizes, orientations, several frames."""
    files, doubles = _without_doubles(files)
    parts: dict[tuple[Any, ...], list[DicomFile]] = defaultdict(list)
    seen: list[tuple[float, ...]] = []
    for file in files:
        header = file.header
        alone = file.name if header.frames > 1 else ""
        parts[(header.shape, _same_angles(header.orientation, seen), alone)].append(file)
    stacks = []
    largest = sorted(parts.values(), key=lambda part: (-len(part), _instance(part[0])))
    for number, part in enumerate(largest):
        stack = _stack(uid if number == 0 else f"{uid}#{number + 1}", part)
        stacks.append(stack)
    for stack in stacks:  # it grows
        if stack.rest:
            stacks.append(_stack(f"{uid}#{len(stacks) + 1}", stack.rest))
    if len(parts) > 1 and not all(alone for _, _, alone in parts):
        stacks[0].doubts.append(_why_parted(parts, largest))
    if doubles:
        stacks[0].doubts.append(f"the same image is there twice: {named(doubles)} left out")
    return stacks


def _same_angles(orientation: tuple[float, ...], seen: list[tuple[float, ...]]) -> int:
    """Return the number of an orientation among those seen; rounding does not make another."""
    for number, known in enumerate(seen):
        if len(known) == len(orientation) and all(
            abs(a - b) < _ANGLE for a, b in zip(known, orientation, strict=True)
        ):
            return number
    seen.append(orientation)
    return len(seen) - 1


def _why_parted(
    parts: dict[tuple[Any, ...], list[DicomFile]], largest: list[list[DicomFile]]
) -> str:
    sizes = {shape for shape, _, _ in parts}
    why = f"sizes {sorted(sizes)}" if len(sizes) > 1 else f"{len(parts)} orientations"
    others = [file for part in largest[1:] for file in part]
    return f"its images have {why} and are {len(parts)} stacks; not in the first: {named(others)}"


def named(files: Sequence[DicomFile]) -> str:
    """Return the names of files for a message, not all of them if there are many."""
    names = ", ".join(file.name for file in files[:_NAMED])
    return names if len(files) <= _NAMED else f"{names} and {len(files) - _NAMED} more"


def _without_doubles(files: list[DicomFile]) -> tuple[list[DicomFile], list[DicomFile]]:
    seen: set[str] = set()
    kept: list[DicomFile] = []
    doubles: list[DicomFile] = []
    for file in files:
        uid = file.header.text("SOPInstanceUID")
        (doubles if uid and uid in seen else kept).append(file)
        seen.add(uid)
    return kept, doubles


def _instance(file: DicomFile) -> tuple[float, str]:
    return file.header.number("InstanceNumber") or 0.0, file.name


def _stack(uid: str, files: list[DicomFile]) -> Stack:
    header = files[0].header
    if header.frames > 1:
        return _of_frames(uid, files[0])
    stack = Stack(uid, sorted(files, key=_instance))
    placed = [file for file in files if file.header.position and file.header.orientation]
    if len(placed) == len(files):
        _order(stack)
    elif len(files) > 1:
        absent = [file for file in files if file not in placed]
        stack.doubts.append(
            f"{len(absent)} of {len(files)} images do not tell where they lie, and the order is "
            f"that of their numbers: {named(absent)}"
        )
        positions: list[Any] = [()]
        stack.geometry = geometry_of(positions, (), header.spacing, _between(stack))
    else:
        stack.geometry = geometry_of([()], (), header.spacing, _between(stack))
    spacings = {file.header.spacing for file in files}
    if len(spacings) > 1:
        stack.doubts.append(f"its images have several spacings: {sorted(map(str, spacings))}")
    meanings = {file.header.photometric for file in files}
    if len(meanings) > 1:
        stack.doubts.append(
            f"its images have several photometric interpretations: {sorted(meanings)}; values mean "
            "other things in some of them"
        )
    return stack


def _of_frames(uid: str, file: DicomFile) -> Stack:
    frames = frames_of(file)
    stack = Stack(uid, [file])
    positions = [frame.position for frame in frames]
    if not _are_planes(frames):
        if len(set(positions)) > 1:
            stack.doubts.append(
                "its frames are not in the order of their positions: several volumes, or one that "
                "is not sorted; they are read as they stand"
            )
        positions = positions[:1]
    elif uneven := gaps(sorted(height(place, frames[0].orientation) for place in positions)):
        stack.doubts.append(
            f"its frames are not evenly spaced, planes may be missing at {len(uneven)} places; "
            "spacing is the mean"
        )
    first = frames[0]
    stack.geometry = geometry_of(positions, first.orientation, first.spacing, _between(stack))
    return stack


def _between(stack: Stack) -> float | None:
    header = stack.first.header
    return header.number("SpacingBetweenSlices") or header.number("SliceThickness") or None


def _order(stack: Stack) -> None:
    """Sort the planes along their normal, and find those that lie at the same place."""
    orientation = stack.first.header.orientation
    heights = {id(f): height(f.header.position, orientation) for f in stack.files}
    files = sorted(stack.files, key=lambda f: (heights[id(f)], _instance(f)))
    extent = heights[id(files[-1])] - heights[id(files[0])]
    near = min(_NEAR, 0.1 * extent / len(files))  # of a microscope planes are closer
    places: list[list[DicomFile]] = []
    for file in files:
        if places and heights[id(file)] - heights[id(places[-1][0])] <= near:
            places[-1].append(file)
        else:
            places.append([file])
    counts = {len(place) for place in places}
    if counts != {1}:
        _part_phases(stack, places)
        places = [[file] for file in stack.files[: len(places)]]
    else:
        stack.files = files
    planes = [place[0] for place in places]
    header = stack.first.header
    positions = [file.header.position for file in planes]
    stack.geometry = geometry_of(positions, orientation, header.spacing, _between(stack))
    _doubt(stack, [heights[id(file)] for file in planes], planes)
    if aside := _beside(stack, [heights[id(file)] for file in planes], planes):
        stack.doubts.append(
            "its planes do not lie behind each other, and parts of the volume are not where its "
            f"geometry says: {named(aside)}"
        )


def _doubt(stack: Stack, heights: list[float], planes: list[DicomFile]) -> None:
    if found := gaps(heights):
        stack.doubts.append(
            f"its planes are not evenly spaced, planes may be missing before {len(found)} of them: "
            f"{named([planes[i] for i in found])}; spacing is the mean"
        )
    if abs(stack.geometry.tilt) > 0.5:
        stack.doubts.append(
            f"the gantry was tilted by {abs(stack.geometry.tilt):.1f} degrees: the axes of the "
            "volume are not at right angles, see its direction"
        )


def _beside(stack: Stack, heights: list[float], planes: list[DicomFile]) -> list[DicomFile]:
    """Return the files that lie beside the line from the first plane to the last one.

    Those of other phases lie where the plane of the first phase at the same height does.
    """
    first, last = planes[0].header.position, planes[-1].header.position
    extent = heights[-1] - heights[0]
    spacing = stack.first.header.spacing
    allowed = max(_NEAR, 0.5 * min(spacing)) if spacing else 1.0  # half a pixel
    found: list[DicomFile] = []
    for number, file in enumerate(stack.files):
        plane = number % len(planes)
        part = (heights[plane] - heights[0]) / extent if extent > 0 else 0.0
        wanted = [a + part * (b - a) for a, b in zip(first, last, strict=True)]
        if math.dist(wanted, file.header.position) > allowed:
            found.append(file)
    return found


def _part_phases(stack: Stack, places: list[list[DicomFile]]) -> None:
    """Sort images at the same place into volumes, if there are as many everywhere."""
    phases = len(places[0])
    if any(len(place) != phases for place in places):
        left = [file for place in places for file in _in_time(place, "")[1:]]
        stack.doubts.append(
            f"some places have more images than others; not in the volume: {named(left)}"
        )
        stack.files = [_in_time(place, "")[0] for place in places]
        stack.rest = left
        return
    phase = next((k for k in _PHASES if _tells(k, places, phases)), "InstanceNumber")
    for place in places:
        place[:] = _in_time(place, phase)
    stack.phases, stack.phase = phases, phase
    stack.files = [place[i] for i in range(phases) for place in places]


def _tells(keyword: str, places: list[list[DicomFile]], phases: int) -> bool:
    """Tell whether an element has another value for each image of a place."""
    return all(
        len({f.header.number(keyword) for f in place} - {None}) == phases for place in places
    )


def _in_time(place: list[DicomFile], phase: str) -> list[DicomFile]:
    return sorted(place, key=lambda f: (f.header.number(phase) or 0.0, _instance(f)))


def listed(stacks: Sequence[Stack]) -> str:
    """Return the series for a message."""
    lines = []
    for stack in stacks[:20]:
        header = stack.first.header
        number = header.text("SeriesNumber") or "no number"
        lines.append(f"{number}: {header.described or 'no description'} ({stack.id})")
    more = f"; and {len(stacks) - 20} more" if len(stacks) > 20 else ""
    return "; ".join(lines) + more
