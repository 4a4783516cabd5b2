"""The names of imageio 2.9, with which such files could only be recognized."""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

__all__ = ["BUFR_TABLE", "TABLE"]

TABLE = (LegacyFormat(name="GRIB-PIL", format="GRIB", modes="iIvV", description="GRIB"),)
"""The name for the plugin ``grib``; case does not matter."""

BUFR_TABLE = (LegacyFormat(name="BUFR-PIL", format="BUFR", modes="iIvV", description="BUFR"),)
"""The name for the plugin ``bufr``."""
