"""The files of other programs, and what other programs make of them: see data/SOURCES.md."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np

from iio_retro._spec import SPEC

DATA = Path(__file__).parent / "data"
NAMES = sorted(path.stem for path in DATA.glob("*.npz"))


def contents(name: str) -> bytes:
    """Return a file's bytes; those of large ones are compressed in the repository."""
    data = (DATA / name).read_bytes()
    return lzma.decompress(data) if name.endswith(".xz") else data


def expected(name: str) -> np.ndarray:
    with np.load(DATA / f"{name}.npz") as found:
        return found["image"]


def extension_of(name: str) -> str:
    return Path(name.removesuffix(".xz")).suffix


def format_of(name: str) -> str:
    extension = extension_of(name)
    return next(f.name for f in SPEC.formats if extension in f.extensions)
