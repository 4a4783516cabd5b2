"""The frames of a GIF as browsers show them.

Pillow draws GIF animations itself, but not by the rules: it fills disposed areas with the
background color, lets a frame without a disposal inherit the one before, enlarges the canvas in
the middle of an animation, and shows opaque colors where nothing was painted. So only the LZW
decoding is left to it, one frame at a time, and the drawing is done here.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any

import numpy as np
from PIL import Image
from PIL.GifImagePlugin import GifImageFile

from ._gif_layout import BACKGROUND, PREVIOUS, Box, GifFrame, GifLayout, Mode

__all__ = ["frames"]

_SMALL = 1 << 24  # pixels
_LONGEST_CODE = 4096  # no LZW code stands for more pixels than the code table has entries


def frames(
    file: IO[bytes],
    layout: GifLayout,
    *,
    start: int = 0,
    stop: int | None = None,
    mode: Mode | None = None,
) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Decode and draw the frames from `start` to `stop`.

    Parameters
    ----------
    file : binary file
        The one that `layout` was made from.
    layout : GifLayout
        What `scan` found.
    start, stop : int
        As in a slice, but not negative.
    mode : {"L", "RGB", "RGBA"}, optional
        What to draw in, if not in ``layout.mode``.

    Yields
    ------
    numpy.ndarray
        Of ``layout.size``, ``uint8``: ``(height, width)`` in mode L, else
        ``(height, width, channels)``. Where nothing is painted, it is zero. Each is the caller's.

    Raises
    ------
    ValueError
        If the data of a frame are damaged.
    """
    stop = len(layout.frames) if stop is None else min(stop, len(layout.frames))
    if start >= stop:
        return
    mode = mode or layout.mode
    canvas = Image.new(mode, layout.size)
    for k in range(layout.first_needed(start), stop):
        frame = layout.frames[k]
        if k < start and frame.method == PREVIOUS:
            continue  # it will have left no trace
        before = canvas
        if (box := layout.clip(frame.box)) is not None:
            try:
                canvas = _draw(file, layout, frame, box, canvas)
            except MemoryError:
                raise
            except Exception as error:
                raise ValueError(f"frame {k} of the GIF cannot be decoded: {error}") from error
        if k >= start:
            yield np.array(canvas)
        if frame.method == PREVIOUS:
            canvas = before
        elif frame.method == BACKGROUND and box is not None:
            canvas.paste(0 if mode == "L" else (0,) * len(mode), box)


def _draw(
    file: IO[bytes], layout: GifLayout, frame: GifFrame, box: Box, canvas: Image.Image
) -> Image.Image:
    """Return the canvas with `frame` on it; the old one is kept if the frame will be undone."""
    height, width = frame.shape
    if width * height > max(canvas.width * canvas.height, _SMALL):
        # Only what is on the canvas was asked for; Pillow would decode all of it.
        raise ValueError(f"its {width} x {height} pixels are many more than the canvas has")
    pixels = _decode(file, frame)
    mask = None
    if frame.leaves_gaps:
        lut = [255] * 256
        lut[frame.transparency or 0] = 0
        mask = pixels.point(lut)
    painted = _paint(pixels, layout.palette_of(frame), canvas.mode)
    if mask is None and frame.box == box and painted.size == canvas.size:
        return painted
    if frame.method == PREVIOUS:
        canvas = canvas.copy()
    canvas.paste(painted, frame.box, mask)
    return canvas


def _paint(pixels: Image.Image, palette: bytes, mode: str) -> Image.Image:
    """Return the palette indices as colors."""
    if mode == "L" and palette[::3] == palette[1::3] == palette[2::3]:
        return pixels.point([*palette[::3], *bytes(256 - len(palette) // 3)])
    pixels.putpalette(palette + bytes(768 - len(palette)))
    return pixels.convert(mode)


def _decode(file: IO[bytes], frame: GifFrame) -> Image.Image:
    """Return the palette indices of one frame as an image of mode L.

    Pillow is handed a GIF of this one frame and without a palette.
    """
    height, width = frame.shape
    n_bytes = frame.stop - frame.start
    if width * height > n_bytes * 8 // (frame.code_size + 1) * _LONGEST_CODE:
        raise ValueError(f"{n_bytes} bytes are too few for {width} x {height} pixels")
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    file.seek(frame.start)
    single = b"".join(
        [
            b"GIF89a" + size + bytes(3),
            b"," + bytes(4) + size + (b"\x40" if frame.interlaced else b"\0"),
            file.read(n_bytes),
            b";",
        ]
    )
    # Not Image.open, which has a limit on pixels of its own.
    image = GifImageFile(BytesIO(single))
    image.load()
    return image
