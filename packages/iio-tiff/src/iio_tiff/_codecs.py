"""Which compressions and samples can be decoded here."""

from __future__ import annotations

import importlib.util
from functools import cache

import numpy as np
from tifffile import TIFF, TiffPage

__all__ = ["INSTALL", "has_codecs", "is_absent", "lacking", "unpacks_triples"]

INSTALL = 'pip install "iio-tiff[codecs]"'
# zstd came with Python 3.14; lzma may be left out when Python is built.
_STANDARD = {34925: "lzma", 34926: "compression.zstd", 50000: "compression.zstd"}
_TRIPLE = 24
_WHOLE = (1, 8, 16, 32, 64, 128)  # bits of a sample that need no unpacking


@cache
def has_codecs() -> bool:
    """Tell whether imagecodecs is installed, which has what tifffile lacks."""
    return importlib.util.find_spec("imagecodecs") is not None


def is_absent(compression: int) -> bool:
    """Tell whether a codec of the standard library that the backend counts on is not here."""
    module = _STANDARD.get(compression)
    if module is None or has_codecs():
        return False
    try:
        return importlib.util.find_spec(module) is None
    except ImportError:
        return True


_NUMBERS = ("compression", "predictor", "photometric", "planarconfig", "fillorder")


def lacking(page: TiffPage) -> str:
    """Return why the pixels of a page cannot be decoded here; an empty string if they can."""
    for name in _NUMBERS:
        if not isinstance(getattr(page, name), int):
            return f"its {name} is not one whole number"
    problem = _problem(page)
    if problem and not has_codecs():
        return f"{problem}: {INSTALL}"
    return problem


def _problem(page: TiffPage) -> str:
    compression = int(page.compression)
    if compression != 1 and (compression not in TIFF.DECOMPRESSORS or is_absent(compression)):
        return f"nothing here decodes its compression {_called(page.compression)}"
    if compression in TIFF.IMAGE_COMPRESSIONS:  # which take care of the rest themselves
        return ""
    if int(page.predictor) != 1 and page.predictor not in TIFF.UNPREDICTORS:
        return f"nothing here undoes its predictor {_called(page.predictor)}"
    bits = page.bitspersample
    if isinstance(bits, int) and bits not in _WHOLE and not has_codecs():
        return f"its samples of {bits} bits cannot be unpacked"
    if (
        bits == _TRIPLE
        and int(page.sampleformat) == 1
        and not unpacks_triples(page.parent.byteorder)
    ):
        return "its integers of 24 bits come out wrong with this imagecodecs"
    return ""


@cache
def unpacks_triples(order: str) -> bool:
    """Tell whether integers of 24 bits are unpacked as they should be; some versions shift them."""
    import imagecodecs

    made = imagecodecs.packints_decode(b"\1\2\3", np.dtype(f"{order}u4"), _TRIPLE, runlen=1)
    return int(made[0]) == 0x010203


def _called(code: int) -> str:
    """Return a number with the backend's name for it."""
    name = getattr(code, "name", "")
    return f"{int(code)} ({name})" if name else str(int(code))
