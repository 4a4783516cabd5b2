"""Decode the files of ``tests/real`` and ../shared/data that nothing else tells the pixels of.

Each by a program that shares no code with what iio reads it by; what it gives is kept under
``tests/real``, in a file of the same name and ``.npz``. Run it after ``tools/real_files.py``:
``apt-get install ffmpeg netpbm imagemagick icnsutils gdal-bin dcmtk dcraw imagej unzip`` and ``pip
install imageio==2.38.1``.
"""

from __future__ import annotations

import importlib
import lzma
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from real_file_table import ROOT, keep_pixels

__all__ = ["DECODINGS", "Decoding"]

SHARED = Path(os.environ.get("IIO_TEST_DATA", ROOT.parent / "shared/data"))
# GDAL's description of values behind a header.
RAW_BAND = """<VRTDataset rasterXSize="128" rasterYSize="128">
<VRTRasterBand dataType="Float32" band="1" subClass="VRTRawRasterBand">
<SourceFilename relativetoVRT="1">in</SourceFilename><ImageOffset>1024</ImageOffset>
<PixelOffset>4</PixelOffset><LineOffset>512</LineOffset><ByteOrder>LSB</ByteOrder>
</VRTRasterBand></VRTDataset>"""
# ImageJ writes no file without a display, but opens one.
IMAGEJ = """
public class Planes {
    public static void main(String[] names) throws Exception {
        ij.ImageStack stack = new ij.io.Opener().openImage(names[0]).getStack();
        java.io.DataOutputStream out = new java.io.DataOutputStream(System.out);
        for (int at = 1; at <= stack.getSize(); at++)
            for (short value : (short[]) stack.getProcessor(at).getPixels()) out.writeShort(value);
        out.flush();
    }
}"""


class Decoding(NamedTuple):
    """How a file is decoded."""

    shows: str
    """What ``real_files.csv`` says of it."""
    decode: Callable[[Path], np.ndarray]
    """From a folder in which it is called ``in``."""
    step: int = 1
    """Every so many rows and columns are kept."""


def said(command: str, folder: Path) -> bytes:
    """Return what a program writes to its standard output."""
    return subprocess.run(command, shell=True, cwd=folder, check=True, capture_output=True).stdout


def values(command: str, dtype: str, *shape: int) -> Callable[[Path], np.ndarray]:
    """Return a decoder: a program that writes nothing but values."""

    def decode(folder: Path) -> np.ndarray:
        image = np.frombuffer(said(command, folder), dtype).reshape(shape)
        return image.astype(image.dtype.newbyteorder("="))

    return decode


def picture(command: str) -> Callable[[Path], np.ndarray]:
    """Return a decoder: a program that writes ``out``, or to its output a PNM file."""

    def decode(folder: Path) -> np.ndarray:
        out = said(command, folder)
        if out[:1] == b"P":
            (folder / "out").write_bytes(out)
        with Image.open(folder / "out") as image:
            return np.asarray(image)

    return decode


def bits(folder: Path) -> np.ndarray:
    command = "convert-im6.q16 -size 128x128+32 -depth 1 gray:in -depth 8 gray:-"
    return values(command, "u1", 128, 128)(folder) > 0


def raw_band(folder: Path) -> np.ndarray:
    (folder / "in.vrt").write_text(RAW_BAND)
    return picture("gdal_translate -q in.vrt out.tif; mv out.tif out")(folder)


def planes(folder: Path) -> np.ndarray:
    (folder / "Planes.java").write_text(IMAGEJ)
    command = (
        "cp in in.stk; java -Djava.awt.headless=true -cp /usr/share/java/ij.jar Planes.java in.stk"
    )
    return values(command, ">u2", 2, 20, 20)(folder)


def hounsfield(folder: Path) -> np.ndarray:
    """Return what DCMTK takes out, with the RescaleIntercept that it tells."""
    told = said("dcmdump +P 0028,1052 +P 0028,1053 in; dcmdump +W . in >dump", folder)
    assert b"[-1024]" in told
    assert b"[1]" in told
    return (np.fromfile(folder / "in.0.raw", "<u2").reshape(512, 512) - 1024).astype(np.int16)


def member(folder: Path) -> np.ndarray:
    """Return what Info-ZIP takes out, read after NumPy's NEP 1: little-endian 16 bits."""
    data = said("unzip -p in arr_0.npy", folder)
    behind = 10 + int.from_bytes(data[8:10], "little")
    return np.frombuffer(data[behind:], "<i2").reshape(256, 128, 128)


def by_imageio(name: str) -> Callable[[Path], np.ndarray]:
    def decode(folder: Path) -> np.ndarray:
        images = importlib.import_module("imageio.v2").mimread(folder / "in", format=name)
        return np.asarray(images[0] if len(images) == 1 else images)

    return decode


FFMPEG = "ffmpeg -v error -i in -frames:v {} -f rawvideo -pix_fmt {} -"
# It lacks its last byte, without which FFmpeg does not look at it.
FLI = values(f"printf '\\0' >>in; {FFMPEG.format(1, 'rgb24')}", "u1", 128, 128, 3)
DECODINGS = {
    "Blackmagic.dng": Decoding("about decoded", picture("dcraw -c -t 0 in"), 40),
    "chelsea.bsdf": Decoding("decoded", by_imageio("BSDF"), 8),
    "cockatoo.mp4": Decoding(
        "about first decoded", values(FFMPEG.format(1, "rgb24"), "u1", 720, 1280, 3), 16
    ),
    "dicom_file01.dcm": Decoding("decoded", hounsfield, 8),
    "movie.stk": Decoding("decoded", planes),
    "picture.fli.xz": Decoding("decoded", FLI),
    "picture.icns": Decoding("decoded", picture("icns2png -x in; mv in_32x32x32.png out")),
    "picture.mpo": Decoding("about decoded", values(FFMPEG.format(1, "rgb24"), "u1", 64, 64, 3)),
    "picture.msp": Decoding("decoded", bits),
    "picture.pxr": Decoding("decoded", picture("rawtoppm -headerskip 1024 70 46 in")),
    "picture.spider.xz": Decoding("decoded", raw_band),
    "picture.xvthumb.xz": Decoding("decoded", picture("xvminitoppm in")),
    "stent.npz": Decoding("decoded", member, 8),
    "stent.swf": Decoding("decoded", values(FFMPEG.format(10, "rgba"), "u1", 10, 657, 451, 4), 9),
    "test.webm": Decoding(
        "about first decoded", values(FFMPEG.format(1, "rgb24"), "u1", 480, 640, 3), 16
    ),
    "test_000_.SPE": Decoding("decoded", by_imageio("SPE")),
}
"""By the names of the files."""


def main() -> None:
    real = ROOT / "tests/real"
    for name, how in DECODINGS.items():
        source = real / name if name.startswith("picture.") else SHARED / name
        data = source.read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            plain = lzma.decompress(data) if source.suffix == ".xz" else data
            (Path(folder) / "in").write_bytes(plain)
            image = how.decode(Path(folder))
        target = real / f"{name}.npz"
        keep_pixels(target, image, how.step)
        sys.stdout.write(f"{name} {image.dtype} {image.shape}: {target.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
