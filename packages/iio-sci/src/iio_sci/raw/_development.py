"""How a raw file is developed: LibRaw's parameters by name, and what they make of the shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

import numpy as np
import rawpy

from iio_core import Index, OptionError

__all__ = ["Development", "DevelopmentOf", "Named"]

Named = str | int | Enum | None
"""One of LibRaw's choices: its name in any case, its number, or rawpy's own enum."""

_CHOICES: dict[str, type[Enum]] = {
    "demosaic_algorithm": rawpy.DemosaicAlgorithm,
    "fbdd_noise_reduction": rawpy.FBDDNoiseReductionMode,
    "output_color": rawpy.ColorSpace,
    "highlight_mode": rawpy.HighlightMode,
}
_NUMBERS: dict[str, tuple[type[list[Any]] | type[tuple[Any, ...]], int]] = {
    "user_wb": (list, 4),
    "user_cblack": (list, 4),
    "gamma": (tuple, 2),
    "chromatic_aberration": (tuple, 2),
}
"""Of what type LibRaw's rows of numbers are, and how long."""
_FLIPS = (0, 3, 5, 6)
_REBUILD = 9


@dataclass(frozen=True, kw_only=True)
class Development:
    """What was asked for.

    Parameters
    ----------
    sensor, thumbnail, rotate
        As for `RawReader.read`.
    demosaic_algorithm, half_size, ...
        Parameters of ``rawpy.Params`` by the same names; `choices` are names, too.
    """

    sensor: bool = False
    thumbnail: bool = False
    rotate: bool = False
    demosaic_algorithm: Named = None
    half_size: bool = False
    four_color_rgb: bool = False
    dcb_iterations: int = 0
    dcb_enhance: bool = False
    fbdd_noise_reduction: Named = "Off"
    noise_thr: float | None = None
    median_filter_passes: int = 0
    use_camera_wb: bool = False
    use_auto_wb: bool = False
    user_wb: Sequence[float] | None = None
    output_color: Named = "sRGB"
    output_bps: int = 8
    user_flip: int | None = None
    user_black: int | None = None
    user_cblack: Sequence[int] | None = None
    user_sat: int | None = None
    no_auto_bright: bool = False
    auto_bright_thr: float | None = None
    adjust_maximum_thr: float = 0.75
    bright: float = 1.0
    highlight_mode: Named = "Clip"
    exp_shift: float | None = None
    exp_preserve_highlights: float = 0.0
    no_auto_scale: bool = False
    gamma: tuple[float, float] | None = None
    chromatic_aberration: tuple[float, float] | None = None
    bad_pixels_path: str | None = None

    def __post_init__(self) -> None:
        """Check it.

        Raises
        ------
        OptionError
            If a value is not one that LibRaw takes, or two options exclude each other.
        """
        self._check_values()
        self._check_choices()
        self._check_together()

    def _check_values(self) -> None:
        if self.output_bps not in (8, 16):
            raise OptionError(f"output_bps={self.output_bps!r}: LibRaw develops to 8 or 16 bits")
        if self.user_flip is not None and self.user_flip not in _FLIPS:
            raise OptionError(
                f"user_flip={self.user_flip!r} is not 0 (none), 3 (180 degrees), 5 (90 degrees to "
                "the left) or 6 (90 degrees to the right)"
            )
        if self.noise_thr is not None:
            raise OptionError(
                "noise_thr= is not passed on: LibRaw's wavelet denoising writes outside of its "
                "memory, which ends the process; take fbdd_noise_reduction= or "
                "median_filter_passes="
            )
        for name, (_, length) in _NUMBERS.items():
            value = getattr(self, name)
            if value is not None and np.shape(value) != (length,):
                raise OptionError(f"{name}={value!r}: LibRaw takes {length} numbers")

    def _check_choices(self) -> None:
        chosen = {name: _choice(name, getattr(self, name)) for name in _CHOICES}
        algorithm = chosen["demosaic_algorithm"]
        if algorithm is not None and getattr(algorithm, "isSupported", True) is False:
            raise OptionError(
                f"demosaic_algorithm={algorithm.name!r} is not in this build of LibRaw"
            )

    def _check_together(self) -> None:
        if self.rotate and self.user_flip is not None:
            raise OptionError("rotate= and user_flip= both say how to turn: give one of them")
        if (self.sensor or self.thumbnail) and len(self._given()) > 1:
            raise OptionError(
                "sensor=True and thumbnail=True return what stands in the file: neither is "
                "developed, so no other option goes with them"
            )

    def _given(self) -> list[str]:
        """Return the names of what is not as it is without options."""
        usual = ((field.name, getattr(Development, field.name)) for field in fields(Development))
        given = ((name, default, getattr(self, name)) for name, default in usual)
        # An array is not compared with None.
        return [
            n for n, default, v in given if v is not default and (default is None or v != default)
        ]

    def parameters(self) -> dict[str, Any]:
        """Return the arguments of ``rawpy.RawPy.postprocess`` that are not its defaults.

        Releases of rawpy differ in those that they know.
        """
        ours = ("sensor", "thumbnail", "rotate")
        named = {name: self._as_rawpy(name) for name in self._given() if name not in ours}
        if self.user_flip is None and not self.rotate:
            named["user_flip"] = 0
        return named

    def _as_rawpy(self, name: str) -> Any:
        value = getattr(self, name)
        if name in _CHOICES:
            return _choice(name, value)
        if name in _NUMBERS and value is not None:
            return _NUMBERS[name][0](value)
        return value

    def shape(self, raw: rawpy.RawPy, sizes: Any) -> tuple[int, ...]:
        """Return the shape of what is developed.

        Parameters
        ----------
        raw : rawpy.RawPy
            The opened file.
        sizes : rawpy.ImageSizes
            What its sizes were before anything was developed.
        """
        height, width = sizes.height, sizes.width
        # Only asked for where it matters: LibRaw unpacks the sensor's data to answer.
        mosaic = self.half_size and raw.num_colors > 1 and raw.raw_pattern is not None
        if mosaic:
            height, width = (height + 1) // 2, (width + 1) // 2
        if sizes.pixel_aspect < 1:
            height = int(height / sizes.pixel_aspect + 0.5)
        elif sizes.pixel_aspect > 1:
            width = int(width * sizes.pixel_aspect + 0.5)
        flip = self.user_flip if self.user_flip is not None else sizes.flip * self.rotate
        if flip & 4:
            height, width = width, height
        colors = self._colors(raw, mosaic)
        return (height, width) if colors == 1 else (height, width, colors)

    def _colors(self, raw: rawpy.RawPy, mosaic: bool) -> int:
        colors = int(raw.num_colors)
        untouched = _choice("output_color", self.output_color) is rawpy.ColorSpace.raw
        if colors == 3 and mosaic and self.four_color_rgb and untouched:
            return 4
        return 3 if colors == 4 and not untouched else colors


@dataclass(frozen=True, kw_only=True)
class DevelopmentOf(Development):
    """What was asked for, and of which image.

    Parameters
    ----------
    index
        As for `RawReader.read`.
    """

    index: Index = None


def _choice(name: str, value: Named) -> Any:
    """Return one of LibRaw's choices by its name or number."""
    kind = _CHOICES[name]
    if name == "highlight_mode" and type(value) is int and 0 <= value <= _REBUILD:
        return value  # 3 to 9, from natural to vivid colors, have no names
    if value is None or isinstance(value, kind):
        return value
    for one in kind:
        by_name = isinstance(value, str) and one.name.lower() == value.lower()
        if by_name or (type(value) is int and one.value == value):
            return one
    known = ", ".join(one.name for one in kind)
    raise OptionError(f"{name}={value!r} is not one of {known}")
