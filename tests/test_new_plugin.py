"""From `iio new-plugin` to a wheel that `iio check-plugin` finds nothing wrong with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import iio_core
from iio_core.cli import main

ROOT = Path(__file__).resolve().parents[1]
WHOLE = {
    ".github/workflows/ci.yml",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "src/iio_gray8/__init__.py",
    "src/iio_gray8/_plugin.py",
    "src/iio_gray8/_reader.py",
    "src/iio_gray8/_spec.py",
    "src/iio_gray8/_version.py",
    "src/iio_gray8/_writer.py",
    "src/iio_gray8/py.typed",
    "tests/test_conformance.py",
    "tests/test_iio_gray8.py",
}


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def new_plugin(folder: Path, name: str, *more: str) -> Path:
    assert main(["new-plugin", name, "--directory", str(folder / name), *more]) == 0
    return folder / name


def run(*command: object, **options: Any) -> str:
    """Run a program that knows nothing of this one's sources, and return what it says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("IIO_", "PYTHON", "PYTEST"))}
    done = subprocess.run(
        [*map(str, command)],
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**kept, "PYTHONUTF8": "1", **options.pop("env", {})},
        timeout=300,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_package_is_whole_and_nothing_is_left_to_fill_in(tmp_path: Path) -> None:
    folder = new_plugin(tmp_path, "iio-gray8")
    assert files(folder) == WHOLE
    for file in files(folder):
        text = (folder / file).read_text(encoding="utf-8")
        names = ("@distribution@", "@module@", "@plugin@", "@format@", "@extension@", "@signature@")
        assert not [name for name in names if name in text], file
    spec: dict[str, Any] = {}
    exec((folder / "src/iio_gray8/_spec.py").read_text(encoding="utf-8"), spec)
    (format,) = spec["SPEC"].formats
    assert (spec["SPEC"].name, format.name, format.extensions) == ("gray8", "GRAY8", (".gray8",))


def test_the_extension_may_be_another(tmp_path: Path) -> None:
    folder = new_plugin(tmp_path, "iio-gray8", "--extension", "G8")
    assert 'extensions=(".g8",)' in (folder / "src/iio_gray8/_spec.py").read_text(encoding="utf-8")


def test_names_are_made_from_that_of_the_wheel(tmp_path: Path) -> None:
    folder = new_plugin(tmp_path, "Acme_Raw.2")
    assert (folder / "src/acme_raw_2/_spec.py").is_file()
    text = (folder / "pyproject.toml").read_text(encoding="utf-8")
    assert 'name = "acme-raw-2"' in text
    assert 'acme-raw-2 = "acme_raw_2._spec:SPEC"' in text


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("iio-pillow", "a wheel of the iio project"),
        ("pillow", "that of iio-pillow"),
        ("iio-pil", "that of iio-pillow"),
        ("iio-core", "a wheel of the iio project"),
        ("json", "a word or a module of Python's"),
        ("numpy", "a word or a module of Python's"),
        ("class", "a word or a module of Python's"),
        ("3d", "with a letter first"),
        ("../up", "with a letter first"),
        ("", "with a letter first"),
        ("iio-3d", "begin with a letter"),
        ("x" * 31, "longer than 30"),
    ],
)
def test_a_name_that_cannot_be_is_refused_politely(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, told: str
) -> None:
    assert main(["new-plugin", name, "--directory", str(tmp_path / "new")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("extension", ["a b", "", ".", "../x", "é"])
def test_an_extension_that_cannot_be_is_refused(tmp_path: Path, extension: str) -> None:
    arguments = ["new-plugin", "iio-x", "--extension", extension]
    assert main([*arguments, "--directory", str(tmp_path / "new")]) == 2
    assert not (tmp_path / "new").exists()


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["new-plugin", "iio-x", "--directory", str(tmp_path)]) == 1
    assert main(["new-plugin", "iio-x", "--directory", str(tmp_path / "mine.txt")]) == 1
    assert "not overwritten" in capsys.readouterr().err
    assert files(tmp_path) == {"mine.txt"}


@pytest.mark.skipif(find_spec("ruff") is None, reason="needs ruff: pip install ruff")
@pytest.mark.parametrize("name", ["iio-gray8", "iio-a", "a-name-that-is-quite-long-ok"])
def test_linters_have_nothing_to_say(tmp_path: Path, name: str) -> None:
    folder = new_plugin(tmp_path, name)
    for check in (["check"], ["format", "--check"]):
        run(sys.executable, "-m", "ruff", *check, "--no-cache", cwd=folder)


@pytest.mark.slow
def test_the_tutorial_s_files_pass_their_tests_as_they_stand(tmp_path: Path) -> None:
    folder = new_plugin(tmp_path, "iio-gray8")
    text = (ROOT / "docs/tutorial/first-plugin.md").read_text(encoding="utf-8")
    told = re.findall(r"^```python\n# (\S+\.py)\n(.*?)^```", text, re.M | re.S)
    assert {place for place, _ in told} == {
        "src/iio_gray8/_reader.py",
        "src/iio_gray8/_spec.py",
        "src/iio_gray8/_writer.py",
        "tests/test_conformance.py",
        "tests/test_iio_gray8.py",
    }
    for place, code in told:
        assert (folder / place).is_file(), place
        (folder / place).write_text(code, encoding="utf-8")
    info = folder / "src/iio_gray8-0.1.0.dist-info"  # what an editable install leaves
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: iio-gray8\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text("[iio_core.plugins]\ngray8 = iio_gray8._spec:SPEC\n")
    paths = [str(folder / "src"), str(Path(iio_core.__file__).parents[1])]
    said = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        cwd=folder,
        env={"PYTHONPATH": os.pathsep.join(paths)},
    )
    assert int(said.split(" passed")[0].split()[-1]) > 40
    if find_spec("ruff") is not None:
        run(sys.executable, "-m", "ruff", "check", "--no-cache", cwd=folder)


def pip(*arguments: object) -> None:
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Install core's wheel and a new plugin's; return the programs there and its sources."""
    pytest.importorskip("hatchling", reason="builds wheels: pip install hatchling")
    folder = tmp_path_factory.mktemp("author")
    package = new_plugin(folder, "iio-gray8")
    sources = folder / "iio-core"  # a copy: nothing is written among the sources
    shutil.copytree(
        ROOT / "packages/iio-core", sources, ignore=shutil.ignore_patterns("__pycache__", "tests")
    )
    wheels = folder / "wheels"
    for source in (sources, package):
        build = ("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels)
        pip(*build, source)
    venv = folder / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    # NumPy and pytest are those of this environment, without a network; what is tested is not.
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    beside = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    (site / "beside.pth").write_text("\n".join(sorted(beside)), encoding="utf-8")
    install = ("install", "--quiet", "--no-deps", "--no-index", "--ignore-installed")
    pip("--python", python, *install, *sorted(wheels.glob("*.whl")))
    where = run(python, "-c", "import iio_core, iio_gray8; print(iio_core.__file__)").strip()
    assert Path(where).is_relative_to(venv)
    return scripts, package


@pytest.mark.slow
def test_the_wheel_of_core_brings_what_packages_are_made_of(installed: tuple[Path, Path]) -> None:
    (wheel,) = (installed[1].parent / "wheels").glob("iio_core-*.whl")
    assert "iio_core/cli/templates/pyproject.toml.in" in zipfile.ZipFile(wheel).namelist()


@pytest.mark.slow
def test_a_new_plugin_is_checked_and_nothing_is_wrong(
    installed: tuple[Path, Path], tmp_path: Path
) -> None:
    scripts, _ = installed
    said = run(scripts / "iio", "check-plugin", "gray8", cwd=tmp_path)
    assert "plugin 'gray8' (iio-gray8 0.1.0)" in said
    assert " 0 failed, 0 do not apply" in said
    assert int(said.split(" checks passed")[0].split()[-1]) > 40
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_its_own_tests_pass(installed: tuple[Path, Path]) -> None:
    scripts, package = installed
    run(scripts / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=package)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mypy") is None, reason="needs mypy: pip install mypy")
def test_type_checkers_have_nothing_to_say(installed: tuple[Path, Path], tmp_path: Path) -> None:
    scripts, package = installed
    mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path)
    run(*mypy, "--python-executable", scripts / "python", "src", "tests", cwd=package)


@pytest.mark.slow
def test_a_promise_that_the_author_broke_is_told(
    installed: tuple[Path, Path], tmp_path: Path
) -> None:
    scripts, _ = installed
    code = "import iio_gray8; print(iio_gray8.__path__[0])"
    reader = Path(run(scripts / "python", "-c", code).strip()) / "_reader.py"
    text = reader.read_text(encoding="utf-8")
    reader.write_text(text.replace("(self._shape).copy()", "(self._shape)[::-1].copy()"), "utf-8")
    try:
        command = [scripts / "iio", "check-plugin", "gray8", "--fast"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=tmp_path)
    finally:
        reader.write_text(text, encoding="utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "broken promise: What is written comes back" in done.stdout
    assert (
        "documented: docs/reference/plugin-interface.md#what-is-written-comes-back" in done.stdout
    )
