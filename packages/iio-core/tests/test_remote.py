"""``scheme://`` through fsspec: its memory, zips in it, caches, and a real S3 server."""

from __future__ import annotations

import io
import logging
import threading
import uuid
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import fakes
import fsspec
import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import known_implementations

import iio_core as iio
from iio_core._limits import Limits
from iio_core._resources import open_resource, open_target
from iio_core._resources._path import PathResource

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)
LARGE = np.random.default_rng(1).integers(0, 255, 5 << 20, np.uint8).tobytes()


opened: list[iio.Resource] = []


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("IMAGEIO_NO_INTERNET", raising=False)
    yield
    while opened:
        opened.pop().close()


@pytest.fixture
def folder() -> Iterator[str]:
    """Return a folder in fsspec's memory that nobody else has."""
    name = f"memory://{uuid.uuid4().hex}"
    yield name
    fs = fsspec.filesystem("memory")
    if fs.exists(name):
        fs.rm(name, recursive=True)


def put(uri: str, data: bytes = DATA) -> str:
    fs, path = fsspec.core.url_to_fs(uri)
    fs.pipe_file(path, data)
    return uri


def get(uri: str) -> bytes:
    fs, path = fsspec.core.url_to_fs(uri)
    return bytes(fs.cat_file(path))


def names(uri: str) -> list[str]:
    fs, path = fsspec.core.url_to_fs(uri)
    return sorted(name.rsplit("/", 1)[-1] for name in fs.ls(path, detail=False))


def resource(uri: Any, extension: str | None = None, **limits: Any) -> iio.Resource:
    """Return a resource that is closed when the test is over."""
    opened.append(open_resource(uri, Limits(**limits), extension=extension))
    return opened[-1]


class OddFileSystem(MemoryFileSystem):
    """A store in memory that has no parts, and can be told to misbehave."""

    protocol = ("odd", "sftp")  # one of those whose rename replaces a file in one step
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    cat_file = fsspec.AbstractFileSystem.cat_file
    failure: Exception | None = None
    changes: ClassVar[dict[str, Any]] = {}
    opened: ClassVar[list[Any]] = []
    moves: ClassVar[list[tuple[str, str]]] = []

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return MemoryFileSystem._strip_protocol(path.replace("odd://", "memory://"))

    def info(self, path, **options):
        self._fail()
        return super().info(path, **options) | self.changes

    def _open(self, path, mode="rb", **options):
        if mode == "rb":
            self._fail()
            file = io.BytesIO(super()._open(path, mode).getvalue())
            self.opened.append(file)
            return file
        return super()._open(path, mode, **options)

    def pipe_file(self, path, value, mode="overwrite", **options):
        MemoryFileSystem.pipe_file(self, path, value[: len(value) // 2 if self.failure else None])
        self._fail()

    def mv(self, path1, path2, **options):
        self.moves.append((path1, path2))
        self.store[self._strip_protocol(path2)] = self.store.pop(self._strip_protocol(path1))

    def _fail(self):
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> type[OddFileSystem]:
    fsspec.register_implementation("odd", OddFileSystem, clobber=True)
    for name in ("store", "changes"):
        monkeypatch.setattr(OddFileSystem, name, {})
    for name in ("opened", "moves"):
        monkeypatch.setattr(OddFileSystem, name, [])
    monkeypatch.setattr(OddFileSystem, "failure", None)
    monkeypatch.setattr(OddFileSystem, "pseudo_dirs", [""])
    return OddFileSystem


# Reading


def test_a_file_in_a_store_is_an_image(fake, folder) -> None:
    uri = put(f"{folder}/a.fake")
    assert np.array_equal(iio.imread(uri), IMAGE)
    assert iio.improps(uri).shape == IMAGE.shape
    with iio.imopen(uri, "r") as session:
        assert np.array_equal(session.read(), IMAGE)


def test_what_a_plugin_sees(folder) -> None:
    seen = resource(put(f"{folder}/a.FAKE", LARGE))
    assert (seen.size, seen.extension, seen.is_directory) == (len(LARGE), ".fake", False)
    assert seen.head(10) == LARGE[:10]
    file, other = seen.open(), seen.open()
    file.seek(-5, io.SEEK_END)
    assert (other.read(3), file.read(), other.read(3)) == (LARGE[:3], LARGE[-5:], LARGE[3:6])
    assert seen.open().read() == LARGE
    with seen.as_path() as path:
        assert path.name == "a.FAKE" and path.read_bytes() == LARGE
    assert not path.exists()
    seen.close()


def test_the_extension_can_be_said(fake, folder) -> None:
    assert resource(put(f"{folder}/a"), "fk").extension == ".fk"


def test_the_version_of_an_object_is_no_part_of_its_extension(folder) -> None:
    assert resource(put(f"{folder}/a.fake?versionId=3")).extension == ".fake"


@pytest.mark.parametrize("prefix", ["simplecache::", "filecache::"])
def test_caches_of_fsspec_can_stand_before_a_uri(fake, folder, prefix) -> None:
    assert np.array_equal(iio.imread(prefix + put(f"{folder}/a.fake")), IMAGE)


def test_a_member_of_a_zip_in_a_store(fake, folder) -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.fake", DATA)
        archive.writestr("in/raw.bin", LARGE)
    put(f"{folder}/b.zip", body.getvalue())
    uri = f"zip://in/a.fake::{folder}/b.zip"
    assert np.array_equal(iio.imread(uri), IMAGE)
    found = resource(uri)
    beside = found.companion("raw.bin")
    assert beside.open().read() == LARGE
    assert beside.name == f"zip://in/raw.bin::{folder}/b.zip"
    found.close()


def test_local_files_through_fsspec_are_the_files_themselves(fake, tmp_path) -> None:
    (tmp_path / "a.fake").write_bytes(DATA)
    uri = f"local://{(tmp_path / 'a.fake').as_posix()}"
    assert isinstance(resource(uri), PathResource)
    iio.imwrite(uri, IMAGE + 1)
    assert np.array_equal(iio.imread(tmp_path / "a.fake"), IMAGE + 1)


def test_objects_of_fsspec(fake, folder) -> None:
    uri = put(f"{folder}/a.fake")
    assert np.array_equal(iio.imread(fsspec.open(uri)), IMAGE)
    iio.imwrite(fsspec.open(f"{folder}/b.fake", "wb"), IMAGE)
    assert get(f"{folder}/b.fake") == DATA
    fs, path = fsspec.core.url_to_fs(uri)
    # What paths of other libraries, such as universal_pathlib, have in common.
    assert np.array_equal(iio.imread(SimpleNamespace(fs=fs, path=path)), IMAGE)
    with fsspec.open(uri) as file:
        assert np.array_equal(iio.imread(file), IMAGE)
        assert not file.closed
    with fsspec.open(f"{folder}/c.fake", "wb") as file:
        iio.imwrite(file, IMAGE, extension=".fake")
    assert get(f"{folder}/c.fake") == DATA


def test_something_else_with_a_path_is_refused() -> None:
    with pytest.raises(iio.OptionError, match="neither a path nor a file of fsspec"):
        resource(SimpleNamespace(fs="ext4", path="/a.fake"))


def test_an_open_file_that_unpacks_is_refused(folder) -> None:
    with pytest.raises(iio.OptionError, match="open"):
        resource(fsspec.open(f"{folder}/a.fake", compression="gzip"))


def test_a_directory_and_its_entries(folder) -> None:
    put(f"{folder}/b.fake", b"b")
    put(f"{folder}/a.fake", b"a")
    put(f"{folder}/c/d.fake", b"d")
    found = resource(folder)
    assert found.is_directory and found.size is None
    entries = list(found.entries())
    assert [entry.name for entry in entries] == [f"{folder}/{n}" for n in ("a.fake", "b.fake", "c")]
    assert [entry.is_directory for entry in entries] == [False, False, True]
    file = entries[0].open()
    assert file.read() == b"a"
    assert found.companion("c/d.fake").open().read() == b"d"
    with pytest.raises(IsADirectoryError):
        found.open()
    found.close()
    assert file.closed
    with pytest.raises(iio.DecodeError, match="not a directory"):
        list(resource(f"{folder}/a.fake").entries())


def test_a_listing_that_lacks_something(odd, monkeypatch) -> None:
    put("odd://in/a.fake")
    listed = [{"name": "/in/b"}, {"name": "/in/a.fake", "type": "file"}]
    monkeypatch.setattr(odd, "ls", lambda *args, **options: listed)
    found = resource("odd://in")
    assert [entry.name for entry in found.entries()] == ["odd://in/a.fake"]
    listed.append({"type": "file"})
    with pytest.raises(iio.DecodeError, match="the store fails"):
        list(found.entries())


@pytest.mark.parametrize(
    "name", ["../b.fake", "/etc/passwd", "c/../../b", "..", ".", "..\\b", "c/.."]
)
def test_a_reference_stays_in_its_folder(folder, name) -> None:
    found = resource(put(f"{folder}/in/a.fake"))
    with pytest.raises(iio.DecodeError, match="outside"):
        found.companion(name)


def test_a_reference_of_a_store_without_folders_stays_in_it() -> None:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("a.fake", DATA)
    put("memory://flat.zip", body.getvalue())
    found = resource("zip://a.fake::memory://flat.zip")
    for name in ("../a.fake", "/a.fake", ".."):
        with pytest.raises(iio.DecodeError, match="outside"):
            found.companion(name)
    found.close()
    fsspec.filesystem("memory").rm("/flat.zip")


def test_a_store_without_parts_is_read_from_one_handle(fake, odd) -> None:
    put("odd://a.fake", DATA + LARGE)
    found = resource("odd://a.fake")
    file = found.open()
    file.seek(3 << 20)
    middle = file.read(7)
    file.seek(0)
    assert (file.read(), middle) == (DATA + LARGE, (DATA + LARGE)[3 << 20 :][:7])
    found.close()
    assert len(odd.opened) == 1 and odd.opened[0].closed


def test_a_file_of_unknown_size_is_read_to_its_end(fake, odd) -> None:
    put("odd://a.fake")
    odd.changes["size"] = None
    assert np.array_equal(iio.imread("odd://a.fake"), IMAGE)
    found = resource("odd://a.fake", body_bytes=10)
    with pytest.raises(iio.LimitError, match="IIO_MAX_BODY_BYTES"):
        found.open().read()
    found.close()


def test_the_size_that_a_store_claims_takes_no_memory(fake, odd) -> None:
    put("odd://a.fake")
    odd.changes["size"] = 1 << 50
    with pytest.raises(iio.DecodeError, match="cut, or changed"):
        iio.imread("odd://a.fake")
    found = resource("odd://a.fake")
    with pytest.raises(iio.LimitError):
        found.open().read()
    with pytest.raises(iio.LimitError), found.as_path():
        pass
    found.close()


# What goes wrong


def test_a_missing_file(fake, folder) -> None:
    with pytest.raises(FileNotFoundError, match=r"no such file.*no\.fake"):
        iio.imread(f"{folder}/no.fake")


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (PermissionError("Forbidden"), PermissionError),
        (FileNotFoundError(2, "no bucket"), FileNotFoundError),
        (ConnectionResetError(104, "reset"), iio.DecodeError),
        (RuntimeError("backend's own"), iio.DecodeError),
        (TimeoutError(), TimeoutError),
        (TimeoutError(), iio.DecodeError),
    ],
)
def test_errors_of_a_store_are_ours(fake, odd, failure, kind) -> None:
    put("odd://u:secret@a.fake")
    odd.failure = failure
    with pytest.raises(kind) as caught:
        iio.imread("odd://u:secret@a.fake")
    assert "odd://a.fake" in str(caught.value) and "secret" not in str(caught.value)
    assert caught.value.__cause__ is failure


def test_an_error_in_the_middle_is_ours(fake, odd) -> None:
    put("odd://a.fake", fakes.encode(np.zeros((2000, 2000), np.uint8)))
    with iio.imopen("odd://a.fake", "r") as session:
        odd.opened[0].close()
        with pytest.raises(iio.DecodeError, match="the store fails: I/O operation on closed"):
            session.read()


@pytest.mark.parametrize("call", [iio.imread, lambda uri: iio.imwrite(uri, IMAGE)])
def test_a_scheme_that_nobody_knows(fake, call) -> None:
    with pytest.raises(iio.NoPluginError, match="knows nosuch://"):
        call("nosuch://a/b.fake")
    with pytest.raises(iio.NoPluginError, match="knows nosuch://"):
        call("simplecache::nosuch://a/b.fake")


def test_a_store_whose_library_is_missing_says_what_to_install(monkeypatch) -> None:
    known = {"class": "no_such_fs.NoSuchFileSystem", "err": "Install it to access it"}
    monkeypatch.setitem(known_implementations, "nosuch", known)
    with pytest.raises(iio.PluginNotInstalledError, match="pip install no_such_fs") as caught:
        iio.imread("nosuch://a/b.fake")
    assert caught.value.install == ("no_such_fs",)
    assert "Install it to access it" in str(caught.value)


def test_without_fsspec_it_says_what_to_install(run) -> None:
    code = """
import sys; sys.modules["fsspec"] = None
import iio_core as iio
for call in iio.imread, lambda uri: iio.imwrite(uri, [[1]]):
    try:
        call("s3://bucket/a.png")
    except iio.PluginNotInstalledError as error:
        print(error, error.install)
"""
    first, second = run(code).stdout.splitlines()
    assert first == second and 'pip install "iio-core[remote]"' in first


def test_fsspec_is_imported_only_when_it_is_needed(run) -> None:
    code = """
import sys, iio_core as iio, fakes
with iio.use(fakes.SPEC):
    iio.imread(fakes.encode(fakes.np.zeros((2, 2), "uint8")))
print([name for name in sys.modules if name.partition(".")[0] in {"fsspec", "pooch"}])
"""
    assert run(code).stdout.strip() == "[]"


@pytest.mark.parametrize("variable", ["IIO_NO_INTERNET", "IMAGEIO_NO_INTERNET"])
def test_without_the_internet(fake, folder, monkeypatch, variable) -> None:
    monkeypatch.setenv(variable, "Yes")
    assert np.array_equal(iio.imread(put(f"{folder}/a.fake")), IMAGE)
    assert np.array_equal(iio.imread(f"simplecache::{folder}/a.fake"), IMAGE)
    fs = SimpleNamespace(protocol="s3")
    for uri in ("s3://b/a.fake", "filecache::s3://b/a.fake", SimpleNamespace(fs=fs, path="b/a")):
        for call in (iio.imread, lambda uri: iio.imwrite(uri, IMAGE)):
            with pytest.raises(iio.DecodeError, match=variable):
                call(uri)


def test_without_the_internet_objects_of_several_layers_are_looked_into(fake, monkeypatch) -> None:
    class Far(MemoryFileSystem):
        protocol = "far"

    class File(io.BytesIO):
        fs: Any = None  # which files of stores have

    put("memory://far/a.fake")
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("far/a.fake", DATA)
    layers = []
    for fs in (Far(), MemoryFileSystem()):
        layers.append(fsspec.filesystem("dir", path="/", fs=fs))
        layers.append(fsspec.filesystem("simplecache", fs=fs))
        layers.append(fsspec.filesystem("simplecache", fs=layers[-2]))
        packed = File(body.getvalue())
        packed.fs = fs
        layers.append(fsspec.filesystem("zip", fo=packed))
    monkeypatch.setenv("IIO_NO_INTERNET", "1")
    for number, fs in enumerate(layers):
        thing = SimpleNamespace(fs=fs, path="far/a.fake")
        if number < len(layers) // 2:
            with pytest.raises(iio.DecodeError, match="IIO_NO_INTERNET"):
                iio.imread(thing)
        else:
            assert np.array_equal(iio.imread(thing), IMAGE)
    MemoryFileSystem().rm("/far", recursive=True)


def test_where_private_addresses_are_refused_no_uri_is_left_to_fsspec(fake, folder, odd) -> None:
    put("odd://a.fake")
    put(f"{folder}/a.fake")
    with iio.limits(private_addresses=False):
        for uri in ("odd://a.fake", "simplecache::http://127.0.0.1/a.fake", "sftp://10.0.0.1/a"):
            for call in (iio.imread, lambda uri: iio.imwrite(uri, IMAGE, extension=".fake")):
                with pytest.raises(PermissionError, match="private address") as caught:
                    call(uri)
                assert isinstance(caught.value, iio.DecodeError)
        assert np.array_equal(iio.imread(f"{folder}/a.fake"), IMAGE)
        # Who makes an object knows where it leads to.
        assert np.array_equal(iio.imread(fsspec.open("odd://a.fake")), IMAGE)


def test_a_schemes_case_does_not_matter(fake, folder) -> None:
    name = folder.partition("://")[2]
    iio.imwrite(f"Memory://{name}/A.fake", IMAGE)
    assert names(folder) == ["A.fake"]
    assert np.array_equal(iio.imread(f"SimpleCache::MEMORY://{name}/A.fake"), IMAGE)


# Writing


def test_writing_replaces_what_is_there(fake, folder) -> None:
    uri = put(f"{folder}/a.fake", b"old")
    iio.imwrite(uri, IMAGE)
    assert get(uri) == DATA
    iio.imwrite(f"{folder}/new/b.fake", IMAGE)
    assert get(f"{folder}/new/b.fake") == DATA


def test_nothing_is_sent_before_all_is_encoded(fake, folder) -> None:
    uri = put(f"{folder}/a.fake", b"old")
    with pytest.raises(iio.EncodeError):
        iio.imwrite(uri, IMAGE, fail="in the middle")
    with pytest.raises(iio.EncodeError):
        iio.imwrite(f"{folder}/b.fake", IMAGE, fail="in the middle")
    assert get(uri) == b"old" and names(folder) == ["a.fake"]


def test_a_session_keeps_what_it_accepted(fake, folder) -> None:
    uri = f"{folder}/a.fake"

    def record() -> None:
        with iio.imopen(uri, "w") as session:
            session.write(IMAGE)
            session.write(IMAGE)
            assert fsspec.filesystem("memory").exists(uri) is False
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record()
    assert get(uri) == fakes.encode(IMAGE, IMAGE)


def test_a_large_file_is_sent_whole(odd) -> None:
    target = open_target("odd://large.fake")
    for _ in range(4):
        target.open().write(LARGE)
    target.commit()
    assert get("odd://large.fake") == 4 * LARGE


def test_a_file_beside_it_is_sent_first(fake, folder) -> None:
    iio.imwrite(f"{folder}/a.fake", IMAGE, sidecar="a.txt")
    assert get(f"{folder}/a.txt") == b"sidecar" and get(f"{folder}/a.fake") == DATA
    target = open_target(f"{folder}/a.fake")
    for name in ("../a.txt", "", ".."):
        with pytest.raises(ValueError, match="beside"):
            target.sibling(name)
    target.sibling("b.txt").open().write(b"x")
    target.abort()
    assert names(folder) == ["a.fake", "a.txt"]


def test_where_a_rename_is_one_step_the_old_file_is_there_until_then(fake, odd) -> None:
    put("odd://dir/a.fake", b"old")
    odd.failure = RuntimeError("the connection broke")
    with pytest.raises(OSError, match="the connection broke"):
        iio.imwrite("odd://dir/a.fake", IMAGE)
    odd.failure = None
    assert get("odd://dir/a.fake") == b"old" and names("odd://dir") == ["a.fake"]
    iio.imwrite("odd://dir/a.fake", IMAGE)
    assert get("odd://dir/a.fake") == DATA and names("odd://dir") == ["a.fake"]
    ((temporary, final),) = odd.moves
    assert temporary.startswith("/dir/.a.fake.") and final == "/dir/a.fake"


def test_a_store_that_cannot_be_written(fake, folder, monkeypatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", refuse)
    with pytest.raises(OSError, match="only be read"):
        iio.imwrite(f"{folder}/a.fake", IMAGE)


# A real server


@pytest.fixture(scope="module")
def s3() -> Iterator[SimpleNamespace]:
    """Run an S3 server, and return a bucket in it and the requests that come."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    moto = DomainDispatcherApplication(create_backend_app)
    requests: list[tuple[str, str, int]] = []
    shared = SimpleNamespace(bucket="s3://bucket", requests=requests, refuses="")

    def application(environ: Any, start: Any) -> Any:
        if environ["REQUEST_METHOD"] == shared.refuses:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("403 Forbidden", [("Content-Length", "0")])
            return [b""]
        answer = b"".join(moto(environ, start))
        path = environ["PATH_INFO"]
        requests.append((environ["REQUEST_METHOD"], path, len(answer)))
        return [answer]

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    fsspec.config.conf["s3"] = {"endpoint_url": url, "key": "a", "secret": "b"}
    fsspec.filesystem("s3").mkdir("bucket")
    yield shared
    del fsspec.config.conf["s3"]
    server.shutdown()
    thread.join()
    server.server_close()


# moto and botocore may be of before this Python.
old_libraries = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@old_libraries
def test_s3_round_trip(fake, s3) -> None:
    uri = f"{s3.bucket}/deep/a.fake"
    iio.imwrite(uri, IMAGE)
    assert np.array_equal(iio.imread(uri), IMAGE)
    iio.imwrite(uri, IMAGE + 1)
    assert np.array_equal(iio.imread(uri), IMAGE + 1)
    found = resource(f"{s3.bucket}/deep")
    assert [(e.name, e.extension) for e in found.entries()] == [(uri, ".fake")]
    found.close()


@old_libraries
def test_s3_sends_only_what_is_read(fake, s3) -> None:
    many = [np.full((1000, 1000), i, np.uint8) for i in range(12)]
    uri = f"{s3.bucket}/many.fake"
    iio.imwrite(uri, many)
    s3.requests.clear()
    assert iio.improps(uri, index=...).shape == (12, 1000, 1000)
    assert (iio.imread(uri, index=7) == 7).all()
    sent = sum(size for method, path, size in s3.requests if "many.fake" in path)
    assert sent < 4_000_000, s3.requests
    s3.requests.clear()
    found = resource(uri)
    assert found.open().read() == fakes.encode(*many)
    found.close()
    # Reading on is a few large requests, not one for every block.
    assert len([1 for method, *_ in s3.requests if method == "GET"]) < 20


@old_libraries
def test_s3_large_upload(s3) -> None:
    uri = f"{s3.bucket}/large.fake"
    target = open_target(uri)
    target.open().write(2 * LARGE)
    target.commit()
    assert get(uri) == 2 * LARGE


@old_libraries
@pytest.mark.parametrize("size", [10, 2 * len(LARGE)])
def test_s3_that_refuses_an_upload_keeps_the_old_file(s3, monkeypatch, size) -> None:
    uri = put(f"{s3.bucket}/old.fake", b"old")
    target = open_target(uri)
    target.open().write(LARGE * 2)
    target.open().truncate(size)
    monkeypatch.setattr(s3, "refuses", "PUT")
    with pytest.raises(PermissionError, match=uri):
        target.commit()
    assert get(uri) == b"old"


@old_libraries
def test_s3_errors(fake, s3) -> None:
    for uri in (f"{s3.bucket}/no.fake", "s3://no-such-bucket/a.fake"):
        with pytest.raises(FileNotFoundError, match="fake"):
            iio.imread(uri)
    with pytest.raises(FileNotFoundError):
        iio.imwrite("s3://no-such-bucket/a.fake", IMAGE)
    with pytest.raises((iio.IIOError, OSError), match="Not A Bucket"):
        iio.imread("s3://Not A Bucket!/a.fake")
