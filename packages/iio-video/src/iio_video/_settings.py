"""How a video is to be written: what the caller asks for, when opening or with the first frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from numbers import Integral
from typing import Any

from iio_core import OptionError

from ._options import rate_of
from ._quality import check_quality

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """What a caller asks for; None is what is usual.

    Parameters
    ----------
    fps, codec, quality, bitrate, pixelformat, in_pixel_format, macro_block_size, odd_size
        As for `PyavPlugin.open_writer`.
    options : mapping, optional
        The encoder's own.
    filter_sequence, filter_graph : optional
        As for reading.
    """

    fps: float | Fraction | None = None
    codec: str | None = None
    quality: float | None = None
    bitrate: int | None = None
    pixelformat: str | None = None
    out_pixel_format: str | None = None
    in_pixel_format: str | None = None
    macro_block_size: int | None = None
    odd_size: str | None = None
    options: Mapping[str, Any] | None = None
    filter_sequence: Any = None
    filter_graph: Any = None

    def __post_init__(self) -> None:
        if self.fps is not None:
            rate_of(self.fps)
        check_quality(self.quality)
        if self.bitrate is not None and not (
            isinstance(self.bitrate, Integral | float) and 0 < self.bitrate < 1 << 63
        ):
            raise OptionError(
                f"bitrate={self.bitrate!r}: it is a number of bits per second above 0: 2_000_000"
            )
        if self.pixelformat and self.out_pixel_format not in (None, self.pixelformat):
            raise OptionError("pixelformat= and out_pixel_format= are one option: give one of them")
        if self.quality is not None and self.bitrate is not None:
            raise OptionError("bitrate= says how much is written, quality= how well: give one")
        if self.odd_size not in (None, "pad", "scale", "error"):
            raise OptionError(f"odd_size={self.odd_size!r} is not 'pad', 'scale' or 'error'")
        size = self.macro_block_size
        if size is not None and not (isinstance(size, int) and 0 < size <= 256):
            raise OptionError(f"macro_block_size={size!r} is not a number of pixels")
        if self.options is not None and not isinstance(self.options, Mapping):
            raise OptionError(f"options={self.options!r} is not a mapping of the encoder's options")

    @property
    def pixels(self) -> str | None:
        """The pixel format that is encoded, by either name."""
        return self.pixelformat or self.out_pixel_format

    def changed(self, given: Mapping[str, Any], *, begun: bool) -> Settings:
        """Return what is asked for after a call that gave more.

        Raises
        ------
        OptionError
            If it cannot be changed any more: the first frame is written.
        """
        new = {name: value for name, value in given.items() if value is not None}
        if not new:
            return self
        if begun:
            for name, value in new.items():
                if not _same(getattr(self, name), value):
                    raise OptionError(
                        f"{name}={value!r}: the first frame is written with "
                        f"{name}={getattr(self, name)!r}, and so are all others"
                    )
            return self
        return replace(self, **new)

    def filtered(self, sequence: Any, graph: Any) -> Settings:
        """Return the same with other filters."""
        return replace(self, filter_sequence=sequence, filter_graph=graph)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all settings."""
        return tuple(field.name for field in fields(cls))


def _same(old: Any, new: Any) -> bool:
    try:
        return bool(old == new)
    except ValueError:
        return False
