"""What is lost is told at the line that called iio, with the name of the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import iio_core as iio


@pytest.mark.parametrize(
    "extension", [".bsdf", ".exr", ".fits", ".h5", ".hdr", ".npy", ".npz", ".pfm"]
)
def test_metadata_that_is_left_out(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"file{extension}"
    with pytest.warns(iio.MetadataWarning, match="odd") as told:
        iio.imwrite(path, np.ones((4, 5, 3), np.float32), metadata={"odd": object()})
    (warning,) = told
    assert warning.filename == __file__
    assert str(warning.message).startswith(f"{path}: ")
