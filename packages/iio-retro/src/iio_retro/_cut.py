"""Dr. Halo: pictures of 256 colors in a .CUT file, the colors themselves in a .PAL file beside it.

After Murray and vanRyper, *Encyclopedia of Graphics File Formats*, 2nd edition, "Dr. Halo"::

    .CUT   0       2        4      6
           ├───────┼────────┼──────┼─ for each row ───────────────────────────┐
           │ width │ height │ 0    │ length │ runs, and a code 0 at the end    │
           └───────┴────────┴──────┴──────────────────────────────────────────┘
           run: 1nnnnnnn value (n times), 0nnnnnnn and n values; 0 ends a row

    .PAL   0    2         4      6      7         8      10     12     14     20      40
           ├────┼─────────┼──────┼──────┼─────────┼──────┼──────┼──────┼──────┼───────┼─────┐
           │ AH │ version │ size │ kind │ subtype │board │ mode │ most │ most │ name  │     │
           │    │         │      │ $0A  │ 0       │      │      │ index│ R,G,B│       │     │
           └────┴─────────┴──────┴──────┴─────────┴──────┴──────┴──────┴──────┴───────┴─────┘
           from 40 on three 16-bit numbers a color, none of which crosses a multiple of 512
"""

from __future__ import annotations

import struct

import numpy as np

from iio_core import Resource, warn

from ._input import Bytes, Input
from ._runs import Packets, Table
from ._still import Array, Still

__all__ = ["CutReader"]

_HEADER = struct.Struct("<HHH")
_LENGTH = struct.Struct("<H")
_PALETTE = struct.Struct("<2sHHBBHHHHHH")
_SECTOR, _BEGIN, _COLOR = 512, 40, 6
_MOST = 4096  # bytes that a palette has any use for

_CODES = range(256)
_RUNS = Table(
    [1 if c == 0 else 2 if c > 127 else 1 + c for c in _CODES],
    [c & 127 for c in _CODES],
    [0 < c < 128 for c in _CODES],
)


class CutReader(Still):
    """Reads a picture: gray, or with its palette beside it in color."""

    FORMAT = "CUT"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        width, height, reserved = self.input.unpack(_HEADER, 0, "the header")
        self.input.size(width, height)
        if reserved:
            raise self.input.wrong("it does not begin as a Dr. Halo picture")
        # Every row has at least its length and two bytes.
        self.input.check(_HEADER.size, height * 4, "the rows")
        self._palette = _beside(resource)
        self.shape = (height, width) if self._palette is None else (height, width, 3)

    def decode(self) -> Array:
        """Return the pixels."""
        height, width = self.shape[:2]
        packets = Packets(self.input.data, _RUNS)
        place = _HEADER.size
        for row in range(height):
            (length,) = self.input.unpack(_LENGTH, place, f"row {row}")
            place += _LENGTH.size
            self.input.check(place, length, f"row {row}")
            if packets.find(place, place + length, width) < 0:
                raise self.input.wrong(f"the runs of row {row} are not {width} pixels")
            place += length
        values = packets.decode().reshape(height, width)
        if self._palette is None:
            return values
        if int(values.max()) >= len(self._palette):
            raise self.input.wrong(
                f"its palette has {len(self._palette)} colors, and it needs {values.max() + 1}"
            )
        return self._palette[values]


def _beside(resource: Resource) -> Bytes | None:
    """Return the colors of the palette that lies beside a picture; None if there is none."""
    stem = resource.filename[: len(resource.filename) - len(resource.extension)]
    stem = stem.replace("\\", "/").rpartition("/")[2]
    for extension in (".pal", ".PAL", ".Pal") if stem else ():
        try:
            palette = Input(resource.companion(stem + extension), "CUT", most=_MOST)
        except FileNotFoundError:
            continue
        if palette.data.startswith(b"AH"):
            return read_palette(palette)
        warn(f"{palette.name} is not a palette of Dr. Halo: the picture is read as gray")
    return None


def read_palette(palette: Input) -> Bytes:
    """Return the colors of a palette, ``(number, 3)``."""
    _, _, _, kind, subtype, _, _, last, *most = palette.unpack(_PALETTE, 0, "the palette")
    if kind != 0x0A or subtype:
        raise palette.wrong("it is a palette for one kind of display only, which is not read")
    if last > 255:
        raise palette.wrong(f"it declares {last + 1} colors, and there are at most 256")
    places = []
    place = _BEGIN
    for _ in range(last + 1):
        if place % _SECTOR + _COLOR > _SECTOR:
            place += _SECTOR - place % _SECTOR
        places.append(place)
        place += _COLOR
    palette.check(places[-1], _COLOR, "the colors")
    words = np.frombuffer(palette.data, np.uint8)[np.add.outer(places, range(_COLOR))]
    colors = words.view("<u2").astype(np.int64)
    scale = np.array(most)
    if (colors > scale).any() or not scale.all():
        raise palette.wrong("a color is beyond the most that it declares")
    made: Bytes = ((colors * 255 + scale // 2) // scale).astype(np.uint8)
    return made
