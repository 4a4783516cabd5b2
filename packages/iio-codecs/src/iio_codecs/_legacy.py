"""The names and options that imageio 2.9 has for these formats, for ``iio_core.v2``.

Documentation of imageio 2.9, section 3.2.6: FreeImage's formats, where no plugin brings FreeImage
itself. Nothing here imports imagecodecs before something is read or written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iio_core import OptionError
from iio_core.v2 import LegacyFormat

__all__ = ["TABLE", "CodecsFormat"]

Options = dict[str, Any]


class CodecsFormat(LegacyFormat):
    """A format by a name of its own, or by that of FreeImage."""

    def names(self, *, writing: bool) -> frozenset[str]:
        """Return the names of the options that are translated."""
        if writing:
            return frozenset({"flags", "compression"} if self.format == "PNG" else {"flags"})
        own = {"JPEG": {"exifrotate"}, "PNG": {"ignoregamma"}}
        return frozenset({"flags", *own.get(self.format or "", ())})

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for reading; a JPEG is turned upright unless told otherwise."""
        found = _without_flags(options)
        if self.format == "JPEG":
            found["rotate"] = bool(found.pop("exifrotate", found.get("rotate", True)))
        if self.format == "PNG" and not found.pop("ignoregamma", True):
            raise OptionError("ignoregamma=False: only plugin 'pillow' applies the gamma of a PNG")
        return found

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for saving."""
        found = _without_flags(options)
        if self.format == "PNG" and "compression" in found:
            found["level"] = found.pop("compression")
        return found


def _without_flags(options: Mapping[str, Any]) -> Options:
    """Leave FreeImage's flags out if there are none; others are refused by their name."""
    return {name: value for name, value in options.items() if name != "flags" or value}


_NAMES = ("JXL", "JPEG2000", "HTJ2K", "JPEGXR", "JPEGLS", "AVIF", "JPEG", "WEBP", "QOI", "BMP")
_FREEIMAGE = {"PNG-FI": "PNG", "JPEG-XR-FI": "JPEGXR", "J2K-FI": "JPEG2000", "JP2-FI": "JPEG2000"}

TABLE: tuple[LegacyFormat, ...] = (
    CodecsFormat(name="PNG-CODECS", format="PNG", modes="iI"),
    *(CodecsFormat(name=f"{name}-CODECS", format=name, modes="i") for name in _NAMES),
    *(
        CodecsFormat(name=name, format=format, modes="i", stands_in=True)
        for name, format in _FREEIMAGE.items()
    ),
)
"""The target of the spec's `legacy`."""
