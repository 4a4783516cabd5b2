"""Reading: iio beside Pillow alone and imageio, from paths and from bytes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio.v3 as imageio
import numpy as np
from PIL import Image, ImageSequence

import iio_core as iio

from .pictures import animation, encoded, photo
from .timing import Case, arguments, report


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write the files, and yield each with the name of its case."""
    small, medium = photo(64, 64), photo(1250, 800)
    for name, data in (
        ("64x64.png", encoded(small, "PNG")),
        ("1mp.png", encoded(medium, "PNG")),
        ("1mp.tif", encoded(medium, "TIFF")),
        ("1mp.webp", encoded(medium, "WEBP", quality=80)),
        ("12mp.jpg", encoded(photo(4000, 3000), "JPEG", quality=90)),
        ("36frames.gif", encoded(animation(200, 150, 36), "GIF")),
    ):
        path = folder / name
        path.write_bytes(data)
        yield name, path


def with_pillow(source: str | io.BytesIO) -> np.ndarray:
    """Read as somebody would who knows the file: one image, or frames of one mode."""
    with Image.open(source) as image:
        if getattr(image, "n_frames", 1) == 1:
            return np.array(image)
        return np.stack([np.array(f.convert("RGB")) for f in ImageSequence.Iterator(image)])


def properties(source: str) -> tuple[tuple[int, int], str]:
    """Look at the header with Pillow."""
    with Image.open(source) as image:
        return image.size, image.mode


def reading(name: str, path: str) -> Case:
    """Return the case of reading a path."""
    return Case(
        f"imread {name}",
        {
            "Pillow": lambda: with_pillow(path),
            "iio": lambda: iio.imread(path),
            "imageio": lambda: imageio.imread(path),
        },
    )


def from_bytes(name: str, data: bytes) -> Case:
    """Return the case of reading bytes."""
    return Case(
        f"imread {name} (bytes)",
        {
            "Pillow": lambda: with_pillow(io.BytesIO(data)),
            "iio": lambda: iio.imread(data),
            "imageio": lambda: imageio.imread(data),
        },
    )


def headers(name: str, path: str) -> Case:
    """Return the case of finding out shape and dtype, beside decoding all."""
    return Case(
        f"improps {name}",
        {
            "Pillow decodes all": lambda: with_pillow(path),
            "Pillow opens": lambda: properties(path),
            "iio": lambda: iio.improps(path),
            "imageio": lambda: imageio.improps(path),
        },
    )


def frames(name: str, path: str) -> Case:
    """Return the case of iterating."""
    return Case(
        f"imiter {name}",
        {
            "Pillow": lambda: with_pillow(path),
            "iio": lambda: sum(1 for _ in iio.imiter(path)),
            "imageio": lambda: sum(1 for _ in imageio.imiter(path)),
        },
    )


def cases(folder: Path) -> Iterator[Case]:
    """Yield all cases."""
    for name, path in files(folder):
        yield reading(name, str(path))
        if name == "64x64.png":
            yield from_bytes(name, path.read_bytes())
        if name == "12mp.jpg":
            yield headers(name, str(path))
        if name.endswith(".gif"):
            yield frames(name, str(path))


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_read", cases(Path(name)), asked)
