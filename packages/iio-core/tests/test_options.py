from __future__ import annotations

import functools

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core import _options


def one(a, /, b, *, index=None, quality=1, mode="L"): ...


class Method:
    def read(self, *, index=None, gain=1): ...

    def __call__(self, *, loud=False): ...


def test_options_are_the_keyword_only_parameters() -> None:
    assert _options.names(one) == {"quality", "mode"}
    assert _options.names(Method.read) == _options.names(Method().read) == {"gain"}
    assert _options.names(lambda image, *, metadata=None, exclude_applied=True: None) == set()


def test_local_variables_are_no_options() -> None:
    def function(a, *rest, x=1, **others):
        y = a + x
        z = y, rest
        return z, others

    assert _options.names(function) == {"x"}


def test_a_decorated_function_has_the_options_of_the_one_inside() -> None:
    @functools.wraps(one)
    @functools.wraps(one)
    def wrapped(*args, **kwargs): ...

    assert _options.names(wrapped) == {"quality", "mode"}


def test_callables_that_are_no_functions_have_options_too() -> None:
    assert _options.names(functools.partial(one, 1)) == {"quality", "mode"}
    assert _options.names(Method()) == {"loud"}


def test_a_one_shot_call_parts_its_options() -> None:
    assert _options.split({"a": 1, "b": 2}, {"b", "c"}) == ({"b": 2}, {"a": 1})
    assert _options.split({}, {"b"}) == ({}, {})


def test_known_options_pass() -> None:
    _options.check({"a": 1}, {"a", "b"}, where="x")
    _options.check({}, (), where="x")


def test_an_unknown_option_is_told_with_the_closest_one() -> None:
    with pytest.raises(iio.OptionError) as caught:
        _options.check({"qualty": 1}, ["quality", "mode"], where="plugin 'p'")
    assert str(caught.value) == (
        "plugin 'p' has no option 'qualty'. Did you mean 'quality'? Options: mode, quality."
    )
    assert (
        str(_options.unknown("x", (), where="it")) == "it has no option 'x'. It takes no options."
    )
    assert "Did you mean" not in str(_options.unknown("x", ["quality"], where="it"))


def test_an_unknown_option_is_told_before_anything_is_opened(monkeypatch, tmp_path) -> None:
    opened = []
    plugin = fakes.FakePlugin()
    plugin.open_reader = lambda *a, **k: opened.append(a)
    plugin.open_writer = lambda *a, **k: opened.append(a)
    with iio.use(fakes.spec("fake", fakes.FAKE, plugin=plugin)):
        data = fakes.encode(np.zeros((2, 2), np.uint8))
        for call in (
            iio.imread,
            iio.improps,
            iio.immeta,
            lambda *a, **k: next(iio.imiter(*a, **k)),
        ):
            with pytest.raises(iio.OptionError, match="has no option 'gian'"):
                call(data, gian=1)
        target = tmp_path / "x.fake"
        with pytest.raises(iio.OptionError, match=r"'levl'. Did you mean 'level'"):
            iio.imwrite(target, np.zeros((2, 2), np.uint8), levl=1)
    assert opened == [] and not target.exists()


def test_each_call_takes_the_options_of_its_own_method(fake) -> None:
    data = fakes.encode(np.ones((2, 2), np.uint8))
    assert iio.imread(data, gain=3)[0, 0] == 3
    assert next(iio.imiter(data, gain=3))[0, 0] == 3
    with pytest.raises(iio.OptionError, match="gain"):
        iio.improps(data, gain=3)
    with pytest.raises(iio.OptionError, match="gain"):
        iio.imopen(data, "r", gain=3)
    with iio.imopen(data, "r", strict=True) as file, pytest.raises(iio.OptionError, match="strict"):
        file.read(strict=True)
