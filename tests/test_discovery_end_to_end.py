"""Wheels are found with nothing configured, and what is broken beside them changes nothing."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

MODULES = [m for m in ("iio_core", "iio_pillow") if importlib.util.find_spec(m)]
pytestmark = pytest.mark.skipif(len(MODULES) < 2, reason="needs iio-core and iio-pillow")

SPEC = """
from iio_core import Format, Pixels, PluginSpec, Signature
SPEC = PluginSpec(name={name!r}, title="", plugin="{module}_plugin:PLUGIN", api={api}, formats=(
    Format(name="PNG", title="another PNG", extensions=(".png",), reads=(Pixels("uint8"),),
           signatures=(Signature(0, b"\\x89PNG\\r\\n\\x1a\\n\\0\\0\\0\\rIHDR"),), priority=999),))
"""


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Return a directory that is like ``site-packages`` with iio-pillow, to put more into."""
    folder = tmp_path / "site"
    folder.mkdir()
    # From source there is no metadata of iio-pillow; installed, the first on the path counts.
    metadata(folder, "iio-pillow", "[iio_core.plugins]\npillow = iio_pillow._spec:SPEC\n")
    return folder


def metadata(folder: Path, distribution: str, points: str) -> None:
    info = folder / f"{distribution.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(points)


def add(folder: Path, distribution: str, name: str, spec: str = SPEC, api: int = 1) -> None:
    module = distribution.replace("-", "_")
    text = spec.format(name=name, module=module, api=api)
    (folder / f"{module}.py").write_text(text)
    metadata(folder, distribution, f"[iio_core.plugins]\n{name} = {module}:SPEC\n")


def run(code: str, wheels: Path, **settings: str) -> str:
    sources = [str(Path(importlib.util.find_spec(m).origin).parents[1]) for m in MODULES]
    env = {k: v for k, v in os.environ.items() if not k.startswith("IIO_")} | settings
    env["PYTHONPATH"] = os.pathsep.join([str(wheels), *sources])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PREAMBLE + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env=env,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


PREAMBLE = """
import struct, sys, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
header = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
rows = chunk(b"IDAT", zlib.compress(bytes([0, 1, 2, 0, 3, 4])))
png = b"\\x89PNG\\r\\n\\x1a\\n" + header + rows + chunk(b"IEND", b"")
import iio_core as iio
"""


def test_reading_a_png_imports_one_backend(wheels: Path) -> None:
    add(wheels, "w-stranger", "stranger")
    out = run(
        """
        assert "importlib_metadata" not in sys.modules and "PIL" not in sys.modules
        iio.registry.find("pillow")
        assert "PIL" not in sys.modules and "iio_pillow._plugin" not in sys.modules
        print(iio.imread(png).tolist())
        assert "PIL" in sys.modules and "w_stranger_plugin" not in sys.modules
        others = {"imageio", "cv2", "av", "tifffile", "pillow_heif", "pillow_jxl", "matplotlib"}
        assert not others & set(sys.modules), others & set(sys.modules)
        """,
        wheels,
    )
    assert out == "[[1, 2], [3, 4]]"


BROKEN = {
    "w-import": ("import no_such_thing", 1, "no_such_thing"),
    "w-exit": ("raise SystemExit(1)", 1, "SystemExit"),
    "w-api": (SPEC, 2, "plugin interface 2"),
    "w-taken": (SPEC.replace("{name!r}", "'pillow'"), 1, "'pillow' is claimed by"),
}


@pytest.mark.parametrize("distribution", BROKEN)
def test_a_broken_entry_point_changes_nothing_but_a_row(wheels: Path, distribution: str) -> None:
    code = """
    print(iio.imread(png).tolist(), iio.imread(png, mode="RGB").shape)
    print([c.plugin.spec.name for c in iio.explain(png, extension=".png").candidates])
    print(iio.imwrite("<bytes>", iio.imread(png), extension=".png")[:4])
    print(*(f"{r.distribution}: {r.reason}" for r in iio.registry.rejected))
    print(str(iio.explain(png)).splitlines()[-1])
    """
    before = run(code, wheels).splitlines()
    spec, api, reason = BROKEN[distribution]
    name = "pillow" if distribution == "w-taken" else "broken"
    add(wheels, distribution, name, spec, api)
    after = run(code, wheels).splitlines()
    assert after[:3] == before[:3]
    assert before[3] == "" and distribution in after[3] and reason in after[3]
    assert after[4].startswith(f"rejected: {name} ({distribution} 1.0): ")


def test_a_stranger_with_a_stronger_claim_comes_after_ours_until_it_is_preferred(
    wheels: Path,
) -> None:
    add(wheels, "w-stranger", "stranger")
    code = """
    names = [c.plugin.spec.name for c in iio.explain(png, extension=".png").candidates]
    print(*(name for name in names if name in {"pillow", "stranger"}))
    """
    assert run(code, wheels) == "pillow stranger"
    assert run(code, wheels, IIO_PLUGIN_ORDER="stranger") == "stranger pillow"
    assert run(code, wheels, IIO_PLUGINS="pillow") == "pillow"
    assert run('\n    iio.prefer("stranger")' + code, wheels) == "stranger pillow"


def test_nothing_else_is_imported_than_what_is_allowed(wheels: Path) -> None:
    add(wheels, "w-evil", "evil", "open(__file__ + '.ran', 'w').close()\n" + SPEC)
    run("iio.imread(png)", wheels, IIO_PLUGINS="pillow")
    assert not (wheels / "w_evil.py.ran").exists()
    out = run(
        """
        try:
            iio.imread(png, extension=".png")
        except iio.NoPluginError as error:
            print(error)
        """,
        wheels,
        IIO_PLUGINS="",
    )
    # Others that would read it may not be here, which is told as well.
    assert "plugin 'pillow' cannot read it: it is installed, but left out by IIO_PLUGINS" in out


def test_a_strangers_plugin_that_cannot_be_imported_breaks_no_call(wheels: Path) -> None:
    add(wheels, "w-stranger", "stranger")
    code = 'print(iio.imread(png).tolist(), iio.imread(png, mode="L").tolist())'
    expected = "[[1, 2], [3, 4]] [[1, 2], [3, 4]]"
    assert run(code, wheels, IIO_PLUGIN_ORDER="stranger") == expected
