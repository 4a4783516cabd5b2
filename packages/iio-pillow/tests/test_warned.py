"""What is warned of names the file, and points at the line that called iio."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import iio_core as iio
import iio_core.v2 as imageio

NOISE = np.random.default_rng(0).integers(0, 255, (40, 40, 3), np.uint8)


def damaged_exif(folder: Path) -> Path:
    """Return a JPEG whose EXIF data points behind its end, of which Pillow warns."""
    stream = io.BytesIO()
    Image.fromarray(NOISE).save(stream, "JPEG", exif=b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x05\x01\x0f")
    path = folder / "damaged.jpg"
    path.write_bytes(stream.getvalue())
    return path


def lost_metadata(folder: Path) -> None:
    iio.imwrite(folder / "x.bmp", NOISE, metadata={"Title": "a cat"})


def lost_colors(folder: Path) -> None:
    iio.imwrite(folder / "x.gif", NOISE)


def once_for_the_file(folder: Path) -> None:
    with iio.imopen(folder / "x.webp", "w") as file:
        file.write(NOISE, metadata={"loop": 1})
        file.write(255 - NOISE, metadata={"loop": 2})


def of_pillow(folder: Path) -> None:
    iio.immeta(damaged_exif(folder))


def of_imageio(folder: Path) -> None:
    imageio.imwrite(folder / "x.png", np.linspace(0, 1, 12).reshape(3, 4))


@pytest.mark.parametrize(
    "call", [lost_metadata, lost_colors, once_for_the_file, of_pillow, of_imageio]
)
def test_a_warning_points_at_the_line_that_called_iio(call: Any, tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        call(tmp_path)
    assert seen
    for one in seen:
        assert issubclass(one.category, iio.IIOWarning), one
        assert one.filename == __file__, one


@pytest.mark.parametrize("call", [lost_metadata, lost_colors, once_for_the_file])
def test_a_warning_names_the_file(call: Any, tmp_path: Path) -> None:
    with pytest.warns(iio.IIOWarning, match="^" + str(tmp_path)) as seen:
        call(tmp_path)
    assert all(str(one.message).startswith(str(tmp_path / "x.")) for one in seen)
