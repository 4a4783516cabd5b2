"""TIFF files of many pages, assembled from files of one page.

TIFF Revision 6.0, section 2, and "The BigTIFF File Format". Each page is a list of tags whose
values, sub-directories and pixels stand elsewhere in the file; all of them are moved, and the
directory is written anew.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import IO

__all__ = ["OF_PIXELS", "TiffAssembler"]

# Bytes a value of each type: BYTE, ASCII, SHORT, LONG, RATIONAL, and so on up to IFD8.
_SIZES = dict(zip(range(1, 14), (1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4), strict=True))
_SIZES |= {16: 8, 17: 8, 18: 8}
_UNSIGNED = {3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_PIXELS = {273: 279, 324: 325}  # offsets of strips and tiles: their lengths
_DIRECTORIES = {330, 34665, 34853, 40965}  # sub-images, Exif, GPS, interoperability
_LARGEST = (1 << 32) - 1

# TIFF 6.0, section 8: how pixels are stored, which the encoder decides; where thumbnails are.
_NUMBERS = {254, 255, *range(256, 267), 273, *range(277, 282), 284, *range(288, 294), 301, 317}
OF_PIXELS = frozenset(_NUMBERS | {*range(320, 331), 338, 339, 340, 341, 347, *range(512, 533)})
"""Tags that say how pixels are stored."""


@dataclass(slots=True)
class _Tag:
    number: int
    type: int
    count: int
    value: bytes
    home: bytes  # the file that its offsets are of


class TiffAssembler:
    """Writes a TIFF file, one page at a time.

    Parameters
    ----------
    file : binary file
        Seekable, at its beginning. It is left open.
    big : bool
        Whether to write BigTIFF, which may be larger than 4 GiB.
    """

    def __init__(self, file: IO[bytes], *, big: bool = False) -> None:
        self._file = file
        self._big = big
        self._order = ""
        self._link_at = 8 if big else 4  # where the offset of the next directory belongs

    def add(self, page: bytes, *, described_by: bytes | None = None) -> None:
        """Append a page.

        Parameters
        ----------
        page : bytes
            A TIFF file (not BigTIFF) of one page.
        described_by : bytes, optional
            Another one, of the same byte order: the page gets what its tags say of other things
            than pixels.

        Raises
        ------
        ValueError
            If it does not fit into the file; nothing of it is written then.
        """
        order = {b"II": "<", b"MM": ">"}[page[:2]]
        if not self._order:
            self._order = order
            self._begin(page[:2])
        elif order != self._order:
            raise ValueError("all pages of a TIFF file have the same byte order")
        end = self._file.seek(0, 2)
        # Values of directories grow by at most twice their size.
        if (
            not self._big
            and end + 2 * len(page) > _LARGEST
            and end + len(page) > _LARGEST - (1 << 20)
        ):
            raise ValueError("the file would be larger than 4 GiB: write it with big_tiff=True")
        tags = self._tags(page, *struct.unpack_from(order + "I", page, 4))
        if described_by is not None:
            others = self._tags(described_by, *struct.unpack_from(order + "I", described_by, 4))
            own = {tag.number for tag in tags} | OF_PIXELS
            tags += [tag for tag in others if tag.number not in own]
            tags.sort(key=lambda tag: tag.number)
        at = self._directory(tags)
        end = self._file.tell()
        self._file.seek(self._link_at)
        self._file.write(self._offset(at))
        self._file.seek(end)
        self._link_at = end - (8 if self._big else 4)

    def _begin(self, mark: bytes) -> None:
        head = struct.pack(self._order + "HHH", 43, 8, 0) if self._big else self._pack("H", 42)
        self._file.write(mark + head + self._offset(0))

    def _directory(self, tags: list[_Tag]) -> int:
        """Write a directory with all that belongs to it; return where it is."""
        by_number = {tag.number: tag for tag in tags}
        for tag in tags:
            if tag.number in _PIXELS:
                lengths = self._numbers(by_number[_PIXELS[tag.number]])
                parts = zip(self._numbers(tag), lengths, strict=True)
                moved = [self._put(tag.home[start : start + length]) for start, length in parts]
                self._point(tag, moved)
            elif tag.number in _DIRECTORIES:
                inner = [self._tags(tag.home, start) for start in self._numbers(tag)]
                self._point(tag, [self._directory(tags) for tags in inner])
        room = 8 if self._big else 4
        entries = []
        for tag in tags:
            value = tag.value if len(tag.value) <= room else self._offset(self._put(tag.value))
            count = self._pack("Q" if self._big else "I", tag.count)
            entries.append(
                self._pack("HH", tag.number, tag.type) + count + value.ljust(room, b"\0")
            )
        number = self._pack("Q" if self._big else "H", len(entries))
        return self._put(number + b"".join(entries) + self._offset(0))

    def _tags(self, page: bytes, at: int) -> list[_Tag]:
        (count,) = struct.unpack_from(self._order + "H", page, at)
        found = []
        for number in range(count):
            entry = at + 2 + 12 * number
            tag, kind, n = struct.unpack_from(self._order + "HHI", page, entry)
            size = _SIZES.get(kind, 1) * n
            start = entry + 8
            if size > 4:
                (start,) = struct.unpack_from(self._order + "I", page, start)
            found.append(_Tag(tag, kind, n, page[start : start + size], page))
        return found

    def _numbers(self, tag: _Tag) -> tuple[int, ...]:
        return struct.unpack(f"{self._order}{tag.count}{_UNSIGNED[tag.type]}", tag.value)

    def _point(self, tag: _Tag, offsets: list[int]) -> None:
        """Make a tag point to these offsets."""
        tag.type = 16 if self._big else 4
        tag.value = b"".join(map(self._offset, offsets))

    def _put(self, data: bytes) -> int:
        """Append data at an even place, and return that."""
        at = self._file.tell()
        if at % 2:
            self._file.write(b"\0")
            at += 1
        self._file.write(data)
        return at

    def _offset(self, at: int) -> bytes:
        return self._pack("Q" if self._big else "I", at)

    def _pack(self, layout: str, *values: int) -> bytes:
        return struct.pack(self._order + layout, *values)
