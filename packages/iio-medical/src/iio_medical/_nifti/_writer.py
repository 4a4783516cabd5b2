"""Writing NIfTI through nibabel."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.fileholders import FileHolder

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

from ._geometry import affine_of
from ._units import checked, in_unit

__all__ = ["NiftiWriter"]

_DTYPES = frozenset(
    {"uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64"}
    | {"float32", "float64", "complex64", "complex128"}
)
_GEOMETRY = frozenset({"affine", "spacing", "origin", "direction", "axes"})
_LONGEST = 79  # bytes of a description


class NiftiWriter:
    """Writes an image as NIfTI-1, or as NIfTI-2 where an axis is longer than 32767.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    """

    takes_arrays = True

    def __init__(self, target: Target, format: str) -> None:
        self._target = target
        self._format = format
        self._written = False

    def write(
        self,
        image: np.ndarray[Any, Any],
        *,
        metadata: Mapping[str, Any] | None = None,
        version: int | None = None,
        compression_level: int = 6,
    ) -> None:
        """Encode an image, a volume, or volumes at several times.

        Parameters
        ----------
        image : numpy.ndarray
            ``(rows, columns)``, ``(planes, rows, columns)``, ``(times, planes, rows, columns)``.
        metadata : mapping, optional
            ``affine``, or ``spacing``, ``origin`` and ``direction`` as ``immeta`` returns them
            here and for DICOM, all in mm; ``units`` of space and time, in which the file is to
            count (by default mm, and no unit of time); ``description``, ``time_step``.
        version : {1, 2}, optional
            Of the format. By default 1, if it can hold the image.
        compression_level : int
            Of a ``.nii.gz``: 1 to 9.

        Raises
        ------
        EncodeError
            If NIfTI cannot hold the image.
        """
        if version not in (None, 1, 2):
            raise OptionError(f"version={version!r} is neither 1 nor 2")
        if not 1 <= compression_level <= 9:
            raise OptionError(f"compression_level={compression_level!r} is not 1 to 9")
        self._refuse(image)
        told = dict(metadata or {})
        affine = affine_of(told, self._target.name)
        if version is None:
            version = 1 if max(image.shape) <= 32767 else 2
        kind: Any = nib.Nifti1Image if version == 1 else nib.Nifti2Image
        units = self._units(told, affine)
        if affine is not None:
            affine = in_unit(affine, units[0], np.float32 if version == 1 else np.float64)
        made = kind(image.T, affine, dtype=image.dtype)
        made.header.set_xyzt_units(*units)
        self._describe(made, told, image.ndim)
        file = self._target.open()
        sink: Any = file
        if self._format == "NIFTI-GZ":
            sink = gzip.GzipFile("", "wb", compresslevel=compression_level, fileobj=file, mtime=0)
        holder = FileHolder(fileobj=sink)
        made.to_file_map({"header": holder, "image": holder})
        if sink is not file:
            sink.close()
        self._written = True

    def close(self) -> None:
        """Finish the file; it is complete."""

    def abort(self) -> None:
        """Give up; nothing is kept here."""

    def _refuse(self, image: np.ndarray[Any, Any]) -> None:
        if self._written:
            raise self._refusal("it holds one image")
        if image.dtype.name not in _DTYPES:
            listed = ", ".join(sorted(_DTYPES))
            raise self._refusal(f"it cannot hold {image.dtype}; it holds {listed}")
        if not 2 <= image.ndim <= 7 or min(image.shape) < 1:
            raise self._refusal(f"an image of shape {image.shape} has no 2 to 7 dimensions")

    def _units(self, told: dict[str, Any], affine: object) -> tuple[str, str]:
        """Return the units to count in; what are none stays in the metadata, and is told."""
        if told.get("units") is not None and (units := checked(told["units"])) is not None:
            del told["units"]
            return units
        return "unknown" if affine is None else "mm", "unknown"

    def _describe(self, made: Any, told: Mapping[str, Any], dimensions: int) -> None:
        header = made.header
        header.set_slope_inter(1, 0)
        lost = [n for n, v in told.items() if n not in _GEOMETRY | _KNOWN and not is_derived(n, v)]
        if told.get("spacing") is None and told.get("affine") is None:
            without = [key for key in ("origin", "direction") if told.get(key) is not None]
            lost += [f"{key} without spacing" for key in without]
        if (text := told.get("description")) is not None:
            data = str(text).encode("latin-1", "replace")
            header["descrip"] = data[:_LONGEST]
            if data.decode("latin-1") != text or len(data) > _LONGEST:
                lost.append("description")
        if told.get("units") is not None:
            lost.append("units")
        if (step := told.get("time_step")) is not None:
            if dimensions > 3:
                zooms = list(header.get_zooms())
                zooms[3] = float(step)
                header.set_zooms(zooms)
            else:
                lost.append("time_step")
        if (intent := told.get("intent")) is not None:
            try:
                header.set_intent(str(intent), allow_unknown=False)
            except (KeyError, ValueError, nib.spatialimages.HeaderDataError):
                lost.append("intent")
        if lost:
            warn(
                f"{self._target.name}: NIfTI cannot hold {', '.join(lost)}; left out",
                MetadataWarning,
            )

    def _refusal(self, why: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name} cannot be written as {self._format}: {why}",
            plugin="nifti",
            format=self._format,
        )


_KNOWN = frozenset({"description", "units", "time_step", "intent"})
