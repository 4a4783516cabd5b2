"""TIFF files of several kinds for ``nox -s demo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REAL = ("multipage_rgb.tif", "movie.stk", "fei-sem-rbc.tif")


def cells(planes: int = 6, size: int = 200) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Return a stack in which spots come into focus one after the other."""
    z, y, x = np.mgrid[0:planes, 0:size, 0:size]
    stack = np.zeros((planes, size, size))
    for number in range(12):
        turn = 2.4 * number
        cy, cx = 100 + 7 * number * np.sin(turn), 100 + 7 * number * np.cos(turn)
        depth = number % planes
        spread = 40 + 60 * (z - depth) ** 2
        stack += np.exp(-((y - cy) ** 2 + (x - cx) ** 2) / spread) / (1 + (z - depth) ** 2)
    return (50_000 * stack / stack.max()).astype(np.uint16)


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write one stack in several kinds of TIFF, and name real files where they are at hand."""
    for name in REAL:
        if data is not None and (data / name).is_file():
            yield data / name, "a real file"
    stack = cells()
    told: dict[str, Any] = {"axes": "ZYX", "spacing": (2.0, 0.3, 0.3), "spacing_units": "µm"}
    made: list[tuple[str, np.ndarray[Any, Any], str, dict[str, Any]]] = [
        ("stack.tif", stack, "a stack, not compressed", {}),
        ("stack.ome.tif", stack, "OME-TIFF with spacing", {"metadata": told}),
        ("hyperstack.tif", stack, "an ImageJ hyperstack", {"imagej": True}),
        ("deflate.tif", stack, "deflate", {"compression": "zlib", "predictor": True}),
        ("big.btf", stack, "BigTIFF", {}),
        ("float.tif", stack[2] / 65535, "float64", {"compression": "zlib"}),
        ("lzw.tif", stack[1], "LZW, through iio-tiff[codecs]", {"compression": "lzw"}),
        (
            "pyramid.tif",
            np.tile(stack[0], (4, 4)),
            "tiles and two smaller copies",
            {"tile": (128, 128), "pyramid": 2, "compression": "zlib"},
        ),
    ]
    for name, array, remark, options in made:
        path = folder / name
        iio.imwrite(path, array, plugin="tiff", **options)
        yield path, remark
