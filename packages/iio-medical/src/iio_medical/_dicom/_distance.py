"""How far planes are apart, where no positions tell: the one rule for reading and for writing.

``SpacingBetweenSlices`` is the distance of the centres of neighbouring planes. ``SliceThickness``
is how much of the patient one plane shows: of planes that overlap it is more than their distance,
of planes with gaps less. DICOM PS3.3, sections C.7.6.2 (Image Plane) and C.8.3.1 (MR Image).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

__all__ = ["Distance", "told_distance"]


class Distance(NamedTuple):
    """The distance of planes in mm, or None; and whether it is only taken for that."""

    mm: float | None = None
    is_guess: bool = False

    def or_else(self, other: Distance) -> Distance:
        """Return this one, or another that is known where this one is not, or only a guess."""
        is_known = other.mm is not None and not other.is_guess
        return other if self.mm is None or (self.is_guess and is_known) else self


def told_distance(between: Any, thickness: Any) -> Distance:
    """Return the distance of planes that lie where no positions tell.

    Parameters
    ----------
    between : number, str or None
        ``SpacingBetweenSlices``.
    thickness : number, str or None
        ``SliceThickness``: of one plane its extent, of several a guess at their distance.
    """
    told = _length(between)
    if told is not None:
        return Distance(told)
    extent = _length(thickness)
    return Distance(extent, is_guess=extent is not None)


def _length(value: Any) -> float | None:
    """Return a length; some spacings are negative, to say which way the planes go."""
    try:
        length = abs(float(value))
    except (TypeError, ValueError):
        return None
    return length if 0 < length < math.inf else None
