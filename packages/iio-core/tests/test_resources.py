from __future__ import annotations

import io
import os
import shutil
import threading
import urllib.parse
import zipfile
import zlib
from pathlib import Path

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core._limits import Limits
from iio_core._resources import _uri, open_resource, open_target
from iio_core._resources._base import write_all
from iio_core._resources._path import SMALL

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)
posix_only = pytest.mark.skipif(os.name != "posix", reason="this system has no such files")


def resource(uri, extension=None, **limits) -> iio.Resource:
    return open_resource(uri, Limits(**limits), extension=extension)


class Unseekable(io.RawIOBase):
    """A pipe, as far as one can tell; gives short reads and counts them."""

    def __init__(self, data: bytes, most: int = 7) -> None:
        self._data, self._most, self.calls = io.BytesIO(data), most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer):
        self.calls += 1
        data = self._data.read(min(self._most, len(buffer)))
        buffer[: len(data)] = data
        return len(data)


class Minimal:
    """What some libraries call a file object."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, n=-1):
        return self._data.read(min(n, 5) if n >= 0 else 5)


class Older(Minimal):
    """One whose ``seek`` returns nothing, and that has no ``seekable``."""

    def seek(self, offset, whence=0) -> None:
        self._data.seek(offset, whence)

    def tell(self):
        return self._data.tell()


@pytest.fixture(params=[len(DATA), SMALL + len(DATA)], ids=["small", "large"])
def path(request, tmp_path) -> Path:
    """Return a file that is held in memory at once, and one that is not."""
    found = tmp_path / "a.fake"
    found.write_bytes(DATA.ljust(request.param, b"\0"))
    return found


# The same bytes are the same answer


@pytest.mark.parametrize(
    "make",
    [
        lambda path, data: str(path),
        lambda path, data: path,
        lambda path, data: path.as_uri(),
        lambda path, data: data,
        lambda path, data: bytearray(data),
        lambda path, data: memoryview(data),
        lambda path, data: memoryview(bytearray(data + b"\0" * (-len(data) % 4))).cast("I"),
        lambda path, data: io.BytesIO(data),
        lambda path, data: io.BufferedReader(Unseekable(data)),
        lambda path, data: Unseekable(data),
        lambda path, data: Minimal(data),
        lambda path, data: Older(data),
    ],
)
def test_the_same_bytes_are_the_same_image(fake, path, make) -> None:
    assert (iio.imread(make(path, path.read_bytes())) == IMAGE).all()


def test_heads_and_handles(path) -> None:
    data = path.read_bytes()
    for uri in (str(path), data, io.BytesIO(data), Unseekable(data), Older(data)):
        found = resource(uri)
        assert found.head(3) == data[:3] and found.head() == data[:4096]
        assert found.head(2) == data[:2]
        first = found.open()
        assert (first.read(5), first.tell(), first.seekable()) == (data[:5], 5, True)
        second = found.open()
        assert second.read(9) == data[:9]
        assert first.read(4) == data[5:9], "two handles share one position"
        assert first.seek(-3, 2) == len(data) - 3 and first.read() == data[-3:]
        assert first.seek(-1, 1) == len(data) - 1 and first.read() == data[-1:]
        with pytest.raises((OSError, ValueError)):
            first.seek(-1)
        assert found.size == (None if isinstance(uri, Older) else len(data))
        found.close()
        assert first.closed and second.closed
        found.close()


def test_a_head_that_nobody_opened_is_closed(tmp_path) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(SMALL + 1))
    found = resource(str(path))
    found.head()
    (handle,) = found._handles
    found.close()
    assert handle.closed


def test_names_and_extensions(tmp_path) -> None:
    path = tmp_path / "a.b.FAKE"
    path.write_bytes(DATA)
    found = resource(path)
    assert (found.name, found.extension) == (str(path), ".fake")
    assert resource(DATA, "PNG").extension == resource(DATA, ".png").extension == ".png"
    assert resource(DATA, "ome.tiff").extension == ".tiff"
    assert resource(DATA).extension == "" and resource(DATA).name == "<bytes>"
    assert resource(path, ".tif").extension == ".tif"
    with path.open("rb") as file:
        assert (resource(file).name, resource(file).extension) == (str(path), ".fake")
    assert (resource(Minimal(b"")).name, resource(Minimal(b"")).extension) == ("<Minimal>", "")
    for extension in ("", "."):
        with pytest.raises(iio.OptionError, match=r"not an extension like '.png'"):
            resource(DATA, extension)


def test_the_number_of_a_file_descriptor_is_no_name(path) -> None:
    with open(os.open(path, os.O_RDONLY), "rb") as file:
        assert isinstance(file.name, int)
        assert resource(file).filename == ""


@pytest.mark.parametrize("uri", [None, 5, {"a": 1}, [], np.zeros(3)])
def test_what_cannot_be_read_from(uri) -> None:
    with pytest.raises(iio.OptionError, match="cannot read from"):
        resource(uri)


@pytest.mark.parametrize("uri", [None, 5, b"bytes", []])
def test_what_cannot_be_written_to(uri) -> None:
    with pytest.raises(iio.OptionError, match="cannot write to"):
        open_target(uri)


@pytest.mark.parametrize("uri", ["a\0b.png", Path("a\0b.png"), "file:///a%00b.png"])
def test_a_path_has_no_null(uri) -> None:
    with pytest.raises((iio.DecodeError, iio.OptionError), match="is not a path"):
        resource(uri)


# File objects of the caller


def test_the_callers_file_is_read_from_its_beginning_and_left_open(fake, tmp_path) -> None:
    file = io.BytesIO(DATA)
    file.seek(5)
    assert (iio.imread(file) == IMAGE).all() and not file.closed
    with pytest.raises(iio.DecodeError):
        iio.imread(broken := io.BytesIO(DATA[:20]))
    assert not broken.closed
    stream = Unseekable(DATA)
    iio.imread(stream)
    assert not stream.closed


def test_a_stream_is_read_once_and_to_its_end() -> None:
    stream = Unseekable(b"x" * 700)
    found = resource(stream)
    calls = stream.calls
    assert found.size == 700 and found.open().read() == found.open().read() == b"x" * 700
    assert stream.calls == calls


def test_a_stream_is_held_only_as_far_as_it_may_be() -> None:
    endless = Unseekable(b"x" * (1 << 20), most=1 << 12)
    with pytest.raises(iio.LimitError, match=r"<Unseekable> has at least .* held in memory"):
        resource(endless, body_bytes=1 << 15)
    assert endless.calls < 300


@pytest.mark.parametrize("make", [io.StringIO, lambda t: io.TextIOWrapper(io.BytesIO(t.encode()))])
def test_a_text_file_is_told_so(make) -> None:
    with pytest.raises(iio.DecodeError, match="text mode; open it with mode 'rb'"):
        resource(make("text")).head()
    with pytest.raises(iio.OptionError, match="text mode; open it with mode 'wb'"):
        open_target(make("text"))


def test_a_file_that_is_open_the_other_way_is_told_so(tmp_path) -> None:
    path = tmp_path / "x.fake"
    with path.open("wb") as file, pytest.raises(iio.DecodeError, match="cannot be read from"):
        resource(file).head()
    path.write_bytes(b"as it was")
    with path.open("rb") as file, pytest.raises(iio.OptionError, match="cannot be written to"):
        open_target(file)
    assert path.read_bytes() == b"as it was"


def test_a_file_that_would_block_is_told_so() -> None:
    stream = Minimal(b"")
    stream.read = lambda n=-1: None
    with pytest.raises(iio.DecodeError, match="non-blocking and has nothing to read"):
        resource(stream)


def test_a_file_that_gives_more_than_was_asked_for() -> None:
    stream = Older(b"x" * 100)
    stream.read = lambda n=-1: b"x" * (n + 5)
    assert resource(stream).head(10) == b"x" * 10


def test_a_closed_file(fake) -> None:
    for file in (io.BytesIO(DATA), io.BufferedReader(io.BytesIO(DATA))):
        file.close()
        with pytest.raises(ValueError, match="closed file"):
            iio.imread(file)


# URIs


def test_file_uris(fake, tmp_path, monkeypatch) -> None:
    path = tmp_path / "a b%#ü.fake"
    path.write_bytes(DATA)
    quoted = urllib.parse.quote(str(path))
    for uri in (f"file://{quoted}", f"FILE://{quoted}", f"file://localhost{quoted}"):
        if os.name == "posix":
            assert resource(uri).path == str(path)
    assert (iio.imread(path.as_uri()) == IMAGE).all()
    monkeypatch.chdir(tmp_path)
    assert (iio.imread("file://" + urllib.parse.quote(path.name)) == IMAGE).all()
    iio.imwrite("file://new%20one.fake", IMAGE)
    assert (tmp_path / "new one.fake").read_bytes() == DATA


def test_a_drive_in_a_uri_has_no_slash_before_it(monkeypatch) -> None:
    monkeypatch.setattr(_uri.os, "name", "nt")
    assert _uri._from_file_uri("/C:/a%20b.png") == "C:/a b.png"


def test_home(tmp_path, monkeypatch, fake) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    iio.imwrite("~/x.fake", IMAGE)
    assert (tmp_path / "x.fake").read_bytes() == DATA
    assert (iio.imread("~/x.fake") == IMAGE).all()


def test_paths_that_are_not_there(tmp_path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FileNotFoundError):
        iio.imread(tmp_path / "no.png")
    with pytest.raises(FileNotFoundError):
        iio.imread("")
    with pytest.raises(NotADirectoryError if os.name == "posix" else OSError):
        iio.imread(tmp_path / "file" / "x.png")


@posix_only
def test_only_regular_files_are_opened(tmp_path) -> None:
    os.mkfifo(tmp_path / "fifo.fake")
    for path in (tmp_path / "fifo.fake", Path("/dev/null")):
        with pytest.raises(iio.DecodeError, match="neither a regular file nor a directory"):
            iio.imread(path)
    # On purpose it is possible.
    writer = threading.Thread(target=lambda: (tmp_path / "fifo.fake").write_bytes(DATA))
    writer.start()
    with iio.use(fakes.SPEC), (tmp_path / "fifo.fake").open("rb") as file:
        assert (iio.imread(file) == IMAGE).all()
    writer.join()


@posix_only
def test_a_link_is_followed(tmp_path, fake) -> None:
    (tmp_path / "real").write_bytes(DATA)
    (tmp_path / "link.fake").symlink_to("real")
    assert (iio.imread(tmp_path / "link.fake") == IMAGE).all()


def test_a_file_that_shrinks_while_it_is_read(tmp_path, fake, monkeypatch) -> None:
    path = tmp_path / "x.fake"
    path.write_bytes(DATA)
    found = resource(path)
    path.write_bytes(DATA[:10])
    assert found.head() == DATA[:10]
    found.close()


# as_path


def test_a_path_is_given_as_it_is(path) -> None:
    with resource(path).as_path() as given:
        assert given == path


@pytest.mark.parametrize(
    ("uri", "extension", "name"),
    [
        (DATA, ".fake", "resource.fake"),
        (DATA, None, "resource"),
        (io.BytesIO(DATA), "ome.fake", "resource.ome.fake"),
    ],
)
def test_a_temporary_file_has_the_extension_and_does_not_stay(uri, extension, name) -> None:
    found = resource(uri, extension)
    with found.as_path() as given:
        assert given.read_bytes() == DATA and given.name == name
    assert not given.parent.exists()
    with pytest.raises(ZeroDivisionError), found.as_path() as given:
        1 / 0  # noqa: B018
    assert not given.parent.exists()
    found.close()


# Zip archives


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.fake", DATA)
        file.writestr("in/ner/y.fake", DATA)
        file.writestr("in/ner/y.raw", b"raw")
        file.writestr("in/other.raw", b"other")
        file.writestr("empty/", b"")
    return path


@pytest.mark.parametrize(
    "inner", ["/x.fake", "#x.fake", "/in/ner/y.fake", "#in/ner/y.fake", "#/x.fake"]
)
def test_members_are_read(fake, archive, inner) -> None:
    assert (iio.imread(f"{archive}{inner}") == IMAGE).all()
    found = resource(f"{archive}{inner}")
    assert found.size == len(DATA) and found.extension == ".fake"
    assert found.name == f"{archive}/{inner.lstrip('/#')}"
    with found.as_path() as path:
        assert path.name == Path(inner.lstrip("/#")).name and path.read_bytes() == DATA


def test_an_archive_in_capital_letters_and_a_path_whose_lower_case_is_longer(
    tmp_path, archive
) -> None:
    folder = tmp_path / "\u0130\u0130"
    folder.mkdir()
    shutil.copy(archive, folder / "B.ZIP")
    assert resource(folder / "B.ZIP" / "x.fake").head() == DATA


def test_a_folder_may_be_called_zip(tmp_path, fake) -> None:
    (tmp_path / "dir.zip").mkdir()
    (tmp_path / "dir.zip" / "x.fake").write_bytes(DATA)
    assert (iio.imread(tmp_path / "dir.zip" / "x.fake") == IMAGE).all()
    with pytest.raises(FileNotFoundError):
        iio.imread(tmp_path / "dir.zip" / "no.fake")
    iio.imwrite(tmp_path / "dir.zip" / "new.fake", IMAGE)
    assert (tmp_path / "dir.zip" / "new.fake").read_bytes() == DATA


@pytest.mark.parametrize("inner", ["/no.fake", "#no.fake", "/x.fake/more", "#"])
def test_members_that_are_not_there(archive, inner) -> None:
    with pytest.raises(FileNotFoundError, match="has no member"):
        iio.imread(f"{archive}{inner}")


def test_some_of_the_members_that_are_there_are_named(archive, tmp_path) -> None:
    there = r"it has 'x\.fake', 'in/ner/y\.fake', 'in/ner/y\.raw' and 1 more$"
    with pytest.raises(FileNotFoundError, match=there):
        iio.imread(f"{archive}/no.png")
    for names, said in (
        ([], "it has no files"),
        (["folder/"], "it has no files"),
        (["a.png"], "it has 'a.png'"),
        (["\x1b[2J", "b" * 500], f"it has '\\x1b[2J', '{'b' * 80}...'"),
    ):
        path = tmp_path / "b.zip"
        with zipfile.ZipFile(path, "w") as file:
            for name in names:
                file.writestr(name, b"")
        with pytest.raises(FileNotFoundError) as caught:
            iio.imread(path / "no.png")
        assert str(caught.value).endswith(f"'no.png'; {said}")


def test_archives_that_are_not_there(tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        iio.imread(tmp_path / "no.zip" / "x.png")


@pytest.mark.parametrize("body", [b"", b"PK\3\4 nonsense", b"not a zip at all"])
def test_archives_that_are_none(tmp_path, body) -> None:
    (tmp_path / "a.zip").write_bytes(body)
    with pytest.raises(iio.DecodeError, match="is not a zip archive"):
        iio.imread(tmp_path / "a.zip" / "x.png")


def test_a_damaged_member(archive) -> None:
    data = bytearray(archive.read_bytes())
    data[45] ^= 0xFF
    archive.write_bytes(data)
    with pytest.raises(iio.DecodeError, match=r"x.fake cannot be unpacked"):
        iio.imread(f"{archive}/x.fake")
    assert resource(f"{archive}/in/ner/y.fake").head() == DATA


def encrypt(archive: Path) -> None:
    """Set the flag of encryption on every member."""
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            data[place + offset] |= 1
    archive.write_bytes(data)


def test_an_encrypted_member(archive) -> None:
    encrypt(archive)
    with pytest.raises(iio.DecodeError, match="encrypted"):
        iio.imread(f"{archive}/x.fake")


def test_an_unknown_compression(archive) -> None:
    data = archive.read_bytes().replace(
        b"PK\1\2\x14\3\x14\0\0\0\x08\0", b"PK\1\2\x14\3\x14\0\0\0\x63\0"
    )
    archive.write_bytes(data)
    with pytest.raises(iio.DecodeError, match="cannot be unpacked"):
        iio.imread(f"{archive}/x.fake")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path) -> None:
    import tracemalloc

    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("b.png", bytes(50 << 20))
    tracemalloc.start()
    try:
        with (
            iio.limits(body_bytes="10 MiB"),
            pytest.raises(iio.LimitError, match="at least 50 MiB"),
        ):
            iio.imread(path / "b.png")
        assert tracemalloc.get_traced_memory()[1] < 5 << 20
    finally:
        tracemalloc.stop()


def test_a_bomb_that_lies_about_its_size_is_not_unpacked_further(tmp_path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("b.png", bytes(5 << 20))
    data = path.read_bytes()
    path.write_bytes(data.replace((5 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")))
    with pytest.raises(iio.DecodeError, match="cannot be unpacked: Bad CRC"):
        iio.imread(path / "b.png")
    assert zlib.crc32(bytes(100)) != zlib.crc32(bytes(5 << 20))


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_every_compression_is_unpacked(tmp_path, fake, method) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("x.fake", DATA)
        file.writestr("long.raw", bytes(range(256)) * 4000)
        file.writestr("empty.raw", b"")
    assert (iio.imread(path / "x.fake") == IMAGE).all()
    assert resource(path / "long.raw").open().read() == bytes(range(256)) * 4000
    assert resource(path / "empty.raw").open().read() == b""
    iio.imwrite(path / "x.fake", IMAGE + 1)  # carries the others over
    assert resource(path / "long.raw").open().read() == bytes(range(256)) * 4000


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_compression_unpacks_more_than_is_declared(tmp_path, method) -> None:
    import tracemalloc

    size = 60_000_000
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("b.png", bytes(size))
    lie = path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))
    path.write_bytes(lie)
    tracemalloc.start()
    try:
        with pytest.raises(iio.DecodeError, match="cannot be unpacked"):
            iio.imread(path / "b.png")
        # LZMA takes its dictionary of 8 MiB; what is packed would be 60 MB.
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("cut", [10, 200, 400])
def test_damaged_members_are_told(tmp_path, method, cut) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("b.png", np.random.default_rng(1).bytes(500))
    data = bytearray(path.read_bytes())
    data[40 + cut] ^= 0x55
    path.write_bytes(data)
    with pytest.raises(iio.DecodeError, match="cannot be unpacked"):
        iio.imread(path / "b.png")


def test_a_text_file_is_told(tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\xff\xfe")
    with (
        (tmp_path / "a.png").open(encoding="utf-8") as file,
        pytest.raises(iio.DecodeError, match="text mode"),
    ):
        iio.imread(file)


# Entries and companions


def names(found) -> list[str]:
    return [os.path.basename(entry.name) for entry in found]


def test_entries_of_a_directory(tmp_path) -> None:
    for name in ("b", "a", "c.fake"):
        (tmp_path / name).write_bytes(DATA)
    (tmp_path / "sub").mkdir()
    if os.name == "posix":
        os.mkfifo(tmp_path / "fifo")
        (tmp_path / "dangling").symlink_to("nothing")
    found = resource(tmp_path)
    assert found.is_directory and found.size is None
    entries = list(found.entries())
    assert names(entries) == ["a", "b", "c.fake", "sub"]
    assert [e.is_directory for e in entries] == [False, False, False, True]
    handle = entries[0].open()
    found.close()
    assert handle.closed, "what was opened on an entry stays open"


def test_entries_of_an_archive(archive) -> None:
    found = resource(archive)
    entries = list(found.entries())
    assert [e.filename.split("/")[-1] for e in entries] == [
        "y.fake",
        "y.raw",
        "other.raw",
        "x.fake",
    ]
    handle = entries[1].open()
    assert handle.read() == b"raw"
    found.close()
    assert handle.closed


def test_entries_of_an_archive_in_memory(archive) -> None:
    for uri in (archive.read_bytes(), io.BytesIO(archive.read_bytes())):
        found = resource(uri)
        entries = list(found.entries())
        assert next(e.head() for e in entries if e.extension == ".raw") == b"raw"
        found.close()


def test_entries_of_an_archive_refer_to_those_beside_them() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as sink:
        for name in ("top", "in/a.hdr", "in/a.raw", "in/deep/b.raw"):
            sink.writestr(name, name)
    found = resource(body.getvalue())
    header = next(e for e in found.entries() if e.filename == "in/a.hdr")
    assert header.companion("a.raw").head() == b"in/a.raw"
    assert header.companion("deep\\b.raw").head() == b"in/deep/b.raw"
    for name in ("../top", "/top", "deep/../../top"):
        with pytest.raises(iio.DecodeError, match="outside of its folder"):
            header.companion(name)
    with pytest.raises(FileNotFoundError, match="no member 'in/absent'"):
        header.companion("absent")


def test_damaged_entries_of_an_archive_are_told() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as sink:
        sink.writestr("a.fake", b"pixels" * 100)
    data = bytearray(body.getvalue())
    data[40:44] = b"\xff\xff\xff\xff"
    (entry,) = resource(bytes(data)).entries()
    with pytest.raises(iio.DecodeError, match=r"a\.fake cannot be unpacked"):
        entry.open()
    (entry,) = resource(body.getvalue(), body_bytes=500).entries()
    with pytest.raises(iio.LimitError, match="600 B"):
        entry.open()
    with pytest.raises(iio.DecodeError, match="not a zip archive"):
        list(resource(b"PK\x03\x04 and nothing else").entries())


def test_the_head_of_an_entry_is_unpacked_and_no_more(monkeypatch) -> None:
    from iio_core._resources import _members

    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as sink:
        sink.writestr("a.fake", bytes(10 << 20))
    seen = []

    def counted(*args):
        for part in unpacked(*args):
            seen.append(len(part))
            yield part

    unpacked = _members.unpacked
    monkeypatch.setattr(_members, "unpacked", counted)
    (entry,) = resource(body.getvalue()).entries()
    assert entry.head(100) == bytes(100) and entry.head(10) == bytes(10)
    assert sum(seen) <= 1 << 17
    assert len(entry.open().read()) == 10 << 20


def test_an_entry_that_vanishes_is_passed_over(tmp_path, monkeypatch) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(DATA)
    is_file = os.path.isfile

    def vanishing(path: str) -> bool:
        there = is_file(path)
        if path.endswith("a"):
            os.unlink(path)
        return there

    found = resource(tmp_path)
    monkeypatch.setattr(os.path, "isfile", vanishing)
    assert names(found.entries()) == ["b"]


def test_entries_of_a_list_are_in_its_order(tmp_path, fake) -> None:
    (tmp_path / "b.fake").write_bytes(DATA)
    found = resource([tmp_path / "b.fake", DATA, io.BytesIO(DATA)])
    entries = list(found.entries())
    assert found.is_directory and [e.name for e in entries][1:] == ["<bytes>", "<BytesIO>"]
    handles = [entry.open() for entry in entries]
    found.close()
    assert all(handle.closed for handle in handles)


def test_most_things_have_no_entries(path) -> None:
    for uri in (path, DATA):
        found = resource(uri)
        with pytest.raises(iio.DecodeError, match="not a directory, a list of files or an archive"):
            list(found.entries())
        found.close()


def test_companions_are_beside_or_below(tmp_path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    for name in ("secret", "in/a.hdr", "in/a.raw", "in/deep/b.raw"):
        (tmp_path / name).write_bytes(name.encode())
    header = resource(tmp_path / "in" / "a.hdr")
    for name in (
        "a.raw",
        "deep/b.raw",
        "deep\\b.raw",
        "./deep/../a.raw",
        str(tmp_path / "in/a.raw"),
    ):
        assert header.companion(name).head() in {b"in/a.raw", b"in/deep/b.raw"}, name
    for name in (
        "../secret",
        "/etc/passwd",
        "deep/../../secret",
        "..\\secret",
        str(tmp_path / "secret"),
    ):
        with pytest.raises(iio.DecodeError, match="outside of its directory"):
            header.companion(name)
    with pytest.raises(FileNotFoundError):
        header.companion("no.raw")
    folder = resource(tmp_path / "in")
    companion = folder.companion("a.raw")
    handle = companion.open()
    folder.close()
    assert handle.closed


@posix_only
def test_companions_do_not_follow_links_out(tmp_path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in" / "a.hdr").touch()
    (tmp_path / "in" / "inside").write_bytes(b"inside")
    (tmp_path / "in" / "link").symlink_to("../secret")
    (tmp_path / "in" / "up").symlink_to("..")
    (tmp_path / "in" / "good").symlink_to("inside")
    (tmp_path / "alias").symlink_to("in")
    os.mkfifo(tmp_path / "in" / "fifo")
    for header in (resource(tmp_path / "in" / "a.hdr"), resource(tmp_path / "alias" / "a.hdr")):
        assert header.companion("good").head() == b"inside"
        for name in ("link", "up/secret"):
            with pytest.raises(iio.DecodeError, match="outside of its directory"):
                header.companion(name)
        with pytest.raises(iio.DecodeError, match="neither a regular file"):
            header.companion("fifo")


def test_companions_in_an_archive(archive) -> None:
    member = resource(archive / "in" / "ner" / "y.fake")
    assert member.companion("y.raw").head() == b"raw"
    assert member.companion("../ner/y.raw").head() == b"raw"
    for name in ("../other.raw", "/x.fake", "../../x.fake", "..\\other.raw"):
        with pytest.raises(iio.DecodeError, match="outside of its folder"):
            member.companion(name)
    top = resource(archive / "x.fake")
    assert top.companion("in/other.raw").head() == b"other"
    with pytest.raises(iio.DecodeError, match="outside of its folder"):
        top.companion("../x.fake")
    with pytest.raises(FileNotFoundError):
        top.companion("no")


def test_most_things_have_no_companions() -> None:
    with pytest.raises(FileNotFoundError, match="has no files beside it"):
        resource(DATA).companion("a.raw")


def test_links_and_members_may_be_read_from_a_directory_by_a_plugin(tmp_path) -> None:
    class Reader(fakes.StubReader):
        pass

    seen = []

    def open_reader(given, format, /):
        seen.extend(names(given.entries()))
        return Reader(IMAGE)

    (tmp_path / "1").touch()
    folder = fakes.format("DIR", directories=True, extensions=())
    with iio.use(fakes.spec("dirs", folder, plugin=fakes.reading(open_reader))):
        assert (iio.imread(tmp_path) == IMAGE).all() and seen == ["1"]
        assert iio.explain(tmp_path).chosen.format.name == "DIR"


# Targets in memory


def test_bytes(fake) -> None:
    assert iio.imwrite("<bytes>", IMAGE, extension=".fake") == DATA
    assert iio.imwrite("<bytes>", IMAGE, format="fake") == DATA
    with iio.imopen("<bytes>", "w", extension="fake") as file:
        file.write(IMAGE)
        with pytest.raises(ValueError, match="only a closed session"):
            file.getvalue()
    assert file.getvalue() == DATA
    target = open_target("<bytes>", extension=".fake")
    assert target.extension == ".fake"
    with target.as_path() as path:
        assert path.name == "target.fake"
        path.write_bytes(b"by path")
    target.commit()
    assert target.value == b"by path" and not path.parent.exists()


class Slow(io.RawIOBase):
    """A raw stream: takes a part of what it is given."""

    def __init__(self, most: int = 3) -> None:
        self.taken, self.most = bytearray(), most

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        part = bytes(data[: self.most])
        self.taken += part
        return len(part)


def test_a_file_object_gets_the_whole_file_where_it_stands(fake) -> None:
    file = io.BytesIO(b"before")
    file.seek(6)
    assert iio.imwrite(file, IMAGE, extension=".fake") is None
    assert file.getvalue() == b"before" + DATA and not file.closed
    raw = Slow()
    iio.imwrite(raw, IMAGE, extension=".fake")
    assert bytes(raw.taken) == DATA


def test_a_file_object_gets_nothing_if_encoding_fails(fake) -> None:
    file = io.BytesIO(b"before")
    with pytest.raises(iio.EncodeError):
        iio.imwrite(file, [IMAGE, IMAGE.astype(float)], extension=".fake")
    with pytest.raises(iio.EncodeError):
        iio.imwrite(file, IMAGE, extension=".fake", fail="in the middle")
    assert file.getvalue() == b"before" and not file.closed


def test_the_name_of_a_file_object_tells_the_format(fake, tmp_path) -> None:
    with (tmp_path / "x.fake").open("wb") as file:
        iio.imwrite(file, IMAGE)
    assert (tmp_path / "x.fake").read_bytes() == DATA


def test_a_stream_that_does_not_count_and_one_that_is_full() -> None:
    taken = []

    class Sink:
        def __init__(self, answer) -> None:
            self.answer = answer

        def write(self, data):
            taken.append(bytes(data))
            return self.answer

    write_all(Sink(None), b"abc")
    assert taken == [b"abc"]
    with pytest.raises(OSError, match="takes no more bytes"):
        write_all(Sink(0), b"abc")


def test_an_object_with_nothing_but_write(fake) -> None:
    class Sink:
        got = b""

        def write(self, data):
            self.got += bytes(data)

    sink = Sink()
    iio.imwrite(sink, IMAGE, extension=".fake")
    assert sink.got == DATA


def test_targets_in_memory_have_no_siblings() -> None:
    for uri in ("<bytes>", io.BytesIO()):
        with pytest.raises(ValueError, match="write to a path instead"):
            open_target(uri).sibling("x.raw")


def test_the_base_leaves_what_each_kind_has_to_say() -> None:
    with pytest.raises(NotImplementedError):
        iio.Resource("x", "x", Limits()).open()
    target = iio.Target("x", "x")
    for method in (target.commit, target.abort):
        with pytest.raises(NotImplementedError):
            method()


@pytest.mark.parametrize("extension", ["", ".", "..", 3, b".png", Path(".png")])
def test_what_is_no_extension(extension) -> None:
    for call in (
        lambda: open_resource(b"data", Limits(), extension=extension),
        lambda: open_target("<bytes>", extension=extension),
    ):
        with pytest.raises(iio.OptionError, match="is not an extension"):
            call()
