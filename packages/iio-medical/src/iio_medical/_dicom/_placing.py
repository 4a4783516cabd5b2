"""From spacing, origin and direction to the elements that place each plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from iio_core import EncodeError

from ._distance import told_distance
from ._geometry import cross
from ._metadata_out import decimal, tell
from ._types import Vector

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

__all__ = ["Place", "place_of"]


class Place:
    """Where the planes of a volume lie.

    Parameters
    ----------
    plane : tuple of float
        The distance of rows and of columns.
    origin : tuple of float, optional
        Where the first plane lies.
    orientation : tuple of float, optional
        The directions of rows and columns.
    step : tuple of float, optional
        The way from plane to plane.
    between : float, optional
        The distance of planes.
    """

    def __init__(
        self,
        plane: Vector,
        origin: Vector | None,
        orientation: Vector | None,
        step: Vector | None,
        between: float | None,
    ) -> None:
        self.plane, self.origin, self.orientation = plane, origin, orientation
        self.step, self.between = step, between

    def position(self, number: int) -> list[Any]:
        """Return where a plane lies."""
        origin, step = self.origin or (0.0, 0.0, 0.0), self.step or (0.0, 0.0, 0.0)
        return [decimal(float(o + number * s)) for o, s in zip(origin, step, strict=True)]

    def put(self, dataset: Dataset, number: int) -> None:
        """Set the elements of a plane."""
        dataset.PixelSpacing = [decimal(float(d)) for d in self.plane]
        if self.between is not None:  # of how much a plane shows, its thickness, it tells nothing
            dataset.SpacingBetweenSlices = decimal(float(self.between))
        if self.origin is not None and self.orientation is not None:
            dataset.ImagePositionPatient = self.position(number)
            dataset.ImageOrientationPatient = [decimal(float(d)) for d in self.orientation]


def place_of(metadata: Mapping[str, Any], dataset: Dataset, planes: int, name: str) -> Place | None:
    """Return where planes lie, as the caller's metadata says; None if it says nothing of it.

    Raises
    ------
    EncodeError
        If what it says is no geometry.
    """
    spacing = _floats(metadata.get("spacing"), (2, 3), "spacing", name)
    origin = _floats(metadata.get("origin"), (3,), "origin", name)
    direction = metadata.get("direction")
    if spacing is None:
        told = _of_elements(dataset)
        lost = [key for key in ("origin", "direction") if metadata.get(key) is not None]
        if lost and told is None:
            tell([f"{key} without spacing" for key in lost], name)
        return told
    if min(spacing) <= 0:
        raise EncodeError(f"{name}: spacing={spacing} is not a distance", plugin="dicom")
    between = spacing[0] if len(spacing) == 3 else None
    if between is None and planes > 1:
        raise EncodeError(
            f"{name}: spacing has to have three numbers for a volume: planes, rows, columns",
            plugin="dicom",
        )
    if origin is None and (position := dataset.get("ImagePositionPatient")):
        origin = tuple(float(x) for x in position)
    if direction is None and (angles := dataset.get("ImageOrientationPatient")):
        direction = _direction([float(x) for x in angles])
    rows = _matrix(direction, name)
    orientation = tuple(rows[i][j] for j in (0, 1) for i in range(3))
    step = _floats(metadata.get("step"), (3,), "step", name)
    if step is None and between is not None:
        step = tuple(between * rows[i][2] for i in range(3))
    return Place(spacing[-2:], origin or (0.0, 0.0, 0.0), orientation, step, between)


def _of_elements(dataset: Dataset) -> Place | None:
    """Return where planes lie, of the elements of the first of them."""
    plane = dataset.get("PixelSpacing")
    if not plane:
        return None
    between = told_distance(dataset.get("SpacingBetweenSlices"), None).mm  # nothing is guessed here
    origin, orientation = (
        dataset.get("ImagePositionPatient"),
        dataset.get("ImageOrientationPatient"),
    )
    step = None
    if origin and orientation and between:
        rows = _direction([float(x) for x in orientation])
        step = tuple(between * row[2] for row in rows)
    return Place(
        tuple(float(x) for x in plane),
        tuple(float(x) for x in origin) if origin else None,
        tuple(float(x) for x in orientation) if orientation else None,
        step,
        between,
    )


def _direction(angles: Sequence[float]) -> Sequence[Vector]:
    """Return rows for x, y and z, of the directions of rows and of columns."""
    row, column = tuple(angles[:3]), tuple(angles[3:])
    return tuple(zip(row, column, cross(row, column), strict=True))


def _floats(value: Any, counts: tuple[int, ...], what: str, name: str) -> Vector | None:
    if value is None:
        return None
    try:
        found = tuple(float(number) for number in value)
    except (TypeError, ValueError):
        found = ()
    if len(found) not in counts:
        raise EncodeError(
            f"{name}: {what}={value!r} has to be {' or '.join(map(str, counts))} numbers",
            plugin="dicom",
        )
    return found


def _matrix(direction: Any, name: str) -> Sequence[Sequence[float]]:
    if direction is None:
        return ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    try:
        rows = [[float(number) for number in row] for row in direction]
    except (TypeError, ValueError):
        rows = []
    if len(rows) != 3 or any(len(row) != 3 for row in rows):
        raise EncodeError(f"{name}: direction has to be 3 rows of 3 numbers", plugin="dicom")
    return rows
