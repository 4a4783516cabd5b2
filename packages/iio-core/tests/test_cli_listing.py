"""What is installed, and what is wrong with it: plugins, formats, explain, doctor."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import fakes
import pytest
from children import python_environment

import iio_core as iio
from iio_core import _absent, _registry
from iio_core.cli import _patience, main
from iio_core.cli._probe import tried

posix_only = pytest.mark.skipif(os.name != "posix", reason="no signal breaks in there")

SPEC = """
from iio_core import Advisory, Format, Pixels, PluginSpec, Signature
SPEC = PluginSpec(name={name!r}, title="a title", plugin="{module}_plugin:PLUGIN",
    license="MIT", backend="w-backend",
    advisories=(Advisory("w-backend", "2.0", "it reads beyond the end"),),
    formats=(Format(name="GOOD", title="good", extensions=(".good",), reads=(Pixels("uint8"),),
        modules=("no_such_backend",), requires="w-good[fast]"),))
"""


def add(folder: Path, distribution: str, name: str, spec: str = SPEC, metadata: str = "") -> None:
    """Put a wheel into a folder: its metadata, and the module of its spec."""
    module = distribution.replace("-", "_")
    (folder / f"{module}.py").write_text(spec.format(name=name, module=module))
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n{metadata}"
    )
    if name:
        (info / "entry_points.txt").write_text(f"[iio_core.plugins]\n{name} = {module}:SPEC\n")


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    extra = (
        "License: MIT\nRequires-Dist: w-backend>=1\nProvides-Extra: fast\n"
        "Requires-Dist: no-such-thing>=3; extra == 'fast'\n"
    )
    add(folder, "w-good", "good", metadata=extra)
    add(folder, "w-backend", "")
    return folder


BROKEN = {
    "raises": ("raise ValueError('it is broken')", "ValueError: it is broken"),
    "exits": ("raise SystemExit(1)", "SystemExit: 1"),
    "list": ("SPEC = ['not a spec']", "is a list, not a PluginSpec"),
    "good": (SPEC, "the name 'good' is claimed by"),
    "aliases": (SPEC.replace("license=", "aliases=None, license="), "not all strings"),
    "signatures": (SPEC.replace('title="good",', 'title="good", signatures=None,'), "signatures"),
    "metadata": ("", "its metadata cannot be read"),
}


def add_broken(folder: Path, kind: str) -> None:
    add(folder, f"w-x-{kind}", kind, BROKEN[kind][0])
    if kind == "metadata":
        points = folder / "w_x_metadata-1.0.dist-info" / "entry_points.txt"
        points.write_text("[iio_core.plugins]\nmetadata w_x_metadata SPEC\n")


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def iio_command(
    wheels: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return a function that runs the command where the wheels, and more, are installed."""
    monkeypatch.syspath_prepend(wheels)
    monkeypatch.setenv("PYTHONPATH", python_environment(str(wheels))["PYTHONPATH"])

    def run(*words: str, **settings: str) -> Done:
        for name in [name for name in sys.modules if name.startswith("w_")]:
            del sys.modules[name]
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(_registry, "_base", None)
        capsys.readouterr()
        return Done(main(words), *capsys.readouterr())

    return run


def test_all_broken_plugins_at_once_are_a_line_each(wheels: Path, iio_command: Command) -> None:
    for kind in BROKEN:
        add_broken(wheels, kind)
    (wheels / "a.good").write_bytes(b"good")
    listed = iio_command("plugins")
    assert listed.returncode == 0 and listed.stderr == ""
    rejected = [line for line in listed.stdout.splitlines() if line.startswith("rejected: ")]
    for kind, (_, reason) in BROKEN.items():
        assert any(f"w-x-{kind} 1.0" in line and reason in line for line in rejected), kind
    for words in (["formats"], ["formats", "--json"], ["explain", "a.good", "--write"]):
        done = iio_command(*words)
        assert "Traceback" not in done.stdout + done.stderr
    done = iio_command("info", str(wheels / "a.good"))
    assert done.returncode == 1 and done.stderr.count("\n") == 1


def test_plugins_and_formats_as_json(wheels: Path, iio_command: Command) -> None:
    add_broken(wheels, "raises")
    found = json.loads(iio_command("plugins", "--json", IIO_PLUGINS="good,raises").stdout)
    (plugin,) = found["plugins"]
    assert plugin["distribution"] == "w-good" and plugin["backend_version"] == "1.0"
    (rejected,) = found["rejected"]
    assert rejected["name"] == "raises" and "Traceback" in rejected["traceback"]
    rows = json.loads(iio_command("formats", ".good", "--json").stdout)
    assert rows == [
        {
            "format": "GOOD",
            "title": "good",
            "extensions": [".good"],
            "plugin": "good",
            "distribution": "w-good",
            "reads": True,
            "writes": False,
            "multiple": False,
            "trust": "unfuzzed",
            "installed": False,
            "unused": None,
            "missing": "no_such_backend",
            "install": "w-good[fast]",
        }
    ]


def test_tracebacks_of_rejected_plugins_on_request(wheels: Path, iio_command: Command) -> None:
    add_broken(wheels, "raises")
    assert "Traceback" not in iio_command("plugins").stdout
    assert "raise ValueError" in iio_command("plugins", "-v").stdout
    assert "raise ValueError" in iio_command("doctor", "-v").stdout


def test_doctor_tells_versions_extras_and_weaknesses(wheels: Path, iio_command: Command) -> None:
    done = iio_command("doctor", IIO_PLUGINS="good")
    assert done.returncode == 1  # the backend is one to be warned of
    assert f"iio-core {iio.__version__} on Python {sys.version.split()[0]}" in done.stdout
    assert "w-good 1.0, MIT" in done.stdout
    assert "needs w-backend: 1.0" in done.stdout
    assert "w-good[fast] would add no-such-thing, for GOOD" in done.stdout
    assert "w-backend 1.0 is installed; versions before 2.0 are not safe" in done.stdout
    assert "IIO_PLUGINS=good" in done.stdout
    found = json.loads(iio_command("doctor", "--json", IIO_PLUGINS="good").stdout)
    (wheel,) = [wheel for wheel in found["wheels"] if wheel["name"] == "w-good"]
    assert wheel["extras"][0]["missing"] == ["no-such-thing"]


def test_what_is_imported_in_the_other_process() -> None:
    broken = SimpleNamespace(load=fakes.raiser(KeyboardInterrupt()))
    good = SimpleNamespace(load=lambda: fakes.SPEC)
    assert tried("good", [good], load=True) == ("good", "", "", False)
    found = tried("broken", [good, broken], load=False)
    assert found.problem == "it cannot be imported: KeyboardInterrupt: "
    assert "Traceback" in found.traceback


def test_doctor_names_a_missing_requirement_of_core_and_goes_on(
    wheels: Path, iio_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "importlib_metadata", None)  # as if it were not there
    done = iio_command("doctor", IIO_PLUGINS="good")
    assert done.returncode == 1
    assert "importlib-metadata, which is missing: pip install importlib-metadata" in done.stdout
    assert "w-good 1.0, MIT" in done.stdout and "good (w-good 1.0" in done.stdout


def test_doctor_is_content_with_what_is_fine(wheels: Path, iio_command: Command) -> None:
    add(wheels, "w-fine", "fine", SPEC.replace("w-backend", "w-fine").replace('"2.0"', '"0.5"'))
    done = iio_command("doctor", IIO_PLUGINS="fine")
    assert done.returncode == 0 and "No problem found." in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import time; time.sleep(600)", "its import hangs: 3 s were not enough"),
        ("import os; os._exit(7)", "its import ends the process with exit status 7"),
    ],
)
def test_doctor_names_what_hangs_or_crashes_and_goes_on(
    wheels: Path, iio_command: Command, code: str, what: str
) -> None:
    add(wheels, "w-stuck", "stuck", code)
    add_broken(wheels, "raises")
    done = iio_command("doctor", "--timeout", "3", IIO_PLUGINS="good,stuck,raises")
    assert done.returncode == 1 and done.stderr == ""
    assert f"plugin 'stuck': {what}" in done.stdout
    assert "rejected: raises" in done.stdout and "good (w-good 1.0" in done.stdout


@posix_only
@pytest.mark.parametrize(
    "code",
    [
        "import time; time.sleep(600)",
        "while True:\n    try:\n        while True: pass\n    except Exception: pass",
        "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    ],
    ids=["sleeps", "spins", "waits"],
)
def test_a_spec_that_hangs_is_left_out_of_every_command(
    wheels: Path, iio_command: Command, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setattr(_patience, "_SECONDS", 0.2)
    add(wheels, "w-stuck", "stuck", code)
    done = iio_command("plugins", IIO_PLUGINS="good,stuck")
    assert "good" in done.stdout
    assert "importing 'stuck' hangs: 0.2 s were not enough; IIO_PLUGINS" in done.stdout
    assert iio_command("formats", ".good", IIO_PLUGINS="good,stuck").returncode == 0
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@posix_only
def test_a_backend_that_hangs_is_told(
    wheels: Path, iio_command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_patience, "_SECONDS", 0.2)
    add(wheels, "w-slow", "slow", SPEC.replace('modules=("no_such_backend",), ', ""))
    (wheels / "w_slow_plugin.py").write_text("import time; time.sleep(600)\n")
    (tmp_path / "x.good").write_bytes(b"GOOD")
    done = iio_command("info", str(tmp_path / "x.good"), IIO_PLUGINS="slow")
    assert done.returncode == 1
    assert "plugin 'slow' (w-slow 1.0" in done.stderr and "importing 'slow' hangs" in done.stderr


def test_only_the_main_thread_is_broken_into() -> None:
    def wait() -> None:
        with _patience.patient("x"):
            seen.append(signal.getsignal(signal.SIGINT))

    seen: list[object] = []
    thread = threading.Thread(target=wait)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]


def test_doctor_loads_backends_when_asked(wheels: Path, iio_command: Command) -> None:
    (wheels / "w_good_plugin.py").write_text("print('noise')\nraise OSError('no such library')\n")
    asked = iio_command("doctor", IIO_PLUGINS="good").stdout
    assert "no such library" not in asked
    asked = iio_command("doctor", "--load", IIO_PLUGINS="good").stdout
    assert "plugin 'good': it cannot be imported: OSError: no such library" in asked
    assert "noise" not in asked


@pytest.mark.parametrize(("module", "problems"), [("no_such_backend", 0), ("no_such_import", 1)])
def test_a_backend_that_is_not_installed_is_no_problem(
    wheels: Path, iio_command: Command, module: str, problems: int
) -> None:
    (wheels / "w_good_plugin.py").write_text(f"import {module}\n")
    asked = iio_command("doctor", "--load", IIO_PLUGINS="good")
    assert asked.stdout.count("it cannot be imported") == problems


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda distribution: None)


@pytest.mark.usefixtures("nothing_installed")
def test_without_any_plugin_everything_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins"]) == 0
    assert "No plugin is installed" in capsys.readouterr().out
    assert main(["formats", "--missing"]) == 0
    assert "pip install iio-pillow" in capsys.readouterr().out


def test_what_is_left_out_is_not_to_be_installed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda distribution: "1.0")
    assert main(["formats", "png"]) == 0
    out = capsys.readouterr().out
    assert "left out by IIO_PLUGINS" in out and "pip install" not in out


@pytest.mark.usefixtures("nothing_installed")
def test_what_to_install_for_an_extension_or_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    for word in (".png", "PNG", "png", "holiday.png"):
        assert main(["formats", word]) == 0
        out = capsys.readouterr().out
        assert "PNG" in out and "pip install iio-pillow" in out, word
    assert main(["formats", "pngg"]) == 1
    assert "did you mean png" in capsys.readouterr().err
    assert main(["formats", ".none-such"]) == 1


@pytest.mark.usefixtures("fake")
def test_formats_of_a_file_are_those_of_its_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fake-without-extension"
    path.write_bytes(fakes.MAGIC)
    assert main(["formats", str(path), "--json"]) == 0
    assert [row["format"] for row in json.loads(capsys.readouterr().out)] == ["FAKE"]
    assert main(["formats", "--missing"]) == 0
    assert "FAKE" not in capsys.readouterr().out


@pytest.mark.usefixtures("fake")
def test_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.fake"
    path.write_bytes(fakes.MAGIC)
    assert main(["explain", str(path)]) == 0
    assert "chosen" in capsys.readouterr().out
    assert main(["explain", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["chosen"]["plugin"] == "fake" and found["chosen"]["verdict"] == "chosen"
    assert main(["explain", "new.fk", "--write"]) == 0
    assert main(["explain", "new.none-such", "--write"]) == 1
    assert main(["explain", str(tmp_path / "missing.fake")]) == 1
    assert main(["explain", str(path), "--plugin", "faek"]) == 1
    assert "Did you mean 'fake'" in capsys.readouterr().err


def test_a_plugin_that_was_uninstalled_while_running(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.gone"
    path.write_bytes(b"GONE")
    spec = fakes.spec("gone", fakes.format("GONE", ".gone", magic=b"GONE"), backend="w-gone")
    with iio.use(spec, fakes.SPEC):
        assert main(["info", str(path)]) == 1
        assert "'gone'" in capsys.readouterr().err
        assert main(["plugins"]) == 0
        assert "w-gone not installed" in capsys.readouterr().out
        assert main(["formats", "gone"]) == 0


def test_registered_plugins_need_no_wheel(capsys: pytest.CaptureFixture[str]) -> None:
    with iio.use(fakes.SPEC):
        assert main(["plugins"]) == 0
    assert capsys.readouterr().out.splitlines()[1].startswith("fake/FakeIt  -")
    assert _registry.current().plugins == ()
