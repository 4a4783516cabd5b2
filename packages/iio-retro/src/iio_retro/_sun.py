"""Sun rasterfiles.

After *rasterfile(5)* in the SunOS Reference Manual (1988) and ``<rasterfile.h>``. Numbers are
big-endian::

    0       4       8        12      16       20     24       28      32
    ├───────┼───────┼────────┼───────┼────────┼──────┼────────┼───────┼────────┬──────────────┐
    │ magic │ width │ height │ depth │ length │ type │ type   │length │ map:   │ rows, each   │
    │59a66a95       │        │ 1 8 24│ of the │ 0-3  │ of the │of the │ all    │ padded to 16 │
    │       │       │        │ or 32 │ pixels │      │ map    │ map   │ R,G,B  │ bits         │
    └───────┴───────┴────────┴───────┴────────┴──────┴────────┴───────┴────────┴──────────────┘
    type 1: blue, green, red (before them a byte of no use in 32 bits); 3: red, green, blue
    type 2: 80 00 is the value 80, 80 n v is the value v n + 1 times, other bytes are values
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import Resource

from ._bits import pack, row_bytes, unpack_bits
from ._input import Bytes
from ._output import StillWriter
from ._still import Array, Still

__all__ = ["SunReader", "SunWriter"]

_HEADER = struct.Struct(">8I")
_MAGIC = 0x59A66A95
_OLD, _STANDARD, _ENCODED, _RGB = range(4)
_ESCAPE = 0x80


class SunReader(Still):
    """Reads a rasterfile."""

    FORMAT = "SUN"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        magic, width, height, depth, _, kind, map_kind, map_length = self.input.unpack(
            _HEADER, 0, "the header"
        )
        self.input.size(width, height)
        if magic != _MAGIC or depth not in (1, 8, 24, 32) or kind > _RGB or map_kind > 2:
            raise self.input.wrong(f"rasterfiles of depth {depth} and type {kind} are not read")
        self._depth, self._kind = depth, kind
        self._map = self._read_map(map_length) if map_kind == 1 and depth <= 8 else None
        self._start = _HEADER.size + map_length
        self._stride = row_bytes(width, depth, 2)
        if kind != _ENCODED:
            self.input.check(self._start, height * self._stride, "the rows")
        else:
            # Three bytes are 256 at most.
            self.input.check(self._start, height * self._stride // 86, "the runs")
        colored = depth > 8 or self._map is not None
        self.shape = (height, width, 3) if colored else (height, width)
        self.dtype = "bool" if depth == 1 and not colored else "uint8"

    def _read_map(self, length: int) -> Bytes:
        """Return the colors, ``(number, 3)``."""
        if length % 3 or not 3 <= length <= 768:
            raise self.input.wrong(f"a map of {length} bytes is not one of 1 to 256 colors")
        return self.input.array(_HEADER.size, length, "the map").reshape(3, -1).T

    def decode(self) -> Array:
        """Return the pixels."""
        height, width = self.shape[:2]
        size = height * self._stride
        if self._kind == _ENCODED:
            data = self._runs(size)
        else:
            data = self.input.array(self._start, size, "the rows")
        rows = data.reshape(height, self._stride)
        if self._depth > 8:
            samples = self._depth // 8
            pixels = rows[:, : width * samples].reshape(height, width, samples)[..., samples - 3 :]
            return pixels if self._kind == _RGB else pixels[..., ::-1]
        if self._map is None:
            # Bits without a map are black where they are set.
            return rows[:, :width] if self._depth == 8 else ~unpack_bits(rows, width)
        values = rows[:, :width] if self._depth == 8 else unpack_bits(rows, width).view(np.uint8)
        if int(values.max()) >= len(self._map):
            raise self.input.wrong("a pixel has a number that is not in the map")
        return self._map[values]

    def _runs(self, wanted: int) -> Bytes:
        """Return the values that type 2 codes."""
        # One byte more than there is, for an escape at the very end.
        coded = self.input.data[self._start :] + b"\0"
        data = np.frombuffer(coded, np.uint8)
        found = []
        behind = 0  # the code before, which further bytes 80 may belong to
        for place in np.flatnonzero(data == _ESCAPE).tolist():
            if place >= behind:
                found.append(place)
                behind = place + (3 if coded[place + 1] else 2)
        escapes = np.array(found, np.int64)
        counts = np.ones(len(data), np.int64)
        counts[-1] = 0
        counts[escapes + 1] = 0
        runs = escapes[data[escapes + 1] > 0]
        counts[runs] = 0
        within = runs[runs + 2 < len(data) - 1]
        counts[within + 2] = data[within + 1].astype(np.int64) + 1
        if int(counts.sum()) < wanted:
            raise self.input.wrong(f"its runs are less than the {wanted} bytes of its rows")
        last = int(np.searchsorted(np.cumsum(counts), wanted))
        if int(counts[: last + 1].sum()) != wanted:
            raise self.input.wrong(f"its runs go beyond the {wanted} bytes of its rows")
        return np.repeat(data[: last + 1], counts[: last + 1])


class SunWriter(StillWriter):
    """Writes a rasterfile."""

    FORMAT = "SUN"

    def write(self, image: Array, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Encode the image, without compression.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` of bool or uint8, or ``(height, width, 3)`` of uint8.
        metadata : mapping, optional
            Left out, with a warning: the format has no room for it.
        """
        bits = image.ndim == 2 and image.dtype == np.bool_
        colored = image.ndim == 3 and image.shape[2] == 3
        if not bits and not (image.dtype == np.uint8 and (image.ndim == 2 or colored)):
            hint = "image[..., :3] is without alpha"
            raise self.refused(image, "bool and uint8 of one or uint8 of three channels", hint)
        self.begin(image, metadata)
        height, width = image.shape[:2]
        if bits:
            depth, rows = 1, pack(~image, 2)
        else:
            depth = 24 if colored else 8
            flat = (image[..., ::-1] if colored else image).reshape(height, -1)
            rows = np.pad(flat, ((0, 0), (0, row_bytes(width, depth, 2) - flat.shape[1])))
        header = _HEADER.pack(_MAGIC, width, height, depth, rows.size, _STANDARD, 0, 0)
        self.save(header, rows)
