"""``imageio:chelsea.png``: from a server on loopback that also sends what it should not."""

from __future__ import annotations

import errno
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fakes
import numpy as np
import pytest
from children import python_environment

import iio_core as iio
from iio_core import _limits
from iio_core._resources import _samples, open_resource, open_target
from iio_core._resources._standard_images import STANDARD_IMAGES

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)
SHARED = Path(os.environ.get("IIO_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def zipped() -> bytes:
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("in/cat.fake", DATA)
    return body.getvalue()


FILES = {"cat.fake": DATA, "cat.zip": zipped()}
TABLE = {name: (hashlib.sha256(data).hexdigest(), len(data)) for name, data in FILES.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves `FILES`, or what the test wants instead."""

    def do_GET(self) -> None:
        server: Any = self.server
        server.asked.append(self.path)
        data = FILES[self.path.rpartition("/")[2]]
        if server.mood == "missing":
            self.send_error(404)
            return
        body = {"wrong": data[:-1] + b"?", "long": data * 1000}.get(server.mood, data)
        if server.mood in {"cut", "cut without length", "stops"}:
            body = data[: len(data) // 2]
        self.send_response(200)
        if server.mood not in {"cut without length", "long"}:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(body)
        if server.mood == "stops":
            server.over.wait(30)
        time.sleep(server.pause)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    made: Any = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.mood, made.pause, made.asked, made.over = "", 0, [], threading.Event()
    made.url = f"http://127.0.0.1:{made.server_port}/images/"
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.over.set()
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def cache(server, tmp_path, monkeypatch) -> Path:
    """Make `FILES` the standard images, and return the folder that they are kept in."""
    for name in ("NO_INTERNET", "USERDIR", "REQUEST_TIMEOUT"):
        monkeypatch.delenv(f"IMAGEIO_{name}", raising=False)
    monkeypatch.setenv("IIO_USERDIR", str(tmp_path))
    monkeypatch.setenv("IIO_SAMPLES_URL", server.url)
    monkeypatch.setattr(_samples, "STANDARD_IMAGES", TABLE)
    return tmp_path / ".iio" / "images"


def in_cache(cache: Path) -> list[str]:
    return sorted(os.listdir(cache)) if cache.exists() else []


@pytest.mark.parametrize("uri", ["imageio:cat.fake", "imageio://cat.fake", "ImageIO:cat.fake"])
def test_it_is_downloaded_once(fake, server, cache, uri) -> None:
    assert np.array_equal(iio.imread(uri), IMAGE)
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)
    assert server.asked == ["/images/cat.fake"]
    assert in_cache(cache) == ["cat.fake"] and (cache / "cat.fake").read_bytes() == DATA


def test_nothing_is_printed(fake, server, cache, capfd) -> None:
    iio.imread("imageio:cat.fake")
    assert capfd.readouterr() == ("", "")


def test_what_others_do_with_pooch_is_still_told(fake, server, cache, tmp_path, capfd) -> None:
    import pooch

    iio.imread("imageio:cat.fake")
    source = (tmp_path / "here.txt").as_uri()
    told: list[str] = []

    def downloader(url: str, output_file: str, pooch: object) -> None:
        Path(output_file).write_bytes(b"x")

    handler = SimpleNamespace(level=0, handle=lambda record: told.append(record.getMessage()))
    pooch.get_logger().addHandler(handler)  # type: ignore[arg-type]
    try:
        sha256 = hashlib.sha256(b"x").hexdigest()
        pooch.retrieve(source, f"sha256:{sha256}", "x", tmp_path, downloader=downloader)
    finally:
        pooch.get_logger().removeHandler(handler)  # type: ignore[arg-type]
    assert any("here.txt" in line for line in told)


def test_a_member_of_a_zip(fake, server, cache) -> None:
    assert np.array_equal(iio.imread("imageio:cat.zip/in/cat.fake"), IMAGE)
    assert np.array_equal(iio.imread("imageio://cat.zip#in/cat.fake"), IMAGE)
    assert server.asked == ["/images/cat.zip"]


@pytest.mark.parametrize(
    "inside",
    ["cat.fake/../x", "cat.fake#x", "cat.zip/../../x", r"cat.zip/..\..\x", "../x", "/x", "."],
)
def test_there_is_no_way_out_of_the_folder(fake, server, cache, inside) -> None:
    with pytest.raises(FileNotFoundError, match="there is no standard image"):
        iio.imread(f"imageio:{inside}")
    assert server.asked == []


def test_a_local_file_of_that_name_wins(fake, server, cache, tmp_path, monkeypatch) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such names")
    monkeypatch.chdir(tmp_path)
    Path("imageio:cat.fake").write_bytes(fakes.encode(IMAGE + 1))
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE + 1)
    assert server.asked == []


@pytest.mark.parametrize(
    ("mood", "reason"),
    [
        ("wrong", "SHA-256"),
        ("cut", "cut"),
        ("cut without length", "SHA-256"),
        ("long", f"more than {len(DATA)} bytes"),
        ("missing", "404"),
    ],
)
def test_anything_else_is_refused_and_leaves_nothing(fake, server, cache, mood, reason) -> None:
    server.mood = mood
    with pytest.raises(iio.DecodeError, match=reason) as caught:
        iio.imread("imageio:cat.fake")
    for part in (str(cache), server.url, "by hand"):
        assert part in str(caught.value)
    assert in_cache(cache) == []
    server.mood = ""
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)


def test_a_server_that_stops_sending(fake, server, cache) -> None:
    server.mood = "stops"
    with iio.limits(request_timeout=0.3), pytest.raises(iio.DecodeError, match=r"0\.3 s"):
        iio.imread("imageio:cat.fake")
    assert in_cache(cache) == []


def test_a_file_in_the_cache_that_is_not_the_image_is_replaced(fake, server, cache) -> None:
    cache.mkdir(parents=True)
    (cache / "cat.fake").write_bytes(DATA[:-3])
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)
    assert (cache / "cat.fake").read_bytes() == DATA


@pytest.mark.parametrize("variable", ["IIO_NO_INTERNET", "IMAGEIO_NO_INTERNET"])
def test_without_the_internet(fake, server, cache, monkeypatch, variable) -> None:
    monkeypatch.setenv(variable, "1")
    with pytest.raises(iio.DecodeError, match=variable) as caught:
        iio.imread("imageio:cat.fake")
    assert str(cache) in str(caught.value) and f"{server.url}cat.fake" in str(caught.value)
    (cache).mkdir(parents=True, exist_ok=True)
    (cache / "cat.fake").write_bytes(DATA)
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)
    assert server.asked == []


def test_another_file_of_its_name_is_not_said_to_be_missing(fake, cache, monkeypatch) -> None:
    monkeypatch.setenv("IIO_NO_INTERNET", "1")
    cache.mkdir(parents=True)
    with pytest.raises(iio.DecodeError, match="it is not in"):
        iio.imread("imageio:cat.fake")
    (cache / "cat.fake").write_bytes(DATA[:-1] + b"?")
    with pytest.raises(iio.DecodeError, match=r"cat\.fake is not it \(by its SHA-256\)"):
        iio.imread("imageio:cat.fake")


def test_a_mirror_in_a_folder(fake, server, cache, tmp_path, monkeypatch) -> None:
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "cat.fake").write_bytes(DATA)
    monkeypatch.setenv("IIO_SAMPLES_URL", (tmp_path / "mirror").as_uri())
    monkeypatch.setenv("IIO_NO_INTERNET", "1")
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)
    assert in_cache(cache) == ["cat.fake"]


def test_where_they_are_kept(fake, server, cache, tmp_path, monkeypatch) -> None:
    import pooch

    monkeypatch.delenv("IIO_USERDIR")
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path / "caches" / project)
    iio.imread("imageio:cat.fake")
    assert in_cache(tmp_path / "caches" / "iio" / "images") == ["cat.fake"]
    monkeypatch.setenv("IMAGEIO_USERDIR", str(tmp_path / "theirs"))
    iio.imread("imageio:cat.fake")
    assert in_cache(tmp_path / "theirs" / ".iio" / "images") == ["cat.fake"]


def test_a_cache_that_cannot_be_written(fake, server, cache, monkeypatch) -> None:
    # As the system says it; of a real folder root would not hear it.
    denied = PermissionError(errno.EACCES, "Permission denied", str(cache))
    monkeypatch.setattr(os, "makedirs", fakes.raiser(denied))
    with pytest.raises(iio.DecodeError, match="Permission denied") as caught:
        iio.imread("imageio:cat.fake")
    assert str(cache) in str(caught.value)
    assert isinstance(caught.value.__cause__, PermissionError)


def test_a_cache_that_is_a_file(fake, server, cache) -> None:
    cache.parent.mkdir()
    cache.write_bytes(b"")
    with pytest.raises(iio.DecodeError, match="could not be downloaded"):
        iio.imread("imageio:cat.fake")


@pytest.mark.parametrize("uri", ["imageio:cet.fake", "imageio://CAT.fake", "imageio:../cat.fake"])
def test_an_unknown_name_lists_those_that_there_are(server, cache, uri) -> None:
    with pytest.raises(FileNotFoundError, match=r"There are: cat\.fake, cat\.zip"):
        iio.imread(uri)
    if ".." not in uri:
        with pytest.raises(FileNotFoundError, match=r"Did you mean 'cat\.fake'\?"):
            iio.imread(uri)
    assert server.asked == []


def test_they_can_only_be_read() -> None:
    for uri in ("imageio:chelsea.png", "imageio://chelsea.png"):
        with pytest.raises(iio.NoPluginError, match="only be read"):
            open_target(uri)


PROGRAM = """
import sys, hashlib
import fakes, iio_core as iio
from iio_core._resources import _samples
_samples.STANDARD_IMAGES = {"cat.fake": (sys.argv[1], int(sys.argv[2]))}
with iio.use(fakes.SPEC):
    print(iio.imread("imageio:cat.fake").sum())
"""


def start(cache: Path, server: Any) -> subprocess.Popen[str]:
    environment = python_environment() | {
        "IIO_USERDIR": str(cache.parents[1]),
        "IIO_SAMPLES_URL": server.url,
    }
    arguments = [sys.executable, "-c", PROGRAM, TABLE["cat.fake"][0], str(len(DATA))]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def test_two_processes_at_once(server, cache) -> None:
    children = [start(cache, server) for _ in range(2)]
    for child in children:
        out, err = child.communicate(timeout=60)
        assert (out.strip(), err, child.returncode) == (str(IMAGE.sum()), "", 0)
    assert in_cache(cache) == ["cat.fake"]


def test_a_kill_in_the_middle_leaves_no_half_image(fake, server, cache) -> None:
    server.mood = "stops"
    child = start(cache, server)
    until = time.monotonic() + 60
    while not server.asked or not in_cache(cache):
        assert time.monotonic() < until and child.poll() is None
        time.sleep(0.01)
    child.kill()
    child.communicate(timeout=60)
    assert "cat.fake" not in in_cache(cache)
    server.mood = ""
    server.over.set()
    assert np.array_equal(iio.imread("imageio:cat.fake"), IMAGE)


def test_without_pooch_it_says_what_to_install(run) -> None:
    code = """
import sys; sys.modules["pooch"] = None
import iio_core as iio
try:
    iio.imread("imageio:chelsea.png")
except iio.PluginNotInstalledError as error:
    print(error, error.install)
"""
    out = run(code).stdout
    assert 'pip install "iio-core[samples]"' in out and "('iio-core[samples]',)" in out


def test_the_table_is_that_of_the_real_files() -> None:
    assert len(STANDARD_IMAGES) == 24 and list(STANDARD_IMAGES) == sorted(STANDARD_IMAGES)
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256, _ in STANDARD_IMAGES.values())


def test_real_files_are_taken_from_a_mirror(tmp_path, monkeypatch) -> None:
    # The collection of test images has other files of these two names.
    names = STANDARD_IMAGES.keys() - {"chelsea.png", "chelsea.zip"}
    here = [name for name in names if (SHARED / name).exists()]
    if not here:
        pytest.skip("the real files are not here")
    monkeypatch.setenv("IIO_USERDIR", str(tmp_path))
    monkeypatch.setenv("IIO_SAMPLES_URL", SHARED.as_uri())
    for name in here:
        found = open_resource(f"imageio:{name}", _limits.Limits())
        assert found.size == STANDARD_IMAGES[name][1] == (SHARED / name).stat().st_size
        found.close()


def test_the_table_is_the_listing() -> None:
    listing = SHARED / "standard-images.sha256"
    if not listing.exists():
        pytest.skip("the listing is not here")
    rows = [line.split() for line in listing.read_text().splitlines() if line.strip()]
    listed = {name: (sha256, int(size)) for sha256, name, size in rows}
    assert listed == STANDARD_IMAGES
