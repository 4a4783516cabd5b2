"""Reading 640 x 480 pixels in formats of older systems: iio-retro beside Pillow, or by itself.

The files are written here, or by programs of netpbm and ImageMagick that are installed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

import iio_core as iio

from .pictures import photo
from .timing import Case, arguments, report

SIZE = 480, 640
# What netpbm makes of a photo, of its bits, or of it in 32 colors.
PROGRAMS = {
    "photo.pcx": ("ppmtopcx -24bit", 0),
    "photo.ras": ("pnmtorast -standard", 0),
    "runs.ras": ("pnmtorast -rle", 200),
    "few.xpm": ("ppmtoxpm", 200),
    "bits.wbmp": ("pbmtowbmp", 2),
    "bits.g3": ("pbmtog3", 2),
    "few.iff": ("ppmtoilbm", 32),
    "deep.iff": ("ppmtoilbm -24force", 0),
    "ham8.iff": ("ppmtoilbm -ham8", 0),
    "few.pict": ("ppmtopict", 200),
}
MAGICK = ("photo.pict", "photo.mng", "photo.jng")


def files(folder: Path) -> Iterator[Path]:
    """Yield what could be made here."""
    image = photo(SIZE[1], SIZE[0])
    pictures = {0: Image.fromarray(image), 2: Image.fromarray(image).convert("1")}
    for name, (command, colors) in PROGRAMS.items():
        if shutil.which(command.split()[0]) is None:
            continue
        if colors not in pictures:
            pictures[colors] = pictures[0].quantize(colors).convert("RGB")
        source = folder / f"source{colors}.pnm"
        pictures[colors].save(source, "PPM")
        with source.open("rb") as given, (folder / name).open("wb") as made:
            subprocess.run(command.split(), stdin=given, stdout=made, stderr=-3, check=True)
        yield folder / name
    if shutil.which("convert-im6.q16"):
        pictures[0].save(folder / "source.png")
        for name in MAGICK:
            words = ["convert-im6.q16", str(folder / "source.png"), str(folder / name)]
            subprocess.run(words, check=True)
            yield folder / name
    for extension in (".cur", ".im"):
        written = folder / f"photo{extension}"
        alpha = np.full((256, 256, 1), 255, np.uint8)
        array = np.dstack([image[:256, :256], alpha]) if extension == ".cur" else image
        iio.imwrite(written, array, plugin="retro")
        yield written


def with_pillow(path: Path) -> np.ndarray:
    """Read as somebody would with Pillow."""
    with Image.open(path) as image:
        return np.asarray(image)


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    for path in files(folder):
        ours = partial(iio.imread, path, index=0, plugin="retro")
        competitors: dict[str, Callable[[], object]] = {"iio-retro": ours}
        try:
            with_pillow(path)
            competitors = {"Pillow": partial(with_pillow, path), **competitors}
        except Exception:
            pass  # it is no format of Pillow's
        yield Case(f"{path.name}, {SIZE[1]} x {SIZE[0]}", competitors)


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_retro", cases(Path(name)), asked)
