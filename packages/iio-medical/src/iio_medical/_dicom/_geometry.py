"""Where the planes of a stack lie in the patient: spacing, origin and direction of the volume.

The same as ITK's ``ImageSeriesReader``: the spacing of planes is the mean of their distances, and
the third axis their normal, also where a gantry was tilted; the true step is told besides.
DICOM PS3.3, section C.7.6.2 (Image Plane).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ._types import Vector

__all__ = ["Geometry", "cross", "gaps", "geometry_of", "height", "is_monotonic"]

_TILTED = 1e-3  # radians
_UNEVEN = 0.05  # of the distance, and at least
_SLIGHT = 0.01  # mm: positions are rounded to so much


@dataclass(frozen=True)
class Geometry:
    """The place of a volume in the patient; None where its files do not tell.

    Parameters
    ----------
    spacing : tuple of float or None
        Distances along planes, rows and columns, in mm: the order of the array's axes.
    origin : tuple of float or None
        Where the first voxel's centre lies: x, y, z in mm, of the patient (LPS).
    direction : tuple of tuple of float or None
        A row for each of x, y and z; a column for each axis: along a row of pixels, along a
        column, and the normal of both, on the side to which planes go.
    tilt : float
        By how many degrees the way from plane to plane leans from their normal.
    step : tuple of float or None
        That way, in mm.
    """

    spacing: tuple[float, ...] | None = None
    origin: Vector | None = None
    direction: tuple[tuple[float, ...], ...] | None = None
    tilt: float = 0.0
    step: Vector | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, for metadata."""
        found: dict[str, Any] = {}
        if self.spacing is not None:
            found["spacing"] = self.spacing
        if self.origin is not None:
            found["origin"] = self.origin
        if self.direction is not None:
            found["direction"] = self.direction
        if abs(self.tilt) > 0.01:
            found["tilt"] = self.tilt
            found["step"] = self.step
        return found


def cross(one: Sequence[float], other: Sequence[float]) -> Vector:
    """Return the cross product."""
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def height(position: Sequence[float], orientation: Sequence[float]) -> float:
    """Return how far along the normal of its plane a position lies, in mm."""
    normal = cross(orientation[:3], orientation[3:])
    length = math.hypot(*normal) or 1.0
    return sum(p * n for p, n in zip(position, normal, strict=True)) / length


def geometry_of(
    positions: Sequence[Vector],
    orientation: Vector,
    spacing: tuple[float, float] | None,
    between: float | None,
) -> Geometry:
    """Return the geometry of a stack of planes.

    Parameters
    ----------
    positions : sequence of tuple
        Of the planes, in their order; empty ones where they are not told.
    orientation : tuple of float
        The directions of rows and of columns, or nothing.
    spacing : tuple of float or None
        Between rows and between columns.
    between : float or None
        The distance of planes that the header tells, for where positions do not.
    """
    known = len(positions) > 0 and all(positions)
    if not known or not orientation:
        whole = None if spacing is None or between is None else (between, *spacing)
        return Geometry(spacing=whole)
    first, last = positions[0], positions[-1]
    row, column = orientation[:3], orientation[3:]
    normal = cross(row, column)
    step, tilt, way = between, 0.0, None
    if len(positions) > 1:
        way = tuple(b - a for a, b in zip(first, last, strict=True))
        length = math.hypot(*way)
        if length > 0:
            step = length / (len(positions) - 1)
            cosine = sum(w * n for w, n in zip(way, normal, strict=True)) / length
            cosine /= math.hypot(*normal)
            if cosine < 0:  # frames of one file may go down
                normal, cosine = (-normal[0], -normal[1], -normal[2]), -cosine
            way = tuple(w / (len(positions) - 1) for w in way)
            tilt = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
    return Geometry(
        spacing=None if spacing is None or step is None else (step, *spacing),
        origin=first,
        direction=tuple(zip(row, column, normal, strict=True)),
        tilt=tilt if abs(tilt) > math.degrees(_TILTED) else 0.0,
        step=way,
    )


def gaps(heights: Sequence[float]) -> list[int]:
    """Return the planes in front of which the distance is not the usual one.

    Parameters
    ----------
    heights : sequence of float
        Of the planes along their normal, ascending.
    """
    steps = [b - a for a, b in pairwise(heights)]
    if len(steps) < 2:
        return []
    usual = sorted(steps)[len(steps) // 2]
    allowed = max(_UNEVEN * usual, _SLIGHT)
    return [number + 1 for number, step in enumerate(steps) if abs(step - usual) > allowed]


def is_monotonic(heights: Sequence[float]) -> bool:
    """Tell whether planes go up, or down, all the way."""
    steps = [b - a for a, b in pairwise(heights)]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)
