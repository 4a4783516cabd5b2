"""Reading FITS: every header and data unit that holds an array is an image, of any shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from .._which import refuse_levels
from ._blocks import Unit, units
from ._cards import describe
from ._checksums import verify
from ._gzipped import is_gzipped, unpacked
from ._images import Image, image_of
from ._pixels import Wishes

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from astropy.wcs import WCS

__all__ = ["FitsReader"]

Which = int | str | tuple[str, int]


class FitsReader:
    """Reads the images of a FITS file.

    Parameters
    ----------
    resource : Resource
        What to read.
    wishes : Wishes
        How numbers are wanted.
    tables : bool
        Whether images that are packed in tables are images.
    ignore_missing_end : bool
        Whether a last header without END ends with the file.
    checksum : bool
        Whether to compare checksums before a unit is read.
    """

    def __init__(
        self,
        resource: Resource,
        *,
        wishes: Wishes,
        tables: bool,
        ignore_missing_end: bool,
        checksum: bool,
    ) -> None:
        self._resource = resource
        self._gzipped = is_gzipped(resource)
        self._file: IO[bytes] = unpacked(resource) if self._gzipped else resource.open()
        self._wishes, self._tables, self._checksum = wishes, tables, checksum
        self._units: list[Unit] = []
        self._found: list[Image] = []
        self._ahead = units(
            self._file,
            resource.name,
            # In memory a card takes several times what it does in the file.
            most=resource.limits.metadata_bytes // 4,
            ignore_missing_end=ignore_missing_end,
        )
        self._verified: set[int] = set()
        try:
            self._next()  # the first header is right, or this is no FITS
        except BaseException:
            self.close()
            raise

    def count(self) -> int:
        """Return how many units hold images; the headers of all are read for that."""
        while self._next():
            pass
        return len(self._found)

    def read(
        self, *, index: Index = None, hdu: Which | None = None, memmap: bool = False
    ) -> np.ndarray:
        """Return an image.

        Parameters
        ----------
        index : int
            Which, counted over the units that hold images. None is the first.
        hdu : int, str or (str, int), optional
            Which, by its place in the file (0 is the primary one), its name EXTNAME, or name and
            EXTVER, in place of an index.
        memmap : bool
            Whether to map the file and not to read it: for images that are neither compressed nor
            scaled, in a file on this machine. What is written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            Its last axis is NAXIS1, the first row the one that the file has first (which most
            viewers show at the bottom). BSCALE, BZERO and BLANK are applied.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        image = self._image(index, hdu)
        if memmap and self._gzipped:
            raise OptionError(f"memmap=True: {self._resource.name} is gzipped")
        return image.mapped() if memmap else image.read()

    def iter(self) -> Iterator[np.ndarray]:
        """Return one image after the other."""
        number = 0
        while len(self._found) > number or self._next_image():
            yield self.read(index=number)
            number += 1

    def properties(
        self, *, index: Index = None, hdu: Which | None = None, memmap: bool = False
    ) -> ImageProperties:
        """Describe an image; its header is enough for that."""
        image = self._image(index, hdu, verified=False)
        kind = image.scaling.stored if memmap else image.scaling.dtype
        # Of more axes nobody says which of them are the picture's.
        return ImageProperties(image.shape, kind, axes="YX" if len(image.shape) == 2 else None)

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, hdu: Which | None = None
    ) -> dict[str, Any]:
        """Return the cards of a header: keyword to value.

        ``COMMENT``, ``HISTORY`` and blank cards are lists; ``card_comments`` holds what stands
        behind other values. Cards that say how the file is laid out, and how its numbers are
        scaled, have been applied. With ``index=...`` the cards of the primary header, and ``hdus``,
        a list of all units of the file.
        """
        if index is ...:
            self.count()
            first = self._units[0]
            every = not exclude_applied
            found = describe(first.header, first.text, layout=every, scaling=every)
            return {**found, "hdus": list(map(_summary, self._units))}
        image = self._image(index, hdu, verified=False)
        scaled = not image.scaling.is_none
        return describe(
            image.header,
            image.unit.text,
            layout=not exclude_applied,
            scaling=not (exclude_applied and scaled),
        )

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        hdu: Which | None = None,
    ) -> np.ndarray:
        """Return a part of an image: only its rows are read, or its tiles unpacked.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which image.
        level : int
            There is only 0.
        hdu : int, str or (str, int), optional
            Of which image, as for `read`.
        """
        refuse_levels(level, self._resource.name)
        return self._image(index, hdu).read_region(region)

    def header(self, *, index: int | None = None, hdu: Which | None = None) -> Header:
        """Return a copy of an image's header, as astropy's."""
        return self._image(index, hdu, verified=False).header.copy()

    def wcs(self, *, index: int | None = None, hdu: Which | None = None) -> WCS:
        """Return the world coordinates of an image's pixels, as astropy's."""
        from astropy.wcs import WCS

        return WCS(self.header(index=index, hdu=hdu))

    def close(self) -> None:
        """Let go of what was unpacked; the file itself is core's."""
        if self._gzipped:
            self._file.close()

    def _next(self) -> bool:
        """Read one more header, if there is one."""
        unit = next(self._ahead, None)
        if unit is None:
            return False
        self._units.append(unit)
        image = image_of(unit, self._resource, self._file, self._wishes, tables=self._tables)
        unit.forget()  # there may be many
        if image is not None:
            self._found.append(image)
        return True

    def _next_image(self) -> bool:
        """Read headers until there is one more image."""
        before = len(self._found)
        while len(self._found) == before:
            if not self._next():
                return False
        return True

    def _image(self, index: Index, hdu: Which | None, *, verified: bool = True) -> Image:
        if hdu is None:
            image = self._numbered(index if isinstance(index, int) else 0)
        elif index is not None:
            raise OptionError("hdu= and index= both say which image: give one of them")
        else:
            image = self._named(hdu)
        if verified and self._checksum and image.unit.number not in self._verified:
            verify(image.unit, self._file)
            self._verified.add(image.unit.number)
        return image

    def _numbered(self, number: int) -> Image:
        while len(self._found) <= number:
            if not self._next_image():
                raise self._no_image(f"number {number}")
        return self._found[number]

    def _no_image(self, what: str) -> Exception:
        shown = f"{len(self._units)} HDUs, {len(self._found)} of them images"
        if not self._found:
            packed = any(unit.is_compressed for unit in self._units)
            hint = "; disable_image_compression=True makes its images tables" if packed else ""
            return DecodeError(f"{self._resource.name} has no image in {shown}{hint}")
        return FrameIndexError(f"{self._resource.name} has {shown}; there is no {what}")

    def _named(self, hdu: Which) -> Image:
        units_of = (image for image in self._all() if _is(image.unit, hdu))
        image = next(units_of, None)
        if image is None:
            there = ", ".join(f"{i.unit.number} {i.unit.extension!r}" for i in self._found)
            raise OptionError(
                f"hdu={hdu!r} is no image of {self._resource.name}; images are {there or 'none'}"
            )
        return image

    def _all(self) -> Iterator[Image]:
        number = 0
        while len(self._found) > number or self._next_image():
            yield self._found[number]
            number += 1


def _is(unit: Unit, hdu: Which) -> bool:
    if isinstance(hdu, str):
        return unit.extension.upper() == hdu.strip().upper()
    if isinstance(hdu, tuple):
        return len(hdu) == 2 and _is(unit, hdu[0]) and unit.version == hdu[1]
    return unit.number == hdu


def _summary(unit: Unit) -> dict[str, Any]:
    return {
        "number": unit.number,
        "name": unit.extension,
        "version": unit.version,
        "kind": "COMPRESSED IMAGE" if unit.is_compressed else unit.kind,
        "shape": unit.axes("ZNAXIS") if unit.is_compressed else unit.shape,
        "bitpix": unit.whole("ZBITPIX") if unit.is_compressed else unit.bitpix,
    }
