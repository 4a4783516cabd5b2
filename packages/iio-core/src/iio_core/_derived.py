"""Which entries of metadata only say how the file was encoded that an image came from."""

from __future__ import annotations

import re

__all__ = ["is_derived"]

_NAMES = frozenset(
    {
        *("palette", "background", "compression", "interlace", "default_image", "bbox", "blend"),
        *("disposal", "disposals", "adobe", "adobe_transform", "jfif", "jfif_version", "jfif_unit"),
        *("jfif_density", "progressive", "progression", "mp", "mpoffset", "bit_depth", "sizes"),
        *("srgb", "chroma", "tiling", "nclx_profile", "icc_profile_type", "primary"),
    }
)
# What a program may as well mean by these names is told from it by the value: the modes of Pillow.
_MODE = re.compile(r"1|LA?|La|PA?|RGB[AXa]?|CMYK|YCbCr|LAB|HSV|I|F|I;16[LBN]?|BGR;(15|16|24)")


def is_derived(name: object, value: object) -> bool:
    """Tell whether an entry of metadata only describes the array, or how its file was encoded.

    A writer that has no place for such an entry leaves it out without a warning: the array says it
    itself, or the new file is encoded in its own way, and nothing is lost.

    Parameters
    ----------
    name : str
        The name of the entry.
    value : Any
        Its value: a ``mode`` is one of Pillow's (``"RGB"``), a ``shape`` is numbers.

    Examples
    --------
    >>> import iio_core as iio
    >>> metadata = {"mode": "RGB", "shape": (400, 600), "jfif_unit": 0, "title": "Chelsea"}
    >>> [name for name, value in metadata.items() if not iio.is_derived(name, value)]
    ['title']
    """
    if name == "mode":
        return isinstance(value, str) and _MODE.fullmatch(value) is not None
    if name == "shape":
        return isinstance(value, tuple | list) and all(isinstance(n, int) for n in value)
    if name == "version":  # of a GIF
        return isinstance(value, bytes)
    if name == "extension":  # of a GIF: its kind, and where it is
        return isinstance(value, tuple | list)
    return name in _NAMES
