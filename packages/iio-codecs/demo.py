"""Deep images in the formats of iio-codecs for ``nox -s demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sky(height: int = 200, width: int = 300) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Return a smooth gradient that shows bands where bits are lost."""
    y, x = np.mgrid[0:height, 0:width]
    light = np.exp(-((y - 150) ** 2 + (x - 90) ** 2) / 30_000)
    colors = [9_000 + 50_000 * light, 14_000 + 38_000 * light, 30_000 + 26_000 * (1 - y / height)]
    return np.stack(colors, axis=-1).astype(np.uint16)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write one picture in each format, and name real files where they are at hand."""
    if data is not None and (data / "chelsea.jxl").is_file():
        yield data / "chelsea.jxl", "a real file"
    deep = sky()
    made: list[tuple[str, np.ndarray[Any, Any], str, dict[str, Any]]] = [
        ("deep.png", deep, "PNG of 16 bits a sample", {}),
        ("deep.jxl", deep, "JPEG XL without loss", {}),
        ("small.jxl", deep, "JPEG XL that nobody can tell from it", {"distance": 1.0}),
        ("deep.jxr", deep, "JPEG XR", {}),
        ("deep.jp2", deep, "JPEG 2000", {}),
        ("deep.jhc", deep, "HTJ2K", {}),
        ("deep.jls", deep, "JPEG-LS", {}),
        ("twelve.avif", deep >> 4, "AVIF of 12 bits a sample", {"bits": 12}),
        ("twelve.jpg", deep >> 4, "JPEG of 12 bits a sample", {"bits": 12}),
        ("deep.qoi", (deep >> 8).astype(np.uint8), "QOI", {}),
        ("moving.png", np.stack([np.roll(deep, 30 * i, 1) for i in range(10)]), "APNG", {}),
    ]
    for name, array, remark, options in made:
        path = folder / name
        iio.imwrite(path, array, plugin="codecs", **options)
        yield path, remark
