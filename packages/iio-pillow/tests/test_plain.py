"""X11 bitmaps and portable float maps: colors and kinds as other programs have them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from samples import bilevel

import iio_core as iio
import iio_core.v2 as imageio

# A set bit, the leftmost of eight.
ONE = b"#define x_width 8\n#define x_height 1\nstatic char x_bits[] = {\n0x01 };\n"
FLAT = np.arange(12, dtype=np.uint8).reshape(3, 4)


def written(image: np.ndarray, extension: str, **options: object) -> bytes:
    data = iio.imwrite("<bytes>", image, extension=extension, plugin="pillow", **options)
    assert data is not None
    return data


@pytest.mark.skipif(shutil.which("pbmtoxbm") is None, reason="pbmtoxbm is in Debian's netpbm")
def test_xbm_looks_as_with_netpbm(tmp_path: Path) -> None:
    image = bilevel()
    source = tmp_path / "ours.pbm"
    source.write_bytes(written(image, ".pbm"))
    theirs = subprocess.run(["pbmtoxbm", source], check=True, capture_output=True).stdout
    np.testing.assert_array_equal(iio.imread(theirs, extension=".xbm", plugin="pillow"), image)
    source = tmp_path / "ours.xbm"
    source.write_bytes(written(image, ".xbm"))
    theirs = subprocess.run(["xbmtopbm", source], check=True, capture_output=True).stdout
    np.testing.assert_array_equal(iio.imread(theirs, plugin="pillow"), image)


def test_set_bits_of_xbm_are_black_unless_asked_for() -> None:
    dark = np.arange(8) > 0
    for options, wanted in (({}, dark), ({"set_bits": "white"}, ~dark)):
        how = {"extension": ".xbm", "plugin": "pillow", **options}
        image = iio.imread(ONE, **how)
        np.testing.assert_array_equal(image, wanted[None])
        np.testing.assert_array_equal(iio.imread(ONE, **how, mode="L"), wanted[None] * 255)
        assert b"0x01" in written(image, ".xbm", **options)
    with pytest.raises(iio.OptionError, match="set_bits"):
        iio.imread(ONE, extension=".xbm", plugin="pillow", set_bits="red")


def test_set_bits_of_xbm_are_white_in_scripts_for_imageio(tmp_path: Path) -> None:
    from PIL import Image

    path = tmp_path / "x.xbm"
    path.write_bytes(ONE)
    image = imageio.imread(path)
    np.testing.assert_array_equal(image, np.asarray(Image.open(path)))
    imageio.imwrite(path, image)
    assert b"0x01" in path.read_bytes()
    with iio.use("pillow", only=True):  # FreeImage has them black
        np.testing.assert_array_equal(imageio.imread(path, "XBM-FI"), ~image)
        imageio.imwrite(path, ~image, "XBM-FI")
    assert b"0x01" in path.read_bytes()


@pytest.mark.parametrize(
    "image", [FLAT, FLAT > 5, FLAT.astype(np.uint16), np.stack([FLAT] * 3, axis=-1)]
)
def test_a_pfm_is_one_or_an_error(image: np.ndarray) -> None:
    with pytest.raises(iio.EncodeError, match=r"\.pfm holds float32.*astype\('float32'\)"):
        written(image, ".pfm")


def test_a_pfm_of_what_is_asked_for() -> None:
    for data in (written(FLAT.astype(np.float32), ".pfm"), written(FLAT, ".pfm", mode="F")):
        assert data.startswith(b"Pf\n4 3\n-1.0\n")
        np.testing.assert_array_equal(np.frombuffer(data[-48:], "<f4").reshape(3, 4)[::-1], FLAT)
    assert written(FLAT, ".pgm").startswith(b"P5")
