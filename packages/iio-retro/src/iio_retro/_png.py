"""PNG images as parts of other files: MNG, JNG, cursors and metafiles.

After *Portable Network Graphics (PNG) Specification (Third Edition)*, sections 5.3 (chunks), 7.2
(scanlines), 8.1 (interlacing), 9 (filtering) and 11.2.1 (IHDR)::

    ├────────┬──────┬──────┬─────┤   IHDR ├───────┬────────┬───────┬───────┬───┬───┬───────────┤
    │ length │ name │ data │ CRC │        │ width │ height │ depth │ color │ 0 │ 0 │ interlaced│
    └────────┴──────┴──────┴─────┘        └───────┴────────┴───────┴───────┴───┴───┴───────────┘
    color: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ._bits import row_bytes, unpack
from ._input import Bytes, Input
from ._still import Array
from ._unfilter import unfilter

__all__ = ["SIGNATURE", "Chunk", "Png", "chunks", "inflate", "read_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_CHUNK = struct.Struct(">I4s")
_IHDR = struct.Struct(">IIBBBBB")
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# First column and row of each pass, and the steps between them.
_PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its name, its data, and where it ends."""

    name: bytes
    data: bytes
    end: int


def chunks(input: Input, start: int) -> Iterator[Chunk]:
    """Iterate over chunks; one that is cut or damaged is an error."""
    while start < len(input):
        length, name = input.unpack(_CHUNK, start, "a chunk")
        whole = input.part(start + 4, length + 8, f"the chunk {name!r}")
        if zlib.crc32(whole[:-4]) != int.from_bytes(whole[-4:], "big"):
            raise input.wrong(f"the chunk {name!r} at {start} is damaged")
        start += 12 + length
        yield Chunk(name, whole[4:-4], start)


class Png:
    """An image of PNG chunks.

    Parameters
    ----------
    input : Input
        The file it is in, for messages.
    header : bytes
        The data of its IHDR.
    """

    def __init__(self, input: Input, header: bytes) -> None:
        if len(header) != _IHDR.size:
            raise input.wrong(f"IHDR has {len(header)} bytes, not {_IHDR.size}")
        fields = _IHDR.unpack(header)
        self.width, self.height, self.depth, self.color, method, filters, self.interlaced = fields
        input.size(self.width, self.height)
        known = self.depth in _DEPTHS.get(self.color, ())
        if not known or method or filters or self.interlaced > 1:
            raise input.wrong(f"there is no PNG of color {self.color} and depth {self.depth}")
        self._input = input
        self.palette: bytes = b""
        self.transparent: bytes = b""
        self.data: list[bytes] = []

    def add(self, chunk: Chunk) -> None:
        """Take a chunk that may belong to the image."""
        if chunk.name == b"PLTE":
            self.palette = chunk.data
        elif chunk.name == b"tRNS":
            self.transparent = chunk.data
        elif chunk.name == b"IDAT":
            self.data.append(chunk.data)

    @property
    def has_alpha(self) -> bool:
        """Whether some pixels may be transparent."""
        return self.color >= 4 or bool(self.transparent)

    @property
    def dtype(self) -> str:
        """The dtype of `pixels`."""
        return "uint16" if self.depth == 16 else "uint8"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `pixels`."""
        channels = (3 if self.color & 2 else 1) + self.has_alpha
        return (self.height, self.width, channels)[: 3 if channels > 1 else 2]

    def pixels(self) -> Array:
        """Decode the image: gray, gray and alpha, RGB or RGBA."""
        samples = self._samples()
        if self.color == 3:
            return self._colored(samples[..., 0])
        opaque = self._keyed(samples)
        if self.depth < 8:
            samples = samples * np.uint8(255 // (2**self.depth - 1))
        if opaque is not None:
            alpha = opaque * samples.dtype.type(255 if self.depth <= 8 else 65535)
            samples = np.concatenate([samples, alpha[..., None]], axis=2)
        return samples[..., 0] if samples.shape[2] == 1 else samples

    def _keyed(self, samples: Array) -> Array | None:
        """Return where the samples are not those of the color that is transparent."""
        if not self.transparent or self.color >= 4:
            return None
        count = samples.shape[2]
        if len(self.transparent) != 2 * count:
            raise self._input.wrong(f"tRNS has {len(self.transparent)} bytes, not {2 * count}")
        key = np.frombuffer(self.transparent, ">u2")
        opaque: Array = (samples != key).any(axis=2)
        return opaque

    def _colored(self, numbers: Array) -> Array:
        count = len(self.palette) // 3
        if len(self.palette) % 3 or not 0 < count <= 256:
            raise self._input.wrong(f"PLTE has {len(self.palette)} bytes")
        if int(numbers.max()) >= count:
            raise self._input.wrong(f"a pixel has the color {numbers.max()} of {count}")
        palette = np.frombuffer(self.palette, np.uint8).reshape(-1, 3)
        if self.transparent:
            alpha = np.frombuffer(self.transparent[:count].ljust(count, b"\xff"), np.uint8)
            palette = np.concatenate([palette, alpha[:, None]], axis=1)
        return palette[numbers]

    def _samples(self) -> Array:
        """Return the samples as they are stored, ``(height, width, samples)``."""
        count = _SAMPLES[self.color]
        passes = _PASSES if self.interlaced else ((0, 0, 1, 1),)
        sizes = [
            (-(-(self.height - y) // dy), -(-(self.width - x) // dx)) for x, y, dx, dy in passes
        ]
        strides = [row_bytes(width, self.depth * count) for _, width in sizes]
        wanted = sum(
            height * (stride + 1)
            for (height, width), stride in zip(sizes, strides, strict=True)
            if width > 0 and height > 0
        )
        raw = inflate(self._input, self.data, wanted)
        out = np.empty((self.height, self.width, count), self.dtype)
        start = 0
        for (x, y, dx, dy), (height, width), stride in zip(passes, sizes, strides, strict=True):
            if width > 0 and height > 0:
                coded = raw[start : start + height * (stride + 1)].reshape(height, stride + 1)
                start += coded.size
                out[y::dy, x::dx] = self._rows(coded, width, count)
        return out

    def _rows(self, coded: Bytes, width: int, count: int) -> Array:
        filters, rows = coded[:, 0], coded[:, 1:]
        if int(filters.max()) > 4:
            raise self._input.wrong(f"there is no filter {filters.max()}")
        rows = unfilter(filters, rows, max(1, self.depth * count // 8))
        if self.depth == 16:
            return rows.view(">u2").reshape(len(rows), width, count)
        return unpack(rows, width * count, self.depth).reshape(len(rows), width, count)


def inflate(input: Input, parts: Sequence[bytes], wanted: int) -> Bytes:
    """Return as many bytes as are wanted of a zlib stream; it is an error if there are not."""
    stream = zlib.decompressobj()
    out = bytearray()
    try:
        for part in parts:
            out += stream.decompress(part, max(wanted - len(out), 1))
            if len(out) >= wanted:
                break
    except zlib.error as error:
        raise input.wrong(f"its compressed pixels are damaged: {error}") from error
    if len(out) != wanted:
        raise input.wrong(f"its compressed pixels are {len(out)} bytes, and not {wanted}")
    return np.frombuffer(out, np.uint8)


def read_png(input: Input, start: int) -> Png:
    """Return the image of a whole PNG file that begins at `start` in another file."""
    found: Png | None = None
    for chunk in chunks(input, start + len(SIGNATURE)):
        if chunk.name == b"IHDR" and found is None:
            found = Png(input, chunk.data)
        elif chunk.name == b"IEND":
            break
        elif found is not None:
            found.add(chunk)
    if found is None or not found.data:
        raise input.wrong("a PNG in it has no pixels")
    return found
