"""Reading takes the memory of the array, and hardly more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tifffile

CODE = """
import resource, sys
import numpy as np
import iio_core as iio
path, what = sys.argv[1:]
unit = 1 if sys.platform == "darwin" else 1024
def peak():
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
iio.imread(path, page=0)
iio.imread(path, index=0, page=1)
before = peak()
if what == "iter":
    with iio.imopen(path, "r") as file:
        size = sum(page.nbytes for page in file.iter_pages())
elif what == "memmap":
    size = iio.imread(path, memmap=True).nbytes
else:
    size = iio.imread(path).nbytes
print((peak() - before) / size)
"""


def peak_of(path: Path, what: str = "read") -> float:
    """Return by how many times the array's size a process has grown."""
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path), what], capture_output=True, text=True
    )
    assert not done.returncode, done.stderr
    return float(done.stdout)


@pytest.fixture(scope="module")
def stack() -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.concatenate([rng.integers(0, 4000, (4, 512, 512), np.uint16)] * 60)  # 120 MiB


LAYOUTS = {
    "one piece": {},
    "big-endian": {"byteorder": ">"},
    "strips of deflate": {"compression": "zlib", "rowsperstrip": 64},
    "tiles of deflate": {"compression": "zlib", "tile": (128, 128)},
    "tiles": {"tile": (128, 128)},
    "zstd": {"compression": "zstd"},
    "LZW with a predictor": {"compression": "lzw", "predictor": True},
}


@pytest.mark.slow
@pytest.mark.timing
@pytest.mark.skipif(sys.platform == "win32", reason="getrusage is of POSIX")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_whole_read_takes_the_array(layout: str, stack: np.ndarray, tmp_path: Path) -> None:
    pytest.importorskip("imagecodecs")
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack, photometric="minisblack", **LAYOUTS[layout])
    assert peak_of(path) < 1.1


@pytest.mark.slow
@pytest.mark.timing
@pytest.mark.skipif(sys.platform == "win32", reason="getrusage is of POSIX")
def test_pages_and_maps_take_a_fraction(stack: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack, photometric="minisblack")
    assert peak_of(path, "iter") < 0.1
    assert peak_of(path, "memmap") < 0.1
