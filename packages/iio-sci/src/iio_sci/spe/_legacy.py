"""The name of imageio 2.9 for SPE."""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE"]

TABLE = (
    LegacyFormat(
        name="SPE",
        format="SPE",
        modes="iIvV",
        description="SPE file format",
    ),
)
"""The names for the plugin ``spe``; case does not matter."""
