"""The files that ``tests/test_real_files.py`` opens: what packages list in ``real_files.csv``."""

from __future__ import annotations

import csv
import lzma
import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "RealFile", "load"]

ROOT = Path(__file__).resolve().parent.parent
SHARED = "shared/"


@dataclass(frozen=True)
class RealFile:
    """A file that an independent program wrote.

    `extension` is the one that it is opened with, `shows` what of the picture in
    ``tests/real/picture.npz`` it holds: ``color``, ``gray`` or ``bits``, after ``about`` if a
    compression or a range of its own changes values, or after ``inverted``; empty: something else.
    """

    extension: str
    path: Path
    written_by: str
    shows: str

    @property
    def name(self) -> str:
        """What the documentation calls it."""
        return self.path.name.removesuffix(".xz")

    @property
    def is_here(self) -> bool:
        """Whether the file is in this checkout; those of ../shared/data may be absent."""
        return self.path.is_file()

    def data(self) -> bytes:
        """Return its bytes; large ones are compressed in the repository."""
        data = self.path.read_bytes()
        return lzma.decompress(data) if self.path.suffix == ".xz" else data


def load() -> list[RealFile]:
    """Return the files of all tables, by extension."""
    shared = Path(os.environ.get("IIO_TEST_DATA", ROOT.parent / "shared/data"))
    found = []
    for table in (*ROOT.glob("packages/*/tests/real_files.csv"), ROOT / "tests/real_files.csv"):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                name = row["file"]
                inside = name.startswith(SHARED)
                path = shared / name.removeprefix(SHARED) if inside else table.parent / name
                found.append(RealFile(row["extension"], path, row["written_by"], row["shows"]))
    return sorted(found, key=lambda file: (file.extension, file.name))
