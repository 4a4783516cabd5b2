"""Between ITK's images and arrays: dtypes, the order of axes, and geometry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from iio_core import EncodeError

__all__ = ["ALWAYS_3D", "axes_of", "dtype_of", "geometry_of", "place"]

ALWAYS_3D = frozenset({"BIORAD", "GIPL", "MRC"})
"""Formats in which one plane is a volume of one plane; it is read as a plane."""
_NAMES = {
    "8-bit unsigned integer": "uint8",
    "8-bit signed integer": "int8",
    "16-bit unsigned integer": "uint16",
    "16-bit signed integer": "int16",
    "32-bit unsigned integer": "uint32",
    "32-bit signed integer": "int32",
    "64-bit unsigned integer": "uint64",
    "64-bit signed integer": "int64",
    "32-bit float": "float32",
    "64-bit float": "float64",
    "complex of 32-bit float": "complex64",
    "complex of 64-bit float": "complex128",
}


def dtype_of(described: str) -> np.dtype[Any] | None:
    """Return the dtype of a pixel type, as SimpleITK describes it; None if NumPy has none.

    Examples
    --------
    >>> dtype_of("vector of 8-bit unsigned integer")
    dtype('uint8')
    """
    name = _NAMES.get(described.removeprefix("vector of "))
    return None if name is None else np.dtype(name)


def axes_of(dimensions: int, channels: int) -> str | None:
    """Return the letters of the axes of an array."""
    if not 2 <= dimensions <= 4:
        return None
    return "TZYX"[-dimensions:] + ("S" if channels > 1 else "")


def geometry_of(image: Any) -> dict[str, Any]:
    """Return spacing, origin and direction of an image, or of the header of one.

    The spacing is in the order of the array's axes; origin and direction are ITK's: x first.
    """
    dimensions = image.GetDimension()
    flat = [float(number) for number in image.GetDirection()]
    rows = tuple(tuple(flat[i * dimensions : (i + 1) * dimensions]) for i in range(dimensions))
    return {
        "spacing": tuple(float(number) for number in image.GetSpacing()[::-1]),
        "origin": tuple(float(number) for number in image.GetOrigin()),
        "direction": rows,
    }


def place(image: Any, metadata: Mapping[str, Any], name: str) -> None:
    """Give an image the geometry that metadata tells.

    Raises
    ------
    EncodeError
        If it is none of an image of so many dimensions.
    """
    dimensions = image.GetDimension()
    spacing = _numbers(metadata.get("spacing"), dimensions, "spacing", name)
    origin = _numbers(metadata.get("origin"), dimensions, "origin", name)
    direction = metadata.get("direction")
    try:
        if spacing is not None:
            image.SetSpacing(spacing[::-1])
        if origin is not None:
            image.SetOrigin(origin)
        if direction is not None:
            flat = np.asarray(direction, float)
            if flat.shape != (dimensions, dimensions):
                raise ValueError(f"it has to be {dimensions} rows of {dimensions} numbers")
            image.SetDirection([float(number) for number in flat.ravel()])
    except (RuntimeError, ValueError, TypeError) as error:
        said = str(error).splitlines()[-1]
        raise EncodeError(
            f"{name}: this is no geometry of an image: {said}", plugin="itk"
        ) from None


def _numbers(value: Any, count: int, what: str, name: str) -> Sequence[float] | None:
    if value is None:
        return None
    try:
        found = [float(number) for number in value]
    except (TypeError, ValueError):
        found = []
    if len(found) != count:
        raise EncodeError(f"{name}: {what}={value!r} has to be {count} numbers", plugin="itk")
    return found
