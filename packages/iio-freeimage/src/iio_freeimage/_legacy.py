"""The names that imageio 2.9 has for FreeImage's formats: ``PNG-FI``, ``JPEG-XR-FI`` and so on.

Documentation of imageio 2.9, section 3.2.6: their one option is ``flags``.
"""

from __future__ import annotations

from iio_core.v2 import LegacyFormat

from ._formats import FORMATS

__all__ = ["TABLE"]

TABLE: tuple[LegacyFormat, ...] = tuple(
    LegacyFormat(
        name=f"{format.name}-FI", format=format.name, modes="iI" if format.multiple else "i"
    )
    for format in FORMATS
)
"""The target of the spec's `legacy`."""
