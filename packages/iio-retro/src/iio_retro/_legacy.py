"""The names of imageio 2.9 for these formats, for ``iio_core.v2``.

Documentation of imageio 2.9, section 2.2. FreeImage had no options for them; Pillow's formats took
``as_gray`` and ``pilmode``, which are for iio-pillow to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format

__all__ = ["METAFILE", "TABLE"]

Options = dict[str, Any]


class _First(LegacyFormat):
    """A format of which imageio 2.9 knew one image only."""

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Leave out the flags of FreeImage, none of which were for these formats."""
        return {name: value for name, value in options.items() if (name, value) != ("flags", 0)}

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return gray as the colors that a format of colors only holds."""
        image = super().prepare(image, format, options)
        gray = all(1 not in pixels.channels for pixels in format.writes)
        if gray and image.ndim == 2 and image.dtype.name == "uint8":
            image = image[..., None].repeat(3, axis=2)
        return image


class _Koala(_First):
    """Koala pictures in the colors that FreeImage has for them."""

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Ask for those colors."""
        return {"palette": "freeimage", **super().reading(options)}


def _named(name: str, modes: str = "i") -> LegacyFormat:
    kind = _Koala if name == "KOALA" else _First
    own = {"RAS": "SUN"}.get(name, name)
    # Pillow reads and writes PCX as well. Of the others it has less, or nothing.
    return kind(name=f"{name}-FI", format=own, modes=modes, stands_in=name == "PCX")


TABLE: tuple[LegacyFormat, ...] = (
    *map(_named, ("CUT", "G3", "IFF", "JNG", "KOALA", "PCX", "PICT", "RAS", "WBMP", "XPM")),
    _named("MNG", "iI"),
    *(_First(name=f"{name}-PIL", format=name, modes="iI") for name in ("FPX", "IM", "MIC", "PICT")),
)
"""The target of the spec's `legacy`."""

METAFILE: tuple[LegacyFormat, ...] = (
    # In imageio 2.9 the name of both kinds; the reader finds out which it is.
    LegacyFormat(name="WMF-PIL", format="WMF", modes="i", extensions=(".wmf", ".emf")),
)
"""The target of the `legacy` of the spec of metafiles."""
