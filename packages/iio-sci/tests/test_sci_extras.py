"""Formats whose backend is not installed are known all the same, and say what brings it."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

# A file of the format, its extension, the module that is missing, the extra that brings it.
EXTRAS = [
    (b"II*\0\x08\0\0\0" + bytes(40), ".dng", "rawpy", "raw"),
    (b"\x76\x2f\x31\x01\x02\0\0\0", ".exr", "OpenEXR", "exr"),
    (b"\x89HDF\r\n\x1a\n" + bytes(40), ".h5", "h5py", "hdf5"),
    (b"EHFA_HEADER_TAG\0" + bytes(40), ".img", "rasterio", "gdal"),
    (b"BUFR\0\0\x20\x04" + bytes(40), ".bufr", "eccodes", "grib"),
]
SPECS = [
    *("raw._spec:SPEC", "exr._spec:SPEC", "hdf5._spec:SPEC", "gdal._spec:SPEC", "grib._spec:SPEC"),
    "grib._spec:BUFR",
]

READ = """
import sys
sys.modules[{module!r}] = None
import iio_core as iio
try:
    iio.imread({data!r}, extension={extension!r})
except iio.PluginNotInstalledError as error:
    print(error.install, error)
"""


@pytest.mark.parametrize(("data", "extension", "module", "extra"), EXTRAS)
def test_what_to_install_is_told(data: bytes, extension: str, module: str, extra: str) -> None:
    code = READ.format(module=module, data=data, extension=extension)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"iio-sci[{extra}]" in run.stdout


def test_grib_is_read_by_whoever_is_there() -> None:
    eccodes = pytest.importorskip("eccodes", reason="pip install iio-sci[grib]")
    from sci_grib_samples import FIELD, grib

    assert eccodes is not None
    code = (
        "import sys\nsys.modules['rasterio'] = None\nimport iio_core as iio\n"
        f"print(iio.imread({grib()!r}, extension='.grib2').sum())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert abs(float(run.stdout) - FIELD.sum()) < 10


def test_ecw_is_explained_without_gdal() -> None:
    code = (
        "import sys\nsys.modules['rasterio'] = None\nimport iio_core as iio\n"
        "try:\n    iio.imread(b'anything', extension='.ecw')\n"
        "except iio.DecodeError as error:\n    print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "Hexagon" in run.stdout


@pytest.mark.parametrize("target", SPECS)
def test_what_describes_imports_no_backend(target: str) -> None:
    module, _, attribute = target.partition(":")
    spec = getattr(importlib.import_module(f"iio_sci.{module}"), attribute)
    table = spec.legacy.partition(":")[0]
    code = (
        f"import sys, iio_sci.{module}, {table}\n"
        "heavy = {'numpy', 'rawpy', 'OpenEXR', 'h5py', 'rasterio', 'eccodes'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    for format in spec.formats:
        assert len(format.specification) > 20
        assert format.name == "ECW" or (format.modules and format.requires)
