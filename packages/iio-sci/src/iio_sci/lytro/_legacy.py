"""The names of imageio 2.9 for Lytro's light fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iio_core.v2 import LegacyFormat

if TYPE_CHECKING:
    from iio_core import ReadSession

__all__ = ["TABLE", "LytroFormat"]


@dataclass(frozen=True, kw_only=True)
class LytroFormat(LegacyFormat):
    """A light field under its name: pixels are floats from 0 to 1, as they were there.

    Parameters
    ----------
    largest : int
        The largest value of the sensor.
    """

    largest: int = 1

    def finish(self, options: Mapping[str, Any]) -> Callable[[Any], Any]:
        """Return what makes floats of pixels."""
        return lambda image: image / float(self.largest)

    def metadata(
        self, session: ReadSession, index: int | None, mode: str, options: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the camera noted of the frame, also for the file."""
        return super().metadata(session, index or 0, mode, options)


TABLE = tuple(
    LytroFormat(name=name, format=name, modes="i", description=description, largest=largest)
    for name, description, largest in (
        ("LYTRO-LFR", "Lytro Illum lfr image file", 1023),
        ("LYTRO-LFP", "Lytro F01 lfp image file", 4095),
        ("LYTRO-ILLUM-RAW", "Lytro Illum raw image file", 1023),
        ("LYTRO-F01-RAW", "Lytro F01 raw image file", 4095),
    )
)
"""The names for the plugin ``lytro``; case does not matter."""
