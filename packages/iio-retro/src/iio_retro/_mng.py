"""MNG: animations of PNG and JNG images.

After *MNG (Multiple-image Network Graphics) Format Version 1.0* (2001), section 4, of the simple
profiles (MNG-LC and MNG-VLC) all, and stored images that are shown again::

    ├──────────┬─ MHDR ─────────────────────────────┬──────┬──────┬────────────────────┬──────┤
    │ 8a M N G │ width │ height │ ticks │ counts and│ BACK │ FRAM │ IHDR … IDAT … IEND │ MEND │
    │ 0d0a1a0a │       │        │ a sec.│ profile   │      │      │ JHDR … JDAT … IEND │      │
    └──────────┴───────┴────────┴───────┴───────────┴──────┴──────┴────────────────────┴──────┘

Loops are told in the metadata, and not played.
"""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from iio_core import Index, Resource

from ._mng_frames import Frame, Layer, tell
from ._still import Array, Still

__all__ = ["MngReader"]


class MngReader(Still):
    """Reads an animation: each frame as it is seen, in the size of the whole.

    ``index=None`` is all frames of an animation, and the image of a file with only one.
    """

    FORMAT = "MNG"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._story = tell(self.input)
        frames = self._story.frames
        self.default_index: int | EllipsisType = ... if len(frames) > 1 else 0
        deep = any(layer.image.dtype == "uint16" for f in frames for layer in f.layers)
        self.dtype = "uint16" if deep else "uint8"
        self._most = 65535 if deep else 255
        opaque = self._story.background is not None or all(map(self._covers, frames))
        self.shape = (self._story.height, self._story.width, 3 if opaque else 4)
        self.told = self._story.told
        self._number = -1
        self._canvas: Array | None = None

    def _covers(self, frame: Frame) -> bool:
        """Whether a frame leaves nothing to be seen of what was there before."""
        width, height = self._story.width, self._story.height
        return any(
            layer.box is None
            and layer.x <= 0
            and layer.y <= 0
            and layer.x + layer.image.width >= width
            and layer.y + layer.image.height >= height
            and not layer.image.has_alpha
            for layer in frame.layers
        )

    def count(self) -> int:
        """Return how many frames there are."""
        return len(self._story.frames)

    def read(self, *, index: Index = None) -> Array:
        """Decode a frame.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 3)``, or ``(height, width, 4)`` if something may be transparent, of
            uint8, or uint16 if any image of the file has 16 bits.
        """
        number = self.number(index)
        if number == self._number and self._canvas is not None:
            return self._seen(self._canvas)
        frames = self._story.frames
        canvas, start = self._canvas, self._number + 1
        if canvas is None or number < start:
            canvas, start = None, 0
        # What a later frame hides need not be painted.
        for i in range(number, start - 1, -1):
            if frames[i].restores or self._covers(frames[i]):
                start = i
                break
        self._canvas = None  # until it is whole again
        for frame in frames[start : number + 1]:
            if canvas is None or frame.restores:
                canvas = self._background()
            for layer in frame.layers:
                self._paint(canvas, layer)
        assert canvas is not None
        self._number, self._canvas = number, canvas
        return self._seen(canvas)

    def _seen(self, canvas: Array) -> Array:
        return canvas[..., : self.shape[2]].copy()

    def _background(self) -> Array:
        canvas = np.zeros((*self.shape[:2], 4), self.dtype)
        if self._story.background is not None:
            color = np.array(self._story.background, np.uint16)
            canvas[..., :3] = color if self._most > 255 else color >> 8
            canvas[..., 3] = self._most
        return canvas

    def _paint(self, canvas: Array, layer: Layer) -> None:
        """Lay an image over what is there."""
        image = layer.image
        left, right, top, bottom = layer.box or (0, canvas.shape[1], 0, canvas.shape[0])
        left, right = max(left, 0, layer.x), min(right, canvas.shape[1], layer.x + image.width)
        top, bottom = max(top, 0, layer.y), min(bottom, canvas.shape[0], layer.y + image.height)
        if left >= right or top >= bottom:
            return
        self.input.charge(*image.shape, itemsize=np.dtype(image.dtype).itemsize)
        over = image.pixels()[top - layer.y : bottom - layer.y, left - layer.x : right - layer.x]
        if over.dtype != canvas.dtype:
            over = over.astype(np.uint16) * np.uint16(257)
        if over.ndim == 2:
            over = over[..., None]
        below = canvas[top:bottom, left:right]
        if not image.has_alpha:
            below[..., :3] = over
            below[..., 3] = self._most
            return
        color, alpha = over[..., :-1], over[..., -1]
        full = alpha == self._most
        below[full, :3] = np.broadcast_to(color, (*alpha.shape, 3))[full]
        below[full, 3] = self._most
        partly = (alpha > 0) & ~full
        if partly.any():
            below[partly] = _blended(
                below[partly],
                np.broadcast_to(color, (*alpha.shape, 3))[partly],
                alpha[partly],
                self._most,
            )

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return ``duration`` in milliseconds; of the whole file ``loop`` and texts."""
        if index is ...:
            return dict(self.told)
        duration = self._story.frames[self.number(index)].duration
        return {**self.told, "duration": duration}


def _blended(below: Array, color: Array, alpha: Array, most: int) -> Array:
    """Return colors with an alpha over others with theirs."""
    opacity = (alpha / most)[:, None]
    under = (below[:, 3] / most)[:, None] * (1 - opacity)
    total = opacity + under
    mixed = (color * opacity + below[:, :3] * under) / total
    blended: Array = np.rint(np.concatenate([mixed, total * most], axis=1)).astype(below.dtype)
    return blended
