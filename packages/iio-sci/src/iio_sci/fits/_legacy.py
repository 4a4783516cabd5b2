"""The name of imageio 2.9 for FITS."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from .._naming import NamedFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format

__all__ = ["TABLE", "FitsFormat"]


class FitsFormat(NamedFormat):
    """FITS under its name: a unit with data is an image, or a volume."""

    def names(self, *, writing: bool) -> Collection[str]:
        """Return the names of options that are translated."""
        return () if writing else ("cache", "scale_back", "uint16")

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate options of reading.

        ``uint16`` is the old name of ``uint``. ``cache`` and ``scale_back`` have nothing to do
        here: a URL is read from where it is, and a file that is read is not saved again.
        """
        found = dict(options)
        found.pop("cache", None)
        found.pop("scale_back", None)
        if "uint16" in found:
            found["uint"] = found.pop("uint16")
        return found

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image as it is: what FITS cannot hold is refused by name."""
        return image


TABLE = (
    FitsFormat(
        name="FITS",
        by="hdu",
        format="FITS",
        modes="iIvV",
        description="Flexible Image Transport System (FITS) format",
    ),
)
"""The names for the plugin ``fits``; case does not matter."""
