"""The XML at the end of an SPE 3 file: SPE 3.0 File Format Specification, chapter 3.

``DataFormat`` describes a frame: its regions, one after the other, and, up to its stride, what the
camera noted for it, which ``MetaFormat`` describes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np

from iio_core import DecodeError

__all__ = ["Layout", "Note", "Region", "layout"]

_PIXELS = {
    "MonochromeUnsigned16": "<u2",
    "MonochromeUnsigned32": "<u4",
    "MonochromeFloating32": "<f4",
}
_NOTES = {("Int64", 64): "<q", ("Double", 64): "<d"}
_MOST = 1000  # regions of a frame


@dataclass(frozen=True)
class Region:
    """A region of interest of every frame.

    Parameters
    ----------
    offset : int
        Where it stands in the frame.
    shape : (int, int)
        Height and width.
    """

    offset: int
    shape: tuple[int, int]


@dataclass(frozen=True)
class Note:
    """What the camera noted for every frame.

    Parameters
    ----------
    name : str
        What it is.
    offset : int
        Where it stands in the frame.
    code : str
        How it is packed.
    resolution : int
        How many of its units make a second, if it is a time; else 0.
    """

    name: str
    offset: int
    code: str
    resolution: int

    def value(self, data: bytes) -> int | float:
        """Return what is noted, times in seconds."""
        (found,) = struct.unpack(self.code, data)
        number: int | float = found
        return number / self.resolution if self.resolution else number


@dataclass(frozen=True)
class Layout:
    """How frames are laid out.

    Parameters
    ----------
    count : int
        How many there are.
    stride : int
        How many bytes are from one to the next.
    dtype : numpy.dtype
        Of a pixel.
    regions : tuple of Region
        One at least.
    notes : tuple of Note
        What stands behind them.
    """

    count: int
    stride: int
    dtype: np.dtype[Any]
    regions: tuple[Region, ...]
    notes: tuple[Note, ...] = ()


def layout(text: bytes, name: str) -> Layout:
    """Return the layout that the XML describes.

    Raises
    ------
    DecodeError
        If it is damaged, or makes no sense.
    """
    narrow = text.replace(b"\0", b"")  # of UTF-16, too
    if b"<!DOCTYPE" in narrow or b"<!ENTITY" in narrow:
        raise DecodeError(f"{name}: its XML declares entities, which SPE has no use for")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # or of its encoding
        raise DecodeError(f"{name}: the XML at its end is damaged: {error}") from error
    frame = root.find("{*}DataFormat/{*}DataBlock")
    if frame is None or frame.get("type") != "Frame":
        raise DecodeError(f"{name}: the XML at its end describes no frames")
    kind = _PIXELS.get(frame.get("pixelFormat", ""))
    if kind is None:
        raise DecodeError(f"{name}: there are no pixels {frame.get('pixelFormat')!r}")
    dtype = np.dtype(kind)
    regions = tuple(_regions(frame, dtype.itemsize, name))
    size, stride = _whole(frame, "size", name), _whole(frame, "stride", name)
    if not regions or sum(r.shape[0] * r.shape[1] for r in regions) * dtype.itemsize > stride:
        raise DecodeError(f"{name}: regions do not fit into a frame of {stride} bytes")
    notes = tuple(n for n in _notes(root, size, name) if n.offset + 8 <= stride)
    return Layout(_whole(frame, "count", name), stride, dtype, regions, notes)


def _regions(frame: ElementTree.Element, itemsize: int, name: str) -> Iterator[Region]:
    offset = 0
    blocks = frame.findall("{*}DataBlock[@type='Region']")[:_MOST]
    for block in blocks:
        shape = _whole(block, "height", name), _whole(block, "width", name)
        size = shape[0] * shape[1] * itemsize
        # Some leave it to be told by the size, or say 0.
        stride = _whole(block, "stride", name) if block.get("stride", "0") != "0" else size
        count = _whole(block, "count", name) if block.get("count") else 1
        for _ in range(min(count, _MOST)):
            yield Region(offset, shape)
            offset += max(stride, size)


def _notes(root: ElementTree.Element, offset: int, name: str) -> Iterator[Note]:
    block = root.find("{*}MetaFormat/{*}MetaBlock")
    for entry in block if block is not None else ():
        bits = _whole(entry, "bitDepth", name)
        code = _NOTES.get((entry.get("type", ""), bits))
        if code is None:
            return  # what follows stands nobody knows where
        kind = entry.tag.rpartition("}")[2]
        title = entry.get("event") or entry.get("component") or ""
        resolution = _whole(entry, "resolution", name) if entry.get("resolution") else 0
        yield Note(f"{kind} {title}".strip(), offset, code, resolution)
        offset += bits // 8


def _whole(element: ElementTree.Element, key: str, name: str) -> int:
    text = element.get(key, "")
    if not (text.isascii() and text.isdigit() and len(text) < 19) or not int(text):
        raise DecodeError(f"{name}: the XML at its end has {key}={text!r:.40}")
    return int(text)
