"""Real images from real servers on this machine, read by real plugins."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest

import iio_core as iio
from iio_core.testing._server import Answering, FileServer

FRAMES = [np.full((20, 30, 3), (40 * i, 10, 200), np.uint8) for i in range(5)]
NOISE = np.random.default_rng(3).integers(0, 255, (600, 900, 3), np.uint8)


@pytest.fixture(autouse=True)
def _direct(monkeypatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_NO_INTERNET"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A web server, of which every connection has to be closed in the end."""
    with FileServer() as server:
        yield server
        assert server.wait_until_idle(), "a connection was left open"


@pytest.mark.parametrize("ranges", [True, False])
def test_a_still_image(server, ranges) -> None:
    data = iio.imwrite("<bytes>", NOISE, extension=".png")
    url = server.serve("/noise.png", data, ranges=ranges)
    assert (iio.imread(url) == NOISE).all()
    assert iio.improps(url).shape == (600, 900, 3)
    assert iio.explain(url).chosen.format.name == "PNG"
    # A name that says nothing, or something else, does not matter.
    assert (iio.imread(server.serve("/image.php", data, ranges=ranges) + "?id=3") == NOISE).all()
    assert (iio.imread(server.serve("/noise.jpg", data, ranges=ranges)) == NOISE).all()


@pytest.mark.parametrize("ranges", [True, False])
def test_an_animation(server, ranges) -> None:
    data = iio.imwrite("<bytes>", FRAMES, extension=".gif", duration=100, loop=0)
    url = server.serve("/x.gif", data, ranges=ranges)
    assert (iio.imread(url, index=...) == iio.imread(data, index=...)).all()
    assert [int(frame[0, 0, 0]) for frame in iio.imiter(url)] == [0, 40, 80, 120, 160]
    assert iio.improps(url, index=...).shape == (5, 20, 30, 3)
    assert iio.immeta(url, index=0) == iio.immeta(data, index=0)
    with iio.imopen(url, "r") as file:
        assert int(file.read(index=-1)[0, 0, 0]) == 160


def test_the_header_of_a_large_file_is_all_that_is_fetched_for_its_properties(server) -> None:
    data = iio.imwrite("<bytes>", NOISE, extension=".png", compress_level=0)
    url = server.serve("/noise.png", data)
    assert iio.improps(url).shape == NOISE.shape
    assert server.sent <= 128 << 10 < len(data) // 10


def test_an_image_that_is_cut(server) -> None:
    data = iio.imwrite("<bytes>", NOISE, extension=".png")

    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": str(len(data))})
        to.send(data[: len(data) // 2])
        to.hang_up()

    with pytest.raises(iio.DecodeError, match="is cut: the server broke off"):
        iio.imread(server.serve("/noise.png", answer))


def test_an_image_that_stops_coming(server) -> None:
    data = iio.imwrite("<bytes>", NOISE, extension=".png")

    def answer(to: Answering) -> None:
        to.begin(200, {"Content-Length": str(len(data))})
        to.send(data[: len(data) // 2])
        to.wait()

    with iio.limits(request_timeout=0.4), pytest.raises(TimeoutError, match="nothing came"):
        iio.imread(server.serve("/noise.png", answer))


def test_an_image_that_declares_too_much(server) -> None:
    header = struct.pack(">II5B", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = bytearray(iio.imwrite("<bytes>", FRAMES[0], extension=".png"))
    data[16:29] = header
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    url = server.serve("/x.png", bytes(data))
    with pytest.raises(iio.LimitError, match=r"\(100000, 100000, 3\)"):
        iio.imread(url)


def test_what_is_no_image(server) -> None:
    page = b"<!DOCTYPE html><title>Please log in</title>"
    url = server.serve("/cat.png", page, headers={"Content-Type": "text/html"})
    with pytest.raises(iio.DecodeError, match=r"cat\.png"):
        iio.imread(url)
    with pytest.raises(FileNotFoundError, match=r"no\.png"):
        iio.imread(f"{server.url}/no.png")
