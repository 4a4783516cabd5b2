"""A part of a large slide from a web server: what is fetched is not much more than the part."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

import iio_core as iio
from iio_core.testing._server import FileServer

SIZE = 20_000
MOST = 1 << 20  # bytes


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name.endswith("_NO_INTERNET"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        yield server
        assert server.wait_until_idle(), "a connection was left open"


@pytest.fixture(scope="module")
def slide() -> tuple[bytes, np.ndarray]:
    """Return a pyramid of 20,000 x 20,000, and one of its corners, which is not flat."""
    image = np.zeros((SIZE, SIZE), np.uint8)
    corner = np.random.default_rng(4).integers(0, 255, (4096, 4096), np.uint8)
    image[8192:12288, 8192:12288] = corner
    data = iio.imwrite(
        "<bytes>", image, extension=".tif", tile=(256, 256), compression="zlib", pyramid=True
    )
    return data, image


@pytest.mark.slow  # a slide is made: 400 million pixels
def test_a_region_fetches_what_it_needs(
    server: FileServer, slide: tuple[bytes, np.ndarray]
) -> None:
    data, image = slide
    url = server.serve("/slide.tif", data, ranges=True)
    before = server.sent
    with iio.imopen(url, "r") as file:
        region = np.s_[10_000:10_256, 9_000:9_256]
        part = file.read_region(region)
    fetched = server.sent - before
    assert len(data) > 16 * MOST
    assert fetched <= MOST, f"{fetched:,} of {len(data):,} bytes"
    np.testing.assert_array_equal(part, image[region])


@pytest.mark.slow
def test_a_level_fetches_no_other(server: FileServer, slide: tuple[bytes, np.ndarray]) -> None:
    data, _ = slide
    url = server.serve("/slide.tif", data, ranges=True)
    before = server.sent
    small = iio.imread(url, level=5)
    assert small.shape == (625, 625)
    assert server.sent - before <= 2 * MOST
