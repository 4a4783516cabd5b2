"""Show what the installed wheels do: read real files, convert, explain; leave a page of pictures.

Files come from providers: every ``packages/*/demo.py`` with a function ``samples(folder, data)``.
It makes files in `folder`, or finds them in `data` (a directory of real files, or None), and yields
``(path, remark)``. Run by ``nox -s demo``; writes ``demo-output/index.html``.
"""

from __future__ import annotations

import base64
import html
import importlib.util
import os
import shutil
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "demo-output"
DATA = Path(os.environ.get("IIO_DEMO_DATA", ROOT.parent / "shared" / "data"))
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .2rem .8rem .2rem 0 }
article { border-top: 1px solid #ccc; padding: 1rem 0 }
.pictures img { margin-right: .5rem; max-height: 160px;
  background: repeating-conic-gradient(#ddd 0 25%, #fff 0 50%) 0 0/16px 16px }
pre { background: #f5f5f5; padding: .6rem; overflow-x: auto; font-size: 12px } .bad { color: #b00 }
"""


@dataclass
class Shown:
    """One file, and what came of reading it."""

    provider: str
    path: Path
    remark: str
    array: np.ndarray[Any, Any] | None = None
    milliseconds: float = 0.0
    problems: list[str] = field(default_factory=list)
    explanation: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """What the summary says: provider, file, size, shape, dtype, time."""
        array = self.array
        shape = "×".join(map(str, array.shape)) if array is not None else "not read"
        dtype = str(array.dtype) if array is not None else "–"
        size = f"{self.path.stat().st_size:,} B"
        return self.provider, self.path.name, size, shape, dtype, f"{self.milliseconds:.1f} ms"


def provided(folder: Path, data: Path | None) -> Iterator[tuple[str, Path, str]]:
    """Yield (provider, path, remark) from every package's demo.py."""
    for script in sorted(ROOT.glob("packages/*/demo.py")):
        name = script.parent.name
        spec = importlib.util.spec_from_file_location(f"demo_{name.replace('-', '_')}", script)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        own = folder / name
        own.mkdir(parents=True)
        samples: Iterable[tuple[Path, str]] = module.samples(own, data)
        for path, remark in samples:
            yield name, path, remark


def look_at(provider: str, path: Path, remark: str) -> Shown:
    shown = Shown(provider, path, remark)
    shown.explanation = str(iio.explain(path))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            start = time.perf_counter()
            shown.array = iio.imread(path)
            shown.milliseconds = 1000 * (time.perf_counter() - start)
            properties = iio.improps(path)
            known = (properties.shape[0] or len(shown.array), *properties.shape[1:])
            if known != shown.array.shape:  # how many frames a stream has may be unknown
                shown.problems.append(f"improps said {properties.shape}")
        except iio.IIOError as error:
            shown.problems.append(f"{type(error).__name__}: {error}")
    shown.problems += [f"warning: {w.message}" for w in caught]
    return shown


def pictures(array: np.ndarray[Any, Any]) -> Iterator[np.ndarray[Any, Any]]:
    """Yield up to four images of an array as 8 bits, at most about 320 pixels wide."""
    is_color = array.ndim > 2 and array.shape[-1] in (2, 3, 4)
    images = array.reshape(-1, *array.shape[-3 if is_color else -2 :])
    picked = np.unique(np.linspace(0, len(images) - 1, 4).astype(int))
    for image in images[picked]:
        step = max(1, -(-image.shape[1] // 320))
        small = image[::step, ::step]
        if small.dtype != np.uint8:
            finite = np.nan_to_num(small.astype(np.float64))
            low, high = finite.min(), finite.max()
            small = ((finite - low) * (255 / ((high - low) or 1))).astype(np.uint8)
        yield np.ascontiguousarray(small[..., 0] if small.shape[2:] == (2,) else small)


def article(shown: Shown) -> str:
    _, name, size, shape, dtype, duration = map(html.escape, shown.facts)
    tags = []
    for picture in pictures(shown.array) if shown.array is not None else ():
        data = iio.imwrite("<bytes>", picture, extension=".png")
        assert data is not None
        tags.append(f'<img src="data:image/png;base64,{base64.b64encode(data).decode()}">')
    problems = "".join(f'<p class="bad">{html.escape(text)}</p>' for text in shown.problems)
    return (
        f"<article><h3>{name}</h3><p>{html.escape(shown.remark)} · {size} · {shape} {dtype} · "
        f'{duration}</p><p class="pictures">{"".join(tags)}</p>{problems}'
        f"<details><summary>explain</summary><pre>{html.escape(shown.explanation)}</pre></details></article>"
    )


def convert(everything: list[Shown], folder: Path) -> list[tuple[str, Path, str]]:
    """Convert the first RGB image that was read to a few other formats."""
    for shown in everything:
        array = shown.array
        if (
            array is not None
            and array.ndim == 3
            and array.shape[2] == 3
            and array.dtype == np.uint8
        ):
            out = []
            for extension in (".png", ".jpg", ".webp"):
                target = folder / f"{shown.path.stem}-converted{extension}"
                iio.imwrite(target, array)
                out.append(("converted", target, f"from {shown.path.name}"))
            return out
    return []


def page(everything: list[Shown]) -> str:
    rows = "".join(
        f"<tr>{''.join(f'<td>{html.escape(fact)}</td>' for fact in shown.facts)}</tr>"
        for shown in everything
    )
    head = "<tr><th>from<th>file<th>size<th>shape<th>dtype<th>time to read</tr>"
    articles = "\n".join(map(article, everything))
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>iio: what was read</title>'
        f"<style>{STYLE}</style><h1>What iio read</h1><p>iio-core {iio.__version__}, Python "
        f"{sys.version.split()[0]}, NumPy {np.__version__}.</p><table>{head}{rows}</table>\n"
        f"{articles}</html>\n"
    )


def main() -> int:
    shutil.rmtree(OUTPUT, ignore_errors=True)
    files = OUTPUT / "files"
    files.mkdir(parents=True)
    everything = [look_at(*each) for each in provided(files, DATA if DATA.is_dir() else None)]
    everything += [look_at(*each) for each in convert(everything, files)]
    index = OUTPUT / "index.html"
    index.write_text(page(everything), encoding="utf-8")
    table = [shown.facts for shown in everything]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line, shown in zip(table, everything, strict=True):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
        for problem in shown.problems:
            print(f"    ! {problem}")
    unread = [shown for shown in everything if shown.array is None]
    print(f"\n{len(everything) - len(unread)} of {len(everything)} files read; pictures: {index}")
    return 1 if unread or not everything else 0


if __name__ == "__main__":
    sys.exit(main())
