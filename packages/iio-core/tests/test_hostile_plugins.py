"""A plugin that raises anything anywhere, or returns anything: an error of iio that names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import fakes
import numpy as np
import pytest
from fakes import StubReader, StubWriter

import iio_core as iio

IMAGE = np.zeros((2, 3), np.uint8)


class Boom(Exception):
    pass


class CannotSay(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


ERRORS = [
    Boom("x"),
    CannotSay(),
    SystemExit(3),
    MemoryError(),
    RecursionError("deep"),
    StopIteration("early"),
    AttributeError("no such thing"),
]

READING: dict[str, Callable[[Any], Any]] = {
    "read": lambda p: iio.imread(b"data", plugin=p),
    "read one": lambda p: iio.imread(b"data", plugin=p, index=0),
    "read all": lambda p: iio.imread(b"data", plugin=p, index=...),
    "read several": lambda p: iio.imread(b"data", plugin=p, index=slice(None)),
    "read last": lambda p: iio.imread(b"data", plugin=p, index=-1),
    "read, with an option": lambda p: iio.imread(b"data", plugin=p, flip=True),
    "iterate": lambda p: list(iio.imiter(b"data", plugin=p)),
    "properties": lambda p: iio.improps(b"data", plugin=p),
    "count": lambda p: iio.improps(b"data", plugin=p, index=..., count_frames=True),
    "metadata": lambda p: iio.immeta(b"data", plugin=p),
    "region": lambda p: _region(p),
}
WRITING: dict[str, Callable[[Any], Any]] = {
    "write": lambda p: iio.imwrite("<bytes>", IMAGE, plugin=p, extension=".x"),
    "write several": lambda p: iio.imwrite("<bytes>", [IMAGE], plugin=p, extension=".x"),
    "write a batch": lambda p: iio.imwrite(
        "<bytes>", np.zeros((5, 2, 7), np.uint8), plugin=p, extension=".x"
    ),
    "write, with an option": lambda p: iio.imwrite(
        "<bytes>", IMAGE, plugin=p, extension=".x", level=1
    ),
    "session": lambda p: _session(p),
}


def _region(plugin: Any) -> None:
    with iio.imopen(b"data", "r", plugin=plugin) as file:
        file.read_region(np.s_[:1, :1])


def _session(plugin: Any) -> None:
    with iio.imopen("<bytes>", "w", plugin=plugin, extension=".x") as file:
        file.write(IMAGE)


def survive(plugin: Any, calls: dict[str, Callable[[Any], Any]]) -> int:
    """Make every call; return how many raised, each an error of iio that names the plugin."""
    raised = 0
    for name, call in calls.items():
        error = raised_by(call, plugin)
        if error is not None:
            raised += 1
            about_plugin = "'SimpleNamespace'" in str(error) or error.plugin == "SimpleNamespace"
            assert about_plugin or isinstance(error, OF_THE_CALL), name
    return raised


OF_THE_CALL = (iio.FrameIndexError, iio.LimitError, iio.OptionError)


def raised_by(call: Callable[[Any], Any], plugin: Any) -> iio.IIOError | None:
    try:
        call(plugin)
    except iio.IIOError as error:
        return error
    return None


def reading(**answers: Any) -> Any:
    kind = type("Bad", (StubReader,), answers)
    return fakes.reading(lambda resource, format, /: kind(IMAGE, IMAGE), kind)


def writing(**answers: Any) -> Any:
    kind = type("Bad", (StubWriter,), answers)
    return fakes.writing(lambda target, format, /: kind(target), kind)


def failing(error: BaseException) -> property:
    def get(self: Any) -> Any:
        raise error

    return property(get)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["asked for", "called"])
@pytest.mark.parametrize(
    "name",
    ["default_index", "reads_batches", "count", "read", "iter", "properties", "metadata", "close",
     "read_region"],
)  # fmt: skip
def test_a_reader_that_raises(name: str, how: str, error: BaseException) -> None:
    answer = failing(error) if how == "asked for" else fakes.raiser(error)
    assert survive(reading(**{name: answer}), READING) or (
        # No attribute is as good as none of these.
        name in {"default_index", "reads_batches", "read_region"}
        and (isinstance(error, AttributeError) or how == "called")
    )


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("how", ["asked for", "called"])
@pytest.mark.parametrize("name", ["takes_arrays", "is_batch", "write", "close", "abort"])
def test_a_writer_that_raises(name: str, how: str, error: BaseException) -> None:
    answer = failing(error) if how == "asked for" else fakes.raiser(error)
    # Only a writer that has failed is told to give up.
    failed = {"write": fakes.raiser(Boom("first"))} if name == "abort" else {}
    raised = survive(writing(**{name: answer}, **failed), WRITING)
    if name in {"write", "close", "abort"}:
        assert raised == len(WRITING)
    else:
        # No attribute is as good as none; a method is as good as True.
        missing = how == "asked for" and isinstance(error, AttributeError)
        fine = missing or (how == "called" and name == "takes_arrays")
        assert bool(raised) != fine


@pytest.mark.parametrize("opened", [None, 3, "text", StubReader, object()])
def test_what_is_opened_is_nothing_to_read_or_write_with(opened: Any) -> None:
    def opener(place: Any, format: Any, /) -> Any:
        return opened

    assert survive(fakes.reading(opener), READING) == len(READING)
    assert survive(fakes.writing(opener), WRITING) == len(WRITING)
    assert survive(fakes.reading("no function"), READING) == len(READING)
    assert survive(fakes.writing(lambda: None), WRITING) == len(WRITING)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("count", [-1, "3", 2.0, True, 10**30]),
        ("read", [None, "x", [1], np.array([object()]), np.zeros(())]),
        ("iter", [None, [IMAGE], iter([None]), 3]),
        ("metadata", [None, [("a", 1)]]),
        ("default_index", ["x", -1, 99, 1.5, (0,), True]),
        (
            "properties",
            [
                None,
                (2, 3),
                iio.ImageProperties((2, "3"), np.dtype("u1")),
                iio.ImageProperties((2.5, 3), np.dtype("u1")),
                iio.ImageProperties((-2, 3), np.dtype("u1")),
                iio.ImageProperties([2, 3], np.dtype("u1")),
                iio.ImageProperties((2, 3), "uint8"),
                iio.ImageProperties(None, None),
            ],
        ),
    ],
)
def test_a_reader_that_returns_something_else(name: str, values: list[Any]) -> None:
    for value in values:
        if name == "default_index":
            answer: Any = property(lambda self, value=value: value)
        else:

            def answer(self: Any, value: Any = value, **options: Any) -> Any:
                return value

        assert survive(reading(**{name: answer}), READING), (name, value)


def test_a_file_that_says_it_has_any_number_of_images() -> None:
    plugin = reading(count=lambda self: 10**15)
    for index in (slice(None), slice(None, None, -1), slice(5, None, 3)):
        with pytest.raises(iio.LimitError, match="says that it has 1000000000000000 images"):
            iio.imread(b"data", plugin=plugin, index=index)
    assert iio.imread(b"data", plugin=plugin, index=slice(2)).shape == (2, 2, 3)
    with pytest.raises(iio.LimitError):
        iio.imread(b"data", plugin=plugin, index=...)


def test_memory_that_core_itself_cannot_have(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*args: Any, **options: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(np, "empty", no_memory)
    with pytest.raises(iio.DecodeError, match="more memory than there is"):
        iio.imread(b"data", plugin=reading(), index=...)
