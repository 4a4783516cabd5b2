"""A picture through FreeImage for ``nox -s demo``, where that library is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write a picture; nothing, if the library is not here."""
    y, x = np.mgrid[0:120, 0:200]
    picture = np.stack([x, 2 * y, x + y], axis=-1).astype(np.uint8)
    path = folder / "freeimage.png"
    try:
        iio.imwrite(path, picture, plugin="freeimage")
    except iio.NoPluginError:
        return
    yield path, "written by FreeImage, on request"
