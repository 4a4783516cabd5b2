from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing

import pytest

import iio_core as iio
from iio_core import v3


def test_all_is_what_the_homes_say() -> None:
    named = [name for names in iio._HOMES.values() for name in names]
    assert sorted(named) == sorted(iio.__all__)
    assert len(set(named)) == len(named)


@pytest.mark.parametrize("home", sorted(iio._HOMES))
def test_a_name_is_public_where_it_lives(home) -> None:
    module = importlib.import_module(f"iio_core.{home}")
    for name in iio._HOMES[home]:
        assert getattr(iio, name) is getattr(module, name)
        assert name in getattr(module, "__all__", (name,)), (home, name)


def test_every_module_has_what_it_says() -> None:
    checked = 0
    for info in pkgutil.walk_packages(iio.__path__, "iio_core."):
        if info.name.split(".")[1] in {"testing", "cli", "v2"}:
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), (info.name, name)
        checked += 1
    assert checked > 15


def test_dir_lists_all_and_nothing_else_is_found() -> None:
    assert set(iio.__all__) <= set(dir(iio))
    with pytest.raises(AttributeError, match="module 'iio_core' has no attribute 'imshow'"):
        iio.imshow  # noqa: B018


def test_v3_has_the_names_of_imageio_v3_and_all_others() -> None:
    assert v3.__all__ == iio.__all__
    assert set(iio._HOMES["_api"]) <= set(v3.__all__) <= set(dir(v3))
    for name in v3.__all__:
        assert getattr(v3, name) is getattr(iio, name)
    with pytest.raises(AttributeError, match=r"module 'iio_core\.v3' has no attribute '_HOMES'"):
        v3._HOMES  # noqa: B018
    with v3.limits(dimensions=3) as now:
        assert now.dimensions == 3


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("imread", ["uri", "index", "plugin", "extension"]),
        ("imiter", ["uri", "plugin", "extension"]),
        ("improps", ["uri", "index", "plugin", "extension"]),
        ("immeta", ["uri", "index", "plugin", "extension", "exclude_applied"]),
        ("imwrite", ["uri", "image", "plugin", "extension"]),
        ("imopen", ["uri", "io_mode", "plugin", "extension"]),
    ],
)
def test_calls_have_the_parameters_of_imageio_v3(name, parameters) -> None:
    found = inspect.signature(getattr(iio, name)).parameters
    assert [p for p in found if p in parameters] == parameters
    first = 2 if name in {"imwrite", "imopen"} else 1
    for number, parameter in enumerate(found.values()):
        kinds = (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)
        assert (parameter.kind in kinds) == (number >= first), parameter


def test_protocols_are_structural() -> None:
    for name in iio._HOMES["_protocols"]:
        if name != "Index":
            assert (
                typing.is_protocol(getattr(iio, name))
                if hasattr(typing, "is_protocol")
                else (getattr(getattr(iio, name), "_is_protocol", False))
            )


def test_what_is_public_is_documented() -> None:
    for name in iio.__all__:
        thing = getattr(iio, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            assert inspect.getdoc(thing), name
