"""JNG: a JPEG image with a mask of transparency, in chunks as PNG has them.

After *JNG (JPEG Network Graphics) Format Version 1.0* (2001), sections 1.1 (chunks) and 1.2::

    ├───────────┬─ JHDR ─────────────────────────────────────────────────────────┬──────┬──────┤
    │ 8b J N G  │ width │ height │ color │ depth │ 8 │inter-│ alpha: depth, com-  │ data │ IEND │
    │ 0d0a1a0a  │       │        │ 8…14  │ 8 …   │   │laced │ pression, filter, … │      │      │
    └───────────┴───────┴────────┴───────┴───────┴───┴──────┴─────────────────────┴──────┴──────┘
    color: 8 gray, 10 color, and 4 more with alpha. JDAT: the JPEG stream. Alpha is a gray image:
    IDAT, as in PNG (compression 0), or JDAA, a JPEG stream (compression 8).
"""

from __future__ import annotations

import struct

import numpy as np

from iio_core import Resource, warn

from ._input import Input
from ._jpeg import decode_jpeg
from ._png import Chunk, Png, chunks
from ._still import Array, Still

__all__ = ["Jng", "JngReader"]

_JHDR = struct.Struct(">IIBBBBBBBB")
_IHDR = struct.Struct(">IIBBBBB")
_COLORS = {8: "L", 10: "RGB", 12: "L", 14: "RGB"}
_PNG, _JPEG = 0, 8


class Jng:
    """An image of JNG chunks.

    Parameters
    ----------
    input : Input
        The file it is in, for messages.
    header : bytes
        The data of its JHDR.
    """

    dtype = "uint8"

    def __init__(self, input: Input, header: bytes) -> None:
        if len(header) != _JHDR.size:
            raise input.wrong(f"JHDR has {len(header)} bytes, not {_JHDR.size}")
        fields = _JHDR.unpack(header)
        self.width, self.height, self.color, depth, compression, _, *alpha = fields
        input.size(self.width, self.height)
        if self.color not in _COLORS or compression != _JPEG:
            raise input.wrong(f"there is no JNG of color {self.color}, compression {compression}")
        # 20 means a stream of 8 bits and one of 12: the first is enough.
        if depth not in (8, 20):
            raise input.wrong(f"JNG of {depth} bits is not read")
        self._input = input
        self._alpha_depth, self._alpha_kind, _, self._alpha_interlaced = alpha
        if self.has_alpha and self._alpha_kind not in (_PNG, _JPEG):
            raise input.wrong(f"there is no alpha of compression {self._alpha_kind}")
        self._stream: list[bytes] = []
        self._alpha: list[bytes] = []
        self._second = False

    @property
    def has_alpha(self) -> bool:
        """Whether some pixels may be transparent."""
        return bool(self.color & 4)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `pixels`."""
        channels = (3 if self.color & 2 else 1) + self.has_alpha
        return (self.height, self.width, channels)[: 3 if channels > 1 else 2]

    @property
    def data(self) -> list[bytes]:
        """The parts of the JPEG stream."""
        return self._stream

    def add(self, chunk: Chunk) -> None:
        """Take a chunk that may belong to the image."""
        if chunk.name == b"JSEP":
            self._second = True
        elif chunk.name == b"JDAT" and not self._second:
            self._stream.append(chunk.data)
        elif chunk.name in (b"IDAT", b"JDAA"):
            self._alpha.append(chunk.data)

    def pixels(self) -> Array:
        """Decode the image: gray, gray and alpha, RGB or RGBA."""
        size = self.width, self.height
        color = decode_jpeg(self._input, b"".join(self._stream), size, _COLORS[self.color])
        if not self.has_alpha:
            return color
        return np.dstack([color, self._opacity()])

    def _opacity(self) -> Array:
        if self._alpha_kind == _JPEG:
            return decode_jpeg(self._input, b"".join(self._alpha), (self.width, self.height), "L")
        header = self.width, self.height, self._alpha_depth, 0, 0, 0, self._alpha_interlaced
        image = Png(self._input, _IHDR.pack(*header))
        image.data = self._alpha
        alpha = image.pixels()
        if alpha.dtype == np.uint16:
            warn(f"{self._input.name}: of 16 bits of alpha beside 8 of color, 8 are kept")
            alpha = (alpha >> 8).astype(np.uint8)
        return alpha


class JngReader(Still):
    """Reads an image."""

    FORMAT = "JNG"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        image: Jng | None = None
        ended = False
        for chunk in chunks(self.input, 8):
            if image is None:
                if chunk.name != b"JHDR":
                    raise self.input.wrong(f"it begins with {chunk.name!r} and not with JHDR")
                image = Jng(self.input, chunk.data)
            elif chunk.name == b"IEND":
                ended = True
                break
            else:
                image.add(chunk)
        if image is None or not ended or not image.data:
            raise self.input.wrong("it ends before its pixels do")
        self._image = image
        self.shape = image.shape

    def decode(self) -> Array:
        """Return the pixels."""
        return self._image.pixels()
