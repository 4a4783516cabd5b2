"""What importing costs is what it imports; time is for the benchmarks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import iio_core

SOURCES = str(Path(iio_core.__file__).parents[1])
HERE = str(Path(__file__).parent)


def imported(code: str, *paths: str) -> set[str]:
    """Return the modules that some code imports beyond those of a bare interpreter."""
    script = f"import sys; sys.path[:0] = {[SOURCES, *paths]}; before = set(sys.modules)\n"
    script += f"{code}\nprint(*sorted(set(sys.modules) - before))"
    command = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_core_imports_nothing_but_its_face() -> None:
    assert {n for n in imported("import iio_core") if n.split(".")[0] != "iio_core"} == set()


def test_importing_the_v3_names_asks_no_plugin_and_opens_no_network() -> None:
    site = [p for p in sys.path if p.endswith("-packages")]
    found = imported("import iio_core.v3 as iio; iio.imread", *site)
    dear = {"importlib_metadata", "importlib.metadata", "urllib.request", "zipfile"}
    dear |= {"http", "ssl", "socket", "tempfile", "iio_pillow", "PIL", "asyncio"}
    assert found & dear == set()


@pytest.mark.parametrize(
    "names",
    [
        "Format, Pixels, PluginSpec, Signature, Advisory",
        "DecodeError, NotThisFormat",
        "__version__",
    ],
)
def test_what_specs_are_made_of_needs_no_numpy(names) -> None:
    found = imported(f"from iio_core import {names}")
    assert found & {"numpy", "importlib_metadata", "importlib.metadata", "pathlib"} == set()


def test_the_plugins_backend_comes_with_the_first_file_that_needs_it(run) -> None:
    code = """
import sys, os
import iio_core as iio
iio.register(iio.PluginSpec(name="fake", title="", plugin="fakes:PLUGIN", formats=(
    iio.Format(name="F", title="", extensions=(".f",), reads=(iio.Pixels("uint8"),)),)))
iio.registry.find("fake")
iio.explain(b"x", extension=".f")
assert "fakes" not in sys.modules
try:
    iio.imread(b"x", extension=".f")
except iio.DecodeError:
    pass
assert "fakes" in sys.modules
print("fine")
"""
    assert run(code, IIO_PLUGINS="").stdout.strip() == "fine"
