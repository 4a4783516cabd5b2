"""For every extension a file that an independent program wrote, opened as a user would.

A package adds its own in ``tests/real_files.csv``; what no test opens, the table of extensions in
``docs/reference/formats.md`` tells.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from real_file_table import RealFile, load  # noqa: E402

FILES = load()
ON_REQUEST = {"eps": "EPS", "hdf5": "HDF5", "mnc2": "MINC", "ps": "EPS"}
# What a program gives too: the mosaic of a sensor, the colors of FreeImage.
OPTIONS: dict[str, dict[str, Any]] = {
    "cine": {"format": None},
    **{name: {"palette": "freeimage"} for name in ("kla", "koa", "koala")},
}
# Where another plugin shows the parts of a volume.
PLUGINS = {"hdf5": "itk"}
# By how much values may differ on average, where a compression changes them.
ABOUT = 16.0
# By how much frames of a lossy codec may: decoders differ in how they interpolate color.
NEARLY = 3.0
# From the colors of a Photo CD each program comes to others; from those of a sensor to nearly the
# same, and of one file most is blank.
WITHIN = {"dng": 0.5, "pcd": 10.0, "raw": 0.05}
# Pillow 11 returns them in a wider type.
WIDER = frozenset({"mcidas"})
# What lies beside a file and belongs to it.
BESIDE = {"cut": "pal", "img.gz": "hdr.gz", "mhd": "raw", "nhdr": "raw"}
# Values that are not those of the picture, but in their order.
OTHER_RANGES = frozenset({"exr", "hdr", "pfm"})


@pytest.fixture(scope="module")
def pictures() -> dict[str, np.ndarray]:
    with np.load(ROOT / "tests/real/picture.npz") as found:
        return dict(found)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.extension}-{file.name}")
def test_a_file_of_another_program_is_read(
    file: RealFile, pictures: dict[str, np.ndarray], tmp_path: Path
) -> None:
    if not file.is_here and ROOT not in file.path.parents:
        pytest.skip("the real files are not here: IIO_TEST_DATA")
    if file.extension in ("eps", "ps") and not shutil.which("gs"):
        pytest.skip("Ghostscript is not installed: apt-get install ghostscript")
    # As a user has it: a file of this extension, with what lies beside it.
    stem = file.name.partition(".")[0]
    path = tmp_path / f"{stem}.{file.extension}"
    path.write_bytes(file.data())
    if file.extension in BESIDE:
        shutil.copy(file.path.parent / f"{stem}.{BESIDE[file.extension]}", tmp_path)
    # A decoding is of all that is in a file, unless the user has to choose.
    *how_well, kind = file.shows.split()
    index = None if kind == "decoded" and "first" not in how_well else 0
    how: dict[str, Any] = dict(OPTIONS.get(file.extension, {}))
    if file.extension in ON_REQUEST:
        how["trust"] = {ON_REQUEST[file.extension]}
    if file.extension in PLUGINS:
        how["plugin"] = PLUGINS[file.extension]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", iio.IIOWarning)
        # Of backends when they are imported: as an error it ends Python in SimpleITK 2.4.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            image = iio.imread(path, index=index, **how)
        except iio.PluginNotInstalledError as error:
            pytest.skip(f"its wheel or backend is not installed: {error.install}")
        except iio.NoPluginError as error:
            if not error.install:
                raise
            pytest.skip(f"its wheel is not used here: {error.install}")
        described = iio.improps(path, index=index, **how)
    assert image.size and described.dtype == image.dtype
    # What only decoding tells, as the number of frames in a stream without an index, is None.
    both = zip(described.shape, image.shape, strict=True)
    assert all(known in (None, found) for known, found in both)
    if kind == "decoded":
        wanted, shape, step = file.decoded()
        if image.ndim >= 3 and {image.shape[-1], shape[-1]} == {3, 4}:
            image, wanted = opaque(image), opaque(wanted)
            shape = (*shape[:-1], 3)
        assert image.shape == shape
        image = image[::step, ::step] if step > 1 else image
        limit = WITHIN.get(file.extension, NEARLY) if "about" in how_well else 0.0
        if file.extension in WIDER and np.can_cast(wanted.dtype, image.dtype):
            wanted = wanted.astype(image.dtype)
        same(image, wanted, limit)
    else:
        ordered = file.extension in OTHER_RANGES
        compare(image, pictures[kind], exact="about" not in how_well, ordered=ordered)


def opaque(image: np.ndarray) -> np.ndarray:
    """Return an image without its alpha, which has to be full."""
    if image.shape[-1] == 4:
        assert (image[..., 3] == 255).all(), "it is not opaque"
    return image[..., :3]


def same(image: np.ndarray, wanted: np.ndarray, limit: float) -> None:
    """Compare what a file holds with what another program decodes it to."""
    assert image.shape == wanted.shape
    if not limit:
        assert image.dtype == wanted.dtype
        # Scaled values differ in their last bit, and some take the smallest float for 0.
        few = 1e-12 if image.dtype.kind == "f" else 0
        np.testing.assert_allclose(image, wanted, rtol=few, atol=few)
    else:
        assert np.abs(image.astype(float) - wanted).mean() < limit


def compare(image: np.ndarray, wanted: np.ndarray, *, exact: bool, ordered: bool) -> None:
    """Compare an image with the picture that it was made from."""
    if wanted.dtype == bool and image.dtype != bool:
        wanted = wanted * np.iinfo(image.dtype).max
    if image.ndim == wanted.ndim + 1:
        assert (image[..., :1] == image[..., : wanted.shape[-1] if wanted.ndim == 3 else 3]).all()
        image = image[..., 0]
    if image.ndim == 3 and image.shape[-1] == 4:
        assert (image[..., 3] == image[..., 3].max()).all(), "it is not opaque"
        image = image[..., :3]
    if exact:
        np.testing.assert_array_equal(image, wanted)
    elif ordered:
        assert image.shape == wanted.shape
        assert np.corrcoef(image.ravel(), wanted.ravel())[0, 1] > 0.9
    elif image.shape == wanted.shape:
        assert np.abs(image.astype(float) - wanted).mean() < ABOUT
    else:  # drawn in another size, as PostScript is
        assert abs(float(image.mean()) - float(wanted.mean())) < ABOUT
