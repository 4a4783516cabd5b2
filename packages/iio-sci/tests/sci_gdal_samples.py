"""Files that GDAL writes without iio, each from the same values."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning

__all__ = ["MADE", "VALUES", "geotiff", "made"]

PLACE = rasterio.Affine(0.5, 0, 10, 0, -0.25, 50)
VALUES = np.random.default_rng(4).integers(1, 250, (48, 64, 3)).astype(np.uint8)

# Format: driver, extension, dtype, bands, options.
MADE: dict[str, tuple[str, str, str, int, dict[str, Any]]] = {
    "HFA": ("HFA", ".img", "uint8", 3, {}),
    "GRIB": ("GRIB", ".grib2", "float64", 1, {}),
    "NITF": ("NITF", ".ntf", "uint8", 3, {}),
    "PCIDSK": ("PCIDSK", ".pix", "uint8", 3, {}),
    "GRID": ("AAIGrid", ".asc", "int32", 1, {}),
    "JP2": ("JP2OpenJPEG", ".jp2", "uint8", 3, {"QUALITY": 100, "REVERSIBLE": "YES"}),
    "GTIFF": ("GTiff", ".tif", "uint16", 3, {}),
    "PNG": ("PNG", ".png", "uint8", 3, {}),
}


def geotiff(path: Path, image: np.ndarray, levels: tuple[int, ...] = (), **options: Any) -> None:
    """Write a GeoTIFF of ``(height, width, bands)``."""
    height, width, bands = image.shape
    settings = {"crs": "EPSG:4326", "transform": PLACE, **options}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(
            path, "w", driver="GTiff", height=height, width=width, count=bands,
            dtype=image.dtype, **settings,
        ) as file:  # fmt: skip
            file.write(np.moveaxis(image, -1, 0))
            if levels:
                file.build_overviews(levels, Resampling.nearest)


def made(
    driver: str, extension: str, dtype: str, bands: int, options: dict[str, Any],
    values: np.ndarray = VALUES,
) -> tuple[bytes, np.ndarray]:  # fmt: skip
    """Return a file, and its pixels as iio has them."""
    image = values[..., :bands].astype(dtype)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.tif"), Path(folder, f"target{extension}")
        geotiff(source, image)
        rasterio.shutil.copy(source, target, driver=driver, **options)
        data = target.read_bytes()
    return data, image[..., 0] if bands == 1 else image
