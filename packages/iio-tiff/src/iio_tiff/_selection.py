"""Which pages and series the arguments of reading name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tifffile import TiffFile, TiffFrame, TiffPage, TiffPageSeries

from iio_core import DecodeError, FrameIndexError, Index, OptionError

from ._images import Image, level_of, of_pages, of_series
from ._opening import Opened
from ._plain import Plain, is_only, plain_page
from ._told import heard

__all__ = ["Key", "Selection"]

_KEPT = 64  # pages
_MANY = 1000  # pages: to compare fewer with each other takes no time
_DIALECTS = (
    *("shaped", "lsm", "mmstack", "ome", "imagej", "fluoview", "stk", "sis", "svs", "scn", "qpi"),
    *("ndpi", "bif", "avs", "eer", "philips", "scanimage", "nih", "mdgel"),
)
_TABLES = ((273, 279), (324, 325))  # of strips, of tiles: their offsets and lengths
Key = int | slice | Sequence[int]


class Selection:
    """Finds the pages and series of a file, each when it is first asked for.

    Parameters
    ----------
    file : Opened
        The file.
    name : str
        How messages call it.

    Attributes
    ----------
    first : Plain or None
        The first page, if it takes no backend to read it.
    """

    def __init__(self, file: Opened, name: str) -> None:
        self._file = file
        self._name = name
        self.first = plain_page(file.chain, file.chain.first)
        self._pages: dict[int, TiffPage | TiffFrame] = {}  # the last ones
        self._asked: tuple[object, ...] = ()
        self._last: Image | None = None
        self._found: list[TiffPageSeries] | None = None

    @property
    def series(self) -> list[TiffPageSeries]:
        """The series, looked for when they are first asked for."""
        if self._found is None:
            chain, tiff = self._file.chain, self._file.tiff
            number = chain.count()  # all directories are looked through before
            with heard(self._name):
                if number > _MANY and not tiff.is_uniform:
                    chain.charge_parsed(compared=not _is_dialect(tiff))
                self._found = list(tiff.series)
        return self._found

    def at(self, number: int) -> TiffPageSeries:
        """Return a series.

        Raises
        ------
        FrameIndexError
            If there is none of this number.
        """
        if not 0 <= number < len(self.series):
            raise FrameIndexError(
                f"{self._name} has {len(self.series)} images; there is none at {number}"
            )
        return self.series[number]

    def plain(self, page: int | None) -> Plain | None:
        """Return a page of the file, or its only image, if its pixels stand there as they are.

        None also if that is not known without the backend.
        """
        chain = self._file.chain
        if page is None:
            return self.first if is_only(chain, self.first) else None
        number = self._counted(page)
        return self.first if number == 0 else plain_page(chain, chain.page(number))

    def _counted(self, number: int) -> int:
        """Return the number of a page, counted from the beginning."""
        if number >= 0:
            return number
        total = self._file.chain.count()
        if number < -total:
            raise FrameIndexError(f"{self._name} has {total} pages; there is none at {number}")
        return number + total

    def _page(self, number: int) -> TiffPage | TiffFrame:
        """Return a page of the file, without a look at those between."""
        number = self._counted(number)
        tiff = self._file.tiff
        if number == 0:
            return tiff.pages.first
        if tiff.is_lsm:  # the tables of which are put right when all are known
            self._file.chain.at(number)
            return tiff.pages[number]
        page = self._pages.get(number)
        if page is None:
            page = self._parsed(tiff, number)
            if len(self._pages) >= _KEPT:
                self._pages.clear()
            self._pages[number] = page
        return page

    def _parsed(self, tiff: TiffFile, number: int) -> TiffPage | TiffFrame:
        """Return a page; only its tables are parsed if it is like the first one."""
        chain, first = self._file.chain, tiff.pages.first
        directory = chain.page(number)
        offset = chain.at(number)
        with heard(self._name):
            if directory.like(chain.first):
                tables = [directory.numbers(tag) for tag in _TABLES[bool(first.is_tiled)]]
                if all(len(table) == len(first.dataoffsets) for table in tables):
                    return TiffFrame(
                        tiff,
                        number,
                        offset=offset,
                        keyframe=first,
                        dataoffsets=tables[0],
                        databytecounts=tables[1],
                    )
            tiff.filehandle.seek(offset)
            return TiffPage(tiff, number)

    def image(
        self,
        index: Index,
        page: int | None,
        series: int | None,
        level: int | None,
        key: Key | None,
        *,
        squeeze: bool = True,
    ) -> Image:
        """Return what the arguments of `read` name."""
        asked = (index, page, series, level, squeeze)
        if key is None and asked == self._asked and self._last is not None:
            return self._last  # that was described, and now it is read
        image = self._named(index, page, series, level, key, squeeze=squeeze)
        if not all(isinstance(size, int) for size in image.shape):
            raise DecodeError(
                f"{self._name} is damaged: it declares a shape of {image.shape}", plugin="tiff"
            )
        image.keep_open = self._file.keep_open
        if image.offset is not None and image.series is not None:
            self._file.chain.refuse_inside(image.offset, image.nbytes)
        if key is None:
            self._asked, self._last = asked, image
        return image

    def _named(
        self,
        index: Index,
        page: int | None,
        series: int | None,
        level: int | None,
        key: Key | None,
        *,
        squeeze: bool,
    ) -> Image:
        number = index if isinstance(index, int) else None
        if series is not None:
            if number is not None and number != series:
                raise OptionError(f"index={number} and series={series} are two different images")
            number = series if series >= 0 else series + len(self.series)
        if page is not None and key is not None:
            raise OptionError("page= and key= name pages both: one of them is enough")
        wanted: Key | None = page if page is not None else key
        if wanted is None:
            found = self.at(0 if number is None else number)
            if not squeeze and not hasattr(found, "get_shape"):  # tifffile from 2026.11 on
                every: Any = self._file.tiff.series
                found = every(squeeze=False)[0 if number is None else number]
                squeeze = True
            return of_series(level_of(found, level, self._name), squeeze=squeeze)
        if level is not None and number is None:
            raise OptionError("level= is of a series: name that with index=")
        return self._of_pages(wanted, number, level)

    def _of_pages(self, wanted: Key, number: int | None, level: int | None) -> Image:
        if number is None:
            total = None
            each: Any = self._page
        else:
            of = level_of(self.at(number), level, self._name)
            total = len(of)
            each = of.__getitem__
        if isinstance(wanted, slice):
            total = self._file.chain.count() if total is None else total
            numbers: Sequence[int] = range(*wanted.indices(total))
        else:
            numbers = [wanted] if isinstance(wanted, int) else [int(n) for n in wanted]
        if not numbers:
            raise FrameIndexError(f"{self._name}: key={wanted!r} names no page")
        if total is not None and not all(-total <= n < total for n in numbers):
            raise FrameIndexError(f"{self._name} has {total} pages of this; not {wanted!r}")
        pages: list[TiffPage | TiffFrame]
        if number is None:
            pages = [each(n) for n in numbers]
        else:
            with heard(self._name):
                pages = [each(n) for n in numbers]
        if any(p is None for p in pages):
            raise DecodeError(f"{self._name} does not have page {wanted!r}", plugin="tiff")
        return of_pages(pages, stacked=not isinstance(wanted, int))


def _is_dialect(tiff: TiffFile) -> bool:
    """Tell whether a dialect says which pages belong together."""
    return any(getattr(tiff, f"is_{kind}", False) for kind in _DIALECTS)
