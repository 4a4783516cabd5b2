"""The name of imageio 2.9 for BSDF."""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE"]

TABLE = (
    LegacyFormat(
        name="BSDF",
        format="BSDF",
        modes="iIvV",
        description="Format based on the Binary Structured Data Format",
    ),
)
"""The names for the plugin ``bsdf``; case does not matter."""
