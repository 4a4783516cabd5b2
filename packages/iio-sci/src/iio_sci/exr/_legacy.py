"""The name of imageio 2.9 for OpenEXR: ``EXR-FI``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format

__all__ = ["TABLE", "ExrFormat"]

_FLOAT, _NONE, _ZIP, _PIZ, _PXR24, _B44 = 1, 2, 4, 8, 16, 32


class ExrFormat(LegacyFormat):
    """OpenEXR as FreeImage had it: what is no float becomes one when it is written."""

    def names(self, *, writing: bool) -> Collection[str]:
        """Return the name that is translated."""
        return ("flags",)

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out FreeImage's flags: for reading there are none that change anything."""
        return {name: value for name, value in options.items() if name != "flags"}

    def writing(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate FreeImage's flags: 2 for no compression, 4 zip, 8 piz, 16 pxr24, 32 b44."""
        given = dict(options)
        flags = int(given.pop("flags", 0))
        for bit, name in (
            (_NONE, "none"),
            (_ZIP, "zip"),
            (_PIZ, "piz"),
            (_PXR24, "pxr24"),
            (_B44, "b44"),
        ):
            if flags & bit:
                given.setdefault("compression", name)
        return given

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image as half floats, or with the flag 1 as floats, unless it is some already.

        FreeImage wrote halves of whatever it was given.
        """
        if image.dtype.name in {pixels.dtype for pixels in format.writes}:
            return image
        return image.astype("float32")


TABLE = (ExrFormat(name="EXR-FI", format="EXR", modes="i", description="ILM OpenEXR"),)
"""The names for the plugin ``exr``; case does not matter."""
