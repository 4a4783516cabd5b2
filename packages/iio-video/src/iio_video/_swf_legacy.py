"""The name and options of imageio 2.9 for Flash: ``SWF``.

Documentation of imageio 2.9, section 3.2.14.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format, ReadSession

__all__ = ["TABLE", "SwfFormat"]


class SwfFormat(LegacyFormat):
    """Flash, in which images are RGBA."""

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate the options for reading: colors are as they are stored."""
        return {"premultiplied": False, **options}

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image as RGBA."""
        import numpy as np

        image = super().prepare(image, format, options)
        if image.ndim == 2:
            image = np.repeat(image[..., None], 3, axis=2)
        if image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8:
            image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
        return image

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image; in a loop the first one comes after the last."""
        if index and getattr(session, "loop", False):
            index %= session.count() or 1
        return session.read(index=index, **options)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the header says; of an image the same."""
        return session.metadata(index=...)


TABLE = (
    SwfFormat(
        name="SWF",
        format="SWF",
        modes="I",
        description="Shockwave flash",
        extensions=(".swf",),
    ),
)
"""The name of imageio 2.9; case does not matter."""
