"""NIfTI with a header in text: ``.nia``, an attribute a line and then the bytes of the pixels.

niftilib, nifti1_io.c, functions "nifti_image_to_ascii" and "nifti_image_from_ascii",
https://github.com/NIFTI-Imaging/nifti_clib
"""

from __future__ import annotations

import math
import re
from typing import Any

import nibabel as nib
import numpy as np

from iio_core import DecodeError, Resource

__all__ = ["AsciiImage"]

_HEADER = 1 << 16
_ATTRIBUTE = re.compile(r"(\w+)\s*=\s*'([^']*)'")
_END = b"/>"


class AsciiImage:
    """What the reader needs of an image: header, affine, and where the values are.

    Parameters
    ----------
    resource : Resource
        The file.

    Raises
    ------
    DecodeError
        If its header is damaged, or its pixels are cut.
    """

    def __init__(self, resource: Resource) -> None:
        self._name = resource.name
        head = resource.head(_HEADER)
        end = head.find(_END)
        if not head.lstrip().startswith(b"<nifti_image") or end < 0:
            raise self._damaged("it has no header <nifti_image ... />")
        self._told = dict(_ATTRIBUTE.findall(head[:end].decode("latin-1")))
        dimensions = self._integer("ndim")
        if not 1 <= dimensions <= 7:
            raise self._damaged(f"ndim is {dimensions}")
        names = ("nx", "ny", "nz", "nt", "nu", "nv", "nw")[:dimensions]
        self.shape = tuple(self._integer(name) for name in names)
        if min(self.shape) < 1:
            raise self._damaged(f"it has an image of {self.shape}")
        self.dtype = self._dtype()
        file = resource.open()
        size = file.seek(0, 2)
        needed = math.prod(self.shape) * self.dtype.itemsize
        start = end + len(_END) + (head[end + len(_END) :][:1] == b"\n")
        if size - start < needed:
            raise self._damaged(f"it has {size} bytes, and needs {needed} for its pixels")
        self.file, self.offset = file, size - needed  # they are the end of the file
        self.header, self.affine = self._placed()

    @property
    def scaling(self) -> tuple[float, float]:
        """Slope and intercept."""
        slope = self._number("scl_slope", 0.0)
        return (slope, self._number("scl_inter", 0.0)) if slope else (1.0, 0.0)

    def _dtype(self) -> np.dtype[Any]:
        code = self._integer("datatype")
        try:
            kind: Any = nib.nifti1.data_type_codes.dtype[code]
            found: np.dtype[Any] = np.dtype(kind)
        except KeyError:
            raise self._damaged(f"datatype is {code}") from None
        if found.itemsize == 0:
            raise self._damaged(f"datatype is {code}")
        big = self._told.get("byteorder", "LSB_FIRST") != "LSB_FIRST"
        return found.newbyteorder(">" if big else "<")

    def _placed(self) -> tuple[Any, np.ndarray[Any, Any]]:
        """Return a header of NIfTI-1 that says the same, and its affine."""
        header = nib.Nifti1Header()
        header.set_data_dtype(self.dtype)
        header.set_data_shape(self.shape)
        names = ("dx", "dy", "dz", "dt", "du", "dv", "dw")[: len(self.shape)]
        header.set_zooms([abs(self._number(name, 1.0)) or 1.0 for name in names])
        header["descrip"] = self._told.get("descrip", "")[:79].encode("latin-1", "replace")
        header["xyzt_units"] = self._unit("xyz_units", 8) + 8 * (self._unit("time_units", 64) // 8)
        matrix = self._matrix("sto_xyz_matrix") if self._code("sform_code") else None
        if matrix is None and self._code("qform_code"):
            matrix = self._matrix("qto_xyz_matrix")
        if matrix is None:
            return header, np.asarray(header.get_best_affine())
        header.set_sform(matrix, code=1)
        return header, matrix

    def _matrix(self, name: str) -> np.ndarray[Any, Any] | None:
        try:
            numbers = [float(number) for number in self._told.get(name, "").split()]
        except ValueError:
            return None
        if len(numbers) != 16 or not all(map(math.isfinite, numbers)):
            return None
        return np.reshape(numbers, (4, 4))

    def _unit(self, name: str, end: int) -> int:
        number = self._number(name, 0)
        return int(number) if 0 <= number < end else 0

    def _code(self, name: str) -> bool:
        return self._told.get(name, "0").strip() not in ("", "0")

    def _integer(self, name: str) -> int:
        try:
            return int(self._told[name])
        except (KeyError, ValueError):
            raise self._damaged(f"{name} is {self._told.get(name)!r}") from None

    def _number(self, name: str, default: float) -> float:
        try:
            number = float(self._told.get(name, default))
        except ValueError:
            return default
        return number if math.isfinite(number) else default

    def _damaged(self, why: str) -> DecodeError:
        return DecodeError(f"{self._name} is no NIfTI in text: {why}", plugin="nifti")
