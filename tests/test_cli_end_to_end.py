"""The command on real files through a real backend, in processes and terminals of its own."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

MODULES = [m for m in ("iio_core", "iio_pillow") if importlib.util.find_spec(m)]
pytestmark = pytest.mark.skipif(len(MODULES) < 2, reason="needs iio-core and iio-pillow")
posix = pytest.mark.skipif(os.name == "nt", reason="needs terminals and signals of POSIX")
IIO = [sys.executable, "-m", "iio_core"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which iio-pillow is found, from source as well."""
    site = tmp_path / "site"
    info = site / "iio_pillow-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: iio-pillow\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[iio_core.plugins]\npillow = iio_pillow._spec:SPEC\n")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("IIO_") and k != "NO_COLOR"}
    sources = [str(Path(importlib.util.find_spec(m).origin).parents[1]) for m in MODULES]
    path = os.pathsep.join([str(site), *sources])
    return kept | {"PYTHONPATH": path, "IIO_PLUGINS": "pillow", "TERM": "xterm-256color"}


@pytest.fixture
def iio(tmp_path: Path, environment: dict[str, str]) -> Any:
    """Return a function that runs the command in an empty directory."""

    def run(*words: str, status: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*IIO, *words],
            cwd=tmp_path,
            env=environment | settings,
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return run


def picture(height: int = 40, width: int = 60) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows * 4, columns * 3, rows + columns], axis=-1).astype(np.uint8)


def save(path: Path, pixels: np.ndarray, **options: Any) -> None:
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def load(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_the_installed_command_is_this_one() -> None:
    script = shutil.which("iio", path=str(Path(sys.executable).parent))
    if script is None:
        pytest.skip("runs from source")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("iio-core ")


def test_a_picture_is_converted_with_its_metadata(tmp_path: Path, iio: Any) -> None:
    from PIL import Image

    save(tmp_path / "a.png", picture(), dpi=(300, 300))
    iio("convert", "a.png", "b.tif")
    assert (load(tmp_path / "b.tif") == picture()).all()
    iio("convert", "a.png", "c.jpg", "--write", "quality=95")
    with Image.open(tmp_path / "c.jpg") as made:
        assert made.info["dpi"] == (300, 300)
    found = iio("compare", "a.png", "c.jpg", status=1).stdout
    assert float(re.search(r"PSNR +([0-9.]+) dB", found)[1]) > 30  # type: ignore[index]
    assert "the pixels are the same" in iio("compare", "a.png", "b.tif").stdout


def test_a_turned_photo_is_not_turned_twice(tmp_path: Path, iio: Any) -> None:
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # is to be turned by a quarter
    save(tmp_path / "a.jpg", picture(), exif=exif)
    iio("convert", "a.jpg", "same.png")
    iio("convert", "a.jpg", "turned.png", "--read", "rotate=True")
    with Image.open(tmp_path / "same.png") as same, Image.open(tmp_path / "turned.png") as turned:
        assert same.size == (60, 40) and same.getexif()[0x0112] == 6
        assert turned.size == (40, 60) and turned.getexif().get(0x0112, 1) == 1


def test_an_animation_to_frames_and_back(tmp_path: Path, iio: Any) -> None:
    from PIL import Image

    frames = [Image.fromarray(np.full((20, 30), 30 * n, np.uint8)) for n in range(5)]
    frames[0].save(
        tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=[50, 60, 70, 80, 90]
    )
    iio("convert", "a.gif", "f/{stem}_{index:02d}.png")
    made = sorted((tmp_path / "f").iterdir())
    assert [path.name for path in made] == [f"a_{n:02d}.png" for n in range(5)]
    assert [int(load(path)[0, 0, 0]) for path in made] == [0, 30, 60, 90, 120]
    iio("convert", "a.gif", "b.gif")
    iio("convert", "f/*.png", "c.gif", "--write", "duration=100")
    for name, expected in (("b.gif", [50, 60, 70, 80, 90]), ("c.gif", [100] * 5)):
        with Image.open(tmp_path / name) as animation:
            found = []
            for number in range(animation.n_frames):  # type: ignore[attr-defined]
                animation.seek(number)
                found.append(animation.info["duration"])
        assert found == expected
    error = iio("convert", "a.gif", "a.jpg", status=1).stderr
    assert "JPEG holds one image" in error and "{index:04d}" in error
    assert not (tmp_path / "a.jpg").exists()


def test_loss_is_refused_and_said(tmp_path: Path, iio: Any) -> None:
    save(tmp_path / "deep.png", picture()[:, :, 0].astype(np.uint16) * 257)
    error = iio("convert", "deep.png", "deep.jpg", status=1).stderr
    assert "uint16" in error and "deep.png" in error and not (tmp_path / "deep.jpg").exists()


def test_sheets_and_letters(tmp_path: Path, iio: Any) -> None:
    for number in range(4):
        save(tmp_path / f"in/{number}.png", np.full((30, 30, 3), 60 * number, np.uint8))
    iio("montage", "in", "-o", "sheet.png", "--size", "30")
    assert load(tmp_path / "sheet.png")[20, 50].tolist() == [60, 60, 60]
    assert "@" not in iio("show", "in/0.png").stdout
    assert "\x1b" not in iio("show", "in/3.png").stdout


def test_a_broken_plugin_beside_it_changes_nothing(
    tmp_path: Path, iio: Any, environment: dict[str, str]
) -> None:
    info = tmp_path / "site" / "w_broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: w-broken\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[iio_core.plugins]\nbroken = w_broken:SPEC\n")
    (tmp_path / "site" / "w_broken.py").write_text("raise SystemExit('no')\n")
    save(tmp_path / "a.png", picture())
    allowed = {"IIO_PLUGINS": "pillow,broken"}
    assert "broken (w-broken 1.0)" in iio("plugins", **allowed).stdout
    assert "broken (w-broken 1.0)" in iio("doctor", status=1, **allowed).stdout
    iio("formats", "a.png", **allowed)
    iio("info", "a.png", **allowed)
    iio("convert", "a.png", "a.tif", **allowed)


def in_terminal(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command in a terminal; return its exit status and all that was shown."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:
            pass  # how Linux says that nobody writes any more
        finally:
            os.close(ours)
        status = process.wait(timeout=60)
    return status, shown.decode("utf-8", "replace")


def many(folder: Path, number: int) -> None:
    save(folder / "0.png", picture(8, 8))
    data = (folder / "0.png").read_bytes()
    for name in range(1, number):
        (folder / f"{name}.png").write_bytes(data)


@posix
def test_a_live_bar_shows_rate_and_time_left(tmp_path: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("rich")
    many(tmp_path / "in", 150)
    words = [*IIO, "convert", "in", "out", "--to", ".tif"]
    status, shown = in_terminal(words, tmp_path, environment)
    assert status == 0, shown
    assert "150 files written" in shown and "━" in shown
    assert re.search(r"150/150.* files .*[0-9.]+/s.*[0-9]+:[0-9]{2}:[0-9]{2}.* left", shown), shown
    colours = "\x1b[38;5;"
    assert colours in shown
    _, plain = in_terminal(words, tmp_path, environment | {"NO_COLOR": "1"})
    assert "150/150" in plain and colours not in plain


@posix
def test_a_terminal_that_cannot_draw_gets_lines(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    many(tmp_path / "in", 20)
    words = [*IIO, "convert", "in", "out", "--to", ".tif"]
    status, shown = in_terminal(words, tmp_path, environment | {"TERM": "dumb"})
    assert status == 0 and shown == "iio: 20 files written\r\n"


@posix
def test_a_picture_in_a_terminal_is_in_color(tmp_path: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("rich")
    save(tmp_path / "a.png", np.full((4, 4, 3), (10, 200, 30), np.uint8))
    environment["COLORTERM"] = "truecolor"
    status, shown = in_terminal([*IIO, "show", "a.png"], tmp_path, environment)
    assert status == 0 and shown.count("▀") == 8
    assert "\x1b[38;2;10;200;30;48;2;10;200;30m" in shown
    assert "iio-pillow" in in_terminal([*IIO, "plugins"], tmp_path, environment)[1]
    _, plain = in_terminal([*IIO, "show", "a.png"], tmp_path, environment | {"NO_COLOR": "1"})
    assert "\x1b" not in plain and "▀" not in plain


@posix
@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_thousand_files_are_interrupted_and_resumed(
    tmp_path: Path, iio: Any, environment: dict[str, str], jobs: str
) -> None:
    many(tmp_path / "in", 1000)
    out = tmp_path / "out"
    out.mkdir()
    words = ["convert", "in", "out", "--to", ".webp", "--jobs", jobs]
    with subprocess.Popen(
        [*IIO, *words],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever runs the tests may have it ignored, which a child inherits.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        while len(os.listdir(out)) < 100 and process.poll() is None:
            time.sleep(0.005)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal tells all processes
        error = process.communicate(timeout=60)[1]
    assert process.returncode == 130, error
    done = {path.name: path.stat().st_mtime_ns for path in out.iterdir()}
    assert 100 <= len(done) < 1000 and "Traceback" not in error
    said = re.search(r"stopped: ([0-9]+) of 1,000 are done", error)
    # The last of each process may have been in place before it could say so.
    assert said is not None and 0 <= len(done) - int(said[1]) <= int(jobs)
    expected = {f"{number}.webp" for number in range(1000)}
    assert done.keys() < expected  # nothing half, nothing temporary
    assert all(load(out / name).shape == (8, 8, 3) for name in done)
    again = iio(*words).stderr
    assert f"{1000 - len(done)} files written, {len(done)} skipped that were there" in again
    assert {path.name for path in out.iterdir()} == expected
    assert all((out / name).stat().st_mtime_ns == when for name, when in done.items())
