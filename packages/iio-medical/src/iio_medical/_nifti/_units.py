"""The units of NIfTI: distances are mm here, as in every format, whatever a file counts in.

NIfTI-1 Data Format, section "units of spatial and temporal dimensions". As ITK does, what says no
unit, or none that is known, is taken as mm.
"""

from __future__ import annotations

from typing import Any

import nibabel as nib
import numpy as np

__all__ = ["checked", "in_mm", "in_unit", "units_of"]

_SPACE = {"unknown": 1.0, "mm": 1.0, "meter": 1000.0, "micron": 1000.0}
_SMALLER = "micron"  # of this one so many are a mm, of the others a unit is so many mm


def units_of(header: Any) -> tuple[str, str] | None:
    """Return the units of space and of time that a header names; None if it cannot name any."""
    if "xyzt_units" not in getattr(header, "keys", list)():
        return None
    code = int(header["xyzt_units"])
    return _name(code % 8), _name(code - code % 8)


def checked(units: Any) -> tuple[str, str] | None:
    """Return units as a caller gives them, by NIfTI's names; None if they are none."""
    try:
        names = [units] if isinstance(units, str) else list(units)
        header = nib.Nifti1Header()
        header.set_xyzt_units(*names)
    except (KeyError, TypeError, ValueError):
        return None
    found = units_of(header)
    return found if found is not None and list(found[: len(names)]) == names else None


def in_mm(affine: np.ndarray[Any, Any], unit: str) -> np.ndarray[Any, Any]:
    """Return an affine of a file as one whose distances are mm."""
    return _times(affine, _SPACE[unit], divided=unit == _SMALLER)


def in_unit(affine: np.ndarray[Any, Any], unit: str, dtype: type) -> np.ndarray[Any, Any]:
    """Return an affine in mm as a file has it: the numbers from which `in_mm` made it.

    Parameters
    ----------
    affine : numpy.ndarray
        In mm.
    unit : str
        That of the file.
    dtype : type
        Of the numbers of its header.
    """
    found = _times(affine, _SPACE[unit], divided=unit != _SMALLER)
    if _SPACE[unit] == 1:
        return found
    if dtype is np.float32:
        return found.astype(np.float32).astype(float)
    flat = zip(found.ravel(), np.ravel(affine), strict=True)
    return np.reshape([_exact(number, mm, unit) for number, mm in flat], (4, 4))


def _exact(number: float, mm: float, unit: str) -> float:
    """Return that number near one of which `in_mm` makes a distance, the shortest of several."""
    near = (float(f"{number:.15g}"), number, np.nextafter(number, -np.inf))
    for one in (*near, np.nextafter(number, np.inf)):
        back = one / _SPACE[unit] if unit == _SMALLER else one * _SPACE[unit]
        if back == mm:
            return float(one)
    return number


def _times(affine: np.ndarray[Any, Any], factor: float, *, divided: bool) -> np.ndarray[Any, Any]:
    made = np.array(affine, float)
    made[:3] = made[:3] / factor if divided else made[:3] * factor
    return made


def _name(code: int) -> str:
    try:
        return str(nib.nifti1.unit_codes.label[code])
    except KeyError:
        return "unknown"
