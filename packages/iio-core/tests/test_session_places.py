"""Pixels that go to where the caller says, memory maps, and parts of images."""

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

IMAGES = [np.full((4, 5), n, np.uint8) for n in range(3)]


class Placing(StubReader):
    """Reads into ``out=``, maps, and reads regions."""

    lost = False

    def read(self, *, index=None, out=None, memmap=False):
        image = super().read(index=index)
        if memmap:
            image.flags.writeable = False
            return image[:, ::2]
        if out is None or self.lost:
            return image
        out[...] = image
        return out

    def properties(self, *, index=None, out=None, memmap=False):
        return super().properties(index=index)

    def read_region(self, region, *, index=None, level=0):
        return super().read(index=index)[region][:: level + 1]


def session(kind: type = Placing, limits: Limits | None = None) -> iio.ReadSession:
    resource = open_resource(b"data", limits or Limits())
    return iio.ReadSession(kind(*IMAGES), resource, Blame(Plugin(fakes.SPEC), "FAKE", "x.fake"))


def test_out_is_what_is_returned_whatever_its_layout() -> None:
    for out in (np.zeros((4, 5), np.uint8), np.zeros((4, 5, 2), np.uint8)[..., 0]):
        assert session().read(index=1, out=out) is out
        assert (out == 1).all()


def test_out_takes_several_images() -> None:
    out = np.zeros((3, 4, 5), np.uint8)
    assert session().read(index=..., out=out) is out
    assert out[:, 0, 0].tolist() == [0, 1, 2]
    session().read(index=[2, 0], out=out[:2])
    assert out[:, 0, 0].tolist() == [2, 0, 2]
    with pytest.raises(iio.OptionError, match="2 images"):
        session().read(index=[2, 0], out=out)


def test_a_reader_has_to_return_out() -> None:
    file = session()
    file._reader.lost = True
    with pytest.raises(iio.PluginContractError, match="read into"):
        file.read(index=1, out=np.zeros((4, 5), np.uint8))


def test_a_map_is_neither_copied_nor_charged() -> None:
    mapped = session(limits=Limits(array_bytes=3, ratio=0)).read(index=2, memmap=True)
    assert not mapped.flags.writeable
    assert not mapped.flags.c_contiguous
    with pytest.raises(iio.LimitError):
        session(limits=Limits(array_bytes=3, ratio=0)).read(index=2)
    with pytest.raises(iio.OptionError, match="one image"):
        session().read(index=..., memmap=True)


def test_a_region_is_asked_of_the_reader() -> None:
    part = session().read_region(np.s_[1:4, ::2], index=2, level=1)
    assert part.shape == (2, 3)
    assert (part == 2).all()
    assert part.flags.c_contiguous
    assert part.flags.writeable


def test_a_region_is_of_one_image() -> None:
    with pytest.raises(iio.OptionError, match="one image"):
        session().read_region(np.s_[:2], index=...)
    with pytest.raises(iio.OptionError, match="slices"):
        session().read_region((1, 2), index=0)
    with pytest.raises(iio.FrameIndexError):
        session().read_region(np.s_[:2], index=3)


def test_a_region_is_charged_by_its_size() -> None:
    small = Limits(array_bytes=6, ratio=0)
    assert session(limits=small).read_region(np.s_[:2, :3], index=0).size == 6
    with pytest.raises(iio.LimitError):
        session(limits=small).read_region(np.s_[:2, :4], index=0)


def test_readers_without_regions_read_it_all() -> None:
    part = session(StubReader).read_region(np.s_[1:3], index=1)
    assert part.shape == (2, 5)
    assert part.base is None
    with pytest.raises(iio.OptionError, match="levels"):
        session(StubReader).read_region(np.s_[1:3], index=1, level=1)
