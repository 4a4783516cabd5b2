"""The chunks of a PNG file: size and samples, text and profiles, the frames of an animation.

Portable Network Graphics (PNG) Specification (Third Edition), section 5 Datastream structure and
section 11 Chunk specifications, https://www.w3.org/TR/png-3/::

    89 'PNG' 0D 0A 1A 0A | length:4  type:4  data:length  CRC:4 | length:4 ...
    IHDR: width:4 height:4 depth:1 color:1 compression:1 filter:1 interlace:1
    fcTL: sequence:4 width:4 height:4 x:4 y:4 delay:2 per:2 dispose:1 blend:1
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from ._layout import Layout
from ._source import Short, big

__all__ = [
    "SIGNATURE",
    "Animation",
    "Chunk",
    "Control",
    "animation",
    "check_whole",
    "chunk",
    "chunks",
    "is_animated",
    "layout",
    "pixels_only",
]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PALETTE = 3
_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_LONGEST = 2**31 - 1
_ANCILLARY = 0x20  # the bit in the first byte of a type: decoders may leave such chunks out


class Chunk(NamedTuple):
    """A chunk: its type, and where its data is."""

    kind: bytes
    start: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks of a file up to IEND.

    Raises
    ------
    Short
        If the file ends before.
    """
    if not data.startswith(SIGNATURE):
        raise ValueError("it does not begin as a PNG")
    at = 8
    while True:
        length, kind = big(data, at, 4), data[at + 4 : at + 8]
        if length > _LONGEST or not kind.isalpha():
            raise ValueError(f"what should be a chunk at byte {at} is none")
        yield Chunk(kind, at + 8, at + 8 + length)
        if kind == b"IEND":
            return
        at += 12 + length
        if at > len(data):
            raise Short("a chunk is cut")


def layout(data: bytes) -> Layout:
    """Return what IHDR says, and tRNS where it gives an alpha channel.

    It does to the colors of a palette. One transparent value of gray or color is told in the
    metadata of a still image, whose values stay as they are; frames of an animation show it.
    """
    found: Layout | None = None
    expanded = is_animated(data)
    for kind, start, end in chunks(data):
        if found is None:
            if kind != b"IHDR" or end - start != 13:
                raise ValueError("its first chunk is not IHDR")
            if end > len(data):
                raise Short("IHDR is cut")
            found = _header(*struct.unpack_from(">IIBBBBB", data, start))
            palette = data[start + 9] == _PALETTE
        if kind == b"tRNS" and found.channels in (1, 3) and (expanded or palette):
            return Layout(found.height, found.width, found.channels + 1, found.dtype, found.bits)
        if kind == b"IDAT":
            return found
    raise ValueError("it has no pixels")


def pixels_only(data: bytes, *, transparency: bool = False) -> bytes:
    """Return a file of nothing but what pixels are decoded from.

    Remarks are told by `iio_codecs._png_told`: libpng would unpack them, too, and talk about them.

    Parameters
    ----------
    data : bytes
        A whole file.
    transparency : bool
        Whether to keep the chunk that makes one value of gray or color transparent; that of a
        palette is always kept.
    """
    parts, kept = [], 0
    for kind, start, end in chunks(data):
        if kind == b"IHDR":
            transparency = transparency or data[start + 9] == _PALETTE
        if kind[0] & _ANCILLARY and not (kind == b"tRNS" and transparency):
            parts.append(data[kept : start - 8])
            kept = end + 4
    return b"".join([*parts, data[kept:]]) if kept else data


def check_whole(data: bytes) -> None:
    """Raise `Short` if a file ends before its last chunk does."""
    if max(found.end for found in chunks(data)) + 4 > len(data):
        raise Short("a chunk is cut")


def _header(
    width: int, height: int, depth: int, color: int, method: int, filtering: int, interlace: int
) -> Layout:
    if depth not in _DEPTHS.get(color, ()):
        raise ValueError(f"there are no PNGs of color type {color} with {depth} bits a sample")
    if method or filtering or interlace > 1:
        raise ValueError("it is compressed, filtered or interlaced in a way that is not PNG's")
    if max(width, height) > _LONGEST:
        raise ValueError(f"it declares {width} x {height} pixels")
    return Layout(height, width, _CHANNELS[color], "uint16" if depth == 16 else "uint8", depth)


def chunk(kind: bytes, *parts: bytes) -> bytes:
    """Return a chunk with its length and its check sum."""
    data = b"".join(parts)
    sum_ = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", sum_)


@dataclass(frozen=True, slots=True)
class Control:
    """A frame of an animation, as its chunk fcTL describes it.

    Parameters
    ----------
    parts : tuple of (int, int)
        Where its compressed pixels are.
    width, height, x, y : int
        The rectangle of the canvas that it covers.
    numerator, denominator : int
        How long it is shown, in seconds.
    dispose, blend : int
        What becomes of the canvas behind it, and whether it is drawn over what was there.
    """

    parts: tuple[tuple[int, int], ...]
    width: int
    height: int
    x: int
    y: int
    numerator: int
    denominator: int
    dispose: int
    blend: int

    @property
    def duration(self) -> float:
        """How long it is shown, in milliseconds."""
        return 1000 * self.numerator / (self.denominator or 100)


@dataclass(frozen=True, slots=True)
class Animation:
    """An animated PNG.

    Parameters
    ----------
    frames : tuple of Control
        Its frames.
    loop : int
        How often it is played; 0 is for ever.
    header : bytes
        The data of IHDR.
    shared : tuple of (int, int)
        Where the chunks are that all frames need: palette and transparency.
    default_image : bool
        Whether the first image is not a part of the animation.
    """

    frames: tuple[Control, ...]
    loop: int
    header: bytes
    shared: tuple[tuple[int, int], ...]
    default_image: bool


def is_animated(data: bytes) -> bool:
    """Tell whether a file declares to be an animation, which it does before its pixels."""
    kinds = (found.kind for found in chunks(data))
    return next(kind for kind in kinds if kind in (b"acTL", b"IDAT", b"IEND")) == b"acTL"


def animation(data: bytes) -> Animation:
    """Return the frames of an animated file.

    Raises
    ------
    ValueError
        If a frame is missing or does not fit on the canvas; `Short` if the file is cut.
    """
    found = _Frames()
    for one in chunks(data):
        if one.end > len(data):
            raise Short("a chunk is cut")
        found.add(data, one)
    return found.animation()


class _Frames:
    """What the chunks of an animation say, gathered one after the other."""

    def __init__(self) -> None:
        self._declared: int | None = None
        self._loop = 0
        self._controls: list[tuple[int, ...]] = []
        self._parts: list[list[tuple[int, int]]] = []
        self._shared: list[tuple[int, int]] = []
        self._header = b""
        self._default_image = False

    def add(self, data: bytes, found: Chunk) -> None:
        """Take in the next chunk."""
        kind, start, end = found
        length = end - start
        match kind:
            case b"IHDR":
                self._header = data[start:end]
            case b"acTL" if length == 8:
                self._declared, self._loop = struct.unpack_from(">II", data, start)
            case b"PLTE" | b"tRNS":
                self._shared.append((start - 8, end + 4))
            case b"fcTL" if length == 26:
                self._controls.append(struct.unpack_from(">IIIIHHBB", data, start + 4))
                self._parts.append([])
            case b"IDAT":
                self._default_image = not self._controls
                self._add_pixels(start, end)
            case b"fdAT" if length >= 4:
                self._add_pixels(start + 4, end)

    def animation(self) -> Animation:
        """Return the frames, checked."""
        parted = zip(self._controls, self._parts, strict=True)
        frames = tuple(Control(tuple(parts), *numbers) for numbers, parts in parted)
        if len(frames) != self._declared or not frames:
            raise ValueError(f"it declares {self._declared} frames and has {len(frames)}")
        _check(frames, *struct.unpack_from(">II", self._header))
        shared = tuple(self._shared)
        return Animation(frames, self._loop, self._header, shared, self._default_image)

    def _add_pixels(self, start: int, end: int) -> None:
        if self._parts:
            self._parts[-1].append((start, end))


def _check(frames: tuple[Control, ...], width: int, height: int) -> None:
    for number, frame in enumerate(frames):
        fits = 0 < frame.width <= width - frame.x and 0 < frame.height <= height - frame.y
        if not fits or frame.dispose > 2 or frame.blend > 1 or not frame.parts:
            raise ValueError(f"frame {number} does not fit on the canvas, or has no pixels")
