"""The name of imageio 2.9 for NumPy's archives: ``NPZ``."""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE"]

TABLE = (
    LegacyFormat(
        name="NPZ",
        format="NPZ",
        modes="iIvV",
        description="Numpy's compressed array format",
    ),
)
"""The names for the plugin ``npz``; case does not matter."""
