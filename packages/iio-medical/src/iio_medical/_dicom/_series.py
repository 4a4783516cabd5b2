"""Files of one folder sorted into the series, and the stacks of planes, that they belong to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from ._distance import Distance, told_distance
from ._file import DicomFile
from ._frames import Frame, frames_of
from ._geometry import gaps, geometry_of, height
from ._stack import Stack, are_planes, axis_of_frames, named

__all__ = ["images_in", "listed", "sorted_into_stacks"]

_NEAR = 0.01  # mm: two planes so close are at the same place
_ANGLE = 0.02  # of a direction's components: what is less is rounding
# What tells volumes of one series apart that lie at the same place, the surest first.
_PHASES = (
    *("TemporalPositionIdentifier", "DiffusionBValue", "EchoTime", "TriggerTime"),
    *("AcquisitionNumber", "AcquisitionTime", "ContentTime"),
)


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
        distance = _distance(stack)
        stack.geometry = geometry_of([()], (), header.spacing, distance.mm)
        _tell_guess(stack, distance)
    else:
        stack.geometry = geometry_of([()], (), header.spacing, _distance(stack).mm)
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
    if not are_planes(frames):
        absent = positions.count(())
        if 0 < absent < len(positions):
            stack.doubts.append(
                f"{absent} of its {len(positions)} frames do not tell where they lie; all are read "
                "as they stand"
            )
        elif len(set(positions)) > 1:
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
    first, distance = frames[0], frames[0].distance
    if len(positions) < 2 and distance.is_guess and _are_no_planes(frames, stack):
        distance = Distance()
    stack.geometry = geometry_of(positions, first.orientation, first.spacing, distance.mm)
    if len(positions) < 2:
        _tell_guess(stack, distance)
    return stack


def _are_no_planes(frames: Sequence[Frame], stack: Stack) -> bool:
    """Tell whether frames are known not to lie behind each other, as they stand in the file."""
    placed = len(frames) > 1 and all(frame.position for frame in frames)
    return placed or axis_of_frames(stack.first) == "T"


def _distance(stack: Stack) -> Distance:
    header = stack.first.header
    return told_distance(header.number("SpacingBetweenSlices"), header.number("SliceThickness"))


def _tell_guess(stack: Stack, distance: Distance) -> None:
    """Doubt a distance of several planes that is only taken for it."""
    if distance.is_guess and stack.spacing is not None:
        stack.guesses.append(
            "neither positions nor SpacingBetweenSlices tell how far its planes are apart: its "
            f"spacing takes SliceThickness for that, {distance.mm} mm, which is a guess; planes "
            "may overlap, or have gaps between them"
        )
        stack.doubts += stack.guesses


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
    stack.geometry = geometry_of(positions, orientation, header.spacing, _distance(stack).mm)
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
