"""Attributes of HDF5 as values of Python, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np

from iio_core import LimitError, Limits, MetadataWarning, is_derived, warn

__all__ = ["attributes_of", "write_attributes"]

_LARGEST = 64_000  # bytes, that stand with the object they belong to


def attributes_of(owner: Any, limits: Limits, name: str) -> dict[str, Any]:
    """Return the attributes of a file, group or dataset.

    References to other objects become their paths.
    """
    found: dict[str, Any] = {}
    total = 0
    for key in owner.attrs:
        total += _stored(owner.attrs.get_id(key))
        if total > limits.metadata_bytes:
            raise LimitError(
                f"{name} has more than {limits.metadata_bytes} bytes of attributes. To allow more: "
                "iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
        try:
            value = owner.attrs[key]
        except (OSError, TypeError, ValueError, KeyError) as error:
            value = f"<not read: {error}>"
        found[key] = _plain(value, owner)
    return found


def _stored(attribute: Any) -> int:
    """Return how many bytes the value of an attribute takes in the file."""
    try:
        return int(attribute.get_storage_size())
    except RuntimeError:  # what h5py makes of 0
        return 0


def _plain(value: Any, owner: Any) -> Any:
    if isinstance(value, bytes | np.bytes_):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, h5py.Empty):
        return None
    if isinstance(value, h5py.Reference | h5py.RegionReference):
        return owner.file[value].name if value else None
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "S":
            return [bytes(one).decode("utf-8", "replace") for one in value.ravel()]
        if value.dtype.kind in "OV":
            return [_plain(one, owner) for one in value.ravel().tolist()]
        return value
    if isinstance(value, np.generic):
        return value.item()
    return value


def write_attributes(owner: Any, metadata: Mapping[str, Any], name: str) -> None:
    """Write metadata as attributes; what HDF5 does not hold is told.

    Parameters
    ----------
    owner : h5py.Dataset
        Whose attributes.
    metadata : mapping
        Names and values.
    name : str
        How messages call the file.
    """
    left_out = []
    for key, value in metadata.items():
        made = _storable(value)
        if made is None or not isinstance(key, str) or not key or "\0" in key:
            left_out += [] if is_derived(key, value) else [key]
            continue
        try:
            owner.attrs[key] = made
        except (TypeError, ValueError, OSError):
            left_out.append(key)
    if left_out:
        warn(
            f"{name}: {', '.join(map(repr, left_out))} of the metadata are no attributes of HDF5",
            MetadataWarning,
        )


def _storable(value: Any) -> Any:
    """Return a value as h5py stores it; None if it is none that comes back the same."""
    if isinstance(value, str):
        return None if "\0" in value or len(value) > _LARGEST else value
    if isinstance(value, list | tuple):
        if value and all(isinstance(one, str) and "\0" not in one for one in value):
            return np.array(list(value), dtype=h5py.string_dtype())
        try:
            value = np.array(value)
        except ValueError:
            return None
    if isinstance(value, bool | int | float | complex | np.ndarray | np.generic):
        array = np.asarray(value)
        return array if array.dtype.kind in "biufc" and array.nbytes <= _LARGEST else None
    return None
