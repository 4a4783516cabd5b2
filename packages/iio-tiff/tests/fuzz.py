"""Fuzz one format with atheris: ``python fuzz.py FORMAT [SECONDS [FLAG ...]]``, or list them.

What is fuzzed is what this wheel reads of a file itself: directories, and pages of rows, which
have to be what the backend makes of them.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

import iio_core as iio
from iio_core.testing import FuzzTarget, fuzz, survives

sys.path.insert(0, str(Path(__file__).parent))


def plain() -> dict[str, bytes]:
    """Return files of the kinds that are read without the backend."""
    from tiff_samples import noise, written

    image, told = noise(7, 6, dtype="uint16"), {"metadata": None}
    return {
        "rows": written(image, **told),
        "strips": written(image, rowsperstrip=3, **told),
        "big-endian": written(image.astype("i4"), byteorder=">", **told),
        "colors": written(noise(4, 5, 3), photometric="rgb", **told),
        "floats": written(image.astype("f4"), **told),
        "told shape": written(image),
        "pages": written(np.stack([image] * 3), **told),
        "bigtiff": written(image, bigtiff=True, **told),
        "deflate": written(image, compression="zlib", predictor=True, rowsperstrip=3, **told),
        "packbits": written(image.astype("u1"), compression="packbits", **told),
        "lzw": written(image.astype(">u2"), compression="lzw", byteorder=">", **told),
    }


def dialects() -> dict[str, bytes]:
    from tiff_dialects import DIALECTS
    from tiff_samples import SAMPLES

    found = {name: make()[0] for name, make in DIALECTS.items()}
    return found | {name: SAMPLES[name]()[0] for name in ("TIFF", "BIGTIFF", "OME-TIFF", "STK")}


def scans() -> dict[str, bytes]:
    from tiff_samples import fei

    return {"SFEG": fei(34680)[0], "Helios": fei(34682)[0]}


def read(data: bytes) -> None:
    survives(data, ".tif", plugin="tiff")


def read_twice(data: bytes) -> None:
    """Read a file, and its first page again through the backend."""
    if not survives(data, ".tif", plugin="tiff"):
        return
    from iio_tiff._selection import Selection

    ours, Selection.plain = Selection.plain, _nothing_is_plain  # type: ignore[method-assign]
    try:
        theirs = iio.imread(data, extension=".tif", plugin="tiff", page=0)
    except iio.IIOError:
        return
    finally:
        Selection.plain = ours  # type: ignore[method-assign]
    image = iio.imread(data, extension=".tif", plugin="tiff", page=0)
    np.testing.assert_array_equal(image, theirs)


def _nothing_is_plain(selection: Any, page: Any) -> None:
    return None


def read_scan(data: bytes) -> None:
    survives(data, ".tif", plugin="fei")


FORMATS = {
    "TIFF": (plain, read_twice),
    "TIFF-DIALECTS": (dialects, read),
    "FEI": (scans, read_scan),
}


def prepare(format: str) -> FuzzTarget:
    seeds, test = FORMATS[format]
    return FuzzTarget(seeds(), test)


if __name__ == "__main__":
    fuzz(FORMATS, prepare, packages=["iio_tiff"])
