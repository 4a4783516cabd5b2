"""What every package of the repository has, and what is generated from all of them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECTS = sorted(path.parent for path in ROOT.glob("*/*/pyproject.toml"))
PACKAGES = [folder for folder in PROJECTS if folder.parent.name == "packages"]


def name_of(folder: Path) -> str:
    return folder.name


@pytest.mark.parametrize("folder", PROJECTS, ids=name_of)
def test_a_project_declares_what_installers_and_type_checkers_need(folder: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == folder.name
    assert project["requires-python"] == ">=3.11"
    assert project["license"] == "BSD-2-Clause"
    assert "version" in project["dynamic"]
    module = folder / "src" / folder.name.replace("-", "_")
    assert (module / "py.typed").is_file()
    version = re.search(r'__version__ = "(.*)"', (module / "_version.py").read_text("utf-8"))
    assert version is not None
    assert (folder / "README.md").is_file()
    changes = folder / "CHANGELOG.md"
    assert folder not in PACKAGES or f"## [{version[1]}]" in changes.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", PROJECTS, ids=name_of)
def test_a_plugin_accepts_the_core_versions_that_share_its_interface(folder: Path) -> None:
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ours = [r for r in project["dependencies"] if r.startswith("iio-")]
    assert ours == ([] if folder.name == "iio-core" else ["iio-core>=1.0,<2"])


@pytest.mark.parametrize("folder", PACKAGES, ids=name_of)
def test_a_wheel_carries_the_license_of_the_repository(folder: Path) -> None:
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("tool", ["catalogue", "format_tables", "command_line"])
def test_generated_files_are_what_the_specs_say(tool: str) -> None:
    command = [sys.executable, f"tools/{tool}.py", "--check"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_stale_generated_file_is_noticed_and_kept(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, 'tools'); import specs\n"
        "specs.ROOT = pathlib.Path(sys.argv[1])\n"
        "sys.exit(specs.write_or_check(specs.ROOT / 'a.md', 'new\\n', check=True))"
    )
    (tmp_path / "a.md").write_text("old\n", encoding="utf-8")
    command = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert "-old\n+new" in run.stdout
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == "old\n"


def test_what_tests_import_from_beside_them_is_there_once() -> None:
    """All tests run in one process, where a name of a module is one module."""
    folders = [*ROOT.glob("packages/*/tests"), *ROOT.glob("examples/*/tests"), ROOT / "tests"]
    homes: dict[str, set[Path]] = {}
    imported = set()
    for file in (file for folder in folders for file in folder.glob("*.py")):
        homes.setdefault(file.stem, set()).add(file.parent)
        imported |= set(re.findall(r"^(?:from|import) (\w+)", file.read_text("utf-8"), re.M))
    shared = {name for name in imported & homes.keys() if len(homes[name]) > 1}
    assert not shared, f"modules of several packages: {sorted(shared)}"


def test_warnings_point_at_the_callers_line() -> None:
    """`iio_core.warn` finds the line of the program; a count of frames points into iio."""
    # What gives it, a session that was never closed, and what stands in for a backend's module.
    known = {"_warning.py", "_write.py", "_quiet.py"}
    found = {
        path.name
        for path in ROOT.glob("packages/*/src/**/*.py")
        if "warnings.warn(" in path.read_text(encoding="utf-8")
    }
    assert found == known
