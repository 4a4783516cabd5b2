"""The directories of a TIFF file, walked through before anything is believed.

TIFF Revision 6.0, section 2, "TIFF Structure"; the BigTIFF File Format. A directory is a list of
entries of 12 (20) bytes, each a tag with its type, its count and its values or where they stand.
The backend follows whatever stands there. Here every directory and every table is first found to
be inside the file, and no directory to come twice.
"""

from __future__ import annotations

import struct
from typing import IO, Literal, NamedTuple

import numpy as np

from iio_core import DecodeError, FrameIndexError, LimitError, Limits

from ._directory import OF_PIXELS, SIZES, Directory

__all__ = ["Chain"]

# Tables that the backend reads at once, as Python numbers.
_TABLES = frozenset({258, 273, 279, 324, 325, 330, 339, 513, 514})
_MOST_ENTRIES = 4096
_PARSED, _PARSED_ENTRY = 600, 300  # bytes that a directory, and an entry, takes as objects
_COMPARED = 2  # bytes that take as long as to compare two pages
_GUESS = 512  # most directories are shorter
_BLOCK = 1 << 16  # bytes of directories that are looked at together
_STRIDE = _BLOCK // 4  # further apart they are looked at one by one
_SUBIFDS = 330
_NDPI = 65420  # the mark of NDPI, whose offsets have 64 bits in a classic TIFF


class _Plan(NamedTuple):
    """What is to be looked at in every directory of the same tags, types and counts."""

    outside: tuple[tuple[int, int, int], ...]  # where an offset stands, how many bytes, which tag
    tables: int  # bytes
    branches: bool  # whether it has directories below it


class Chain:
    """The directories of a file, in their order, read as far as somebody has asked.

    Parameters
    ----------
    file : binary file
        It is left open.
    name : str
        How messages call it.
    limits : Limits
        `Limits.metadata_bytes` is what directories and their tables may take.

    Raises
    ------
    DecodeError
        If it does not begin as a TIFF file does.
    """

    def __init__(self, file: IO[bytes], *, name: str, limits: Limits) -> None:
        self._file = file
        self._name = name
        self._limits = limits
        self.size = file.seek(0, 2)
        file.seek(0)
        head = file.read(16)
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        if not self.order or len(head) < 8:
            raise self.damaged("it does not begin with a whole TIFF header")
        version = struct.unpack_from(self.order + "H", head, 2)[0]
        self.big = version == 43
        if self.big and head[4:8] != struct.pack(self.order + "HH", 8, 0):
            raise self.damaged("its BigTIFF header has no offsets of 8 bytes")
        if version not in (42, 43) or (self.big and len(head) < 16):
            raise self.damaged("it does not begin with a whole TIFF header")
        self._layout()
        self._plans: dict[tuple[int, int], _Plan] = {}
        self._masks: dict[int, int] = {}
        self._begin(head)
        if not self.big and self.order == "<" and _NDPI in self.first:
            self._layout(ndpi=True)  # its offsets are longer
            self._begin(head)

    def _layout(self, *, ndpi: bool = False) -> None:
        order, big = self.order, self.big
        self.ndpi = ndpi
        self._offset_code = order + ("Q" if big or ndpi else "I")
        self.entry = struct.Struct(order + ("HHQ8s" if big else "HHI8s" if ndpi else "HHI4s"))
        self._width = 20 if big else 12  # of an entry in the file
        self._number = struct.Struct(order + ("Q" if big else "H"))
        self._link = 8 if big or ndpi else 4
        self.room = 8 if big else 4  # what a field holds itself
        self._endian: Literal["little", "big"] = "little" if order == "<" else "big"

    def _begin(self, head: bytes) -> None:
        """Go to the first directory."""
        self._directories: list[int] = []
        self._seen: set[int] = set()
        self._passed: list[int] = []  # those that were only gone past
        self._ahead = 0
        self._taken = 0
        self._entries = 0
        self._plans.clear()
        self._masks.clear()
        at = 8 if self.big else 4
        (self._next,) = struct.unpack_from(self._offset_code, head, at)
        entries = self._visit(self._next)
        self.first = Directory(self, entries, self._next)

    def count(self) -> int:
        """Return how many directories there are.

        Raises
        ------
        DecodeError
            If the chain leaves the file or comes back to itself.
        """
        while self._next:
            last = self._directories[-1]
            here = self._next
            self._visit(here)
            if 0 < here - last == self._next - here <= _STRIDE:
                self._visit_row(here - last)
        return len(self._directories)

    def charge_parsed(self, *, compared: bool) -> None:
        """Charge what all directories take if the backend parses every tag of each.

        Parameters
        ----------
        compared : bool
            Whether each page is compared with all others.

        Raises
        ------
        LimitError
            If that is more than is allowed.
        """
        number = self.count()
        taken = number * _PARSED + self._entries * _PARSED_ENTRY
        if compared:
            taken = max(taken, _COMPARED * number**2)
        if taken > self._limits.metadata_bytes:
            raise LimitError(
                f"{self._name} has {number:,} pages that are not all alike; to find out which "
                f"belong together takes more than the {self._limits.metadata_bytes:,} bytes that "
                "are allowed for metadata. Read single ones with page=, or allow more: "
                "iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )

    def at(self, number: int) -> int:
        """Return where a directory stands.

        Raises
        ------
        FrameIndexError
            If there are not so many.
        """
        if number < len(self._directories):
            return self._directories[number]
        passed = self._passed
        if len(passed) < len(self._directories):
            passed[:] = self._directories
            self._ahead = self._next
        while number >= len(passed) and self._ahead:
            self._pass()
        if number >= len(passed):
            raise FrameIndexError(
                f"{self._name} has {len(passed)} pages; there is none at {number}"
            )
        return passed[number]

    def page(self, number: int) -> Directory:
        """Return a directory of the chain, without a look at those between.

        Raises
        ------
        FrameIndexError
            If there are not so many.
        """
        if number == 0:
            return self.first
        entries, following, _ = self._look(self.at(number), f"directory {number}", charged=False)
        return Directory(self, entries, following)

    def _pass(self) -> None:
        """Go past a directory, with no look at what is in it; past its like at once."""
        offset, number = self._ahead, len(self._passed)
        start = self._number.size
        self._file.seek(offset)
        data = self._file.read(_GUESS)
        count = self._number.unpack_from(data)[0] if len(data) >= start else _MOST_ENTRIES + 1
        end = start + count * self._width
        if count <= _MOST_ENTRIES and end + self._link > len(data) == _GUESS:
            data += self._file.read(end + self._link - len(data))
        if count > _MOST_ENTRIES or end + self._link > len(data):
            raise self.damaged(f"directory {number} at {offset} is not whole")
        self._passed.append(offset)
        (self._ahead,) = struct.unpack_from(self._offset_code, data, end)
        stride = self._ahead - offset
        if end + self._link <= stride <= _STRIDE:
            row = self._row(self._ahead, stride, end)
            self._passed.extend(range(self._ahead, self._ahead + len(row) * stride, stride))
            self._ahead += len(row) * stride
        # Whoever comes back to an earlier one would never end: no file has so many.
        if number * self._width > self.size:
            raise self.damaged(f"its directories, {number} so far, follow each other in a circle")

    def _row(self, offset: int, stride: int, end: int) -> np.ndarray:
        """Return directories that stand in a row, one every `stride` bytes, as rows of bytes.

        Writers put those of a stack so. `end` is where the link to the next begins; the last one,
        which leads elsewhere, is not of the row.
        """
        self._file.seek(offset)
        data = np.frombuffer(self._file.read(_BLOCK), np.uint8)
        rows = data[: len(data) // stride * stride].reshape(-1, stride)
        links = np.ascontiguousarray(rows[:, end : end + self._link]).view(self._offset_code)
        expected = offset + stride * np.arange(1, len(rows) + 1, dtype=np.uint64)
        number = np.ascontiguousarray(rows[:, : self._number.size]).view(self._number.format)
        count = (end - self._number.size) // self._width
        good = (links[:, 0] == expected) & (number[:, 0] == count)
        found: np.ndarray = rows[: len(rows) if good.all() else int(good.argmin())]
        return found

    def directory(self, offset: int) -> Directory:
        """Return a directory that is not of the chain, such as one of a SubIFDs tag."""
        return Directory(self, self._look(offset, "a directory", charged=False)[0])

    def refuse_inside(self, start: int, nbytes: int) -> None:
        """Raise `DecodeError` if a directory stands where pixels are said to be."""
        inside = [at for at in self._directories if start <= at < start + nbytes]
        if inside:
            raise self.damaged(
                f"{nbytes} bytes of pixels at {start} would include the directory at {inside[0]}"
            )

    def bytes_at(self, offset: int, size: int) -> bytes:
        """Return a part of the file."""
        self._file.seek(offset)
        data = self._file.read(size)
        if len(data) < size:
            raise self.damaged(f"{size} bytes at {offset} are not in the file")
        return data

    def offset_of(self, field: bytes) -> int:
        """Return the offset that stands in the value field of an entry."""
        return int.from_bytes(field, self._endian)

    def damaged(self, problem: str) -> DecodeError:
        """Return the error for a file with this problem."""
        return DecodeError(
            f"{self._name} is damaged or cut: {problem}", plugin="tiff", format="TIFF"
        )

    def _visit(self, offset: int) -> bytes:
        """Go to the next directory of the chain; return its entries."""
        number = len(self._directories)
        if offset in self._seen:
            raise self.damaged(
                f"its directory {number} is at {offset}, where an earlier one is: a circle"
            )
        entries, self._next, branches = self._look(offset, f"directory {number}")
        if not entries and self._next:
            raise self.damaged(f"directory {number} has no entries")
        self._seen.add(offset)
        self._directories.append(offset)
        if branches:
            for below in Directory(self, entries).numbers(_SUBIFDS):
                if below:
                    self._look(below, f"a directory below directory {number}")
        return entries

    def _visit_row(self, stride: int) -> None:
        """Go to directories that stand in a row and are like the last one, all at once."""
        entries, _, branches = self._look(self._directories[-1], "a directory", charged=False)
        end = self._number.size + len(entries)
        if branches or self.ndpi or not end + self._link <= stride <= _STRIDE:
            return
        row = self._row(self._next, stride, end)
        plan = self._plan(entries, len(entries) // self._width)
        mask = np.frombuffer(self._mask(len(entries) // self._width), np.uint8)
        inner = row[:, self._number.size : end] & mask
        good = (inner == np.frombuffer(entries, np.uint8) & mask).all(axis=1)
        for at, nbytes, _ in plan.outside:
            field = row[:, self._number.size + at :][:, : self._link]
            values = np.ascontiguousarray(field).view(self._offset_code)[:, 0]
            good &= (values >= 8) & (values <= max(0, self.size - nbytes))
        number = len(row) if good.all() else int(good.argmin())
        places = range(self._next, self._next + number * stride, stride)
        if number == 0 or not self._seen.isdisjoint(places):
            return  # one by one, then
        self._seen.update(places)
        self._directories.extend(places)
        self._next += number * stride
        self._entries += number * len(entries) // self._width
        self._charge(number * (end + self._link + plan.tables))

    def _look(self, offset: int, which: str, *, charged: bool = True) -> tuple[bytes, int, bool]:
        """Look a directory through; return its entries, the next, and if there are some below."""
        start = self._number.size
        if not 8 <= offset <= self.size - start:
            raise self.damaged(f"{which} would be at {offset}, in a file of {self.size} bytes")
        self._file.seek(offset)
        data = self._file.read(_GUESS)
        count = self._number.unpack_from(data)[0] if len(data) >= start else 0
        if count > _MOST_ENTRIES:
            raise self.damaged(f"{which} claims {count} entries")
        end = start + count * self._width
        need = end + self._link + (4 * count if self.ndpi else 0)
        if need > len(data) and len(data) == _GUESS:
            data += self._file.read(need - len(data))
        if len(data) < need:
            raise self.damaged(f"{which} at {offset} goes beyond the end of the file")
        entries = data[start:end]
        if self.ndpi:  # the upper halves of the fields come last
            high = data[end + 8 : need]
            entries = b"".join(
                entries[12 * i : 12 * i + 12] + high[4 * i : 4 * i + 4] for i in range(count)
            )
        plan = self._plan(entries, count)
        for at, nbytes, tag in plan.outside:
            value = int.from_bytes(entries[at : at + self._link], self._endian)
            if (value < 8 or value + nbytes > self.size) and tag in OF_PIXELS:
                raise self.damaged(f"the values of tag {tag} of {which} are not inside of the file")
        if charged:
            self._entries += count
            self._charge(need + plan.tables)
        return entries, struct.unpack_from(self._offset_code, data, end)[0], plan.branches

    def _plan(self, entries: bytes, count: int) -> _Plan:
        """Return what to look at; pages of a stack have all the same."""
        mask = self._masks.get(count)
        if mask is None:
            mask = self._masks[count] = int.from_bytes(self._mask(count), "big")
        key = (count, int.from_bytes(entries, "big") & mask)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._new_plan(entries)
        return plan

    def _mask(self, count: int) -> bytes:
        """Return which bits of entries are tags, types and counts."""
        field = 8 if self.entry.size > 12 else 4
        return (b"\xff" * (self.entry.size - field) + bytes(field)) * count

    def _new_plan(self, entries: bytes) -> _Plan:
        outside, tables, branches = [], 0, False
        field = 12 if self.big else 8
        for place, (tag, kind, count, _) in enumerate(self.entry.iter_unpack(entries)):
            nbytes = SIZES.get(kind, 0) * count
            branches |= tag == _SUBIFDS
            if nbytes > self.room:
                outside.append((place * self.entry.size + field, nbytes, tag))
                tables += nbytes if tag in _TABLES else 0
        return _Plan(tuple(outside), tables, branches)

    def _charge(self, nbytes: int) -> None:
        """Add to what directories and their tables take."""
        self._taken += nbytes
        if self._taken > 2 * self.size + 4096:
            raise self.damaged("its directories and tables overlap each other")
        if self._taken > self._limits.metadata_bytes:
            raise LimitError(
                f"{self._name} has directories and tables of more than "
                f"{self._limits.metadata_bytes} bytes. To allow more: "
                "iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
