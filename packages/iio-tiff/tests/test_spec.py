"""The static specs: light, and true about their formats."""

from __future__ import annotations

import subprocess
import sys

import pytest

from iio_tiff._spec import FEI, SPEC


@pytest.mark.parametrize("module", ["iio_tiff._spec", "iio_tiff._legacy"])
def test_what_describes_imports_no_backend(module: str) -> None:
    code = (
        f"import sys, {module}\n"
        "heavy = {'tifffile', 'numpy', 'imagecodecs'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_and_extensions_are_unique() -> None:
    names = [format.name for format in SPEC.formats]
    assert len(names) == len(set(names))
    extensions = [e for format in SPEC.formats for e in format.extensions]
    assert len(extensions) == len(set(extensions))


def test_raw_files_are_not_claimed() -> None:
    raw = {".dng", ".nef", ".cr2", ".arw", ".pef", ".srw", ".3fr", ".iiq", ".orf", ".rw2"}
    assert not raw & {e for format in (*SPEC.formats, *FEI.formats) for e in format.extensions}


def test_every_format_has_a_specification() -> None:
    assert all(len(format.specification) > 20 for format in (*SPEC.formats, *FEI.formats))
