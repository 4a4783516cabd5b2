"""The chunks of a PNG, and what those of an animation say.

After the PNG specification, third edition (W3C 2025), sections 5 (datastream structure) and
11.3.6 (animation information).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import IO

__all__ = ["SIGNATURE", "ApngFrame", "ApngLayout", "chunks", "late_chunks", "scan_apng"]

_METADATA = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST = (1 << 31) - 1  # of a chunk


@dataclass(frozen=True, slots=True)
class ApngFrame:
    """What an ``fcTL`` chunk says.

    Attributes
    ----------
    box : tuple of int
        Left, top, right, bottom.
    duration : fractions.Fraction
        In milliseconds.
    disposal : int
        0: none, 1: background, 2: previous.
    blend : int
        0: source, 1: over.
    """

    box: tuple[int, int, int, int]
    duration: Fraction
    disposal: int
    blend: int


@dataclass(frozen=True, slots=True)
class ApngLayout:
    """What a PNG says about its animation.

    Attributes
    ----------
    frames : tuple of ApngFrame
        The animation's frames whose data have begun; none, if the PNG is not animated.
    n_frames, loop : int
        As ``acTL`` declares them; 0 and 0 if there is none. A loop of 0 is forever.
    default_image : bool
        Whether the first image is not part of the animation.
    truncated : bool
        Whether the file ends before ``IEND``.
    """

    frames: tuple[ApngFrame, ...]
    n_frames: int
    loop: int
    default_image: bool
    truncated: bool


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the type of each chunk of a whole PNG, and the chunk with its length and checksum.

    Raises
    ------
    ValueError
        If it is not a whole PNG. Checksums are not compared.
    """
    if not png.startswith(SIGNATURE):
        raise ValueError(f"not a PNG: it begins with {png[:8]!r}")
    at = len(SIGNATURE)
    kind = b""
    while kind != b"IEND":
        stop = at + 12 + int.from_bytes(png[at : at + 4], "big")
        if stop > len(png) or at + 12 > len(png):
            raise ValueError("the PNG is cut")
        kind = png[at + 4 : at + 8]
        yield kind, png[at:stop]
        at = stop


def scan_apng(file: IO[bytes], *, max_chunks: int = 1 << 22) -> ApngLayout:
    """Walk the chunks of a PNG for its frames and their durations; nothing is decoded.

    Parameters
    ----------
    file : binary file
        Seekable, with the PNG at its beginning.
    max_chunks : int
        How many chunks there may be.

    Raises
    ------
    ValueError
        If it is not a PNG, or the animation is malformed.
    EOFError
        If not even the signature is whole.
    """
    frames: list[ApngFrame] = []
    declared: tuple[int, int] | None = None
    default_image = truncated = pixels_seen = False
    for kind, data in _animation_chunks(file, max_chunks):
        if kind == b"acTL" and not pixels_seen and declared is None:
            declared = _unpacked(">II", data)  # type: ignore[assignment]
        elif kind == b"fcTL" and declared is not None:
            frames.append(_frame(data))
        elif kind == b"IDAT":
            pixels_seen = True
            default_image = declared is not None and not frames
        elif not kind:
            truncated = True
    if declared is None:
        return ApngLayout((), 0, 0, False, truncated)
    return ApngLayout(tuple(frames), declared[0], declared[1], default_image, truncated)


def late_chunks(file: IO[bytes], limit: int) -> list[tuple[bytes, bytes]]:
    """Return the text and EXIF chunks behind the pixels, as pairs of type and data.

    Parameters
    ----------
    file : binary file
        Seekable, at the beginning of a PNG. Pixels are skipped, not read.
    limit : int
        How many bytes the chunks may hold together.

    Raises
    ------
    ValueError
        If they hold more.
    """
    found: list[tuple[bytes, bytes]] = []
    at, held, pixels_seen = len(SIGNATURE), 0, False
    while True:
        file.seek(at)
        head = _read(file, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) < 8 or kind == b"IEND":
            return found
        if pixels_seen and kind in _METADATA:
            held += length
            if held > limit:
                raise ValueError(f"the PNG has more than {limit} bytes of metadata")
            data = _read(file, length)
            if len(data) < length:
                return found
            found.append((kind, data))
        pixels_seen = pixels_seen or kind == b"IDAT"
        at += 12 + length


def _animation_chunks(file: IO[bytes], max_chunks: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield ``acTL``, ``fcTL`` and the first ``IDAT`` chunk; an empty type if the file is cut."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = _read(file, 8)
    if len(start) < 8:
        raise EOFError("the file is shorter than a PNG's signature")
    if start != SIGNATURE:
        raise ValueError(f"not a PNG: it begins with {start!r}")
    at, pixels_seen = 8, False
    for _ in range(max_chunks):
        head = _read(file, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if len(head) == 8 and length > _LONGEST:
            raise ValueError("a chunk of the PNG is longer than the specification allows")
        at += 12 + length
        if len(head) < 8 or at > size:
            yield b"", b""
            return
        if kind == b"IEND":
            return
        if kind in (b"acTL", b"fcTL"):
            yield kind, _read(file, min(length, 26))
        elif kind == b"IDAT" and not pixels_seen:
            pixels_seen = True
            yield kind, b""
        file.seek(at)
    raise ValueError("the PNG has more chunks than are allowed")


def _frame(data: bytes) -> ApngFrame:
    fields = _unpacked(">IIIIIHHBB", data)
    _, width, height, left, top, numerator, denominator, disposal, blend = fields
    return ApngFrame(
        (left, top, left + width, top + height),
        Fraction(1000 * numerator, denominator or 100),
        disposal,
        blend,
    )


def _unpacked(fields: str, data: bytes) -> tuple[int, ...]:
    size = struct.calcsize(fields)
    if len(data) < size:
        raise ValueError("a chunk of the PNG's animation is too short")
    return struct.unpack(fields, data[:size])


def _read(file: IO[bytes], count: int) -> bytes:
    """Return `count` bytes, or what is left; a single read may return fewer."""
    data = file.read(count)
    while len(data) < count and (more := file.read(count - len(data))):
        data += more
    return data
