"""The options for reading of imageio 2.9, section 3.2.11, as options of this plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from iio_core import OptionError

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Options", "flattened", "of_gif", "of_jpeg", "of_png", "of_still", "of_xbm"]

Options = dict[str, Any]
Flatten = Callable[["np.ndarray[Any, Any]"], "np.ndarray[Any, Any]"]

# From these modes there is a way to gray, and their arrays say all that there is to know: of
# palette indices the colors would be missing.
_FLATTENED = ("1", "L", "LA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr", "HSV", "I")


def of_still(given: Mapping[str, Any]) -> Options:
    """Translate `pilmode` and `as_gray`, which all formats have."""
    options = dict(given)
    pilmode = options.pop("pilmode", None)
    as_gray = options.pop("as_gray", False)
    if as_gray and pilmode not in (None, "F", *_FLATTENED):
        raise OptionError(
            f"as_gray=True with pilmode={pilmode!r}: what becomes gray has mode "
            f"{', '.join(_FLATTENED)}; without pilmode it is the image as it is"
        )
    if pilmode is not None:
        options["mode"] = pilmode
    elif as_gray:
        options["mode"] = "F"
    return options


def of_gif(given: Mapping[str, Any]) -> Options:
    """Translate them for GIF, which is always RGBA unless something else is asked for."""
    return {"mode": "RGBA"} | of_still(given)


def of_jpeg(given: Mapping[str, Any]) -> Options:
    """Translate those of JPEG, which is turned upright unless `exifrotate` is off."""
    options = of_still(given)
    options["rotate"] = bool(options.pop("exifrotate", options.get("rotate", True)))
    return options


def of_png(given: Mapping[str, Any]) -> Options:
    """Translate those of PNG, whose gamma is applied if `ignoregamma` is off."""
    options = of_still(given)
    if "ignoregamma" in options:
        options["apply_gamma"] = not options.pop("ignoregamma")
    return options


def of_xbm(given: Mapping[str, Any]) -> Options:
    """Translate them for XBM, whose foreground is white in imageio, as in Pillow."""
    return {"set_bits": "white"} | of_still(given)


def flattened(given: Mapping[str, Any]) -> Flatten | None:
    """Return what remains to be done to an array: to flatten what `pilmode` converted first."""
    pilmode = given.get("pilmode")
    if not given.get("as_gray") or pilmode in (None, "F"):
        return None

    def flatten(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        import numpy as np
        from PIL import Image

        from ._pixels import to_array

        if array.dtype == bool:
            image = Image.fromarray(array)
        else:
            height, width = array.shape[:2]
            image = Image.frombytes(pilmode, (width, height), np.ascontiguousarray(array).data)
        return to_array(image.convert("F")).copy()

    return flatten
