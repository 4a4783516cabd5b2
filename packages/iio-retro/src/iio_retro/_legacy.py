"""The names of imageio 2.9 for these formats, for ``iio_core.v2``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE"]


class FreeImageKoala(LegacyFormat):
    """Koala pictures in the colors that FreeImage has for them."""

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Ask for those colors."""
        return {"palette": "freeimage", **options}


TABLE: tuple[LegacyFormat, ...] = (FreeImageKoala(name="KOALA-FI", format="KOALA", modes="i"),)
"""The target of the spec's `legacy`."""
