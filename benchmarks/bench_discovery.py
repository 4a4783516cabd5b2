"""Discovery: the first image of a program where many wheels and plugins are installed.

The first competitor imports what the second one imports of core, plugin and backend, and decodes
the image with the backend alone; each turn is a fresh process. What the second one takes beyond
that is finding out which plugins there are and whom to ask. It should stay below 60 ms.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

from .bench_import import fresh
from .pictures import encoded, photo
from .timing import Case, arguments, report

WHEELS, PLUGINS = 300, 30

SPEC = """
from iio_core import Format, Pixels, PluginSpec, Signature

SPEC = PluginSpec(
    name={name!r},
    title="Images of another kind",
    plugin="{module}_plugin:PLUGIN",
    formats=tuple(
        Format(
            name=f"{NAME}{{number}}",
            title="Images of another kind",
            extensions=(f".{name}{{number}}",),
            signatures=(Signature(0, b"{NAME}%d" % number),),
            reads=(Pixels("uint8", (1, 3)),),
            writes=(Pixels("uint8", (1, 3)),),
        )
        for number in range(5)
    ),
)
"""

# A usual wheel has a text that describes it, and files that it lists.
METADATA = (
    "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nSummary: A wheel\n\n" + "words " * 900
)
RECORD = "".join(f"{{module}}/part{n}.py,sha256={'x' * 43},1234\n" for n in range(60))


def installed(folder: Path) -> None:
    """Make a directory that is like ``site-packages``: wheels, some of them plugins.

    There are as many as are missing to the number in all.
    """
    for number in range(max(PLUGINS, WHEELS - len(list(distributions())))):
        module = f"wheel{number}"
        points = "[console_scripts]\nrun = x:main\n" if number % 3 == 0 else ""
        if number < PLUGINS:
            spec = SPEC.format(name=module, NAME=module.upper(), module=module)
            (folder / f"{module}.py").write_text(spec, encoding="utf-8")
            points += f"[iio_core.plugins]\n{module} = {module}:SPEC\n"
        metadata(folder, module, points)
    # From source there is no metadata of iio-pillow; installed, the first on the path counts.
    metadata(folder, "iio-pillow", "[iio_core.plugins]\npillow = iio_pillow._spec:SPEC\n")


def metadata(folder: Path, name: str, points: str) -> None:
    """Write what an installer writes beside a wheel."""
    info = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(METADATA.format(name=name), encoding="utf-8")
    (info / "RECORD").write_text(RECORD.format(module=name), encoding="utf-8")
    if points:
        (info / "entry_points.txt").write_text(points, encoding="utf-8")


def imported(path: str) -> str:
    """Return the modules of core, plugin and backend that reading a file imports."""
    code = f"import sys, iio_core.v3\niio_core.v3.imread({path!r})\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    mine = {"iio_core", "iio_pillow", "numpy", "PIL"}
    return ", ".join(name for name in run.stdout.split() if name.partition(".")[0] in mine)


def cases(folder: Path) -> Iterator[Case]:
    """Yield the cases."""
    site, path = folder / "site", str(folder / "small.png")
    site.mkdir()
    installed(site)
    Path(path).write_bytes(encoded(photo(64, 64), "PNG"))
    setup = f"sys.path.insert(0, {str(site)!r})\n"
    bare = f"import {imported(path)}\nnumpy.array(PIL.Image.open({path!r}))\n"
    read = f"{bare}iio_core.v3.imread({path!r})"
    yield Case(
        f"first imread, {WHEELS} wheels",
        {
            "core and Pillow": fresh(setup + bare),
            "iio": fresh(setup + read),
            "iio, no plugin but its own": fresh(read),
        },
    )


if __name__ == "__main__":
    asked = arguments(__doc__)
    asked.seconds *= 3
    with tempfile.TemporaryDirectory() as name:
        report("bench_discovery", cases(Path(name)), asked)
