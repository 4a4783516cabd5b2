r"""The header of a Radiance picture: "#?RADIANCE", lines of text, an empty one, and the size.

Lines ``NAME=value`` are variables; EXPOSURE, PIXASPECT and COLORCORR may stand several times, and
then are multiplied. ``#`` begins a comment, all else is a command that made the picture. The size
is like ``-Y 480 +X 640``: scanlines go along the second axis, and follow each other along the
first; ``+Y`` is up, ``+X`` is right.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from iio_core import DecodeError

__all__ = ["RGBE", "XYZE", "Header", "Size", "read_header"]

RGBE, XYZE = "32-bit_rle_rgbe", "32-bit_rle_xyze"
_MOST = 1 << 20
_SIZE = re.compile(rb"([-+][XY])\s+([0-9]{1,9})\s+([-+][XY])\s+([0-9]{1,9})\s*")
_MULTIPLIED = ("EXPOSURE", "PIXASPECT", "COLORCORR")


@dataclass(frozen=True)
class Size:
    """How many scanlines there are, and how they lie.

    Parameters
    ----------
    first, second : str
        Axes: that along which scanlines follow each other, and that along which they go.
    count, length : int
        How many scanlines there are, and how many pixels each has.
    """

    first: str
    count: int
    second: str
    length: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the picture when it is upright."""
        upright = self.first[1] == "Y"
        return (self.count, self.length) if upright else (self.length, self.count)

    def scanlines(self, image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Return a view of an upright picture in which rows are the scanlines of the file."""
        if "+Y" in (self.first, self.second):
            image = image[::-1]
        if "-X" in (self.first, self.second):
            image = image[:, ::-1]
        return image if self.first[1] == "Y" else image.swapaxes(0, 1)


@dataclass(frozen=True)
class Header:
    """What stands before the pixels.

    Parameters
    ----------
    size : Size
        The size.
    metadata : dict
        Variables, ``comments`` and ``commands``.
    offset : int
        Where the pixels begin.
    """

    size: Size
    metadata: dict[str, Any]
    offset: int

    @property
    def exposure(self) -> float:
        """By what the radiances were multiplied."""
        found: float = self.metadata.get("EXPOSURE", 1.0)
        return found


def read_header(file: IO[bytes], name: str) -> Header:
    """Read a header from the beginning of a file.

    Raises
    ------
    DecodeError
        If it is none.
    """
    lines: list[bytes] = []
    room = _MOST
    while True:
        line = file.readline(room)
        room -= len(line)
        if not line.endswith(b"\n"):
            raise DecodeError(f"{name} has no end of its Radiance header")
        if not line.strip():
            break
        lines.append(line.strip())
    if not lines or not lines[0].startswith(b"#?"):
        raise DecodeError(f"{name} is no Radiance picture")
    return Header(_size(file.readline(256), name), _described(lines, name), file.tell())


def _size(line: bytes, name: str) -> Size:
    match = _SIZE.fullmatch(line)
    if match is None or match[1][1:] == match[3][1:]:
        raise DecodeError(f"{name} has no size: {line!r:.80}")
    size = Size(match[1].decode(), int(match[2]), match[3].decode(), int(match[4]))
    if not (size.count and size.length):
        raise DecodeError(f"{name} declares a picture without pixels: {line!r}")
    return size


def _described(lines: list[bytes], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in lines[1:]:
        text = line.decode("utf-8", "replace")
        key, equals, value = text.partition("=")
        if text.startswith("#"):
            found.setdefault("comments", []).append(text[1:].strip())
        elif not equals or not re.fullmatch(r"\w+", key.strip()):
            found.setdefault("commands", []).append(text)
        elif key.strip() in _MULTIPLIED:
            _multiply(found, key.strip(), value, name)
        else:
            found[key.strip()] = value.strip()
    if found.get("FORMAT", RGBE) not in (RGBE, XYZE):
        raise DecodeError(f"{name} has pixels of an unknown kind: {found['FORMAT']!r:.80}")
    return found


def _multiply(found: dict[str, Any], key: str, value: str, name: str) -> None:
    try:
        numbers = [float(word) for word in value.split()]
    except ValueError:
        numbers = []
    wanted = 3 if key == "COLORCORR" else 1
    if len(numbers) != wanted or not all(math.isfinite(n) and n for n in numbers):
        raise DecodeError(f"{name} declares {key} = {value!r:.80}")
    before = found.get(key, 1.0 if wanted == 1 else [1.0] * 3)
    if wanted == 1:
        found[key] = before * numbers[0]
    else:
        found[key] = [a * b for a, b in zip(before, numbers, strict=True)]
