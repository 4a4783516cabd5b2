"""NumPy's files beside NumPy itself; damaged ones; names; regions; maps."""

from __future__ import annotations

import io
import itertools
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import iio_core as iio
import iio_core.v2 as v2

IMAGE = np.arange(60, dtype=np.int32).reshape(3, 4, 5)
DTYPES = ["?", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"]


def saved(packed: bool = False, **arrays: np.ndarray) -> bytes:
    sink = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(sink, **arrays)
    return sink.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    array=hnp.arrays(
        st.sampled_from([f"{order}{kind}" for kind in DTYPES for order in "<>"]),
        hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    ),
    fortran=st.booleans(),
    packed=st.booleans(),
)
def test_what_numpy_saves_is_read_and_the_other_way_round(
    array: np.ndarray, fortran: bool, packed: bool
) -> None:
    array = np.asfortranarray(array) if fortran else array
    back = iio.imread(saved(packed, x=array), extension=".npz", name="x")
    assert back.dtype == array.dtype.newbyteorder("=") and back.dtype.isnative
    np.testing.assert_array_equal(back, array)
    written = iio.imwrite(
        "<bytes>", array, extension=".npz", compression="zlib" if packed else "no"
    )
    np.testing.assert_array_equal(np.load(io.BytesIO(written))["arr_0"], array)
    single = iio.imwrite("<bytes>", array, extension=".npy")
    np.testing.assert_array_equal(np.load(io.BytesIO(single)), array)
    np.testing.assert_array_equal(iio.imread(single), array)


SLICES = st.builds(
    slice,
    st.none() | st.integers(-7, 7),
    st.none() | st.integers(-7, 7),
    st.none() | st.sampled_from([-3, -2, -1, 1, 2, 3]),
)


@settings(max_examples=150, deadline=None)
@given(
    array=hnp.arrays("<i2", hnp.array_shapes(min_dims=1, max_dims=4, max_side=6)),
    region=st.lists(SLICES, max_size=4).map(tuple),
    kind=st.sampled_from(["npy", "stored", "packed"]),
    fortran=st.booleans(),
)
def test_regions_are_those_of_numpy(
    array: np.ndarray, region: tuple[slice, ...], kind: str, fortran: bool
) -> None:
    region = region[: array.ndim]
    given_array = np.asfortranarray(array) if fortran else array
    sink = io.BytesIO()
    if kind == "npy":
        np.save(sink, given_array)
    else:
        sink.write(saved(kind == "packed", x=given_array))
    extension = ".npy" if kind == "npy" else ".npz"
    with iio.imopen(sink.getvalue(), "r", extension=extension) as file:
        part = file.read_region(region, index=0)
    np.testing.assert_array_equal(part, array[region])
    assert part.flags.c_contiguous and part.flags.writeable


def test_structured_arrays_texts_and_times_are_read() -> None:
    table = np.array([(1, 2.5, "ab"), (3, 4.5, "c")], "i4, >f8, U3")
    times = np.array(["2020-01-01", "2021-02-03"], "M8[D]")
    data = saved(table=table, times=times)
    np.testing.assert_array_equal(iio.imread(data, extension=".npz", name="times"), times)
    back = iio.imread(data, extension=".npz", name="table")
    assert back.tolist() == table.tolist()


@pytest.mark.parametrize("packed", [False, True])
def test_fields_that_are_arrays_are_read_in_native_order(packed: bool) -> None:
    # NumPy says of such a dtype that it is native, whatever the order of the field.
    table = np.zeros(3, [("x", "<i4"), ("y", ">f8", 2)])
    table["y"] = np.arange(6).reshape(3, 2)
    data = saved(packed, table=table)
    back = iio.imread(data, extension=".npz")
    assert back.dtype == table.dtype.newbyteorder("=") == iio.improps(data, extension=".npz").dtype
    np.testing.assert_array_equal(back["y"], table["y"])


def test_arrays_have_names(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with iio.imopen(path, "w") as file:
        file.write(IMAGE, name="left")
        file.write(IMAGE + 1, metadata={"name": "right"})
        file.write(IMAGE + 2)
        with pytest.raises(iio.EncodeError, match="already"):
            file.write(IMAGE, name="left")
    assert iio.immeta(path, index=...) == {"names": ["left", "right", "arr_2"]}
    assert iio.immeta(path, index=1) == {"name": "right"}
    np.testing.assert_array_equal(iio.imread(path, name="right"), IMAGE + 1)
    np.testing.assert_array_equal(iio.imread(path, index=-1), IMAGE + 2)
    assert iio.improps(path, name="left").shape == IMAGE.shape
    with pytest.raises(iio.OptionError, match="'left'"):
        iio.imread(path, name="middle")
    with pytest.raises(iio.OptionError, match="index="):
        iio.imread(path, name="left", index=1)


def test_an_array_is_one_image_and_a_list_several(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    iio.imwrite(path, IMAGE)
    assert iio.improps(path).shape == IMAGE.shape
    iio.imwrite(path, IMAGE, is_batch=True)
    assert len(list(iio.imiter(path))) == 3
    iio.imwrite(path, list(IMAGE))
    np.testing.assert_array_equal(iio.imread(path, index=...), IMAGE)
    with pytest.raises(iio.EncodeError, match="one array"):
        iio.imwrite(tmp_path / "a.npy", list(IMAGE))


def test_other_members_of_an_archive_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=IMAGE)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("readme.txt", "hello")
    assert iio.immeta(path, index=...) == {"names": ["a"]}


@pytest.mark.parametrize("name", ["a.npy", "a.npz"])
def test_files_are_mapped(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    big = np.arange(100_000, dtype=">u4").reshape(250, 400)
    for array in (IMAGE, np.asfortranarray(IMAGE), big):
        if name.endswith("npy"):
            np.save(path, array)
        else:
            np.savez(path, array)
        before = path.read_bytes()
        mapped = iio.imread(path, memmap=True)
        assert isinstance(mapped, np.memmap)
        assert iio.improps(path, memmap=True).dtype == mapped.dtype
        np.testing.assert_array_equal(mapped, array)
        mapped[...] = 0
        del mapped
        assert path.read_bytes() == before


def test_what_cannot_be_mapped_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, IMAGE)
    with pytest.raises(iio.OptionError, match="compressed"):
        iio.imread(path, memmap=True)
    np.save(tmp_path / "a.npy", IMAGE)
    with pytest.raises(iio.OptionError, match="not a file"):
        iio.imread((tmp_path / "a.npy").read_bytes(), memmap=True)


class _Bomb:
    def __reduce__(self) -> Any:
        return (pytest.fail, ("a pickle was loaded",))


@pytest.mark.parametrize("packed", [False, True])
def test_pickles_are_never_loaded(packed: bool) -> None:
    objects = np.array([_Bomb(), None], dtype=object)
    sink = io.BytesIO()
    np.save(sink, objects, allow_pickle=True)
    for data, extension in ((sink.getvalue(), ".npy"), (saved(packed, x=objects), ".npz")):
        with pytest.raises(iio.DecodeError, match="Python objects"):
            iio.imread(data, extension=extension)
    with pytest.raises((iio.DecodeError, iio.NoPluginError)):
        iio.imread(pickle.dumps(_Bomb()), extension=".npy")


def npy(header: str, version: bytes = b"\1\0", body: bytes = bytes(64)) -> bytes:
    text = header.encode() + b"\n"
    size = 2 if version == b"\1\0" else 4
    return b"\x93NUMPY" + version + len(text).to_bytes(size, "little") + text + body


GOOD = "{'descr': '<i4', 'fortran_order': False, 'shape': (4, 4)}"


def test_headers_of_every_version_are_read() -> None:
    for version in (b"\1\0", b"\2\0", b"\3\0"):
        assert iio.imread(npy(GOOD, version)).shape == (4, 4)
    old = npy("{'descr': '<i4', 'fortran_order': False, 'shape': (4L, 4L)}")
    assert iio.imread(old).shape == (4, 4)


@pytest.mark.parametrize(
    "data",
    [
        npy(GOOD, b"\4\0"),
        npy(GOOD.replace("(4, 4)", "(4, -4)")),
        npy(GOOD.replace("(4, 4)", "(4, 5)")),
        npy(GOOD.replace("(4, 4)", f"(0, {10**30})")),
        npy(GOOD.replace("(4, 4)", f"(0, {2**40}, {2**40})")),
        npy(GOOD.replace("(4, 4)", f"({'1, ' * 70})"), body=bytes(4)),
        npy(GOOD.replace("(4, 4)", "(4.0, 4)")),
        npy(GOOD.replace("(4, 4)", "(True, 4)")),
        npy(GOOD.replace("(4, 4)", "[4, 4]")),
        npy(GOOD.replace("<i4", "no")),
        npy(GOOD.replace("'<i4'", "('<i4', (2,))")),
        npy(GOOD.replace("False", "0")),
        npy(GOOD.replace("descr", "dtype")),
        npy("__import__('os').abort()"),
        npy("(" * 5000),
        npy("[" * 60 + "]" * 60),
        npy("{'descr': '<i4'}"),
        npy(GOOD, b"\2\0")[:8] + b"\xff\xff\xff\x7f" + GOOD.encode(),
        npy(GOOD)[:20],
    ],
)
def test_damaged_headers_are_errors(data: bytes) -> None:
    with pytest.raises(iio.DecodeError) as caught:
        iio.imread(data)
    assert "could not be decoded" not in str(caught.value)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.npy", data)
    with pytest.raises(iio.DecodeError):
        iio.imread(sink.getvalue(), extension=".npz")


@pytest.mark.parametrize("packed", [False, True])
def test_a_region_of_a_number_is_the_number(packed: bool) -> None:
    data = saved(packed, a=np.array(7, np.int16))
    with iio.imopen(data, "r", extension=".npz") as file:
        assert file.read_region((), index=0).tolist() == 7
        with pytest.raises(iio.OptionError, match="more axes"):
            file.read_region((slice(None),), index=0)


@pytest.mark.parametrize("packed", [False, True])
def test_damaged_archives_are_told_of_in_words_of_ours(packed: bool) -> None:
    data = saved(packed, a=IMAGE)
    local = data.index(b"PK\x03\x04")
    for damaged in (
        data[:-10],
        data[:local] + b"XX" + data[local + 2 :],
        data[:60] + bytes([data[60] ^ 255]) + data[61:],
        data[:80] + data[81:],
    ):
        with pytest.raises(iio.DecodeError, match=r"damaged|no NumPy array") as caught:
            iio.imread(damaged, extension=".npz", plugin="npz")
        assert "could not be decoded" not in str(caught.value)


def test_a_damaged_array_is_not_taken_for_an_archive() -> None:
    with pytest.raises(iio.DecodeError, match="no NumPy array"):
        iio.imread(b"X" + npy(GOOD)[1:], extension=".npy", plugin="npz")


def test_what_is_declared_is_not_believed() -> None:
    huge = npy(GOOD.replace("(4, 4)", "(100000, 100000)"))
    with pytest.raises(iio.IIOError):
        iio.imread(huge)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        sink = io.BytesIO()
        with zipfile.ZipFile(sink, "w", method) as archive:
            archive.writestr("a.npy", huge)
        with pytest.raises(iio.DecodeError, match="declares an array of 40000000000 bytes"):
            iio.improps(sink.getvalue(), extension=".npz")


def test_a_real_bomb_is_a_matter_of_limits() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", npy(GOOD.replace("(4, 4)", "(4, 1048576)"), body=bytes(16 << 20)))
    with iio.limits(array_bytes="1MiB", ratio=10):
        with pytest.raises(iio.LimitError):
            iio.imread(sink.getvalue(), extension=".npz")
        assert iio.improps(sink.getvalue(), extension=".npz").shape == (4, 1 << 20)
        with iio.imopen(sink.getvalue(), "r", extension=".npz") as file:
            assert file.read_region((slice(0, 4), slice(7, 9))).shape == (4, 2)


def test_a_directory_of_thousands_is_a_matter_of_limits() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(3000):
            archive.writestr(f"{number}.npy", b"")
    with iio.limits(metadata_bytes="1MiB"), pytest.raises(iio.LimitError, match="directory"):
        iio.immeta(sink.getvalue(), extension=".npz", index=...)
    assert len(iio.immeta(sink.getvalue(), extension=".npz", index=...)["names"]) == 3000


def test_other_compressions_and_secrets_are_refused() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.npy", npy(GOOD))
    with pytest.raises(iio.DecodeError, match="method 14"):
        iio.imread(sink.getvalue(), extension=".npz")
    data = bytearray(saved(a=IMAGE))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    with pytest.raises(iio.DecodeError, match="encrypted"):
        iio.imread(bytes(data), extension=".npz")


def test_a_wrong_checksum_is_an_error() -> None:
    data = bytearray(saved(a=IMAGE))
    data[data.index(IMAGE.tobytes()) + 10] ^= 1
    with pytest.raises(iio.DecodeError, match="CRC"):
        iio.imread(bytes(data), extension=".npz")


def test_archives_of_zip_are_not_taken_for_arrays(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "hello")
    with pytest.raises(iio.NoPluginError):
        iio.imread(path, extension=".zip")
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    with pytest.raises(iio.FrameIndexError, match="0 arrays"):
        iio.imread(empty.getvalue(), extension=".npz")


def test_metadata_has_no_room() -> None:
    for extension in (".npy", ".npz"):
        with pytest.warns(iio.MetadataWarning, match="gain"):
            iio.imwrite("<bytes>", IMAGE, extension=extension, metadata={"gain": 2})


def test_a_region_of_a_large_file_reads_little_of_it(tmp_path: Path) -> None:
    path = tmp_path / "big.npy"
    with path.open("wb") as file:
        file.write(npy(GOOD.replace("(4, 4)", "(100000, 10000)"), body=b""))
        file.truncate(4_000_000_000 + 200)
    with iio.imopen(path, "r") as session:
        assert session.read_region((slice(50_000, 50_100),)).shape == (100, 10_000)
        assert session.read_region((slice(None, None, 1000), slice(0, 2))).shape == (100, 2)


def test_the_names_of_imageio(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    v2.volwrite(path, IMAGE, format="NPZ")
    np.testing.assert_array_equal(v2.volread(path), IMAGE)
    v2.mimwrite(path, list(IMAGE), format="npz")
    np.testing.assert_array_equal(np.stack(v2.mimread(path)), IMAGE)
    v2.imwrite(path, IMAGE[0].astype(">f8"))
    np.testing.assert_array_equal(v2.imread(path, format="NPZ"), IMAGE[0])


def test_the_real_archive(real: Path) -> None:
    path = real / "stent.npz"
    volume = v2.volread(path)
    np.testing.assert_array_equal(volume, np.load(path)["arr_0"])
    with iio.imopen(path, "r") as file:
        for region in itertools.product((slice(3, 4), slice(None, None, 50)), (slice(5, 9),)):
            np.testing.assert_array_equal(file.read_region(region), volume[region])
