"""Parts of images, and images that are read into the caller's array."""

from __future__ import annotations

import fakes
import numpy as np
import pytest
from fakes import StubReader

import iio_core as iio
from iio_core._limits import Limits
from iio_core._registry import Plugin
from iio_core._resources import open_resource
from iio_core._translate import Blame

IMAGES = [np.arange(n, n + 12, dtype=np.uint8).reshape(3, 4) for n in range(4)]


class PartReader(StubReader):
    """Reads regions, levels, into arrays and memory maps."""

    def read(self, *, index=None, out=None, memmap=False):
        image = self._image(index)
        if out is None:
            return image
        out[...] = image
        return out

    def read_region(self, region, *, index=None, level=0, flip=False):
        image = self._image(index)[:: 2**level, :: 2**level]
        return image[::-1][region] if flip else image[region]


def session(kind=PartReader, limits=None, **answers) -> iio.ReadSession:
    resource = open_resource(b"data", limits or Limits())
    blame = Blame(Plugin(fakes.SPEC), "FAKE", "x.fake")
    return iio.ReadSession(kind(*IMAGES, **answers), resource, blame)


@pytest.mark.parametrize("kind", [PartReader, StubReader])
@pytest.mark.parametrize("region", [np.s_[1:], np.s_[:2, 1:3], np.s_[::2, ::-1]])
def test_a_region_is_what_slicing_gives(kind, region) -> None:
    for index, which in ((None, 0), (2, 2), (-1, 3)):
        part = session(kind).read_region(region, index=index)
        assert np.array_equal(part, IMAGES[which][region])
        assert part.flags.c_contiguous
        assert part.flags.writeable


def test_a_region_of_a_level_with_options() -> None:
    part = session().read_region(np.s_[:1], index=1, level=1, flip=True)
    assert part.tolist() == [[9, 11]]


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        (PartReader, {"region": 3}, "not a tuple of slices"),
        (PartReader, {"region": (slice(2), 1)}, "not a tuple of slices"),
        (PartReader, {"region": slice(2), "index": ...}, "of one image"),
        (PartReader, {"region": slice(2), "index": [0, 1]}, "of one image"),
        (PartReader, {"region": slice(2), "flop": True}, "Did you mean 'flip'"),
        (StubReader, {"region": slice(2), "level": 1}, "does not read levels"),
    ],
)
def test_what_is_no_region_is_an_option_error(kind, arguments, message) -> None:
    with pytest.raises(iio.OptionError, match=message):
        session(kind).read_region(**arguments)


def test_a_region_of_no_image() -> None:
    with pytest.raises(iio.FrameIndexError):
        session().read_region(np.s_[:1], index=4)


def test_images_are_read_into_an_array() -> None:
    one, some, every = np.zeros((3, 4)), np.zeros((2, 3, 4)), np.zeros((4, 3, 4))
    assert session().read(index=1, out=one) is one
    assert session().read(index=[3, 0], out=some) is some
    assert session().read(index=..., out=every) is every
    assert np.array_equal(one, IMAGES[1])
    assert np.array_equal(some, [IMAGES[3], IMAGES[0]])
    assert np.array_equal(every, IMAGES)


def test_the_caller_s_array_is_not_charged() -> None:
    small = Limits(array_bytes=5, ratio=0)
    out = np.zeros((3, 4), np.uint8)
    assert session(limits=small).read(index=1, out=out) is out
    with pytest.raises(iio.LimitError):
        session(limits=small).read(index=1)


@pytest.mark.parametrize("out", [np.zeros((3, 3, 4)), [0, 0]])
def test_an_array_for_another_number_of_images(out) -> None:
    with pytest.raises(iio.OptionError, match="an array of 2 images"):
        session().read(index=[0, 1], out=out)


def test_a_map_is_of_one_image() -> None:
    with pytest.raises(iio.OptionError, match="of one image"):
        session().read(index=[0, 1], memmap=True)


@pytest.mark.parametrize("answer", [np.zeros((3, 4)), "text"])
def test_a_reader_that_returns_another_array(answer) -> None:
    broken = session(read=lambda *, index=None, out=None: answer)
    with pytest.raises(iio.PluginContractError, match="array that it was to read into"):
        broken.read(index=0, out=np.zeros((3, 4)))
