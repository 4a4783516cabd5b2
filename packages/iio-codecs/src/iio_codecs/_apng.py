"""The frames of an animated PNG as they are seen, composed at their own depth.

Portable Network Graphics (PNG) Specification (Third Edition), section 11.3.6 Animation information,
and section 13.18 Animation control.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from iio_core import Index, Limits

from ._backend import decode
from ._layout import Layout
from ._png_chunks import SIGNATURE, Animation, Control, chunk, pixels_only
from ._source import Source

__all__ = ["Canvas"]

_BACKGROUND, _PREVIOUS, _OVER = 1, 2, 1
_DISPOSALS = ("none", "background", "previous")


class Canvas:
    """Draws one frame after the other.

    Parameters
    ----------
    source : Source
        The file.
    format : str
        The name of its format.
    found : Animation
        Its frames.
    still : Layout
        What its header says.
    limits : Limits
        What the canvas may cost.
    """

    def __init__(
        self, source: Source, format: str, found: Animation, still: Layout, limits: Limits
    ) -> None:
        self._source = source
        self._format = format
        self._found = found
        first = found.frames[0]
        covered = (first.width, first.height) == (still.width, still.height)
        kept = first.dispose == 0 and all(f.dispose != _BACKGROUND for f in found.frames)
        # Where nothing is drawn it is transparent, and that needs an alpha channel.
        channels = still.channels + (still.channels in (1, 3) and not (covered and kept))
        self.layout = Layout(still.height, still.width, channels, still.dtype, still.bits)
        self._limits = limits
        self._next = 0
        self._canvas: np.ndarray = np.empty(0)

    @property
    def count(self) -> int:
        """How many images there are, one that is not of the animation included."""
        return len(self._found.frames) + self._found.default_image

    def image(self, number: int) -> np.ndarray:
        """Return an image; going back begins anew."""
        number -= self._found.default_image
        if number < 0:
            return self._with_alpha(self._decode(self._default()))
        if number < self._next or not self._next:
            self._next, self._canvas = 0, self._empty()
        while True:
            shown = self._draw(self._found.frames[self._next], self._next == number)
            self._next += 1
            if shown is not None:
                return shown

    def timing(self, index: Index) -> dict[str, Any]:
        """Return ``loop``, and of a frame its ``duration``, of the whole file all of them."""
        frames = self._found.frames
        found: dict[str, Any] = {"loop": self._found.loop}
        number = (index if isinstance(index, int) else 0) - self._found.default_image
        if index is ...:
            found["durations"] = [frame.duration for frame in frames]
        elif number >= 0:
            frame = frames[number]
            found |= {
                "duration": frame.duration,
                "disposal": _DISPOSALS[frame.dispose],
                "blend": "over" if frame.blend == _OVER else "source",
            }
        return found

    def _empty(self) -> np.ndarray:
        shape, dtype = self.layout.shape, np.dtype(self.layout.dtype)
        self._limits.check_array(
            shape, dtype.itemsize, resource_size=len(self._source.data), name=self._source.name
        )
        return np.zeros(shape, dtype)

    def _draw(self, frame: Control, wanted: bool) -> np.ndarray | None:
        """Draw a frame, and return the canvas if it is wanted, before the frame is disposed of."""
        area = self._canvas[frame.y : frame.y + frame.height, frame.x : frame.x + frame.width]
        before = area.copy() if frame.dispose == _PREVIOUS else None
        drawn = self._with_alpha(self._decode(self._file(frame)))
        if drawn.shape != area.shape or drawn.dtype != area.dtype:
            raise self._source.damaged(f"a frame of {area.shape} is one of {drawn.shape}")
        if frame.blend == _OVER and self.layout.channels in (2, 4):
            _over(area, drawn)
        else:
            area[...] = drawn
        shown = self._canvas.copy() if wanted else None
        if frame.dispose == _BACKGROUND or (before is not None and self._next == 0):
            area[...] = 0
        elif before is not None:
            area[...] = before
        return shown

    def _with_alpha(self, image: np.ndarray) -> np.ndarray:
        channels = 1 if image.ndim == 2 else image.shape[-1]
        if channels == self.layout.channels:
            return image
        wide = np.full(
            (*image.shape[:2], self.layout.channels), np.iinfo(image.dtype).max, image.dtype
        )
        wide[..., :channels] = image.reshape(*image.shape[:2], channels)
        return wide

    def _decode(self, data: bytes) -> np.ndarray:
        return decode("png", data, name=self._source.name, format=self._format)

    def _default(self) -> bytes:
        """Return the image that is not of the animation as a PNG file of its own."""
        return pixels_only(self._source.data, transparency=True)

    def _file(self, frame: Control) -> bytes:
        """Return a frame as a PNG file of its own."""
        data = self._source.data
        header = struct.pack(">II", frame.width, frame.height) + self._found.header[8:]
        parts = [SIGNATURE, chunk(b"IHDR", header)]
        parts += [data[start:end] for start, end in self._found.shared]
        parts.append(chunk(b"IDAT", *(data[start:end] for start, end in frame.parts)))
        return b"".join([*parts, chunk(b"IEND")])


def _over(area: np.ndarray, drawn: np.ndarray) -> None:
    """Draw over what is there. PNG Specification, section 13.16 Alpha channel processing."""
    top = float(np.iinfo(area.dtype).max)
    alpha = drawn[..., -1:] / top
    if (alpha == 1).all():
        area[...] = drawn
        return
    under = area[..., -1:] / top * (1 - alpha)
    total = alpha + under
    with np.errstate(invalid="ignore", divide="ignore"):
        color = (drawn[..., :-1] * alpha + area[..., :-1] * under) / total
    area[..., :-1] = np.where(total > 0, np.rint(color), 0).astype(area.dtype)
    area[..., -1:] = np.rint(total * top).astype(area.dtype)
