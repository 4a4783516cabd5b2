"""What the kit fuzzes with: a parser that lies is found, and atheris gets what it needs."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core.testing import FuzzTarget, fuzz, survives

IMAGE = np.arange(42, dtype=np.uint8).reshape(6, 7)
SOUND = fakes.encode(IMAGE, IMAGE + 1)


def looked_at(own_errors: bool = False, **answers: Any) -> bool:
    """Read a file of a plugin whose reader gives some answers of its own."""
    reader = fakes.StubReader(IMAGE, IMAGE + 1, **answers)
    plugin = SimpleNamespace(reader_type=fakes.StubReader, open_reader=lambda *_: reader)
    with iio.use(fakes.spec("stub", fakes.format("STUB", ".stub"), plugin=plugin)):
        return survives(b"x", ".stub", plugin="stub", own_errors=own_errors)


@pytest.mark.usefixtures("fake")
def test_files_are_read_or_refused() -> None:
    assert survives(SOUND, ".fake", plugin="fake", strict=True)
    assert not survives(SOUND[:-1], ".fake", plugin="fake", strict=True)
    assert not survives(b"", ".fake", plugin="fake")
    large = fakes.chunk(IMAGE, {}, shape=(1 << 14, 1 << 14))
    assert not survives(fakes.MAGIC + large, ".fake", plugin="fake")


def test_errors_that_are_not_the_plugins_own_are_found() -> None:
    def trips(**_: Any) -> Any:
        raise struct.error("unpack requires a buffer of 4 bytes")

    def refuses(**_: Any) -> Any:
        try:
            trips()
        except struct.error as error:
            raise iio.DecodeError("it ends within a number") from error

    assert not looked_at(read=trips) and not looked_at(read=refuses)
    assert not looked_at(own_errors=True, read=refuses)
    with pytest.raises(AssertionError, match=r"only core said: .*a buffer of 4 bytes"):
        looked_at(own_errors=True, read=trips)


def test_what_disagrees_is_found() -> None:
    assert looked_at()
    with pytest.raises(AssertionError, match=r"\(6, 7\) uint16 became \(6, 7\) uint8"):
        looked_at(properties=lambda **_: iio.ImageProperties((6, 7), np.dtype("u2")))
    with pytest.raises(AssertionError, match=r"\(6, 7\) uint8 became \(5, 7\) uint8"):
        looked_at(iter=lambda: iter([IMAGE, IMAGE[:5]]))
    part = IMAGE[1:5:2, :3]
    assert looked_at(read_region=lambda region, **_: part.copy())
    with pytest.raises(AssertionError, match="a region: 6 of 6 values differ"):
        looked_at(read_region=lambda region, **_: part + 1)
    with pytest.raises(iio.PluginContractError):
        looked_at(read=lambda **_: "no array")


class Fuzzer:
    """In the place of atheris: changes the seeds once, and tries that."""

    def __init__(self) -> None:
        self.followed: list[str] = []
        self.seeds: list[bytes] = []

    def instrument_imports(self, include: list[str]) -> Any:
        self.followed = include
        return nullcontext()

    def Setup(  # noqa: N802
        self,
        arguments: list[str],
        test: Callable[[bytes], object],
        custom_mutator: Callable[[bytes, int, int], bytes] | None = None,
    ) -> None:
        self.arguments, self.test, self.mutate = arguments, test, custom_mutator or self.Mutate

    def Mutate(self, data: bytes, most: int, seed: int = 0) -> bytes:  # noqa: N802
        return data + b"!"

    def Fuzz(self) -> None:  # noqa: N802
        folder = next(Path(a) for a in self.arguments[1:] if not a.startswith("-"))
        self.seeds = [path.read_bytes() for path in sorted(folder.iterdir())]
        for data in self.seeds:
            self.test(self.mutate(data, 100, 0))


@pytest.fixture
def fuzzer(monkeypatch: pytest.MonkeyPatch) -> Fuzzer:
    made = Fuzzer()
    monkeypatch.setitem(sys.modules, "atheris", made)  # type: ignore[arg-type]
    return made


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str, mended: Any = None) -> list[bytes]:
    """Run the program, and return which files it tried."""
    tried: list[bytes] = []
    monkeypatch.setattr(sys, "argv", ["fuzz.py", *arguments])

    def prepare(name: str) -> FuzzTarget:
        return FuzzTarget({"a": b"a", name: name.encode()}, tried.append, mended)

    fuzz(["ONE", "TWO"], prepare, packages=["mine"])
    return tried


def test_without_a_format_they_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch) == []
    assert capsys.readouterr().out == "ONE\nTWO\n"
    with pytest.raises(SystemExit, match="no such format: THREE"):
        call(monkeypatch, "THREE")


def test_seeds_are_tried_before_and_what_comes_of_them(
    monkeypatch: pytest.MonkeyPatch, fuzzer: Fuzzer
) -> None:
    tried = call(monkeypatch, "TWO", "7", "-artifact_prefix=TWO-")
    assert tried == [b"a", b"TWO", b"a!", b"TWO!"]
    assert fuzzer.seeds == [b"a", b"TWO"] and fuzzer.followed == ["mine"]
    assert {"-max_total_time=7", "-artifact_prefix=TWO-"} < set(fuzzer.arguments)


def test_changed_files_are_mended(monkeypatch: pytest.MonkeyPatch, fuzzer: Fuzzer) -> None:
    tried = call(monkeypatch, "ONE", mended=bytes.upper)
    assert tried == [b"a", b"ONE", b"A!", b"ONE!"]
    assert "-max_total_time=600" in fuzzer.arguments
