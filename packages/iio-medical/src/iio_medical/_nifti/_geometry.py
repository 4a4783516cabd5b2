"""Between NIfTI's affine (indices from the first axis on, RAS) and iio's geometry (LPS).

NIfTI-1 Data Format, section "3D image (volume) orientation and location in space".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import EncodeError

__all__ = ["affine_of", "geometry_of"]

_TO_RAS = np.diag([-1.0, -1.0, 1.0])
_CLOSE = 1e-4


def geometry_of(affine: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return spacing (planes, rows, columns), origin and direction, as those of DICOM and ITK."""
    matrix = _TO_RAS @ np.asarray(affine, float)[:3, :3]
    spacing = np.linalg.norm(matrix, axis=0)
    direction = matrix / np.where(spacing > 0, spacing, 1)
    return {
        "spacing": tuple(float(n) for n in spacing[::-1]),
        "origin": tuple(float(n) for n in _TO_RAS @ np.asarray(affine, float)[:3, 3]),
        "direction": tuple(tuple(float(n) for n in row) for row in direction),
    }


def affine_of(metadata: Mapping[str, Any], name: str) -> np.ndarray[Any, Any] | None:
    """Return the affine that metadata tells, in mm, or None.

    Raises
    ------
    EncodeError
        If what it tells is no geometry, or it tells two.
    """
    told = metadata.get("affine")
    spacing = metadata.get("spacing")
    placed = None if spacing is None else _of_geometry(metadata, name)
    if told is None:
        return placed
    affine = _array(told, (4, 4), "affine", name)
    # Of what is measured in micrometres a small part of a mm is not small.
    small = _CLOSE if placed is None else _CLOSE * min(1.0, np.abs(placed[:3, :3]).max())
    if placed is not None and not np.allclose(affine, placed, rtol=_CLOSE, atol=small):
        raise EncodeError(
            f"{name}: affine says another geometry than spacing, origin and direction; leave one "
            "of them out",
            plugin="nifti",
        )
    return affine


def _of_geometry(metadata: Mapping[str, Any], name: str) -> np.ndarray[Any, Any]:
    spacing = np.ravel(_array(metadata["spacing"], None, "spacing", name))[-3:]
    if spacing.size < 2 or not (spacing > 0).all():
        raise EncodeError(
            f"{name}: spacing={metadata['spacing']!r} is no distances of planes, rows and columns",
            plugin="nifti",
        )
    zooms = np.ones(3)
    zooms[: spacing.size] = spacing[::-1]
    given = metadata.get("direction")
    direction = np.eye(3) if given is None else _square(given, name)
    origin = np.zeros(3)
    if metadata.get("origin") is not None:
        numbers = np.ravel(_array(metadata["origin"], None, "origin", name))[:3]
        origin[: numbers.size] = numbers
    affine = np.eye(4)
    affine[:3, :3] = _TO_RAS @ direction @ np.diag(zooms)
    affine[:3, 3] = _TO_RAS @ origin
    return affine


def _square(given: Any, name: str) -> np.ndarray[Any, Any]:
    matrix = _array(given, None, "direction", name)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] not in (2, 3, 4):
        raise EncodeError(f"{name}: direction has to be 3 rows of 3 numbers", plugin="nifti")
    direction = np.eye(3)
    size = min(len(matrix), 3)
    direction[:size, :size] = matrix[:size, :size]
    return direction


def _array(value: Any, shape: tuple[int, ...] | None, what: str, name: str) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(value, float)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if (shape is not None and array.shape != shape) or not np.isfinite(array).all():
        raise EncodeError(f"{name}: {what}={value!r} is no {what}", plugin="nifti")
    return array
