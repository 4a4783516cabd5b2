"""What a GIF says outside of its pixels, and what follows from it.

After the GIF89a specification (CompuServe 1990, as kept by the W3C). Where it leaves room, the
rules are those that browsers follow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

__all__ = ["BACKGROUND", "KEEP", "PREVIOUS", "Box", "GifFrame", "GifLayout", "Mode"]

KEEP, BACKGROUND, PREVIOUS = 1, 2, 3
"""Disposal methods: leave the frame, clear its rectangle, bring back what was there before it."""

GRAY_RAMP = bytes(value for value in range(256) for _ in range(3))
"""For frames with neither a local nor a global palette; the specification leaves it open."""

Box = tuple[int, int, int, int]
Mode = Literal["L", "RGB", "RGBA"]


@dataclass(frozen=True, slots=True)
class GifFrame:
    """One image of a GIF: where it goes, how long it stays, and where its data lie.

    Attributes
    ----------
    box : tuple of int
        Left, top, right, bottom, in pixels of the canvas; may reach beyond it.
    delay : int
        In hundredths of a second, as stored.
    disposal : int
        What becomes of the frame before the next one is drawn, as stored: 0 to 7.
    transparency : int or None
        The palette index that leaves the canvas as it is.
    palette : bytes or None
        The frame's own palette, three bytes a color; None if it uses the global one.
    interlaced : bool
        Whether the rows are stored in four passes.
    code_size : int
        The LZW minimum code size: pixels are below ``2 ** code_size``.
    start, stop : int
        Offsets in the file of the code size byte and of the end of the image data.
    """

    box: Box
    delay: int
    disposal: int
    transparency: int | None
    palette: bytes | None
    interlaced: bool
    code_size: int
    start: int
    stop: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frame's rectangle."""
        return self.box[3] - self.box[1], self.box[2] - self.box[0]

    @property
    def leaves_gaps(self) -> bool:
        """Whether the frame may have transparent pixels."""
        return self.transparency is not None and self.transparency < 1 << self.code_size

    @property
    def method(self) -> int:
        """The disposal as browsers read it: KEEP, BACKGROUND or PREVIOUS (also stored as 4)."""
        if self.disposal == BACKGROUND:
            return BACKGROUND
        return PREVIOUS if self.disposal in (3, 4) else KEEP

    def covers(self, box: Box) -> bool:
        """Whether the frame paints every pixel of `box`."""
        return not self.leaves_gaps and _contains(self.box, box)


@dataclass(frozen=True, slots=True)
class GifLayout:
    """All that a GIF says outside of its pixels.

    Attributes
    ----------
    screen : tuple of int
        Width and height of the canvas, as the header declares them.
    palette : bytes or None
        The global palette, three bytes a color.
    background : int
        Index of the background color; browsers ignore it.
    loop : int or None
        The stored loop count; 0 is forever, None is no count: the animation is played once.
    comments : tuple of bytes
        Comment extensions, in order.
    xmp, icc_profile : bytes or None
        The embedded packets.
    frames : tuple of GifFrame
        The frames whose data are there to the last block.
    terminated : bool
        Whether the file has its trailer.
    truncated : bool
        Whether the file ends, or goes wrong, inside of a block.
    """

    screen: tuple[int, int]
    palette: bytes | None
    background: int
    loop: int | None
    comments: tuple[bytes, ...]
    xmp: bytes | None
    icc_profile: bytes | None
    frames: tuple[GifFrame, ...]
    terminated: bool
    truncated: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of every frame as it is shown.

        A first frame that is larger than the declared screen enlarges it; later ones are cut.
        """
        width, height = self.screen
        if self.frames:
            _, _, right, bottom = self.frames[0].box
            width, height = max(width, right), max(height, bottom)
        return width, height

    @property
    def duration(self) -> int:
        """Of all frames together, in milliseconds."""
        return 10 * sum(frame.delay for frame in self.frames)

    @property
    def mode(self) -> Mode:
        """The one Pillow mode that holds every frame as it is shown, without loss."""
        if self.is_transparent:
            return "RGBA"
        return "L" if all(map(_is_gray, self._used_palettes())) else "RGB"

    @property
    def is_transparent(self) -> bool:
        """Whether some frame, as it is shown, may have transparent pixels.

        Transparency that only lets an earlier frame shine through does not count.
        """
        gap: Box | None = (0, 0, *self.size)  # the bounds of what nothing has been painted on
        for frame in self.frames:
            before = gap
            if gap is not None and frame.covers(gap):
                gap = None
            if gap is not None:
                return True
            if frame.method == BACKGROUND:
                gap = self.clip(frame.box)
            elif frame.method == PREVIOUS:
                gap = before
        return False

    def clip(self, box: Box) -> Box | None:
        """Return the part of `box` that lies on the canvas, or None."""
        width, height = self.size
        left, top, right, bottom = box[0], box[1], min(box[2], width), min(box[3], height)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def palette_of(self, frame: GifFrame) -> bytes:
        """Return the colors that `frame` is painted with."""
        return frame.palette or self.palette or GRAY_RAMP

    def first_needed(self, index: int) -> int:
        """Return the frame from which drawing has to start to show frame `index`."""
        canvas = (0, 0, *self.size)
        for k in range(index, 0, -1):
            frame, last = self.frames[k], self.frames[k - 1]
            if frame.covers(canvas) and (k == index or frame.method != PREVIOUS):
                return k
            if last.method == BACKGROUND and _contains(last.box, canvas):
                return k
        return 0

    def _used_palettes(self) -> Iterable[bytes]:
        yield from {self.palette_of(frame) for frame in self.frames}


def _contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def _is_gray(palette: bytes) -> bool:
    return palette[::3] == palette[1::3] == palette[2::3]
