"""The names of imageio 2.9."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from retro_data import DATA, contents, expected

import iio_core as iio
import iio_core.v2 as v2

NAMES = {
    "CUT-FI": "gray.cut",
    "FPX-PIL": "truecolor.fpx.xz",
    "G3-FI": "netpbm.g3",
    "IFF-FI": "netpbm.iff",
    "IM-PIL": "rgb.im",
    "JNG-FI": "rose.jng",
    "KOALA-FI": "c64img.koa",
    "MIC-PIL": "hopper.mic.xz",
    "MNG-FI": "magick.mng",
    "PCX-FI": "netpbm.pcx",
    "PICT-FI": "direct.pict",
    "PICT-PIL": "direct.pict",
    "RAS-FI": "netpbm.ras",
    "WBMP-FI": "netpbm.wbmp",
    "XPM-FI": "netpbm.xpm",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_by_its_old_name(name: str) -> None:
    file = NAMES[name]
    image = np.asarray(v2.imread(contents(file), format=name))
    wanted = expected(file)
    assert image.shape[:2] == wanted.shape[-3 if wanted.ndim == 4 else 0 :][:2]
    np.testing.assert_array_equal(np.asarray(v2.imread(contents(file), format=name.lower())), image)


def test_koala_has_the_colors_of_freeimage() -> None:
    image = v2.imread(DATA / "c64img.koa", format="KOALA-FI")
    np.testing.assert_array_equal(np.asarray(image), expected("c64img.koa")[..., :3])
    np.testing.assert_array_equal(v2.imread(DATA / "c64img.koa", format="KOALA-FI", flags=0), image)


def test_an_animation_is_read_frame_by_frame() -> None:
    frames = v2.mimread(DATA / "magick.mng", format="MNG-FI")
    np.testing.assert_array_equal(np.stack(frames), expected("magick.mng")[..., :3])
    with v2.get_reader(DATA / "magick.mng", format="MNG-FI") as reader:
        assert len(reader) == 4


@pytest.mark.parametrize("extension", ["xpm", "ras", "pcx", "wbmp"])
def test_images_are_written(tmp_path: Path, extension: str) -> None:
    path = tmp_path / f"image.{extension}"
    image = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
    image = image > 100 if extension == "wbmp" else image
    v2.imwrite(path, image, format=f"{extension.upper()}-FI")
    back = iio.imread(path)
    np.testing.assert_array_equal(back[..., 0] if back.ndim == 3 else back, image)


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("inkscape"), reason="apt-get install inkscape")
@pytest.mark.parametrize("kind", ["wmf", "emf"])
def test_a_metafile_is_drawn_by_its_old_name(kind: str) -> None:
    assert v2.imread(DATA / f"drawing.{kind}", format="WMF-PIL").ndim == 3
