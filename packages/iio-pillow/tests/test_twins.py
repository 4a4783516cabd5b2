"""What a twin reaches of Pillow looks the few names up in the twin, in any version of Pillow."""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import GifImagePlugin, Image

from iio_pillow import _backend
from iio_pillow._backend import PIL_IDS
from iio_pillow._twins import twin

REPLACED = {"warnings", "_decompression_bomb_check", "Exif"}


def names(code: types.CodeType) -> set[str]:
    inner = [names(one) for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*inner)


def functions(value: Any, depth: int = 3) -> Iterator[types.FunctionType]:
    """Yield the functions in a value, and in what it holds."""
    if isinstance(value, types.FunctionType):
        yield value
    elif isinstance(value, staticmethod | classmethod):
        yield from functions(value.__func__)
    elif isinstance(value, property):
        for part in (value.fget, value.fset, value.fdel):
            yield from functions(part)
    elif isinstance(value, list | tuple | set | dict) and depth:
        for one in value.values() if isinstance(value, dict) else value:
            yield from functions(one, depth - 1)
    else:  # of functools
        for inner in ("func", "__wrapped__"):
            if inner in getattr(value, "__dict__", ()):
                yield from functions(getattr(value, inner))


def reached(space: dict[str, Any], module: types.ModuleType) -> Iterator[types.FunctionType]:
    """Yield what a twin reaches: also methods that its classes inherit, and tables of functions."""
    for value in space.values():
        if isinstance(value, type):
            found: dict[str, Any] = {}
            for kind in reversed(value.__mro__):
                found |= vars(kind)
            for one in found.values():
                yield from functions(one)
        elif not isinstance(value, types.ModuleType):
            yield from functions(value)


@pytest.mark.parametrize("format", sorted(PIL_IDS))
def test_nothing_looks_a_name_up_in_the_original(format: str) -> None:
    name = "JPEG" if format == "MPO" else format
    try:
        space, module = _backend._namespace(name, 1000), _backend._module(name)
    except ImportError as missing:
        pytest.skip(f"pip install iio-pillow[heif,jxl]: {missing}")
    seen = 0
    for function in reached(space, module):
        seen += 1
        if function.__globals__ is vars(module):
            used = names(function.__code__)
            assert not used & REPLACED, function.__qualname__
            assert not {"Image", "open"} <= used, function.__qualname__
    assert seen


def test_it_would_be_seen() -> None:
    module = types.ModuleType("of_a_test")
    code = "import warnings\ndef told():\n    warnings.warn('x')\nTABLE = {1: (told,)}"
    exec(code, vars(module))
    space = twin(module)
    (found,) = (one for one in reached(space, module) if one.__globals__ is vars(module))
    assert names(found.__code__) & REPLACED  # what the table holds; the name itself is a twin
    assert space["told"].__globals__ is space


def test_what_a_class_inherits_is_the_twins_as_well() -> None:
    module = types.ModuleType("of_a_test")
    code = """
import warnings
class First:
    def one(self): return [warnings]
class Second(First):
    def two(self): return super().one()
Other = Second
"""
    exec(code, vars(module))
    space = twin(module)
    assert space["Other"] is space["Second"] is not module.Second
    assert issubclass(space["Second"], module.Second) and issubclass(
        space["Second"], space["First"]
    )
    for kind in (space["First"], space["Second"]):
        assert kind().one() == [space["warnings"]] != module.First().one()
    assert space["Second"]().two() == [space["warnings"]] != module.Second().two()


def test_the_originals_stay_as_they_are() -> None:
    before = dict(vars(GifImagePlugin)), dict(vars(GifImagePlugin.GifImageFile))
    space = twin(GifImagePlugin)
    assert (dict(vars(GifImagePlugin)), dict(vars(GifImagePlugin.GifImageFile))) == before
    assert issubclass(space["GifImageFile"], GifImagePlugin.GifImageFile)
    assert space["Image"]._decompression_bomb_check((10**6, 10**6)) is None
    with pytest.raises(Image.DecompressionBombError):
        Image._decompression_bomb_check((10**6, 10**6))
