"""Make ``packages/iio-sci/tests/data``: files of GDAL, fpack, the HDF5 tools and ecCodes.

Beside each is what a program that is not ours decodes it to. To make them again: ``apt-get install
gdal-bin libcfitsio-bin hdf5-tools libeccodes-tools netpbm``, ``python tools/real_grids.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import eccodes
import numpy as np
from real_file_table import ROOT, keep, write_table
from retro_samples import picture

Row = tuple[str, str, str, str]
TESTS = ROOT / "packages/iio-sci/tests"
# GDAL's driver, its arguments, and other extensions of the same file.
GDAL: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "img": ("HFA", "", ()),
    "grib": ("GRIB", "-ot Float64", ("grb", "grib2", "grb2")),
    "ntf": ("NITF", "", ("nitf", "nsf")),
    "pix": ("PCIDSK", "", ()),
    "gtiff": ("GTiff", "-co COMPRESS=LZW", ()),
    "dt0": ("DTED", "-ot Int16 -outsize 121 121", ()),
    "asc": ("AAIGrid", "-ot Int32", ()),
    "dem": ("USGSDEM", "-ot Int16", ()),
    "grd": ("GSBG", "-ot Float32", ()),
    "gtx": ("GTX", "-ot Float32", ()),
    "hf2": ("HF2", "-ot Float32", ()),
    "kro": ("KRO", "", ()),
    "sigdem": ("SIGDEM", "-a_srs EPSG:32632", ()),
    "bt": ("BT", "-ot Int16", ()),
    "xyz": ("XYZ", "", ()),
}
COLORS = ("img", "gtiff", "kro", "ntf", "pix")
DTYPES = {
    "Byte": "uint8", "Int16": "int16", "UInt16": "uint16", "Int32": "int32", "Float32": "float32",
    "Float64": "float64",
}  # fmt: skip
PLACE = "-a_srs EPSG:4326 -a_ullr 9.5 50.5 10.5 49.5"


def run(command: str, folder: Path) -> bytes:
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=True).stdout


def gray() -> np.ndarray:
    return np.asarray(picture().astype(np.int16).sum(-1), np.int16)


def from_gdal(folder: Path) -> list[Row]:
    rows = []
    for extension, (driver, how, others) in GDAL.items():
        image = picture() if extension in COLORS else gray()
        source(image, folder)
        name = f"grid.{extension}"
        run(f"gdal_translate -q {PLACE} -of {driver} {how} source.vrt {name}", folder)
        file = keep(TESTS, name, (folder / name).read_bytes(), by_gdal(name, folder))
        rows += [(e, file, f"gdal_translate -of {driver}", "decoded") for e in (extension, *others)]
    return rows


def source(image: np.ndarray, folder: Path) -> None:
    """Write an image as bytes, with a header of GDAL's."""
    height, width = image.shape[:2]
    planes = np.atleast_3d(image)
    (folder / "source.raw").write_bytes(np.moveaxis(planes, -1, 0).tobytes())
    kind = 1 if image.dtype == np.uint8 else 2
    header = f"ENVI\nsamples={width}\nlines={height}\nbands={planes.shape[2]}\ndata type={kind}\n"
    header += "interleave=bsq\nbyte order=0\n"
    (folder / "source.hdr").write_text(header)
    run("gdal_translate -q -of VRT source.raw source.vrt", folder)


def by_gdal(name: str, folder: Path) -> np.ndarray:
    """Return what Debian's GDAL reads."""
    told = json.loads(run(f"gdalinfo -json {name}", folder))
    width, height = told["size"]
    run(f"gdal_translate -q -of ENVI -co INTERLEAVE=BSQ -ot Float64 {name} seen.raw", folder)
    values = np.fromfile(folder / "seen.raw").reshape(-1, height, width)
    image = values.astype(DTYPES[told["bands"][0]["type"]])
    return image[0] if len(image) == 1 else np.moveaxis(image, 0, -1)


def from_fpack(folder: Path) -> list[Row]:
    height, width, _ = picture().shape
    shade = picture()[..., 1]
    (folder / "in.pgm").write_bytes(f"P5 {width} {height} 255\n".encode() + shade.tobytes())
    (folder / "plain.fits").write_bytes(run("pamtofits in.pgm", folder))
    run("fpack -r plain.fits", folder)
    data = (folder / "plain.fits.fz").read_bytes()
    run("funpack -O seen.fits plain.fits.fz", folder)
    # After the header, of one block, the values in the order of the file.
    seen = np.frombuffer((folder / "seen.fits").read_bytes(), np.uint8, shade.size, 2880)
    file = keep(TESTS, "packed.fz", data, seen.reshape(shade.shape))
    return [("fz", file, "fpack", "decoded")]


def from_hdf5(folder: Path) -> list[Row]:
    values = gray()
    values.tofile(folder / "values.bin")
    height, width = values.shape
    (folder / "how.txt").write_text(
        f"PATH grid\nINPUT-CLASS IN\nINPUT-SIZE 16\nINPUT-BYTE-ORDER LE\nRANK 2\n"
        f"DIMENSION-SIZES {height} {width}\nOUTPUT-CLASS IN\nOUTPUT-SIZE 16\n"
        f"OUTPUT-ARCHITECTURE STD\nOUTPUT-BYTE-ORDER LE\n"
    )
    run("h5import values.bin -c how.txt -o plain.h5", folder)
    run("h5repack -f SHUF -f GZIP=9 plain.h5 packed.hdf", folder)
    rows = []
    for name, by in (("plain.h5", "h5import"), ("packed.hdf", "h5repack -f GZIP=9")):
        run(f"h5dump -d /grid -b LE -o seen.bin {name}", folder)
        image = np.fromfile(folder / "seen.bin", np.int16).reshape(values.shape)
        file = keep(TESTS, name, (folder / name).read_bytes(), image)
        rows.append((name.partition(".")[2], file, by, "decoded"))
    return rows


def from_eccodes(folder: Path) -> list[Row]:
    number = eccodes.codes_bufr_new_from_samples("BUFR4")
    try:
        eccodes.codes_set(number, "unexpandedDescriptors", 307080)
        for key, value in {"latitude": 48.5, "longitude": 9.25, "airTemperature": 281.5}.items():
            eccodes.codes_set(number, key, value)
        eccodes.codes_set(number, "pack", 1)
        data = bytes(eccodes.codes_get_message(number))
    finally:
        eccodes.codes_release(number)
    (folder / "station.bufr").write_bytes(data)
    shown = json.loads(run("bufr_dump -jf station.bufr", folder))
    values = [element["value"] for element in elements(shown["messages"])]
    file = keep(TESTS, "station.bufr", data, np.array([values], float))
    return [(e, file, "ecCodes", "decoded") for e in ("bufr", "bfr")]


def elements(shown: Any) -> Iterator[dict[str, Any]]:
    """Yield the elements of a report in their order, without the tree that they are in."""
    if isinstance(shown, list):
        for one in shown:
            yield from elements(one)
    elif "code" in shown:
        yield shown


def main() -> None:
    shutil.rmtree(TESTS / "data", ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        makers = (from_gdal, from_fpack, from_hdf5, from_eccodes)
        write_table(TESTS, [row for make in makers for row in make(folder)])


if __name__ == "__main__":
    main()
