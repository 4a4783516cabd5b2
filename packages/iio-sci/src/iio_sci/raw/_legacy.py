"""The name of imageio 2.9 for raw files: ``RAW-FI``, which was FreeImage's way to develop them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from iio_core.v2 import LegacyFormat

__all__ = ["TABLE", "RawFormat"]

_PREVIEW, _DISPLAY, _HALF_SIZE, _UNPROCESSED = 1, 2, 4, 8


class RawFormat(LegacyFormat):
    """Raw files as FreeImage read them: 16 bits, linear, with the camera's white balance."""

    def documentation(self) -> str:
        """Return what ``help("RAW-FI")`` prints."""
        return (
            "Parameters for reading\n----------------------\n"
            "flags : int\n"
            "    FreeImage's: 1 for the thumbnail, 2 for 8 bits with a gamma curve, 4 for half "
            "the size,\n    8 for what the sensor gave. By default 16 bits, linear.\n"
        )

    def names(self, *, writing: bool) -> Collection[str]:
        """Return the name that is translated."""
        return () if writing else ("flags",)

    def reading(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Translate FreeImage's flags; other options are those of the plugin."""
        given = dict(options)
        flags = int(given.pop("flags", 0))
        if flags & _PREVIEW:
            return {"thumbnail": True, **given}
        if flags & _UNPROCESSED:
            return {"sensor": True, **given}
        made: dict[str, Any] = {"use_camera_wb": True, "use_auto_wb": True, "no_auto_bright": True}
        if "user_flip" not in given:
            made["rotate"] = True
        if not flags & _DISPLAY:
            made |= {"output_bps": 16, "gamma": (1.0, 1.0)}
        if flags & _HALF_SIZE:
            made["half_size"] = True
        return {**made, **given}


TABLE = (RawFormat(name="RAW-FI", modes="i", description="RAW camera image"),)
"""The names for the plugin ``raw``; case does not matter."""
