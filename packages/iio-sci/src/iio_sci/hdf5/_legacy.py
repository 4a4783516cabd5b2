"""The name of imageio 2.9 for HDF5: ``HDF5-PIL``, with which it could only be recognized."""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE"]

TABLE = (
    LegacyFormat(
        name="HDF5-PIL",
        format="HDF5",
        modes="iIvV",
        description="Hierarchical Data Format 5",
    ),
)
"""The names for the plugin ``hdf5``; case does not matter."""
