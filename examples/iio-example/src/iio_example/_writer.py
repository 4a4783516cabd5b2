"""Writing farbfeld; the layout of a file is told in `iio_example._reader`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import EncodeError, MetadataWarning, Target, is_derived, warn

from ._reader import HEADER

__all__ = ["FarbfeldWriter"]


class FarbfeldWriter:
    """Writes one farbfeld image.

    Parameters
    ----------
    target : Target
        Where to. Core puts the file in its place when it is complete.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._full = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        convert: bool = False,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width, 4)`` of uint16.
        metadata : mapping, optional
            Left out, with a `iio_core.MetadataWarning`: the format has no room for it.
        convert : bool
            Whether to take gray and RGB images and such of 8 bits as well. Gray is repeated, 8 bits
            are scaled to 16 (255 becomes 65535), and what has no alpha becomes opaque.

        Raises
        ------
        EncodeError
            For a second image, or one that farbfeld cannot hold.
        """
        # Whatever can be refused is refused before the first byte is written.
        if self._full:
            raise EncodeError(
                f"{self._target.name}: farbfeld holds one image; write the others to other files"
            )
        if convert:
            image = _converted(image)
        if image.dtype != np.uint16 or image.ndim != 3 or image.shape[2] != 4:
            raise EncodeError(
                f"{self._target.name}: farbfeld holds uint16 of shape (height, width, 4), not "
                f"{image.dtype} of shape {image.shape}; convert=True takes gray, RGB and RGBA of "
                "uint8 and uint16"
            )
        if not image.size:
            raise EncodeError(f"{self._target.name}: there are no pixels in {image.shape}")
        # What only describes the array (`mode`, `shape` of an image that was read) is not lost.
        lost = [name for name, value in (metadata or {}).items() if not is_derived(name, value)]
        if lost:
            warn(
                f"{self._target.name}: farbfeld holds no metadata; left out: {', '.join(lost)}",
                MetadataWarning,
            )
        height, width = image.shape[:2]
        file = self._target.open()
        file.write(HEADER.pack(b"farbfeld", width, height))
        file.write(np.ascontiguousarray(image, ">u2").data)
        self._full = True

    def close(self) -> None:
        """Nothing to finish: the image is written already."""

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""


def _converted(image: np.ndarray) -> np.ndarray:
    """Return gray, RGB and RGBA images of 8 or 16 bits as RGBA of 16; others as they are."""
    if image.dtype not in (np.uint8, np.uint16):
        return image
    if image.dtype == np.uint8:
        image = image.astype(np.uint16) * 257
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    if image.ndim == 3 and image.shape[2] == 3:
        opaque = np.full((*image.shape[:2], 1), 65535, np.uint16)
        image = np.concatenate([image, opaque], axis=2)
    return image
