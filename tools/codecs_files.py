"""Make the files of iio-codecs' tests, with programs that share no code with the wheel.

Debian's ``libjxr-tools libjxl-tools libopenjp2-tools openjph-tools libavif-bin`` bring them. Run it
again only to change the files: their pixels are those of ``codecs_samples.picture``.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from specs import ROOT

TESTS = ROOT / "packages" / "iio-codecs" / "tests"


def run(*command: object) -> None:
    """Run a program; what it says is shown only if it fails."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout}{done.stderr}")


def main() -> None:
    sys.path.insert(0, str(TESTS))
    import tifffile

    samples = importlib.import_module("codecs_samples")
    FILES, picture, png = samples.FILES, samples.picture, samples.png  # noqa: N806

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def pnm(dtype: str, channels: int) -> Path:
            image = picture(dtype, channels)
            path = folder / f"{dtype}{channels}.{'ppm' if channels == 3 else 'pgm'}"
            top = 255 if dtype == "uint8" else 65535
            head = f"P{6 if channels == 3 else 5}\n{image.shape[1]} {image.shape[0]}\n{top}\n"
            path.write_bytes(head.encode() + image.astype(image.dtype.newbyteorder(">")).tobytes())
            return path

        def tif(dtype: str, channels: int) -> Path:
            image = picture(dtype, channels)
            path = folder / f"{dtype}{channels}.tif"
            extra = [2] if channels == 4 else None
            tifffile.imwrite(path, image, extrasamples=extra, metadata=None)
            return path

        for dtype, channels, number in (
            ("uint8", 1, 2),
            ("uint16", 1, 3),
            ("uint8", 3, 9),
            ("uint16", 3, 10),
            ("uint16", 4, 23),
            ("float32", 1, 8),
        ):
            target = FILES / f"{dtype}-{channels}.jxr"
            run("JxrEncApp", "-i", tif(dtype, channels), "-o", target, "-c", number, "-q", "1")
        for dtype, channels in (("uint8", 3), ("uint16", 1), ("uint16", 3)):
            kind = f"{dtype}-{channels}"
            source = pnm(dtype, channels)
            run("cjxl", source, FILES / f"{kind}.jxl", "-d", "0", "--quiet")
            run("opj_compress", "-n", "3", "-i", source, "-o", FILES / f"{kind}.jp2")
            tiles = ("-n", "3", "-t", "16,16")
            run("opj_compress", *tiles, "-i", source, "-o", FILES / f"{kind}.j2k")
            run("ojph_compress", "-i", source, "-o", FILES / f"{kind}.j2c", "-reversible", "true")
        source = folder / "alpha.png"
        source.write_bytes(png(picture("uint8", 4), 6))
        run("cjxl", source, FILES / "uint8-4.jxl", "-d", "0", "--container=1", "--quiet")
        run("avifenc", "--lossless", "--irot", "1", source, FILES / "uint8-4.avif")
        source.write_bytes(png(picture("uint8", 3), 2))
        run("avifenc", "--lossless", source, FILES / "uint8-3.avif")
    for path in sorted(FILES.iterdir()):
        print(f"{path.stat().st_size:6} {path.name}")


if __name__ == "__main__":
    main()
