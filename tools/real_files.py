"""Make ``tests/real``: a file of each extension that a program which is not ours writes.

They are made once and kept, all from one picture. To make them again: ``apt-get install netpbm
imagemagick graphicsmagick icoutils icnsutils webp libopenjp2-tools libjxr-tools libjxl-tools
libavif-bin``, and the folders of two source packages, which hold what nothing writes any more::

    python tools/real_files.py graphicsmagick-1.3.40 pillow-13.0.0

What ``packages/*/tests/real_files.csv`` lists is added by hand there. What the files show that are
not of that picture, ``tools/real_decodings.py`` finds out; ``tools/real_cameras.py`` makes others.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from real_cameras import ROWS
from real_decodings import DECODINGS
from real_file_table import keep, write_table
from retro_samples import picture
from specs import ROOT

TESTS = ROOT / "tests"
# Extension: the command, which reads `in.png` and its like and writes `out`; whether every value
# comes back.
COMMANDS = {
    "bmp": ("gm convert in.png out", True),
    "bw": ("pnmtosgi in.pgm", True),
    "dds": ("convert-im6.q16 in.png -define dds:compression=none out", True),
    "dib": ("gm convert in.png out", True),
    "eps": ("pnmtops -noturn in.ppm", False),
    "exr": ("convert-im6.q16 in.png out", False),
    "fits": ("pamtofits in.pgm", True),
    "gif": ("gm convert in.png out", False),
    "icns": ("png2icns out square.png", False),
    "ico": ("icotool -c -o out in.png", True),
    "j2k": ("opj_compress -n 3 -i in.ppm -o out", True),
    "jp2": ("opj_compress -n 3 -i in.ppm -o out", True),
    "jpg": ("pnmtojpeg -quality=95 in.ppm", False),
    "jxl": ("cjxl -d 0 in.png out", True),
    "jxr": ("JxrEncApp -i in.bmp -o out", True),
    "avif": ("avifenc --lossless in.png out", False),
    "pbm": ("pbmtopbm in.pbm", True),
    "pfm": ("pamtopfm in.ppm", False),
    "pgm": ("pnmtoplainpnm in.pgm", True),
    "png": ("pnmtopng in.ppm", True),
    "ppm": ("pnmtoplainpnm in.ppm", True),
    "ps": ("pnmtops -noturn in.ppm", False),
    "psd": ("convert-im6.q16 in.png out", True),
    "sgi": ("pnmtosgi in.ppm", True),
    "tga": ("ppmtotga in.ppm", True),
    "tif": ("pnmtotiff in.ppm", True),
    "webp": ("cwebp -quiet -lossless in.png -o out", True),
    "xbm": ("pbmtoxbm in.pbm", True),
    "hdr": ("convert-im6.q16 in.png out", False),
}
# Other extensions of the same files.
ALSO = {
    "fits": ("fit", "fts"),
    "fli": ("flc",),
    "j2k": ("j2c", "jpc"),
    "jp2": ("jpf", "jpx"),
    "jpg": ("jif", "jpe", "jpeg", "jfif"),
    "jxr": ("hdp", "wdp"),
    "sgi": ("rgb", "rgba"),
    "tga": ("targa",),
    "tif": ("tiff",),
}
FROM_PILLOW = {
    "fli": "hopper.fli",
    "mpo": "ignore_frame_size.mpo",
    "msp": "hopper.msp",
    "spider": "hopper.spider",
    "xvthumb": "hopper.p7",
}
# With what Pillow's tests have beside them.
FROM_PILLOW_DECODED = {
    "ftc": ("ftex_dxt1.ftc", "ftex_dxt1.png", 1),
    "ftu": ("ftex_uncompressed.ftu", "ftex_uncompressed.png", 1),
    "gbr": ("gbr.gbr", "gbr.png", 1),
    "imt": ("bw_gradient.imt", "bw_gradient.png", 1),
    "mcidas": (
        "cmx3g8_wv_1998.260_0745_mcidas.ara",
        "cmx3g8_wv_1998.260_0745_mcidas.tiff",
        25,
    ),
    "qoi": ("hopper.qoi", "hopper.png", 1),
}
FROM_GRAPHICSMAGICK = {"pxr": "input.pxr"}
# Files of ../shared/data, which tests use where they are at hand.
SHARED = {
    "bsdf": "chelsea.bsdf",
    "dcm": "dicom_file01.dcm",
    "dng": "Blackmagic.dng",
    "mp4": "cockatoo.mp4",
    "npz": "stent.npz",
    "spe": "test_000_.SPE",
    "stk": "movie.stk",
    "swf": "stent.swf",
    "webm": "test.webm",
}


def inputs(folder: Path) -> None:
    image = Image.fromarray(picture())
    image.save(folder / "in.png")
    image.save(folder / "in.bmp")
    image.save(folder / "in.ppm")
    image.resize((32, 32)).convert("RGBA").save(folder / "square.png")
    image.convert("L").save(folder / "in.pgm")
    image.convert("1").save(folder / "in.pbm")


def made(extension: str, command: str, folder: Path) -> bytes:
    """Run a command; its `out` gets the extension, for programs that go by it."""
    out = folder / f"out.{extension}"
    words = [out.name if word == "out" else word for word in shlex.split(command)]
    if words[0] == "pbmtopbm":
        return (folder / "in.pbm").read_bytes()
    done = subprocess.run(words, cwd=folder, capture_output=True)
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.decode(errors='replace')}")
    return out.read_bytes() if out.is_file() else done.stdout


def kept(extension: str, data: bytes) -> str:
    return keep(TESTS, f"picture.{extension}", data, within="real")


def from_pillow(images: Path) -> list[tuple[str, str, str, str]]:
    """Return the rows of files whose pixels are beside them."""
    rows = []
    for extension, (name, seen, step) in FROM_PILLOW_DECODED.items():
        image = np.asarray(Image.open(images / seen))
        image = image.astype(image.dtype.newbyteorder("="))
        data = (images / name).read_bytes()
        file = keep(TESTS, f"picture.{extension}", data, image, step=step, within="real")
        shows = "about decoded" if extension == "ftc" else "decoded"  # by another DXT1 decoder
        rows.append((extension, file, "from the tests of Pillow", shows))
    return rows


def photo_cd(folder: Path) -> tuple[str, str, str, str]:
    """Return the row of a Photo CD, whose images have one size."""
    how = "convert-im6.q16 in.png -filter point -resize 768x512! out.pcd"
    subprocess.run(how.split(), cwd=folder, check=True)
    subprocess.run(["gm", "convert", "out.pcd", "seen.ppm"], cwd=folder, check=True)
    image = np.asarray(Image.open(folder / "seen.ppm"))
    data = (folder / "out.pcd").read_bytes()
    file = keep(TESTS, "picture.pcd", data, image, step=8, within="real")
    return "pcd", file, "convert-im6.q16", "about decoded"


def main(graphicsmagick: Path, pillow: Path) -> None:
    shutil.rmtree(TESTS / "real", ignore_errors=True)
    (TESTS / "real").mkdir()
    rows: list[tuple[str, str, str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inputs(folder)
        for extension, (command, exact) in COMMANDS.items():
            file = kept(extension, made(extension, command, folder))
            kind = "gray" if "in.pgm" in command else "bits" if "in.pbm" in command else "color"
            seen = kind if exact else f"about {kind}"
            if "square" in command:
                seen = DECODINGS[f"picture.{extension}"].shows
            for other in (extension, *ALSO.get(extension, ())):
                rows.append((other, file, command.split(" in.")[0], seen))
        rows.append(photo_cd(folder))
    rows += from_pillow(pillow / "Tests/images")
    for origin, files, where in (
        ("the tests of Pillow", FROM_PILLOW, pillow / "Tests/images"),
        ("the tests of GraphicsMagick", FROM_GRAPHICSMAGICK, graphicsmagick / "PerlMagick/t"),
    ):
        for extension, source in files.items():
            file = kept(extension, (where / source).read_bytes())
            for other in (extension, *ALSO.get(extension, ())):
                shows = DECODINGS[Path(file).name].shows
                rows.append((other, file, f"from {origin}", shows))
    for extension, name in SHARED.items():
        origin = "a real file: see ../shared/data"
        rows.append((extension, f"shared/{name}", origin, DECODINGS[name].shows))
    write_table(TESTS, [*rows, *ROWS])
    bits = np.asarray(Image.fromarray(picture()).convert("1"))
    gray = np.asarray(Image.fromarray(picture()).convert("L"))
    np.savez_compressed(TESTS / "real/picture.npz", color=picture(), gray=gray, bits=bits)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
