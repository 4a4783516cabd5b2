"""Writing JPEG XR."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._backend import encode
from ._options import real
from ._writer import CodecWriter

__all__ = ["JpegXrWriter"]

_INCH = (0.01, 100_000.0)


class JpegXrWriter(CodecWriter):
    """Writes JPEG XR through jxrlib; lossless unless a quality is given."""

    holds = frozenset({"dpi"})

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        quality: float | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, uint16 or float16, ``(height, width)`` or with 3 or 4 channels, or bool
            ``(height, width)``.
        metadata : mapping, optional
            ``dpi``.
        quality : float, optional
            0 to 100; by default nothing is lost.

        Raises
        ------
        EncodeError
            For an array that JPEG XR cannot hold without loss, or a second image.
        """
        image = self._checked(image)
        level = real("quality", quality, 0, 100)
        held = self._held(metadata, image, 1 if image.dtype == bool else None)
        self._put(
            encode(
                "jpegxr",
                image,
                format=self._format.name,
                level=level,
                hasalpha=True if image.ndim == 3 and image.shape[-1] == 4 else None,
                resolution=held.get("dpi"),
            )
        )

    def _value(self, name: str, value: Any) -> Any:
        held = super()._value(name, value)
        if name != "dpi" or held is None:
            return held
        fits = isinstance(held, tuple | list) and len(held) == 2
        return tuple(held) if fits and all(_INCH[0] <= v <= _INCH[1] for v in held) else None
