"""The name of imageio 2.9 for HDR."""

from __future__ import annotations

from .._floats import FloatFormat

__all__ = ["TABLE"]

TABLE = (FloatFormat(name="HDR-FI", format="HDR", modes="i"),)
"""The names for the plugin ``radiance``; case does not matter."""
