"""Reading from FTP servers: a real one on the loopback interface, and some that do it wrong."""

from __future__ import annotations

import contextlib
import io
import os
import random
import socket
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core._limits import current
from iio_core._resources import open_resource
from iio_core._resources._http import urlopen

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of what it is made of, asyncore
    pytest.importorskip("pyftpdlib.handlers")

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
DATA = fakes.encode(IMAGE)
BIG = random.Random(3).randbytes(2_000_000)
SOON = 0.4  # s: as long as a test waits for a server that does not answer


@pytest.fixture(autouse=True)
def _nothing_left(monkeypatch, tmp_path) -> Iterator[None]:
    """Look for temporary files that a test leaves."""
    for name in list(os.environ):
        if name.startswith(("IMAGEIO_", "SSL_CERT")):
            monkeypatch.delenv(name)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


class Ftp:
    """An FTP server in a thread, with what it was told and how many connections there are."""

    def __init__(self, folder: Path, base: type = FTPHandler, **settings: Any) -> None:
        self.folder = folder
        self.commands: list[str] = []
        ftp = self

        class Handler(base):  # type: ignore[misc,valid-type]
            banner = "hello"
            use_sendfile = False

            def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
                ftp.commands.append(line)
                super().pre_process_command(line, cmd, arg)

        authorizer = DummyAuthorizer()
        authorizer.add_anonymous(str(folder))
        authorizer.add_user("me", "p@ss", str(folder))
        Handler.authorizer = authorizer
        for name, value in settings.items():
            setattr(Handler, name, value)
        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), Handler, ioloop=self._loop)
        self.port: int = self._server.address[1]
        self.url = f"ftp://127.0.0.1:{self.port}"
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending:
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()

    def open_connections(self) -> int:
        return len(self._loop.socket_map) - 1

    def close(self) -> None:
        self._ending = True
        self._thread.join()

    def put(self, name: str, data: bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return f"{self.url}/{name}"


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Ftp]]:
    """Return a function that starts a server, of which every connection is closed in the end."""
    servers = []

    def start(*args: Any, **settings: Any) -> Ftp:
        folder = tmp_path / f"served{len(servers)}"
        folder.mkdir()
        servers.append(Ftp(folder, *args, **settings))
        return servers[-1]

    yield start
    try:
        for server in servers:
            until = time.monotonic() + 5
            while server.open_connections() and time.monotonic() < until:
                time.sleep(0.02)
            assert server.open_connections() == 0, "a connection was left open"
    finally:
        for server in servers:
            server.close()


@pytest.fixture
def ftp(start) -> Ftp:
    return start()


def whole(uri: str) -> bytes:
    with urlopen(uri) as file:
        return file.read()


def refused(uri: str, message: str, kind: type[Exception] = iio.DecodeError) -> Exception:
    with pytest.raises(kind, match=message) as caught:
        whole(uri)
    return caught.value


def sent(ftp: Ftp, command: str) -> int:
    return sum(line.startswith(command) for line in ftp.commands)


def lacking(*commands: str) -> dict[str, Any]:
    known = {name: value for name, value in FTPHandler.proto_cmds.items() if name not in commands}
    return {"proto_cmds": known}


@pytest.mark.parametrize("lacks", [(), ("REST",), ("SIZE",), ("MDTM",), ("REST", "SIZE", "MDTM")])
@pytest.mark.parametrize("length", [0, 1, 70_000, 2_000_000])
def test_every_byte_arrives(start, lacks, length) -> None:
    ftp = start(**lacking(*lacks))
    assert whole(ftp.put("x.bin", BIG[:length])) == BIG[:length]
    assert sent(ftp, "RETR") == 1


@pytest.mark.parametrize("lacks", [(), ("REST",), ("REST", "SIZE")])
def test_it_is_a_file_like_any_other(start, lacks) -> None:
    ftp = start(**lacking(*lacks))
    rest = open_resource(ftp.put("x.bin", BIG), current())
    assert rest.size == (None if "SIZE" in lacks else len(BIG))
    file, local = rest.open(), io.BytesIO(BIG)
    choose = random.Random(5)
    for _ in range(25):
        whence = choose.choice([os.SEEK_SET, os.SEEK_END])
        offset = choose.randrange(len(BIG)) - whence // 2 * len(BIG)
        assert file.seek(offset, whence) == local.seek(offset, whence)
        n = choose.choice([0, 1, 5_000, 300_000])
        assert file.read(n) == local.read(n)
    rest.close()
    assert file.closed


def test_a_part_takes_a_transfer_and_not_the_whole_file(ftp) -> None:
    rest = open_resource(ftp.put("x.bin", BIG), current())
    file = rest.open()
    assert file.read(10) == BIG[:10]
    file.seek(1_900_000)
    assert file.read(1000) == BIG[1_900_000:1_901_000]
    file.seek(1_950_000)
    assert file.read(1000) == BIG[1_950_000:1_951_000], "near: what is between is skipped"
    file.seek(900_000)
    assert file.read(1000) == BIG[900_000:901_000]
    assert sent(ftp, "RETR") == 3
    assert sent(ftp, "USER") == 1
    rest.close()


def test_every_call(ftp, fake) -> None:
    frames = [IMAGE + i for i in range(3)]
    url = ftp.put("a/b c.fake", fakes.encode(*frames)).replace(" ", "%20")
    assert (iio.imread(url, index=1) == frames[1]).all()
    assert [int(image[0, 0, 0]) for image in iio.imiter(url)] == [0, 1, 2]
    assert iio.improps(url).shape == (4, 4, 3)
    assert iio.explain(url).chosen.format.name == "FAKE"
    assert (iio.imread(ftp.put("x", DATA), extension=".fake") == IMAGE).all()


def test_names(ftp) -> None:
    ftp.put("a/x#y?z.ome.tiff", BIG)
    url = f"{ftp.url}/a/x%23y?z.ome.tiff;type=i"
    rest = open_resource(url.replace("//", "//me:p%40ss@"), current())
    assert rest.name == url
    assert rest.extension == ".tiff"
    assert "USER me" in ftp.commands
    with rest.as_path() as path:
        assert path.name == "x#y_z.ome.tiff"
        assert path.read_bytes() == BIG
    rest.close()
    # From the root instead of the directory that the user begins in.
    assert whole(f"{ftp.url}/%2Fa/x%23y%3Fz.ome.tiff") == BIG


@pytest.mark.parametrize(
    ("path", "name"), [("caf%E9.fake", b"caf\xe9.fake"), ("café.fake", "café.fake".encode())]
)
def test_the_bytes_of_a_name_are_sent_as_they_are(bad, path, name) -> None:
    told = []
    ended = threading.Event()

    def answer(to: socket.socket) -> None:
        to.sendall(b"220 hello\r\n230 in\r\n200 fine\r\n350 fine\r\n213 9\r\n213 9\r\n500 no\r\n")
        while data := to.recv(1000):
            told.append(data)
        ended.set()

    refused(bad(answer).replace("x.png", path), "500 no")
    assert ended.wait(10)
    assert b"SIZE " + name + b"\r\nMDTM " + name + b"\r\n" in b"".join(told)


@pytest.mark.parametrize("path", ["", "/", "/a%0d%0aDELE%20b", "/a%00b"])
def test_what_is_no_file(path) -> None:
    for uri in (f"ftp://127.0.0.1:1{path}", f"ftp://a%0Ab:c@127.0.0.1:1/x{path}"):
        with pytest.raises(iio.OptionError, match="is not a URL of a file"):
            iio.imread(uri)


def test_a_missing_file(ftp) -> None:
    error = refused(f"{ftp.url}/no.png", "550", FileNotFoundError)
    assert f"{ftp.url}/no.png" in str(error)


def test_a_wrong_password(start) -> None:
    ftp = start(auth_failed_timeout=0)
    error = refused(ftp.put("x", DATA).replace("//", "//me:wrong@"), "530", PermissionError)
    assert "wrong@" not in str(error)


def test_too_large_a_file(start) -> None:
    ftp = start(**lacking("REST"))
    url = ftp.put("x.bin", BIG)
    with iio.limits(body_bytes="1MB"):
        refused(url, "at least 2 MiB", iio.LimitError)
    other = start(**lacking("SIZE"))
    url = other.put("x.bin", BIG)
    with iio.limits(body_bytes="1MB"):
        refused(url, "IIO_MAX_BODY_BYTES", iio.LimitError)


def test_a_file_that_changes_is_not_mixed(ftp) -> None:
    rest = open_resource(ftp.put("x.bin", BIG), current())
    file = rest.open()
    ftp.put("x.bin", BIG + b"more")
    file.seek(1_500_000)
    with pytest.raises(iio.DecodeError, match="changed while it was read"):
        file.read(10)
    rest.close()


class Cutting(DTPHandler):
    """Closes a transfer when 100,000 bytes have gone."""

    def handle_write_event(self) -> None:  # pragma: no cover - not every version has it
        super().handle_write_event()

    def initiate_send(self) -> Any:
        done = super().initiate_send()
        if self.tot_bytes_sent > 100_000:
            self.close()
        return done


@pytest.mark.parametrize("lacks", [(), ("REST",), ("SIZE",)])
def test_a_transfer_that_is_cut(start, lacks) -> None:
    ftp = start(dtp_handler=Cutting, **lacking(*lacks))
    with iio.limits(request_timeout=1):  # it says nothing, either
        refused(ftp.put("x.bin", BIG), "broke off")


def test_a_transfer_that_the_server_ends_while_nothing_is_read(start) -> None:
    class Impatient(DTPHandler):
        timeout = 0.3

    ftp = start(dtp_handler=Impatient)
    rest = open_resource(ftp.put("x.bin", BIG * 5), current())
    file = rest.open()
    assert file.read(100) == BIG[:100]
    time.sleep(0.8)
    assert file.read() == (BIG * 5)[100:]
    rest.close()


def test_a_server_that_logs_out_who_does_nothing(start) -> None:
    ftp = start(timeout=0.3)
    rest = open_resource(ftp.put("x.bin", BIG), current())
    file = rest.open()
    file.read()
    time.sleep(0.8)
    rest._body._slots.clear()
    file.seek(500_000)
    assert file.read(10) == BIG[500_000:500_010]
    assert sent(ftp, "USER") == 2
    rest.close()


def test_no_internet_and_private_addresses(ftp, monkeypatch) -> None:
    url = ftp.put("x.bin", BIG)
    with iio.limits(private_addresses=False):
        refused(url, "127.0.0.1 is on this machine", PermissionError)
    monkeypatch.setenv("IMAGEIO_NO_INTERNET", "true")
    refused(url, "IMAGEIO_NO_INTERNET", PermissionError)
    assert ftp.commands == []


def test_the_address_that_a_server_says_is_not_gone_to(start) -> None:
    ftp = start(masquerade_address="192.0.2.1", proto_cmds=lacking("EPSV")["proto_cmds"])
    assert whole(ftp.put("x.bin", BIG)) == BIG
    assert sent(ftp, "PASV") == 1


# By TLS


@pytest.fixture(scope="module")
def authority():
    pytest.importorskip("OpenSSL")
    return pytest.importorskip("trustme").CA()


def test_ftps(authority, start, tmp_path, monkeypatch, fake) -> None:
    from pyftpdlib.handlers import TLS_FTPHandler

    certificate = tmp_path / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    ftp = start(
        TLS_FTPHandler,
        certfile=str(certificate),
        ssl_context=None,
        tls_control_required=True,
        tls_data_required=True,
    )
    url = ftp.put("x.fake", DATA).replace("ftp:", "ftps:")
    with iio.limits(request_timeout=5):
        refused(url, "CERTIFICATE_VERIFY_FAILED")
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert (iio.imread(url) == IMAGE).all()
        assert whole(ftp.put("y.bin", BIG).replace("ftp:", "ftps:")) == BIG
        refused(url.replace("ftps:", "ftp:"), "550|SSL|TLS", OSError)


# Servers that do not do as they should


@pytest.fixture
def bad() -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Return a function that lets another one answer the next connection."""
    listeners = []
    threads = []

    def serve(answer: Callable[[socket.socket], None]) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def accept() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(5)
                answer(connection)

        threads.append(threading.Thread(target=accept, daemon=True))
        threads[-1].start()
        return f"ftp://127.0.0.1:{listener.getsockname()[1]}/x.png"

    yield serve
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive(), "a connection was left open"
    for listener in listeners:
        listener.close()


def test_a_server_that_says_nothing(bad) -> None:
    with iio.limits(request_timeout=SOON):
        refused(bad(lambda to: to.recv(1) and None), "nothing came for 0.4 s", TimeoutError)


def test_a_server_that_drips(bad) -> None:
    def answer(to: socket.socket) -> None:
        while True:
            to.sendall(b"2")
            time.sleep(0.02)

    with iio.limits(request_timeout=SOON):
        refused(bad(answer), "less than 1024 a second", TimeoutError)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 400 Bad\r\n\r\n",
        b"SSH-2.0\r\n",
        b"220-hello\r\n" * 20_000,
        b"220 " + b"x" * 20_000,
        b"421 too many users\r\n",
        b"\xff\xfe\0\r\n",
        b"220 hello\r\n331 what\r\n",
        b"220 hello\r\n230 in\r\n200 fine\r\n350 fine\r\n213 9\r\n213 9\r\n227 nonsense\r\n",
        b"220 hello\r\n230 in\r\n200 fine\r\n350 fine\r\n213 9\r\n213 9\r\n229 (|||0|)\r\n",
        b"220 hello\r\n230 in\r\n200 fine\r\n350 fine\r\n213 9\r\n213 9\r\n"
        b"227 (127,0,0,1,%b,1)\r\n" % (b"9" * 20),
        b"220 hello\r\n599-" + b"x\x1b" * 4000 + b"\r\n599 end\r\n",
    ],
)
def test_what_is_no_ftp_server(bad, said) -> None:
    def answer(to: socket.socket) -> None:
        to.sendall(said)
        to.shutdown(socket.SHUT_WR)
        while to.recv(1000):
            pass

    with iio.limits(request_timeout=2):
        message = str(refused(bad(answer), "the file cannot be had"))
    assert len(message) < 500 and message.isprintable()


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        refused(f"ftp://127.0.0.1:{unused.getsockname()[1]}/x.png", "cannot connect to 127.0.0.1")
