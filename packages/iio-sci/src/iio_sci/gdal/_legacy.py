"""The name of imageio 2.9 for GDAL: ``GDAL``, which returned bands first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import ImageProperties, ReadSession

__all__ = ["TABLE", "GdalFormat"]


class GdalFormat(LegacyFormat):
    """What GDAL reads, as ``ReadAsArray`` returned it: ``(bands, height, width)``."""

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image, its bands first."""
        import numpy as np

        image = session.read(index=index, **options)
        return np.ascontiguousarray(np.moveaxis(image, -1, 0)) if image.ndim == 3 else image

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns."""
        from dataclasses import replace

        found = session.properties(index=index, **options)
        if len(found.shape) != 3:
            return found
        return replace(found, shape=(found.shape[2], *found.shape[:2]), axes=None)


TABLE = (
    GdalFormat(
        name="GDAL",
        modes="iIvV",
        description="Geospatial Data Abstraction Library",
        extensions=(".tiff", ".tif", ".img", ".ecw", ".jpg", ".jpeg"),
    ),
)
"""The names for the plugin ``gdal``; case does not matter."""
