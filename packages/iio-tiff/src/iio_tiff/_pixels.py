"""From strips and tiles to arrays: only what is needed is read, and nothing is made up.

TIFF Revision 6.0, section 3 (strips) and section 15 (tiles). The backend decodes single strips and
tiles; which of them, from where and to where is decided here, where their tables are checked.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tifffile import TiffFrame, TiffPage

from iio_core import DecodeError, Limits

from ._codestreams import check_codestream
from ._packed import can_unpack, unpack
from ._pool import TASK, Pool, threads_for

__all__ = ["Box", "Segments", "decode_pages", "read_stored"]

Page = TiffPage | TiffFrame
Box = tuple[int, int, int, int, int, int]  # depth, rows, columns: from and to, each

_JPEG = frozenset({6, 7, 34892, 33007})


@dataclass(frozen=True, slots=True)
class _Job:
    """One strip or tile: of which page, which one, where it stands."""

    page: int
    index: int
    offset: int
    count: int


class Segments:
    """The strips or tiles of pages that are all like one page.

    Parameters
    ----------
    key : TiffPage
        That page.
    name : str
        How messages call the file.
    limits : Limits
        What one strip or tile may hold.

    Raises
    ------
    DecodeError
        If the page says that its strips have no rows, or its tiles no size.
    LimitError
        If a tile is larger than an array may be.

    Attributes
    ----------
    stored : bool
        Whether strips are rows as they are in memory, but for the byte order.
    packed : bool
        Whether they are, as soon as they are unpacked.
    swapped : bool
        Whether the file has the other byte order.
    """

    def __init__(self, key: TiffPage, *, name: str, limits: Limits) -> None:
        self.key = key
        self.name = name
        self.planes, depth, height, width, samples = key.shaped
        self.size = (depth, height, width)
        if key.is_tiled:
            piece = (int(key.tiledepth), int(key.tilelength), int(key.tilewidth))
        else:
            piece = (1, int(key.rowsperstrip), width)
        if min(piece) < 1:
            raise self.damaged(f"its strips or tiles are of {' x '.join(map(str, piece))} pixels")
        self.piece = piece
        self.grid = tuple(math.ceil(n / p) for n, p in zip(self.size, piece, strict=True))
        self.number = self.planes * math.prod(self.grid)
        assert key.dtype is not None
        self.decoded = math.prod(piece) * samples * key.dtype.itemsize
        limits.check_array(
            (*piece, samples), key.dtype.itemsize, resource_size=_size_of(key), name=name
        )
        # What is not compressed has as many bytes as pixels say.
        bits = key.bitspersample
        self._plain = int(key.compression) == 1 and isinstance(bits, int)
        self._row = (piece[2] * samples * bits + 7) // 8 if isinstance(bits, int) else 0
        rows = (
            not key.is_tiled
            and self.planes == depth == int(key.fillorder) == 1
            and bits == 8 * key.dtype.itemsize
            and not key.is_subsampled
        )
        self.stored = rows and self._plain and int(key.predictor) == 1
        self.packed = rows and can_unpack(int(key.compression), int(key.predictor), key.dtype)
        order = np.dtype(np.uint16).newbyteorder(key.parent.byteorder)
        self._asked = 0  # bytes to read, beyond what decoded ones explain
        self.swapped = not order.isnative and key.dtype.itemsize > 1

    def damaged(self, problem: str) -> DecodeError:
        """Return the error for pages with this problem."""
        return DecodeError(f"{self.name} is damaged or cut: {problem}", plugin="tiff")

    def jobs(self, page: Page, number: int, box: Box | None) -> Iterator[_Job]:
        """Return the strips or tiles of a page, those that a box needs, as they stand.

        Raises
        ------
        DecodeError
            If their tables are too short, or one is not in the file or too short.
        """
        offsets, counts = page.dataoffsets, page.databytecounts
        if len(offsets) < self.number or len(counts) < self.number:
            raise self.damaged(
                f"page {number} has {self.number} strips or tiles, and a table of "
                f"{min(len(offsets), len(counts))}"
            )
        most = _size_of(page)
        for index in range(self.number) if box is None else self._within(box):
            offset, count = int(offsets[index]), int(counts[index])
            if offset + count > most or (self._plain and 0 < count < self.least(index)):
                raise self.damaged(
                    f"strip or tile {index} of page {number}, {count} bytes at {offset}, is not "
                    f"whole in its {most} bytes"
                )
            self._asked += count - 2 * self.decoded
            if self._asked > 4 * most:  # whoever has them overlap wants to be read for long
                raise self.damaged(f"strips or tiles of page {number} overlap each other")
            yield _Job(number, index, offset, count)

    def _within(self, box: Box) -> Iterator[int]:
        """Return the numbers of the strips or tiles that a box touches."""
        (d0, d1), (y0, y1), (x0, x1) = (
            (start // p, math.ceil(stop / p))
            for start, stop, p in zip(box[::2], box[1::2], self.piece, strict=True)
        )
        _, rows, columns = self.grid
        depth = self.grid[0]
        for plane in range(self.planes):
            for d in range(d0, d1):
                for y in range(y0, y1):
                    row = ((plane * depth + d) * rows + y) * columns
                    yield from range(row + x0, row + x1)

    def unpack(self, data: bytes, index: int, page: np.ndarray) -> None:
        """Decode a strip to where it belongs in a page."""
        top = index * self.piece[1]
        rows = page[0, 0, top : top + self.piece[1]]
        key = self.key
        compression, predictor = int(key.compression), int(key.predictor)
        unpack(data, rows, compression, predictor, swap=self.swapped, name=self.name)

    def least(self, index: int) -> int:
        """Return how many bytes a strip or tile has if it is not compressed."""
        depth, height, _ = self.piece
        if not self.key.is_tiled:  # the last strip is shorter
            height = min(height, self.size[1] - index % self.grid[1] * height)
        return depth * height * self._row


def decode_pages(
    pages: Sequence[Page | None],
    target: np.ndarray,
    segments: Segments,
    *,
    box: Box | None = None,
    workers: int | None = None,
) -> int:
    """Decode pages that are all alike into one array.

    Parameters
    ----------
    pages : sequence of TiffPage, TiffFrame or None
        What is None is filled as if it were not there.
    target : numpy.ndarray
        ``(pages, planes, depth, height, width, samples)``, in any memory layout; with a box of its
        size.
    segments : Segments
        Of these pages.
    box : tuple of int, optional
        The part of each page to decode; all of it by default.
    workers : int, optional
        Threads to decode with; by default as many as there are processors, if it is worth it.

    Returns
    -------
    int
        How many strips or tiles are not in the file, and were filled with the value for that.

    Raises
    ------
    DecodeError
        If a strip or tile is damaged.
    """
    key = segments.key
    decode = key.decode  # made here, in one thread
    origin = (0, 0, 0) if box is None else box[::2]
    extra: dict[str, Any] = {"_fullsize": False}
    absent = 0

    def one(job: _Job, data: bytes | None) -> None:
        options = extra
        if int(key.compression) in _JPEG:
            page = pages[job.page]
            options = {**extra, "jpegtables": page.jpegtables, "jpegheader": key.jpegheader}  # type: ignore[union-attr]
        if data is not None:
            check_codestream(data, key, segments)
            if segments.packed and box is None and target[job.page].flags.c_contiguous:
                segments.unpack(data, job.index, target[job.page])
                return
        _place(decode(data, job.index, **options), target[job.page], origin, key.nodata)

    def several(batch: list[tuple[_Job, bytes | None]]) -> None:
        for job, data in batch:
            one(job, data)

    jobs: list[_Job] = []
    total = segments.number * len(pages)
    plain = int(key.compression) == 1 and not workers
    with Pool(several, 1 if plain else threads_for(workers, total, segments.decoded)) as pool:
        for number, page in enumerate(pages):
            if page is None:
                target[number] = key.nodata
                continue
            jobs = list(segments.jobs(page, number, box))
            if segments.stored and box is None and target[number].flags.c_contiguous:
                absent += _read_strips(page, jobs, target[number], segments)
                continue
            for job, data in _read(page, jobs, segments):
                if data is None:
                    absent += 1
                pool.add(job, data, segments.decoded)
    return absent


def _read(page: Page, jobs: list[_Job], segments: Segments) -> Iterator[tuple[_Job, bytes | None]]:
    """Read strips or tiles; neighbours in the file at once."""
    file = page.parent.filehandle
    at = 0
    while at < len(jobs):
        first = jobs[at]
        if not first.offset or not first.count:
            yield first, None
            at += 1
            continue
        end = first.offset + first.count
        stop = at + 1
        while (
            stop < len(jobs)
            and jobs[stop].offset == end
            and jobs[stop].count
            and end + jobs[stop].count - first.offset <= TASK
        ):
            end += jobs[stop].count
            stop += 1
        file.seek(first.offset)
        data = file.read(end - first.offset)
        if len(data) != end - first.offset:
            raise segments.damaged(f"{end - first.offset} bytes at {first.offset} are missing")
        for job in jobs[at:stop]:
            start = job.offset - first.offset
            yield job, data[start : start + job.count]
        at = stop


def _read_strips(page: Page, jobs: list[_Job], target: np.ndarray, segments: Segments) -> int:
    """Read strips that are not compressed to where they belong; neighbours in the file at once.

    Returns how many are not in the file.
    """
    file = page.parent.filehandle
    rows = target[0, 0]
    height, absent, at = segments.piece[1], 0, 0
    while at < len(jobs):
        job, stop = jobs[at], at + 1
        if job.offset and job.count:
            end = job.offset + segments.least(job.index)
            while stop < len(jobs) and jobs[stop].offset == end and jobs[stop].count:
                end += segments.least(jobs[stop].index)
                stop += 1
            part = rows[at * height : stop * height]
            read_stored(file, job.offset, part, swap=segments.swapped, name=segments.name)
        else:
            absent += 1
            rows[at * height : stop * height] = segments.key.nodata
        at = stop
    return absent


def _place(result: Any, page: np.ndarray, origin: tuple[int, ...], nodata: float) -> None:
    """Put a decoded strip or tile to where it belongs, as far as it is inside."""
    piece, (plane, *corner, _), shape = result
    there, here = [], []
    for at, length, start, room in zip(corner, shape, origin, page.shape[1:4], strict=False):
        low, high = max(at, start), min(at + length, start + room)
        if high <= low:
            return
        there.append(slice(low - start, high - start))
        here.append(slice(low - at, high - at))
    if piece is None:
        page[(plane, *there)] = nodata
    else:
        page[(plane, *there)] = piece[tuple(here)]


def read_stored(file: Any, offset: int, target: np.ndarray, *, swap: bool, name: str) -> None:
    """Read pixels as they stand in the file into a C-contiguous array.

    Parameters
    ----------
    file : binary file
        The file, or the backend's handle of it.
    offset : int
        Where they begin.
    target : numpy.ndarray
        C-contiguous.
    swap : bool
        Whether the file has the other byte order.
    name : str
        How messages call the file.

    Raises
    ------
    DecodeError
        If the file ends before.
    """
    view: Any = memoryview(target.reshape(-1).view(np.uint8))  # type: ignore[arg-type, unused-ignore]
    file.seek(offset)
    done = 0
    while done < len(view):
        number = file.readinto(view[done:])
        if not number:
            raise DecodeError(
                f"{name} is damaged or cut: its pixels end {len(view) - done} bytes too early",
                plugin="tiff",
            )
        done += number
    if swap:
        target.byteswap(inplace=True)


def _size_of(page: Page) -> int:
    """Return the length of the file that a page is in."""
    return int(page.parent.filehandle.size)
