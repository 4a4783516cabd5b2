"""Writing: iio beside Pillow alone and imageio, with the same encoder settings."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
from PIL import Image

import iio_core as iio

from .pictures import animation, photo
from .timing import Case, arguments, report


def with_pillow(path: str, picture: np.ndarray, options: dict[str, Any]) -> None:
    """Write as somebody would who knows the format."""
    if picture.ndim == 3:
        Image.fromarray(picture).save(path, **options)
        return
    first, *rest = [Image.fromarray(frame) for frame in picture]
    first.save(path, save_all=True, append_images=rest, **options)


def writing(name: str, folder: Path, picture: np.ndarray, **options: Any) -> Case:
    """Return the case of writing a path, over the file of the turn before."""
    suffix = name[name.rindex(".") :]
    mine, theirs, bare = (str(folder / f"{who}{suffix}") for who in ("iio", "imageio", "pillow"))
    return Case(
        f"imwrite {name}",
        {
            "Pillow": lambda: with_pillow(bare, picture, options),
            "iio": lambda: iio.imwrite(mine, picture, **options),
            "imageio": lambda: imageio.imwrite(theirs, picture, **options),
        },
    )


def in_memory(name: str, picture: np.ndarray) -> Case:
    """Return the case of encoding to bytes."""
    suffix = name[name.rindex(".") :]
    return Case(
        f"imwrite {name} (bytes)",
        {
            "imageio": lambda: imageio.imwrite("<bytes>", picture, extension=suffix),
            "iio": lambda: iio.imwrite("<bytes>", picture, extension=suffix),
        },
    )


def cases(folder: Path) -> Iterator[Case]:
    """Yield all cases."""
    small, medium = photo(64, 64), photo(1250, 800)
    yield writing("64x64.png", folder, small)
    yield in_memory("64x64.png", small)
    yield writing("1mp.png", folder, medium)
    yield writing("1mp.tif", folder, medium)
    yield writing("1mp.webp", folder, medium, quality=80)
    yield writing("12mp.jpg", folder, photo(4000, 3000), quality=90)
    yield writing("36frames.gif", folder, animation(200, 150, 36), duration=50)


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_write", cases(Path(name)), asked)
