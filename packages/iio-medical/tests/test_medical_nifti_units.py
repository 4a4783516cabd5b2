"""Distances of NIfTI are mm, whatever unit a file counts in, and are written back in its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")
nib = pytest.importorskip("nibabel", reason="pip install iio-medical[nifti]")

ARRAY = ((np.arange(4 * 5 * 6) * 37) % 1009).reshape(4, 5, 6).astype(np.int16)
DIRECTION = (0.8, -0.48, 0.36, 0.6, 0.64, -0.48, 0.0, 0.6, 0.8)
PLACE = ("spacing", "origin", "direction")
UNITS = {"meter": 1000, "mm": 1, "micron": 1 / 1000, "unknown": 1}
MATRIX = np.eye(4)
MATRIX[:3, :3] = np.reshape(DIRECTION, (3, 3)) * (0.3, 0.7, 2.3)
MATRIX[:3, 3] = 7.7, -1.3, 3.1


def in_unit(path: Path, unit: str, version: int = 1, kind: str = "sform") -> Any:
    matrix = MATRIX.astype(np.float32) if version == 1 else MATRIX  # as a header holds it
    made = (nib.Nifti1Image if version == 1 else nib.Nifti2Image)(ARRAY.T, matrix)
    if kind == "qform":
        made.set_sform(None, 0)
        made.set_qform(np.diag([-0.5, -0.7, 0.3, 1]), 1)
    made.header.set_xyzt_units(unit, "sec")
    made.to_filename(path)
    return nib.load(path)


@pytest.mark.parametrize("kind", ["sform", "qform"])
@pytest.mark.parametrize("unit", UNITS)
def test_distances_of_nifti_are_mm(unit: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.nii"
    header = in_unit(path, unit, kind=kind).header
    told, of_itk = (iio.immeta(path, plugin=plugin) for plugin in ("nifti", "itk"))
    factor = UNITS[unit]
    norms = np.linalg.norm(header.get_best_affine()[:3, :3], axis=0)[::-1]
    assert told["spacing"] == pytest.approx(norms * factor)
    assert iio.improps(path, plugin="nifti").spacing == told["spacing"]
    assert np.allclose(told["affine"][:3], header.get_best_affine()[:3] * factor, rtol=1e-7)
    assert told["units"] == [unit, "sec"]
    assert told["spacing"] == pytest.approx(of_itk["spacing"])
    assert told["origin"] == pytest.approx(of_itk["origin"])
    iio.imwrite(tmp_path / "b.mha", ARRAY, metadata={k: told[k] for k in PLACE})
    assert iio.improps(tmp_path / "b.mha").spacing == pytest.approx(told["spacing"])
    place = {"Modality": "CT", "spacing": told["spacing"], "origin": told["origin"]}
    (tmp_path / "c").mkdir()
    iio.imwrite(tmp_path / "c" / "c.dcm", ARRAY, metadata=place, split=True)
    assert iio.improps(tmp_path / "c").spacing == pytest.approx(told["spacing"])
    told = iio.immeta(tmp_path / "c")
    iio.imwrite(tmp_path / "d.nii", ARRAY, metadata={k: told[k] for k in PLACE})
    found = nib.load(tmp_path / "d.nii").header
    assert found.get_xyzt_units() == ("mm", "unknown")
    assert found.get_zooms()[::-1] == pytest.approx(norms * factor)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("unit", UNITS)
def test_nifti_is_written_in_its_own_unit_and_numbers(
    unit: str, version: int, tmp_path: Path
) -> None:
    before = in_unit(tmp_path / "a.nii", unit, version)
    told = iio.immeta(tmp_path / "a.nii")
    iio.imwrite(tmp_path / "b.nii", ARRAY, metadata=told, version=version)
    after = nib.load(tmp_path / "b.nii")
    assert after.header.get_xyzt_units() == (unit, "sec")
    assert np.array_equal(after.affine, before.affine)
    assert after.header.get_zooms() == before.header.get_zooms()
    assert iio.immeta(tmp_path / "b.nii") == told


def test_units_that_nifti_does_not_know(tmp_path: Path) -> None:
    in_unit(tmp_path / "a.nii", "micron")
    data = bytearray((tmp_path / "a.nii").read_bytes())
    data[123] = 5  # no unit of the standard's
    told = iio.immeta(bytes(data), extension=".nii")
    assert told["units"] == ["unknown", "unknown"]
    assert told["spacing"] == pytest.approx((2.3, 0.7, 0.3))
    for units in (["furlong", "sec"], ["sec", "mm"], 5):
        with pytest.warns(iio.MetadataWarning, match="units"):
            iio.imwrite(tmp_path / "b.nii", ARRAY, metadata={"spacing": (3, 2, 1), "units": units})
        assert nib.load(tmp_path / "b.nii").header.get_xyzt_units() == ("mm", "unknown")


def test_units_of_nifti_in_text() -> None:
    data = (Path(__file__).parent / "data" / "nia-volume.nia").read_bytes()
    told = iio.immeta(data, extension=".nia")
    small = iio.immeta(data.replace(b"xyz_units = '2'", b"xyz_units = '3'"), extension=".nia")
    assert (told["units"], small["units"]) == (["mm", "sec"], ["micron", "sec"])
    assert small["spacing"] == pytest.approx([n / 1000 for n in told["spacing"]])


def test_two_geometries_of_micrometres_are_refused(tmp_path: Path) -> None:
    in_unit(tmp_path / "a.nii", "micron")
    told = iio.immeta(tmp_path / "a.nii")
    with pytest.raises(iio.EncodeError, match="another geometry"):
        iio.imwrite(tmp_path / "b.nii", ARRAY, metadata={**told, "spacing": (1e-3, 5e-5, 5e-5)})
