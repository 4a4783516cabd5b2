"""How long a file has to be for its pixels: ITK reads on behind the end of some formats.

What memory happened to hold would be taken for pixels. The places are those of the formats'
specifications, see `Format.specification`.
"""

from __future__ import annotations

import math
import os
import struct
from pathlib import Path

from iio_core import DecodeError

__all__ = ["check_length"]

_TEXT = 1 << 16


def check_length(path: Path, format: str | None, size: tuple[int, ...], itemsize: int) -> None:
    """Raise `DecodeError` if a file ends before its pixels do.

    Parameters
    ----------
    path : Path
        The file, not compressed.
    format : str
        The name of its format.
    size : tuple of int
        The shape of the image, with channels.
    itemsize : int
        The bytes of a value, as the file has it but for NIfTI, whose header tells.
    """
    with path.open("rb") as file:
        head = file.read(_TEXT)
        length = file.seek(0, os.SEEK_END)
    needed = _needed(head, format, math.prod(size), itemsize, path)
    if length < needed:
        raise DecodeError(
            f"{path.name} is cut: it has {length} bytes, and needs {needed}",
            plugin="itk",
            format=format,
        )


def _needed(head: bytes, format: str | None, count: int, itemsize: int, path: Path) -> int:
    if format == "GIPL":
        return 256 + count * itemsize
    if format == "MRC" and len(head) >= 1024:
        order = "<" if head[212:213] in (b"\x44", b"\0") else ">"
        extended: int = struct.unpack_from(f"{order}i", head, 92)[0]
        return 1024 + max(extended, 0) + count * itemsize
    if format == "BIORAD":
        return 76 + count * itemsize
    if format == "VTK":
        return _of_vtk(head, count, itemsize)
    if format in ("NIFTI", "NIFTI-GZ", "NIFTI-PAIR"):
        return _of_nifti(head, count, path)
    return 0


def _of_vtk(head: bytes, count: int, itemsize: int) -> int:
    lines = head.split(b"\n", 20)
    kind = lines[2].strip().upper() if len(lines) > 2 else b""
    place = 0
    for line in lines:
        place += len(line) + 1
        word = line.split(b" ")[0].strip().upper()
        if word in (b"LOOKUP_TABLE", b"VECTORS", b"TENSORS", b"COLOR_SCALARS"):
            break
    else:
        return 0
    # A number in text takes a digit, and what parts it from the next one.
    return place + (2 * count - 1 if kind == b"ASCII" else count * itemsize)


def _of_nifti(head: bytes, count: int, path: Path) -> int:
    """Return the length of a file, or with a pair of files of none, as ITK reads both."""
    two = head[4:8] == b"n+2\0"
    single = two or head[344:348] == b"n+1\0"
    if not single or len(head) < 348:
        return _of_pixels_file(head, count, path)
    if two:
        order = "<" if head[:4] == b"\x1c\x02\0\0" else ">"
        bits, offset = struct.unpack_from(f"{order}h", head, 14)[0], _at(head, order, "q", 168)
    else:
        order = "<" if head[:4] == b"\x5c\x01\0\0" else ">"
        bits, offset = struct.unpack_from(f"{order}h", head, 72)[0], _at(head, order, "f", 108)
    needed: int = int(offset) + count * bits // 8
    return needed


def _of_pixels_file(head: bytes, count: int, path: Path) -> int:
    """Look at the file with the pixels of a pair; it is beside its header."""
    other = path.with_suffix(".img")
    if len(head) < 348 or path.suffix != ".hdr" or not other.exists():
        return 348 if path.suffix == ".hdr" else 0
    order = "<" if head[:4] == b"\x5c\x01\0\0" else ">"
    bits, offset = struct.unpack_from(f"{order}h", head, 72)[0], _at(head, order, "f", 108)
    needed = int(offset) + count * bits // 8
    length = other.stat().st_size
    if length < needed:
        raise DecodeError(f"{other.name} is cut: it has {length} bytes, and needs {needed}")
    return 0


def _at(head: bytes, order: str, kind: str, place: int) -> float:
    number: float = struct.unpack_from(f"{order}{kind}", head, place)[0]
    return number if math.isfinite(number) and number > 0 else 0
