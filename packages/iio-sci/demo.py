"""Scientific files of several kinds for ``nox -s demo``."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = ("simple.fits", "stent.npz", "chelsea.bsdf", "test_000_.SPE", "Blackmagic.dng")


def galaxy(size: int = 240) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return two arms of stars around a bright center."""
    y, x = (np.mgrid[0:size, 0:size] - size / 2) / (size / 2)
    radius, angle = np.hypot(x, y) + 1e-3, np.arctan2(y, x)
    arms = 1 + np.cos(2 * (angle - 4 * np.log(radius)))
    light = np.exp(-((radius / 0.08) ** 2)) * 8 + arms * np.exp(-3 * radius)
    noise = np.random.default_rng(0).normal(0, 0.03, light.shape)
    return (1000 * (light + noise + 0.2)).astype(np.float32)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write one picture in every format, and name real files where they are at hand."""
    for name in REAL:
        absent = name.endswith(".dng") and not find_spec("rawpy")
        if data is not None and (data / name).is_file() and not absent:
            yield data / name, "a real file"
    light = galaxy()
    counts = light.astype(np.uint16)
    colors = np.stack([light, light * 0.9, light * 0.7], axis=-1) / 1000
    told = {"OBJECT": "two arms", "EXPTIME": 600.0}
    made: list[tuple[str, Any, str, dict[str, Any]]] = [
        ("galaxy.npz", [counts, light], "two arrays", {}),
        ("galaxy.npy", light, "one array", {}),
        ("galaxy.bsdf", counts, "with metadata", {"metadata": {"stars": [1, 2, 3]}}),
        ("galaxy.hdr", colors.clip(0), "common exponents, packed", {"metadata": {"EXPOSURE": 2.0}}),
        ("galaxy.pfm", colors, "floats", {}),
    ]
    if find_spec("astropy"):
        made += [
            ("galaxy.fits", light, "floats, with cards", {"metadata": told}),
            ("counts.fits", counts, "unsigned integers", {"metadata": told, "checksum": True}),
            ("tiles.fits", counts, "tiles packed by RICE", {"compression": "RICE_1"}),
            ("galaxy.fz", light, "tiles packed by GZIP, exactly", {}),
        ]
    if find_spec("OpenEXR"):
        half = colors.astype(np.float16)
        made.append(("galaxy.exr", half, "half floats", {"compression": "piz"}))
    if find_spec("h5py"):
        made.append(("galaxy.h5", counts, "a dataset with attributes", {"compression": "gzip"}))
    for name, image, remark, options in made:
        path = folder / name
        iio.imwrite(path, image, **options)
        yield path, remark
