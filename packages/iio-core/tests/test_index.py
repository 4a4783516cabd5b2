from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import iio_core as iio
from iio_core._index import normalize, out_of_range

COUNTS = st.integers(0, 20)
NUMBERS = st.integers(-30, 30)


def never() -> int:
    raise AssertionError("nobody had to count")


@given(COUNTS, NUMBERS)
def test_an_int_means_what_it_means_for_a_list(count, index) -> None:
    images = list(range(count))
    if index >= 0:  # whether it is there, the session finds out
        assert normalize(index, never, name="x") == index
    else:
        try:
            expected = images[index]
        except IndexError:
            with pytest.raises(iio.FrameIndexError, match=f"there is no image {index}$"):
                normalize(index, lambda: count, name="x")
        else:
            assert normalize(index, lambda: count, name="x") == expected


@given(COUNTS, st.slices(20) | st.builds(slice, NUMBERS, NUMBERS, NUMBERS.filter(bool)))
def test_a_slice_means_what_it_means_for_a_list(count, index) -> None:
    assert list(normalize(index, lambda: count, name="x")) == list(range(count))[index]


@given(st.integers(1, 20), st.data())
def test_a_list_is_each_of_its_ints(count, data) -> None:
    index = data.draw(st.lists(st.integers(-count, count - 1)))
    images = list(range(count))
    for given_as in (index, tuple(index), iter(index), np.array(index, int)):
        assert normalize(given_as, lambda: count, name="x") == tuple(images[i] for i in index)


@pytest.mark.parametrize("index", [None, ...])
def test_none_and_all_are_handed_on(index) -> None:
    assert normalize(index, never, name="x") is index


@pytest.mark.parametrize("index", [np.int64(3), np.uint8(3), np.array(3), True + 2])
def test_anything_with_an_index_is_an_int(index) -> None:
    found = normalize(index, never, name="x")
    assert found == 3 and type(found) is int


@pytest.mark.parametrize("index", [1.0, "1", b"1", "all", {}.get, 1j, [0.5], ["a"], [None], [[1]]])
def test_what_is_no_index_is_an_option_error(index) -> None:
    with pytest.raises(iio.OptionError, match=r"not an index|not a whole number"):
        normalize(index, lambda: 5, name="x")


@pytest.mark.parametrize("index", [slice(None, None, 0), slice("a", None)])
def test_a_slice_that_makes_no_sense(index) -> None:
    with pytest.raises(iio.OptionError, match="is not an index"):
        normalize(index, lambda: 5, name="x")


def test_messages_count_correctly() -> None:
    assert str(out_of_range(3, 1, name="x")) == "x has 1 image; there is no image 3"
    assert str(out_of_range(3, 2, name="x")) == "x has 2 images; there is no image 3"
    assert str(out_of_range(3, None, name="x")) == "x has no image 3"
