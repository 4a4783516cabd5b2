"""Settings from the environment: iio's own name first, imageio's where that is not set."""

from __future__ import annotations

import os

__all__ = ["flag", "get"]

_YES = frozenset({"1", "yes", "true"})


def get(name: str) -> str | None:
    """Return ``IIO_<name>``, else ``IMAGEIO_<name>``; None if neither is set to something."""
    return os.environ.get(f"IIO_{name}") or os.environ.get(f"IMAGEIO_{name}") or None


def flag(name: str) -> bool:
    """Return whether a switch is on. ``IIO_<name>=0`` turns one off that imageio's name turns on.

    Read again with every call: a program may set it after iio has been imported.
    """
    return (get(name) or "").strip().lower() in _YES
