"""Make the files of real cameras in ``tests/real``: parts of two that source packages carry.

A Phantom's and a Kodak C330's, both of several megabytes, are cut down to a part of their pixels;
no value of those is changed. Their packages are under the LGPL: pycine's version 3, KImageFormats'
version 2 or later. To make them again: ``apt-get install dcraw``, ``apt-get source
kimageformats``, ``pip download --no-binary :all: pycine==0.3.1`` and, with where these are
unpacked::

    python tools/real_cameras.py kimageformats-5.103.0 pycine-0.3.1
"""

from __future__ import annotations

import importlib
import io
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from real_file_table import ROOT, keep

__all__ = ["ROWS"]

ROWS = (
    ("cine", "real/phantom.cine.xz", "a Phantom, cut; from the tests of pycine", "decoded"),
    (
        "raw",
        "real/c330.raw.xz",
        "a Kodak C330, mostly blanked; from KImageFormats",
        "about decoded",
    ),
)
# Which part of the Phantom's 1080 rows and 2048 columns.
ROWS_KEPT, COLUMNS_KEPT = slice(440, 640), slice(800, 1200)
# Which of the C330's 912 rows, of 1232 pixels of two bytes, are not zeros.
LEFT = slice(400, 470)


def phantom(folder: Path) -> tuple[bytes, np.ndarray]:
    """Return a Cine of one image with fewer rows and columns, and what pycine takes out of it.

    Vision Research, Cine File Format: CINEFILEHEADER, BITMAPINFOHEADER; 10 bits packed.
    """
    sys.path.insert(0, str(folder))
    unpack = importlib.import_module("pycine.raw").unpack_10bit
    data = (folder / "testfiles/chart1.cine").read_bytes()
    bitmap, _, places = struct.unpack_from("<III", data, 24)
    start = struct.unpack_from("<Q", data, places)[0]
    width, height = struct.unpack_from("<ii", data, bitmap + 4)
    packed = np.frombuffer(data, np.uint8, offset=start + 8).reshape(height, width // 4, 5)
    part = packed[ROWS_KEPT, COLUMNS_KEPT.start // 4 : COLUMNS_KEPT.stop // 4]
    height, width = part.shape[0], part.shape[1] * 4
    head = bytearray(data[: start + 8])
    struct.pack_into("<ii", head, bitmap + 4, width, height)
    struct.pack_into("<I", head, bitmap + 20, part.size)
    struct.pack_into("<I", head, start + 4, part.size)
    ten = unpack(part.tobytes(), width, height)
    return bytes(head) + part.tobytes(), (ten << 6 | ten >> 4)[None]  # to 16 bits, as FFmpeg does


def c330(folder: Path) -> tuple[bytes, np.ndarray]:
    """Return the Kodak's file, which is known by its size, mostly zeros, and dcraw's picture."""
    data = (folder / "autotests/read/raw/RAW_KODAK_C330_FORMAT_NONE_YRGB.raw").read_bytes()
    rows = np.frombuffer(data, np.uint8).reshape(912, 2464)
    part = np.zeros_like(rows)
    part[LEFT] = rows[LEFT]
    with tempfile.NamedTemporaryFile(suffix=".raw") as file:
        file.write(part.tobytes())
        file.flush()
        out = subprocess.run(["dcraw", "-c", file.name], check=True, capture_output=True).stdout
    with Image.open(io.BytesIO(out)) as image:
        return part.tobytes(), np.asarray(image)


def main(kimageformats: Path, pycine: Path) -> None:
    tests = ROOT / "tests"
    keep(tests, "phantom.cine", *phantom(pycine), step=1, within="real")
    keep(tests, "c330.raw", *c330(kimageformats), step=7, within="real")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
