"""A pytest plugin that runs what the documents show: ``pytest -p doc_examples docs README.md``.

Every ```` ```python ```` block of a Markdown file is run, one after the other, with the names that
the blocks above it made. A block with prompts (``>>>``) is a doctest. A block that must not run
says so in its first line: ```` ```python no-run ````. Each document, and each docstring, starts in
a directory with the sample files that the examples speak of. Docstrings find the names `np`, `iio`,
`image` (RGB, 8 bits) and `frames` (five of them) as well.
"""

from __future__ import annotations

import doctest
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import iio_core as iio

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = re.compile(r"^```python[ \t]*(?P<info>[^\n]*)\n(?P<code>.*?)^```", re.M | re.S)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def picture() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return an RGB image of 96 × 128 pixels."""
    rows, columns = np.mgrid[0:96, 0:128]
    return np.stack([rows * 2, columns, 255 - rows - columns // 2], axis=-1).astype(np.uint8)


def animation() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return five of them."""
    return np.stack([np.roll(picture(), 8 * i, axis=1) for i in range(5)])


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the files that examples read."""
    folder = tmp_path_factory.mktemp("samples")
    for name in ("cat.png", "cat.jpg", "cat.webp", "photo.jpg", "scan.tif"):
        iio.imwrite(folder / name, picture())
    iio.imwrite(folder / "gray.png", picture()[:, :, 0].astype(np.uint16) * 257)
    for name in ("cat.gif", "animation.gif", "newtonscradle.gif"):
        iio.imwrite(folder / name, animation(), palettesize=256)  # said: reduced on purpose
    return folder


@pytest.fixture(autouse=True)
def among_samples(
    samples: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    doctest_namespace: dict[str, object],
) -> None:
    """Start in a directory of samples, with the usual names."""
    doctest_namespace.update(np=np, iio=iio, image=picture(), frames=animation())
    for file in samples.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)


def run_blocks(document: Path) -> None:
    """Run a document's blocks in order; a failure names the document and the line."""
    text = document.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "__main__"}
    for block in BLOCK.finditer(text):
        if "no-run" in block["info"]:
            continue
        line = text.count("\n", 0, block.start("code"))
        if ">>>" in block["code"]:
            test = doctest.DocTestParser().get_doctest(
                block["code"], names, document.name, str(document), line
            )
            doctest.DebugRunner(optionflags=FLAGS).run(test, clear_globs=False)
            names.update(test.globs)
        else:
            exec(compile("\n" * line + block["code"], str(document), "exec"), names)


class Document(pytest.File):
    """A Markdown file: one test, if it has a block to run."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the test."""
        blocks = BLOCK.finditer(self.path.read_text(encoding="utf-8"))
        if any("no-run" not in block["info"] for block in blocks):
            # A function item, and not one of our own, so that it gets the fixtures.
            yield pytest.Function.from_parent(
                pytest.Module.from_parent(self, path=self.path),
                name="examples",
                callobj=lambda: run_blocks(self.path),
            )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix == ".md":
        return Document.from_parent(parent, path=file_path)
    return None


os.environ.setdefault("IIO_NO_INTERNET", "1")
