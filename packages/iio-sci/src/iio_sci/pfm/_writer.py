"""Writing PFM; the layout is told in `iio_sci.pfm._reader`."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

__all__ = ["PfmWriter"]


class PfmWriter:
    """Writes one image.

    Parameters
    ----------
    target : Target
        Where to.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._full = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        byteorder: Literal["<", ">"] | None = None,
        scale: float | None = None,
    ) -> None:
        """Write the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` or ``(height, width, 3)`` of float32.
        metadata : mapping, optional
            Its ``scale`` is used as `scale` is; the format has no room for anything else.
        byteorder : {"<", ">"}, optional
            Little or big endian; by default that of the machine.
        scale : float
            The scale that the file tells, more than 0; the numbers stay as they are. By default 1.

        Raises
        ------
        EncodeError
            For a second image, or one of another kind.
        """
        name = self._target.name
        if self._full:
            raise EncodeError(f"{name}: PFM holds one image; write the others to other files")
        if byteorder not in (None, "<", ">"):
            raise OptionError(f"byteorder={byteorder!r} is neither '<' nor '>'")
        gray = image.ndim == 2
        if image.dtype != np.float32 or not (gray or (image.ndim == 3 and image.shape[2] == 3)):
            raise EncodeError(
                f"{name}: PFM holds float32, gray or RGB, not {image.dtype} of shape "
                f"{image.shape}; image.astype('float32') converts"
            )
        if not image.size:
            raise EncodeError(f"{name}: there are no pixels in {image.shape}")
        told = dict(metadata or {})
        factor = told.pop("scale", 1.0) if scale is None else scale
        if scale is not None:
            told.pop("scale", None)
        if isinstance(factor, bool) or not isinstance(factor, int | float):
            raise OptionError(f"scale={factor!r} is not a number")
        if not (factor > 0 and math.isfinite(factor)):
            raise OptionError(f"scale={factor!r} is not a number above 0")
        told = {name: value for name, value in told.items() if not is_derived(name, value)}
        if told:
            warn(
                f"{name}: PFM holds no metadata but a scale; left out: {', '.join(map(str, told))}",
                MetadataWarning,
            )
        order = byteorder or {"little": "<", "big": ">"}[sys.byteorder]
        sign = "-" if order == "<" else ""
        height, width = image.shape[:2]
        file = self._target.open()
        kind = "Pf" if gray else "PF"
        file.write(f"{kind}\n{width} {height}\n{sign}{float(factor)!r}\n".encode())
        file.write(np.ascontiguousarray(image[::-1], f"{order}f4").data)
        self._full = True

    def close(self) -> None:
        """Nothing to finish: the image is written already."""

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""
