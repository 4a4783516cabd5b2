"""Make ``packages/iio-medical/tests/data``: medical files of SimpleITK, GDCM, MINC and others.

Beside each is what a program that is not ours reads from it. To make them again, with the test
files that nibabel and pydicom bring: ``apt-get install minc-tools nifti-bin``, ``pip install
python-gdcm``, ``python tools/real_volumes.py``.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK
from pydicom.data import get_testdata_file
from real_file_table import ROOT, keep, write_table

TESTS = ROOT / "packages/iio-medical/tests"
# What SimpleITK writes by the name of the file; some in plain bytes beside a header.
ITK = ("gipl", "mha", "mhd", "nrrd", "nhdr", "nia", "nii", "nii.gz", "img.gz", "vtk", "hdf5")
BESIDE = {"mhd": "raw", "nhdr": "raw", "img.gz": "hdr.gz"}
DICOM = {
    "ct": "CT_small.dcm",
    "dcm": "MR_small_RLE.dcm",
    "mri": "MR_small.dcm",
    "dicom": "MR_small_jp2klossless.dcm",
}


def volume() -> np.ndarray:
    """Return 12-bit values of which none is there twice."""
    return ((np.arange(5 * 6 * 7) * 7919) % 4096).reshape(5, 6, 7).astype(np.int16)


def from_itk(folder: Path) -> list[tuple[str, str, str, str]]:
    rows = []
    image = SimpleITK.GetImageFromArray(volume())
    image.SetSpacing((0.6, 0.8, 2.5))  # type: ignore[no-untyped-call,unused-ignore]
    for extension in ITK:
        path = folder / f"{extension.replace('.', '')}-volume.{extension}"
        SimpleITK.WriteImage(image, path)
        seen = path
        if extension == "nia":  # which ITK writes, and does not read
            seen = folder / "text.nii"
            copy = ["nifti_tool", "-copy_im", "-infiles", str(path), "-prefix", str(seen)]
            subprocess.run(copy, check=True)
        decoded = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(seen))
        file = keep(TESTS, path.name, path.read_bytes(), decoded)
        if extension in BESIDE:
            stem = path.name.partition(".")[0]
            shutil.copy(folder / f"{stem}.{BESIDE[extension]}", TESTS / "data")
        rows.append((extension, file, "SimpleITK", "decoded"))
    return rows


def from_lsm(folder: Path) -> list[tuple[str, str, str, str]]:
    """Return what ITK's writer makes: without ZEISS's own tag, which its libtiff refuses."""
    path = folder / "itk.lsm"
    planes = np.stack([(volume()[n] % 251).astype(np.uint8) for n in range(3)], -1)
    image = SimpleITK.GetImageFromArray(planes, isVector=True)
    SimpleITK.WriteImage(image, path, imageIO="LSMImageIO")
    seen = SimpleITK.ReadImage(path, imageIO="TIFFImageIO")
    file = keep(TESTS, path.name, path.read_bytes(), SimpleITK.GetArrayFromImage(seen))
    return [("lsm", file, "SimpleITK, without ZEISS's tag", "decoded")]


def from_dicom(folder: Path) -> list[tuple[str, str, str, str]]:
    rows = []
    for extension, name in DICOM.items():
        data = Path(str(get_testdata_file(name))).read_bytes()
        file = keep(TESTS, name, data, by_gdcm(name, data, folder))
        rows.append((extension, file, "from the tests of pydicom", "decoded"))
    source, target = str(get_testdata_file("MR_small.dcm")), folder / "gdcm.dcm"
    subprocess.run(
        [Path(sys.executable).with_name("gdcmconv"), "--j2k", source, target], check=True
    )
    data = target.read_bytes()
    file = keep(TESTS, target.name, data, by_gdcm(target.name, data, folder))
    return [*rows, ("gdcm", file, "gdcmconv --j2k", "decoded")]


def by_gdcm(name: str, data: bytes, folder: Path) -> np.ndarray:
    """Return what GDCM makes of it, in ITK: of one plane."""
    path = folder / name
    path.write_bytes(data)
    return np.asarray(
        SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path, imageIO="GDCMImageIO"))[0]
    )


def from_minc(folder: Path) -> list[tuple[str, str, str, str]]:
    rows = []
    size = [str(n) for n in volume().shape]
    versions: tuple[tuple[str, list[str], type], ...]
    versions = (("mnc", [], np.float64), ("mnc2", ["-2"], np.float32))
    for extension, version, seen in versions:
        path = folder / f"minc.{extension}"
        kind = ["-short", "-signed", "-range", "0", "4095", "-real_range", "0", "4095"]
        write = ["rawtominc", *kind, *version, str(path), *size]
        subprocess.run(write, input=volume().tobytes(), check=True)
        show = ["mincextract", "-double" if seen is np.float64 else "-float", str(path)]
        shown = subprocess.run(show, capture_output=True, check=True).stdout
        image = np.frombuffer(shown, seen).reshape(volume().shape)
        file = keep(TESTS, path.name, path.read_bytes(), image)
        rows.append((extension, file, "rawtominc", "decoded"))
    return rows


def from_nibabel() -> list[tuple[str, str, str, str]]:
    data = (Path(nibabel.__file__).parent / "tests/data/test.mgz").read_bytes()
    plain = gzip.decompress(data)
    # 284 bytes, then the values, with the columns of the first plane first.
    shape = np.frombuffer(plain, ">i4", 4, 4)[::-1]
    values = np.frombuffer(plain, ">f4", int(shape.prod()), 284).reshape(shape)
    image = values.astype(np.float32)
    rows = []
    for extension, packed in (("mgh", plain), ("mgz", data)):
        file = keep(TESTS, f"test.{extension}", packed, image)
        rows.append((extension, file, "from the tests of nibabel", "decoded"))
    return rows


def main() -> None:
    shutil.rmtree(TESTS / "data", ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            *from_itk(folder),
            *from_lsm(folder),
            *from_dicom(folder),
            *from_minc(folder),
            *from_nibabel(),
        ]
    write_table(TESTS, rows)


if __name__ == "__main__":
    main()
