"""Names of types that several modules share."""

from __future__ import annotations

__all__ = ["Rescale", "Vector"]

Rescale = tuple[float, float]  # slope and intercept
Vector = tuple[float, ...]  # x, y and z in mm, of the patient
