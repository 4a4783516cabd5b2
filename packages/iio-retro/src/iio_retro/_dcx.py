"""Intel's DCX: pages of PC Paintbrush, as fax programs kept them.

After Murray and vanRyper, *Encyclopedia of Graphics File Formats*, 2nd edition, "PCX", section
"Intel DCX files"::

    0          4                                    4100, or where the first page is
    ├──────────┼────────────────────────────────────┼──────────────┬──────────────┬───
    │ b168de3a │ where pages are, up to 1024, and 0 │ a .PCX file  │ a .PCX file  │ …
    └──────────┴────────────────────────────────────┴──────────────┴──────────────┴───
"""

from __future__ import annotations

import struct
from typing import Any

from iio_core import ImageProperties, Index, NotThisFormat, Resource

from ._pcx import PcxReader
from ._still import Array, Still

__all__ = ["DcxReader"]

_HEAD, _MOST = 4, 1024
_PLACE = struct.Struct("<I")


class DcxReader(Still):
    """Reads pages; ``index=None`` is the first."""

    FORMAT = "DCX"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        starts: list[int] = []
        for number in range(_MOST):
            (start,) = self.input.unpack(_PLACE, _HEAD + 4 * number, "the list of pages")
            if not start:
                break
            self.input.check(start, 1, f"page {number}")
            starts.append(start)
        if not starts:
            raise self.input.wrong("it has no pages")
        if len(set(starts)) < len(starts):
            raise self.input.wrong("its pages overlap")
        # A page ends where the next one in the file begins.
        self._starts = starts
        self._stops = dict(zip(sorted(starts), [*sorted(starts)[1:], len(self.input)], strict=True))

    def _page(self, index: Index) -> PcxReader:
        start = self._starts[self.number(index)]
        page = self.input.inside(self.input.data[start : self._stops[start]])
        try:
            return PcxReader(page)
        except NotThisFormat as reason:  # too late to ask anybody else
            raise self.input.wrong(f"of the page at {start}, {reason}") from reason

    def count(self) -> int:
        """Return how many pages there are."""
        return len(self._starts)

    def read(self, *, index: Index = None) -> Array:
        """Decode a page.

        Returns
        -------
        numpy.ndarray
            As for PCX: ``(height, width)`` of bool or uint8, or ``(height, width, 3)``.
        """
        return self._page(index).decode()

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe a page."""
        return self._page(index).properties()

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the header of a page says beside the size."""
        return {} if index is ... else self._page(index).metadata()
