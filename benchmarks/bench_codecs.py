"""Decoding stills: iio-codecs beside iio-pillow, Pillow and imagecodecs, 1920 x 1080 pixels."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

import iio_core as iio

from .pictures import photo
from .timing import Case, arguments, report


def with_pillow(path: str) -> np.ndarray:
    """Decode as somebody would with Pillow."""
    with Image.open(path) as image:
        return np.asarray(image)


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    image = photo(1920, 1080)
    deep = image.astype(np.uint16) * 257 + np.arange(1920, dtype=np.uint16)[None, :, None] % 200
    for name, options in (
        ("png", {}),
        ("jpg", {"quality": 90}),
        ("webp", {"quality": 80}),
        ("avif", {}),
        ("jp2", {}),
        ("qoi", {}),
    ):
        path = str(folder / f"x.{name}")
        iio.imwrite(path, image, plugin="pillow", **options)
        yield Case(
            f"imread {name}, 8 bits",
            {
                "Pillow": partial(with_pillow, path),
                "iio-pillow": partial(iio.imread, path, plugin="pillow"),
                "iio-codecs": partial(iio.imread, path, plugin="codecs"),
            },
        )
    for name in ("png", "jxl", "jxr", "jp2", "jls"):
        path = str(folder / f"deep.{name}")
        iio.imwrite(path, deep, plugin="codecs")
        out = np.empty_like(deep)
        yield Case(
            f"imread {name}, 16 bits",
            {
                "imagecodecs": partial(imagecodecs.imread, path),
                "iio": partial(iio.imread, path),
                "iio, out=": partial(iio.imread, path, out=out),
            },
        )


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_codecs", cases(Path(name)), asked)
