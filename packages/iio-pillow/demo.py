"""Files of Pillow's formats for ``nox -s demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = (
    *("chelsea.jpg", "chelsea.png", "chelsea.jxl"),
    *("imageio16.png", "checkerboard.png", "newtonscradle.gif"),
)


def scene(size: int = 160) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a sunset over water: smooth, with an edge and a disk in it."""
    y, x = np.mgrid[0:size, 0:size] / size
    sky = np.stack([0.95 - 0.5 * y, 0.45 + 0.25 * y, 0.35 + 0.5 * y], axis=-1)
    disk = (x - 0.6) ** 2 + (y - 0.45) ** 2 < 0.02
    sky[disk] = (1.0, 0.9, 0.5)
    waves = 0.05 * np.sin(60 * y * y) * np.cos(9 * x)
    sea = np.stack([0.1 + waves, 0.25 + waves, 0.4 + waves], axis=-1)
    both = np.where((y > 0.6)[..., None], sea, sky)
    return (255 * np.clip(both, 0, 1)).astype(np.uint8)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write one picture in many formats, and name real files where they are at hand."""
    for name in REAL:
        if data is not None and (data / name).is_file():
            yield data / name, "a real file"
    color = scene()
    gray = color.mean(axis=-1).astype(np.uint8)
    round_mask = np.hypot(*(np.mgrid[0:160, 0:160] - 80)) < 75
    cut_out = np.dstack([color, 255 * round_mask.astype(np.uint8)])
    turning = np.stack([np.roll(color, 20 * i, axis=1) for i in range(8)])
    made: list[tuple[str, np.ndarray[Any, Any], str, dict[str, Any]]] = [
        ("color.png", color, "RGB", {}),
        ("cut-out.png", cut_out, "RGB with alpha", {}),
        ("deep.png", gray.astype(np.uint16) * 257, "16 bits of gray", {}),
        ("animation.png", turning, "an animated PNG", {}),
        ("color.jpg", color, "JPEG, quality 90", {"quality": 90}),
        ("color.webp", color, "WebP, lossless", {"lossless": True}),
        ("animation.webp", turning, "an animated WebP", {}),
        ("color.avif", color, "AVIF", {}),
        ("animation.gif", turning, "an animated GIF", {"duration": 100, "loop": 0}),
        ("color.tif", color, "TIFF", {}),
        ("float.tif", gray.astype(np.float32) / 255, "TIFF of floating point", {}),
        ("color.bmp", color, "BMP", {}),
        ("color.jp2", color, "JPEG 2000", {}),
        ("color.tga", color, "Targa", {}),
        ("color.heic", color, "HEIF, through iio-pillow[heif]", {}),
        ("color.jxl", color, "JPEG XL, through iio-pillow[jxl]", {}),
    ]
    for name, array, remark, options in made:
        path = folder / name
        iio.imwrite(path, array, **options)
        yield path, remark
