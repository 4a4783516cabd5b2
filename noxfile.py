"""Everything that is built or checked, as nox sessions; ``nox -l`` lists them.

Nothing runs from the sources: every session installs the wheels that it built, as a user would.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import nox
from packaging.version import Version  # nox depends on it

nox.needs_version = ">=2024.4.15"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "types", "tests", "docs", "isolation"]
nox.options.error_on_missing_interpreters = True

ROOT = Path(__file__).resolve().parent
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
COVERAGE = 95  # percent of the lines and of the branches of iio_core
# Linters change their minds between releases, so each stays at the one that the code was seen by.
RUFF, MYPY = "ruff~=0.17.0", "mypy~=2.4.0"
SITE = ("mkdocs~=1.6.1", "mkdocs-material~=9.8", "mkdocstrings[python]~=1.0", "selenium~=4.50")


def _project(folder: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    return {**table["project"], "test": table.get("dependency-groups", {}).get("test", [])}


CORE = "iio-core"
FOLDERS = sorted(
    p.parent
    for pattern in ("packages", "examples")
    for p in ROOT.glob(f"{pattern}/*/pyproject.toml")
)
PROJECTS = {project["name"]: project for project in map(_project, FOLDERS)}
FOLDER_OF = dict(zip(PROJECTS, FOLDERS, strict=True))
WHEELS = ROOT / ".nox" / "wheels"
_built: dict[str, Path] = {}


def _find_pythons() -> list[str]:
    """Return the supported versions that really run here, and make all of them reachable by name.

    A name on PATH is not enough: pyenv puts a ``python3.13`` there that only says where one is.
    """
    pyenvs = {Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")), Path.home() / ".pyenv"}
    found = []
    for version in SUPPORTED:
        name = f"python{version}"
        on_path = shutil.which(name)
        elsewhere = [Path(sys.executable).with_name(name)]
        for root in pyenvs:
            elsewhere += sorted(root.glob(f"versions/{version}*/bin/{name}"))
        if on_path and _is_python(on_path, version):
            found.append(version)
        elif there := next((p for p in elsewhere if _is_python(str(p), version)), None):
            found.append(version)
            os.environ["PATH"] = f"{there.parent}{os.pathsep}{os.environ['PATH']}"
        elif version == RUNNING:  # Windows has no such names; nox finds it all the same
            found.append(version)
    return found or [RUNNING]


def _is_python(path: str, version: str) -> bool:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        run = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=60)
    except OSError:
        return False
    return run.returncode == 0 and run.stdout.strip() == version


PYTHONS = _find_pythons()
# The Python of the sessions that need only one, and of the tests that run on only one.
PRIMARY = RUNNING if RUNNING in PYTHONS else PYTHONS[0]
PYTEST = ("python", "-m", "pytest")
# On two processes, except where time or memory is measured.
XDIST, QUICK = "pytest-xdist>=3.6", ("-n", "2", "-m", "not slow and not timing")
TESTS = ("packages/*/tests", "tests", "examples/*/tests")


def _wheels(session: nox.Session) -> dict[str, Path]:
    """Build every wheel, once in a run of nox. Returns distribution -> file."""
    if not _built:
        shutil.rmtree(WHEELS, ignore_errors=True)
        WHEELS.mkdir(parents=True)
        pip = ("python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(WHEELS))
        session.run_install(*pip, *map(str, FOLDERS))
        for name in PROJECTS:
            (_built[name],) = WHEELS.glob(f"{name.replace('-', '_')}-*.whl")
    return _built


def _install_to_test(session: nox.Session, *arguments: str) -> None:
    """Install all wheels, and what the packages say that only their tests need."""
    _install(session, *(r for p in PROJECTS.values() for r in p["test"]), *arguments)


def _install(session: nox.Session, *arguments: str) -> None:
    """Install all wheels with all their extras."""
    wheels = _wheels(session)
    wanted = []
    for name, wheel in wheels.items():
        extras = ",".join(PROJECTS[name].get("optional-dependencies", {}))
        wanted.append(f"{wheel}[{extras}]" if extras else str(wheel))
    session.install("--prefer-binary", *wanted, *arguments)
    # A reused environment would keep an older build of the same version.
    session.install("--no-deps", "--force-reinstall", *map(str, wheels.values()))


def _paths(*patterns: str) -> list[str]:
    return [str(p.relative_to(ROOT)) for pattern in patterns for p in sorted(ROOT.glob(pattern))]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run every test on the wheels: all on one Python, the quick ones on the others here."""
    _install_to_test(session)
    if session.posargs:
        session.run(*PYTEST, *session.posargs)
    elif session.python == PRIMARY:
        session.notify("tests_oldest")
        session.install(XDIST, "pytest-cov>=7.0")
        # Exit status 5: there is no such test.
        session.run(*PYTEST, "-m", "timing", *_paths(*TESTS), success_codes=[0, 5])
        _measure_coverage(session)
    else:
        session.install(XDIST)
        session.run(*PYTEST, *QUICK, *_paths(*TESTS))


def _measure_coverage(session: nox.Session) -> None:
    folder = Path(session.create_tmp())
    session.env["COVERAGE_FILE"] = str(folder / ".coverage")
    cover = ("-n", "2", "--cov", "--cov-report=")
    session.run(*PYTEST, *cover, "-m", "not timing", *_paths(*TESTS))
    session.run("coverage", "report", "--skip-covered", "--show-missing")
    session.run("coverage", "json", "--quiet", "-o", str(folder / "coverage.json"))
    totals = json.loads((folder / "coverage.json").read_text(encoding="utf-8"))["totals"]
    lines = 100 * totals["covered_lines"] / totals["num_statements"]
    branches = 100 * totals["covered_branches"] / max(totals["num_branches"], 1)
    session.log(f"iio_core: {lines:.1f} % of the lines, {branches:.1f} % of the branches")
    if min(lines, branches) < COVERAGE:
        session.error(f"iio_core: less than {COVERAGE} % is covered")


@nox.session(python=PYTHONS[0])
def tests_oldest(session: nox.Session) -> None:
    """Run the quick tests on the oldest versions that the packages say they work with."""
    if PYTHONS[0] != SUPPORTED[0]:
        session.skip(f"the oldest dependencies have wheels for Python {SUPPORTED[0]} only")
    bounds = {folder: _lower_bounds(PROJECTS[name]) for name, folder in FOLDER_OF.items()}
    joint: dict[str, str] = {}
    for own in bounds.values():
        for name, version in own.items():
            joint[name] = max(joint.get(name, version), version, key=Version)
    pins = [f"{name}=={version}" for name, version in sorted(joint.items())]
    constraints = Path(session.create_tmp()) / "oldest.txt"
    constraints.write_text("\n".join(pins), encoding="utf-8")
    session.log(f"the oldest: {' '.join(pins)}")
    _install_to_test(session, "--constraint", str(constraints))
    session.install(XDIST)
    session.run(*PYTEST, *QUICK, *(session.posargs or _paths(*TESTS)))
    for folder, own in bounds.items():
        # Who works with older ones than a neighbour is tested with them by itself.
        if older := [f"{n}=={v}" for n, v in own.items() if Version(v) < Version(joint[n])]:
            session.install("--no-deps", *older)
            session.run(*PYTEST, *QUICK, str((folder / "tests").relative_to(ROOT)))
            session.install("--no-deps", *(f"{n}=={joint[n]}" for n in own))


def _lower_bounds(project: dict[str, Any]) -> dict[str, str]:
    """Return the oldest versions that a package says it works with, by distribution."""
    found = {}
    extras = project.get("optional-dependencies", {}).values()
    for requirement in (*project["dependencies"], *(r for extra in extras for r in extra)):
        name, _, version = requirement.split(",")[0].split(";")[0].partition(">=")
        name = name.split("[")[0].strip().lower()
        if version and name not in PROJECTS:
            found[name] = version.strip()
    return found


@nox.session(python=PRIMARY)
def lint(session: nox.Session) -> None:
    """Check style and layout, and that the generated files are what the sources say."""
    needed = (r for p in PROJECTS.values() for r in p["dependencies"])
    # The catalogue is made of the specs, and of the tables of imageio's names beside them. The
    # tables of options are checked with the documents: the plugins import their backends.
    session.install(RUFF, *(r for r in needed if not r.startswith(tuple(PROJECTS))))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("python", "tools/catalogue.py", "--check")
    session.run("python", "tools/format_tables.py", "--check")
    session.run("python", "tools/command_line.py", "--check")


@nox.session(python=PYTHONS[0])
def types(session: nox.Session) -> None:
    """Check types, on the oldest Python, as every platform sees them."""
    _install(session, MYPY, "nox", *SITE)
    # Not the installed wheels: errors are to name the sources.
    session.run_install("python", "-m", "pip", "uninstall", "--quiet", "--yes", *PROJECTS)
    sources = [folder / "src" for folder in FOLDERS]
    session.env["MYPYPATH"] = os.pathsep.join(map(str, [*sources, ROOT / "tools"]))
    files = ["noxfile.py", *_paths("tools/*.py", "packages/*/src", "examples/*/src")]
    for platform in ("linux", "darwin", "win32"):
        session.run("mypy", "--strict", "--platform", platform, *files)


@nox.session(python=PRIMARY)
@nox.parametrize("name", [nox.param(name, id=name) for name in PROJECTS])
def isolation(session: nox.Session, name: str) -> None:
    """Install one wheel beside core, and nothing else, and use it from an empty directory."""
    wheels = _wheels(session)
    session.install(*{str(wheels[CORE]), str(wheels[name])})
    session.run("python", "-m", "pip", "check")
    scripts = sorted((ROOT / "tests" / "isolation").glob("*.py"))
    with session.chdir(session.create_tmp()):
        for script in scripts:
            session.run("python", "-I", str(script), name)


@nox.session(python=PRIMARY)
def docs(session: nox.Session) -> None:
    """Run the examples of the documents and docstrings, build the site, try it in a browser."""
    session.run("python", "tools/links.py")
    _install(session)
    session.run("python", "tools/format_tables.py", "--check")
    session.run("python", "tools/option_tables.py", "--check")
    modules = [name.replace("-", "_") for name in PROJECTS]
    session.env["PYTHONPATH"] = str(ROOT / "tools")
    pytest = (*PYTEST, "-p", "doc_examples", "--doctest-modules")
    session.run(*pytest, "--pyargs", *modules)
    documents = ("README.md", "packages/*/README.md", "examples/*/README.md", "docs")
    session.run(*pytest, *_paths(*documents))
    _build_site(session)


def _build_site(session: nox.Session) -> None:
    session.install(*SITE, RUFF)  # ruff lays out long signatures
    session.env["NO_MKDOCS_2_WARNING"] = "1"
    session.run("mkdocs", "build", "--strict", "--quiet")
    if os.environ.get("CI") or shutil.which("chromedriver"):
        session.run("python", "tools/try_site.py")
    else:
        session.warn("the site was not tried in a browser: apt-get install chromium-driver")


@nox.session(python=PRIMARY)
def build(session: nox.Session) -> None:
    """Build what would be published into dist/: an sdist of each package, and from it the wheel."""
    session.install("build", "twine")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    for folder in FOLDERS:
        session.run("python", "-m", "build", "--outdir", str(ROOT / "dist"), str(folder))
    files = sorted((ROOT / "dist").iterdir())
    session.run("twine", "check", "--strict", *map(str, files))
    for wheel in (file for file in files if file.suffix == ".whl"):
        inside = zipfile.ZipFile(wheel).namelist()
        for needed in ("/py.typed", "/licenses/LICENSE"):
            if not any(member.endswith(needed) for member in inside):
                session.error(f"{wheel.name} lacks {needed}")


@nox.session(python=PRIMARY)
def bench(session: nox.Session) -> None:
    """Measure side by side with imageio and the backends themselves."""
    _install(session, "imageio~=2.38.0")
    for script in _paths("benchmarks/bench_*.py"):
        session.run("python", "-m", f"benchmarks.{Path(script).stem}", *session.posargs)


@nox.session(python=PRIMARY)
def fuzz(session: nox.Session) -> None:
    """Feed every format whose bytes we parse ourselves files that are almost sound.

    Each for ten minutes, one on each processor; ``nox -s fuzz -- MNG 60`` does so with one
    format for a minute.
    """
    _install_to_test(session, "atheris>=2.3")
    script = ROOT / "tools" / "fuzz.py"
    with session.chdir(session.create_tmp()):  # where logs and files that fail are left
        session.run("python", str(script), *session.posargs)


@nox.session(python=PRIMARY)
def demo(session: nox.Session) -> None:
    """Read, convert and explain real files with the wheels; leaves demo-output/index.html."""
    _install(session)
    session.run("python", "tools/demo.py", *session.posargs)
