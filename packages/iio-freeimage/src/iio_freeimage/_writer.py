"""Writing: the pixels go through the pipe, and a file comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import EncodeError, MetadataWarning, Target, is_derived, warn

from ._child import Failure, borrow, give_back
from ._reader import check_flags, check_timeout
from ._spec import SPEC

__all__ = ["FreeimageWriter"]


class FreeimageWriter:
    """Writes a file of one image; it is encoded in another process.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of its format.
    """

    def __init__(self, target: Target, format: str) -> None:
        self._target = target
        self._format = SPEC.format(format)
        self._full = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        flags: int = 0,
        timeout: float = 60.0,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)``, RGB or RGBA, of a dtype that the format holds.
        metadata : mapping, optional
            None is kept.
        flags : int
            FreeImage's flags for saving: of a JPEG the quality from 1 to 100, for example.
        timeout : float
            How many seconds it may take before FreeImage is killed.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, a second image, or if FreeImage refuses,
            crashes or does not end in time.
        """
        name = self._format.name
        order = {"flags": check_flags(flags), "format": name}
        seconds = check_timeout(timeout)
        channels = 1 if image.ndim == 2 else image.shape[-1] if image.ndim == 3 else 0
        held = self._format.writes
        fits = any(image.dtype == p.dtype and channels in p.channels for p in held)
        if not fits or 0 in image.shape:
            listed = "; ".join(f"{p.dtype} with {p.channels} channels" for p in held)
            raise self._refused(
                f"{name} (through FreeImage) holds {listed}; an array of {image.dtype} and shape "
                f"{image.shape} has to be converted first"
            )
        if self._full:
            raise self._refused(f"{name} is written with one image through FreeImage")
        lost = [name for name, value in (metadata or {}).items() if not is_derived(name, value)]
        if lost:
            warn(
                f"{self._target.name}: nothing of the metadata is written through FreeImage: "
                f"{', '.join(sorted(lost))}",
                MetadataWarning,
            )
        if channels == 4 and image.dtype == np.uint8 and bool((image[..., 3] == 255).all()):
            warn(
                f"{self._target.name}: every pixel is opaque, and FreeImage may leave such an "
                "alpha out"
            )
        data = self._encoded(image, order, seconds)
        self._full = True
        self._target.open().write(data)

    def close(self) -> None:
        """Everything is written already."""

    def abort(self) -> None:
        """Nothing to give up: what is written is core's to throw away."""

    def _encoded(self, image: np.ndarray, order: dict[str, Any], seconds: float) -> bytes:
        bitmap = image
        if image.dtype == np.uint8 and image.ndim == 3:
            bitmap = image[..., [2, 1, 0] if image.shape[2] == 3 else [2, 1, 0, 3]]
        order |= {"shape": list(image.shape), "dtype": image.dtype.name}
        pixels = np.ascontiguousarray(bitmap).tobytes()
        child = borrow()
        try:
            return child.ask("encode", pixels, deadline=seconds, **order)[1]
        except Failure as error:
            raise self._refused(str(error)) from error
        finally:
            give_back(child)

    def _refused(self, message: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name}: {message}", plugin="freeimage", format=self._format.name
        )
