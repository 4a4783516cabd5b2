"""The tags of a Shockwave Flash file.

SWF File Format Specification, version 19, chapter 2: SWF structure summary.
"""

from __future__ import annotations

import io
import lzma
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from iio_core import DecodeError, Limits

from ._swf_bits import rectangle_size

__all__ = ["END", "SwfFile", "Tag"]

END = 0
_CHUNK = 1 << 16
_MOST_TAGS = 1 << 22
_BACKGROUND = 9


class Tag(NamedTuple):
    """Where the content of a tag is."""

    code: int
    start: int
    size: int


class SwfFile:
    """An open file.

    Parameters
    ----------
    file : file object
        Where it is.
    name : str
        How messages call it.
    limits : Limits
        How much a compressed one may take.

    Attributes
    ----------
    version : int
        Of the format.
    fps : float
        Frames per second.
    frames : int
        How many frames it says that it has.
    width, height : float
        Of the stage, in pixels.
    """

    def __init__(self, file: IO[bytes], name: str, limits: Limits) -> None:
        self._name = name
        file.seek(0)
        head = file.read(8)
        if len(head) < 8 or head[:3] not in (b"FWS", b"CWS", b"ZWS"):
            raise self.damaged("it does not begin as a Flash file")
        self.version, declared = head[3], struct.unpack_from("<I", head, 4)[0]
        self.compressed = head[:1] != b"F"
        if self.compressed:
            limits.check_body(min(declared, 1 << 40), name=name)
            self._file: IO[bytes] = io.BytesIO(head + self._inflated(file, head[:1], declared))
        else:
            self._file = file
        self._size = self._file.seek(0, os.SEEK_END)
        self._file.seek(8)
        stage = self._file.read(1)
        if not stage:
            raise self.damaged("its header is cut")
        length = rectangle_size(stage)
        rest = self._file.read(length - 1 + 4)
        if len(rest) < length + 3:
            raise self.damaged("its header is cut")
        rate, self.frames = struct.unpack_from("<HH", rest, length - 1)
        self.fps = rate / 256
        self.width, self.height = _extent(stage + rest[: length - 1])
        self._first = 8 + length + 4

    def _inflated(self, file: IO[bytes], kind: bytes, declared: int) -> bytes:
        """Return what is compressed, no more than the header says."""
        most = max(declared - 8, 0)
        made = bytearray()
        decompress: Callable[[bytes, int], bytes]
        if kind == b"C":
            inflate = zlib.decompressobj()
            decompress = inflate.decompress
        else:
            file.read(4)  # how long it is when compressed
            properties = file.read(5)
            if len(properties) < 5:
                raise self.damaged("its header is cut")
            try:
                decompress = _lzma(properties)
            except lzma.LZMAError as error:
                raise self.damaged(f"it cannot be decompressed: {error}") from None
        try:
            while len(made) < most and (data := file.read(_CHUNK)):
                made += decompress(data, most - len(made))
                while kind == b"C" and inflate.unconsumed_tail and len(made) < most:
                    made += decompress(inflate.unconsumed_tail, most - len(made))
        except (zlib.error, lzma.LZMAError, EOFError, ValueError) as error:
            raise self.damaged(f"it cannot be decompressed: {error}") from None
        return bytes(made)

    def damaged(self, what: str) -> DecodeError:
        """Return the error for a damage."""
        return DecodeError(f"{self._name}: {what}", plugin="swf", format="SWF")

    def tags(self) -> Iterator[Tag]:
        """Yield the tags, the last one of which ends the file.

        Raises
        ------
        DecodeError
            Where the file is cut.
        """
        place = self._first
        for _ in range(_MOST_TAGS):
            self._file.seek(place)
            head = self._file.read(6)
            if len(head) < 2:
                raise self.damaged("its end is missing")
            (short,) = struct.unpack_from("<H", head)
            code, size, start = short >> 6, short & 63, place + 2
            if size == 63:
                if len(head) < 6:
                    raise self.damaged("its end is missing")
                size, start = struct.unpack_from("<I", head, 2)[0], place + 6
            if start + size > self._size:
                raise self.damaged("its end is missing")
            yield Tag(code, start, size)
            if code == END:
                return
            place = start + size
        raise self.damaged("it has more tags than anybody would write")

    def content(self, tag: Tag, size: int | None = None) -> bytes:
        """Return the content of a tag, or its beginning."""
        self._file.seek(tag.start)
        return self._file.read(tag.size if size is None else min(size, tag.size))


def _lzma(properties: bytes) -> Callable[[bytes, int], bytes]:
    lc, rest = properties[0] % 9, properties[0] // 9
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "lc": lc,
            "lp": rest % 5,
            "pb": rest // 5,
            "dict_size": min(struct.unpack_from("<I", properties, 1)[0], 1 << 27),
        }
    ]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress


def _extent(data: bytes) -> tuple[float, float]:
    """Return width and height of a RECT, in pixels of 20 twips."""
    count = data[0] >> 3
    bits = "".join(f"{byte:08b}" for byte in data)[5:]
    values = []
    for number in range(4):
        text = bits[number * count : (number + 1) * count]
        value = int(text or "0", 2)
        values.append(value - (1 << count) if text[:1] == "1" else value)
    return (values[1] - values[0]) / 20, (values[3] - values[2]) / 20
