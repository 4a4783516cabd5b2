"""Make the files in ``packages/iio-retro/tests/data``: written, and decoded, by other programs.

They are made once and kept. To make them again: ``apt-get install netpbm imagemagick graphicsmagick
icoutils inkscape libfreeimage3``, ``pip install c64img pillow olefile``, and the folders of two
source packages, which hold what nothing writes any more::

    python tools/retro_samples.py graphicsmagick-1.3.40 pillow-13.0.0

Beside each file is what a program that is not ours makes of it, ``<file>.npz``. SOURCES.md says who
wrote and who decoded what.
"""

from __future__ import annotations

import base64
import ctypes
import io
import lzma
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "packages/iio-retro/tests/data"
LARGE = 20_000  # bytes
HEADER = """\
# Where these files come from

Made by `tools/retro_samples.py`. Each was written by a program that has nothing to do with
iio-retro; in the `.npz` beside it is what such a program decodes it to. Large ones are compressed.

| file | written by | decoded by |
|---|---|---|
"""

Array = np.ndarray[Any, np.dtype[Any]]
Decoder = Callable[[Path], Array]


def picture(height: int = 30, width: int = 41) -> Array:
    """Return a picture with smooth and flat parts, edges and all of the corners of the cube."""
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([x * 255 // (width - 1), y * 255 // (height - 1), (x + y) * 3 % 256], axis=2)
    image[4:12, 5:20] = (200, 30, 60)
    image[14:26, 22:36] = np.where((x + y)[14:26, 22:36, None] % 4 < 2, 255, 0)
    image[(y - 20) ** 2 + (x - 10) ** 2 < 36] = (20, 180, 240)
    return image.astype(np.uint8)


def run(command: Sequence[str | Path], given: bytes = b"") -> bytes:
    done = subprocess.run([str(word) for word in command], input=given, capture_output=True)
    if done.returncode or not done.stdout:
        sys.exit(f"{command}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def netpbm(*command: str) -> Decoder:
    def decode(path: Path) -> Array:
        image = Image.open(io.BytesIO(run([*command, path])))
        return np.asarray(image)

    decode.__doc__ = command[0]
    return decode


def magick(mode: str) -> Decoder:
    """Return a decoder of ImageMagick."""

    def decode(path: Path) -> Array:
        return np.asarray(
            Image.open(io.BytesIO(run(["convert-im6.q16", path, "-depth", "8", "png:-"]))).convert(
                mode
            )
        )

    decode.__doc__ = "ImageMagick 6"
    return decode


def graphicsmagick(path: Path) -> Array:
    """GraphicsMagick 1.3."""
    return np.asarray(Image.open(io.BytesIO(run(["gm", "convert", path, "png:-"]))).convert("RGB"))


def frames(path: Path) -> Array:
    """ImageMagick 6, each frame on the ones before."""
    with tempfile.TemporaryDirectory() as folder:
        pattern = f"PNG32:{folder}/%03d.png"
        subprocess.run(["convert-im6.q16", path, "-coalesce", pattern], check=True)
        return np.stack([np.asarray(Image.open(p)) for p in sorted(Path(folder).iterdir())])


def freeimage(path: Path) -> Array:
    """FreeImage 3.18."""
    library = ctypes.CDLL("libfreeimage.so.3")
    for name in ("Load", "ConvertTo32Bits", "GetBits"):
        getattr(library, f"FreeImage_{name}").restype = ctypes.c_void_p
    kind = library.FreeImage_GetFIFFromFilename(str(path).encode())
    loaded = library.FreeImage_Load(kind, str(path).encode(), 0)
    if not loaded:
        sys.exit(f"FreeImage does not read {path}")
    image = ctypes.c_void_p(library.FreeImage_ConvertTo32Bits(ctypes.c_void_p(loaded)))
    width, height = (getattr(library, f"FreeImage_Get{n}")(image) for n in ("Width", "Height"))
    bits = ctypes.string_at(library.FreeImage_GetBits(image), width * height * 4)
    return np.frombuffer(bits, np.uint8).reshape(height, width, 4)[::-1, :, [2, 1, 0, 3]]


def pillow(mode: str) -> Decoder:
    def decode(path: Path) -> Array:
        return np.asarray(Image.open(path).convert(mode))

    decode.__doc__ = "Pillow 13"
    return decode


def ppm(image: Array, colors: int = 0) -> bytes:
    picture = Image.fromarray(image)
    if colors:
        picture = picture.quantize(colors, dither=Image.Dither.NONE).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "PPM")
    return out.getvalue()


def pbm(image: Array) -> bytes:
    out = io.BytesIO()
    Image.fromarray(image).convert("1").save(out, "PPM")
    return out.getvalue()


def halo(numbers: Array) -> bytes:
    """Return a Dr. Halo picture: nothing that runs today writes one."""
    rows = []
    for row in numbers:
        coded = bytearray()
        start = 0
        while start < len(row):
            stop = start + 1
            while stop < len(row) and row[stop] == row[start] and stop - start < 127:
                stop += 1
            if stop - start > 2:
                coded += bytes([0x80 | stop - start, row[start]])
            else:
                stop = min(start + 5, len(row))
                coded += bytes([stop - start, *row[start:stop]])
            start = stop
        coded += b"\0"
        rows.append(struct.pack("<H", len(coded)) + coded)
    height, width = numbers.shape
    return struct.pack("<HHH", width, height, 0) + b"".join(rows)


def halo_palette(colors: Array) -> bytes:
    """Return the palette of a Dr. Halo picture; its components go up to 255."""
    head = struct.pack("<2sHHBBHHHHHH", b"AH", 0xE3, 0, 10, 0, 0, 0, len(colors) - 1, 255, 255, 255)
    out = bytearray(head.ljust(40, b"\0"))
    for color in colors.tolist():
        if len(out) % 512 > 512 - 6:
            out += bytes(512 - len(out) % 512)
        out += struct.pack("<3H", *color)
    return bytes(out)


class _Maker:
    def __init__(self, graphicsmagick_folder: Path, pillow_folder: Path) -> None:
        self.gm = graphicsmagick_folder / "PerlMagick/t"
        self.pillow = pillow_folder / "Tests/images"
        self.rows: list[str] = []

    def keep(self, name: str, data: bytes, writer: str, decode: Decoder) -> None:
        path = TARGET / name
        path.write_bytes(data)
        image = decode(path)
        if len(data) > LARGE:
            path.unlink()
            name += ".xz"
            (TARGET / name).write_bytes(lzma.compress(data, preset=9))
        np.savez_compressed(TARGET / f"{name}.npz", image=image)
        who = (decode.__doc__ or "").strip(" .").removeprefix("Return ")
        self.rows.append(f"| {name} | {writer} | {who} |\n")

    def piped(self, name: str, command: str, given: bytes, decode: Decoder) -> None:
        words = command.split()
        self.keep(name, run(words, given), f"netpbm: `{command}`", decode)

    def copied(self, name: str, source: Path, decode: Decoder) -> None:
        where = "GraphicsMagick" if self.gm in source.parents else "Pillow"
        self.keep(name, source.read_bytes(), f"from the tests of {where}", decode)

    def converted(
        self, name: str, image: Array, *options: str, program: str, decode: Decoder
    ) -> None:
        words = ["gm", "convert"] if program == "GraphicsMagick" else ["convert-im6.q16"]
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder, "source.png"), Path(folder, name)
            Image.fromarray(image).save(source)
            subprocess.run([*words, source, *options, made], check=True)
            self.keep(name, made.read_bytes(), f"{program} {' '.join(options)}".strip(), decode)

    def telephones(self) -> None:
        bits = pbm(picture())
        self.piped("netpbm.wbmp", "pbmtowbmp", bits, netpbm("wbmptopbm"))
        self.piped("netpbm.g3", "pbmtog3", bits, netpbm("g3topbm"))
        self.piped("reversed.g3", "pbmtog3 -reversebits", bits, netpbm("g3topbm", "-reversebits"))

    def desktops(self) -> None:
        image = picture()
        rgb, bits = ppm(image), pbm(image)
        self.piped("netpbm.xpm", "ppmtoxpm", rgb, netpbm("xpmtoppm"))
        self.piped("few.xpm", "ppmtoxpm", ppm(image, 16), netpbm("xpmtoppm"))
        clear = np.dstack([image, np.where(image[..., 0] > 200, 0, 255).astype(np.uint8)])
        self.converted("clear.xpm", clear, program="ImageMagick", decode=magick("RGBA"))
        self.piped("netpbm.ras", "pnmtorast -standard", rgb, netpbm("rasttopnm"))
        self.piped("runs.ras", "pnmtorast -rle", ppm(image, 40), netpbm("rasttopnm"))
        self.piped("bits.ras", "pnmtorast -rle", bits, netpbm("rasttopnm"))
        self.piped("netpbm.pcx", "ppmtopcx -24bit", rgb, netpbm("pcxtoppm"))
        self.piped("palette.pcx", "ppmtopcx", ppm(image, 100), netpbm("pcxtoppm"))
        self.piped("planes.pcx", "ppmtopcx", ppm(image, 16), netpbm("pcxtoppm"))
        self.piped("packed.pcx", "ppmtopcx -packed", ppm(image, 4), netpbm("pcxtoppm"))
        self.piped("bits.pcx", "ppmtopcx", bits, netpbm("pcxtoppm"))
        self.converted("odd.pcx", image, program="GraphicsMagick", decode=magick("RGB"))
        self.converted("pages.dcx", image, program="GraphicsMagick", decode=magick("RGB"))
        self.copied("deerstalker.cur", self.pillow / "deerstalker.cur", magick("RGBA"))
        self.copied("mask.cur", self.pillow / "mask_1.cur", magick("RGBA"))
        self.cursor(clear)

    def cursor(self, image: Array) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder, "source.png"), Path(folder, "icotool.cur")
            colors = Image.fromarray(image[:24, :32])
            colors.save(source)
            words = (
                "icotool",
                "-c",
                "--cursor",
                "-X",
                "3",
                "-Y",
                "5",
                "-b",
                "24",
                "-o",
                made,
                source,
            )
            subprocess.run([str(word) for word in words], check=True)
            self.keep("icotool.cur", made.read_bytes(), "icotool -c --cursor", magick("RGBA"))

    def halo(self) -> None:
        quantized = Image.fromarray(picture()).quantize(100, dither=Image.Dither.NONE)
        numbers = np.asarray(quantized)
        palette = np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)
        made = "after the specification, by this script: no program writes it any more"
        self.keep("gray.cut", halo(numbers), made, freeimage)
        (TARGET / "halo.pal").write_bytes(halo_palette(palette))
        self.keep("halo.cut", halo(numbers), f"{made}; its palette halo.pal too", graphicsmagick)

    def home_computers(self) -> None:
        image = (
            Image.fromarray(picture())
            .resize((160, 200))
            .resize((320, 200), Image.Resampling.NEAREST)
        )
        with tempfile.TemporaryDirectory() as folder:
            source, made = Path(folder, "source.png"), Path(folder, "c64img.koa")
            image.save(source)
            program = str(Path(sys.executable).with_name("image2c64"))
            words = (program, "-q", "-q", "-f", "koala", "-e", "fix", "-o", str(made), str(source))
            subprocess.run(words, check=True)
            self.keep("c64img.koa", made.read_bytes(), "c64img 3.5", freeimage)
        rgb = picture()
        decode = netpbm("ilbmtoppm")
        self.piped("netpbm.iff", "ppmtoilbm", ppm(rgb, 20), decode)
        self.piped("plain.iff", "ppmtoilbm -nocompress", ppm(rgb, 20), decode)
        self.piped("deep.iff", "ppmtoilbm -24force", ppm(rgb), decode)
        self.piped("ham6.iff", "ppmtoilbm -ham6", ppm(rgb), decode)
        self.piped("ham8.iff", "ppmtoilbm -ham8", ppm(rgb), decode)

    def macintosh(self) -> None:
        image = picture()
        self.piped("netpbm.pict", "ppmtopict", ppm(image, 100), graphicsmagick)
        self.converted("direct.pict", image, program="GraphicsMagick", decode=magick("RGB"))
        clear = np.dstack([image, image[..., 0]])
        self.converted("alpha.pict", clear, program="ImageMagick", decode=freeimage)
        self.converted(
            "jpeg.pict", image, "-compress", "JPEG", program="ImageMagick", decode=freeimage
        )
        self.copied("sixteen.pct", self.gm / "input_16.pct", graphicsmagick)

    def animations(self) -> None:
        image = picture()
        moving = [Image.fromarray(np.roll(image, 3 * turn, axis=1)) for turn in range(4)]
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "source.gif")
            moving[0].save(source, save_all=True, append_images=moving[1:], duration=80, loop=0)
            for name, words in (
                ("magick.mng", ["convert-im6.q16"]),
                ("graphicsmagick.mng", ["gm", "convert"]),
            ):
                made = Path(folder, name)
                subprocess.run([*words, source, "-type", "TrueColor", made], check=True)
                self.keep(name, made.read_bytes(), " ".join(words), frames)
        for name, mode in (
            ("input_rose", "RGB"),
            ("input_gray", "L"),
            ("input_gray_idat", "LA"),
            ("input_idat", "RGBA"),
            ("input_jdaa", "RGBA"),
        ):
            source = self.gm / f"jng/{name}.jng"
            self.copied(f"{name.removeprefix('input_')}.jng", source, magick(mode))

    def offices(self) -> None:
        original = np.asarray(Image.open(self.gm / "MasterImage_70x46.ppm"))

        def encoded(path: Path) -> Array:
            """Return what it was made from, MasterImage_70x46.ppm."""
            return original

        self.copied("truecolor.fpx", self.gm / "fpx/input_truecolor.fpx", encoded)
        self.copied("jpeg.fpx", self.gm / "fpx/input_jpeg.fpx", encoded)
        self.copied("hopper.mic", self.pillow / "hopper.mic", pillow("RGBA"))
        out = io.BytesIO()
        warnings.simplefilter("ignore")  # Pillow gives the format up
        colors = Image.fromarray(picture())
        for name, image in (
            ("rgb.im", colors),
            ("palette.im", colors.quantize(50)),
            ("bits.im", colors.convert("1")),
            ("float.im", colors.convert("F")),
        ):
            out = io.BytesIO()
            image.save(out, "IM")
            mode = "RGB" if image.mode == "P" else image.mode
            self.keep(name, out.getvalue(), "Pillow 13", pillow(mode))

    def metafiles(self) -> None:
        image = picture()
        out = io.BytesIO()
        Image.fromarray(image).save(out, "PNG")
        height, width = image.shape[:2]
        drawing = (
            '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{width}" height="{height}"><image width="{width}" height="{height}" '
            f'xlink:href="data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"/></svg>'
        )

        def embedded(path: Path) -> Array:
            """Return what it was made from."""
            return image

        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "source.svg")
            source.write_text(drawing, encoding="utf-8")
            for kind in ("wmf", "emf"):
                made = Path(folder, f"bitmap.{kind}")
                words = ("inkscape", f"--export-type={kind}", f"--export-filename={made}", source)
                subprocess.run(words, check=True, stderr=subprocess.DEVNULL)
                self.keep(made.name, made.read_bytes(), "Inkscape 1.2", embedded)
        for name in ("drawing.wmf", "drawing.emf"):
            (TARGET / name).write_bytes((self.pillow / name).read_bytes())
            self.rows.append(f"| {name} | from the tests of Pillow | – |\n")
        (TARGET / "jpeg.emf").write_bytes((self.gm / "wmf/JPGinside.emf").read_bytes())
        self.rows.append("| jpeg.emf | from the tests of GraphicsMagick | – |\n")


def main() -> None:
    maker = _Maker(*map(Path, sys.argv[1:3]))
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    for make in (
        *(maker.telephones, maker.desktops, maker.halo, maker.home_computers, maker.macintosh),
        *(maker.animations, maker.offices, maker.metafiles),
    ):
        make()
    (TARGET / "SOURCES.md").write_text(HEADER + "".join(sorted(maker.rows)), encoding="utf-8")


if __name__ == "__main__":
    main()
