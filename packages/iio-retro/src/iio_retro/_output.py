"""What the writers have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from iio_core import EncodeError, MetadataWarning, Target, is_derived, warn

from ._input import Bytes
from ._still import Array

__all__ = ["StillWriter"]


class StillWriter:
    """Writes one image: the base of the writers here.

    Parameters
    ----------
    target : Target
        Where to. Core puts the file in its place when it is complete.
    """

    FORMAT = ""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._full = False

    def write(self, image: Array, *, metadata: Mapping[str, object] | None = None) -> None:
        """Encode the image."""
        raise NotImplementedError  # every format says how

    def refused(self, image: Array, held: str, hint: str) -> EncodeError:
        """Return the error for an image that the format cannot hold."""
        return self.error(
            f"{self.FORMAT} holds {held}, not {image.dtype} of shape {image.shape}; {hint}"
        )

    def error(self, what: str) -> EncodeError:
        """Return the error for an image that cannot be written."""
        message = f"{self._target.name}: {what}"
        return EncodeError(message, plugin="retro", format=self.FORMAT)

    def begin(
        self,
        image: Array,
        metadata: Mapping[str, object] | None,
        *,
        holds: Collection[str] = (),
        most: int = 2**31 - 1,
    ) -> None:
        """Refuse a second image and sizes that do not fit; warn of metadata that is left out."""
        if self._full:
            raise self.error(f"{self.FORMAT} holds one image; write the others to other files")
        height, width = image.shape[:2]
        if not 1 <= min(height, width) <= max(height, width) <= most:
            raise self.error(f"{self.FORMAT} holds 1 to {most} rows and columns, not {image.shape}")
        left_out = [
            name
            for name, value in (metadata or {}).items()
            if name not in holds and not is_derived(name, value)
        ]
        if left_out:
            message = f"{self._target.name}: {self.FORMAT} does not hold {', '.join(left_out)}"
            warn(message, MetadataWarning)

    def save(self, *parts: bytes | Bytes) -> None:
        """Write the parts of the file, one after the other."""
        file = self._target.open()
        for part in parts:
            file.write(np.ascontiguousarray(part).data if isinstance(part, np.ndarray) else part)
        self._full = True

    def close(self) -> None:
        """Nothing to finish: the image is written already."""

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""
