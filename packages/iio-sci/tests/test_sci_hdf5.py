"""HDF5 against h5py alone and HDF5's own program; regions, links to elsewhere, refusals."""

from __future__ import annotations

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

h5py = pytest.importorskip("h5py", reason="pip install iio-sci[hdf5]")

import iio_core as iio  # noqa: E402
import iio_core.v2 as v2  # noqa: E402

KINDS = (
    *("bool", "u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"),
    *(">u2", ">i4", ">f4", ">f8"),
)
CUBE = np.random.default_rng(2).integers(0, 60000, (7, 20, 30)).astype(np.uint16)


def stored(fill: Any) -> bytes:
    """Return a file that a function has filled."""
    sink = io.BytesIO()
    with h5py.File(sink, "w") as file:
        fill(file)
    return sink.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_every_dtype_as_h5py_wrote_it(kind: str) -> None:
    values = (np.arange(60).reshape(3, 4, 5) % 2).astype(kind)
    data = stored(lambda file: file.create_dataset("a", data=values))
    image = iio.imread(data)
    assert image.dtype == values.dtype.newbyteorder("=") == iio.improps(data).dtype
    assert image.dtype.isnative
    np.testing.assert_array_equal(image, values)


@pytest.mark.parametrize("kind", KINDS[:14])
@pytest.mark.parametrize("shape", [(4,), (5, 6), (2, 3, 4, 5), ()])
def test_h5py_reads_what_is_written(kind: str, shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(1).integers(0, 2, shape).astype(kind)
    data = iio.imwrite("<bytes>", values, extension=".h5")
    with h5py.File(io.BytesIO(data), "r") as file:
        assert file["image_0000"].dtype == values.dtype
        np.testing.assert_array_equal(file["image_0000"][...], values)


@pytest.mark.parametrize(
    "options",
    [
        {"compression": "gzip", "compression_level": 9},
        {"compression": "lzf"},
        {"chunks": (2, 5, 7)},
        {"chunks": True, "shuffle": True, "fletcher32": True, "compression": "gzip"},
    ],
    ids=str,
)
def test_ways_of_storing(options: dict[str, Any]) -> None:
    data = iio.imwrite("<bytes>", CUBE, extension=".h5", **options)
    np.testing.assert_array_equal(iio.imread(data), CUBE)
    with h5py.File(io.BytesIO(data), "r") as file:
        stored_as = file["image_0000"]
        assert stored_as.compression == options.get("compression")
        assert stored_as.shuffle == options.get("shuffle", False)
        assert stored_as.fletcher32 == options.get("fletcher32", False)
        assert stored_as.chunks is not None


def test_hdf5s_own_program_reads_it(tmp_path: Path) -> None:
    program = shutil.which("h5dump")
    if program is None:
        pytest.skip("h5dump is not here: apt-get install hdf5-tools")
    path = tmp_path / "a.h5"
    iio.imwrite(path, np.arange(6, dtype="i4").reshape(2, 3), dataset="entry/data")
    run = subprocess.run([program, "-d", "/entry/data", str(path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "(0,0): 0, 1, 2," in run.stdout and "(1,0): 3, 4, 5" in run.stdout


def test_images_are_counted_in_order() -> None:
    def fill(file: Any) -> None:
        file["b/picture"] = CUBE
        file["a/line"] = np.arange(5)
        file["a/plane"] = CUBE[0]
        file["text"] = "words"
        file["table"] = np.zeros(3, [("x", "i4"), ("y", "f4")])
        file["nothing"] = h5py.Empty("f4")
        file["again"] = h5py.SoftLink("/a/plane")
        file["hard"] = file["a/plane"]

    data = stored(fill)
    assert [image.shape for image in iio.imiter(data)] == [(20, 30), (7, 20, 30)]
    assert iio.immeta(data, index=0)["name"] == "/a/plane"
    np.testing.assert_array_equal(iio.imread(data, dataset="/a/line"), np.arange(5))
    np.testing.assert_array_equal(iio.imread(data, dataset="again"), CUBE[0])
    listed = iio.immeta(data, index=...)["datasets"]
    assert listed["/b/picture"] == {"shape": (7, 20, 30), "dtype": "uint16"}
    with pytest.raises(iio.OptionError, match="/a/plane"):
        iio.imread(data, dataset="c")
    with pytest.raises(iio.OptionError, match="one of them"):
        iio.imread(data, dataset="/a/line", index=0)
    for name in ("text", "table", "nothing"):
        with pytest.raises(iio.DecodeError, match="no image"):
            iio.imread(data, dataset=name)


def test_only_lines_count_where_there_is_nothing_else() -> None:
    data = stored(lambda file: file.create_dataset("spectrum", data=np.arange(9.0)))
    np.testing.assert_array_equal(iio.imread(data), np.arange(9.0))
    empty = stored(lambda file: file.create_group("nothing"))
    with pytest.raises(iio.DecodeError, match="no dataset"):
        iio.imread(empty)
    with pytest.raises(iio.FrameIndexError):
        iio.imread(empty, index=0)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(
        *(
            st.builds(
                slice,
                st.none() | st.integers(-40, 40),
                st.none() | st.integers(-40, 40),
                st.none() | st.sampled_from([-7, -2, -1, 1, 2, 9]),
            )
            for _ in range(3)
        )
    ),
    st.integers(0, 3),
)
def test_regions_are_slices(region: tuple[slice, ...], axes: int) -> None:
    with iio.imopen(_CHUNKED, "r") as file:
        part = file.read_region(region[:axes])
    np.testing.assert_array_equal(part, CUBE[region[:axes]])


_CHUNKED = stored(
    lambda file: file.create_dataset("a", data=CUBE, chunks=(2, 6, 7), compression="gzip")
)


def test_region_reads_little(tmp_path: Path) -> None:
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as file:
        large = file.create_dataset("a", (40_000, 10_000), "u2")  # 800 MB, of which little is there
        large[20_000] = 7
    with path.open("rb") as opened:
        counted = _Counting(opened)
        with iio.imopen(counted, "r") as file:
            part = file.read_region(np.s_[20_000:20_001, :100])
        assert (part == 7).all() and part.shape == (1, 100)
        assert counted.taken < 1 << 20


class _Counting(io.RawIOBase):
    """A file that counts what is read of it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.taken = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())

    def readinto(self, buffer: Any, /) -> int:
        count = int(self._file.readinto(buffer))
        self.taken += count
        return count


def test_attributes_come_back() -> None:
    told = {
        "units": "counts",
        "scale": 2.5,
        "n": 3,
        "yes": True,
        "where": [1.0, 2.0],
        "names": ["red", "grün"],
        "matrix": np.eye(3),
    }
    data = iio.imwrite("<bytes>", CUBE, extension=".h5", metadata={**told, "name": "a/b"})
    found = iio.immeta(data)
    assert found.pop("name") == "/a/b"
    assert found["names"] == told["names"] and found["units"] == "counts"
    for name in ("scale", "n", "yes", "where", "matrix"):
        np.testing.assert_array_equal(found[name], told[name])
    with pytest.warns(iio.MetadataWarning, match="'odd'"):
        iio.imwrite("<bytes>", CUBE, extension=".h5", metadata={"odd": {"a": 1}})


def test_attributes_of_all_kinds_are_read() -> None:
    def fill(file: Any) -> None:
        data = file.create_dataset("a", data=CUBE[0])
        data.attrs["bytes"] = np.bytes_(b"fixed")
        data.attrs["texts"] = np.array([b"a", b"bc"])
        data.attrs["object"] = file["a"].ref
        data.attrs["objects"] = np.array([file["a"].ref], dtype=h5py.ref_dtype)
        data.attrs["empty"] = h5py.Empty("f4")
        file.attrs["title"] = "all"

    data = stored(fill)
    found = iio.immeta(data)
    assert found["bytes"] == "fixed" and found["texts"] == ["a", "bc"]
    assert found["object"] == "/a" and found["objects"] == ["/a"] and found["empty"] is None
    assert iio.immeta(data, index=...)["title"] == "all"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.ones((4, 4))
    return path


def test_other_files_are_not_opened(tmp_path: Path, secret: Path) -> None:
    raw = tmp_path / "secret.bin"
    raw.write_bytes(bytes(range(16)))

    def fill(file: Any) -> None:
        file["link"] = h5py.ExternalLink(str(secret), "/x")
        file["way"] = h5py.SoftLink("/link")
        file.create_dataset("stored", (4, 4), "u1", external=[(str(raw), 0, 16)])
        layout = h5py.VirtualLayout((4, 4), "f8")
        layout[:] = h5py.VirtualSource(str(secret), "x", (4, 4))
        file.create_virtual_dataset("virtual", layout)

    path = tmp_path / "a.h5"
    path.write_bytes(stored(fill))
    for name in ("link", "way", "stored", "virtual"):
        for call in (iio.imread, iio.improps, iio.immeta):
            with pytest.raises(iio.DecodeError, match=r"other file|another file"):
                call(path, dataset=name)
    with iio.imopen(path, "r") as file:
        assert file.count() == 2  # links to elsewhere are not even looked at
        with pytest.raises(iio.DecodeError, match="other files"):
            file.read(index=0)


def test_virtual_datasets_of_the_same_file() -> None:
    def fill(file: Any) -> None:
        file["parts/a"] = CUBE[0]
        layout = h5py.VirtualLayout((20, 30), "u2")
        layout[:] = h5py.VirtualSource(".", "parts/a", (20, 30))
        file.create_virtual_dataset("all", layout)

    np.testing.assert_array_equal(iio.imread(stored(fill), dataset="all"), CUBE[0])


def test_links_in_circles() -> None:
    def fill(file: Any) -> None:
        file["a"] = CUBE[0]
        file["one"] = h5py.SoftLink("/two")
        file["two"] = h5py.SoftLink("/one")
        group = file.create_group("group")
        group["itself"] = group

    data = stored(fill)
    with iio.imopen(data, "r") as file:
        assert file.count() == 1
    with pytest.raises(iio.DecodeError, match="circle"):
        iio.imread(data, dataset="one")


def test_groups_without_end() -> None:
    def fill(file: Any) -> None:
        group = file
        for _ in range(80):
            group = group.create_group("g")

    with pytest.raises(iio.LimitError, match="deep"):
        iio.imread(stored(fill))


def test_sizes_that_are_declared_are_checked() -> None:
    large = stored(lambda file: file.create_dataset("a", (1 << 20, 1 << 20), "f8"))
    with pytest.raises(iio.LimitError):
        iio.imread(large)
    chunk = stored(
        lambda file: file.create_dataset(
            "a", (1 << 14, 1 << 14), "f8", chunks=(1 << 14, 1 << 13), compression="gzip"
        )
    )
    with (
        iio.limits(array_bytes=1 << 26, ratio=0),
        iio.imopen(chunk, "r") as file,
        pytest.raises(iio.LimitError),
    ):
        file.read_region(np.s_[:2, :2])
    many = stored(lambda file: file.create_dataset("a", data=CUBE).attrs.update(x=np.zeros(900)))
    with iio.limits(metadata_bytes=1000), pytest.raises(iio.LimitError):
        iio.immeta(many)


def test_wrong_values_are_refused() -> None:
    for options in (
        {"compression": "zip"},
        {"compression_level": 10},
        {"chunks": (100, 100, 100)},
        {"chunks": 5},
        {"dataset": "/"},
        {"dataset": "../up"},
    ):
        with pytest.raises(iio.OptionError):
            iio.imwrite("<bytes>", CUBE, extension=".h5", **options)
    with iio.imopen("<bytes>", "w", extension=".h5") as file:
        file.write(CUBE, dataset="a")
        for taken in ("a", "a/b"):
            with pytest.raises(iio.OptionError, match="already"):
                file.write(CUBE, dataset=taken)
    with iio.imopen(iio.imwrite("<bytes>", CUBE, extension=".h5"), "r") as file:
        for region, level in ((np.s_[:1, :1, :1, :1], 0), (np.s_[:1], 1)):
            with pytest.raises(iio.OptionError):
                file.read_region(region, level=level)


def test_file_behind_a_block_of_the_users_own() -> None:
    sink = io.BytesIO()
    with h5py.File(sink, "w", userblock_size=1024) as file:
        file["a"] = CUBE
    np.testing.assert_array_equal(iio.imread(sink.getvalue()), CUBE)


def test_name_of_imageio() -> None:
    data = stored(lambda file: file.create_dataset("a", data=CUBE[0]))
    np.testing.assert_array_equal(v2.imread(data, format="HDF5-PIL"), CUBE[0])
