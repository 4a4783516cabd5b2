"""Bitmaps of SWF without loss: DefineBitsLossless and DefineBitsLossless2.

SWF File Format Specification, version 19, chapter 8: Bitmaps. Colors are multiplied by their alpha
there. A color table of all grays in their order is what a gray image is written as, and read as.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

__all__ = ["LOSSLESS", "LOSSLESS2", "BitmapError", "Described", "decoded", "described", "encoded"]

LOSSLESS, LOSSLESS2 = 20, 36
HEAD = 8  # bytes of a tag that tell what the bitmap is like

_INDEXED, _FIFTEEN, _DIRECT = 3, 4, 5
_GRAYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)

Image = np.ndarray[Any, Any]


class BitmapError(ValueError):
    """A bitmap is not as it should be."""


class Described:
    """What the head of a tag says of its bitmap.

    Parameters
    ----------
    code : int
        The tag's.
    head : bytes
        How its content begins.
    """

    def __init__(self, code: int, head: bytes) -> None:
        if len(head) < 7:
            raise BitmapError("its head is cut")
        self.format: int
        self.width: int
        self.height: int
        _, self.format, self.width, self.height = struct.unpack_from("<HBHH", head)
        self.alpha = code == LOSSLESS2
        if self.format not in (_INDEXED, _FIFTEEN, _DIRECT):
            raise BitmapError(f"it is of an unknown format, {self.format}")
        if self.alpha and self.format == _FIFTEEN:
            raise BitmapError("it has 15 bits and transparency, which there is not")
        if not self.width or not self.height:
            raise BitmapError(f"it has {self.width}x{self.height} pixels")
        self.start = 8 if self.format == _INDEXED else 7
        if self.format == _INDEXED and len(head) < 8:
            raise BitmapError("its head is cut")
        self.colors = head[7] + 1 if self.format == _INDEXED else 0

    @property
    def row(self) -> int:
        """How many bytes a row takes: they are multiples of 4."""
        size = {_INDEXED: 1, _FIFTEEN: 2, _DIRECT: 4}[self.format]
        return -(-self.width * size // 4) * 4

    @property
    def table(self) -> int:
        """How many bytes the color table takes."""
        return self.colors * (4 if self.alpha else 3)

    @property
    def size(self) -> int:
        """How many bytes the bitmap takes when it is decompressed."""
        return self.table + self.row * self.height

    def shape(self, palette: Image | None = None) -> tuple[int, ...]:
        """Return the shape of the array; `palette` tells whether it is gray."""
        if palette is not None and is_gray(palette):
            return (self.height, self.width)
        return (self.height, self.width, 4 if self.alpha else 3)


def described(code: int, head: bytes) -> Described:
    """Return what the head of a tag says of its bitmap."""
    return Described(code, head)


def is_gray(palette: Image) -> bool:
    """Tell whether a color table is all grays in their order."""
    return palette.shape == (256, 3) and bool(np.array_equal(palette, _GRAYS))


def palette_of(bitmap: Described, data: bytes) -> Image | None:
    """Return the color table of the content of a tag, of which the beginning is enough."""
    if not bitmap.colors:
        return None
    raw = inflated(data[bitmap.start :], bitmap.table, whole=False)
    return np.frombuffer(raw, np.uint8).reshape(bitmap.colors, -1)


def inflated(data: bytes, size: int, *, whole: bool = True) -> bytes:
    """Return so many bytes of what is compressed; no more are made."""
    try:
        raw = zlib.decompressobj().decompress(data, size)
    except zlib.error as error:
        raise BitmapError(f"its pixels cannot be decompressed: {error}") from None
    if len(raw) < size:
        raise BitmapError(f"it has {len(raw)} of {size} bytes")
    return raw


def decoded(bitmap: Described, data: bytes, *, premultiplied: bool = True) -> Image:
    """Return the image in the content of a tag.

    Parameters
    ----------
    bitmap : Described
        What its head says.
    data : bytes
        The content.
    premultiplied : bool
        Whether colors are stored multiplied by their alpha.
    """
    raw = np.frombuffer(inflated(data[bitmap.start :], bitmap.size), np.uint8)
    rows = raw[bitmap.table :].reshape(bitmap.height, bitmap.row)
    if bitmap.format == _INDEXED:
        palette = raw[: bitmap.table].reshape(bitmap.colors, -1)
        indices = rows[:, : bitmap.width]
        if is_gray(palette):
            return indices.copy()
        if int(indices.max()) >= bitmap.colors:
            raise BitmapError("it has an index that its color table has not")
        image = palette[indices]
    elif bitmap.format == _FIFTEEN:
        packed = rows[:, : 2 * bitmap.width].copy().view(">u2")
        five = np.stack([(packed >> shift) & 31 for shift in (10, 5, 0)], axis=-1)
        image = ((five << 3) | (five >> 2)).astype(np.uint8)
    else:
        stored = rows.reshape(bitmap.height, bitmap.width, 4)
        image = stored[..., [1, 2, 3, 0]] if bitmap.alpha else stored[..., 1:]
    if bitmap.alpha and premultiplied:
        return _divided(image)
    return np.ascontiguousarray(image)


def _divided(image: Image) -> Image:
    """Return an image with its colors divided by alpha."""
    alpha = image[..., 3:].astype(np.uint16)
    if int(alpha.min()) == 255:
        return np.ascontiguousarray(image)
    colors = image[..., :3].astype(np.uint16)
    some = np.maximum(alpha, 1)
    divided = np.minimum((colors * 255 + some // 2) // some, 255)
    return np.concatenate([divided, alpha], axis=-1).astype(np.uint8)


def encoded(number: int, image: Image) -> tuple[int, bytes]:
    """Return (code, content) of the tag that defines a bitmap.

    Parameters
    ----------
    number : int
        Its character ID.
    image : numpy.ndarray
        uint8; gray, RGB or RGBA.
    """
    height, width = image.shape[:2]
    if image.ndim == 2:
        row = -(-width // 4) * 4
        rows = np.zeros((height, row), np.uint8)
        rows[:, :width] = image
        raw = _GRAYS.tobytes() + rows.tobytes()
        head = struct.pack("<HBHHB", number, _INDEXED, width, height, 255)
        return LOSSLESS, head + zlib.compress(raw)
    stored = np.empty((height, width, 4), np.uint8)
    head = struct.pack("<HBHH", number, _DIRECT, width, height)
    if image.shape[2] == 3:
        stored[..., 0] = 0
        stored[..., 1:] = image
        return LOSSLESS, head + zlib.compress(stored.tobytes())
    alpha = image[..., 3:].astype(np.uint16)
    stored[..., :1] = alpha
    stored[..., 1:] = (image[..., :3] * alpha + 127) // 255
    return LOSSLESS2, head + zlib.compress(stored.tobytes())
