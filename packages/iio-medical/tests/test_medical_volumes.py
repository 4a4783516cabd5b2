"""ITK's and NIfTI's volumes, beside the libraries themselves: geometry, regions, containment."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

sitk = pytest.importorskip("SimpleITK", reason="pip install iio-medical[itk]")
nib = pytest.importorskip("nibabel", reason="pip install iio-medical[nifti]")

ARRAY = ((np.arange(4 * 5 * 6) * 37) % 1009).reshape(4, 5, 6).astype(np.int16)
ORIGIN, SPACING = (1.0, -2.0, 3.0), (0.5, 0.75, 2.0)
DIRECTION = (0.8, -0.48, 0.36, 0.6, 0.64, -0.48, 0.0, 0.6, 0.8)
PLACE: dict[str, Any] = {
    "spacing": SPACING[::-1],
    "origin": ORIGIN,
    "direction": tuple(DIRECTION[i : i + 3] for i in (0, 3, 6)),
}
REGIONS = (np.s_[1:3], np.s_[::2, 1:4, 5:1:-2], np.s_[3:, ::-1], np.s_[1:1], np.s_[:, :, -1:])


def image(array: np.ndarray = ARRAY) -> Any:
    made = sitk.GetImageFromArray(array)
    made.SetSpacing(SPACING)
    made.SetOrigin(ORIGIN)
    made.SetDirection(DIRECTION)
    return made


def check_place(told: dict[str, Any]) -> None:
    assert told["spacing"] == pytest.approx(PLACE["spacing"])
    assert told["origin"] == pytest.approx(ORIGIN)
    assert np.allclose(told["direction"], PLACE["direction"], atol=1e-6)


@pytest.mark.parametrize("name", ["a.mha", "a.mhd", "a.nrrd", "a.nhdr", "a.nii", "a.nii.gz"])
@pytest.mark.parametrize("plugin", ["itk", "nifti"])
def test_what_itk_writes(name: str, plugin: str, tmp_path: Path) -> None:
    if plugin == "nifti" and ".nii" not in name:
        return
    path = tmp_path / name
    sitk.WriteImage(image(), str(path))
    found = iio.imread(path, plugin=plugin)
    assert found.dtype == np.int16 and np.array_equal(found, ARRAY)
    check_place(iio.immeta(path, plugin=plugin))
    properties = iio.improps(path, plugin=plugin)
    assert properties.shape == (4, 5, 6) and properties.axes == "ZYX"
    assert properties.spacing == pytest.approx(PLACE["spacing"])
    with iio.imopen(path, "r", plugin=plugin) as file:
        for region in REGIONS:
            region = region if isinstance(region, tuple) else (region,)
            assert np.array_equal(file.read_region(region, index=0), ARRAY[region])


@pytest.mark.parametrize("name", ["a.mha", "a.mhd", "a.nrrd", "a.nhdr", "a.nii", "a.nii.gz"])
@pytest.mark.parametrize("plugin", ["itk", "nifti"])
def test_what_we_write(name: str, plugin: str, tmp_path: Path) -> None:
    if plugin == "nifti" and ".nii" not in name:
        return
    path = tmp_path / name
    iio.imwrite(path, ARRAY, plugin=plugin, metadata=PLACE)
    (tmp_path / "elsewhere").mkdir()
    for file in tmp_path.iterdir():
        if file.is_file():
            shutil.move(file, tmp_path / "elsewhere")
    path = tmp_path / "elsewhere" / name
    found = sitk.ReadImage(str(path))
    assert np.array_equal(sitk.GetArrayFromImage(found), ARRAY)
    assert found.GetSpacing() == pytest.approx(SPACING)
    assert found.GetOrigin() == pytest.approx(ORIGIN)
    assert np.allclose(found.GetDirection(), DIRECTION, atol=1e-6)
    if ".nii" in name:
        loaded = nib.load(path)
        assert np.array_equal(np.asarray(loaded.dataobj).T, ARRAY)
        assert loaded.header.get_data_dtype() == np.int16


def test_geometry_goes_through_formats(tmp_path: Path) -> None:
    iio.imwrite(tmp_path / "a.mha", ARRAY, metadata=PLACE)
    told = iio.immeta(tmp_path / "a.mha")
    iio.imwrite(tmp_path / "b.nii", ARRAY, metadata={k: told[k] for k in PLACE})
    told = iio.immeta(tmp_path / "b.nii")
    check_place(told)
    iio.imwrite(
        tmp_path / "c.dcm", ARRAY, metadata={**told, "Modality": "CT"} and PLACE, split=True
    )
    check_place(iio.immeta(sorted(tmp_path.glob("c*.dcm"))))
    with pytest.raises(iio.EncodeError, match="another geometry"):
        iio.imwrite(tmp_path / "d.nii", ARRAY, metadata={**told, "spacing": (9, 9, 9)})


@pytest.mark.parametrize("kind", ["nifti", "analyze"])
@pytest.mark.parametrize("plugin", ["itk", "nifti"])
def test_pairs_are_read_by_either_name(kind: str, plugin: str, tmp_path: Path) -> None:
    affine = np.diag([-0.5, -0.75, 2.0, 1.0])
    made = nib.Nifti1Pair if kind == "nifti" else nib.AnalyzeImage
    made(ARRAY.T, affine).to_filename(tmp_path / "a.img")
    for name in ("a.hdr", "a.img"):
        assert np.array_equal(iio.imread(tmp_path / name, plugin=plugin), ARRAY)
    (tmp_path / "a.img").write_bytes((tmp_path / "a.img").read_bytes()[:-1])
    with pytest.raises(iio.DecodeError, match=r"cut|missing"):
        iio.imread(tmp_path / "a.hdr", plugin=plugin)
    (tmp_path / "a.img").unlink()
    with pytest.raises((iio.DecodeError, FileNotFoundError)):
        iio.imread(tmp_path / "a.hdr", plugin=plugin)


@pytest.mark.parametrize("plugin", ["itk", "nifti"])
def test_a_neighbour_is_not_taken_for_it(plugin: str, tmp_path: Path) -> None:
    """niftilib reads the pixels of a.nii for a.nii.gz, if that is there as well."""
    sitk.WriteImage(image(), str(tmp_path / "a.nii.gz"))
    sitk.WriteImage(image(ARRAY[::-1].copy()), str(tmp_path / "a.nii"))
    assert np.array_equal(iio.imread(tmp_path / "a.nii.gz", plugin=plugin), ARRAY)


MHD = (
    "ObjectType = Image\nNDims = 3\nDimSize = 6 5 4\nElementType = MET_SHORT\n"
    "ElementByteOrderMSB = False\nElementDataFile = {}\n"
)
NHDR = "NRRD0004\ntype: short\ndimension: 3\nsizes: 6 5 4\nendian: little\nencoding: raw\n{}\n"


def headers(reference: str) -> dict[str, str]:
    return {"a.mhd": MHD.format(reference), "a.nhdr": NHDR.format(f"data file: {reference}")}


@pytest.mark.parametrize("name", ["a.mhd", "a.nhdr"])
def test_references_inside_are_followed(name: str, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for reference in ("a.raw", "deep/a.raw", "./a.raw"):
        (tmp_path / reference).write_bytes(ARRAY.tobytes())
        (tmp_path / name).write_text(headers(reference)[name])
        assert np.array_equal(iio.imread(tmp_path / name), ARRAY)
    several = "slice%02d.raw 1 4 1"
    listed = "LIST\n" + "\n".join(f"slice{i:02}.raw" for i in (1, 2, 3, 4))
    for number, plane in enumerate(ARRAY):
        (tmp_path / f"slice{number + 1:02}.raw").write_bytes(plane.tobytes())
    for reference in (several, listed):
        text = headers(reference)[name]
        if name == "a.nhdr" and reference is listed:
            text = NHDR.format("data file: LIST\n" + listed.partition("\n")[2])
        (tmp_path / name).write_text(text)
        assert np.array_equal(iio.imread(tmp_path / name), ARRAY), reference


@pytest.mark.parametrize("name", ["a.mhd", "a.nhdr"])
def test_references_outside_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    secret = tmp_path / "secret.raw"
    secret.write_bytes(ARRAY.tobytes())
    (tmp_path / "in" / "link.raw").symlink_to(secret)
    outside = ("../secret.raw", str(secret), "link.raw", "LIST\n../secret.raw", "%s 1 2 1")
    for reference in (*outside, "deep/../../secret.raw", "%n%n%n%d 1 4 1"):
        (tmp_path / "in" / name).write_text(headers(reference)[name])
        with pytest.raises(iio.DecodeError):
            iio.imread(tmp_path / "in" / name)
    for data in (name.encode(), (tmp_path / "in" / name).read_bytes()):
        with pytest.raises((iio.DecodeError, FileNotFoundError)):
            iio.imread(data, extension=name[1:])


def test_companions_in_an_archive(tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "a.zip", "w") as sink:
        sink.writestr("in/a.mhd", MHD.format("a.raw"))
        sink.writestr("in/a.raw", ARRAY.tobytes())
    assert np.array_equal(iio.imread(tmp_path / "a.zip/in/a.mhd"), ARRAY)


@pytest.mark.parametrize("slope", [(2, -10), (0.5, 0), (1, 40_000)])
def test_scaled_nifti(slope: tuple[float, float], tmp_path: Path) -> None:
    made = nib.Nifti1Image(ARRAY.T, np.eye(4))
    made.to_filename(tmp_path / "a.nii")
    data = bytearray((tmp_path / "a.nii").read_bytes())
    data[112:120] = np.array(slope, "<f4").tobytes()
    (tmp_path / "a.nii").write_bytes(data)
    found = iio.imread(tmp_path / "a.nii")
    assert found.dtype == {2: "int32", 0.5: "float32", 1: "uint32"}[slope[0]]
    assert np.array_equal(found, nib.load(tmp_path / "a.nii").get_fdata().T)
    assert np.array_equal(iio.imread(tmp_path / "a.nii", apply=None), ARRAY)
    assert "slope" not in iio.immeta(tmp_path / "a.nii")
    assert iio.immeta(tmp_path / "a.nii", apply=None)["slope"] == slope[0]


def test_colors_of_nifti(tmp_path: Path) -> None:
    colors = (np.arange(4 * 5 * 6 * 3) % 256).reshape(4, 5, 6, 3).astype(np.uint8)
    kind = np.dtype([("R", "u1"), ("G", "u1"), ("B", "u1")])
    stored = np.ascontiguousarray(colors).view(kind)[..., 0]
    nib.Nifti1Image(stored.T, np.eye(4)).to_filename(tmp_path / "a.nii")
    assert np.array_equal(iio.imread(tmp_path / "a.nii"), colors)
    assert iio.improps(tmp_path / "a.nii").axes == "ZYXS"
    with iio.imopen(tmp_path / "a.nii", "r") as file:
        assert np.array_equal(file.read_region(np.s_[1:2, ::-1]), colors[1:2, ::-1])


def test_times_of_nifti(tmp_path: Path) -> None:
    times = np.stack([ARRAY, ARRAY + 1, ARRAY + 2])
    told = {"spacing": SPACING[::-1], "time_step": 1.5, "units": ["mm", "sec"], "description": "x"}
    iio.imwrite(tmp_path / "a.nii", times, plugin="nifti", metadata=told)
    loaded = nib.load(tmp_path / "a.nii")
    assert loaded.shape == (6, 5, 4, 3) and loaded.header.get_zooms()[3] == 1.5
    assert np.array_equal(np.asarray(loaded.dataobj).T, times)
    found = iio.immeta(tmp_path / "a.nii")
    assert found["time_step"] == 1.5 and found["units"] == ["mm", "sec"]
    assert iio.improps(tmp_path / "a.nii").axes == "TZYX"


def test_files_of_nibabel() -> None:
    """Those that come with it: MINC 1 and MGH among them."""
    folder = Path(nib.__file__).parent / "tests" / "data"
    read = 0
    for path in sorted(folder.glob("*")):
        if path.suffix not in {".nii", ".mnc", ".mgz", ".hdr"} and not path.name.endswith(
            ".nii.gz"
        ):
            continue
        try:
            wanted = nib.load(path)
            values = wanted.get_fdata()
            if not isinstance(wanted, nib.Minc1Image):  # whose planes are first there already
                values = values.T
        except Exception:
            continue  # MINC 2 needs h5py
        if type(wanted).__name__.startswith("Cifti"):
            continue  # a matrix on a surface, which nibabel takes out of the NIfTI
        try:
            found = iio.imread(path, plugin="nifti")
        except iio.IIOError:
            assert path.suffix == ".mnc" and path.read_bytes()[:3] != b"CDF"
            continue
        read += 1
        assert np.allclose(found, values, rtol=1e-5, equal_nan=True), path.name
    if not read:
        pytest.skip("nibabel was installed without its test data")


def test_planes_of_minc_are_first_and_their_places_as_nibabel_says() -> None:
    path = Path(nib.__file__).parent / "tests" / "data" / "tiny.mnc"
    if not path.exists():
        pytest.skip("nibabel was installed without its test data")
    wanted = nib.load(path)
    assert iio.improps(path).shape == wanted.shape == (10, 20, 20)
    with iio.imopen(path, "r") as file:
        part = file.read_region(np.s_[3:5, 7:11, 2:])
    assert np.array_equal(part, wanted.get_fdata()[3:5, 7:11, 2:])
    affine = np.array(iio.immeta(path)["affine"])
    # Of column 2, row 7, plane 3: the same place.
    assert np.array_equal(affine @ (2, 7, 3, 1), wanted.affine @ (3, 7, 2, 1))


def test_regions_read_no_more_than_their_planes(tmp_path: Path) -> None:
    planes = np.zeros((60, 256, 256), np.int16)
    iio.imwrite(tmp_path / "a.nii", planes, plugin="nifti")
    iio.imwrite(tmp_path / "a.mha", planes)

    class Counting:
        def __init__(self, path: Path) -> None:
            self.file, self.read_bytes = path.open("rb"), 0

        def read(self, n: int = -1) -> bytes:
            data = self.file.read(n)
            self.read_bytes += len(data)
            return data

        def seek(self, *args: int) -> int:
            return self.file.seek(*args)

        def tell(self) -> int:
            return self.file.tell()

        def seekable(self) -> bool:
            return True

    counting = Counting(tmp_path / "a.nii")
    with iio.imopen(counting, "r", extension=".nii", plugin="nifti") as file:
        assert file.read_region(np.s_[30:31]).shape == (1, 256, 256)
    counting.file.close()
    assert counting.read_bytes < planes.nbytes / 20


@pytest.mark.parametrize("plugin", ["itk", "nifti"])
def test_bombs_and_lies_are_refused(plugin: str, tmp_path: Path) -> None:
    made = nib.Nifti1Image(ARRAY.T, np.eye(4))
    made.header.set_data_dtype(np.int16)
    data = bytearray(made.to_bytes())
    data[40:48] = np.array([3, 30_000, 30_000, 30_000], "<i2").tobytes()
    (tmp_path / "a.nii").write_bytes(data)
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        iio.imread(tmp_path / "a.nii", plugin=plugin)
    (tmp_path / "b.nii.gz").write_bytes(gzip.compress(bytes(data))[:-20])
    with pytest.raises((iio.LimitError, iio.DecodeError)):
        iio.imread(tmp_path / "b.nii.gz", plugin=plugin)


def test_what_itk_cannot_hold_is_told_or_refused(tmp_path: Path) -> None:
    with pytest.warns(iio.MetadataWarning, match="direction"):
        iio.imwrite(tmp_path / "a.gipl", ARRAY, metadata={"direction": PLACE["direction"]})
    with pytest.raises(iio.EncodeError, match="it cannot hold float16"):
        iio.imwrite(tmp_path / "a.mha", ARRAY.astype(np.float16))
    with pytest.raises(iio.EncodeError, match="origin"):
        iio.imwrite(tmp_path / "a.mha", ARRAY, metadata={"origin": (1,)})
    with pytest.raises(iio.EncodeError, match="geometry"):
        iio.imwrite(tmp_path / "a.mha", ARRAY, metadata={"direction": np.zeros((3, 3))})
    with pytest.raises(iio.EncodeError, match="cannot have"):
        iio.imwrite("<bytes>", ARRAY, extension=".mhd")
    assert [p.name for p in tmp_path.iterdir()] == ["a.gipl"]


def test_hdf5_needs_trust(tmp_path: Path) -> None:
    sitk.WriteImage(image(), str(tmp_path / "a.hdf5"))
    with pytest.raises(iio.NoPluginError, match=r"trust={'HDF5'}"):
        iio.imread(tmp_path / "a.hdf5", plugin="itk")
    found = iio.imread(tmp_path / "a.hdf5", plugin="itk", trust={"HDF5"})
    assert np.array_equal(found, ARRAY)


def test_channels(tmp_path: Path) -> None:
    colors = (np.arange(5 * 6 * 3) % 256).reshape(5, 6, 3).astype(np.uint8)
    iio.imwrite(tmp_path / "a.mha", colors)
    found = sitk.ReadImage(str(tmp_path / "a.mha"))
    assert found.GetNumberOfComponentsPerPixel() == 3 and found.GetDimension() == 2
    assert np.array_equal(iio.imread(tmp_path / "a.mha"), colors)
    assert iio.improps(tmp_path / "a.mha").axes == "YXS"
    iio.imwrite(tmp_path / "b.mha", colors, vector=False)
    assert sitk.ReadImage(str(tmp_path / "b.mha")).GetDimension() == 3


def test_legacy_name(tmp_path: Path) -> None:
    import iio_core.v2 as imageio

    imageio.volwrite(tmp_path / "a.mhd", ARRAY, "itk")
    assert (tmp_path / "a.raw").exists()
    assert np.array_equal(imageio.volread(tmp_path / "a.mhd", "ITK"), ARRAY)
    imageio.imwrite(tmp_path / "a.png", ARRAY[0].astype(np.uint8), "ITK")
    assert np.array_equal(imageio.imread(tmp_path / "a.png", "ITK"), ARRAY[0].astype(np.uint8))


@pytest.mark.parametrize("option", [{"compression": "zlib"}, {"compression_level": 12}])
def test_what_is_no_compression_of_itk_is_refused(tmp_path: Path, option: dict[str, Any]) -> None:
    path = tmp_path / "x.mha"
    with pytest.raises(iio.OptionError, match=r"x\.mha.*compression"):
        iio.imwrite(path, np.zeros((2, 3, 4), np.uint8), plugin="itk", **option)
    assert not path.exists()


def test_references_that_only_the_library_sees_are_refused(tmp_path: Path) -> None:
    """MetaIO takes ':' for '='; teem ends lines at '\\r', and reads headers of any length."""
    (tmp_path / "in").mkdir()
    secret = tmp_path / "secret.raw"
    secret.write_bytes(ARRAY.tobytes())
    mhd, nhdr = headers(str(secret))["a.mhd"], headers(str(secret))["a.nhdr"]
    local = b"ElementDataFile = LOCAL\n" + bytes(ARRAY.nbytes)
    cases = {
        "colon.mhd": mhd.replace("ElementDataFile =", "ElementDataFile :").encode() + local,
        "hidden.mhd": mhd.replace("ElementDataFile", "\x01ElementDataFile").encode() + local,
        "returns.nhdr": nhdr.replace("\n", "\r").encode() + b"\r" + bytes(ARRAY.nbytes),
        "long.nhdr": nhdr.replace("data file", f"# {'x' * 997}\n" * 1100 + "data file").encode(),
    }
    for name, data in cases.items():
        (tmp_path / "in" / name).write_bytes(data)
        with pytest.raises(iio.DecodeError):
            iio.imread(tmp_path / "in" / name)


def test_an_origin_that_nifti_does_not_take_is_told(tmp_path: Path) -> None:
    with pytest.warns(iio.MetadataWarning, match="origin without spacing"):
        iio.imwrite(tmp_path / "a.nii", ARRAY, metadata={"origin": (1.0, 2.0, 3.0)})
