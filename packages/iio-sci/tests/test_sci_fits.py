"""FITS beside astropy and fitsio; sections; units; cards; damaged files."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import iio_core as iio
import iio_core.v2 as v2
from iio_core.testing._server import FileServer

KINDS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
METHODS = ["RICE_1", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1"]
CUBE = np.random.default_rng(3).integers(0, 120, (4, 9, 10))


def saved(*units: Any, **options: Any) -> bytes:
    sink = io.BytesIO()
    fits.HDUList(list(units)).writeto(sink, **options)
    return sink.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_every_dtype_beside_fitsio(tmp_path: Path, kind: str) -> None:
    fitsio = pytest.importorskip("fitsio", reason="fitsio has no wheels for Windows")
    path = str(tmp_path / "a.fits")
    limits = np.iinfo(kind) if kind[0] in "iu" else None
    image = CUBE.astype(kind)
    if limits is not None:
        image.flat[0], image.flat[1] = limits.min, limits.max
    else:
        image.flat[0] = np.nan
    iio.imwrite(path, image, metadata={"OBJECT": "M51"})
    if kind == "u8":  # which fitsio does not read, not even its own files
        with fits.open(path) as opened:
            np.testing.assert_array_equal(opened[0].data, image)
        np.testing.assert_array_equal(iio.imread(path), image)
        return
    theirs, header = fitsio.read(path, header=True)
    np.testing.assert_array_equal(theirs, image)
    assert theirs.dtype.newbyteorder("=") == image.dtype and header["OBJECT"] == "M51"
    fitsio.write(path, image, clobber=True)
    ours = iio.imread(path)
    np.testing.assert_array_equal(ours, image)
    assert ours.dtype == image.dtype == iio.improps(path).dtype


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "f4"])
def test_tiles_beside_fitsio(tmp_path: Path, kind: str, method: str) -> None:
    fitsio = pytest.importorskip("fitsio", reason="fitsio has no wheels for Windows")
    path = str(tmp_path / "a.fits")
    image = CUBE.astype(kind)[0]
    if kind == "f4" and not method.startswith("GZIP"):
        with pytest.raises(iio.EncodeError):
            iio.imwrite(path, image, compression=method)
        return
    iio.imwrite(path, image, compression=method, tile=(5, 10))
    np.testing.assert_array_equal(fitsio.read(path, ext=1), image)
    options = {"qlevel": 0} if kind == "f4" else {}
    fitsio.write(path, image, compress=method, tile_dims=(5, 10), clobber=True, **options)
    np.testing.assert_array_equal(iio.imread(path), image)
    with iio.imopen(path, "r") as file:
        np.testing.assert_array_equal(file.read_region((slice(2, 7), slice(3, 9))), image[2:7, 3:9])


def test_floats_are_only_quantized_on_request() -> None:
    noise = np.random.default_rng(0).normal(0, 10, (64, 64)).astype("f4")
    exact = iio.imwrite("<bytes>", noise, extension=".fz")
    np.testing.assert_array_equal(iio.imread(exact, extension=".fz"), noise)
    small = iio.imwrite(
        "<bytes>", noise, extension=".fits", compression="RICE_1", quantize_level=16
    )
    assert len(small) < len(exact)
    np.testing.assert_allclose(iio.imread(small), noise, atol=1)
    with fits.open(io.BytesIO(small)) as theirs:
        np.testing.assert_array_equal(iio.imread(small), theirs[1].data)


@pytest.mark.parametrize("method", ["RICE_1", "HCOMPRESS_1", "GZIP_1"])
def test_quantized_floats_beside_fitsio(tmp_path: Path, method: str) -> None:
    fitsio = pytest.importorskip("fitsio", reason="fitsio has no wheels for Windows")
    path = str(tmp_path / "a.fits")
    noise = np.random.default_rng(0).normal(0, 10, (64, 80)).astype("f4")
    noise[3, 5] = np.nan
    # A whole number of rows, as HCOMPRESS has it.
    iio.imwrite(path, noise, compression=method, quantize_level=16, tile=(16, 80))
    np.testing.assert_array_equal(fitsio.read(path, ext=1), iio.imread(path))
    fitsio.write(
        path, noise, compress=method, qlevel=16, qmethod=1, tile_dims=(16, 80), clobber=True
    )
    ours = iio.imread(path)
    np.testing.assert_array_equal(ours, fitsio.read(path, ext=1))
    assert np.isnan(ours[3, 5]) and np.nanmax(np.abs(ours - noise)) < 1


@pytest.mark.skipif(shutil.which("fitsverify") is None, reason="fitsverify is a Debian package")
def test_files_conform(tmp_path: Path) -> None:
    told = {"OBJECT": "M51", "COMMENT": ["a", "b"], "ESO DET X": 3, "GAIN": 1.5}
    for number, options in enumerate(({}, {"compression": "RICE_1", "name": "SCI"})):
        path = tmp_path / f"{number}.fits"
        images = [CUBE.astype(kind) for kind in ("u1", "i1", "u2", "i2", "u4", "i4")]
        images += [] if options else [CUBE.astype(kind) for kind in ("u8", "i8", "f4", "f8")]
        with iio.imopen(path, "w") as file:
            for image in images:
                file.write(image, metadata=told, checksum=True, **options)
        done = subprocess.run(["fitsverify", path], capture_output=True, text=True)
        assert "Verification found 0 warning(s) and 0 error(s)" in done.stdout, done.stdout


@pytest.mark.skipif(shutil.which("fpack") is None, reason="fpack is in Debian's libcfitsio-bin")
@pytest.mark.parametrize("method", ["-r", "-g2", "-h", "-p"])
def test_fpack_and_funpack(tmp_path: Path, method: str) -> None:
    path, image = tmp_path / "a.fits", CUBE.astype("i2")[0]
    iio.imwrite(path, image, metadata={"OBJECT": "M51"})
    packed = tmp_path / "a.fits.fz"
    subprocess.run(["fpack", method, "-w", path], check=True)
    np.testing.assert_array_equal(iio.imread(packed), image)
    assert iio.immeta(packed)["OBJECT"] == "M51"
    iio.imwrite(packed, image, metadata={"OBJECT": "M51"})
    path.unlink()
    subprocess.run(["funpack", packed], check=True)
    np.testing.assert_array_equal(iio.imread(path), image)
    assert iio.immeta(path)["OBJECT"] == "M51"


SLICES = st.builds(
    slice,
    st.none() | st.integers(-7, 7),
    st.none() | st.integers(-7, 7),
    st.none() | st.sampled_from([-3, -1, 1, 2]),
)


@settings(max_examples=80, deadline=None)
@given(
    array=hnp.arrays(
        st.sampled_from(["<i2", "<u2", "<f4"]), hnp.array_shapes(min_dims=1, max_dims=4, max_side=6)
    ),
    region=st.lists(SLICES, max_size=4).map(tuple),
    packed=st.booleans(),
)
def test_regions_are_those_of_numpy(
    array: np.ndarray, region: tuple[slice, ...], packed: bool
) -> None:
    region = region[: array.ndim]
    tile = tuple(max(1, n // 2) for n in array.shape)
    options = {"compression": "GZIP_2", "tile": tile} if packed else {}
    data = iio.imwrite("<bytes>", array, extension=".fits", **options)
    with iio.imopen(data, "r") as file:
        np.testing.assert_array_equal(file.read_region(region), array[region])
        np.testing.assert_array_equal(file.read(), array)


def scaled(**cards: Any) -> bytes:
    """Return a file whose numbers are scaled, its header written card by card."""
    unit = fits.PrimaryHDU(CUBE[0].astype("i2"))
    data = bytearray(saved(unit))
    for keyword, value in cards.items():
        unit.header[keyword] = value
    header = unit.header.tostring().encode()
    data[:2880] = header
    return bytes(data)


@pytest.mark.parametrize(
    "cards",
    [
        {"BSCALE": 0.5, "BZERO": 3.0},
        {"BSCALE": 2},
        {"BZERO": 32768},
        {"BZERO": 100},
        {"BLANK": 7},
        {"BSCALE": 0.1, "BZERO": -5, "BLANK": 7},
    ],
)
@pytest.mark.parametrize(
    "options",
    [{}, {"uint": False}, {"do_not_scale_image_data": True}, {"ignore_blank": True}],
    ids=str,
)
def test_scaling_is_that_of_astropy(cards: dict[str, Any], options: dict[str, bool]) -> None:
    data = scaled(**cards)
    with fits.open(io.BytesIO(data), **{"uint": True, **options}) as theirs:
        wanted = theirs[0].data
    found = iio.imread(data, **options)
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == wanted.dtype.newbyteorder("=")
    assert iio.improps(data, **options).dtype == found.dtype


def test_blank_zero_is_blank() -> None:
    found = iio.imread(scaled(BLANK=0))
    assert np.isnan(found).sum() == (CUBE[0] == 0).sum() > 0


def test_scaled_files_are_scaled_back() -> None:
    data = scaled(BSCALE=0.5, BZERO=3.0, BLANK=7)
    image = iio.imread(data)
    metadata = iio.immeta(data, exclude_applied=False)
    assert "BSCALE" not in iio.immeta(data)
    back = iio.imwrite("<bytes>", image, extension=".fits", metadata=metadata, scale_back=True)
    with fits.open(io.BytesIO(back), do_not_scale_image_data=True) as theirs:
        np.testing.assert_array_equal(theirs[0].data, CUBE[0])
        assert theirs[0].header["BITPIX"] == 16
    np.testing.assert_array_equal(iio.imread(back), image)
    with pytest.raises(iio.EncodeError, match="int16"):
        iio.imwrite("<bytes>", image * 1e6, extension=".fits", metadata=metadata, scale_back=True)
    with pytest.raises(iio.OptionError, match="BITPIX"):
        iio.imwrite("<bytes>", image, extension=".fits", scale_back=True)


@pytest.mark.parametrize("bitpix", [16, 32, 64, -32])
def test_scaled_numbers_are_packed_with_their_scale(bitpix: int) -> None:
    image = np.array([[-5.0, 1.0, 4.0], [0.5, 2.5, 7.0]], "f4" if abs(bitpix) <= 32 else "f8")
    told = {"BITPIX": bitpix, "BSCALE": 0.5, "BZERO": 3.0}
    back = iio.imwrite("<bytes>", image, extension=".fz", metadata=told, scale_back=True)
    assert np.array_equal(iio.imread(back, extension=".fz"), image)
    with fits.open(io.BytesIO(back)) as opened:
        assert np.array_equal(opened[1].data, image)


@pytest.mark.parametrize("extension", [".fits", ".fz"])
@pytest.mark.parametrize("kind", ["uint16", "uint32", "uint64"])
def test_unsigned_numbers_are_scaled_back_exactly(kind: str, extension: str) -> None:
    most = int(np.iinfo(kind).max)
    image = np.array([[most, most - 1], [most // 2 + 2, 5]], kind)
    plain = iio.imwrite("<bytes>", image, extension=".fits")
    told = iio.immeta(plain, index=0, exclude_applied=False)
    back = iio.imwrite("<bytes>", image, extension=extension, metadata=told, scale_back=True)
    assert np.array_equal(iio.imread(back, extension=extension), image)


def test_scaling_back_changes_nothing_in_silence() -> None:
    def write(image: np.ndarray, **told: float) -> bytes:
        told = {"BSCALE": 1, "BZERO": 0, **told}
        return iio.imwrite("<bytes>", image, extension=".fits", metadata=told, scale_back=True)

    for image in (np.array([[2**53 + 1, 0]]), np.array([[2.0**63, 0]])):
        with pytest.raises(iio.EncodeError, match="float64"):
            write(image, BITPIX=64)
    with pytest.raises(iio.EncodeError, match="BLANK"):
        write(np.array([[-5.0, np.nan]]), BITPIX=16, BLANK=-5)
    read = iio.imread(write(np.array([[-5.0, np.nan]]), BITPIX=64, BLANK=-(2**63)))
    assert np.array_equal(read, [[-5.0, np.nan]], equal_nan=True)


def several() -> bytes:
    column = fits.Column("x", "E", array=np.arange(3.0))
    return saved(
        fits.PrimaryHDU(),
        fits.ImageHDU(CUBE[0].astype("i2"), name="SCI", ver=1),
        fits.BinTableHDU.from_columns([column], name="EVENTS"),
        fits.ImageHDU(CUBE[1].astype("f4"), name="SCI", ver=2),
        fits.CompImageHDU(CUBE[2].astype("i4"), name="MASK"),
    )


def test_units_with_images_are_counted() -> None:
    data = several()
    with iio.imopen(data, "r") as file:
        assert file.count() == 3
    np.testing.assert_array_equal(iio.imread(data), CUBE[0])
    np.testing.assert_array_equal(iio.imread(data, index=-1), CUBE[2])
    for hdu, number in ((1, 0), (3, 1), (4, 2), ("sci", 0), (("SCI", 2), 1), ("MASK", 2)):
        np.testing.assert_array_equal(iio.imread(data, hdu=hdu), CUBE[number])
        assert iio.improps(data, hdu=hdu).shape == (9, 10)
    listed = iio.immeta(data, index=...)["hdus"]
    assert [h["name"] for h in listed] == ["PRIMARY", "SCI", "EVENTS", "SCI", "MASK"]
    assert [h["kind"] for h in listed][2:] == ["BINTABLE", "IMAGE", "COMPRESSED IMAGE"]
    for wrong in (0, 2, 9, "none", ("SCI", 3)):
        with pytest.raises(iio.OptionError, match="images are 1 'SCI'"):
            iio.imread(data, hdu=wrong)
    with pytest.raises(iio.OptionError, match="index="):
        iio.imread(data, hdu=1, index=1)
    with pytest.raises(iio.FrameIndexError):
        iio.imread(data, index=3)
    assert len(list(iio.imiter(data, disable_image_compression=True))) == 2
    with pytest.raises(iio.DecodeError, match="no image in 1 HDUs"):
        iio.imread(saved(fits.PrimaryHDU()))


def test_many_units_are_written(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    with iio.imopen(path, "w") as file:
        file.write(CUBE.astype("i2"), metadata={"EXPTIME": (1.5)})
        file.write(CUBE[0].astype("f8"), name="ERR", checksum=True)
        file.write(CUBE[1].astype("u2"), compression="RICE_1", name="DQ", checksum=True)
    with fits.open(path, checksum=True) as theirs:
        theirs.verify("exception")
        assert [h.name for h in theirs] == ["PRIMARY", "ERR", "DQ"]
        np.testing.assert_array_equal(theirs[0].data, CUBE)
        np.testing.assert_array_equal(theirs["DQ"].data, CUBE[1])
    assert len(list(iio.imiter(path, checksum=True))) == 3
    with iio.imopen(path, "w") as file:
        for number in range(3):
            file.write(CUBE[number].astype("i2"), name="SCI")
    np.testing.assert_array_equal(iio.imread(path, hdu=("SCI", 3)), CUBE[2])
    iio.imwrite(path, CUBE.astype("i2"), is_batch=True)
    assert iio.improps(path, index=...).shape == CUBE.shape and len(list(iio.imiter(path))) == 4


def test_cards_come_and_go() -> None:
    unit = fits.PrimaryHDU(CUBE[0].astype("i2"))
    unit.header["OBJECT"] = ("M 51", "the whirlpool")
    unit.header["HIERARCH ESO TEL AIRM"] = 1.25
    unit.header["LONG"] = "x" * 150
    unit.header["FLAG"] = True
    unit.header["NOTHING"] = None
    unit.header["CTYPE1"], unit.header["CRVAL1"] = "RA---TAN", 202.47
    unit.header["COMMENT"] = "one"
    unit.header["COMMENT"] = "two"
    unit.header["HISTORY"] = "bias"
    data = saved(unit)
    found = iio.immeta(data)
    assert found["OBJECT"] == "M 51" and found["card_comments"]["OBJECT"] == "the whirlpool"
    assert found["ESO TEL AIRM"] == 1.25 and found["LONG"] == "x" * 150
    assert found["FLAG"] is True and found["NOTHING"] is None
    assert found["COMMENT"] == ["one", "two"] and "NAXIS1" not in found
    assert iio.immeta(data, exclude_applied=False)["NAXIS1"] == 10
    for options in ({}, {"compression": "RICE_1"}):
        again = iio.imwrite(
            "<bytes>", iio.imread(data), extension=".fits", metadata=found, **options
        )
        assert iio.immeta(again) == found
        with fits.open(io.BytesIO(again)) as theirs:
            theirs.verify("exception")
            header = theirs[-1].header
            assert header["ESO TEL AIRM"] == 1.25 and header.comments["OBJECT"] == "the whirlpool"


def test_cards_that_do_not_conform_are_kept_as_they_stand() -> None:
    unit = fits.PrimaryHDU(CUBE[0].astype("i2"))
    text = unit.header.tostring()
    text = text[: text.index("END" + " " * 77)]
    cards = {
        "FOO     = abc def": ("FOO", "abc def"),
        "BAR     = 'unclosed": ("BAR", "'unclosed"),
        "UNIT    = '\xb5m'": ("UNIT", "\xb5m"),
        "EXP     = 1.5D3": ("EXP", 1500.0),
        "HIERARCH ESO X Y = 3 / remark": ("ESO X Y", 3),
        "CPLX    = (1.0, 2.0)": ("CPLX", 1 + 2j),
    }
    odd = ["NOVAL", "lower   =  5", "=bad"]
    header = text + "".join(c.ljust(80) for c in (*cards, *odd)) + "END"
    data = header.ljust(2880).encode("latin-1") + saved(unit)[2880:]
    np.testing.assert_array_equal(iio.imread(data), CUBE[0])
    found = iio.immeta(data)
    assert {name: found[name] for name, _ in cards.values()} == dict(cards.values())
    assert found["COMMENT"] == odd
    # What is no value for a card is told when it is written.
    with pytest.warns(iio.MetadataWarning, match="UNIT"):
        iio.imwrite("<bytes>", CUBE[0].astype("i2"), extension=".fits", metadata=found)


@pytest.mark.parametrize("cards", range(25, 40))
def test_headers_of_any_length(cards: int) -> None:
    unit = fits.PrimaryHDU(CUBE[0].astype("i2"))
    for number in range(cards):
        unit.header[f"KEY{number}"] = number
    data = saved(unit, fits.ImageHDU(CUBE[1].astype("i2")))
    np.testing.assert_array_equal(iio.imread(data, index=0), CUBE[0])
    np.testing.assert_array_equal(iio.imread(data, index=1), CUBE[1])
    again = iio.imwrite(
        "<bytes>", list(CUBE.astype("i2")), extension=".fits", metadata=iio.immeta(data)
    )
    with fits.open(io.BytesIO(again)) as theirs:
        np.testing.assert_array_equal([h.data for h in theirs], CUBE)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_in_cards_keep_every_digit(value: float) -> None:
    metadata = {"CD1_1": value, "card_comments": {"CD1_1": "a remark"}}
    data = iio.imwrite("<bytes>", CUBE[0].astype("i2"), extension=".fits", metadata=metadata)
    assert iio.immeta(data) == metadata
    with fits.open(io.BytesIO(data)) as theirs:
        assert theirs[0].header["CD1_1"] == value


REAL = sorted((Path(fits.__file__).parent / "tests/data").glob("*.fits"))


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
def test_real_files_that_come_with_astropy(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are damaged on purpose
        with fits.open(path) as opened:
            kinds = fits.PrimaryHDU, fits.ImageHDU, fits.CompImageHDU
            wanted = [h.data for h in opened if isinstance(h, kinds) and h.size]
            wanted = [w for w in wanted if w.dtype.names is None]  # random groups
        if not wanted:
            with pytest.raises(iio.DecodeError, match="no image"):
                iio.imread(path)
            return
        found = list(iio.imiter(path))
        assert len(found) == len(wanted)
        for ours, theirs in zip(found, wanted, strict=True):
            assert ours.dtype == theirs.dtype.newbyteorder("=")
            np.testing.assert_array_equal(ours, theirs)


def test_records_in_cards() -> None:
    unit = fits.PrimaryHDU(CUBE[0].astype("i2"))
    unit.header["DP1"] = "NAXES: 2"
    unit.header.append(("DP1", "AXIS.1: 1"))
    found = iio.immeta(saved(unit))
    assert found == {"DP1.NAXES": 2.0, "DP1.AXIS.1": 1.0}
    data = iio.imwrite("<bytes>", CUBE[0].astype("i2"), extension=".fits", metadata=found)
    assert iio.immeta(data) == found


def test_what_no_card_holds_is_told() -> None:
    image = CUBE[0].astype("i2")
    for name, value in (
        ("exposure_time", 1.0),
        ("NESTED", {"a": 1}),
        ("BAD", float("nan")),
        ("TEXT", "µm"),
        ("ARRAY", np.arange(3)),
        ("COMMENT", [1, 2]),
        ("HUGE", 10**90),
        ("ESO " + "LONG " * 14 + "X", 1),
        ("ESO " + "LONG " * 11 + "X", 123456789012345),
        ("card_comments", {"GAIN": "x" * 60, "A": 1}),
        ("card_comments", {"GAIN": "µ"}),
    ):
        with pytest.warns(iio.MetadataWarning, match=name):
            data = iio.imwrite(
                "<bytes>", image, extension=".fits", metadata={"GAIN": 1, name: value}
            )
        assert iio.immeta(data) == {"GAIN": 1}
    data = iio.imwrite("<bytes>", image, extension=".fits", metadata={"gain": np.float32(2)})
    assert iio.immeta(data) == {"GAIN": 2.0}


def test_world_coordinates_and_headers() -> None:
    metadata = {
        "CTYPE1": "RA---TAN", "CRVAL1": 10.0, "CRPIX1": 1.0, "CDELT1": -0.1, "CUNIT1": "deg",
        "CTYPE2": "DEC--TAN", "CRVAL2": 20.0, "CRPIX2": 1.0, "CDELT2": 0.1, "CUNIT2": "deg",
    }  # fmt: skip
    data = iio.imwrite("<bytes>", CUBE[0].astype("i2"), extension=".fits", metadata=metadata)
    with iio.imopen(data, "r") as file:
        ra, dec = file.wcs().wcs_pix2world(0, 0, 0)
        assert file.header()["NAXIS1"] == 10
    np.testing.assert_allclose((ra, dec), (10, 20))


def test_files_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    iio.imwrite(path, CUBE.astype("f4"))
    mapped = iio.imread(path, memmap=True)
    assert isinstance(mapped, np.memmap) and mapped.dtype == iio.improps(path, memmap=True).dtype
    np.testing.assert_array_equal(mapped, CUBE)
    del mapped
    iio.imwrite(path, CUBE.astype("u2"))
    with pytest.raises(iio.OptionError, match="do_not_scale"):
        iio.imread(path, memmap=True)
    assert iio.imread(path, memmap=True, do_not_scale_image_data=True).dtype == ">i2"
    iio.imwrite(path, CUBE.astype("i2"), compression="RICE_1")
    with pytest.raises(iio.OptionError, match="compressed"):
        iio.imread(path, memmap=True)


def test_gzipped_files(tmp_path: Path) -> None:
    path = tmp_path / "a.fits.gz"
    iio.imwrite(path, [CUBE.astype("i2"), CUBE[0].astype("f4")], metadata={"OBJECT": "M51"})
    with fits.open(path) as theirs:
        np.testing.assert_array_equal(theirs[0].data, CUBE)
        np.testing.assert_array_equal(theirs[1].data, CUBE[0])
    np.testing.assert_array_equal(iio.imread(path, index=1), CUBE[0])
    assert iio.immeta(path) == {"OBJECT": "M51"}
    with pytest.raises(iio.OptionError, match="gzipped"):
        iio.imread(path, memmap=True)
    data = path.read_bytes()
    for damaged in (data[:-9], data[:60], data[:40] + bytes(20) + data[60:]):
        with pytest.raises(iio.DecodeError):
            iio.imread(damaged, extension=".fits.gz")
    bomb = gzip.compress(saved(fits.PrimaryHDU(CUBE.astype("i2"))) + bytes(3_000_000))
    with iio.limits(body_bytes="1MiB"), pytest.raises(iio.LimitError):
        iio.imread(bomb, extension=".fits.gz")


def read_so_far() -> int:
    """Return how many bytes this process has read with system calls."""
    for line in Path("/proc/self/io").read_text().splitlines():
        if line.startswith("rchar:"):
            return int(line.split()[1])
    raise AssertionError


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs Linux's /proc/self/io")
@pytest.mark.parametrize("kind", [">f4", ">i2"])
def test_a_section_of_a_large_file_reads_only_its_rows(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "large.fits"
    width, itemsize = 10_000, np.dtype(kind).itemsize
    height = 4_000_000_000 // width // itemsize
    header = fits.Header()
    header["SIMPLE"], header["BITPIX"], header["NAXIS"] = True, {2: 16, 4: -32}[itemsize], 2
    header["NAXIS1"], header["NAXIS2"] = width, height
    rows = np.arange(100 * width).astype(kind).reshape(100, width)
    first = height // 2
    with path.open("wb") as file:
        file.write(header.tostring().encode())
        file.seek(2880 + first * width * itemsize)
        file.write(rows.tobytes())
        file.truncate(2880 + -(-width * height * itemsize // 2880) * 2880)
    assert path.stat().st_size >= 4_000_000_000
    iio.imread(saved(fits.PrimaryHDU(CUBE)))  # imports are no part of it
    before = read_so_far()
    with iio.imopen(path, "r") as session:
        section = session.read_region((slice(first, first + 100),))
    assert read_so_far() - before <= rows.nbytes + 1_000_000 <= 5_000_000
    np.testing.assert_array_equal(section, rows)
    before = read_so_far()
    with iio.imopen(path, "r") as session:
        column = session.read_region((slice(first, first + 100), slice(500, 510)))
    assert read_so_far() - before < 3_000_000
    np.testing.assert_array_equal(column, rows[:, 500:510])


@pytest.mark.parametrize("packed", [False, True])
def test_a_section_fetches_only_its_rows(monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    for name in ("IIO_NO_INTERNET", "IMAGEIO_NO_INTERNET", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    image = np.random.default_rng(9).integers(0, 30_000, (2000, 2000)).astype("i2")
    options = {"compression": "RICE_1"} if packed else {}
    data = iio.imwrite("<bytes>", image, extension=".fits", **options)
    with FileServer() as server:
        url = server.serve("/a.fits", data, ranges=True)
        with iio.imopen(url, "r") as file:
            part = file.read_region(np.s_[1000:1020])
        np.testing.assert_array_equal(part, image[1000:1020])
        assert server.sent < len(data) // 4, f"{server.sent} of {len(data)} bytes"


def test_checksums_are_compared() -> None:
    good = saved(fits.PrimaryHDU(CUBE.astype("i2")), checksum=True)
    assert iio.imread(good, checksum=True).shape == CUBE.shape
    for place in (2880 + 50, 2880 - 200):
        bad = bytearray(good)
        bad[place] ^= 1 if place > 2880 else 0x20 ^ ord("X")
        assert iio.imread(bytes(bad)).shape == CUBE.shape
        assert iio.imread(bytes(bad), checksum="remove").shape == CUBE.shape
        with pytest.raises(iio.DecodeError, match="SUM"):
            iio.imread(bytes(bad), checksum=True)
    with pytest.raises(iio.OptionError, match="checksum"):
        iio.imread(good, checksum="maybe")


def header_of(**cards: Any) -> bytes:
    header = fits.Header()
    header["SIMPLE"], header["BITPIX"], header["NAXIS"] = True, 16, 2
    header["NAXIS1"], header["NAXIS2"] = 10, 9
    header.update(cards)
    return header.tostring().encode()


@pytest.mark.parametrize(
    "cards",
    [
        {"NAXIS1": -10},
        {"NAXIS1": 10**9, "NAXIS2": 10**9},
        {"NAXIS1": 2**62, "NAXIS2": 2**62},
        {"NAXIS1": "ten"},
        {"NAXIS1": 10.5},
        {"NAXIS": -1},
        {"NAXIS": 1000},
        {"NAXIS": 3},
        {"NAXIS": 999},
        {"BITPIX": 17},
        {"BITPIX": 0},
        {"PCOUNT": -5},
        {"GCOUNT": -1},
        {"BSCALE": "much"},
    ],
    ids=str,
)
def test_headers_that_lie_are_errors(cards: dict[str, Any]) -> None:
    data = header_of(**cards) + bytes(2880)
    for call in (iio.imread, lambda data: list(iio.imiter(data))):
        with pytest.raises((iio.DecodeError, iio.LimitError)):
            call(data)


def test_packed_images_that_lie_are_errors() -> None:
    good = saved(fits.PrimaryHDU(), fits.CompImageHDU(CUBE[0].astype("i2"), tile_shape=(3, 5)))
    for keyword, old, new in (
        ("ZNAXIS1", 10, 10**9),
        ("ZNAXIS2", 9, -9),
        ("ZNAXIS2", 9, 18),
        ("ZTILE1", 5, 2**40),
        ("ZTILE1", 5, 0),
        ("ZBITPIX", 16, 12),
        ("ZNAXIS", 2, 1),
    ):
        card = f"{keyword:8}= {old:20}".encode()
        assert card in good
        with pytest.raises((iio.DecodeError, iio.LimitError)):
            iio.imread(good.replace(card, f"{keyword:8}= {new:20}".encode()))


def test_a_header_without_end() -> None:
    header = fits.PrimaryHDU(CUBE.astype("i2")).header.tostring().encode()
    data = header[: header.index(b"END" + b" " * 77)]
    with pytest.raises(iio.DecodeError, match="ignore_missing_end"):
        iio.immeta(data)
    assert iio.improps(data, ignore_missing_end=True).shape == CUBE.shape
    with pytest.raises(iio.DecodeError, match="ends"):
        iio.imread(data, ignore_missing_end=True)
    endless = b"SIMPLE  =                    T".ljust(80) + b"COMMENT ".ljust(80) * 200_000
    with iio.limits(metadata_bytes="1MiB"), pytest.raises(iio.LimitError, match="longer than"):
        iio.imread(endless)


def test_what_is_no_fits_is_told(tmp_path: Path) -> None:
    for data in (b"SIMPLE  =                    F".ljust(2880), b"SIMPLE  = nothing".ljust(2880)):
        with pytest.raises(iio.DecodeError):
            iio.imread(data, extension=".fits")
    with pytest.raises(iio.IIOError):
        iio.imread(b"nothing like it" * 300, extension=".fits")
    good = saved(fits.PrimaryHDU(CUBE.astype("i2")))
    junk = good + b"\0" * 5000  # what follows the last unit is not specified
    assert len(list(iio.imiter(junk))) == 1


def test_what_cannot_be_written_is_refused() -> None:
    image = CUBE[0].astype("i2")
    for unfit in (image.astype("f2"), image.astype("c8"), image > 3, image[:0]):
        with pytest.raises(iio.EncodeError):
            iio.imwrite("<bytes>", unfit, extension=".fits")
    for options in (
        {"compression": "LZW"},
        {"tile": (1, 2)},
        {"quantize_level": 4},
        {"compression": "RICE_1", "quantize_level": 4},
        {"compression": "RICE_1", "tile": (1, 2, 3)},
        {"compression": "RICE_1", "tile": (0, 2)},
        {"compression": "RICE_1", "hcomp_scale": 1.0},
    ):
        with pytest.raises(iio.OptionError):
            iio.imwrite("<bytes>", image, extension=".fits", **options)


def test_the_name_and_options_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.fits"
    path.write_bytes(several())
    with v2.get_reader(path, format="FITS", cache=True, scale_back=True, uint16=True) as reader:
        assert len(reader) == 3
        np.testing.assert_array_equal(reader.get_data(1), CUBE[1])
    np.testing.assert_array_equal(v2.imread(path, format="fits"), CUBE[0])
    np.testing.assert_array_equal(v2.imread(path, hdu="MASK"), CUBE[2])
    data = scaled(BZERO=32768)
    assert v2.imread(data, format="FITS").dtype == np.uint16
    assert v2.imread(data, format="FITS", uint16=False).dtype == np.float32
    assert v2.imread(data, format="FITS", do_not_scale_image_data=True).dtype == np.int16
    volume = tmp_path / "v.fits"
    v2.volwrite(volume, CUBE.astype("f4"))
    np.testing.assert_array_equal(v2.volread(volume), CUBE)


def test_the_real_file(real: Path) -> None:
    path = real / "simple.fits"
    with fits.open(path) as theirs:
        np.testing.assert_array_equal(iio.imread(path), theirs[0].data)
        found = iio.immeta(path)
        for keyword in ("OBJECT", "DATE-OBS", "ITIME", "IRAF-MAX"):
            assert found[keyword] == theirs[0].header[keyword]
