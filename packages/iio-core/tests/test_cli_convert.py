"""``iio convert``: which files become which, whole or not at all, and again where it stopped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tracemalloc
from concurrent.futures import wait
from pathlib import Path

import fakes
import numpy as np
import pytest
from children import python_environment

import iio_core as iio
from iio_core import _absent
from iio_core.cli import _pool, _progress, main
from iio_core.cli._arguments import index_of
from iio_core.cli._plan import Job, Settings
from iio_core.cli._progress import Lines

pytestmark = pytest.mark.usefixtures("fake", "_here")


@pytest.fixture
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def image(value: int, shape: tuple[int, ...] = (4, 6), dtype: str = "uint8") -> np.ndarray:
    return np.full(shape, value, dtype)


def put(name: str, *images: np.ndarray, **meta: object) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(fakes.encode(*images, meta=meta))


def values(name: str) -> list[int]:
    """Return the first value of each image of a file."""
    return [int(pixels.flat[0]) for pixels in iio.imiter(name)]


def names(folder: str = ".") -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in Path(folder).rglob("*") if p.is_file())


def test_one_file_with_its_metadata() -> None:
    put("a.fake", image(3), Title="A cat")
    assert main(["convert", "a.fake", "b.fk"]) == 0
    assert values("b.fk") == [3] and iio.immeta("b.fk") == {"Title": "A cat"}
    assert main(["convert", "a.fake", "c.fk", "--no-metadata"]) == 0
    assert iio.immeta("c.fk") == {}


def test_options_of_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", image(3))
    assert main(["convert", "a.fake", "b.fk", "--read", "gain=4", "--write", "level=2"]) == 0
    assert values("b.fk") == [12]
    assert main(["convert", "a.fake", "c.fk", "--read", "strict=True", "--write", "levle=2"]) == 1
    assert "Did you mean 'level'?" in capsys.readouterr().err
    assert main(["convert", "a.fake", "c.fk", "--write", "level=20"]) == 1
    assert "level goes up to 9" in capsys.readouterr().err
    assert main(["convert", "a.fake", "c.fk", "--write", "plugin=nobody"]) == 2
    assert names() == ["a.fake", "b.fk"]


def test_a_folder_into_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    put("in/a.fake", image(1))
    put("in/b.FAKE", image(2))
    put("in/below/c.fake", image(3))
    put("in/.hidden.fake", image(4))
    Path("in/d").write_bytes(fakes.encode(image(5)))
    Path("in/readme.txt").write_text("no image")
    Path("in/broken.fake").write_bytes(fakes.MAGIC + b"I\xff\0\0\0{")
    assert main(["convert", "in", "out", "--to", ".fk"]) == 1
    err = capsys.readouterr().err
    assert "1 file passed over, which no plugin reads: in/readme.txt" in err.replace("\\", "/")
    assert "3 files written, 1 failed" in err
    assert err.count("broken.fake") == 1
    assert names("out") == ["a.fk", "b.fk", "d.fk"]
    assert main(["convert", "-r", "in", "out", "--to", "fk", "-q"]) == 1
    assert names("out") == ["a.fk", "b.fk", "below/c.fk", "d.fk"]
    assert "1 file written, 3 skipped that were there, 1 failed" in capsys.readouterr().err


def test_into_the_same_folder_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    put("in/a.fake", image(1))
    put("in/b.fake", image(2))
    assert main(["convert", "in", "in", "--to", ".fk"]) == 0
    assert main(["convert", "in", "in", "--to", ".fk"]) == 0
    assert "2 skipped that were there" in capsys.readouterr().err
    assert names("in") == ["a.fake", "a.fk", "b.fake", "b.fk"]


def test_what_is_there_is_kept_unless_it_may_be_replaced() -> None:
    put("a.fake", image(1))
    Path("b.fk").write_bytes(b"precious")
    assert main(["convert", "a.fake", "b.fk"]) == 0
    assert Path("b.fk").read_bytes() == b"precious"
    assert main(["convert", "a.fake", "b.fk", "--overwrite"]) == 0
    assert values("b.fk") == [1]


def test_many_to_one_in_the_order_of_people() -> None:
    for number in (10, 9, 1):
        put(f"frame{number}.fake", image(number), n=number)
    assert main(["convert", "frame*.fake", "all.fk"]) == 0
    assert values("all.fk") == [1, 9, 10]
    assert iio.immeta("all.fk", index=2) == {"n": 10}
    assert main(["convert", "frame10.fake", "frame1.fake", "two.fk"]) == 0
    assert values("two.fk") == [10, 1]


def test_one_to_many() -> None:
    put("a.fake", *(image(n) for n in range(3)))
    assert main(["convert", "a.fake", "nowhere/b.fk"]) == 1  # only for many a folder is made
    assert main(["convert", "a.fake", "f/{index:04d}.fk"]) == 0
    assert names("f") == ["0000.fk", "0001.fk", "0002.fk"]
    assert values("f/0002.fk") == [2]
    assert main(["convert", "a.fake", "g", "--to", ".fk", "--split"]) == 0
    assert names("g") == ["a_0000.fk", "a_0001.fk", "a_0002.fk"]
    assert main(["convert", "a.fake", "h/{stem}-{index}.fk", "--index", "1:"]) == 0
    assert names("h") == ["a-0.fk", "a-1.fk"] and values("h/a-0.fk") == [1]


def test_what_is_missing_of_many_is_made_again() -> None:
    put("a.fake", *(image(n) for n in range(3)))
    assert main(["convert", "a.fake", "{index}.fk"]) == 0
    Path("1.fk").unlink()
    before = Path("2.fk").stat().st_mtime_ns
    assert main(["convert", "a.fake", "{index}.fk"]) == 0
    assert values("1.fk") == [1] and Path("2.fk").stat().st_mtime_ns == before


def test_names_with_braces_are_names() -> None:
    put("{index}.fake", image(1))
    put("{other}.fake", image(2))
    assert main(["convert", "{index}.fake", "{other}.fake", "out", "--to", ".fk"]) == 0
    assert names("out") == ["{index}.fk", "{other}.fk"]


def test_a_volume_becomes_its_slices() -> None:
    volume = np.arange(3, dtype=np.uint8)[:, None, None] * np.ones((1, 5, 7), np.uint8)
    plugin = fakes.reading(lambda resource, name, /: fakes.StubReader(volume))
    spec = fakes.spec("volumes", fakes.format("VOL", ".vol", magic=b"VOL!"), plugin=plugin)
    Path("a.vol").write_bytes(b"VOL!")
    with iio.use(spec):
        assert main(["convert", "a.vol", "{index}.fk", "--no-metadata"]) == 0
    assert [values(f"{n}.fk") for n in range(3)] == [[0], [1], [2]]
    assert iio.improps("0.fk").shape == (5, 7)


def test_an_image_by_its_index() -> None:
    put("a.fake", *(image(n) for n in range(5)))
    assert main(["convert", "a.fake", "b.fk", "--index", "-1"]) == 0
    assert main(["convert", "a.fake", "c.fk", "--index", "0,3"]) == 0
    assert main(["convert", "a.fake", "d.fk", "--index", "::2"]) == 0
    assert main(["convert", "a.fake", "e.fk", "--index", "9"]) == 1
    assert (values("b.fk"), values("c.fk"), values("d.fk")) == ([4], [0, 3], [0, 2, 4])
    assert not Path("e.fk").exists()


@pytest.mark.parametrize("text", ["one", "1:2:0", "1:2:3:4", "1,x"])
def test_an_index_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SystemExit):
        main(["convert", "a.fake", "b.fk", "--index", text])


def test_all_is_an_index() -> None:
    assert index_of("...") is ...


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["a.fake", "a.fk", "out", "--to", ".fk"], "would both be written to"),
        (["a.fake", "in"], "say with --to .png"),
        (["a.fake", "new/"], "say with --to .png"),
        (["a.fake", "out.fk", "--split"], "--split takes"),
        (["a.fake", "out", "--to", "x/y"], "is not an extension"),
        (["no*.fake", "out.fk"], "no file matches no*.fake"),
        (["empty", "out", "--to", ".fk"], "there is nothing to read in empty"),
        (["a.fake", "./a.fake", "--overwrite"], "would be replaced by what is made of it"),
        (["a.fake", "out.fk", "--write", "level"], "KEY=VALUE"),
        (["*.f*k*", "t/{name}.fk"], "unknown {name}; there are {stem}, {index}"),
        (["*.f*k*", "{index:zz}.fk"], "unknown {index:zz}"),
        (["a.fake", "out", "--to", ".nzz"], "no plugin writes .nzz"),
        (["a.fake", "out", "--to", ".fk", "--plugin", "fakke"], "Did you mean 'fake'?"),
        (
            ["a.fake", "out"],
            "no extension; say which format: out.png, for example, or --to",
        ),
        (["a.fake", "-"], "standard output is not supported"),
        (["a.fake", "-", "--to", ".fk"], "standard output is not supported"),
    ],
)
def test_what_cannot_end_well_is_refused_before_it_begins(
    words: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put("a.fake", image(1))
    put("a.fk", image(2))
    put("in/a.fake", image(1))
    Path("empty").mkdir()
    before = names()
    assert main(["convert", *words]) == 2
    assert reason in capsys.readouterr().err
    assert names() == before


@pytest.mark.skipif(os.name == "nt", reason="needs a device that is a file")
def test_a_device_is_no_output(capsys: pytest.CaptureFixture[str]) -> None:
    put("a.fake", image(1))
    assert main(["convert", "a.fake", os.devnull]) == 2
    assert f"{os.devnull} is not a file" in capsys.readouterr().err


def test_a_plugin_that_can_be_installed_is_told_before_anything(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_absent, "installed_version", lambda distribution: None)
    put("a.fake", image(1))
    assert main(["convert", "a.fake", "out", "--to", ".fk", "--write", "plugin=tiff"]) == 1
    err = capsys.readouterr().err
    assert err == "iio: plugin 'tiff' is not installed: pip install iio-tiff\n"
    assert names() == ["a.fake"]


def test_the_same_failure_of_many_files_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        put(f"{number}.fake", image(number))
    assert main(["convert", "*.fake", "out", "--to", ".fk", "--write", "levle=3"]) == 1
    err = capsys.readouterr().err
    assert err.count("has no option 'levle'") == 1 and "3 failed" in err
    assert "and the same of 1.fake, 2.fake" in err


def test_files_that_are_passed_over_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    put("in/a.fake", image(1))
    for name in ("b.txt", "c.txt"):
        Path("in", name).write_text("no image")
    assert main(["convert", "in", "out", "--to", ".fk"]) == 0
    err = capsys.readouterr().err
    assert "b.txt and 1 more; -v names them" in err and "c.txt" not in err
    assert main(["convert", "in", "out", "--to", ".fk", "-v"]) == 0
    assert "c.txt" in capsys.readouterr().err


def test_of_many_to_one_the_file_that_does_not_fit_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(3):
        put(f"{number}.fake", image(number, dtype="float32" if number == 1 else "uint8"))
    assert main(["convert", "*.fake", "all.fk"]) == 1
    err = capsys.readouterr().err
    assert "1.fake: all.fk: FAKE cannot hold an array of float32" in err and "{stem}" in err
    assert not Path("all.fk").exists()


def test_an_output_is_whole_or_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    put("1.fake", image(1))
    put("3.fake", image(3))
    Path("2.fake").write_bytes(fakes.encode(image(2))[:-10])
    assert main(["convert", "[123].fake", "all.fk"]) == 1
    assert "2.fake" in capsys.readouterr().err
    put("wide.fake", image(1, dtype="uint16"), image(2).astype("int16"))
    assert main(["convert", "wide.fake", "wide.fk"]) == 1
    assert names() == ["1.fake", "2.fake", "3.fake", "wide.fake"]


def test_a_format_of_one_image_says_how_to_write_many(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class One(fakes.StubWriter):
        def write(self, image: np.ndarray, *, metadata: object = None, level: int = 0) -> None:
            if self.images:
                raise iio.EncodeError("ONE holds one image")
            super().write(image)

    plugin = fakes.writing(lambda target, name, /: One(target), One)
    put("a.fake", image(1), image(2))
    with iio.use(fakes.spec("one", fakes.format("ONE", ".one", reads=()), plugin=plugin)):
        assert main(["convert", "a.fake", "a.one"]) == 1
        err = capsys.readouterr().err
        assert "ONE holds one image" in err and "{index:04d}" in err and "--split" in err
        assert not Path("a.one").exists()
        assert main(["convert", "a.fake", "a.one", "--index", "0"]) == 0


@pytest.mark.parametrize("named", ["", "of the target"])
def test_the_same_warning_of_many_files_is_told_once(
    capsys: pytest.CaptureFixture[str], named: str
) -> None:
    class Warner(fakes.StubWriter):
        def write(self, image: np.ndarray, *, metadata: object = None, level: int = 0) -> None:
            file = f"{self.target.name}: " if named else ""
            iio.warn(f"{file}ONE cannot hold a Title", iio.MetadataWarning)
            super().write(image)

    plugin = fakes.writing(lambda target, name, /: Warner(target), Warner)
    for number in range(4):
        put(f"in/{number}.fake", image(number))
    with iio.use(fakes.spec("one", fakes.format("ONE", ".one", reads=()), plugin=plugin)):
        assert main(["convert", "in", "out", "--to", ".one"]) == 0
        err = capsys.readouterr().err.replace("\\", "/")
        place = "out/0.one" if named else "in/0.fake"
        assert f"warning: {place}: ONE cannot hold a Title (and 3 more like it)" in err
        put("several.fake", *(image(number) for number in range(4)))
        assert main(["convert", "several.fake", "f{index}.one"]) == 0
        err = capsys.readouterr().err
        assert err.count("warning") == 1 and "more like it" not in err
        assert f"warning: {'f0.one' if named else 'several.fake'}: ONE cannot hold" in err


def test_metadata_that_cannot_be_read_can_be_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reader = fakes.StubReader(image(1), metadata=fakes.raiser(ValueError("bad tag")))
    plugin = fakes.reading(lambda resource, name, /: reader)
    Path("a.tag").write_bytes(b"TAG!")
    with iio.use(fakes.spec("tags", fakes.format("TAG", ".tag", magic=b"TAG!"), plugin=plugin)):
        assert main(["convert", "a.tag", "b.fk"]) == 1
        assert "With --no-metadata" in capsys.readouterr().err
        assert main(["convert", "a.tag", "b.fk", "--no-metadata"]) == 0


def test_long_animations_take_the_memory_of_an_image() -> None:
    with iio.imopen("long.fake", "w") as file:
        for number in range(100):
            file.write(image(number, (300, 400)))
    tracemalloc.start()
    try:
        assert main(["convert", "long.fake", "long.fk"]) == 0
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert values("long.fk") == list(range(100))
    assert peak < 20 * 300 * 400  # of 100 images


def test_lines_about_progress_come_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = iter(range(100))
    monkeypatch.setattr(_progress.time, "monotonic", lambda: next(seconds))
    with Lines("files", 1000, every=4) as lines:
        for _ in range(9):
            lines.advance()
    assert capsys.readouterr().err.splitlines() == [
        "iio: 4 of 1,000 files, 1.0 files/s, 996 s left",
        "iio: 8 of 1,000 files, 1.0 files/s, 992 s left",
    ]
    assert Lines("images", None).line(3.0) == "iio: 0 images, 0.0 images/s"


CRASHING = """
import os
from iio_core import Format, Pixels, PluginSpec, Signature
SPEC = PluginSpec(name="crash", title="", plugin="w_crash:PLUGIN", formats=(Format(name="CRASH",
    title="", extensions=(".crash",), signatures=(Signature(0, b"CRASH"),),
    reads=(Pixels("uint8"),)),))
class PLUGIN:
    class reader_type:
        def read(self): ...
        def iter(self): ...
    def open_reader(resource, format, /):
        os._exit(9)
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    for name, target in (("fake", "fakes:SPEC"), ("crash", "w_crash:SPEC")):
        info = folder / f"w_{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: w-{name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[iio_core.plugins]\n{name} = {target}\n")
    (folder / "w_crash.py").write_text(CRASHING)
    return folder


@pytest.fixture
def for_workers(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the plugins where other processes find them, too."""
    monkeypatch.syspath_prepend(wheels)
    monkeypatch.setenv("IIO_PLUGINS", "fake,crash")


@pytest.mark.slow
@pytest.mark.usefixtures("for_workers")
def test_several_processes_do_all_but_the_one_that_crashes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(20):
        put(f"in/{number}.fake", image(number))
    for number in (3, 12):
        Path(f"in/x{number}.crash").write_bytes(b"CRASH")
    Path("in/broken.fake").write_bytes(fakes.MAGIC + b"I\xff\0\0\0{")
    inputs = [*Path("in").iterdir()]
    assert main(["convert", *map(str, inputs), "out", "--to", ".fk", "--jobs", "3"]) == 1
    assert names("out") == sorted(f"{number}.fk" for number in range(20))
    assert values("out/7.fk") == [7]
    err = capsys.readouterr().err
    # One that was done when its neighbor crashed, but not reported, is found to be there.
    told = re.search(r"([0-9]+) files? written(?:, ([0-9]+) skipped that were there)?, 3 fai", err)
    assert told is not None and int(told[1]) + int(told[2] or 0) == 20, err
    assert err.count("the process that converted it has ended") == 1  # of both
    assert "x3.crash" in err and "x12.crash" in err
    assert "Traceback" not in err


def test_ctrl_c_in_a_worker_breaks_into_a_job_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_at_work", "_stopping"):
        monkeypatch.setattr(_pool, name, False)
    put("a.fake", image(1))
    job, settings = Job(("a.fake",), "", "b.fk"), Settings(None, {}, {}, True, False)
    assert _pool._convert(job, settings).written == 1
    _pool._interrupt(2, None)  # between two jobs: the next does not begin
    assert _pool._convert(job, settings).interrupted
    monkeypatch.setattr(_pool, "_stopping", False)
    monkeypatch.setattr(_pool, "_at_work", True)
    with pytest.raises(KeyboardInterrupt):
        _pool._interrupt(2, None)
    _pool._interrupt(2, None)  # what it is being given up is not broken into


def test_ctrl_c_while_several_processes_work(
    for_workers: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(30):
        put(f"in/{number}.fake", image(number))
    waits = []

    def interrupted(*asked: object, **more: object) -> object:
        waits.append(asked)
        if len(waits) == 3:
            raise KeyboardInterrupt
        return wait(*asked, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(_pool, "wait", interrupted)
    words = ["convert", "in", "out", "--to", ".fk", "--jobs", "2", "--write", "pause=0.02"]
    assert main(words) == 130
    assert re.search(r"stopped: [0-9]+ of 30 are done", capsys.readouterr().err)
    done = len(names("out"))
    assert 0 < done < 30
    assert main(words) == 0
    assert f"{30 - done} files written, {done} skipped" in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="needs signals of POSIX")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_leaves_whole_files_and_the_rest_is_done_later(wheels: Path, jobs: str) -> None:
    import signal
    import time

    for number in range(60):
        put(f"in/{number}.fake", image(number))
    Path("out").mkdir()
    words = ["convert", "in", "out", "--to", ".fk", "--jobs", jobs, "--write", "pause=0.05"]
    (wheels / "main.py").write_text(
        "import sys\nfrom iio_core.cli import main\nif __name__ == '__main__':\n"
        "    sys.exit(main())\n"
    )
    environment = python_environment(str(wheels)) | {"IIO_PLUGINS": "fake"}
    with subprocess.Popen(
        [sys.executable, str(wheels / "main.py"), *words],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        # Whoever runs the tests may have it ignored, which a child inherits.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        while len(names("out")) < 5 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1]
    assert process.returncode == 130, err
    done = names("out")
    assert 5 <= len(done) < 60 and "Traceback" not in err
    said = re.search(r"stopped: ([0-9]+) of 60 are done", err)
    # The last of each process may have been in place before it could say so.
    assert said is not None and 0 <= len(done) - int(said[1]) <= int(jobs)
    assert all(values(f"out/{name}") == [int(name.removesuffix(".fk"))] for name in done)
    assert main(["convert", "in", "out", "--to", ".fk"]) == 0
    assert len(names("out")) == 60
