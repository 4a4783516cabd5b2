"""Reading GRIB: every field is an image, north up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import DecodeError, ImageProperties, Index, Resource

from .._which import numbered
from ._eccodes import Handle, opened
from ._messages import fields_of, messages_of

__all__ = ["GribReader"]

_NAMESPACES = ("parameter", "time", "vertical", "geography", "mars", "ls")


class GribReader:
    """Reads a file of GRIB messages.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    default_index = 0
    """What ``index=None`` means: the first field."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._name = resource.name
        self._file = resource.open()
        self._fields: list[tuple[int, int, int]] = []
        for start, length in messages_of(self._file, b"GRIB", self._name):
            inside = sum(1 for _ in fields_of(self._bytes(start, length)))
            self._fields += [(start, length, number) for number in range(inside)]
        if not self._fields:
            raise DecodeError(f"{self._name} holds no GRIB message", plugin="grib")

    def count(self) -> int:
        """Return how many fields there are."""
        return len(self._fields)

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode a field.

        Parameters
        ----------
        index : int
            Which. None is the first.

        Returns
        -------
        numpy.ndarray
            float64, ``(latitudes, longitudes)`` with the north first and the west at the left, in
            the units of the file; NaN where there is no value. Grids whose rows differ in length,
            and spectral fields, have one axis.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        with opened(self._message(index), self._name) as handle:
            shape = self._shape(handle)
            self._charge(shape)
            values = handle.array("values").astype(float)
            if handle.get("bitmapPresent") or handle.get("numberOfMissing"):
                values[values == handle.get("missingValue")] = np.nan
            if values.size != int(np.prod(shape)):
                raise DecodeError(
                    f"{self._name} declares {shape} values and has {values.size}", plugin="grib"
                )
            return values if len(shape) == 1 else _upright(values, shape, handle)

    def iter(self) -> Iterator[np.ndarray]:
        """Decode one field after the other."""
        for number in range(self.count()):
            yield self.read(index=number)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe a field, without decoding its values."""
        with opened(self._message(index), self._name) as handle:
            shape = self._shape(handle)
            spacing = None
            if len(shape) == 2:
                steps = [handle.get(f"{axis}DirectionIncrementInDegrees") for axis in "ji"]
                spacing = tuple(map(abs, steps)) if all(steps) else None
        axes = "YX" if len(shape) == 2 else None
        return ImageProperties(shape=shape, dtype=np.dtype(float), spacing=spacing, axes=axes)

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what ecCodes tells of a field, by its names.

        Parameters
        ----------
        index : int or ``...``
            Which field; ``...`` for the names of all.
        exclude_applied : bool
            Whether to leave out which way the rows and columns of the file go.
        """
        if index is ...:
            names = []
            for number in range(min(self.count(), 10_000)):
                with opened(self._message(number), self._name) as handle:
                    names.append(handle.get("shortName", ""))
            return {"fields": names}
        found: dict[str, Any] = {}
        with opened(self._message(index), self._name) as handle:
            for namespace in _NAMESPACES:
                for key in handle.names(namespace):
                    value = handle.get(key)
                    if value is not None:
                        found.setdefault(key, value)
            found["edition"] = handle.get("edition")
        if exclude_applied:
            for key in ("iScansNegatively", "jScansPositively", "jPointsAreConsecutive"):
                found.pop(key, None)
        return found

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _bytes(self, start: int, length: int) -> bytes:
        self._resource.limits.check_body(length, name=self._name)
        self._file.seek(start)
        return self._file.read(length)

    def _message(self, index: Index) -> bytes:
        number = numbered(index, len(self._fields), self._name, "field")
        start, length, inside = self._fields[number]
        for place, field in enumerate(fields_of(self._bytes(start, length))):
            if place == inside:
                return field
        raise DecodeError(f"{self._name} has changed while it was read", plugin="grib")

    def _shape(self, handle: Handle) -> tuple[int, ...]:
        columns, rows = handle.get("Ni"), handle.get("Nj")
        if columns is None or rows is None:
            columns, rows = handle.get("Nx"), handle.get("Ny")
        total = handle.get("numberOfDataPoints") or handle.size("values")
        known = isinstance(columns, int) and isinstance(rows, int) and min(rows, columns) > 0
        if known and rows * columns == total:
            return rows, columns
        return (max(0, int(total)),)

    def _charge(self, shape: tuple[int, ...]) -> None:
        self._resource.limits.check_array(
            shape, 8, resource_size=self._resource.size, name=self._name
        )


def _upright(values: np.ndarray, shape: tuple[int, ...], handle: Handle) -> np.ndarray:
    """Return values as rows from north to south, each from west to east (code table 8, flags)."""
    rows, columns = shape
    by_column = bool(handle.get("jPointsAreConsecutive"))
    image = values.reshape((columns, rows) if by_column else (rows, columns))
    if handle.get("alternativeRowScanning"):
        image[1::2] = image[1::2, ::-1].copy()
    if by_column:
        image = image.T
    if handle.get("iScansNegatively"):
        image = image[:, ::-1]
    if handle.get("jScansPositively"):
        image = image[::-1]
    return np.ascontiguousarray(image)
