"""Reading TIFF: an index is a series, which is what a user sees as an image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import EllipsisType
from typing import Any

import numpy as np
from tifffile import TiffFile

from iio_core import (
    ImageProperties,
    Index,
    NotThisFormat,
    OptionError,
    Resource,
)

from ._absent import refuse_missing, tell_absent
from ._codecs import lacking
from ._images import Image
from ._metadata import of_file, of_image, of_page
from ._opening import Opened
from ._plain import Plain
from ._selection import Key, Selection
from ._spacing import spacing_of
from ._told import heard
from ._views import check_out, colors_of, is_turned, orientation_of, turned_shape, viewed

__all__ = ["TiffReader"]


class TiffReader:
    """Reads TIFF files.

    Parameters
    ----------
    resource : Resource
        What to read.
    file : Opened
        The same, looked at.

    Raises
    ------
    NotThisFormat
        If nothing here decodes its compression.
    """

    checks_limits = True
    picks = frozenset({"page", "key"})

    def __init__(self, resource: Resource, file: Opened) -> None:
        self._resource = resource
        self._name = resource.name
        self._file = file
        self._selection = Selection(file, self._name)
        if self._selection.first is None and (reason := lacking(self._tiff.pages.first)):
            self.close()
            raise NotThisFormat(reason)

    @property
    def _tiff(self) -> TiffFile:
        return self._file.tiff

    def count(self) -> int:
        """Return how many series there are."""
        return len(self._selection.series)

    def read(
        self,
        *,
        index: Index = None,
        page: int | None = None,
        series: int | None = None,
        level: int | None = None,
        key: Key | None = None,
        out: np.ndarray | None = None,
        memmap: bool = False,
        maxworkers: int | None = None,
        rotate: bool = False,
        palette: bool = False,
        squeeze: bool = True,
        fill_missing: bool = False,
    ) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which series: all pages that belong together, such as the planes of a stack. ``None``
            is the first.
        page : int, optional
            A single page: of the series that `index` names, or, without `index` or with ``...``,
            of the file.
        series : int, optional
            The same as `index`.
        level : int, optional
            A smaller copy of an image that has some; 0 is the full size.
        key : int, slice or sequence of int, optional
            Several pages, stacked along a new first axis; otherwise as `page`.
        out : numpy.ndarray, optional
            Where to decode to, of the right shape and dtype, such as ``numpy.memmap``; it is what
            is returned.
        memmap : bool
            Whether to return a memory map of a file whose pixels stand there as they are, not
            compressed and in one piece: read-only, and in the file's byte order. Of what is in
            memory already, as small files are, it is a view.
        maxworkers : int, optional
            How many threads decode; by default as many as there are processors.
        rotate : bool
            Whether to turn the image upright, as its orientation tag says.
        palette : bool
            Whether to look the colors of a palette up; otherwise its indices are returned.
        squeeze : bool
            Whether axes of length one are left out, such as the time of a file that has one point
            of it; not of single pages.
        fill_missing : bool
            Whether planes that the file declares and does not have are filled with zeros, instead
            of being an error.

        Returns
        -------
        numpy.ndarray
            The samples as they are stored, whatever their meaning: indices of a palette, 0 for
            white, CMYK; only JPEG's YCbCr becomes RGB. Samples (red, green, blue) are the last
            axis.

        Raises
        ------
        FrameIndexError
            If there is no such series, page or level.
        DecodeError
            If the file is damaged, or nothing here decodes its compression.
        OptionError
            If `out` does not fit, or the file cannot be mapped.
        """
        special = memmap or rotate or palette or not squeeze or level is not None or key is not None
        if (index is None or (index == 0 and page is None)) and series is None and not special:
            plain = self._selection.plain(page)
            if plain is not None:
                return self._read_plain(plain, out, maxworkers)
        image = self._selection.image(index, page, series, level, key, squeeze=squeeze)
        if memmap:
            return self._map(image, out=out, rotate=rotate, palette=palette)
        if out is not None:
            check_out(out, self._describe(image, rotate=rotate, palette=palette))
        else:
            self._charge(*self._seen(image, rotate=rotate, palette=palette))
        refuse_missing(image, self._name, fill=fill_missing)
        stored = not (rotate or palette)
        with heard(self._name):
            array, absent = image.read(
                self._name,
                self._resource.limits,
                out=out if stored else None,
                workers=maxworkers,
            )
        tell_absent(absent, image, self._name)
        if stored:
            return array
        array = viewed(array, image, self._name, rotate=rotate, palette=palette)
        if out is None:
            return array
        out[...] = array
        return out

    def iter(
        self,
        *,
        level: int | None = None,
        maxworkers: int | None = None,
        rotate: bool = False,
        palette: bool = False,
        squeeze: bool = True,
        fill_missing: bool = False,
    ) -> Iterator[np.ndarray]:
        """Decode one series after the other; the options are those of `read`."""
        for index in range(self.count()):
            yield self.read(
                index=index,
                level=level,
                maxworkers=maxworkers,
                rotate=rotate,
                palette=palette,
                squeeze=squeeze,
                fill_missing=fill_missing,
            )

    def iter_pages(
        self, index: int | EllipsisType = ..., *, maxworkers: int | None = None
    ) -> Iterator[np.ndarray]:
        """Decode one page after the other.

        Parameters
        ----------
        index : int or ``...``
            The series whose pages to decode; all pages of the file by default.
        maxworkers : int, optional
            As for `read`.

        Yields
        ------
        numpy.ndarray
            A page.
        """
        whole = index is ...
        number = self._file.chain.count() if whole else len(self._selection.at(int(index)))  # type: ignore[arg-type]
        for page in range(number):
            chosen = None if whole else int(index)  # type: ignore[arg-type]
            yield self.read(index=chosen, page=page, maxworkers=maxworkers)

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        page: int | None = None,
        maxworkers: int | None = None,
    ) -> np.ndarray:
        """Decode a part of an image: only the strips, tiles or rows that it needs are read.

        Parameters
        ----------
        region : tuple of slice
            As for indexing the array; axes that are left out are whole.
        index : int
            Which series.
        level : int
            Which of its sizes; 0 is the full one.
        page : int, optional
            As for `read`.
        maxworkers : int, optional
            As for `read`.

        Returns
        -------
        numpy.ndarray
            ``read(index=index, level=level)[region]``.
        """
        image = self._selection.image(index, page, None, level or None, None)
        if len(region) > len(image.shape):
            raise OptionError(
                f"the region has {len(region)} axes, the image {len(image.shape)}: {image.shape}"
            )
        full = (*region, *(slice(None),) * (len(image.shape) - len(region)))
        shape = tuple(len(range(*s.indices(n))) for s, n in zip(full, image.shape, strict=True))
        self._charge(shape, image.dtype)
        refuse_missing(image, self._name, fill=False)
        with heard(self._name):
            array, absent = image.read_box(
                full, self._name, self._resource.limits, workers=maxworkers
            )
        tell_absent(absent, image, self._name)
        return np.ascontiguousarray(array)

    def properties(
        self,
        *,
        index: Index = None,
        page: int | None = None,
        series: int | None = None,
        level: int | None = None,
        key: Key | None = None,
        out: np.ndarray | None = None,
        memmap: bool = False,
        maxworkers: int | None = None,
        rotate: bool = False,
        palette: bool = False,
        squeeze: bool = True,
        fill_missing: bool = False,
    ) -> ImageProperties:
        """Describe what `read` with the same options returns, from the directories alone."""
        image = self._selection.image(index, page, series, level, key, squeeze=squeeze)
        return self._describe(image, rotate=rotate, palette=palette)

    def metadata(
        self,
        *,
        index: Index = None,
        page: int | None = None,
        exclude_applied: bool = True,
        rotate: bool = False,
    ) -> dict[str, Any]:
        """Return what the file says beside its pixels.

        Parameters
        ----------
        index : int or ``...``
            Which series; ``...`` for what is said of the whole file: its dialect, and what that
            has to tell.
        page : int, optional
            Of which page of the series, or with ``...`` of the file; the first by default.
        exclude_applied : bool
            Whether to leave out the orientation if the pixels have been turned.
        rotate : bool
            As for `read`.

        Returns
        -------
        dict
            ``description``, ``software``, ``datetime``, ``resolution``, ``is_imagej`` and so on,
            and every tag by its name. Of a file also ``axes``, ``spacing``, ``spacing_units``,
            ``ome`` (a dict) and ``ome_xml``, ``imagej``, ``lsm``, ``geo``, and so on.
        """
        chosen = None if index is ... else index
        image = self._selection.image(chosen, page, None, None, None)
        with heard(self._name):
            if index is ... and page is None:
                return of_file(self._tiff, image, self._file.outline)
            shown = None if page is None else image.pages[0]
            found = of_page(image.key if shown is None else shown.aspage())
            if image.series is not None:
                found.update(of_image(image, self._tiff, self._file.outline))
        if exclude_applied and rotate:
            found.pop("Orientation", None)
            found.pop("orientation", None)
        return found

    def text_of(self, tags: Sequence[int]) -> bytes:
        """Return the bytes of the first of some tags that the first page has.

        Raises
        ------
        DecodeError
            If they are not in the file.
        """
        first = self._file.chain.first
        if first.lost.intersection(tags):
            raise self._file.chain.damaged("the text of a tag is not in it")
        return next((first.data(tag) for tag in tags if tag in first), b"")

    def tail(self, most: int) -> bytes:
        """Return the end of the file."""
        chain = self._file.chain
        return chain.bytes_at(max(0, chain.size - most), min(most, chain.size))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _read_plain(self, plain: Plain, out: np.ndarray | None, workers: int | None) -> np.ndarray:
        """Read a page that takes no backend."""
        if out is not None:
            check_out(out, ImageProperties(plain.shape, plain.dtype))
        else:
            self._charge(plain.shape, plain.dtype)
        array = (
            out
            if out is not None and out.flags.c_contiguous
            else np.empty(plain.shape, plain.dtype)
        )
        plain.read(self._file.file, array, workers=workers, name=self._name)
        if out is None or array is out:
            return array
        out[...] = array
        return out

    def _describe(self, image: Image, *, rotate: bool, palette: bool) -> ImageProperties:
        shape, dtype = self._seen(image, rotate=rotate, palette=palette)
        spacing = spacing_of(image, self._tiff, self._file.outline)
        if spacing is not None and rotate and is_turned(image) and orientation_of(image.key) >= 5:
            spacing = (*spacing[:-2], spacing[-1], spacing[-2])
        axes = f"{image.axes}S" if palette else image.axes
        return ImageProperties(shape, dtype, spacing=spacing, axes=axes)

    @staticmethod
    def _seen(image: Image, *, rotate: bool, palette: bool) -> tuple[tuple[int, ...], np.dtype]:
        """Return shape and dtype of an image as it was asked for."""
        shape, dtype = image.shape, image.dtype
        if rotate and is_turned(image):
            shape = turned_shape(shape, image.axes, orientation_of(image.key))
        if palette:
            shape, dtype = (*shape, 3), colors_of(image.key).dtype
        return shape, dtype.newbyteorder("=")

    def _map(
        self, image: Image, *, out: np.ndarray | None, rotate: bool, palette: bool
    ) -> np.ndarray:
        if out is not None or rotate or palette:
            raise OptionError("memmap=True is of pixels as they stand in the file: without others")
        image.check(self._name)
        mapped = image.map(self._file.file)
        if mapped is None:
            raise OptionError(
                f"memmap=True: the pixels of {self._name} are compressed, in several pieces, or "
                "not in a file of this machine. Read them without it, or into out="
            )
        return mapped

    def _charge(self, shape: tuple[int, ...], dtype: np.dtype) -> None:
        resource = self._resource
        resource.limits.check_array(
            shape, dtype.itemsize, resource_size=resource.size, name=resource.name
        )
