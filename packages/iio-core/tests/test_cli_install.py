"""``iio install`` and ``iio uninstall``: which command of pip, and only after asking."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fakes
import pytest

import iio_core as iio
from iio_core import _absent, _registry
from iio_core._registry import Plugin, Registry
from iio_core.cli import _pip, _uninstall, main

Ran = list[list[str]]


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Record what pip would be run with, where nothing is installed."""
    ran: Ran = []

    def run(command: list[str], *, check: bool) -> SimpleNamespace:
        ran.append(command[1:])
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(_pip.subprocess, "run", run)
    monkeypatch.setattr(_pip, "has_pip", lambda: True)
    monkeypatch.setattr(_absent, "installed_version", lambda distribution: None)
    return ran


@pytest.mark.parametrize(
    ("what", "requirement"),
    [
        (".png", "iio-pillow"),
        ("PNG", "iio-pillow"),
        ("holiday.png", "iio-pillow"),
        ("pillow", "iio-pillow"),
        ("pil", "iio-pillow"),
        ("iio-pillow", "iio-pillow"),
        ("iio_pillow[heif]", "iio-pillow[heif]"),
        (".heic", "iio-pillow[heif]"),
        ("iio-core[cli]", "iio-core[cli]"),
    ],
)
def test_what_a_word_needs(pip: Ran, what: str, requirement: str) -> None:
    assert main(["install", what, "--yes"]) == 0
    assert pip == [["-m", "pip", "install", requirement]]


def test_a_file_needs_what_its_bytes_say(pip: Ran, tmp_path: Path) -> None:
    path = tmp_path / "picture.dat"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20))
    assert main(["install", str(path), "--yes"]) == 0
    assert pip == [["-m", "pip", "install", "iio-pillow"]]


def test_further_arguments_are_given_to_pip(pip: Ran) -> None:
    words = ["install", "--yes", ".png", ".jpg", "--", "--no-index", "--find-links", "dir"]
    assert main(words) == 0
    assert pip == [["-m", "pip", "install", "iio-pillow", "--no-index", "--find-links", "dir"]]


def test_a_dry_run_prints_the_command(pip: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", ".png", "--dry-run"]) == 0
    assert capsys.readouterr().out.endswith(" -m pip install iio-pillow\n")
    assert pip == []


def test_nobody_is_asked_where_nobody_is(pip: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", ".png"]) == 1
    assert "--yes" in capsys.readouterr().err and pip == []


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("no", 1), ("", 1), (EOFError, 1)])
def test_pip_runs_only_after_a_yes(
    pip: Ran, monkeypatch: pytest.MonkeyPatch, answer: Any, status: int
) -> None:
    def ask(question: str) -> str:
        if answer is EOFError:
            raise EOFError
        return str(answer)

    monkeypatch.setattr("builtins.input", ask)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert main(["install", ".png"]) == status
    assert len(pip) == (status == 0)


def test_what_is_here_needs_nothing(pip: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    with iio.use(fakes.SPEC):
        assert main(["install", ".fake", "fake"]) == 0
    out = capsys.readouterr().out
    assert "FAKE is handled by plugin 'fake' already" in out and "installed already" in out
    assert pip == []


def test_a_strangers_extra_is_known_from_its_spec(pip: Ran) -> None:
    format = fakes.format("SLOW", ".slow", modules=("no_such_module",), requires="w-slow[fast]")
    with iio.use(fakes.spec("slow", format)):
        assert main(["install", ".slow", "-y"]) == 0
    assert pip == [["-m", "pip", "install", "w-slow[fast]"]]


def test_an_unknown_word_is_an_error(pip: Ran, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("install", "uninstall"):
        assert main([command, "pngg", "--yes"]) == 1
        assert "'pngg'; did you mean png?" in capsys.readouterr().err
        assert main([command, "requests; rm -rf", "--yes"]) == 1
    assert pip == []


def test_pip_that_fails_or_is_not_there(
    pip: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = SimpleNamespace(returncode=2)
    monkeypatch.setattr(_pip.subprocess, "run", lambda command, check: failing)
    assert main(["install", ".png", "-y"]) == 1
    assert "pip failed with exit status 2" in capsys.readouterr().err
    monkeypatch.setattr(_pip, "has_pip", lambda: False)
    assert main(["install", ".png", "-y"]) == 1
    assert "there is no pip" in capsys.readouterr().err


def test_uninstall(
    pip: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_uninstall, "installed_version", lambda distribution: "1.0")
    assert main(["uninstall", "pillow", "iio-pillow", "--yes"]) == 0
    assert pip == [["-m", "pip", "uninstall", "--yes", "iio-pillow"]]
    assert main(["uninstall", ".png", "--yes"]) == 1
    assert "nothing is installed that handles it" in capsys.readouterr().err
    assert main(["uninstall", "iio-core", "--yes"]) == 1
    monkeypatch.setattr(_uninstall, "installed_version", lambda distribution: None)
    assert main(["uninstall", "pillow", "--yes"]) == 0
    assert "iio-pillow is not installed" in capsys.readouterr().out
    with iio.use(fakes.SPEC):
        assert main(["uninstall", ".fake", "--yes"]) == 1
    assert "did not come with a wheel" in capsys.readouterr().err
    assert len(pip) == 1


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a directory of wheels: one with two extras, what they need, and who shares it."""
    folder = tmp_path / "site"
    needs = (
        "Provides-Extra: one\nProvides-Extra: two\nRequires-Dist: w-mine>=1; extra == 'one'\n"
        "Requires-Dist: w-shared; extra == 'one'\nRequires-Dist: w-none; extra == 'two'\n"
    )
    for name, lines in (
        ("iio-pillow", needs),
        ("w-mine", ""),
        ("w-shared", ""),
        ("w-other", "Requires-Dist: w-shared>=1\n"),
    ):
        info = folder / f"{name.replace('-', '_')}-9.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 9\n{lines}")
    return folder


def test_an_extra_takes_what_nobody_else_needs(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(site)
    assert main(["uninstall", "iio-pillow[one]", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "w-shared stays: w-other needs it" in out
    assert out.endswith("-m pip uninstall --yes w-mine\n")
    assert main(["uninstall", "iio-pillow[two]", "--dry-run"]) == 0
    assert "there is nothing to uninstall" in capsys.readouterr().out
    assert main(["uninstall", "iio-pillow[three]", "--dry-run"]) == 1
    assert "it has: one, two" in capsys.readouterr().err


def test_installed_wheels_with_plugins_are_known_by_name(
    pip: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "w_stranger-9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: w-stranger\nVersion: 9\n")
    (info / "entry_points.txt").write_text("[iio_core.plugins]\nodd = w_stranger:SPEC\n")
    assert main(["uninstall", "w-stranger", "--yes"]) == 1
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["uninstall", "w_stranger", "--yes"]) == 0
    assert main(["install", "W-Stranger[fast]", "--yes"]) == 0
    assert pip == [
        ["-m", "pip", "uninstall", "--yes", "w-stranger"],
        ["-m", "pip", "install", "w-stranger[fast]"],
    ]


def test_the_wheel_of_a_format_is_uninstalled_and_of_two_none(
    pip: Ran, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def installed(name: str) -> Plugin:
        format = fakes.format("TWO", ".two")
        return Plugin(fakes.spec(name, format, fakes.format(name, f".{name}")), f"w-{name}", "1")

    monkeypatch.setattr(_uninstall, "installed_version", lambda distribution: "1")
    monkeypatch.setattr(_registry, "_base", Registry((installed("aaa"), installed("bbb"))))
    assert main(["uninstall", ".aaa", "bbb", "--yes"]) == 0
    assert pip == [["-m", "pip", "uninstall", "--yes", "w-aaa", "w-bbb"]]
    assert main(["uninstall", ".two", "--yes"]) == 1
    assert ".two is handled by w-aaa and w-bbb: say which" in capsys.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="needs pip")
def test_pip_installs_for_real(tmp_path: Path, run: Callable[..., Any]) -> None:
    wheel = tmp_path / "iio_pillow-9.9-py3-none-any.whl"
    files = {
        "iio_pillow_marker.py": "",
        "iio_pillow-9.9.dist-info/METADATA": "Metadata-Version: 2.1\nName: iio-pillow\n"
        "Version: 9.9\n",
        "iio_pillow-9.9.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\n"
        "Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},,\n" for name in files) + "iio_pillow-9.9.dist-info/RECORD,,\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.writestr("iio_pillow-9.9.dist-info/RECORD", record)
    code = "import sys; from iio_core.cli import main; sys.exit(main())"
    words = ["install", "pillow", "--yes", "--", "--no-index", "--no-deps", "--quiet"]
    words += ["--find-links", str(tmp_path), "--target", str(tmp_path / "new")]
    # Nothing is allowed: whatever is installed here, the plugin is not.
    done = run(code, *words, check=False, IIO_PLUGINS="none")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new" / "iio_pillow_marker.py").exists()
