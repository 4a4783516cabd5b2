"""Reading TIFF: iio beside bare tifffile; 500 pages of 512 x 512 pixels, whole and one by one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

import iio_core as iio

from .timing import Case, arguments, report

PAGES = 500
KINDS: dict[str, dict[str, Any]] = {
    "uncompressed": {},
    "page by page": {},
    "deflate": {"compression": "zlib"},
    "LZW": {"compression": "lzw"},
    "zstd": {"compression": "zstd"},
}


def stack() -> np.ndarray:
    """Return pages as a camera on a microscope makes them: noise on a slope."""
    rng = np.random.default_rng(0)
    pages = rng.poisson(100, (8, 512, 512)) + np.arange(512)[None, :, None]
    return np.concatenate([pages.astype(np.uint16)] * (PAGES // 8 + 1))[:PAGES]


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    pages = stack()
    for name, options in KINDS.items():
        path = str(folder / f"{name}.tif")
        if name == "page by page":
            with tifffile.TiffWriter(path) as file:
                for page in pages:
                    file.write(page, photometric="minisblack", metadata=None)
        else:
            tifffile.imwrite(path, pages, photometric="minisblack", **options)
        yield Case(
            f"imread {PAGES} pages, {name}",
            {"tifffile": partial(tifffile.imread, path), "iio": partial(iio.imread, path)},
        )
        yield Case(
            f"open, and read 50 single pages, {name}",
            {"tifffile": partial(with_tifffile, path), "iio": partial(with_iio, path)},
        )
        for page in (0, PAGES // 2):
            yield Case(
                f"imread page {page}, {name}",
                {
                    "tifffile": partial(tifffile.imread, path, key=page),
                    "iio": partial(iio.imread, path, page=page),
                },
            )


def with_tifffile(path: str) -> None:
    """Read single pages as somebody would with tifffile."""
    with tifffile.TiffFile(path) as file:
        for number in range(0, PAGES, 10):
            file.pages[number].asarray()


def with_iio(path: str) -> None:
    """Read single pages in a session."""
    with iio.imopen(path, "r") as file:
        for number in range(0, PAGES, 10):
            file.read(page=number)


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_tiff", cases(Path(name)), asked)
