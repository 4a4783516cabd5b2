r"""IFUNC Image Memory, as LabEye and the Python Imaging Library wrote it.

No specification was published; after *IM (LabEye)*,
http://fileformats.archiveteam.org/wiki/IM_(LabEye), and files of both programs::

    0                                                     512          768 bytes more, with a Lut
    ├─────────────────────────────────────────────────────┼────────────┼─────────────────────────┐
    │ "Image type: RGB image\r\n"                         │ Lut: 256   │ rows, the lowest first: │
    │ "Image size (x*y): 128*96\r\n" …  1a  0 0 0 …       │ R, G and B │ each R, then G, then B  │
    └─────────────────────────────────────────────────────┴────────────┴─────────────────────────┘
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import Resource

from ._bits import pack, row_bytes, unpack_bits
from ._output import StillWriter
from ._still import Array, Still

__all__ = ["ImReader", "ImWriter"]

_HEAD, _MOST = 512, 1 << 15
_LINE = re.compile(rb"([A-Za-z][^:\r\n]{0,63}):[ \t]*([^\r\n]{0,400})\r?\n")
_SIZE = re.compile(r"(\d{1,9})\s*[*xX]\s*(\d{1,9})(?:\s*[*xX]\s*(\d{1,9}))?")
# The kind of image: dtype and channels.
_KINDS: dict[str, tuple[str, int]] = {
    "0 1": ("bool", 1),
    "L 1": ("bool", 1),
    "B1": ("bool", 1),
    "Greyscale": ("u1", 1),
    "Grayscale": ("u1", 1),
    "L 8": ("u1", 1),
    "L 8S": ("i1", 1),
    "L 16": ("<u2", 1),
    "L 16S": ("<i2", 1),
    "L 16B": (">u2", 1),
    "L 32": ("<u4", 1),
    "L 32S": ("<i4", 1),
    "L 32 S": ("<i4", 1),
    "L 32F": ("<f4", 1),
    "L 32 F": ("<f4", 1),
    "LA": ("u1", 2),
    "RGB": ("u1", 3),
    "RGBA": ("u1", 4),
}

_PALETTE = "Lut"
_DESCRIBES = frozenset({"Image type", "Image size (x*y)", "File size (no of images)"})


class ImReader(Still):
    """Reads an image."""

    FORMAT = "IM"

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        head, mark, _ = self.input.data[:_MOST].partition(b"\x1a")
        lines = _LINE.findall(head)
        if not mark or not lines:
            raise self.input.wrong("it does not begin with lines of names and values")
        self.told = {k.decode("latin-1"): v.decode("latin-1").strip() for k, v in lines}
        kind = self.told.get("Image type", "").removesuffix(" image")
        size = _SIZE.fullmatch(self.told.get("Image size (x*y)", ""))
        if kind not in _KINDS or size is None:
            raise self.input.wrong(f"images of type {kind!r} are not read")
        count = self.told.get("File size (no of images)", "1")
        if size[3] not in (None, "1") or count.strip("0. ") != "1":
            raise self.input.wrong(f"it holds {size[3] or count} images, and one is read")
        self._type, self._channels = _KINDS[kind]
        width, height = int(size[1]), int(size[2])
        self.input.size(width, height)
        self._start = max(_HEAD, -(-(len(head) + 1) // _HEAD) * _HEAD)
        self._palette = self._lut() if _PALETTE in self.told else None
        dtype = np.dtype(self._type)
        self.dtype = dtype.name
        self._stride = row_bytes(width, 1 if dtype.kind == "b" else 8 * dtype.itemsize)
        self._length = self._stride * height * self._channels
        self.input.check(self._start, self._length, "the rows")
        channels = self._channels if self._palette is None else 3
        self.shape = (height, width, channels) if channels > 1 else (height, width)

    def _lut(self) -> Array | None:
        """Return the palette, ``(256, 3)``; None if it is one of grays in their order."""
        del self.told[_PALETTE]  # it is applied
        palette = self.input.array(self._start, 768, "the palette").reshape(3, 256).T
        self._start += 768
        gray = np.arange(256, dtype=np.uint8)[:, None]
        return None if self._type != "u1" or (palette == gray).all() else palette

    def decode(self) -> Array:
        """Return the pixels."""
        height, width = self.shape[:2]
        data = self.input.array(self._start, self._length, "the rows")
        if self._type == "bool":
            return unpack_bits(data.reshape(height, self._stride)[::-1], width)
        rows = data.view(self._type).reshape(height, self._channels, width)[::-1].transpose(0, 2, 1)
        if self._channels > 1:
            return rows.astype(self.dtype)
        image = rows[..., 0].astype(self.dtype)
        return image if self._palette is None else self._palette[image]


class ImWriter(StillWriter):
    """Writes an image."""

    FORMAT = "IM"

    def write(self, image: Array, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` of bool, uint8, uint16, int32 or float32, or
            ``(height, width, channels)`` of uint8 with 2, 3 or 4 channels.
        metadata : mapping, optional
            Left out, with a warning.
        """
        one = {
            "bool": "0 1",
            "uint8": "Greyscale",
            "uint16": "L 16",
            "int32": "L 32S",
            "float32": "L 32F",
        }
        several = {2: "LA", 3: "RGB", 4: "RGBA"}
        kind = None
        if image.ndim == 2:
            kind = one.get(image.dtype.name)
        elif image.ndim == 3 and image.dtype == np.uint8:
            kind = several.get(image.shape[2])
        if kind is None:
            held = "uint8 of 1 to 4 channels, and bool, uint16, int32 and float32 of one"
            raise self.refused(image, held, "image.astype(np.float32) makes it one of these")
        self.begin(image, metadata, holds=_DESCRIBES)
        height, width = image.shape[:2]
        lines = (
            f"Image type: {kind} image\r\nImage size (x*y): {width}*{height}\r\n"
            "File size (no of images): 1\r\n"
        )
        head = lines.encode().ljust(_HEAD - 1, b"\0") + b"\x1a"
        if image.dtype == np.bool_:
            self.save(head, pack(image[::-1]))
            return
        flat = image[::-1].reshape(height, width, -1).transpose(0, 2, 1)
        self.save(head, flat.astype(image.dtype.newbyteorder("<")).tobytes())
