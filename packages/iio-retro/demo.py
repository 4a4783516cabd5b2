"""Pictures of older systems for ``nox -s demo``: written here, and by other programs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator

MADE = Path(__file__).parent / "tests/data"
OTHERS = {
    "c64img.koa": "a Koala picture, by c64img",
    "halo.cut": "Dr. Halo, its colors from halo.pal",
    "netpbm.g3": "a fax, by netpbm",
    "ham8.iff": "hold-and-modify of an Amiga, by netpbm",
    "netpbm.pict": "a Macintosh picture, by netpbm",
    "magick.mng": "an animation, by ImageMagick",
    "jdaa.jng": "a JPEG with alpha, from GraphicsMagick's tests",
    "bitmap.emf": "the bitmap in a metafile, by Inkscape",
}


def picture(height: int = 120, width: int = 160) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return rings in a few colors, as old displays had them."""
    y, x = np.mgrid[0:height, 0:width]
    rings = (np.hypot(y - height / 2, x - width / 2) / 9).astype(np.int64) % 6
    colors = np.array([(0, 0, 0), (85, 255, 255), (255, 85, 255), (255, 255, 255),
                       (85, 85, 255), (255, 255, 85)], np.uint8)  # fmt: skip
    return colors[rings]


def samples(folder: Path, data: Path | None) -> Iterator[tuple[Path, str]]:
    """Write a picture in each format that can be, and name files of other programs."""
    if data is not None and (data / "mngexample.mng").is_file():
        yield data / "mngexample.mng", "a real file"
    image = picture()
    rgba = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    for name, array in (
        ("rings.xpm", image),
        ("rings.ras", image),
        ("rings.pcx", image),
        ("rings.im", image),
        ("rings.wbmp", image[..., 0] > 60),
        ("rings.cur", rgba[:64, :64]),
    ):
        iio.imwrite(folder / name, array, plugin="retro")
        yield folder / name, "written by iio-retro"
    for name, remark in OTHERS.items():
        shutil.copyfile(MADE / name, folder / name)
        if name == "halo.cut":
            shutil.copyfile(MADE / "halo.pal", folder / "halo.pal")
        yield folder / name, remark
