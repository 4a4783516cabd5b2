"""Windows cursors.

After Microsoft, *Icons* (John Hornick, 1995), "What's in an Icon?", and *Windows resources*,
"NEWHEADER structure"::

    ├───┬───┬────────┬─ for each image, 16 bytes ─────────────────────────────────────┬────────┐
    │ 0 │ 2 │ number │ width │ height │ colors │ 0 │ hotspot x, y │ length │ where it is│ images │
    └───┴───┴────────┴───────┴────────┴────────┴───┴──────────────┴────────┴────────────┴────────┘
    An image is a PNG file, or a bitmap (see iio_retro._dib) whose height is that of its colors and
    of its mask below them: bits in rows padded to 4 bytes, 1 where one sees through.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import ImageProperties, Index, OptionError, Resource

from ._bits import pack, row_bytes, unpack_bits
from ._dib import Dib
from ._output import StillWriter
from ._png import SIGNATURE, Png, read_png
from ._still import Array, Still

__all__ = ["CurReader", "CurWriter"]

_HEAD = struct.Struct("<HHH")
_ENTRY = struct.Struct("<BBBBHHII")
_DIB = struct.Struct("<IiiHHIIiiII")
_CURSOR = 2
_MOST = 256


class CurReader(Still):
    """Reads cursors, each RGBA; ``index=None`` is the largest."""

    FORMAT = "CUR"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        zero, kind, count = self.input.unpack(_HEAD, 0, "the header")
        if zero or kind != _CURSOR or not count:
            raise self.input.wrong("it is no cursor, or one without images")
        self.input.check(_HEAD.size, count * _ENTRY.size, "the list of images")
        self._entries = [
            self.input.unpack(_ENTRY, _HEAD.size + i * _ENTRY.size, "an image")
            for i in range(count)
        ]
        if sum(entry[6] for entry in self._entries) > len(self.input):
            raise self.input.wrong("its images overlap")
        self.default_index = max(range(count), key=self._area)

    def _area(self, number: int) -> int:
        """Return how large an image is by the list, where 0 stands for 256."""
        width, height, *_ = self._entries[number]
        return (width or _MOST) * (height or _MOST)

    def _image(self, number: int) -> Png | Dib:
        *_, length, start = self._entries[number]
        self.input.check(start, length, f"image {number}")
        if self.input.data.startswith(SIGNATURE, start):
            image = read_png(self.input, start)
            if image.depth == 16:
                raise self.input.wrong("cursors have 8 bits a color, not 16")
            return image
        return Dib(self.input, start, halved=True)

    def count(self) -> int:
        """Return how many images there are."""
        return len(self._entries)

    def read(self, *, index: Index = None) -> Array:
        """Decode an image.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 4)`` of uint8.
        """
        image = self._image(self.number(index))
        pixels = image.pixels()
        if isinstance(image, Png):
            return _rgba(pixels)
        if pixels.shape[2] == 4 and pixels[..., 3].any():
            return pixels
        return np.dstack([pixels[..., :3], self._alpha(image)])

    def _alpha(self, image: Dib) -> Array:
        """Return the alpha that the mask below an image makes."""
        stride = row_bytes(image.width, 1, 4)
        rows = self.input.array(image.end, image.height * stride, "the mask")
        bits = unpack_bits(rows.reshape(image.height, stride), image.width)
        return np.where(bits if image.upright else bits[::-1], 0, 255).astype(np.uint8)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe an image."""
        image = self._image(self.number(index))
        return self.described((image.height, image.width, 4))

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the hotspot, ``(x, y)``: the pixel that points."""
        if index is ...:
            return {}
        _, _, _, _, x, y, _, _ = self._entries[self.number(index)]
        return {"hotspot": (x, y)}

    def number(self, index: Index) -> int:
        """Return the number of the image that is meant."""
        return super().number(self.default_index if index is None else index)


def _rgba(pixels: Array) -> Array:
    """Return what a PNG has as RGBA of 8 bits."""
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.shape[2] < 3:
        pixels = np.concatenate([*[pixels[..., :1]] * 3, pixels[..., 1:]], axis=2)
    if pixels.shape[2] == 3:
        pixels = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    return pixels


class CurWriter(StillWriter):
    """Writes a cursor, or several sizes of one."""

    FORMAT = "CUR"

    def __init__(self, target: Any) -> None:
        super().__init__(target)
        self._images: list[tuple[Array, tuple[int, int]]] = []

    def write(
        self,
        image: Array,
        *,
        metadata: Mapping[str, Any] | None = None,
        hotspot: tuple[int, int] | None = None,
    ) -> None:
        """Encode a cursor.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width, 4)`` of uint8, at most 256 × 256.
        metadata : mapping, optional
            ``hotspot`` is kept.
        hotspot : tuple of int, optional
            Column and row of the pixel that points; by default (0, 0).
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 4:
            hint = "np.dstack([image, np.full_like(image[..., 0], 255)]) adds alpha to RGB"
            raise self.refused(image, "uint8 of shape (height, width, 4)", hint)
        told = (metadata or {}).get("hotspot")
        spot = _spot(told if hotspot is None else hotspot, image.shape)
        if spot is None and hotspot is not None:
            raise OptionError(f"hotspot={hotspot!r} is not a column and a row of the image")
        self.begin(image, metadata, holds=("hotspot",) if spot else (), most=_MOST)
        if len(self._images) == 0xFFFF:
            raise self.error("CUR holds 65535 images")
        self._images.append((image.copy(), spot or (0, 0)))

    def close(self) -> None:
        """Write the file."""
        bodies = [_encoded(image) for image, _ in self._images]
        place = _HEAD.size + _ENTRY.size * len(bodies)
        entries = []
        for (image, spot), body in zip(self._images, bodies, strict=True):
            height, width = image.shape[:2]
            entries.append(_ENTRY.pack(width & 255, height & 255, 0, 0, *spot, len(body), place))
            place += len(body)
        self.save(_HEAD.pack(0, _CURSOR, len(bodies)), *entries, *bodies)


def _encoded(image: Array) -> bytes:
    """Return an image as a bitmap of 32 bits with its mask."""
    height, width = image.shape[:2]
    mask = pack(image[::-1, :, 3] == 0, 4)
    size = image.nbytes + mask.nbytes
    header = _DIB.pack(_DIB.size, width, 2 * height, 1, 32, 0, size, 0, 0, 0, 0)
    return header + image[::-1][..., [2, 1, 0, 3]].tobytes() + mask.tobytes()


def _spot(value: Any, shape: tuple[int, ...]) -> tuple[int, int] | None:
    try:
        x, y = map(int, value)
    except (TypeError, ValueError):
        return None
    return (x, y) if 0 <= x < shape[1] and 0 <= y < shape[0] else None
