"""``memtest=``: its units, and that it is checked before the memory is taken."""

from __future__ import annotations

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.v2._memtest import IMAGES, VOLUMES, parse


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1kB", 1e3),
        ("250MiB", 250 * 2**20),
        ("80.3YB", 80.3e24),
        ("1k", 1e3),
        ("1Ki", 1024),
        ("1KiB", 1024),
        ("2.5G", 2.5e9),
        (" 3 TiB ", 3 * 2**40),
        (".5MB", 5e5),
        ("100", 100),
        ("100B", 100),
        ("0B", 0),
        (100, 100),
        (1.5, 1.5),
        (True, 256e6),
        (False, None),
        (None, None),
        (0, None),
    ],
)
def test_units_are_of_1000_or_1024(given, expected) -> None:
    found = parse(given, IMAGES)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_the_defaults_are_those_of_imageio() -> None:
    assert (IMAGES, VOLUMES) == ("256MB", "1GB")


@pytest.mark.parametrize(
    "wrong", ["1KB", "1mB", "1kb", "1kiB", "1.5.5kB", "", "kB", "-1", "1 XB", [1], -1, float("nan")]
)
def test_other_units_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match="memtest="):
        parse(wrong, IMAGES)
    assert issubclass(imageio._errors.ValueOptionError, iio.OptionError)


IMAGE = np.zeros((10, 10), np.uint8)


def test_it_is_checked_before_anything_is_decoded(fake, monkeypatch) -> None:
    data = fakes.encode(*[IMAGE] * 11)
    monkeypatch.setattr(fakes.FakeReader, "read", fakes.raiser(AssertionError("it was decoded")))
    for memtest in ("1kB", 1000, "1099B"):
        with pytest.raises(RuntimeError, match=r"mimread\(\) allows") as caught:
            imageio.mimread(data, memtest=memtest)
        assert isinstance(caught.value, iio.LimitError)


@pytest.mark.parametrize("memtest", [True, False, None, 0, "1100B", "1.1kB", 1100])
def test_what_is_allowed_is_read(fake, memtest) -> None:
    assert len(imageio.mimread(fakes.encode(*[IMAGE] * 11), memtest=memtest)) == 11


def test_a_file_of_very_many_images_is_not_looked_at_to_its_end() -> None:
    reader = fakes.StubReader(IMAGE, count=lambda: 10**9)
    reader.properties = lambda index: iio.ImageProperties((index % 2, 1), np.dtype("uint8"))
    spec = fakes.spec("s", fakes.format("S", ".s"), plugin=fakes.reading(lambda r, f, /: reader))
    with iio.use(spec), pytest.raises(iio.FrameIndexError, match="there is no image 1"):
        imageio.mimread(b"x", ".s", memtest="1GB")  # which finds out by reading them
    reader.properties = lambda index: iio.ImageProperties((1, 1), np.dtype("uint8"))
    with iio.use(spec), pytest.raises(RuntimeError, match="1,000,000,000 bytes or more"):
        imageio.mimread(b"x", ".s")
    assert reader.asked == [0, 1]


def test_where_the_length_is_unknown_it_stops_as_soon_as_it_is_too_much() -> None:
    reader = fakes.StubReader(*[IMAGE] * 50, count=lambda: None)
    spec = fakes.spec("s", fakes.format("S", ".s"), plugin=fakes.reading(lambda r, f, /: reader))
    with iio.use(spec), pytest.raises(RuntimeError, match="memtest=False"):
        imageio.mimread(b"x", ".s", memtest=450)
    assert reader.asked == [0, 1, 2, 3, 4]
    assert reader.closes == 1


def test_volumes_have_a_limit_of_their_own(fake) -> None:
    data = fakes.encode(np.zeros((4, 10, 10), np.uint8))
    with pytest.raises(RuntimeError, match=r"mvolread\(\) allows"):
        imageio.mvolread(data, memtest=399)
    assert imageio.mvolread(data, memtest=400)[0].shape == (4, 10, 10)
