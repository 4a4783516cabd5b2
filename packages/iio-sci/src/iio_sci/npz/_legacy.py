"""The name of imageio 2.9 for NumPy's archives: ``NPZ``."""

from __future__ import annotations

from .._naming import NamedFormat

__all__ = ["TABLE"]

TABLE = (
    NamedFormat(
        name="NPZ",
        format="NPZ",
        modes="iIvV",
        description="Numpy's compressed array format",
    ),
)
"""The names for the plugin ``npz``; case does not matter."""
