"""The helpers of ``imageio.core``, and what happens where something fails half-way."""

from __future__ import annotations

import dataclasses
import http.server
import io
import os
import threading
from collections.abc import Iterator

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.v2 import LegacyFormat, core
from iio_core.v2.core import Format, Request

IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.fixture
def server() -> Iterator[str]:
    """Serve one file on the loopback."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path == "/there.fake"
            body = fakes.encode(IMAGE) if found else b""
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()
        thread.join()


class TestHelpers:
    def test_urlopen_reads_what_a_server_has(self, server, fake) -> None:
        with core.urlopen(f"{server}/there.fake") as file:
            assert file.read() == fakes.encode(IMAGE)
        assert file.closed
        assert (imageio.imread(core.urlopen(f"{server}/there.fake").read(), ".fk") == IMAGE).all()
        assert (imageio.imread(f"{server}/there.fake") == IMAGE).all()
        for opener in (core.urlopen, imageio.imread):
            with pytest.raises(FileNotFoundError):
                opener(f"{server}/not-there.fake")

    def test_urlopen_opens_urls_alone(self) -> None:
        with pytest.raises(iio.OptionError, match="http://"):
            core.urlopen("file:///etc/passwd")

    def test_get_remote_file_knows_the_standard_images(self) -> None:
        with pytest.raises(FileNotFoundError, match="no standard image 'no-such"):
            core.get_remote_file("images/no-such.png")

    def test_read_n_bytes_goes_on_after_a_short_answer(self) -> None:
        class Short(io.BytesIO):
            def read(self, n: int | None = -1) -> bytes:
                return super().read(min(n or 1, 2))

        assert core.read_n_bytes(Short(b"abcdefg"), 5) == b"abcde"
        assert core.read_n_bytes(Short(b"abc"), 5) == b"abc"
        assert core.read_n_bytes(Short(b"abc"), 0) == b""

    def test_has_module(self) -> None:
        assert core.has_module("json") and not core.has_module("no_such_module_at_all")


class TestWhatFailsHalfWay:
    def test_a_table_whose_finish_fails_leaves_nothing_open(self, monkeypatch) -> None:
        class Bad(LegacyFormat):
            def finish(self, options):
                raise ValueError("not so")

        monkeypatch.setattr(fakes, "TABLE", (Bad(name="BAD", format="FAKE"),), raising=False)
        opened = []
        real = fakes.FakeReader.__init__
        monkeypatch.setattr(
            fakes.FakeReader, "__init__", lambda self, *a: (opened.append(self), real(self, *a))[1]
        )
        spec = dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")
        with iio.use(spec), pytest.raises(ValueError, match="not so"):
            imageio.imread(fakes.encode(IMAGE))
        assert [reader.closed for reader in opened] == [True]

    @pytest.mark.parametrize("reading", [True, False])
    def test_a_format_whose_close_fails_leaves_nothing_open(self, tmp_path, reading) -> None:
        class Bad(Format):
            class Reader(Format.Reader):
                def _open(self):
                    self.file = self.request.get_file()

                def _close(self):
                    raise RuntimeError("stuck")

            Writer = Reader

        path = tmp_path / "x.bad"
        path.write_bytes(b"old")
        format = Bad("bad", "Bad", ".bad", "i")
        request = Request(path, "r?" if reading else "w?")
        at_work = format.get_reader(request) if reading else format.get_writer(request)
        if not reading:
            at_work.file.write(b"new")
        with pytest.raises(RuntimeError, match="stuck"):
            at_work.close()
        assert at_work.file.closed and at_work.closed
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x.bad"]

    def test_a_path_that_cannot_be_had_back_leaves_nothing(self, tmp_path) -> None:
        request = Request("<bytes>", "w?", extension=".x")
        assert request.get_local_filename().endswith(".x")  # which is not written to
        with pytest.raises(FileNotFoundError):
            request.finish()
        assert request.get_result() is None


def test_a_type_that_a_format_can_only_hold_otherwise_is_left_to_it() -> None:
    halves = fakes.format("HALF", ".half", writes=(iio.Pixels("uint16"),))
    floats = fakes.format("FLOAT", ".float", writes=(iio.Pixels("float64"),))
    legacy = LegacyFormat(name="A")
    image = np.array([[0.0, 1.0]])
    with pytest.warns(iio.IIOWarning, match="uint16"):
        assert legacy.prepare(image, halves, {}).tolist() == [[0, 65535]]
    assert legacy.prepare(image, floats, {}) is image
    assert legacy.prepare(image.astype("f4"), floats, {}).dtype == np.float32
    assert legacy.prepare(image.astype(complex), halves, {}).dtype == complex


def test_a_format_that_says_it_can_write_anything_is_asked_last() -> None:
    iio.register(fakes.SPEC)

    class Any(Format):
        def _can_read(self, request):
            return True

        def _can_write(self, request):
            return True

        class Writer(Format.Writer):
            def _open(self):
                self.file = self.request.get_file()

            def _append_data(self, im, meta):
                self.file.write(b"any")

        class Reader(Format.Reader):
            def _open(self):
                pass

            def _get_length(self):
                return 1

            def _get_data(self, index):
                return np.zeros((1, 1), np.uint8), {}

    format = Any("any", "Anything", None, "iIvV")
    imageio.formats.add_format(format)
    try:
        assert imageio.imwrite("<bytes>", IMAGE) == b"any"
        assert imageio.imwrite("<bytes>", IMAGE, ".fake") == fakes.encode(IMAGE)
        assert imageio.imread(b"what").shape == (1, 1)
        search = imageio.formats.search_read_format
        assert search(Request(b"what", "r?")) is format
        assert search(Request(fakes.encode(IMAGE), "r?")) is imageio.formats["FAKE"]
        assert iio.imread(b"what", plugin="any").shape == (1, 1)
        with pytest.raises(iio.NoPluginError):
            iio.imread(b"what")
    finally:
        imageio.formats.remove_format("any")


def test_an_added_format_may_be_called_as_a_plugin_is() -> None:
    iio.register(fakes.SPEC)
    imageio.formats.add_format(Format("FAKEIT", "Called as a plugin is", ".fakeit", "i"))
    try:
        assert iio.registry.find("added-fakeit").spec.title == "Called as a plugin is"
        assert iio.registry.find("fakeit").spec.name == "fake"
    finally:
        imageio.formats.remove_format("fakeit")
    assert iio.registry.find("added-fakeit") is None
