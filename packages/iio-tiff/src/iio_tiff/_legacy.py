"""The names and options of imageio 2.9 for TIFF: ``TIFF`` and ``FEI``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    import numpy as np

    from iio_core import Format, ImageProperties, ReadSession

__all__ = ["FEI_TABLE", "TABLE", "TiffFormat"]


class TiffFormat(LegacyFormat):
    """TIFF under one of its names: a series is an image, or a volume.

    Only where many images are asked for (``mimread``) the one stack that a file holds is those, and
    only where a volume is asked for (``volread``) loose pages are one.
    """

    def prepare(
        self, image: np.ndarray[Any, Any], format: Format, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return an image as it is: TIFF holds every dtype."""
        return image

    def count(self, session: ReadSession, mode: str) -> int | None:
        """Return how many there are: pages of the only stack, loose pages as one, or series."""
        if _are_loose(session, mode):
            return 1
        pages = _pages(session) if mode == "I" else 0
        return pages or session.count()

    def read(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> np.ndarray[Any, Any]:
        """Return a page of the only stack, loose pages stacked, or else a series."""
        if mode == "I" and _pages(session):
            wanted = {k: v for k, v in options.items() if k == "maxworkers"}
            part = session.read_region(slice(index, index + 1), index=0, **wanted)
            page: np.ndarray[Any, Any] = part[0]
            return page
        return session.read(index=... if _are_loose(session, mode) else index, **options)

    def properties(
        self, session: ReadSession, index: int, mode: str, options: Mapping[str, Any]
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns."""
        if _are_loose(session, mode):
            return session.properties(index=..., **options)
        found = session.properties(index=index if mode != "I" else 0, **options)
        if mode == "I" and _pages(session):
            from dataclasses import replace

            axes = found.axes[1:] if found.axes else None
            found = replace(found, shape=found.shape[1:], axes=axes)
        return found

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the documented entries of the first page of a series, or of the file."""
        number = 0 if index is None or (mode == "I" and _pages(session)) else index
        return session.metadata(index=number)


def _pages(session: ReadSession) -> int:
    """Return how many pages the only stack of a file has; 0 if it holds anything else."""
    if session.count() != 1:
        return 0
    found = session.properties(index=0)
    axes = found.axes or ""
    return (found.shape[0] or 0) if axes[:1] not in ("", "Y") else 0


def _are_loose(session: ReadSession, mode: str) -> bool:
    """Tell whether a volume is asked for, and the file has several images of one size."""
    count = session.count() or 0
    if mode not in ("v", "V") or count < 2:
        return False
    first = session.properties(index=0)
    return (first.axes or "")[:1] == "Y" and all(
        session.properties(index=n).shape == first.shape for n in range(1, count)
    )


TABLE = (
    TiffFormat(
        name="TIFF",
        modes="iIvV",
        description="TIFF format",
        extensions=(".tif", ".tiff", ".stk", ".lsm"),
    ),
    TiffFormat(name="TIFF-FI", format="TIFF", modes="iIvV", stands_in=True),
)
"""The names of imageio 2.9 for ``tiff``: its own, and FreeImage's where nobody brings that."""

FEI_TABLE = (
    LegacyFormat(
        name="FEI",
        format="FEI",
        modes="iIvV",
        description="FEI-SEM TIFF format",
        extensions=(".tif", ".tiff"),
    ),
)
"""The name of imageio 2.9 for the plugin ``fei``."""
