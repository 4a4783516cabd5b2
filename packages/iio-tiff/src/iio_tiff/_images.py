"""An image of a TIFF file: which pages it is made of, what shape it has, how it is read.

A user sees series, not pages: a stack of a microscope is one image, however many pages it has, and
the smaller copies of a slide are its levels. The backend finds the series; here they become arrays.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tifffile import TiffFrame, TiffPage, TiffPageSeries

from iio_core import DecodeError, FrameIndexError, Limits, OptionError

from ._pixels import Box, Segments, decode_pages, read_stored

__all__ = ["Image", "level_of", "of_pages", "of_series"]

Page = TiffPage | TiffFrame


@dataclass
class Image:
    """Pages that are alike, seen as one array.

    Parameters
    ----------
    pages : sequence of TiffPage, TiffFrame or None
        In their order; None for one that the file should have and has not.
    key : TiffPage
        The page that all are like.
    shape, axes : tuple of int, str
        Of the array, with samples last.
    dtype : numpy.dtype
        Of the array.
    offset : int, optional
        Where all pixels stand, if they do so in one piece, not compressed.
    series : TiffPageSeries, optional
        What the backend knows of it.
    planar : bool
        Whether samples are stored plane by plane, and are the last axis all the same.
    keep_open : bool
        Whether other files that have some of the pages stay open after a read.
    """

    pages: Sequence[Page | None]
    key: TiffPage
    shape: tuple[int, ...]
    axes: str
    dtype: np.dtype
    offset: int | None = None
    series: TiffPageSeries | None = None
    planar: bool = False
    keep_open: bool = False
    stored: tuple[int, ...] = field(init=False)  # the shape in the order of the file

    def __post_init__(self) -> None:
        shape = self.shape
        depth = len(self.key.shape)
        self.stored = (
            (*shape[: len(shape) - depth], shape[-1], *shape[len(shape) - depth : -1])
            if self.planar
            else shape
        )

    @property
    def file(self) -> Any:
        """The backend's file handle of the first page."""
        return self.key.parent.filehandle

    @property
    def apart(self) -> bool:
        """Whether samples are stored plane by plane, and are not the last axis: channels."""
        return self.key.shaped[0] > 1 and not self.planar

    @property
    def number(self) -> int:
        """How many pages its shape takes."""
        each = math.prod(self.key.shape)
        return math.prod(self.shape) // each if each else 0

    def check(self, name: str) -> None:
        """Raise `DecodeError` if its pages do not make up its shape."""
        each, total = math.prod(self.key.shape), math.prod(self.shape)
        if self.key.dtype is None:
            bits, kind = self.key.bitspersample, self.key.sampleformat
            raise DecodeError(
                f"{name} has samples of {bits} bits of sample format {int(kind)}, "
                "for which there is no dtype",
                plugin="tiff",
            )
        if not each or total % each:
            raise _contradiction(name, f"a shape of {self.shape}, pages of {self.key.shape}")
        if self.offset is None and len(self.pages) != total // each:
            raise _contradiction(
                name,
                f"a shape of {self.shape}, which takes {total // each} pages, and has "
                f"{len(self.pages)}",
            )
        if self.offset is not None and self.offset + self.nbytes > self.file.size:
            raise _contradiction(
                name,
                f"{self.nbytes} bytes of pixels at {self.offset}, and has {self.file.size} bytes",
            )
        for page in self.pages:
            if page is not None and page.keyframe is not self.key and not _alike(page, self.key):
                raise _contradiction(name, f"one image of pages that differ: {page.index}")

    @property
    def nbytes(self) -> int:
        """How many bytes its pixels have, as they are stored without compression."""
        return 0 if self.key.dtype is None else math.prod(self.shape) * self.key.dtype.itemsize

    def read(
        self,
        name: str,
        limits: Limits,
        *,
        out: np.ndarray | None = None,
        workers: int | None = None,
    ) -> tuple[np.ndarray, int]:
        """Return all of it, and how many strips or tiles are not in the file.

        `out` has its shape and dtype.
        """
        self.check(name)
        array = np.empty(self.shape, self.key.dtype) if out is None or self._transform else out
        whole = self.offset is not None and not self.planar and array.flags.c_contiguous
        if whole and self.offset is not None:
            with opened(self.file):
                read_stored(self.file, self.offset, array, swap=self._swapped, name=name)
            return self._finished(array, out), 0
        absent = self._decode(self._in_pages(array), self.pages, None, name, limits, workers)
        return self._finished(array, out), absent

    def read_box(
        self,
        region: tuple[slice, ...],
        name: str,
        limits: Limits,
        *,
        workers: int | None = None,
    ) -> tuple[np.ndarray, int]:
        """Return a part of it, decoding only what that needs.

        `region` has a slice for each axis, with whole numbers inside of the shape.
        """
        self.check(name)
        spans = [_span(part, size) for part, size in zip(region, self.shape, strict=True)]
        shape = tuple(high - low for low, high, _ in spans)
        within = len(self.key.shape)
        lead = len(self.shape) - within
        numbers = np.arange(self.number).reshape(self.shape[:lead] or (1,))
        chosen = numbers[tuple(slice(low, high) for low, high, _ in spans[:lead]) or ...]
        pages = self.pages
        listed = [pages[int(i)] for i in chosen.ravel()] if self.offset is None else []
        steps = [step for _, _, step in spans]
        own = list(spans[lead:])  # of the page's axes, samples last
        full = list(shape)
        if self.apart:  # all planes are decoded, and then those wanted are taken
            own.pop(0)
            full[lead], steps[lead] = self.shape[lead], region[lead]
        samples = self.shape[-1] if self.key.axes[-1] == "S" or self.planar else None
        if samples is not None:
            own.pop()
        if len(own) == 2:
            own.insert(0, (0, 1, slice(None)))
        (d0, d1, _), (y0, y1, _), (x0, x1, _) = own
        box = (d0, d1, y0, y1, x0, x1)
        if samples is not None:
            full[-1], steps[-1] = samples, region[-1]
        if 0 in shape:
            return np.empty(shape, self.dtype), 0
        array = np.empty(full, self.key.dtype)
        target = self._paged(array, len(chosen.ravel()), (d1 - d0, y1 - y0, x1 - x0))
        absent = 0
        if self.offset is not None:
            self._read_rows(target, chosen.ravel(), box, name)
        else:
            absent = self._decode(target, listed, box, name, limits, workers)
        return self._finished(array, None)[tuple(steps)], absent

    def map(self, held: object) -> np.ndarray | None:
        """Return a memory map of the file; None if its pixels do not stand there as they are.

        `held` is the file, of which a small one is in memory.
        """
        if self.offset is None or self._transform or int(self.key.predictor) != 1:
            return None
        kind = self.key.dtype.newbyteorder(self.key.parent.byteorder)  # type: ignore[union-attr]
        mapped: np.ndarray
        if isinstance(held, io.BytesIO):  # in memory already
            mapped = np.frombuffer(held.getvalue(), kind, math.prod(self.shape), self.offset)
            mapped = mapped.reshape(self.stored)
        elif self.file.is_file:
            mapped = self.file.memmap_array(kind, self.stored, self.offset)
        else:
            return None
        if not self.planar:
            return mapped
        return np.moveaxis(mapped, len(self.shape) - len(self.key.shape), -1)

    @property
    def _transform(self) -> Any:
        return None if self.series is None else self.series.transform

    @property
    def _swapped(self) -> bool:
        order = np.dtype(np.uint16).newbyteorder(self.key.parent.byteorder)
        return not order.isnative and self.key.dtype.itemsize > 1  # type: ignore[union-attr]

    def _finished(self, array: np.ndarray, out: np.ndarray | None) -> np.ndarray:
        """Apply what the dialect says is to be done to the values."""
        if self._transform is None:
            return array
        made: np.ndarray = self._transform(array)
        if out is None:
            return made
        out[...] = made
        return out

    def _in_pages(self, array: np.ndarray) -> np.ndarray:
        """Return a view ``(pages, planes, depth, height, width, samples)`` of a whole array."""
        _, depth, height, width, _ = self.key.shaped
        return self._paged(array, self.number, (depth, height, width))

    def _paged(self, array: np.ndarray, number: int, size: tuple[int, int, int]) -> np.ndarray:
        """Return a view ``(pages, planes, depth, height, width, samples)`` of so many pages."""
        if self.planar:
            return np.moveaxis(array.reshape(number, *size, -1), -1, 1)[..., None]
        return array.reshape(number, self.key.shaped[0], *size, -1)

    def _decode(
        self,
        target: np.ndarray,
        pages: Sequence[Page | None],
        box: Box | None,
        name: str,
        limits: Limits,
        workers: int | None,
    ) -> int:
        if self.offset is not None:
            self._read_rows(target, np.arange(self.number), box, name)
            return 0
        segments = Segments(self.key, name=name, limits=limits)
        files = {p.parent.filehandle: None for p in pages if p is not None}
        with opened(*files, keep=self.keep_open):
            return decode_pages(pages, target, segments, box=box, workers=workers)

    def _read_rows(self, target: np.ndarray, pages: np.ndarray, box: Box | None, name: str) -> None:
        """Read rows, or parts of them, that are not compressed."""
        planes, depth, height, width, samples = self.key.shaped
        d0, d1, y0, y1, x0, x1 = box or (0, depth, 0, height, 0, width)
        assert self.key.dtype is not None
        assert self.offset is not None
        pixel = samples * self.key.dtype.itemsize
        each = planes * depth * height * width * pixel
        # A few columns of long rows are read for themselves, of others whole rows.
        narrow = (x1 - x0) * pixel + _GAP < width * pixel
        left, right = (x0, x1) if narrow else (0, width)
        rows = 1 if narrow else max(1, min(y1 - y0, _ROWS // max(1, width * pixel)))
        buffer = np.empty((rows, right - left, samples), self.key.dtype)
        with opened(self.file):
            for at, page in enumerate(pages):
                for plane in range(planes):
                    for d in range(d0, d1):
                        start = self.offset + int(page) * each
                        start += (plane * depth + d) * height * width * pixel
                        for y in range(y0, y1, rows):
                            part = buffer[: min(rows, y1 - y)]
                            read_stored(
                                self.file,
                                start + (y * width + left) * pixel,
                                part,
                                swap=self._swapped,
                                name=name,
                            )
                            here = target[at, plane, d - d0, y - y0 : y - y0 + len(part)]
                            here[...] = part[:, x0 - left : x1 - left]


_GAP = 4096  # bytes that are rather read than jumped over
_ROWS = 1 << 20  # bytes of rows that are read at once


class opened:  # noqa: N801 - a context manager
    """Opens the files of pages that the backend has closed, and closes those again."""

    def __init__(self, *files: Any, keep: bool = False) -> None:
        self._files = [file for file in files if file.closed]
        self._keep = keep

    def __enter__(self) -> None:
        for file in self._files:
            file.open()

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for file in () if self._keep else self._files:
            file.close()


def level_of(series: TiffPageSeries, level: int | None, name: str) -> TiffPageSeries:
    """Return one of the sizes of a series.

    Raises
    ------
    FrameIndexError
        If it has no such level.
    """
    if level is None:
        return series
    number = len(series.levels)
    if not -number <= level < number:
        raise FrameIndexError(f"{name} has {number} levels of this image; there is no {level}")
    return series.levels[level]


def of_series(series: TiffPageSeries, *, squeeze: bool = True) -> Image:
    """Return the image of a series, with or without its axes of length one."""
    key = series.keyframe
    shape, axes = series.shape, series.axes
    if not squeeze:
        every: Any = series  # newer versions of the backend have other objects for this
        shape, axes = every.get_shape(False), every.get_axes(False)
    shape, axes, planar = _arranged(tuple(shape), axes, key)
    offset = None if series.is_multifile else series.dataoffset
    pages: Sequence[Page | None] = [] if offset is not None else list(series)
    return Image(pages, key, shape, axes, series.dtype, offset, series, planar)


def of_pages(pages: Sequence[Page], *, stacked: bool) -> Image:
    """Return single pages as an image; with `stacked` under a first axis for them.

    Raises
    ------
    OptionError
        If they differ in shape or dtype.
    """
    key = pages[0] if isinstance(pages[0], TiffPage) else pages[0].keyframe
    assert key is not None
    for page in pages:
        if not _alike(page, key):
            raise OptionError("the pages that key= names differ in shape, dtype or compression")
    shape, axes = tuple(key.shape), key.axes
    if stacked:
        shape, axes = (len(pages), *shape), f"I{axes}"
    shape, axes, planar = _arranged(shape, axes, key)
    # One page that is not compressed stands in one piece.
    alone = len(pages) == 1 and key.is_contiguous and key.is_final
    offset = pages[0].dataoffsets[0] if alone and len(pages[0].dataoffsets) else None
    dtype = np.dtype(np.void) if key.dtype is None else key.dtype
    return Image(pages, key, shape, axes, dtype, offset, None, planar)


def _arranged(
    shape: tuple[int, ...], axes: str, key: TiffPage
) -> tuple[tuple[int, ...], str, bool]:
    """Return shape and axes with the samples of planar pages last."""
    depth = len(key.shape)
    at = len(shape) - depth
    if key.axes[:1] == "S" and at >= 0 and shape[at:] == tuple(key.shape) and axes[at] == "S":
        return (
            (*shape[:at], *shape[at + 1 :], shape[at]),
            f"{axes[:at]}{axes[at + 1 :]}S",
            True,
        )
    return shape, axes, False


def _span(part: slice, size: int) -> tuple[int, int, slice]:
    """Return where a slice begins and ends in the file, and the slice of what that gives."""
    start, stop, step = part.indices(size)
    number = len(range(start, stop, step))
    if not number:
        return 0, 0, slice(None)
    last = start + (number - 1) * step
    low, high = min(start, last), max(start, last) + 1
    return low, high, slice(None, None, step)


def _alike(page: Page, key: TiffPage) -> bool:
    return page is key or page.hash == key.hash


def _contradiction(name: str, what: str) -> DecodeError:
    return DecodeError(f"{name} is damaged or cut: it declares {what}", plugin="tiff")
