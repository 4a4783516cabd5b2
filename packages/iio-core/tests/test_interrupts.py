"""Ctrl-C behind any call that writing makes: nothing is half there, and nothing stays beside it."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core._resources import _atomic, open_target

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)
OLD = b"what was there before, to the byte"
HOME = os.path.dirname(iio.__file__)

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals come differently there")
pytestmark = [posix_only, pytest.mark.usefixtures("fake", "interrupts")]


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Have Ctrl-C do what it does in a terminal, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.freeze()  # what is here already is not looked through again each time
    yield
    gc.unfreeze()
    signal.signal(signal.SIGINT, before)


class Interrupt:
    """A profiler that sends Ctrl-C when the Nth call made by iio_core returns.

    That is when Python looks at signals: behind a call, before its result has a name.
    """

    def __init__(self, number: int) -> None:
        self._left = number
        self.place = ""

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        caller = frame if event == "c_return" else frame.f_back if event == "return" else None
        if caller is None or not caller.f_code.co_filename.startswith(HOME):
            return
        if "__del__" in (caller.f_code.co_name, frame.f_code.co_name):
            return  # nothing that is raised there goes anywhere
        self._left -= 1
        if self._left < 0:
            sys.setprofile(None)
            called = arg.__name__ if event == "c_return" else frame.f_code.co_name
            self.place = f"{called} in line {caller.f_lineno} of {caller.f_code.co_filename}"
            signal.raise_signal(signal.SIGINT)


def interrupted(action: Callable[[], None], check: Callable[[str], None]) -> int:
    """Do something again and again, interrupted one call later each time; return how often."""
    action()
    check("no call")  # what is imported once, is imported now
    for number in range(10_000):
        stop = Interrupt(number)
        before = sys.getprofile()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # a handle that nobody has is closed
            try:
                sys.setprofile(stop)
                try:
                    action()
                finally:
                    sys.setprofile(before)
            except KeyboardInterrupt:
                pass
            gc.collect()
        if not stop.place:
            return number
        check(stop.place)
    raise AssertionError("it has no end")


@pytest.fixture(params=["nameless", "hidden"])
def how(request, monkeypatch) -> str:
    """Write as Linux does, and as other systems and some file systems do."""
    if request.param == "nameless" and sys.platform != "linux":
        pytest.skip("only Linux has O_TMPFILE")
    if request.param == "hidden":
        monkeypatch.setattr(_atomic.sys, "platform", "other")
    return request.param


@pytest.fixture(params=["over", "new"])
def target(request, tmp_path: Path) -> Path:
    path = tmp_path / "x.fake"
    if request.param == "over":
        path.write_bytes(OLD)
    return path


def one_shot(target: Path) -> None:
    iio.imwrite(target, IMAGE)


def session(target: Path) -> None:
    with iio.imopen(target, "w") as file:
        file.write(IMAGE)


def with_a_sibling(target: Path) -> None:
    made = open_target(target)
    try:
        made.open().write(DATA)
        made.sibling("x.raw").open().write(DATA)
        made.commit()
    except BaseException:
        made.abort()
        raise


def through_a_path(target: Path) -> None:
    made = open_target(target)
    try:
        with made.as_path() as path:
            path.write_bytes(DATA)
        made.commit()
    except BaseException:
        made.abort()
        raise


@pytest.mark.parametrize("write", [one_shot, session, with_a_sibling, through_a_path])
def test_ctrl_c_behind_any_call_leaves_the_old_file_or_the_new_one(
    target: Path, how: str, write: Callable[[Path], None]
) -> None:
    exists = target.exists()
    seen = set()

    def prepare() -> None:
        for name in os.listdir(target.parent):
            (target.parent / name).unlink()
        if exists:
            target.write_bytes(OLD)

    def check(place: str) -> None:
        there = {p.name: p.read_bytes() for p in target.parent.iterdir()}
        assert there.keys() <= {"x.fake", "x.raw"}, f"{there.keys()} behind {place}"
        assert there.get("x.raw", DATA) == DATA, place
        assert there.get("x.fake") in {DATA, OLD if exists else None}, place
        seen.add(there.get("x.fake"))
        prepare()

    assert interrupted(lambda: write(target), check) > 20
    assert seen == {DATA, OLD if exists else None}


def test_a_session_keeps_what_it_accepted(target: Path) -> None:
    accepted = []

    def write() -> None:
        accepted.clear()
        with iio.imopen(target, "w") as file:
            file.write(IMAGE)
            accepted.append(IMAGE)

    def check(place: str) -> None:
        if accepted:
            assert target.read_bytes() == DATA, place
        target.unlink(missing_ok=True)

    assert interrupted(write, check) > 20


def test_an_archive_is_the_old_one_or_the_new_one(tmp_path: Path, how: str) -> None:
    archive = tmp_path / "x.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("kept.txt", OLD)
    before = archive.read_bytes()

    def check(place: str) -> None:
        assert os.listdir(tmp_path) == ["x.zip"], place
        with zipfile.ZipFile(archive) as file:
            assert file.testzip() is None and file.read("kept.txt") == OLD, place
            assert set(file.namelist()) <= {"kept.txt", "y.fake"}, place
        archive.write_bytes(before)

    def write() -> None:
        iio.imwrite(f"{archive}/y.fake", IMAGE)

    assert interrupted(write, check) > 20


def test_where_signals_cannot_be_held_everything_works(target: Path, monkeypatch) -> None:
    def refuse(*args: Any) -> Any:
        raise ValueError("signal only works in main thread of the main interpreter")

    monkeypatch.setattr(signal, "signal", refuse)
    one_shot(target)
    assert target.read_bytes() == DATA
    session(target)
    assert target.read_bytes() == DATA and os.listdir(target.parent) == ["x.fake"]
    monkeypatch.undo()


def test_what_was_copied_to_be_read_does_not_stay(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    def read() -> None:
        from iio_core._limits import current
        from iio_core._resources import open_resource

        resource = open_resource(DATA, current())
        with resource.as_path() as path:
            assert path.read_bytes() == DATA
        resource.close()

    def check(place: str) -> None:
        assert os.listdir(tmp_path) == [], place

    assert interrupted(read, check) > 5
