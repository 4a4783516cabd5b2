"""The files that ``tests/test_real_files.py`` opens: what packages list in ``real_files.csv``."""

from __future__ import annotations

import csv
import lzma
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ROOT", "RealFile", "keep", "keep_pixels", "load", "write_table"]

ROOT = Path(__file__).resolve().parent.parent
SHARED = "shared/"
LARGE = 12_000  # bytes


@dataclass(frozen=True)
class RealFile:
    """A file that an independent program wrote.

    `extension` is the one that it is opened with, `shows` what of the picture in
    ``tests/real/picture.npz`` it holds: ``color``, ``gray`` or ``bits``, after ``about`` if a
    compression or a range of its own changes values. ``decoded``: what the program that wrote it,
    or another that is not ours, decodes it to is beside it, in a file of its name and ``.npz`` (of
    a file in ../shared/data: in ``tests/real``); ``first decoded``: of a film only the first image.
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

    def decoded(self) -> tuple[np.ndarray, tuple[int, ...], int]:
        """Return what an independent program decodes it to: all that the file holds.

        Of large images every so many rows and columns are kept: with them the whole shape, and how
        many.
        """
        inside = ROOT in self.path.parents
        folder = self.path.parent if inside else ROOT / "tests/real"
        with np.load(folder / f"{self.path.name}.npz") as found:
            image = np.asarray(found["image"])
            if "step" not in found:
                return image, image.shape, 1
            return image, tuple(map(int, found["shape"])), int(found["step"])

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


def keep(
    folder: Path,
    name: str,
    data: bytes,
    image: np.ndarray | None = None,
    *,
    step: int = 1,
    within: str = "data",
) -> str:
    """Keep a file under ``data`` of a package's tests, compressed if large, and its pixels."""
    target = folder / within
    target.mkdir(exist_ok=True)
    if len(data) > LARGE:
        name += ".xz"
        data = lzma.compress(data, preset=9)
    (target / name).write_bytes(data)
    if image is not None:
        keep_pixels(target / f"{name}.npz", image, step)
    return f"{within}/{name}"


def keep_pixels(target: Path, image: np.ndarray, step: int = 1) -> None:
    """Keep what a file is decoded to: every `step` rows and columns of it."""
    if step > 1:
        part = image[::step, ::step]
        np.savez_compressed(target, image=part, shape=image.shape, step=step)
    else:
        np.savez_compressed(target, image=image)


def write_table(folder: Path, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """Write a package's ``real_files.csv``."""
    with (folder / "real_files.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("extension", "file", "written_by", "shows"))
        writer.writerows(sorted(rows))
