"""MINC 1 as nibabel opens it, in the order of its other images: columns first.

``MINC 1.0 Programmer's Guide, section MINC files``: dimensions stand in a file as those of C do,
mostly time, z, y, x, and nibabel leaves them so; its affine counts in the same order.
"""

from __future__ import annotations

from typing import Any

import nibabel as nib
import numpy as np
from nibabel.fileholders import FileHolder

__all__ = ["MincImage"]


class MincImage:
    """An image whose first axis varies fastest; itself its array proxy and its header.

    Parameters
    ----------
    file : file object
        The file, opened.
    """

    def __init__(self, file: Any) -> None:
        self._image: Any = nib.Minc1Image.from_file_map({"image": FileHolder(fileobj=file)})
        self.shape: tuple[int, ...] = tuple(self._image.shape[::-1])
        self.affine: np.ndarray[Any, Any] = np.asarray(self._image.affine)[:, [2, 1, 0, 3]]
        self.dataobj = self.header = self

    def __getitem__(self, parts: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        return np.asarray(self._image.dataobj[parts[::-1]]).T

    def get_zooms(self) -> tuple[float, ...]:
        """Return the distance of neighbours along each axis."""
        return tuple(map(float, self._image.header.get_zooms()[::-1]))
