"""GDAL's formats against GDAL's own program and known values; windows, smaller copies, refusals."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

rasterio = pytest.importorskip("rasterio", reason="pip install iio-sci[gdal]")

from sci_gdal_samples import MADE, PLACE, VALUES, geotiff, made  # noqa: E402

import iio_core as iio  # noqa: E402
import iio_core.v2 as v2  # noqa: E402


def by_program(path: Path, folder: Path, *options: str) -> np.ndarray:
    """Return what gdal_translate reads, through a file of nothing but values."""
    program = shutil.which("gdal_translate")
    if program is None:
        pytest.skip("gdal_translate is not here: apt-get install gdal-bin")
    target = folder / "values.img"
    run = [program, "-q", "-of", "ENVI", "-co", "INTERLEAVE=BIP", *options, str(path), str(target)]
    subprocess.run(run, check=True, capture_output=True)
    header = dict(
        line.split(" = ", 1)
        for line in target.with_suffix(".hdr").read_text().splitlines()
        if " = " in line
    )
    height, width, bands = (
        int(next(v for k, v in header.items() if k.strip() == key))
        for key in ("lines", "samples", "bands")
    )
    kind = {"1": "u1", "2": "i2", "3": "i4", "4": "f4", "5": "f8", "12": "u2"}
    dtype = kind[next(v for k, v in header.items() if k.strip() == "data type").strip()]
    image = np.fromfile(target, dtype).reshape(height, width, bands)
    return image[..., 0] if bands == 1 else image


@pytest.mark.parametrize("name", [n for n in MADE if n != "GRIB"])
def test_gdals_own_program_reads_the_same(name: str, tmp_path: Path) -> None:
    data, image = made(*MADE[name])
    path = tmp_path / f"a{MADE[name][1]}"
    path.write_bytes(data)
    ours = iio.imread(path, plugin="gdal")
    np.testing.assert_array_equal(ours, image)
    np.testing.assert_array_equal(ours, by_program(path, tmp_path))


def test_units_of_grib_are_those_of_the_file(tmp_path: Path) -> None:
    kelvin = np.full((20, 30, 1), 300, np.float64)
    options = {"DISCIPLINE": "0", "PDS_TEMPLATE_NUMBERS": "0 0 2 0 96 0 0 0 1 0 0 0 0 1 0 0 0 0 0 "
               "255 0 0 0 0 0", "PDS_PDTN": "0", "INPUT_UNIT": "K"}  # fmt: skip
    data, _ = made("GRIB", ".grib2", "float64", 1, options, kelvin)
    image = iio.imread(data, extension=".grib2", plugin="gdal")
    band = iio.immeta(data, extension=".grib2", plugin="gdal")["bands"][0]
    assert "K" in band["tags"]["GRIB_UNIT"], band
    np.testing.assert_allclose(image, 300)  # and not 26.85, as GDAL has it by default


def test_messages_of_grib_are_images() -> None:
    several = np.dstack([VALUES[..., 0], VALUES[..., 1]])
    data, _ = made("GRIB", ".grib2", "float64", 2, {}, several)
    frames = list(iio.imiter(data, extension=".grib2", plugin="gdal"))
    assert len(frames) == 2
    for number, frame in enumerate(frames):
        np.testing.assert_allclose(frame, several[..., number], atol=1e-6)
    assert iio.immeta(data, index=1, extension=".grib2", plugin="gdal")["bands"][0]["band"] == 2


@pytest.fixture
def pyramid(tmp_path: Path) -> tuple[Path, np.ndarray]:
    image = np.random.default_rng(8).integers(0, 255, (700, 900, 3)).astype(np.uint8)
    path = tmp_path / "large.tif"
    tiles = {"tiled": True, "blockxsize": 128, "blockysize": 128}
    geotiff(path, image, (2, 4), **tiles)
    return path, image


def test_windows_and_smaller_copies(pyramid: tuple[Path, np.ndarray], tmp_path: Path) -> None:
    path, image = pyramid
    with iio.imopen(path, "r", plugin="gdal") as file:
        for region in (
            np.s_[100:200, 300:310],
            np.s_[650:5:-9, ::7],
            np.s_[:5, :5, 1:],
            np.s_[:5, :5, :1],
            np.s_[7:7, :],
            np.s_[:2],
        ):
            np.testing.assert_array_equal(file.read_region(region), image[region])
        half = file.read(level=1)
        assert half.shape == (350, 450, 3) == file.properties(level=1).shape
        np.testing.assert_array_equal(
            file.read_region(np.s_[10:20, 40:45], level=2), file.read(level=2)[10:20, 40:45]
        )
        np.testing.assert_array_equal(file.read(bands=[3, 1]), image[..., [2, 0]])
        with pytest.raises(iio.FrameIndexError, match="2 smaller copies"):
            file.read(level=3)
        for bands in ([4], [0], []):
            with pytest.raises(iio.OptionError, match="bands 1 to 3"):
                file.read(bands=bands)
        with pytest.raises(iio.OptionError, match="more axes"):
            file.read_region(np.s_[:1, :1, :1, :1])
    np.testing.assert_array_equal(half, by_program(path, tmp_path, "-outsize", "450", "350"))


def test_window_reads_little(pyramid: tuple[Path, np.ndarray]) -> None:
    path, image = pyramid
    taken = []

    class Counting:
        """A file object that counts what is read of it."""

        def __init__(self) -> None:
            self._file = path.open("rb")

        def read(self, count: int = -1) -> bytes:
            data = self._file.read(count)
            taken.append(len(data))
            return data

        def __getattr__(self, name: str) -> Any:
            return getattr(self._file, name)

    file = Counting()
    with iio.imopen(file, "r", plugin="gdal") as opened:
        part = opened.read_region(np.s_[300:310, 300:310])
    np.testing.assert_array_equal(part, image[300:310, 300:310])
    assert sum(taken) < path.stat().st_size // 4
    file.close()


def test_what_gdal_knows_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    geotiff(path, VALUES[..., :1].astype(np.int16), nodata=-9)
    with rasterio.open(path, "r+") as file:
        file.update_tags(WHERE="here")
        file.update_tags(1, UNIT="m")
        file.set_band_description(1, "height")
        file.scales, file.offsets = (0.5,), (10.0,)
    found = iio.immeta(path, plugin="gdal")
    assert found["driver"] == "GTiff" and "WGS 84" in found["crs"]
    assert found["transform"] == tuple(PLACE)[:6]
    assert found["tags"]["WHERE"] == "here"
    band = found["bands"][0]
    assert (band["nodata"], band["scale"], band["offset"]) == (-9, 0.5, 10)
    assert band["description"] == "height" and band["tags"] == {"UNIT": "m"}
    assert iio.improps(path, plugin="gdal").spacing == (0.25, 0.5)
    # Values are as they stand there: neither scaled nor masked.
    np.testing.assert_array_equal(iio.imread(path, plugin="gdal"), VALUES[..., 0])


@pytest.mark.parametrize("dtype", ["int8", "uint32", "int64", "float64", "complex64", "complex128"])
def test_types_of_values(tmp_path: Path, dtype: str) -> None:
    image = VALUES[..., :2].astype(dtype)
    path = tmp_path / "a.tif"
    geotiff(path, image)
    ours = iio.imread(path, plugin="gdal")
    assert ours.dtype == dtype
    np.testing.assert_array_equal(ours, image)


def test_other_wheels_come_first(tmp_path: Path) -> None:
    for name, extension in (("PNG", ".png"), ("GTIFF", ".tif")):
        first = iio.explain(made(*MADE[name])[0], extension=extension).candidates[0]
        assert first.plugin.spec.name != "gdal"
    first = iio.explain(made(*MADE["HFA"])[0], extension=".img").candidates[0]
    assert (first.plugin.spec.name, first.format.name) == ("gdal", "HFA")


def vrt(source: Path) -> bytes:
    return f"""<VRTDataset rasterXSize="64" rasterYSize="48">
  <VRTRasterBand dataType="Byte" band="1">
    <SimpleSource><SourceFilename relativeToVRT="0">{source}</SourceFilename>
      <SourceBand>1</SourceBand></SimpleSource>
  </VRTRasterBand></VRTDataset>""".encode()


def test_virtual_dataset_only_if_trusted(tmp_path: Path) -> None:
    secret = tmp_path / "secret.tif"
    geotiff(secret, VALUES[..., :1])
    path = tmp_path / "a.vrt"
    path.write_bytes(vrt(secret))
    for options in ({}, {"plugin": "gdal"}):
        with pytest.raises(iio.NoPluginError, match="trust"):
            iio.imread(path, **options)
    np.testing.assert_array_equal(iio.imread(path, trust={"VRT"}), VALUES[..., 0])


@pytest.mark.parametrize("extension", [".img", ".tif", ".grib2", ".ntf", ".asc", ".jp2", ".xyz"])
def test_virtual_dataset_under_another_name(tmp_path: Path, extension: str) -> None:
    secret = tmp_path / "secret.tif"
    geotiff(secret, VALUES[..., :1])
    path = tmp_path / f"a{extension}"
    path.write_bytes(vrt(secret))
    with pytest.raises((iio.DecodeError, iio.NoPluginError)):
        iio.imread(path, plugin="gdal")


def test_files_beside_it_change_nothing(tmp_path: Path) -> None:
    data, image = made(*MADE["GRID"])
    path = tmp_path / "a.asc"
    path.write_bytes(data)
    (tmp_path / "a.prj").write_text("nonsense")
    (tmp_path / "a.asc.aux.xml").write_text("<PAMDataset><Metadata><MDI key='x'>y</MDI></Metadata>"
                                            "</PAMDataset>")  # fmt: skip
    np.testing.assert_array_equal(iio.imread(path), image)
    assert iio.immeta(path) == iio.immeta(data, extension=".asc")


def test_ecw_is_explained() -> None:
    with pytest.raises(iio.DecodeError, match=r"Hexagon.*gdal_translate"):
        iio.imread(b"e\x02\0\x01 what follows", extension=".ecw")


def test_sizes_that_are_declared_are_checked() -> None:
    grid = b"ncols 100000\nnrows 100000\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2 3\n"
    with pytest.raises((iio.DecodeError, iio.LimitError)):
        iio.imread(grid, extension=".asc")
    data, _ = made(*MADE["HFA"])
    with iio.limits(array_bytes=1000, ratio=0), pytest.raises(iio.LimitError):
        iio.imread(data, extension=".img")


def test_sizes_that_cannot_be() -> None:
    data, _ = made(*MADE["GRIB"])
    at = data.index((64).to_bytes(4, "big") + (48).to_bytes(4, "big"))
    negative = data[:at] + (2**32 - 64).to_bytes(4, "big") + data[at + 4 :]
    with pytest.raises(iio.DecodeError):
        iio.imread(negative, extension=".grib2", plugin="gdal")


def test_name_of_imageio(tmp_path: Path) -> None:
    data, image = made(*MADE["HFA"])
    path = tmp_path / "a.img"
    path.write_bytes(data)
    bands_first = v2.imread(path, format="GDAL")
    np.testing.assert_array_equal(bands_first, np.moveaxis(image, -1, 0))
    with v2.get_reader(path, format="GDAL") as reader:
        assert len(reader) == 1 and reader.get_meta_data()["driver"] == "HFA"


@pytest.mark.parametrize("interleaving", [b"FILE", b"BAND"])
@pytest.mark.parametrize("link", [False, True])
def test_channels_in_other_files_are_not_opened(
    interleaving: bytes, link: bool, tmp_path: Path
) -> None:
    data = bytearray(made(*MADE["PCIDSK"])[0])
    secret = tmp_path / "s"
    secret.write_bytes(bytes(range(256)) * 64)
    header = (int(data[336:352]) - 1) * 512
    name = b"LNK=   1" if link else str(secret).encode()[-64:]
    data[360:368] = interleaving.ljust(8)
    data[header + 64 : header + 128] = name.ljust(64)
    path = tmp_path / "x.pix"
    path.write_bytes(data)
    for source in (path, bytes(data)):
        with pytest.raises(iio.DecodeError, match="are in other files"):
            iio.imread(source, extension=".pix", plugin="gdal")


def test_erdas_pixels_in_another_file_are_named() -> None:
    data, _ = made("HFA", ".img", "uint8", 3, {"USE_SPILL": "YES"})
    with pytest.raises(iio.DecodeError, match=r"pixels are in another file \('target\.ige'\)"):
        iio.imread(data, extension=".img")


def test_pcidsk_with_tiles_is_not_called_cut() -> None:
    data, image = made("PCIDSK", ".pix", "uint8", 3, {"INTERLEAVING": "TILED"})
    with pytest.raises(iio.DecodeError, match="has its pixels in tiles") as raised:
        iio.imread(data, extension=".pix")
    assert "is cut" not in str(raised.value)
    # As long as it says: nothing is missing.
    whole = data.ljust(int(data[16:32]) * 512, b"\0")
    np.testing.assert_array_equal(iio.imread(whole, extension=".pix"), image)
