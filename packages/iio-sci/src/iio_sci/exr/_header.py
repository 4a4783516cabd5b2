"""The headers of an OpenEXR file (OpenEXR File Layout, sections Version Field and Header).

They are read here, and not by the library, which reads pixels along with them: what they declare is
checked before anything is decoded, and a damaged file is told apart from one that is whole.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO, Any

from iio_core import DecodeError

from ._attributes import COMPRESSIONS, value_of

__all__ = ["COMPRESSIONS", "Channel", "Part", "read_headers"]

MAGIC = b"\x76\x2f\x31\x01"
TILED, LONG_NAMES, DEEP, PARTS = 0x200, 0x400, 0x800, 0x1000
_LINES = {"none": 1, "rle": 1, "zips": 1, "zip": 16, "piz": 32, "pxr24": 16, "b44": 32, "b44a": 32}
_LINES |= {"dwaa": 32, "dwab": 256}
_TYPES = ("uint32", "float16", "float32")
_MOST_PARTS = 1 << 12
_MOST_BYTES = 64 << 20
_REQUIRED = ("channels", "compression", "dataWindow", "displayWindow")

Window = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Channel:
    """A channel: its name, the dtype of its samples, and how many pixels have one."""

    name: str
    dtype: str
    x_sampling: int
    y_sampling: int


@dataclass(frozen=True)
class Part:
    """A part of a file, which is an image.

    Attributes
    ----------
    attributes : dict
        By their names, with the values of Python.
    channels : tuple of Channel
        In the order of the file.
    raw : bytes
        Its header as it stands in the file.
    table : int
        Where its table of offsets begins.
    version : int
        The version field, with its flags.
    """

    attributes: dict[str, Any]
    channels: tuple[Channel, ...]
    raw: bytes
    version: int
    table: int = 0

    @property
    def window(self) -> Window:
        """The data window: the first and the last pixel that there are, as (x, y)."""
        found: Window = self.attributes["dataWindow"]
        return found

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the data window."""
        (left, top), (right, bottom) = self.window
        return bottom - top + 1, right - left + 1

    @property
    def compression(self) -> str:
        """The name of its compression."""
        return str(self.attributes["compression"])

    @property
    def tiled(self) -> bool:
        """Whether it is stored in tiles."""
        kind = self.attributes.get("type")
        return kind == "tiledimage" if kind is not None else bool(self.version & TILED)

    @property
    def deep(self) -> bool:
        """Whether its pixels have several samples each."""
        return str(self.attributes.get("type", "")).startswith("deep") or (
            bool(self.version & DEEP) and not self.version & PARTS
        )

    def chunk_count(self) -> int | None:
        """Return how many chunks its pixels are stored in; None if that cannot be told."""
        declared = self.attributes.get("chunkCount")
        if isinstance(declared, int):
            return declared
        height, width = self.size
        if not self.tiled:
            lines = _LINES.get(self.compression)
            return None if lines is None else -(-height // lines)
        tiles = self.attributes.get("tiles")
        if not isinstance(tiles, dict) or tiles["mode"] != "one level":
            return None
        across, down = (int(n) for n in tiles["size"])
        return -(-width // max(across, 1)) * -(-height // max(down, 1))


def read_headers(file: IO[bytes], name: str) -> list[Part]:
    """Return the parts of a file, whose headers are read and checked.

    Raises
    ------
    DecodeError
        If they are cut, or say what cannot be.
    """
    file.seek(0)
    head = file.read(8)
    if len(head) < 8 or head[:4] != MAGIC:
        raise DecodeError(f"{name} is no OpenEXR file, or is cut: it begins with {head!r}")
    version = int.from_bytes(head[4:], "little")
    if version & 0xFF > 2:
        raise DecodeError(f"{name} is of version {version & 0xFF} of OpenEXR; there are 1 and 2")
    reader = _Bytes(file, name)
    parts = [_part(reader, version)]
    while version & PARTS:
        at = reader.tell()
        if reader.take(1) == b"\0":
            break
        if len(parts) >= _MOST_PARTS:
            raise DecodeError(f"{name} declares more than {_MOST_PARTS} parts")
        reader.back_to(at)
        parts.append(_part(reader, version))
    return _with_tables(parts, reader.tell(), name)


def _with_tables(parts: list[Part], at: int, name: str) -> list[Part]:
    """Return the parts with the places of their tables, which follow each other."""
    placed = []
    for part in parts:
        placed.append(Part(part.attributes, part.channels, part.raw, part.version, at))
        count = part.chunk_count()
        if count is None and len(parts) > 1:
            raise DecodeError(f"{name} has parts without the number of their chunks")
        at += 8 * (count or 0)
    return placed


def _part(reader: _Bytes, version: int) -> Part:
    start = reader.tell()
    attributes: dict[str, Any] = {}
    channels: tuple[Channel, ...] = ()
    while key := reader.text():
        kind = reader.text()
        size = int.from_bytes(reader.take(4), "little", signed=True)
        if size < 0:
            raise DecodeError(f"{reader.name}: the attribute {key!r} has {size} bytes")
        data = reader.take(size)
        if kind == "chlist":
            channels = _channels(data, reader.name)
        else:
            attributes[key] = value_of(kind, data)
    raw = reader.between(start)
    attributes["channels"] = [channel.name for channel in channels]
    for required in _REQUIRED:
        if attributes.get(required) is None or not channels:
            raise DecodeError(f"{reader.name}: its header has no valid attribute {required!r}")
    part = Part(attributes, channels, raw, version)
    height, width = part.size
    if height < 1 or width < 1 or max(map(abs, (*part.window[0], *part.window[1]))) > 1 << 30:
        raise DecodeError(f"{reader.name}: its data window is {part.window}")
    return part


def _channels(data: bytes, name: str) -> tuple[Channel, ...]:
    found = []
    at = 0
    while at < len(data) and data[at]:
        end = data.find(b"\0", at)
        if end < 0 or end + 17 > len(data):
            raise DecodeError(f"{name}: its list of channels is damaged")
        kind, across, down = struct.unpack_from("<i4xii", data, end + 1)
        if not 0 <= kind < len(_TYPES) or across < 1 or down < 1:
            raise DecodeError(f"{name}: its list of channels is damaged")
        label = data[at:end].decode("utf-8", "replace")
        found.append(Channel(label, _TYPES[kind], across, down))
        at = end + 17
    return tuple(found)


class _Bytes:
    """A file of which no more is read than headers may have."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self.name = name

    def tell(self) -> int:
        return self._file.tell()

    def back_to(self, place: int) -> None:
        self._file.seek(place)

    def between(self, start: int) -> bytes:
        end = self.tell()
        self._file.seek(start)
        return self._file.read(end - start)

    def take(self, count: int) -> bytes:
        if count + self.tell() > _MOST_BYTES:
            raise DecodeError(f"{self.name} declares a header of more than {_MOST_BYTES} bytes")
        data = self._file.read(count)
        if len(data) < count:
            raise DecodeError(f"{self.name} ends within its header")
        return data

    def text(self) -> str:
        """Return a name, which ends with a zero and has at most 255 bytes."""
        start = self.tell()
        data = self._file.read(256)
        end = data.find(b"\0")
        if end < 0:
            raise DecodeError(f"{self.name} ends within its header, or it is damaged")
        self._file.seek(start + end + 1)
        return data[:end].decode("utf-8", "replace")
