"""GIF files, assembled frame by frame.

Pillow merges frames that are equal, whatever it is told, and wants all of them at once. Here only
the LZW encoding is left to it; blocks, palettes, delays and disposals are written as the GIF89a
specification has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageChops

from ._gif_blocks import XMP_TRAILER, scan
from ._gif_layout import BACKGROUND, KEEP, Box
from ._gif_palette import Indexer, Palette, simplify

__all__ = ["GifAssembler"]

_LONGEST = 65535  # sides, delays in hundredths of a second, loops: all have 16 bits


@dataclass(slots=True)
class _Pending:
    """An encoded frame that waits for its disposal, which depends on the next one."""

    data: bytes
    palette: Palette
    box: Box
    delay: int
    disposal: int | None


class GifAssembler:
    """Writes a GIF, one frame at a time.

    Every frame is kept, also if it is equal to the one before. One encoded frame is held back; with
    `subrectangles` the previous image too.

    Parameters
    ----------
    file : binary file
        Is only written to, in order; is left open.
    loop : int or None
        0 plays the animation forever, None once. Other numbers are stored as they are; most
        players repeat it so many times after the first. A single image gets no loop count.
    comment, xmp, icc_profile : bytes, optional
        Are embedded before the first frame.
    """

    def __init__(
        self,
        file: IO[bytes],
        *,
        loop: int | None = 0,
        comment: bytes | None = None,
        xmp: bytes | None = None,
        icc_profile: bytes | None = None,
    ) -> None:
        if loop is not None and not 0 <= loop <= _LONGEST:
            raise ValueError(f"loop must be between 0 and {_LONGEST} or None, not {loop}")
        if xmp is not None and b"\0" in xmp:
            raise ValueError("XMP in a GIF may not hold zero bytes")
        self._file = file
        self._loop = loop
        self._comment, self._xmp, self._icc_profile = comment, xmp, icc_profile
        self._size: tuple[int, int] | None = None
        self._global: Palette | None = None
        self._pending: _Pending | None = None
        self._previous: Image.Image | None = None  # what the pending frame shows, if known
        self._indexers: dict[tuple[int, bool], Indexer] = {}
        self._owed = 0.0  # hundredths of a second that rounding has left over
        self._begun = False

    def add(
        self,
        image: Image.Image,
        *,
        duration_ms: float,
        palette_size: int = 256,
        subrectangles: bool = False,
        dither: bool = False,
        disposal: int | None = None,
    ) -> None:
        """Append a frame.

        Gray images, and others of at most `palette_size` colors, are kept exactly; those of more
        colors are quantized. Alpha below 128 becomes transparent, which takes one of the colors.

        Parameters
        ----------
        image : PIL.Image.Image
            Of mode 1, L, LA, P, PA, RGB or RGBA, and of the size of the first frame.
        duration_ms : float
            How long it is shown; what rounding to hundredths of a second leaves over is carried
            to the next frame.
        palette_size : int
            From 2 to 256; rounded up to a power of two.
        subrectangles : bool
            Whether only the bounds of what has changed are stored.
        dither : bool
            Whether missing colors are mixed (Floyd-Steinberg).
        disposal : {0, 1, 2, 3}, optional
            What players do before the next frame: nothing, nothing, clear, restore. By default it
            is chosen such that every frame looks as it was given.

        Raises
        ------
        ValueError
            If the frame does not fit; then nothing has been added.
        """
        if not 2 <= palette_size <= 256:
            raise ValueError(f"palette_size must be between 2 and 256, not {palette_size}")
        if disposal not in (None, 0, 1, 2, 3):
            raise ValueError(f"disposal must be 0, 1, 2, 3 or None, not {disposal}")
        self._check_size(image.size)
        delay, owed = self._rounded(duration_ms)
        colors = 1 << (palette_size - 1).bit_length()
        indexer = self._indexers.get((colors, dither))
        if indexer is None:
            indexer = self._indexers[colors, dither] = Indexer(colors, dither=dither)

        shown = simplify(image)
        clear = self._must_clear(shown)
        whole = (0, 0, *image.size)
        box = whole
        if subrectangles and disposal in (None, 0, 1):
            box = self._changed(shown, clear)
        if self._pending is not None:
            if clear and self._pending.box != whole and self._previous is not None:
                # Only the frame's own rectangle is cleared: it has to be the whole canvas.
                delay_before = self._pending.delay
                self._pending = self._encode(self._previous, whole, indexer, delay_before, None)
            self._flush(self._pending, BACKGROUND if clear else KEEP)
        self._pending = self._encode(shown, box, indexer, delay, disposal)
        if self._global is None:
            self._global, self._size = self._pending.palette, image.size
        self._owed = owed
        self._previous = None
        if subrectangles and disposal in (None, 0, 1):
            self._previous = shown.copy() if shown is image else shown

    @property
    def reduced(self) -> bool:
        """Whether a frame had more colors than fit, and has others now."""
        return any(indexer.reduced for indexer in self._indexers.values())

    def finish(self) -> None:
        """Write the last frame and the trailer.

        Raises
        ------
        ValueError
            If there is no frame.
        """
        if self._pending is None:
            raise ValueError("a GIF needs at least one frame")
        if not self._begun:
            self._loop = None
        self._flush(self._pending, KEEP)
        self._pending = self._previous = None
        self._file.write(b";")

    def _check_size(self, size: tuple[int, int]) -> None:
        if self._size is not None and self._size != size:
            width, height = self._size
            raise ValueError(
                "all frames of a GIF have the size of the first: "
                f"{width} x {height}, not {size[0]} x {size[1]}"
            )
        if not all(1 <= side <= _LONGEST for side in size):
            raise ValueError(
                f"a GIF is between 1 and {_LONGEST} pixels wide and high, not {size[0]} x {size[1]}"
            )

    def _rounded(self, duration_ms: float) -> tuple[int, float]:
        if not 0 <= duration_ms <= 10 * _LONGEST:
            raise ValueError(
                f"a GIF frame is shown for 0 to {10 * _LONGEST} ms, not for {duration_ms}"
            )
        exact = duration_ms / 10 + self._owed
        delay = min(max(math.floor(exact + 0.5), 0), _LONGEST)
        return delay, exact - delay

    def _must_clear(self, shown: Image.Image) -> bool:
        """Whether the pending frame has to go, because `shown` is transparent where it is not."""
        if self._pending is None or self._pending.disposal is not None or shown.mode != "RGBA":
            return False
        alpha = shown.getchannel("A")
        if self._previous is None or self._previous.mode != "RGBA":
            return alpha.getextrema() != (255, 255)
        return ImageChops.subtract(self._previous.getchannel("A"), alpha).getbbox() is not None

    def _changed(self, shown: Image.Image, clear: bool) -> Box:
        """Return the bounds of what has to be drawn."""
        if clear:
            box = shown.getchannel("A").getbbox()
        elif self._previous is None:
            return (0, 0, *shown.size)
        elif self._previous.mode == shown.mode:
            box = ImageChops.difference(self._previous, shown).getbbox(alpha_only=False)
        else:
            before, after = self._previous.convert("RGBA"), shown.convert("RGBA")
            box = ImageChops.difference(before, after).getbbox(alpha_only=False)
        return box or (0, 0, 1, 1)  # a frame has to have a pixel

    def _encode(
        self, image: Image.Image, box: Box, indexer: Indexer, delay: int, disposal: int | None
    ) -> _Pending:
        """Return a frame of the pixels of `image` within `box`."""
        part = image if box == (0, 0, *image.size) else image.crop(box)
        frame = indexer.index(part, self._global)
        # Saving changes an image, and takes notice of what is in its info.
        pixels = frame.indices.copy()
        pixels.info = {}
        single = BytesIO()
        pixels.save(single, "GIF", optimize=False, interlace=False)
        (found,) = scan(single).frames
        data = single.getvalue()[found.start : found.stop]
        return _Pending(data, frame.palette, box, delay, disposal)

    def _flush(self, pending: _Pending, disposal: int) -> None:
        if not self._begun:
            self._file.write(self._header())
            self._begun = True
        if pending.disposal is not None:
            disposal = pending.disposal
        palette, (left, top, right, bottom) = pending.palette, pending.box
        flags, table = (0, b"") if palette == self._global else (0x7F + palette.bits, palette.table)
        self._file.write(
            b"".join(
                [
                    b"!\xf9\x04",
                    bytes([disposal << 2 | palette.has_gap]),
                    _u16(pending.delay),
                    bytes([palette.gap or 0, 0]),
                    b",",
                    _u16(left, top, right - left, bottom - top),
                    bytes([flags]),
                    table,
                    pending.data,
                ]
            )
        )

    def _header(self) -> bytes:
        """Return everything in front of the first frame."""
        if self._global is None or self._size is None:
            raise AssertionError("the header needs the first frame")
        bits = self._global.bits
        parts = [
            b"GIF89a",
            _u16(*self._size),
            bytes([0xF0 | bits - 1, self._global.gap or 0, 0]),
            self._global.table,
        ]
        if self._loop is not None:
            parts += [b"!\xff\x0bNETSCAPE2.0\x03\x01", _u16(self._loop), b"\0"]
        if self._comment is not None:
            parts += [b"!\xfe", _sub_blocks(self._comment)]
        if self._icc_profile is not None:
            parts += [b"!\xff\x0bICCRGBG1012", _sub_blocks(self._icc_profile)]
        if self._xmp is not None:
            parts += [b"!\xff\x0bXMP DataXMP", self._xmp, XMP_TRAILER]
        return b"".join(parts)


def _u16(*values: int) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def _sub_blocks(data: bytes) -> bytes:
    parts = [data[i : i + 255] for i in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"
