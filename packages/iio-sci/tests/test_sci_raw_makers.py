"""Raw files built by hand in their makers' layouts: known values, and what dcraw reads."""

from __future__ import annotations

import csv
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

rawpy = pytest.importorskip("rawpy", reason="pip install iio-sci[raw]")

from sci_raw_coded import CODED_MAKERS  # noqa: E402
from sci_raw_early import EARLY_MAKERS  # noqa: E402
from sci_raw_makers import TIFF_MAKERS, Sample, panasonic  # noqa: E402
from sci_raw_samples import mosaic, mrw, pgm  # noqa: E402

import iio_core as iio  # noqa: E402

MAKERS: dict[str, Callable[[], Sample]] = {
    **TIFF_MAKERS,
    **EARLY_MAKERS,
    **CODED_MAKERS,
    "mrw": lambda: (mrw(mosaic(), b"DiMAGE 7Hi\0"), mosaic()),
}
# Of compressed ones: the CRC-32 of the 16-bit values that dcraw 9.28 takes out, as `-D -4` does.
DCRAWS = {"mdc": 0x14933D49, "pxn": 0x6C4C2B87, "qtk": 0x7967946B}
# The values of these LibRaw reads in place of iio's first choice.
PLUGINS = {"cine": "raw"}


def read(path: Path) -> np.ndarray:
    return iio.imread(path, sensor=True, plugin=PLUGINS.get(path.suffix[1:]))


def inner(wanted: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Return what of a sensor LibRaw shows: it begins where the pattern of colors does."""
    height, width = image.shape
    assert 0 <= wanted.shape[0] - height <= 1
    assert 0 <= wanted.shape[1] - width <= 1
    return wanted[-height:, -width:]


@pytest.fixture(params=sorted(MAKERS))
def built(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, np.ndarray | None]:
    data, raw = MAKERS[request.param]()
    path = tmp_path / f"a.{request.param}"
    path.write_bytes(data)
    return path, raw


def test_sensor_is_what_was_put_in(built: tuple[Path, np.ndarray | None]) -> None:
    path, raw = built
    image = read(path)
    assert image.dtype == np.uint16
    assert image.any()
    if raw is None:
        assert zlib.crc32(image.astype("<u2").tobytes()) == DCRAWS[path.suffix[1:]]
    else:
        np.testing.assert_array_equal(image, inner(raw, image))


def test_sensor_is_what_dcraw_reads(built: tuple[Path, np.ndarray | None]) -> None:
    path, _ = built
    program = shutil.which("dcraw")
    if program is None:
        pytest.skip("dcraw is not here: apt-get install dcraw")
    command = [program, "-D", "-4", "-t", "0", "-c", str(path)]
    theirs = pgm(subprocess.run(command, capture_output=True, check=True).stdout)
    image = read(path)
    np.testing.assert_array_equal(image, inner(theirs, image))


def test_the_documentation_names_each() -> None:
    with Path(__file__).with_name("built_files.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["extension"]: row["compared_with"] for row in csv.DictReader(file)}
    assert rows == {name: "dcraw" if name in DCRAWS else "values" for name in MAKERS}


CUT = {
    **{name: MAKERS[name] for name in ("cap", "cine", "ia", "iiq", "rdc", "rw2")},
    "raw": lambda: panasonic("Panasonic", "DMC-FZ28", coded=True),
}
# How many bytes at the end of the file are not of its pixels.
BEHIND = {"raw": 0x4000 - 64 * 8 // 7 * 48}


@pytest.mark.parametrize("extension", sorted(CUT))
def test_cut_file_is_refused(extension: str, tmp_path: Path) -> None:
    """LibRaw fills these up and says nothing."""
    data, _ = CUT[extension]()
    path = tmp_path / f"a.{extension}"
    path.write_bytes(data)
    assert read(path).size
    path.write_bytes(data[: len(data) - BEHIND.get(extension, 0) - 1])
    with pytest.raises(iio.DecodeError, match="ends 1 bytes before what its headers declare"):
        read(path)
    path.write_bytes(data[:24])
    with pytest.raises(iio.IIOError):
        read(path)


def test_canons_without_a_header_are_known_by_their_size(tmp_path: Path) -> None:
    path = tmp_path / "a.crw"
    data = np.random.default_rng(2).integers(1, 255, 5298000, np.uint8).tobytes()
    path.write_bytes(data)
    image = iio.imread(path, sensor=True)
    assert image.shape == (1752, 2344)  # a PowerShot SD300's
    # 10 bits in words of 16 with their lower byte first, as in dcraw's table.
    words = np.frombuffer(data, "<u2").reshape(1766, -1).astype(">u2")
    bits = np.unpackbits(words.view(np.uint8), axis=1).reshape(1766, 2400, 10)
    values = bits @ (1 << np.arange(9, -1, -1))
    good = image > 0  # 0 stands for a bad pixel, which LibRaw replaces when it develops
    np.testing.assert_array_equal(image[good], values[12:-2, 12:-44][good])
    assert good.mean() > 0.99


def test_packed_cine_is_left_to_others(tmp_path: Path) -> None:
    data = bytearray(MAKERS["cine"]()[0])
    data[44 + 16 : 44 + 20] = struct.pack("<I", 256)
    with pytest.raises(iio.NoPluginError, match="does not unpack"):
        iio.imread(bytes(data), extension=".cine", plugin="raw")


def test_rawzors_compression_is_refused() -> None:
    with pytest.raises(iio.DecodeError, match="LibRaw"):
        iio.imread(b"rawzor".ljust(4096, b"\0"), extension=".rwz")
