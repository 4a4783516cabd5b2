"""The planes of a series that are one volume, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from iio_core import warn

from ._apply import Apply, dtype_of, shown_shape
from ._file import DicomFile
from ._frames import Frame, frames_of
from ._geometry import Geometry, height, is_monotonic

__all__ = ["Stack", "are_planes", "axis_of_frames", "named"]

_NAMED = 5  # files that a message names


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
    guesses : list of str
        Those of the doubts that say what its geometry has been taken from.
    rest : list of DicomFile
        What had no place in it.
    """

    id: str
    files: list[DicomFile]
    phases: int = 1
    phase: str = ""
    geometry: Geometry = field(default_factory=Geometry)
    doubts: list[str] = field(default_factory=list)
    guesses: list[str] = field(default_factory=list)
    rest: list[DicomFile] = field(default_factory=list)
    _told: set[str] = field(default_factory=set, repr=False)

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
        """Warn of what is not as it should be, of each thing once."""
        self._tell(self.doubts)

    def tell_guesses(self) -> None:
        """Warn of what its geometry has been taken from, for those who ask for no more."""
        self._tell(self.guesses)

    def _tell(self, doubts: Sequence[str]) -> None:
        for doubt in doubts:
            if doubt not in self._told:
                self._told.add(doubt)
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
    return "Z" if are_planes(frames_of(file)) else "I"


def are_planes(frames: Sequence[Frame]) -> bool:
    """Tell whether frames are planes in the order of their positions."""
    first = frames[0].orientation
    if len(frames) < 2 or not first or not all(frame.position for frame in frames):
        return False
    return is_monotonic([height(frame.position, first) for frame in frames])


def named(files: Sequence[DicomFile]) -> str:
    """Return the names of files for a message, not all of them if there are many."""
    names = ", ".join(file.name for file in files[:_NAMED])
    return names if len(files) <= _NAMED else f"{names} and {len(files) - _NAMED} more"
