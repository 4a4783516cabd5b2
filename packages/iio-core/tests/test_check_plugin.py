"""`iio check-plugin`: the kit on whatever is installed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iio_core import _registry
from iio_core._discovery import scan
from iio_core.cli import main

HERE = Path(__file__).parent
COMMAND = "import sys; from iio_core.cli import main; sys.exit(main(sys.argv[1:]))"
GRAY = b"TOY1\1\2\3\1\5hello" + bytes([0, 255, 3, 250, 5, 6])


class Done(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """Return a function that runs the command where one plugin of the toy format is installed."""

    def check(plugin: str, *arguments: object) -> Done:
        info = tmp_path / "site" / "w_toy-1.0.dist-info"
        info.mkdir(parents=True)
        text = "Metadata-Version: 2.1\nName: w-toy\nVersion: 1.0\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
        points = f"[iio_core.plugins]\ntoy = toy_specs:{plugin}\n"
        (info / "entry_points.txt").write_text(points, encoding="utf-8")
        for folder in (HERE / "kit", tmp_path / "site"):
            monkeypatch.syspath_prepend(folder)
        monkeypatch.setenv("IIO_PLUGINS", "toy")
        monkeypatch.setattr(_registry, "_base", scan())
        status = main(["check-plugin", *map(str, arguments)])
        return Done(status, *capsys.readouterr())

    return check


@pytest.mark.slow
def test_a_good_plugin_keeps_every_promise(
    check: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = tmp_path / "real.toy"
    sample.write_bytes(GRAY)
    # What the environment says of pytest is not about these checks.
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    done = check("good", "--samples", sample)
    assert os.environ["PYTEST_ADDOPTS"] == "--no-such-option"
    assert done.status == 0, done.out + done.err
    lines = done.out.splitlines()
    assert lines[0] == "plugin 'toy' (w-toy 1.0)"
    assert lines[1] == "  sample TOY-real.toy: 20 bytes, 2×3 uint8"
    assert lines[2] == "  sample TOY-uint8-written: 711 bytes, 13×18×3 uint8"
    assert any(line.startswith("  cost_is_told[TOY-real.toy]: ") for line in lines)
    assert " 0 failed" in lines[-1]


@pytest.mark.slow
def test_a_broken_promise_is_told_at_the_end_as_well(check: Callable[..., Done]) -> None:
    done = check("drops_metadata", "toy", "--fast")
    assert done.status == 1
    assert "documented: docs/reference/plugin-interface.md#metadata-round-trips" in done.out
    assert "  check:      metadata_round_trips[TOY-uint8-written]" in done.out
    assert done.out.splitlines()[-1] == "broken promises: Metadata round-trips"


@pytest.mark.slow
@pytest.mark.parametrize("plugin", ["drops_metadata", "good"])
def test_what_is_known_to_fail_may_and_must(check: Callable[..., Done], plugin: str) -> None:
    done = check(plugin, "toy", "--fast", "--except", "metadata_round_trips:TOY")
    last = done.out.splitlines()[-1]
    if plugin == "good":
        assert done.status == 1
        assert "metadata_round_trips[TOY-uint8-written] is excepted, but passes" in done.out
        assert " 1 failed, " in last
    else:
        assert done.status == 0, done.out
        assert " 0 failed, 1 failed as excepted, " in last


@pytest.mark.parametrize(
    ("exception", "said"),
    [
        ("metadata_round_trip:TOY", "there is no check 'metadata_round_trip'"),
        ("metadata_round_trips:TOI", "'TOI' is neither a format nor a sample"),
    ],
)
def test_what_excepts_nothing_is_refused(
    check: Callable[..., Done], exception: str, said: str
) -> None:
    done = check("good", "toy", "--except", exception)
    assert (done.status, done.out) == (2, "")
    assert said in done.err


def test_an_exception_is_of_a_format(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check-plugin", "toy", "--except", "metadata_round_trips"])
    assert "is not CHECK:FORMAT" in capsys.readouterr().err


def test_who_is_not_installed_cannot_be_checked(check: Callable[..., Done]) -> None:
    done = check("good", "nobody")
    assert (done.status, done.out) == (2, "")
    assert done.err == "iio: no plugin 'nobody' is installed; there are: toy\n"


def test_a_rejected_plugin_is_told_of(check: Callable[..., Done]) -> None:
    done = check("_private", "toy")
    assert done.status == 1
    assert "plugin 'toy' is installed, but rejected: toy (w-toy 1.0): " in done.err


@pytest.mark.parametrize("data", [b"something else", None])
def test_a_sample_has_to_be_one(
    check: Callable[..., Done], tmp_path: Path, data: bytes | None
) -> None:
    file = tmp_path / "other.dat"
    if data is not None:
        file.write_bytes(data)
    done = check("good", "toy", "--samples", file)
    assert (done.status, done.out) == (2, "")
    assert f"{file} is no sample of 'toy': " in done.err


def test_nothing_is_checked_where_nothing_of_a_stranger_is_installed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_registry, "_base", _registry.Registry())
    assert main(["check-plugin"]) == 2
    assert "give the name of one" in capsys.readouterr().err


def test_without_pytest_it_is_told_what_to_install(run: Callable[..., Any]) -> None:
    done = run(f"import sys; sys.modules['pytest'] = None\n{COMMAND}", "check-plugin", check=False)
    assert done.returncode == 1
    assert done.stderr == 'iio: checking needs pytest: pip install "iio-core[testing]"\n'
