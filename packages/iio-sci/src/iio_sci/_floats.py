"""What the names of imageio 2.9 share that were FreeImage's and hold floats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format

__all__ = ["FloatFormat"]


class FloatFormat(LegacyFormat):
    """A format of floats under FreeImage's name."""

    def names(self, *, writing: bool) -> tuple[str, ...]:
        """Return the names of options that are translated."""
        return ("flags",)

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate options of reading: the flags of FreeImage say nothing of these formats."""
        return _without_flags(options)

    def writing(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate options of writing, as for reading."""
        return _without_flags(options)

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image as float32, which these formats hold."""
        return image.astype("float32") if image.dtype.kind in "fiub" else image


def _without_flags(options: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in options.items() if k != "flags"}
