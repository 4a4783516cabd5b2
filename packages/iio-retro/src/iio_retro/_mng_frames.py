"""What a MNG file shows, frame by frame, without decoding any pixels.

After *MNG (Multiple-image Network Graphics) Format Version 1.0* (2001), section 4. A layer is an
image at a place. Each is a frame of its own (framing modes 1 and 3), or those up to the next FRAM
are one (2 and 4); in modes 3 and 4 a frame begins with the background, in the others with what is
there already.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace
from typing import Any

from ._input import Input
from ._jng import Jng
from ._png import Chunk, Png, chunks

__all__ = ["Frame", "Layer", "Story", "tell"]

_MHDR = struct.Struct(">7I")
_MOST = 1 << 16  # layers: a file of a few bytes could show its images without end
_PAINTED = 1 << 30  # pixels of all layers of one frame, for the same reason
_VISITS = 1 << 22  # of stored images, by chunks that name a range of them
# What changes images that are there already: none of these are in the simple profiles.
_NOT_READ = frozenset({b"BASI", b"DHDR", b"PAST", b"MAGN", b"PPLT"})

Box = tuple[int, int, int, int]  # left, right, top, bottom


@dataclass(frozen=True, slots=True)
class Layer:
    """An image, and where it is shown."""

    image: Png | Jng
    x: int
    y: int
    box: Box | None


@dataclass(slots=True)
class Frame:
    """What is shown at a time."""

    layers: list[Layer]
    restores: bool
    duration: float


@dataclass(slots=True)
class _Object:
    """What DEFI, MOVE and CLIP say of an image, and the image itself once it is there."""

    x: int = 0
    y: int = 0
    box: Box | None = None
    hidden: bool = False
    image: Png | Jng | None = None


@dataclass(slots=True)
class Story:
    """The whole file."""

    width: int
    height: int
    ticks: int
    frames: list[Frame] = field(default_factory=list)
    background: tuple[int, int, int] | None = None
    told: dict[str, Any] = field(default_factory=dict)


def tell(input: Input) -> Story:
    """Read the chunks of a file."""
    return _Teller(input).story()


class _Teller:
    def __init__(self, input: Input) -> None:
        self._input = input
        self._chunks = chunks(input, 8)
        first = next(self._chunks, None)
        if first is None or first.name != b"MHDR" or len(first.data) != _MHDR.size:
            raise input.wrong("it does not begin with MHDR")
        width, height, ticks, *_ = _MHDR.unpack(first.data)
        input.size(width, height)
        self._story = Story(width, height, ticks)
        self._objects: dict[int, _Object] = {0: _Object()}
        self._current = 0
        self._mode = 1
        self._delay = self._usual_delay = 1
        self._open: Frame | None = None
        self._layers = self._painted = self._visits = 0
        self._palette = self._transparent = b""

    def story(self) -> Story:
        """Go through the chunks."""
        for chunk in self._chunks:
            if chunk.name == b"MEND":
                if not self._story.frames:
                    raise self._input.wrong("it shows no images")
                return self._story
            if chunk.name in _NOT_READ:
                raise self._input.wrong(
                    f"it has {chunk.name.decode()}, which changes stored images and is not read"
                )
            take = getattr(self, f"_take_{chunk.name.decode('ascii', 'replace').lower()}", None)
            if take is not None:
                take(chunk)
        raise self._input.wrong("it ends before MEND: it is cut")

    def _take_back(self, chunk: Chunk) -> None:
        if len(chunk.data) < 6:
            raise self._input.wrong("BACK is too short")
        if len(chunk.data) > 6 and chunk.data[6] & 1:
            red, green, blue = struct.unpack(">3H", chunk.data[:6])
            self._story.background = red, green, blue

    def _take_term(self, chunk: Chunk) -> None:
        if chunk.data[:1] == b"\x03" and len(chunk.data) == 10:
            _, _, count = struct.unpack(">xBII", chunk.data)
            self._story.told["loop"] = 0 if count == 0x7FFFFFFF else count

    def _take_text(self, chunk: Chunk) -> None:
        name, _, text = chunk.data.partition(b"\0")
        self._story.told.setdefault(name.decode("latin-1"), text.decode("latin-1"))

    def _take_plte(self, chunk: Chunk) -> None:
        self._palette = chunk.data

    def _take_trns(self, chunk: Chunk) -> None:
        self._transparent = chunk.data

    def _take_defi(self, chunk: Chunk) -> None:
        data = chunk.data
        if len(data) not in (2, 3, 4, 12, 28):
            raise self._input.wrong(f"DEFI has {len(data)} bytes")
        self._current = int.from_bytes(data[:2], "big")
        known = self._objects.setdefault(self._current, _Object())
        known.hidden = len(data) > 2 and data[2] != 0
        if len(data) >= 12:
            known.x, known.y = struct.unpack(">ii", data[4:12])
        if len(data) == 28:
            known.box = struct.unpack(">4i", data[12:])

    def _take_move(self, chunk: Chunk) -> None:
        first, last, kind, x, y = self._unpack(">HHBii", chunk)
        for known in self._range(first, last):
            known.x, known.y = (known.x + x, known.y + y) if kind & 1 else (x, y)

    def _take_clip(self, chunk: Chunk) -> None:
        first, last, kind, *box = self._unpack(">HHB4i", chunk)
        for known in self._range(first, last):
            if kind & 1 and known.box is not None:
                box = [a + b for a, b in zip(known.box, box, strict=True)]
            known.box = box[0], box[1], box[2], box[3]

    def _take_clon(self, chunk: Chunk) -> None:
        if len(chunk.data) < 4:
            raise self._input.wrong("CLON is too short")
        source, target = struct.unpack(">HH", chunk.data[:4])
        if source not in self._objects:
            raise self._input.wrong(f"CLON of an image {source} that is not there")
        known = replace(self._objects[source])
        if len(chunk.data) > 5:
            known.hidden = chunk.data[5] != 0
        if len(chunk.data) >= 16:
            kind, x, y = struct.unpack(">Bii", chunk.data[7:16])
            known.x, known.y = (known.x + x, known.y + y) if kind & 1 else (x, y)
        self._objects[target] = known
        if not known.hidden:
            self._show(known)

    def _take_disc(self, chunk: Chunk) -> None:
        numbers = struct.unpack(f">{len(chunk.data) // 2}H", chunk.data[: len(chunk.data) // 2 * 2])
        for number in numbers or [n for n in self._objects if n]:
            self._objects.pop(number, None)
        self._objects.setdefault(0, _Object())

    def _take_show(self, chunk: Chunk) -> None:
        data = chunk.data
        if len(data) not in (0, 2, 4, 5):
            raise self._input.wrong(f"SHOW has {len(data)} bytes")
        first = int.from_bytes(data[:2], "big") if data else 1
        last = int.from_bytes(data[2:4], "big") if len(data) >= 4 else first if data else 0xFFFF
        mode = data[4] if len(data) == 5 else 0
        for known in self._range(first, last):
            if mode in (0, 2):
                known.hidden = False
            elif mode in (1, 3):
                known.hidden = True
            if mode in (0, 2, 4) and not known.hidden:
                self._show(known)

    def _take_fram(self, chunk: Chunk) -> None:
        data = chunk.data
        self._open = None
        self._delay = self._usual_delay
        if not data:
            return
        if data[0]:
            if data[0] > 4:
                raise self._input.wrong(f"there is no framing mode {data[0]}")
            self._mode = data[0]
        _, mark, changes = data[1:].partition(b"\0")
        if not mark or len(changes) < 4:
            return
        if changes[0]:
            delay = int.from_bytes(changes[4:8], "big")
            self._delay = delay
            if changes[0] == 2:
                self._usual_delay = delay

    def _take_ihdr(self, chunk: Chunk) -> None:
        self._image(Png(self._input, chunk.data))

    def _take_jhdr(self, chunk: Chunk) -> None:
        self._image(Jng(self._input, chunk.data))

    def _image(self, image: Png | Jng) -> None:
        """Take the chunks of an image, and show it."""
        for chunk in self._chunks:
            if chunk.name == b"IEND":
                break
            image.add(chunk)
        else:
            raise self._input.wrong("an image does not end: it is cut")
        if not image.data:
            raise self._input.wrong("an image has no pixels")
        if isinstance(image, Png) and image.color == 3 and not image.palette:
            # An empty PLTE, or none, stands for that of the whole file.
            image.palette = self._palette
            image.transparent = image.transparent or self._transparent
        known = self._objects.setdefault(self._current, _Object())
        known.image = image
        if not known.hidden:
            self._show(known)
        if not self._current:
            self._objects[0] = replace(known, image=None)

    def _range(self, first: int, last: int) -> list[_Object]:
        """Return the objects of these numbers."""
        self._visits += len(self._objects)
        if self._visits > _VISITS:
            raise self._input.wrong("it changes its stored images more often than any file does")
        numbers = sorted(n for n in self._objects if min(first, last) <= n <= max(first, last))
        return [self._objects[n] for n in (numbers if first <= last else numbers[::-1])]

    def _show(self, known: _Object) -> None:
        if known.image is None:
            return
        self._layers += 1
        if self._layers > _MOST:
            raise self._input.wrong(f"it shows more than {_MOST} images")
        layer = Layer(known.image, known.x, known.y, known.box)
        if self._open is None or self._mode not in (2, 4):
            self._painted = 0
        self._painted += known.image.width * known.image.height
        if self._painted > _PAINTED and self._painted > known.image.width * known.image.height:
            raise self._input.wrong(f"the images of one frame have more than {_PAINTED} pixels")
        if self._open is not None and self._mode in (2, 4):
            self._open.layers.append(layer)
            return
        ticks = self._story.ticks
        duration = 1000 * self._delay / ticks if ticks else 0.0
        self._open = Frame([layer], self._mode >= 3, duration)
        self._story.frames.append(self._open)

    def _unpack(self, layout: str, chunk: Chunk) -> tuple[Any, ...]:
        size = struct.calcsize(layout)
        if len(chunk.data) < size:
            raise self._input.wrong(f"{chunk.name.decode()} is too short")
        return struct.unpack(layout, chunk.data[:size])
