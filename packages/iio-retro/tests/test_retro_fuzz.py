"""Files changed at random: only errors of iio, and properties that are those of the array."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from retro_data import DATA, contents, extension_of
from retro_mutations import changed, mended, numbers, survive

NAMES = sorted(
    path.name
    for path in DATA.iterdir()
    if path.suffix not in (".npz", ".md", ".pal") and not path.name.startswith("drawing")
)
OPTIONS = {"jpeg.emf": {"bitmaps": True}}

CHANGE = st.tuples(
    st.sampled_from(["replace", "replace", "insert", "delete", "repeat", "flip", "cut"]),
    # Near the beginning, where headers are, as often as anywhere.
    st.one_of(st.integers(0, 127), st.integers(0, 1 << 16)),
    st.integers(1, 600),
    st.one_of(st.sampled_from(sorted(set(numbers()))), st.binary(min_size=1, max_size=8)),
)
MUTATIONS = st.lists(CHANGE, min_size=1, max_size=6)


def check(name: str, changes: list[tuple[str, int, int, bytes]]) -> None:
    extension = extension_of(name)
    data = mended(changed(contents(name), changes), extension)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        survive(data, extension, **OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
def test_files_are_sound_before_they_are_changed(name: str) -> None:
    extension = extension_of(name)
    data = contents(name)
    assert mended(data, extension) == data
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert survive(data, extension, **OPTIONS.get(name, {}))


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes=MUTATIONS)
def test_a_few_changes(name: str, changes: list[tuple[str, int, int, bytes]]) -> None:
    check(name, changes)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=MUTATIONS)
def test_many_changes(name: str, changes: list[tuple[str, int, int, bytes]]) -> None:
    check(name, changes)
