"""The command: arguments, exit statuses, errors as sentences, and looking at files."""

from __future__ import annotations

import datetime
import fractions
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest
from children import python_environment

import iio_core as iio
from iio_core.cli import _main, main
from iio_core.cli._failures import sentence
from iio_core.cli._json import jsonable

RGB = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.fake"
    path.write_bytes(fakes.encode(RGB, meta={"Title": "A cat", "icc": "x" * 500}))
    return path


def refused(*words: str) -> int:
    """Return the status with which arguments are refused."""
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_every_command_describes_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for name in _main.COMMANDS:
        assert refused(name, "--help") == 0
        assert f"iio {name}" in capsys.readouterr().out


def test_version_and_wrong_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("--version") == 0
    assert capsys.readouterr().out == f"iio-core {iio.__version__}\n"
    assert refused() == 2
    assert refused("no-such-command") == 2
    assert refused("info") == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["convert", "a", "b", "--jobs", "-1"], "--jobs: '-1' is not a whole number from 0 on"),
        (["convert", "a", "b", "--jobs", "two"], "--jobs: 'two' is not a whole number from 0 on"),
        (["montage", "a", "-o", "b", "--columns", "0"], "'0' is not a whole number from 1 on"),
        (["doctor", "--timeout", "0"], "--timeout: '0' is not a number of seconds above 0"),
        (["doctor", "--timeout", "nan"], "'nan' is not a number of seconds"),
        (["doctor", "--timeout", "soon"], "'soon' is not a number of seconds"),
    ],
)
def test_numbers_that_cannot_be_meant(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(*words) == 2
    assert reason in capsys.readouterr().err


def test_help_imports_neither_numpy_nor_plugins(run: Callable[..., Any]) -> None:
    code = """
import sys
from iio_core.cli import main
try:
    main(["--help"])
except SystemExit:
    pass
heavy = {"numpy", "importlib_metadata", "rich", "iio_core._api", "dataclasses", "inspect"}
print(heavy & set(sys.modules), file=sys.stderr)
"""
    assert run(code).stderr == "set()\n"


def test_it_runs_as_a_module(run: Callable[..., Any]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "iio_core", "--version"],
        capture_output=True,
        text=True,
        env=python_environment(),
        timeout=60,
    )
    assert done.stdout == f"iio-core {iio.__version__}\n"


@pytest.mark.usefixtures("fake")
def test_info_tells_what_is_there(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(picture)]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == str(picture)
    assert "format    FAKE, read by plugin 'fake'" in lines
    assert "shape     4 × 6 × 3 uint8" in lines
    assert "Title A cat" in lines
    assert any(line.startswith("icc") and line.endswith("(500 characters)") for line in lines)


@pytest.mark.usefixtures("fake")
def test_info_as_json_has_all_of_it(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(picture), "--json", "--frames"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["shape"] == [4, 6, 3] and found["dtype"] == "uint8"
    assert found["images"] == 1 and found["spacing"] == [1.0, 2.0]
    assert found["metadata"] == {"Title": "A cat", "icc": "x" * 500}
    assert found["frames"] == [{"index": 0, "shape": [4, 6, 3], "dtype": "uint8"}]
    assert found["bytes"] == picture.stat().st_size


@pytest.mark.usefixtures("fake")
def test_info_about_patterns_and_folders(
    picture: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(picture.parent)
    Path("in/deep").mkdir(parents=True)
    for name in ("in/2.fake", "in/10.fake", "in/deep/3.fake"):
        Path(name).write_bytes(picture.read_bytes())
    Path("in/notes.txt").write_text("nobody reads this")
    for words, expected in (
        (["in"], ["in/2.fake", "in/10.fake"]),
        (["-r", "in"], ["in/2.fake", "in/10.fake", "in/deep/3.fake"]),
        (["in/*.fake", "picture.fake"], ["in/2.fake", "in/10.fake", "picture.fake"]),
    ):
        assert main(["info", "--json", *words]) == 0
        out, err = capsys.readouterr()
        assert [found["file"] for found in json.loads(out)] == expected
        assert ("1 file passed over" in err) == ("*" not in words[0])
    assert main(["info", "none*.fake", "picture.fake"]) == 1
    out, err = capsys.readouterr()
    assert "none*.fake: No such file" in err and "picture.fake" in out


@pytest.mark.usefixtures("fake")
def test_a_folder_that_no_plugin_reads_whole_stands_for_its_files(
    picture: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_reader(resource: Any, format: str | None, /) -> Any:
        names = [entry.name for entry in resource.entries()]
        if any(name.endswith("damaged") for name in names):
            raise iio.DecodeError("it is damaged")
        if not any(name.endswith(".scan") for name in names):
            raise iio.NotThisFormat("there is no scan in it")
        return fakes.StubReader(RGB)

    monkeypatch.chdir(picture.parent)
    for name, file in (("photos", "1.fake"), ("scans", "1.scan"), ("bad", "damaged")):
        Path(name).mkdir()
        Path(name, file).write_bytes(picture.read_bytes())
    folder = fakes.format("DIR", directories=True, extensions=())
    with iio.use(fakes.spec("dirs", folder, plugin=fakes.reading(open_reader))):
        assert main(["info", "--json", "photos", "scans"]) == 0
        files = [found["file"] for found in json.loads(capsys.readouterr().out)]
        assert files == ["photos/1.fake", "scans"]
        assert main(["compare", "photos", "photos"]) == 0
        assert main(["montage", "photos", "-o", "sheet.fake"]) == 0
        capsys.readouterr()
        assert main(["info", "bad"]) == 1
        assert "it is damaged" in capsys.readouterr().err


@pytest.mark.usefixtures("fake")
def test_info_about_some_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.fake"
    path.write_bytes(fakes.encode(RGB, RGB, RGB, meta={"n": 1}))
    for index, shape, metadata in (
        ("1", [4, 6, 3], {"n": 1}),
        ("1:", [2, 4, 6, 3], {"images": 3}),
        ("...", [3, 4, 6, 3], {"images": 3}),
    ):
        assert main(["info", str(path), "--json", "--index", index]) == 0
        (found,) = json.loads(capsys.readouterr().out)
        assert (found["shape"], found["metadata"]) == (shape, metadata)
    assert main(["info", str(path)]) == 0
    out = capsys.readouterr().out
    assert "metadata of the whole file" in out and "images    3" in out


def test_a_number_of_images_that_only_decoding_tells(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.uncounted").write_bytes(b"UNC!")
    reader = fakes.StubReader(RGB, RGB, count=lambda: None)
    plugin = fakes.reading(lambda resource, name, /: reader)
    spec = fakes.spec("uncounted", fakes.format("U", magic=b"UNC!"), plugin=plugin)
    with iio.use(spec):
        assert main(["info", str(tmp_path / "a.uncounted")]) == 0
        assert "not known without decoding; --count finds out" in capsys.readouterr().out
        assert main(["info", str(tmp_path / "a.uncounted"), "--count"]) == 0
        assert "images    2" in capsys.readouterr().out


@pytest.mark.usefixtures("fake")
def test_a_file_that_fails_does_not_hide_the_others(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["info", str(tmp_path / "none.fake"), str(picture)]) == 1
    out, err = capsys.readouterr()
    assert "4 × 6 × 3" in out
    assert err == f"iio: {tmp_path / 'none.fake'}: No such file or directory\n"
    assert main(["info", "--json", str(tmp_path / "none.fake"), str(picture)]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert "No such file" in first["error"] and "error" not in second


@pytest.mark.usefixtures("fake")
def test_an_option_that_nobody_knows_is_a_sentence(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(picture), "--read", "gian=2"]) == 1
    err = capsys.readouterr().err
    assert "Did you mean 'gain'?" in err and err.count("\n") == 1
    assert main(["show", str(picture), "--read", "gain"]) == 2
    assert "KEY=VALUE" in capsys.readouterr().err
    assert main(["show", str(picture), "--read", "index=2"]) == 2


@pytest.mark.usefixtures("fake")
def test_verbose_shows_where_it_happened(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-v", "info", str(picture), "--index", "7"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert main(["convert", str(picture), "x.fk", "--index", "7", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert main(["-v", "show", str(picture), "--index", "7"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert main(["show", str(picture), "--index", "7", "-v"]) == 1
    assert "Traceback" in capsys.readouterr().err
    assert main(["show", str(picture), "--index", "7"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" not in err and err.startswith("iio: ")


@pytest.mark.parametrize(
    "answers",
    [
        {"properties": fakes.raiser(RuntimeError("no properties"))},
        {"properties": lambda **asked: "wide"},
        {"count": lambda: "many"},
        {"metadata": fakes.raiser(SystemExit(3))},
        {"metadata": lambda **asked: [1]},
        {"close": fakes.raiser(OSError("cannot close"))},
    ],
)
def test_a_plugin_that_fails_anywhere_is_a_sentence(
    answers: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.bad"
    path.write_bytes(b"BAD!")
    plugin = fakes.reading(lambda resource, name, /: fakes.StubReader(RGB, **answers))
    spec = fakes.spec("bad", fakes.format("BAD", ".bad", magic=b"BAD!"), plugin=plugin)
    with iio.use(spec, fakes.SPEC):
        assert main(["info", str(path)]) == 1
    err = capsys.readouterr().err
    assert "'bad'" in err and "Traceback" not in err


def test_metadata_that_no_program_expects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("I will not say")

    values = {"mute": Mute(), "big": np.zeros((50, 50)), "bytes": b"\0" * 9, 7: float("nan")}
    reader = fakes.StubReader(RGB, metadata=lambda **asked: values)
    plugin = fakes.reading(lambda resource, name, /: reader)
    spec = fakes.spec("odd", fakes.format("ODD", ".odd", magic=b"ODD!"), plugin=plugin)
    (tmp_path / "a.odd").write_bytes(b"ODD!")
    with iio.use(spec):
        assert main(["info", str(tmp_path / "a.odd")]) == 0
        shown = capsys.readouterr().out
        assert main(["info", str(tmp_path / "a.odd"), "--json"]) == 0
    assert "<Mute: RuntimeError>" in shown and "9 bytes" in shown and "(50, 50)" in shown
    (found,) = json.loads(capsys.readouterr().out)
    assert found["metadata"]["bytes"] == {"base64": "AAAAAAAAAAAA"}
    assert found["metadata"]["7"] == "NaN"


def test_control_characters_do_not_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.fake"
    path.write_bytes(fakes.encode(RGB, meta={"Title": "\x1b[2J\x07", "\x1b]0;x": 1}))
    with iio.use(fakes.SPEC):
        assert main(["info", str(path)]) == 0
        assert main(["info", str(path), "--json"]) == 0
        assert main(["info", "\x1b[31mnone.fake"]) == 1
    out, err = capsys.readouterr()
    assert "\x1b" not in out + err and "\x07" not in out
    assert "\\x1b[2J\\x07" in out


def test_json_of_what_json_has_no_word_for() -> None:
    nested: list[Any] = []
    for _ in range(1000):
        nested = [nested]
    values = {
        "fraction": fractions.Fraction(1, 4),
        "date": datetime.date(2020, 1, 2),
        "complex": 1 + 2j,
        "number": np.float32(0.5),
        "flag": np.bool_(True),
        "array": np.arange(3, dtype=np.int16),
        "set": {1},
        "infinite": -np.inf,
        "time": np.datetime64("2020-01-02"),
        "nested": nested,
    }
    found = json.loads(json.dumps(jsonable(values), allow_nan=False))
    del found["nested"]
    assert found == {
        "fraction": 0.25,
        "date": "2020-01-02",
        "complex": [1.0, 2.0],
        "number": 0.5,
        "flag": True,
        "array": [0, 1, 2],
        "set": [1],
        "infinite": "-Infinity",
        "time": "2020-01-02",
    }


def test_show_draws_with_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[:, 4:] = 255
    (tmp_path / "a.fake").write_bytes(fakes.encode(image))
    with iio.use(fakes.SPEC):
        assert main(["show", str(tmp_path / "a.fake"), "--width", "8"]) == 0
    out, err = capsys.readouterr()
    assert out == "    @@@@\n" * 4 and err == ""


class Terminal(io.StringIO):
    """What looks like a terminal in color."""

    characters = "utf-8"

    @property
    def encoding(self) -> str:
        return self.characters

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_pictures_colors_and_bars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rich")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    path = tmp_path / "a.fake"
    path.write_bytes(fakes.encode(np.full((5, 3, 3), (10, 200, 30), np.uint8)))
    with iio.use(fakes.SPEC):
        assert main(["show", str(path)]) == 0
        shown = terminal.getvalue()
        assert "\x1b[38;2;10;200;30;48;2;10;200;30m" in shown and shown.count("▀") == 3 * 3
        assert main(["plugins"]) == 0
        assert "\x1b[1mplugin" in terminal.getvalue()
        assert main(["convert", str(path), str(tmp_path / "b.fk")]) == 0
        assert "━" in terminal.getvalue() and "1/1" in terminal.getvalue()
        monkeypatch.setattr(terminal, "characters", "ascii")
        length = len(terminal.getvalue())
        assert main(["show", str(path)]) == 0
        assert "▀" not in terminal.getvalue()[length:]
        monkeypatch.setenv("NO_COLOR", "1")
        assert main(["show", str(path)]) == 0
        assert "\x1b" not in terminal.getvalue()[length:]


def test_a_message_that_cannot_be_told() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert sentence(Mute()) == "Mute"
    assert sentence(OSError(5, "Input/output error")) == "Input/output error"
    assert sentence(KeyError("x")) == "'x' (KeyError)"
    assert sentence(iio.DecodeError("one\ntwo")) == "one"
    assert sentence(iio.DecodeError("one\ntwo"), whole=True) == "one\ntwo"


def test_show_scales_more_than_8_bits_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = np.full((8, 8), 1000, np.uint16)
    image[:, 4:] = 1003
    (tmp_path / "a.fake").write_bytes(fakes.encode(image))
    with iio.use(fakes.SPEC):
        assert main(["show", str(tmp_path / "a.fake")]) == 0
    out, err = capsys.readouterr()
    assert out == "    @@@@\n" * 4
    assert err.endswith("a.fake: uint16 values from 1000 (black) to 1003 (white)\n")


def test_a_volume_is_shown_by_its_middle_slice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume = np.zeros((5, 8, 8), np.uint8)
    volume[2] = 255
    (tmp_path / "a.fake").write_bytes(fakes.encode(volume))
    with iio.use(fakes.SPEC):
        assert main(["show", str(tmp_path / "a.fake")]) == 0
    out, err = capsys.readouterr()
    assert out == "@@@@@@@@\n" * 4 and "number 2 of 5 slices" in err


@pytest.mark.skipif(os.name == "nt", reason="needs signals and pipes of POSIX")
def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    code = "import sys; from iio_core.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "info", *["nothing.fake"] * 10, "--json"]
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen(
        command, stdout=write, stderr=subprocess.PIPE, env=python_environment(), text=True
    ) as process:
        os.close(write)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 1 and err == ""


def test_ctrl_c_names_the_plugin_that_was_being_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from iio_core import _registry

    monkeypatch.setattr(_registry, "_base", None)
    info = tmp_path / "w_slow-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: w-slow\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[iio_core.plugins]\nslow = w_slow:SPEC\n")
    (tmp_path / "w_slow.py").write_text("raise KeyboardInterrupt\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["plugins"]) == 130
    assert "while the spec of plugin 'slow' was imported" in capsys.readouterr().err
