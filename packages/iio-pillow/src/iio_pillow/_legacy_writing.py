"""The options for saving of imageio 2.9, section 3.2.11, as options of this plugin."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np

from iio_core import OptionError
from iio_core.v2.core import warn_of_loss

from ._legacy_reading import Options
from ._metadata_out import exif_with, tag_number
from ._writers._checks import any_of, check, list_of, number, whole

__all__ = ["colors_of", "of_animation", "of_gif", "of_jpeg", "of_png", "of_still", "of_xbm"]

_SHORTEST = 5  # a longer time is not meant in seconds
_PALETTES = (256, 128, 64, 32, 16, 8, 4, 2)
_SECONDS = any_of(number(0), list_of(number(0)))
_COLORS = {"quantize": whole(1, 256), "bits": whole(1, 8)}


def of_still(given: Mapping[str, Any]) -> Options:
    """Return the options as they are: imageio documents none for other formats."""
    return dict(given)


def of_xbm(given: Mapping[str, Any]) -> Options:
    """Say that white is the foreground, as it is in imageio."""
    return {"set_bits": "white"} | dict(given)


def of_animation(given: Mapping[str, Any]) -> Options:
    """Translate times, which are seconds here and milliseconds there."""
    options = dict(given)
    fps = options.pop("fps", None)
    if options.get("duration") is not None:
        options["duration"] = _milliseconds(options["duration"])
    elif fps is not None:
        # Not as fps: with a duration in the metadata that would be said twice. Without either a
        # frame is shown for 100 milliseconds.
        check({"fps": number(0, above=True)}, {"fps": fps})
        options["duration"] = 1000 / float(fps)
    return options


def of_png(given: Mapping[str, Any]) -> Options:
    """Translate the options of PNG; reducing colors to what `bits` can hold is done before."""
    options = _with_flags(of_animation(given), "optimize")
    options.pop("prefer_uint8", None)
    level = options.pop("compression", None)
    if level is not None:
        options["compress_level"] = level
    options.setdefault("compress_level", 9)
    colors = colors_of(given)
    options.pop("quantize", None)
    if colors is not None:
        options["bits"] = next(bits for bits in (1, 2, 4, 8) if 2**bits >= colors)
    return options


def colors_of(given: Mapping[str, Any]) -> int | None:
    """Return to how many colors the options of PNG reduce an image; None if they do not."""
    quantize, bits = given.get("quantize"), given.get("bits")
    check(_COLORS, {"quantize": quantize, "bits": bits})
    if quantize is not None:
        return int(quantize)
    return None if bits is None else 2 ** int(bits)


def of_jpeg(given: Mapping[str, Any]) -> Options:
    """Translate the options of JPEG: the quality may have a fraction, EXIF be a dictionary."""
    options = _with_flags(given, "progressive", "optimize")
    if isinstance(options.get("quality"), float | np.floating):
        options["quality"] = int(options["quality"])
    if isinstance(options.get("exif"), Mapping):
        options["exif"] = _exif(options["exif"])
    return options


def of_gif(given: Mapping[str, Any]) -> Options:
    """Translate the options of GIF: seconds, and palettes of any size."""
    options = _with_flags(of_animation(given), "subrectangles")
    size = options.get("palettesize", 256)
    check({"palettesize": whole(2, 256)}, {"palettesize": size})
    options["palettesize"] = min(_PALETTES, key=lambda palette: abs(palette - size))
    return options


def _milliseconds(duration: Any) -> Any:
    """Return how long frames are shown, given in seconds, or in milliseconds by the look of it."""
    check({"duration": _SECONDS}, {"duration": duration})
    several = np.ndim(duration) > 0
    values = [float(value) for value in (duration if several else [duration])]
    longest = max(values)
    # One short time among them shows that all of them are seconds.
    if longest >= _SHORTEST and all(value >= _SHORTEST for value in values if value):
        warn_of_loss(
            f"duration={longest:g} is taken as milliseconds, as later versions of imageio do; in "
            f"imageio 2.9 it would be seconds: {longest / 1000:g}"
        )
    else:
        values = [1000 * value for value in values]
    return values if several else values[0]


def _with_flags(given: Mapping[str, Any], *names: str) -> Options:
    """Return options in which 0 and 1 are no and yes where a flag is expected."""
    options = dict(given)
    for name in names:
        if isinstance(options.get(name), Integral) and options[name] in (0, 1):
            options[name] = bool(options[name])
    return options


def _exif(tags: Mapping[Any, Any]) -> bytes:
    """Return EXIF data from a dictionary of tags, by number or by name."""
    numbered = {}
    for tag, value in tags.items():
        number = tag if isinstance(tag, int) else tag_number(tag)
        if number is None:
            raise OptionError(f"exif= has the key {tag!r}, which is no tag of EXIF")
        numbered[number] = value
    return exif_with(b"", numbered)
