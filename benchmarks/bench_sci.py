"""Reading FITS beside bare astropy, and Radiance HDR beside OpenCV."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from astropy.io import fits

import iio_core as iio

from .timing import Case, arguments, report

SIZE = 2048
SECTION = np.s_[1000:1100]


def sky() -> np.ndarray:
    """Return noise around a level, with some stars."""
    rng = np.random.default_rng(0)
    image = rng.normal(100, 5, (SIZE, SIZE))
    image[rng.integers(0, SIZE, 500), rng.integers(0, SIZE, 500)] += 5000
    return image.astype(np.float32)


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    image = sky()
    counts = image.astype(np.int16)
    tiles: dict[str, Any] = {"compression_type": "RICE_1"}
    exact: dict[str, Any] = {"compression_type": "GZIP_2", "quantize_level": 0}
    units = {
        "float32": fits.PrimaryHDU(image),
        "uint16": fits.PrimaryHDU(image.astype(np.uint16)),
        "int16 in tiles, RICE_1": fits.CompImageHDU(counts, **tiles),
        "float32 in tiles, GZIP_2": fits.CompImageHDU(image, **exact),
    }
    for name, unit in units.items():
        path = str(folder / f"{name}.fits")
        whole = [unit] if isinstance(unit, fits.PrimaryHDU) else [fits.PrimaryHDU(), unit]
        fits.HDUList(whole).writeto(path)
        number = len(whole) - 1
        yield Case(
            f"imread {SIZE} × {SIZE} {name}",
            {
                "astropy, to native order": partial(with_astropy, path, number),
                "astropy, as it comes": partial(with_astropy, path, number, native=False),
                "iio": partial(iio.imread, path),
            },
        )
        yield Case(
            f"100 rows of {name}",
            {"astropy": partial(section, path, number), "iio": partial(region, path)},
        )
    colors = np.repeat(np.abs(image)[..., None], 3, axis=2)
    path = str(folder / "sky.hdr")
    cv2.imwrite(path, colors)
    read: dict[str, Callable[[], object]] = {
        "opencv": partial(cv2.imread, path, cv2.IMREAD_UNCHANGED),
        "iio": partial(iio.imread, path, plugin="radiance"),
    }
    yield Case(f"imread {SIZE} × {SIZE} HDR", read)


def with_astropy(path: str, number: int, *, native: bool = True) -> np.ndarray:
    """Read an image as somebody would with astropy."""
    with fits.open(path, memmap=False) as opened:
        data: np.ndarray = opened[number].data
    return data.astype(data.dtype.newbyteorder("="), copy=False) if native else data


def section(path: str, number: int) -> np.ndarray:
    """Read some rows with astropy."""
    with fits.open(path, memmap=False) as opened:
        data: np.ndarray = opened[number].section[SECTION]
    return data.astype(data.dtype.newbyteorder("="), copy=False)


def region(path: str) -> np.ndarray:
    """Read some rows."""
    with iio.imopen(path, "r") as file:
        part: np.ndarray = file.read_region(SECTION)
    return part


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_sci", cases(Path(name)), asked)
