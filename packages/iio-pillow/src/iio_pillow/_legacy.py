"""The names and options that imageio 2.9 has for Pillow's formats, for ``iio_core.v2``.

Documentation of imageio 2.9, sections 2.1 and 2.2 (names) and 3.2.11 (options). Nothing here
imports Pillow before something is read or written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

from . import _legacy_reading

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format, ReadSession

__all__ = ["TABLE", "PillowFormat"]

Options = dict[str, Any]

_READING = {
    "GIF": _legacy_reading.of_gif,
    "JPEG": _legacy_reading.of_jpeg,
    "PNG": _legacy_reading.of_png,
    "XBM": _legacy_reading.of_xbm,
}


class PillowFormat(LegacyFormat):
    """A format that Pillow reads, by its name of imageio 2.9."""

    def documentation(self) -> str:
        """Return what the options are."""
        from ._legacy_docs import documentation

        return documentation(self.format or "")

    def names(self, *, writing: bool) -> frozenset[str]:
        """Return the names of the options."""
        from . import _legacy_docs

        return _legacy_docs.names(self.format or "", writing=writing)

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for reading, and the defaults that differ from ours."""
        return _READING.get(self.format or "", _legacy_reading.of_still)(options)

    def finish(self, options: Mapping[str, Any]) -> Callable[[Any], Any] | None:
        """Return what makes gray of the mode that `pilmode` asked for."""
        return _legacy_reading.flattened(options)

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for saving."""
        from . import _legacy_writing as saving

        translate = {
            "AVIF": saving.of_animation,
            "GIF": saving.of_gif,
            "JPEG": saving.of_jpeg,
            "PNG": saving.of_png,
            "WEBP": saving.of_animation,
            "XBM": saving.of_xbm,
        }
        return translate.get(self.format or "", saving.of_still)(options)

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an array that the format can hold, as imageio 2.9 makes it."""
        from iio_core.v2.core import image_as_uint

        from ._legacy_arrays import prepared

        return prepared(image, format, options, image_as_uint)

    def iter(
        self, session: ReadSession, mode: str, options: Mapping[str, Any]
    ) -> Iterator[np.ndarray[Any, Any]]:
        """Iterate in one go: a GIF tells only so that it is cut."""
        return session.iter(**options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> Options:
        """Return the metadata, of a JPEG with the EXIF tags in a group of their own as well."""
        found = super().metadata(session, index, mode, options)
        if self.format in ("JPEG", "MPO"):
            from ._metadata_out import EXIF_GROUP, tag_number

            tags = {k: v for k, v in found.items() if tag_number(k) is not None}
            if tags:
                found[EXIF_GROUP] = tags
        return found


class FreeimageName(PillowFormat):
    """One of FreeImage's formats that Pillow reads, where no plugin brings FreeImage itself."""

    def names(self, *, writing: bool) -> frozenset[str]:
        """Return the names of the options."""
        return super().names(writing=writing) | {"flags"}

    def reading(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for reading."""
        return super().reading(self._defaults | _without_flags(options))

    def writing(self, options: Mapping[str, Any]) -> Options:
        """Translate the options for saving."""
        return super().writing(self._defaults | _without_flags(options))

    @property
    def _defaults(self) -> Options:
        """What FreeImage has otherwise than Pillow."""
        return {"set_bits": "black"} if self.format == "XBM" else {}


def _without_flags(options: Mapping[str, Any]) -> Options:
    """Leave FreeImage's flags out if there are none; others are refused by their name."""
    return {name: value for name, value in options.items() if name != "flags" or value}


def _named(name: str, modes: str = "i") -> PillowFormat:
    return PillowFormat(name=f"{name}-PIL", format=name, modes=modes)


_STILLS = (
    *("BMP", "CUR", "DCX", "DDS", "DIB", "EPS", "FLI", "FTEX", "GBR", "ICNS", "ICO", "IMT"),
    *("JPEG", "JPEG2000", "MCIDAS", "MPO", "MSP", "PCD", "PCX", "PIXAR", "PNG", "PPM", "PSD"),
    *("SGI", "SPIDER", "SUN", "TGA", "XBM", "XPM", "XVTHUMB"),
)

_FREEIMAGE = {
    **{f"{name}-FI": name for name in ("BMP", "DDS", "GIF", "ICO", "JPEG", "PCD", "PCX", "PNG")},
    **{f"{name}-FI": name for name in ("PSD", "SGI", "WEBP", "XBM", "XPM")},
    **{f"{name}-FI": "PPM" for name in ("PBM", "PBMRAW", "PGM", "PGMRAW", "PPM", "PPMRAW")},
    "J2K-FI": "JPEG2000",
    "JP2-FI": "JPEG2000",
    "RAS-FI": "SUN",
    "TARGA-FI": "TGA",
}

TABLE: tuple[LegacyFormat, ...] = (
    *map(_named, _STILLS),
    _named("GIF", "iI"),
    _named("TIFF", "iI"),
    *(PillowFormat(name=name, format=name, modes="iI") for name in ("WEBP", "AVIF", "HEIF", "PDF")),
    *(PillowFormat(name=name, format=name, modes="i") for name in ("JXL", "QOI", "BLP", "PALM")),
    LegacyFormat(name="SCREENGRAB", format="SCREENGRAB", modes="i"),
    LegacyFormat(name="CLIPBOARDGRAB", format="CLIPBOARDGRAB", modes="i"),
    *(
        FreeimageName(name=name, format=format, modes="iI", stands_in=True)
        for name, format in _FREEIMAGE.items()
    ),
)
"""The target of the spec's `legacy`.

Formats that imageio 2.9 does not have go by their own names; what the options of all formats mean
is the same for them.
Of imageio's names are missing: BUFR-PIL, GRIB-PIL, HDF5-PIL and, off Windows, WMF-PIL, which Pillow
only identifies; FITS-PIL, IM-PIL, FPX-PIL, MIC-PIL and IPTC-PIL, for the reasons in `_spec`.
"""
