"""The name of imageio 2.9 for PFM."""

from __future__ import annotations

from .._floats import FloatFormat

__all__ = ["TABLE"]

TABLE = (FloatFormat(name="PFM-FI", format="PFM", modes="i"),)
"""The names for the plugin ``pfm``; case does not matter."""
