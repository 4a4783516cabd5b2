"""Reading from web servers, of good and of bad manners: real ones, on the loopback interface."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import socket
import ssl
import struct
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core._limits import current
from iio_core._resources import _addresses, open_resource, open_target
from iio_core._resources._http import urlopen
from iio_core._resources._ranges import BLOCK
from iio_core.testing._server import Answering, FileServer

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
DATA = fakes.encode(IMAGE)
BIG = random.Random(3).randbytes(3_000_000)
SOON = 0.4  # s: as long as a test waits for a server that does not answer


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.startswith(("IMAGEIO_", "SSL_CERT")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _nothing_left(monkeypatch, tmp_path) -> Iterator[None]:
    """Look for temporary files that a test leaves."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A web server, of which every connection has to be closed in the end."""
    with FileServer() as server:
        yield server
        assert server.wait_until_idle(), "a connection was left open"


def resource(uri: str, **options) -> iio.Resource:
    return open_resource(uri, current(), **options)


def whole(uri: str) -> bytes:
    with urlopen(uri) as file:
        return file.read()


def refused(uri: str, message: str, kind: type[Exception] = iio.DecodeError) -> Exception:
    """Read what cannot be read, and return the error."""
    with pytest.raises(kind, match=message) as caught:
        whole(uri)
    return caught.value


# Good servers


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("length", [0, 1, 100, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 1_000_000])
def test_every_byte_arrives(server, ranges, length) -> None:
    url = server.serve("/x.bin", BIG[:length], ranges=ranges)
    assert whole(url) == BIG[:length]
    assert server.sent <= 2 * length + 2


@pytest.mark.parametrize("ranges", [True, False])
def test_it_is_a_file_like_any_other(server, ranges) -> None:
    rest = resource(server.serve("/x.bin", BIG, ranges=ranges))
    assert rest.size == len(BIG)
    assert rest.head(10) == BIG[:10]
    file, local = rest.open(), io.BytesIO(BIG)
    choose = random.Random(5)
    for _ in range(100):
        whence = choose.choice([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END])
        offset = choose.randrange(len(BIG))
        if whence == os.SEEK_CUR:
            offset -= local.tell()
        if whence == os.SEEK_END:
            offset -= len(BIG)
        assert file.seek(offset, whence) == local.seek(offset, whence)
        n = choose.choice([0, 1, 100, 5_000, 40_000, 300_000])
        assert file.read(n) == local.read(n)
        assert file.tell() == local.tell()
    assert file.seek(len(BIG) + 5) == len(BIG) + 5
    assert file.read(5) == b""
    with pytest.raises(OSError, match="nothing before the beginning"):
        file.seek(-1)
    other = rest.open()
    assert other.read(7) == BIG[:7]
    rest.close()
    assert file.closed and other.closed


def test_only_what_is_read_is_fetched(server) -> None:
    rest = resource(server.serve("/x.bin", BIG))
    file = rest.open()
    assert server.sent == 2 * BLOCK
    for place in (2_900_000, 1_500_000, 400_000):
        file.seek(place)
        assert file.read(1000) == BIG[place : place + 1000]
    assert server.sent <= (2 + 3 * 2) * BLOCK
    before = len(server.requests)
    file.seek(1_500_100)
    assert file.read(500) == BIG[1_500_100:1_500_600]
    assert len(server.requests) == before, "it was here already"
    assert server.connections == 1, "the connection is used again"
    rest.close()


def test_reading_in_order_takes_few_requests(server) -> None:
    rest = resource(server.serve("/x.bin", BIG))
    file = rest.open()
    assert b"".join(iter(lambda: file.read(10_000), b"")) == BIG
    assert len(server.requests) <= 9
    assert server.sent == len(BIG)
    rest.close()


def test_a_large_read_is_one_request(server) -> None:
    rest = resource(server.serve("/x.bin", BIG))
    file = rest.open()
    file.seek(1_000_000)
    assert file.read(1_500_000) == BIG[1_000_000:2_500_000]
    assert len(server.requests) <= 3
    rest.close()


def test_what_is_kept_is_bounded(server, monkeypatch) -> None:
    from iio_core._resources import _ranges

    monkeypatch.setattr(_ranges, "_AHEAD", 4)
    monkeypatch.setattr(_ranges, "_KEPT", 8)
    rest = resource(server.serve("/x.bin", BIG))
    file = rest.open()
    choose = random.Random(1)
    for _ in range(100):
        place = choose.randrange(len(BIG))
        file.seek(place)
        assert file.read(50_000) == BIG[place : place + 50_000]
    rest._body._spool.seek(0, os.SEEK_END)
    assert rest._body._spool.tell() <= 8 * BLOCK
    rest.close()


def test_without_ranges_only_what_is_needed_is_waited_for(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": "5000000"})
        to.send(DATA.ljust(100_000, b"E"))
        to.wait()

    url = server.serve("/x.fake", answer)
    with iio.use(fakes.SPEC):
        assert (iio.imread(url) == IMAGE).all()


@pytest.mark.parametrize("ranges", [True, False])
def test_every_call(server, fake, ranges) -> None:
    frames = [IMAGE + i for i in range(3)]
    url = server.serve("/a/x.fake", fakes.encode(*frames, meta={"who": "me"}), ranges=ranges)
    assert (iio.imread(url, index=1) == frames[1]).all()
    assert [int(image[0, 0, 0]) for image in iio.imiter(url)] == [0, 1, 2]
    assert iio.improps(url).shape == (4, 4, 3)
    assert iio.immeta(url, index=0) == {"who": "me"}
    assert iio.explain(url).chosen.format.name == "FAKE"
    with iio.imopen(url, "r") as session:
        assert session.count() == 3


def test_a_session_that_is_not_read_from_leaves_nothing_open(server, fake) -> None:
    url = server.serve("/x.fake", fakes.encode(*[np.zeros((500, 500), np.uint8)] * 5))
    iio.imopen(url, "r").close()
    iterator = iio.imiter(url)
    next(iterator)
    iterator.close()
    with pytest.raises(iio.NoPluginError):
        iio.imread(server.serve("/x.unheard", b"nobody knows this" * 10_000))


def test_a_list_of_urls(server) -> None:
    urls = [server.serve(f"/{number}.bin", BIG[number:]) for number in range(3)]
    with pytest.raises(FileNotFoundError):
        resource([*urls, f"{server.url}/no"])
    assert server.wait_until_idle()
    rest = resource(urls)
    assert [member.head(5) for member in rest.entries()] == [BIG[i : i + 5] for i in range(3)]
    rest.close()


def test_a_temporary_path(server) -> None:
    for ranges in (True, False):
        rest = resource(server.serve("/Some%20name.ome.tiff", BIG, ranges=ranges) + "?x=1")
        with rest.as_path() as path:
            assert path.name == "Some name.ome.tiff"
            assert path.read_bytes() == BIG
        assert not path.exists()
        rest.close()


@pytest.mark.parametrize(
    ("path", "headers", "name"),
    [
        ("/" + "%E6%BC%A2" * 120 + ".png", {}, "漢" * 65 + ".png"),
        ("/x", {"Content-Disposition": r"inline; filename*=unicode_escape''%5Cud800.png"}, "_.png"),
        ("/aux.png", {}, "_aux.png"),
        ("/Com1", {}, "_Com1"),
        ("/auxiliary.png", {}, "auxiliary.png"),
    ],
)
def test_a_temporary_path_that_every_file_system_takes(server, path, headers, name) -> None:
    rest = resource(server.serve(path, DATA, headers=headers))
    with rest.as_path() as copied:
        assert copied.name == name
    rest.close()


@pytest.mark.parametrize(
    ("path", "headers", "extension"),
    [
        ("/a.b/c.PNG", {}, ".png"),
        ("/c.ome.tiff", {}, ".tiff"),
        ("/caf%C3%A9%2Epng", {"Content-Type": "image/gif"}, ".png"),
        ("/a%2Fb%00.g%3Fif", {}, ".g_if"),
        ("/photo", {"Content-Type": "image/png"}, ".png"),
        ("/photo", {"Content-Type": "image/webp; x=y"}, ".webp"),
        ("/photo", {"Content-Type": "text/html"}, ""),
        ("/photo", {}, ""),
        ("/photo", {"Content-Disposition": "inline; filename*=a%00b''x.gif"}, ""),
        ("/photo", {"Content-Disposition": "inline; filename=x.gif; a=" + "b" * 5000}, ""),
        ("/", {"Content-Disposition": 'attachment; filename="../../x.tif"'}, ".tif"),
        (
            "/get",
            {
                "Content-Disposition": "inline; filename*=utf-8''a%20b.gif",
                "Content-Type": "image/png",
            },
            ".gif",
        ),
    ],
)
def test_the_extension(server, path, headers, extension) -> None:
    url = server.serve(path, DATA, headers=headers)
    for uri in (url, f"{url}?name=x.exr#y.jpg"):
        rest = resource(uri)
        assert rest.extension == extension
        with rest.as_path() as copied:
            assert copied.suffix.lower() == extension
        rest.close()
    rest = resource(url, extension="fake")
    assert rest.extension == ".fake"
    rest.close()


def test_the_extension_of_where_it_is_redirected_to(server) -> None:
    server.serve(
        "/real/x.gif?y=z.png".partition("?")[0], DATA, headers={"Content-Type": "image/png"}
    )
    url = server.serve("/get", redirect("/real/x.gif?y=z.png"))
    rest = resource(url)
    assert rest.extension == ".gif"
    assert rest.name == url
    rest.close()


def redirect(to: str, status: int = 302):
    def answer(client: Answering) -> None:
        client.reply(b"see there", status=status, headers={"Location": to})

    return answer


def test_what_is_asked(server) -> None:
    url = server.serve("/%C3%A9%20x.bin", DATA)
    assert whole(server.url.replace("//", "//me:p%40ss@") + "/é x.bin?q=ü&a=b%20c#part") == DATA
    path, headers = server.requests[0]
    assert path == "/%C3%A9%20x.bin?q=%C3%BC&a=b%20c"
    assert headers["User-Agent"] == f"iio-core/{iio.__version__}"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["Authorization"] == "Basic bWU6cEBzcw=="
    assert "Authorization" not in (whole(url), server.requests[1][1])[1]


@pytest.mark.parametrize("zone", ["%25eth0", "%eth0"])
def test_the_zone_of_an_address_stays_on_this_machine(server, monkeypatch, zone) -> None:
    url = server.serve("/x.bin", DATA).replace("127.0.0.1", f"[fe80::1{zone}]")
    asked = []

    def lookup(host, port, **options):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert whole(url) == DATA
    assert asked == ["fe80::1%eth0"]
    assert server.requests[0][1]["Host"] == f"[fe80::1]:{server.port}"


def test_a_password_is_not_told(server) -> None:
    rest = resource(server.serve("/x.bin", DATA).replace("//", "//me:secret@"))
    assert rest.name == f"{server.url}/x.bin"
    rest.close()
    for uri in (server.url + "/no", "http://me:secret@[", "http://[::1%zz]:99999/"):
        with pytest.raises((OSError, iio.OptionError)) as caught:
            resource(uri.replace("://127", "://me:secret@127"))
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "uri",
    [
        "http://",
        "http:///x.png",
        "http://host:port/x.png",
        "http://host:99999/x.png",
        "http://[::1/x.png",
        "http://[fe80::1%25]/x.png",
        "http://[fe80::1%25a%2Fb]/x.png",
        "http://host%25eth0/x.png",
        "http://a b/x.png",
        "http://host/x.png\r\nHost: other",
        "http://host\0/x.png",
        "http://" + "é" * 70 + "/x.png",
        "http://me:secret@ho℀st/x.png",
        "http://me:top/secret@host/x.png",
        "http://me:top#secret@host/x.png",
        "http://me:secret@host/x\n.png",
        "http://host/\udcff.png",
        "http://a\ud800:secret@host/x.png",
    ],
)
def test_what_is_no_url(uri) -> None:
    with pytest.raises(iio.OptionError, match="is not a URL") as caught:
        iio.imread(uri)
    assert "secret" not in str(caught.value)


def test_a_schemes_case_does_not_matter(server) -> None:
    assert whole(server.serve("/x.bin", DATA).replace("http", "HTTP")) == DATA


def test_urls_are_only_read(tmp_path) -> None:
    for uri in ("http://host/x.fake", "https://host/x", "ftp://host/x.fake", "ftps://host/x"):
        with pytest.raises(iio.NoPluginError, match="only reads from"):
            open_target(uri)
        with iio.use(fakes.SPEC), pytest.raises(iio.NoPluginError, match="only reads from"):
            iio.imwrite(uri, IMAGE)
    for uri in ("file:///x", "x.png", "s3://x/y"):
        with pytest.raises(iio.OptionError, match="does not begin with http"):
            urlopen(uri)


def test_nothing_is_imported_for_a_path(run, tmp_path) -> None:
    (tmp_path / "x.fake").write_bytes(DATA)
    code = """
import sys, fakes, iio_core as iio
with iio.use(fakes.SPEC):
    iio.imread(sys.argv[1])
print(sorted({"http.client", "ssl", "socket", "ftplib", "urllib.request"} & set(sys.modules)))
"""
    assert run(code, str(tmp_path / "x.fake")).stdout.strip() == "[]"


# What the server says


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, FileNotFoundError),
        (410, FileNotFoundError),
        (401, PermissionError),
        (403, PermissionError),
        (400, iio.DecodeError),
        (429, iio.DecodeError),
        (500, iio.DecodeError),
        (503, iio.DecodeError),
        (204, iio.DecodeError),
        (304, iio.DecodeError),
    ],
)
def test_a_status(server, status, kind) -> None:
    url = server.serve("/x.png", lambda to: to.reply(b"", status=status))
    error = refused(url, f"the server answers {status}", kind)
    assert url in str(error)
    assert not isinstance(error, iio.NoPluginError)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/b/x.bin", "../b/x.bin", "//{host}/b/x.bin", "{url}/b/x.bin"]
)
def test_redirects(server, status, location) -> None:
    server.serve("/b/x.bin", BIG)
    target = location.format(host=f"127.0.0.1:{server.port}", url=server.url)
    assert whole(server.serve("/a/x.bin", redirect(target, status))) == BIG
    assert [path for path, _ in server.requests].count("/a/x.bin") == 1


def test_five_redirects_are_followed_and_six_are_not(server) -> None:
    server.serve("/0", BIG[:100])
    for number in range(1, 7):
        server.serve(f"/{number}", redirect(f"/{number - 1}"))
    assert whole(f"{server.url}/5") == BIG[:100]
    refused(f"{server.url}/6", "redirected more than 5 times")
    assert len(server.requests) == 6 + 6
    refused(server.serve("/loop", redirect("/loop")), "redirected more than 5 times")


@pytest.mark.parametrize(
    "to",
    [
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "ftp://127.0.0.1/x.png",
        "gopher://x/",
        "javascript:x",
    ],
)
def test_redirects_do_not_leave_the_web(server, to) -> None:
    refused(server.serve("/x.png", redirect(to)), f"to {to.split(':')[0].lower()}://, which is not")
    assert len(server.requests) == 1


@pytest.mark.parametrize("to", ["http://[", "http://a:b:c/", "http://x\x7fy/"])
def test_redirects_to_what_is_no_url(server, to) -> None:
    refused(server.serve("/x.png", redirect(to)), "redirects to what is no URL")


def test_a_password_stays_with_its_server(server) -> None:
    with FileServer() as other:
        other.serve("/x", DATA)
        server.serve("/own", redirect("/x"))
        server.serve("/x", redirect(f"{other.url}/x"))
        assert whole(f"{server.url}/own".replace("//", "//me:pw@")) == DATA
        assert other.wait_until_idle()
        assert ["Authorization" in headers for _, headers in server.requests] == [True, True]
        assert "Authorization" not in other.requests[0][1]


def test_a_redirect_without_a_target(server) -> None:
    refused(server.serve("/x.png", lambda to: to.reply(b"", status=302)), "the server answers 302")


# Servers that send parts in ways of their own


def test_a_file_that_changes_is_not_mixed(server) -> None:
    for headers in (
        {},
        {"ETag": "W/weak"},
        {"ETag": "", "Last-Modified": "Sat, 1 Jan 2022 0:0:0 GMT"},
    ):
        url = server.serve("/x.bin", BIG, headers=headers)
        rest = resource(url)
        file = rest.open()
        changed = {"ETag": '"other"', "Last-Modified": "Sun, 2 Jan 2022 0:0:0 GMT"}
        server.serve("/x.bin", BIG[::-1], headers=changed)
        file.seek(2_000_000)
        with pytest.raises(iio.DecodeError, match="changed while it was read"):
            file.read(10)
        rest.close()


def parts(
    data: bytes = BIG,
    *,
    first: str | None = None,
    later: str | None = None,
    status: int = 206,
    cut: int = 0,
):
    """Answer like a server with ranges, but for the Content-Range of the first or later answers."""

    def answer(to: Answering) -> None:
        start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
        stop = min(stop + 1, len(data))
        said = first if start == 0 else later
        said = said if said is not None else f"bytes {start}-{stop - 1}/{len(data)}"
        headers = {"Content-Range": said} if said else {}
        to.reply(data[start : stop - cut], status=status if start else 206, headers=headers)

    def either(to: Answering) -> None:
        if "Range" in to.headers:
            answer(to)
        else:
            to.reply(data)

    return either


@pytest.mark.parametrize(
    "said",
    [
        "",
        "bytes 5-65540/3000000",
        "bytes 0-65535/*",
        "bytes 0-99/3000000",
        "bytes 0-70000/3000000",
        "bytes 0-65535/70",
        "bytes 0-65535/" + "9" * 30,
        "items 0-1/2",
        "bytes x-y/z",
    ],
)
def test_a_first_part_that_was_not_asked_for_is_not_used(server, said) -> None:
    assert whole(server.serve("/x.bin", parts(first=said))) == BIG
    assert [("Range" in headers) for _, headers in server.requests] == [True, False]


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "the server sends None"),
        ("bytes 0-99/3000000", "the server sends 'bytes 0-99/3000000'"),
        ("bytes 65536-131071/4000000", "the server sends"),
    ],
)
def test_a_later_part_that_was_not_asked_for_is_an_error(server, said, message) -> None:
    refused(server.serve("/x.bin", parts(later=said)), message)


@pytest.mark.parametrize("status", [200, 416, 500])
def test_a_server_that_has_no_parts_any_more(server, status) -> None:
    message = "sends no more parts" if status != 500 else "the server answers 500"
    refused(server.serve("/x.bin", parts(status=status)), message)


def test_a_server_that_does_not_understand_conditions(server) -> None:
    tag = {"ETag": '"one"'}
    good = parts()

    def answer(to: Answering) -> None:
        if "If-Range" in to.headers:
            to.reply(BIG, headers=tag)
        else:
            good(to)

    def first(to: Answering) -> None:
        if to.headers["Range"].startswith("bytes=0-"):
            headers = {"Content-Range": f"bytes 0-{2 * BLOCK - 1}/{len(BIG)}", **tag}
            to.reply(BIG[: 2 * BLOCK], status=206, headers=headers)
        else:
            answer(to)

    assert whole(server.serve("/x.bin", first)) == BIG


def test_parts_that_are_cut(server) -> None:
    def answer(to: Answering) -> None:
        start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
        headers = {
            "Content-Range": f"bytes {start}-{stop}/{len(BIG)}",
            "Content-Length": str(stop - start + 1),
        }
        to.begin(206, headers)
        to.send(BIG[start : stop + 1 - 7 * bool(start)])
        if start:
            to.hang_up()

    refused(server.serve("/x.bin", answer), "is cut: the server broke off after .* bytes")


def test_parts_in_chunks_and_parts_that_are_too_long(server) -> None:
    def answer(chunked: bool, extra: bytes):
        def answer(to: Answering) -> None:
            start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
            stop = min(stop, len(BIG) - 1)
            said = {"Content-Range": f"bytes {start}-{stop}/{len(BIG)}"}
            data = BIG[start : stop + 1] + extra
            if not chunked:
                return to.reply(data, status=206, headers=said)
            to.begin(206, {**said, "Transfer-Encoding": "chunked"})
            for piece in (data, b""):
                to.send_chunk(piece)
            return None

        return answer

    assert whole(server.serve("/x.bin", answer(True, b""))) == BIG
    assert server.connections == 1
    assert whole(server.serve("/x.bin", answer(True, b"more"))) == BIG
    assert whole(server.serve("/x.bin", answer(False, b"more"))) == BIG


def test_a_connection_that_the_server_closes_meanwhile(server) -> None:
    good = parts()

    def answer(to: Answering) -> None:
        good(to)
        to.close_connection = True

    rest = resource(server.serve("/x.bin", answer))
    file = rest.open()
    assert server.wait_until_idle()
    file.seek(1_000_000)
    assert file.read(10) == BIG[1_000_000:1_000_010]
    assert server.connections == 2
    rest.close()


# Servers that break off, are slow, or never end


def test_a_body_that_is_cut(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": "1000000"})
        to.send(BIG[:200_000])
        to.hang_up()

    url = server.serve("/x.fake", answer)
    refused(url, "is cut: the server broke off after 200000 of 1000000 bytes")
    rest = resource(url)
    file = rest.open()
    assert file.read(1000) == BIG[:1000]
    for _ in range(2):  # the second time, too
        with pytest.raises(iio.DecodeError, match="is cut"):
            file.read()
    rest.close()


def test_chunks_that_are_cut(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked"})
        to.send_chunk(BIG[:1000])
        to.send(b"ffff\r\nonly this")
        to.hang_up()

    refused(server.serve("/x.png", answer), "the server broke off: IncompleteRead")


def test_a_cut_file_is_not_blamed_on_the_plugin(server, fake) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": str(len(DATA))})
        to.send(DATA[:-10])
        to.hang_up()

    with pytest.raises(iio.DecodeError, match=r"x\.fake is cut: the server broke off"):
        iio.imread(server.serve("/x.fake", answer))


def test_a_server_that_says_nothing(server) -> None:
    url = server.serve("/x.png", lambda to: to.wait() and None)
    with iio.limits(request_timeout=SOON):
        error = refused(url, "nothing came for 0.4 s.*IIO_REQUEST_TIMEOUT", TimeoutError)
    assert isinstance(error, iio.DecodeError)


def test_a_server_that_stops_in_the_middle(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": "1000000"})
        to.send(BIG[:1000])
        to.wait()

    with iio.limits(request_timeout=SOON):
        refused(server.serve("/x.png", answer), "nothing came for 0.4 s", TimeoutError)


@pytest.mark.parametrize("what", ["head", "body", "part"])
def test_a_server_that_drips(server, what) -> None:
    def drip(to: Answering) -> None:
        while not to.wait(0.02):
            to.wfile.write(b"x")

    def answer(to: Answering) -> None:
        if what == "head":
            to.wfile.write(b"HTTP/1.1 200 Fine\r\nX: ")
        elif what == "body":
            to.begin(200, {"Content-Length": "1000000"})
        else:
            said = f"bytes 0-{2 * BLOCK - 1}/1000000"
            to.begin(206, {"Content-Length": str(2 * BLOCK), "Content-Range": said})
        drip(to)

    url = server.serve("/x.png", answer)
    with iio.limits(request_timeout=SOON):
        refused(url, "less than 1024 a second.*least_throughput", TimeoutError)


def test_a_slow_server_can_be_allowed(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": "40"})
        for _ in range(40):
            to.wait(0.02)
            to.wfile.write(b"x")

    with iio.limits(request_timeout=SOON, least_throughput=1):
        assert whole(server.serve("/x.png", answer)) == b"x" * 40


def test_time_that_the_reader_takes_does_not_count(server) -> None:
    rest = None
    with iio.limits(request_timeout=SOON):
        rest = resource(server.serve("/x.bin", BIG, ranges=False))
    file = rest.open()
    for _ in range(4):
        time.sleep(SOON / 2)
        assert file.read(10)
    assert file.read() == BIG[40:]
    rest.close()


@pytest.mark.parametrize("ranges", [True, False])
def test_ten_gigabytes(server, ranges) -> None:
    length = 10 << 30

    def answer(to: Answering) -> None:
        if ranges:
            start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
            said = f"bytes {start}-{stop}/{length}"
            to.reply(bytes(stop + 1 - start), status=206, headers={"Content-Range": said})
        else:
            to.begin(200, {"Content-Length": str(length)})
            to.send(b"x" * 100)

    url = server.serve("/x.bin", answer)
    if not ranges:
        refused(url, "at least 10 GiB.*IIO_MAX_BODY_BYTES", iio.LimitError)
        return
    rest = resource(url)
    file = rest.open()
    file.seek(-5, os.SEEK_END)
    assert file.read() == bytes(5)
    file.seek(0)
    with pytest.raises(iio.LimitError, match="at least 10 GiB"):
        file.read()
    with pytest.raises(iio.LimitError, match="at least 10 GiB"), rest.as_path():
        pass
    assert server.sent < 5 * BLOCK
    rest.close()


def test_the_length_that_a_server_claims_can_be_left_out_of_the_limits(server, fake) -> None:
    image = fakes.encode(np.zeros((300, 400), np.uint8))

    def answer(to: Answering) -> None:
        start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
        data = image[start : stop + 1].ljust(stop + 1 - start, b"E")
        to.reply(data, status=206, headers={"Content-Range": f"bytes {start}-{stop}/{1 << 50}"})

    url = server.serve("/x.fake", answer)
    with (
        iio.limits(array_bytes="100kB", ratio=0),
        pytest.raises(iio.LimitError, match="declares an array"),
    ):
        iio.imread(url)


def test_a_body_without_an_end(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked"})
        while not to.server.files.ending.is_set():
            to.send_chunk(bytes(100_000))

    url = server.serve("/x.bin", answer)
    with iio.limits(body_bytes="2MB"):
        refused(url, "at least 2 MiB|at least 1.9 MiB", iio.LimitError)
        rest = resource(url)
        with pytest.raises(iio.LimitError):
            rest.open().seek(0, os.SEEK_END)
        rest.close()


@pytest.mark.parametrize(
    ("said", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 Fine\r\n", b"HTTP/1.1 100 Continue\r\n"),
        (b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"a: b\r\n"),
        (
            b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\n",
            b"1;" + b"e" * 60_000 + b"\r\nx\r\n",
        ),
        (
            b"HTTP/1.1 206 Fine\r\nContent-Range: bytes 0-65535/3000000\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n",
            b"1;" + b"e" * 60_000 + b"\r\nx\r\n",
        ),
    ],
)
def test_headers_and_chunks_without_end(server, said, again) -> None:
    sent = 0

    def answer(to: Answering) -> None:
        nonlocal sent
        to.wfile.write(said)
        while sent < 100_000_000 and not to.server.files.ending.is_set():
            to.wfile.write(again * (1 + 10_000 // len(again)))
            sent += len(again) * (1 + 10_000 // len(again))
        to.hang_up()

    refused(server.serve("/x.png", answer), "headers or chunks without end|more than 100 headers")
    assert sent < 50_000_000


def test_chunks_of_one_byte(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked"})
        to.wfile.write(b"".join(b"1\r\n%c\r\n" % byte for byte in BIG[:600_000]))
        to.send_chunk(b"")

    assert whole(server.serve("/x.bin", answer)) == BIG[:600_000]


@pytest.mark.parametrize(
    "said",
    [
        b"X" * 60_000 + b"\x1b[31m\r\n\r\n",
        b"HTTP/1.1 500 \x1b[31mred" + b"e" * 60_000 + b"\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 Fine\r\nContent-Encoding: " + b"z\x1b" * 30_000 + b"\r\n\r\n",
    ],
)
def test_what_a_server_says_is_told_in_short(server, said) -> None:
    def answer(to: Answering) -> None:
        to.wfile.write(said)
        to.hang_up()

    message = str(refused(server.serve("/x.png", answer), "server|encoding"))
    assert len(message) < 500 and message.isprintable()


def encoded(data: bytes, encoding: str = "gzip", **headers: str):
    def answer(to: Answering) -> None:
        to.reply(data, headers={"Content-Encoding": encoding, **headers})

    return answer


def test_an_encoding_that_was_not_asked_for(server) -> None:
    for name in ("gzip", "x-gzip", "GZIP"):
        rest = resource(server.serve("/x.fake", encoded(gzip.compress(BIG), name)))
        assert rest.size is None
        assert rest.open().read() == BIG
        rest.close()
    assert whole(server.serve("/x.fake", encoded(BIG, "identity"))) == BIG
    refused(server.serve("/x.fake", encoded(BIG, "br")), "the encoding 'br', not asked for")
    cut = gzip.compress(BIG)[:-9]
    refused(server.serve("/x.fake", encoded(cut)), "its gzip encoding has no end")
    refused(server.serve("/x.fake", encoded(BIG)), "its gzip encoding is damaged")


def test_an_encoding_of_several_members(server) -> None:
    pieces = [BIG[:10], b"", BIG[10:200_000], BIG[200_000:]]
    packed = b"".join(gzip.compress(piece) for piece in pieces)
    assert whole(server.serve("/x.fake", encoded(packed))) == BIG
    assert whole(server.serve("/x.fake", encoded(packed + bytes(100)))) == BIG

    def in_bytes(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"})
        for byte in gzip.compress(b"one") + gzip.compress(b"two"):
            to.send_chunk(bytes([byte]))
        to.send_chunk(b"")

    assert whole(server.serve("/y.fake", in_bytes)) == b"onetwo"
    refused(server.serve("/x.fake", encoded(packed[:-9])), "its gzip encoding has no end")


@pytest.mark.parametrize("coding", ["gzip, chunked", "gzip", "chunked, identity"])
def test_a_transfer_coding_that_was_not_asked_for(server, coding) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": coding})
        for piece in (DATA, b""):
            to.send_chunk(piece)
        to.hang_up()

    refused(server.serve("/x.bin", answer), f"the transfer coding {coding!r}, not asked for")


def test_a_transfer_coding_that_is_none(server) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "Identity"})
        to.send(DATA)
        to.hang_up()

    assert whole(server.serve("/x.bin", answer)) == DATA


def test_a_packed_file_stays_packed(server) -> None:
    packed = gzip.compress(BIG)
    answer = encoded(packed, "x-gzip", **{"Content-Type": "application/x-gzip"})
    assert whole(server.serve("/brain.nii.gz", answer)) == packed


def test_a_bomb(server) -> None:
    inflater = zlib.compressobj(9, wbits=31)
    bomb = b"".join(inflater.compress(bytes(1 << 20)) for _ in range(64)) + inflater.flush()
    assert len(bomb) < 100_000
    url = server.serve("/x.png", encoded(bomb))
    with iio.limits(body_bytes="4MiB"):
        refused(url, "at least 4.1 MiB", iio.LimitError)
    # One that unpacks to nothing, without an end.
    empty = zlib.compressobj(0, wbits=31)
    nothing = empty.compress(b"") + empty.flush(zlib.Z_FULL_FLUSH)

    def endless(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"})
        to.send_chunk(nothing)
        while not to.server.files.ending.is_set():
            to.send_chunk(b"\0\0\0\xff\xff" * 20_000)

    with iio.limits(body_bytes="4MiB"):
        refused(server.serve("/y.png", endless), "at least 4", iio.LimitError)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc Fine\r\n\r\n",
        b"HTTP/1.1 200 Fine\r\n" + b"X: y\r\n" * 200,
        b"HTTP/1.1 200 Fine\r\nX: " + b"y" * 70_000,
        b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\0" * 1000,
    ],
)
def test_what_is_no_web_server(server, said) -> None:
    def answer(to: Answering) -> None:
        to.wfile.write(said)
        to.hang_up()

    refused(server.serve("/x.png", answer), "the server cannot be asked|broke off")


# Archives


def test_a_member_of_an_archive(server, fake) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("a/x y.fake", DATA)
        writing.writestr("big.bin", BIG)
    for ranges in (True, False):
        url = server.serve("/a.zip", archive.getvalue(), ranges=ranges)
        assert (iio.imread(f"{url}#a/x%20y.fake") == IMAGE).all()
        assert (iio.imread(f"{url}?q=1#/a/x y.fake") == IMAGE).all()
        with pytest.raises(FileNotFoundError, match=r"has no member 'b\.png'"):
            iio.imread(f"{url}#b.png")
        with pytest.raises(FileNotFoundError):
            iio.imread(f"{url}/a/x%20y.fake")
    sent = server.sent
    iio.imread(server.serve("/a.zip", archive.getvalue()) + "#a/x%20y.fake")
    assert server.sent - sent <= 4 * BLOCK, "the other member is not fetched"
    member = resource(f"{url}#a/x%20y.fake")
    with pytest.raises(FileNotFoundError, match="no files beside it"):
        member.companion("z")
    member.close()
    with pytest.raises(iio.DecodeError, match="is not a zip archive"):
        iio.imread(server.serve("/b.zip", BIG) + "#x.fake")


def test_an_archive_whose_directory_is_too_large(server) -> None:
    total, directory = 1 << 40, 400 << 20
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, directory, 0xFFFFFFFF, 0)
    at = struct.pack("<4sLQL", b"PK\6\7", 0, total - 98, 1)
    sizes = 44, 45, 45, 0, 0, 1, 1, directory, total - 98 - directory
    tail = struct.pack("<4sQ2H2L4Q", b"PK\6\6", *sizes) + at + end

    def answer(to: Answering) -> None:
        start, stop = (int(n) for n in to.headers["Range"][6:].split("-"))
        stop = min(stop + 1, total)
        data = bytes(stop - start)
        if stop == total:
            data = (data + tail)[-len(data) :]
        said = f"bytes {start}-{stop - 1}/{total}"
        to.reply(data, status=206, headers={"Content-Range": said})

    url = server.serve("/a.zip", answer)
    with iio.limits(body_bytes="1MB"), pytest.raises(iio.LimitError, match="at least 400 MiB"):
        iio.imread(f"{url}#x.png")
    assert server.sent < 100 * BLOCK


# Where it goes


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/x.png"
        error = refused(url, f"cannot connect to 127.0.0.1:{unused.getsockname()[1]}")
        assert isinstance(error.__cause__, OSError)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
def test_a_server_that_does_not_accept() -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for other in (first, second):  # so that the queue is full
            other.setblocking(False)
            other.connect_ex(deaf.getsockname())
        with iio.limits(request_timeout=SOON):
            refused(f"http://127.0.0.1:{deaf.getsockname()[1]}/x.png", "nothing came", TimeoutError)


def test_a_name_that_is_not_known(monkeypatch) -> None:
    with iio.limits(request_timeout=3):  # the system's resolver may try for longer
        refused("http://no-such-host.invalid/x.png", "cannot find the server no-such-host")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: time.sleep(3) or [])
    with iio.limits(request_timeout=SOON):
        refused("http://example.org/x.png", "cannot find the server", TimeoutError)


def test_the_next_address_is_tried(server, monkeypatch) -> None:
    real = socket.getaddrinfo

    def both(host, port, **options):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            return real("127.0.0.1", unused.getsockname()[1], **options) + real(
                "127.0.0.1", port, **options
            )

    monkeypatch.setattr(socket, "getaddrinfo", both)
    assert whole(server.serve("/x.bin", DATA).replace("127.0.0.1", "some.host")) == DATA


def test_no_internet(server, monkeypatch) -> None:
    url = server.serve("/x.bin", DATA)
    for name in ("IIO_NO_INTERNET", "IMAGEIO_NO_INTERNET"):
        for value in ("1", "yes", "TRUE"):
            monkeypatch.setenv(name, value)
            error = refused(url, f"{name}", PermissionError)
            assert isinstance(error, iio.DecodeError)
            refused("ftp://127.0.0.1/x", name)
        monkeypatch.setenv(name, "0")
        assert whole(url) == DATA
        monkeypatch.delenv(name)
    assert len(server.requests) == 2
    monkeypatch.setenv("IIO_NO_INTERNET", "0")
    monkeypatch.setenv("IMAGEIO_NO_INTERNET", "1")
    assert whole(url) == DATA, "the name that begins with IIO_ wins"


def test_private_addresses_can_be_refused(server, monkeypatch) -> None:
    url = server.serve("/x.bin", DATA)
    with iio.limits(private_addresses=False):
        error = refused(url, "127.0.0.1 is on this machine", PermissionError)
        assert isinstance(error, iio.DecodeError)
        assert "IIO_BLOCK_PRIVATE_ADDRESSES)" in str(error)
        refused(url.replace("127.0.0.1", "localhost"), "localhost is on this machine")
        refused(url.replace("127.0.0.1", "2130706433"), "is on this machine|cannot find")
        refused("http://169.254.169.254/latest/meta-data", "private network")
    assert server.connections == 0


def test_private_addresses_are_refused_after_a_redirect_and_a_second_look(
    server, monkeypatch
) -> None:
    """The first answer of the name server is public, the second is this machine."""
    url = server.serve("/x.bin", redirect("http://evil.example/x.bin"))
    monkeypatch.setattr(_addresses, "is_public", lambda address: address == "127.0.0.1")
    asked = []

    def lookup(host, port, **options):
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with iio.limits(private_addresses=False):
        refused(url.replace("127.0.0.1", "evil.example"), "private network")
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::1", False),
        ("::127.0.0.1", False),
        ("::8.8.8.8", True),
        ("::ffff:0:7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address, public) -> None:
    assert _addresses.is_public(address) is public


def test_the_variables(server, run) -> None:
    url = server.serve("/x.png", lambda to: to.wait() and None)
    code = """
import sys, iio_core as iio
try:
    iio.imread(sys.argv[1])
except iio.DecodeError as error:
    print(error)
"""
    assert (
        "for 0.25 s"
        in run(code, url, IIO_REQUEST_TIMEOUT="0.25", IMAGEIO_REQUEST_TIMEOUT="9").stdout
    )
    assert "for 0.5 s" in run(code, url, IMAGEIO_REQUEST_TIMEOUT="0.5").stdout
    assert "on this machine" in run(code, url, IIO_BLOCK_PRIVATE_ADDRESSES="Yes").stdout
    failed = run(code, url, check=False, IIO_REQUEST_TIMEOUT="soon")
    assert "IIO_REQUEST_TIMEOUT: limit request_timeout takes seconds" in failed.stderr


# A proxy


def proxied(to: Answering) -> None:
    """Be a proxy: everything that is asked for is DATA."""
    to.server.files.requests[-1][1]["line"] = to.requestline
    to.reply(DATA)


def test_a_proxy(server, monkeypatch) -> None:
    class Proxy(dict):
        def get(self, path, default=None):
            return proxied

    server.answers = Proxy()
    monkeypatch.setenv("http_proxy", f"http://me:pw@127.0.0.1:{server.port}")
    assert whole("http://far.example/x.bin?y") == DATA
    headers = server.requests[0][1]
    assert headers["line"] == "GET http://far.example/x.bin?y HTTP/1.1"
    assert headers["Host"] == "far.example"
    assert headers["Proxy-Authorization"] == "Basic bWU6cHc="
    with iio.limits(private_addresses=False):
        refused("http://far.example/x.bin", "the proxy 127.0.0.1", PermissionError)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert whole(server.serve("/direct.bin", DATA)) == DATA
    assert server.requests[-1][1]["Host"] == f"127.0.0.1:{server.port}"
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    refused("http://far.example/x.bin", "a proxy like socks5:// cannot be used")


# TLS


@pytest.fixture(scope="module")
def authority():
    trustme = pytest.importorskip("trustme")
    return trustme.CA()


@pytest.fixture
def trusted(authority, tmp_path, monkeypatch) -> None:
    """Trust the authority that made the servers' certificates."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))


def tls_for(authority, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_https(authority, trusted, server, fake) -> None:
    with FileServer(tls_for(authority, "127.0.0.1")) as secure:
        assert whole(secure.serve("/x.bin", BIG)) == BIG
        assert secure.connections == 1
        assert (iio.imread(secure.serve("/x.fake", DATA)) == IMAGE).all()
        # Upwards is allowed, downwards is not.
        assert whole(server.serve("/up", redirect(f"{secure.url}/x.bin"))) == BIG
        server.serve("/x.bin", BIG)
        refused(secure.serve("/down", redirect(f"{server.url}/x.bin")), "from https:// to http://")
        assert [path for path, _ in server.requests] == ["/up"]
        refused(secure.url.replace("https", "http") + "/x.bin", "cannot be asked")
        assert secure.wait_until_idle()


def test_a_certificate_that_is_not_to_be_trusted(authority, trusted, monkeypatch) -> None:
    with FileServer(tls_for(authority, "other.example")) as secure:
        refused(secure.serve("/x.bin", BIG), "CERTIFICATE_VERIFY_FAILED.*127.0.0.1")
        assert secure.wait_until_idle()
    monkeypatch.delenv("SSL_CERT_FILE")
    with FileServer(tls_for(authority, "127.0.0.1")) as secure:
        refused(secure.serve("/x.bin", BIG), "CERTIFICATE_VERIFY_FAILED")
        assert secure.requests == []
        assert secure.wait_until_idle()


def test_what_does_not_speak_tls(server) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with iio.limits(request_timeout=SOON):
            url = f"https://127.0.0.1:{deaf.getsockname()[1]}/x.png"
            refused(url, "nothing came for", TimeoutError)
    refused(server.serve("/x.png", DATA).replace("http", "https"), "SSL")


@pytest.fixture
def tunnel() -> Iterator[tuple[str, list[str]]]:
    """A proxy that connects to wherever it is told, once; and what it is told."""
    told: list[str] = []

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def accept() -> None:
        client, _ = listener.accept()
        with client:
            while not (told and told[-1].endswith("\r\n\r\n")):
                told.append((told[-1] if told else "") + client.recv(1000).decode())
            host, _, port = told[-1].split()[1].partition(":")
            with socket.create_connection((host, int(port))) as server:
                client.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
                back = threading.Thread(target=pump, args=(server, client), daemon=True)
                back.start()
                pump(client, server)
                back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"http://me:pw@127.0.0.1:{listener.getsockname()[1]}", told
        thread.join(10)
        assert not thread.is_alive(), "a connection was left open"


def test_https_through_a_proxy(authority, trusted, tunnel, monkeypatch) -> None:
    proxy, told = tunnel
    with FileServer(tls_for(authority, "127.0.0.1")) as secure:
        url = secure.serve("/x.bin", BIG)
        monkeypatch.setenv("https_proxy", proxy)
        assert whole(url) == BIG
        assert told[-1].startswith(f"CONNECT 127.0.0.1:{secure.port} ")
        assert "Proxy-Authorization: Basic bWU6cHc=" in told[-1]
        assert "Proxy-Authorization" not in secure.requests[0][1]
        assert secure.wait_until_idle()


# Processes and threads


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_does_not_take_the_parents_answer(server) -> None:
    rest = resource(server.serve("/x.bin", BIG))
    file = rest.open()
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            file.seek(1_000_000)
            file.read(10)
        except iio.DecodeError as error:
            os._exit(7 if "opened in another process" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert file.read() == BIG
    rest.close()


def to_the_end(rest: iio.Resource, file) -> None:
    file.seek(0, os.SEEK_END)


def all_of_it(rest: iio.Resource, file) -> None:
    file.read()


def anew(rest: iio.Resource, file) -> None:
    rest.open().read(1_000_000)


def as_a_path(rest: iio.Resource, file) -> None:
    with rest.as_path():
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("how", [to_the_end, all_of_it, anew, as_a_path])
def test_a_forked_child_takes_nothing_of_a_file_of_unknown_length(server, how) -> None:
    def answer(to: Answering) -> None:
        to.begin(200, {"Transfer-Encoding": "chunked"})
        for start in range(0, len(BIG), 100_000):
            to.send_chunk(BIG[start : start + 100_000])
        to.send_chunk(b"")

    rest = resource(server.serve("/x.bin", answer))
    file = rest.open()
    assert file.read(10) == BIG[:10]
    child = os.fork()
    if child == 0:  # pragma: no cover
        try:
            how(rest, file)
        except iio.DecodeError as error:
            os._exit(7 if "opened in another process" in str(error) else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert file.read() == BIG[10:]
    rest.close()


def test_an_interruption_mixes_no_blocks(monkeypatch) -> None:
    from iio_core._resources import _ranges

    def fetch(start: int, stop: int) -> bytes:
        return BIG[start:stop]

    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_ranges, "_AHEAD", 1)
    monkeypatch.setattr(_ranges, "_KEPT", 4)
    body = _ranges.RangedBody(fetch, len(BIG), current())
    for number in range(4):  # so that it is full
        body.read_at(number * BLOCK, 10)
    for number in (*range(7, 12), 9, 1, 2, 3, 9, 1, 2, 3):
        with monkeypatch.context() as patched, contextlib.suppress(KeyboardInterrupt):
            if 7 <= number < 12:
                patched.setattr(_ranges, "write_all", interrupt)
            body.read_at(number * BLOCK, 10)
        place = number * BLOCK
        assert body.read_at(place, 10) == BIG[place : place + 10]
    body.close()


def test_threads_can_read_one_resource(server) -> None:
    for ranges in (True, False):
        rest = resource(server.serve("/x.bin", BIG, ranges=ranges))
        wrong: list[int] = []

        def read(file, seed: int, wrong: list[int] = wrong) -> None:
            choose = random.Random(seed)
            for _ in range(15):
                place = choose.randrange(len(BIG))
                file.seek(place)
                if file.read(1000) != BIG[place : place + 1000]:
                    wrong.append(place)

        threads = [threading.Thread(target=read, args=(rest.open(), i)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []
        rest.close()


def test_an_interrupted_read_is_not_gone_on_with(server, monkeypatch) -> None:
    rest = resource(server.serve("/x.bin", BIG, ranges=False))
    file = rest.open()
    rest._client._response.fp.raw._raw = _Interrupting()
    with pytest.raises(KeyboardInterrupt):
        file.read(1_000_000)
    with pytest.raises(iio.DecodeError, match="was interrupted"):
        file.read(1_000_000)
    rest.close()


class _Interrupting(io.RawIOBase):
    def readinto(self, buffer) -> int:
        raise KeyboardInterrupt
