"""Writing BSDF: one image by itself, several as a list that grows as they come."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

from ._encoding import METHODS, encodable, write_image
from ._values import CLOSED, OPEN

__all__ = ["BsdfWriter"]

_HEAD = b"BSDF\x02\x02"
_LIST = struct.Struct("<cBQ")


class BsdfWriter:
    """Writes images and volumes.

    Parameters
    ----------
    target : Target
        Where to.
    """

    takes_arrays = True
    """A volume is one image here; a list of arrays is several."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._first = io.BytesIO()  # kept back until it is known whether it is the only one
        self._listed = False
        self._written = 0

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        compression: Literal["no", "zlib", "bz2", 0, 1, 2] = "zlib",
        checksum: bool = False,
    ) -> None:
        """Add an image or a volume.

        Parameters
        ----------
        image : numpy.ndarray
            Of any shape; of booleans, integers, floats or complex numbers.
        metadata : mapping, optional
            Values of any kind that BSDF knows: texts, numbers, bytes, arrays, lists and mappings of
            them. Others are left out, with a `iio_core.MetadataWarning`.
        compression : {"no", "zlib", "bz2"} or {0, 1, 2}
            How pixels are packed. Some readers know only those that are not; those can also be
            mapped, and read in parts quickly.
        checksum : bool
            Whether to write an MD5 of the pixels.

        Raises
        ------
        EncodeError
            If it is no array of numbers.
        """
        if isinstance(compression, bool) or compression not in METHODS:
            raise OptionError(f"compression={compression!r} is none of 'no', 'zlib' and 'bz2'")
        if image.dtype.kind not in "biufc" or image.dtype.itemsize > 16:
            raise EncodeError(f"{self._target.name}: BSDF holds numbers, not {image.dtype}")
        told = self._told(image, metadata or {})
        packing = METHODS[compression], checksum
        if not self._written:
            self._first.write(_HEAD)
            write_image(self._first, image, told, packing)
        else:
            self._begin_list()
            write_image(self._target.open(), image, told, packing)
        self._written += 1

    def close(self) -> None:
        """Write what was kept back, or how many images there are."""
        file = self._target.open()
        if not self._listed:
            file.write(self._first.getbuffer())
            return
        file.seek(len(_HEAD))
        file.write(_LIST.pack(b"l", CLOSED, self._written))
        file.seek(0, os.SEEK_END)

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""

    def _begin_list(self) -> None:
        """Write the first image as the first of a list; a reader may follow as it grows."""
        if self._listed:
            return
        file = self._target.open()
        file.write(_HEAD + _LIST.pack(b"l", OPEN, 0))
        file.write(self._first.getbuffer()[len(_HEAD) :])
        self._first = io.BytesIO()
        self._listed = True

    def _told(self, image: np.ndarray, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metadata that can be written, and warn of the rest."""
        # Only images of 2 to 4 dimensions have a place for it.
        held = {k: v for k, v in metadata.items() if 2 <= image.ndim <= 4 and encodable({k: v})}
        refused = [str(k) for k, v in metadata.items() if k not in held and not is_derived(k, v)]
        if refused:
            warn(
                f"{self._target.name}: BSDF cannot hold these here; left out: {', '.join(refused)}",
                MetadataWarning,
            )
        return held
