"""Reading OpenEXR, HDF5, raw files and maps beside their libraries alone."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import OpenEXR
import rasterio
import rawpy

import iio_core as iio

from .timing import Case, arguments, report

SIZE = 1024
WINDOW = np.s_[500:600, 400:500]
REAL = Path(__file__).parents[1] / ".." / "shared" / "data" / "Blackmagic.dng"


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    random = np.random.default_rng(0)
    colors = np.cumsum(random.normal(0, 0.01, (SIZE, SIZE, 3)), axis=1).astype(np.float16)
    counts = random.integers(0, 4000, (SIZE, SIZE), np.uint16)
    exr, hdf5, tiff = (str(folder / name) for name in ("a.exr", "a.h5", "a.tif"))
    iio.imwrite(exr, colors)
    with h5py.File(hdf5, "w") as file:
        file.create_dataset("plain", data=counts)
        file.create_dataset("packed", data=counts, chunks=(128, 128), compression="gzip")
    tiles = {"tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "deflate"}
    place = rasterio.Affine(0.5, 0, 10, 0, -0.25, 50)
    with rasterio.open(
        tiff, "w", "GTiff", SIZE, SIZE, 1, transform=place, dtype="uint16", **tiles
    ) as file:
        file.write(counts, 1)
    yield Case(
        f"imread {SIZE} × {SIZE} × 3 OpenEXR, half floats",
        {"OpenEXR": partial(with_openexr, exr), "iio": partial(iio.imread, exr)},
    )
    for name in ("plain", "packed"):
        yield Case(
            f"imread {SIZE} × {SIZE} HDF5, {name}",
            {
                "h5py": partial(with_h5py, hdf5, name),
                "iio": partial(iio.imread, hdf5, dataset=name),
            },
        )
    yield Case(
        "100 × 100 of a GeoTIFF in tiles",
        {"rasterio": partial(with_rasterio, tiff), "iio": partial(window, tiff)},
    )
    if REAL.is_file():
        yield Case(
            "imread 4128 × 2176 DNG, half the size",
            {
                "rawpy": partial(with_rawpy, REAL),
                "iio": partial(iio.imread, REAL, half_size=True),
            },
        )


def with_openexr(path: str) -> np.ndarray:
    """Read colors as somebody would with OpenEXR."""
    image: np.ndarray = OpenEXR.File(path).channels()["RGB"].pixels
    return image


def with_h5py(path: str, name: str) -> np.ndarray:
    """Read a dataset with h5py."""
    with h5py.File(path, "r") as file:
        image: np.ndarray = file[name][...]
    return image


def with_rasterio(path: str) -> np.ndarray:
    """Read a window with rasterio."""
    with rasterio.open(path) as file:
        part: np.ndarray = file.read(1, window=rasterio.windows.Window(400, 500, 100, 100))
    return part


def window(path: str) -> np.ndarray:
    """Read a window."""
    with iio.imopen(path, "r", plugin="gdal") as file:
        part: np.ndarray = file.read_region(WINDOW)
    return part


def with_rawpy(path: Path) -> np.ndarray:
    """Develop a raw file with rawpy."""
    with rawpy.imread(io.BytesIO(path.read_bytes())) as raw:
        image: np.ndarray = raw.postprocess(half_size=True)
    return image


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_sci_extras", cases(Path(name)), asked)
