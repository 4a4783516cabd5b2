"""Arrays with metadata: what keeps it, what is a plain number, what is pickled."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from iio_core.v2 import Array, Dict
from iio_core.v2.core import Image, asarray


@pytest.fixture
def image() -> Array:
    return Array(np.arange(12, dtype=np.uint8).reshape(3, 4), {"fps": 25, "exif": {"iso": 100}})


def test_metadata_has_attributes_all_the_way_down(image) -> None:
    assert image.meta.fps == image.meta["fps"] == 25
    assert image.meta.exif.iso == 100
    assert image.meta == {"fps": 25, "exif": {"iso": 100}}
    assert Array(np.zeros(2)).meta == {}
    assert Image is Array


@pytest.mark.parametrize(
    "derive",
    [
        lambda a: a[1],
        lambda a: a[:, ::2],
        lambda a: a[a > 3],
        lambda a: a.T,
        lambda a: a.reshape(4, 3),
        lambda a: a.astype(float),
        lambda a: a + 1,
        lambda a: 1 + a,
        lambda a: np.sqrt(a),
        lambda a: a == 3,
        lambda a: a.sum(axis=0),
        lambda a: a.copy(),
        copy.copy,
        copy.deepcopy,
        lambda a: pickle.loads(pickle.dumps(a)),
        lambda a: a + np.ones((3, 4)),
        lambda a: np.ones((3, 4)) + a,
        lambda a: np.clip(a, 2, 5),
    ],
)
def test_what_is_made_of_it_keeps_the_metadata(image, derive) -> None:
    made = derive(image)
    assert isinstance(made, Array)
    assert made.meta == image.meta
    assert np.array_equal(np.asarray(made), np.asarray(derive(np.asarray(image))))


@pytest.mark.parametrize(
    "reduce",
    [
        lambda a: a.sum(),
        lambda a: a.max(),
        lambda a: a.mean(),
        lambda a: a[1, 2],
        lambda a: np.add.reduce(a, axis=None),
        lambda a: np.sum(a),
    ],
)
def test_what_is_reduced_to_a_number_is_one(image, reduce) -> None:
    assert isinstance(reduce(image), np.generic)
    assert reduce(image) == reduce(np.asarray(image))


def test_each_array_has_metadata_of_its_own(image) -> None:
    row = image[0]
    row.meta.fps = 1
    row.meta.exif.iso = 2
    assert image.meta == {"fps": 25, "exif": {"iso": 100}}
    given = {"a": {"b": 1}}
    Array(np.zeros(1), given).meta.a.b = 2
    assert given == {"a": {"b": 1}}


def test_it_shares_the_pixels_that_it_is_given() -> None:
    plain = np.zeros((2, 2))
    Array(plain, {})[0, 0] = 7
    assert plain[0, 0] == 7


def test_asarray_is_a_plain_array(image) -> None:
    assert type(asarray(image)) is type(np.asarray(image)) is np.ndarray
    assert asarray([1]).tolist() == [1]


@pytest.mark.parametrize("wrong", [([1, 2], {}), (np.zeros(1), [1]), (np.zeros(1), 5)])
def test_it_is_made_of_an_array_and_a_dictionary(wrong) -> None:
    with pytest.raises(TypeError):
        Array(*wrong)


def test_out_arguments_and_in_place_arithmetic_work(image) -> None:
    image += 1
    assert image.meta.fps == 25 and image[0, 0] == 1
    out = np.empty((3, 4), np.uint8)
    assert np.add(image, 1, out=out) is out


class TestDict:
    def test_items_are_attributes(self) -> None:
        meta = Dict(fps=25)
        meta.size = (2, 3)
        assert meta["size"] == (2, 3)
        assert "fps" in dir(meta)
        del meta.fps
        assert meta == {"size": (2, 3)}

    def test_what_is_not_there_is_said(self) -> None:
        meta = Dict({"a b": 1})
        for missing in ("fps", "__wrapped__"):
            with pytest.raises(AttributeError, match=missing):
                getattr(meta, missing)
        with pytest.raises(AttributeError, match="fps"):
            del meta.fps

    def test_methods_stay_methods(self) -> None:
        meta = Dict(keys=1)
        assert list(meta.keys()) == ["keys"]
        with pytest.raises(AttributeError, match="'items'"):
            meta.items = 3

    def test_copies_are_of_the_same_class(self) -> None:
        meta = Dict(a=Dict(b=1))
        for made in (meta.copy(), copy.deepcopy(meta), pickle.loads(pickle.dumps(meta))):
            assert made.a.b == 1


def test_what_is_written_into_stays_the_same_array():
    image = same = Array(np.zeros((2, 2), np.uint8), {"fps": 25})
    image += 1
    assert image is same and same.tolist() == [[1, 1], [1, 1]]
    assert np.add(image, 1, out=same) is same and same.meta == {"fps": 25}
