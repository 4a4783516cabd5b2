"""Metafiles: the bitmaps in them by our own code, all else by a program, and only on request."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from retro_data import DATA, contents

import iio_core as iio
from iio_core.testing import ReaderSuite, Sample, SpecSuite

DRAWN = ("WMF", "EMF")
HINT = "nothing that draws it is installed: apt-get install inkscape"


@pytest.mark.slow  # a program is started for every call
class TestMetafile(SpecSuite, ReaderSuite):
    entry_point = "iio_retro._spec:METAFILE"
    unsampled: ClassVar = {} if shutil.which("inkscape") else dict.fromkeys(DRAWN, HINT)

    def samples(self) -> Iterator[Sample]:
        for name in DRAWN:
            if name not in self.unsampled:
                extension = f".{name.lower()}"
                data = contents(f"drawing{extension}")
                how = {"extension": extension, "plugin": "metafile", "trust": {name}}
                yield Sample(name, data, iio.imread(data, **how))


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_needs_trust(name: str) -> None:
    path = DATA / f"drawing.{name.lower()}"
    with pytest.raises(iio.NoPluginError, match=f"trust={{'{name}'}}"):
        iio.imread(path)
    with pytest.raises(iio.NoPluginError):  # naming the plugin is not enough
        iio.imread(path, plugin="metafile")


def test_bitmaps_among_other_things_are_read_on_request() -> None:
    with pytest.raises(iio.NoPluginError, match="bitmaps=True"):
        iio.imread(DATA / "jpeg.emf")
    assert iio.imread(DATA / "jpeg.emf", bitmaps=True).shape == (56, 75, 3)
    with pytest.raises(iio.NoPluginError):
        iio.imread(DATA / "drawing.wmf", bitmaps=True)


@pytest.mark.skipif(not shutil.which("wmf2gd"), reason="apt-get install libwmf-bin")
def test_libwmf_draws() -> None:
    image = iio.imread(DATA / "drawing.wmf", trust={"WMF"}, program="wmf2gd")
    assert image.ndim == 3 and len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 1


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Put a program called inkscape in front of all others."""
    path = folder / "inkscape"
    path.write_text(f"#!{sys.executable}\nimport os, sys, time\n{code}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def read() -> np.ndarray:
    return iio.imread(DATA / "drawing.emf", trust={"EMF"}, program="inkscape")


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs scripts that can be run")


def test_a_program_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "sys.exit('no such pen')")
    with pytest.raises(iio.DecodeError, match="inkscape: no such pen"):
        read()


def test_a_program_may_say_as_much_as_it_likes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "[os.write(2, bytes(1 << 16)) for _ in range(500)]; sys.exit('no such pen')"
    program(tmp_path, monkeypatch, code)
    tracemalloc.start()
    try:
        with pytest.raises(iio.DecodeError, match="no such pen"):
            read()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 << 20


def test_a_program_is_killed_by_ctrl_c(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[0]

    def interrupt(*arguments: object) -> bytes:
        raise KeyboardInterrupt

    program(tmp_path, monkeypatch, "time.sleep(600)")
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr("iio_retro._metafile._end_of", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read()
    assert started[0].returncode == -signal.SIGKILL


def test_a_program_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iio_retro._metafile._SECONDS", 0.5)
    noted = tmp_path / "pid"
    program(
        tmp_path, monkeypatch, f"open({str(noted)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    with pytest.raises(iio.DecodeError, match="not finished"):
        read()
    if noted.exists():  # a busy machine may not have come so far
        with pytest.raises(ProcessLookupError):
            os.kill(int(noted.read_text()), 0)


def test_a_program_sees_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "secret")
    program(tmp_path, monkeypatch, "sys.exit(repr(dict(os.environ)))")
    with pytest.raises(iio.DecodeError) as caught:
        read()
    assert "'HOME': '/" in str(caught.value) and "MY_TOKEN" not in str(caught.value)


def test_what_is_no_picture_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = "open([a for a in sys.argv if 'filename=' in a][0].split('=')[1], 'w').write('GIF89a')"
    program(tmp_path, monkeypatch, code)
    with pytest.raises(iio.DecodeError, match="no PNG"):
        read()


def test_without_any_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(iio.PluginNotInstalledError, match="apt-get install inkscape"):
        iio.imread(DATA / "drawing.emf", trust={"EMF"})


@pytest.mark.parametrize(
    "options",
    [{"program": "sh"}, {"dpi": 0}, {"dpi": float("nan")}, {"program": "wmf2gd", "dpi": 9}],
)
def test_options_that_make_no_sense(options: dict[str, object]) -> None:
    with pytest.raises(iio.OptionError):
        iio.imread(DATA / "drawing.wmf", trust={"WMF"}, **options)
