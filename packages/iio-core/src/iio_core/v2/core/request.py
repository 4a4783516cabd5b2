"""The names of ``imageio.core.request``."""

from __future__ import annotations

from .._request import RETURN_BYTES, Request

__all__ = ["RETURN_BYTES", "Request"]
