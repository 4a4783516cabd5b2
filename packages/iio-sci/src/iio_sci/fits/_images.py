"""Images of a FITS file: arrays as they stand, and arrays packed tile by tile in a table."""

from __future__ import annotations

import math
import os
from typing import IO, Any

import numpy as np
from astropy.io import fits

from iio_core import DecodeError, OptionError, Resource

from .._flat import Flat, native, ranges_of, slice_of
from ._blocks import Unit
from ._pixels import STORED, Scaling, Wishes, scaling_of

__all__ = ["Image", "TiledImage", "image_of"]


class Image:
    """An array that stands in the file as it is: FITS 4.0, sections 3.3.2 and 7.1.

    Parameters
    ----------
    unit : Unit
        Its header and data unit.
    resource : Resource
        For its limits, and to map it.
    file : binary file
        What to read.
    wishes : Wishes
        How its numbers are wanted.
    """

    def __init__(self, unit: Unit, resource: Resource, file: IO[bytes], wishes: Wishes) -> None:
        self.unit, self._resource, self._file = unit, resource, file
        self.scaling: Scaling = scaling_of(unit, unit.bitpix, wishes)
        self.shape = unit.shape
        self._flat = Flat(unit.offset, unit.shape, STORED[unit.bitpix])

    @property
    def header(self) -> fits.Header:
        """The header."""
        return self.unit.header

    def read(self) -> np.ndarray[Any, Any]:
        """Return the array."""
        return self.scaling.apply(self._flat.read(self._file, self.unit.subject))

    def read_region(self, region: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Return a part of it; only its rows are read."""
        return self.scaling.apply(self._flat.read_region(self._file, region, self._resource))

    def mapped(self) -> np.ndarray[Any, Any]:
        """Return a memory map of it."""
        if not self.scaling.is_none:
            raise OptionError(
                f"memmap=True: the numbers of {self.unit.subject} are scaled; to map them as they "
                "stand: do_not_scale_image_data=True"
            )
        return self._flat.mapped(self._resource)


class TiledImage(Image):
    """An image that is packed tile by tile in a binary table: FITS 4.0, section 10.1.

    Parameters
    ----------
    unit, resource, file, wishes : object
        As for `Image`.
    """

    def __init__(self, unit: Unit, resource: Resource, file: IO[bytes], wishes: Wishes) -> None:
        self.unit, self._resource, self._file = unit, resource, file
        bitpix = unit.whole("ZBITPIX")
        if bitpix not in STORED:
            raise DecodeError(f"{unit.subject} declares ZBITPIX = {bitpix}")
        self.scaling = scaling_of(unit, bitpix, wishes)
        self.shape = unit.axes("ZNAXIS")
        self._options = {
            "uint": wishes.uint,
            "do_not_scale_image_data": wishes.do_not_scale,
            "ignore_blank": wishes.ignore_blank,
        }
        self._opened: fits.CompImageHDU | None = None

    @property
    def header(self) -> fits.Header:
        """The header of the image that is packed."""
        return self._hdu().header

    def read(self) -> np.ndarray[Any, Any]:
        """Return the array."""
        self._check_table()
        # Not `data`, which astropy would keep, and unpack for one thread at a time.
        data = self._hdu().section[...]
        return self._checked(np.asarray(data), self.shape)

    def read_region(self, region: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Return a part of it; only its tiles are unpacked."""
        self._check_table()
        wanted = ranges_of(region, self.shape)
        spans = [range(min(r), max(r) + 1) if r else range(0) for r in wanted]
        size = tuple(map(len, spans))
        self._resource.limits.check_array(
            size,
            self.scaling.dtype.itemsize,
            resource_size=self._resource.size,
            name=self.unit.subject,
        )
        if not all(size):
            return np.empty(tuple(map(len, wanted)), self.scaling.dtype)
        part = self._hdu().section[tuple(slice(s.start, s.stop) for s in spans)]
        part = self._checked(np.asarray(part), size)
        inside = (
            range(r.start - s.start, r.stop - s.start, r.step)
            for r, s in zip(wanted, spans, strict=True)
        )
        return np.ascontiguousarray(part[tuple(map(slice_of, inside))])

    def mapped(self) -> np.ndarray[Any, Any]:
        """Refuse: what is packed cannot be mapped."""
        raise OptionError(f"memmap=True: {self.unit.subject} is compressed")

    def _hdu(self) -> fits.CompImageHDU:
        if self._opened is None:
            # Lazily: units behind this one are not looked at.
            self._file.seek(0)
            opened = fits.open(self._file, memmap=False, lazy_load_hdus=True, **self._options)
            found = opened[self.unit.number]
            if not isinstance(found, fits.CompImageHDU):
                raise DecodeError(f"{self.unit.subject} is no image in tiles that astropy reads")
            self._opened = found
        return self._opened

    def _checked(self, data: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
        if data.shape != shape or data.dtype.newbyteorder("=") != self.scaling.dtype:
            raise DecodeError(
                f"{self.unit.subject} declares {shape} {self.scaling.dtype}, and unpacks to "
                f"{data.shape} {data.dtype}"
            )
        return native(data) if data.flags.writeable else data

    def _check_table(self) -> None:
        """Compare what the header says of tiles with the table, before anything is unpacked."""
        unit = self.unit
        missing = unit.offset + unit.nbytes - self._file.seek(0, os.SEEK_END)
        if missing > 0:
            raise DecodeError(f"{unit.subject} lacks its last {missing} bytes")
        usual = (*(1,) * (len(self.shape) - 1), *self.shape[-1:])
        count = len(self.shape)
        tile = tuple(unit.whole(f"ZTILE{count - i}", usual[i]) for i in range(count))
        if any(not t > 0 for t in tile):
            raise DecodeError(f"{unit.subject} declares tiles of {tile}")
        self._resource.limits.check_array(
            tile, 8, resource_size=self._resource.size, name=f"a tile of {unit.subject}"
        )
        tiles = math.prod(-(-n // t) for n, t in zip(self.shape, tile, strict=True))
        rows = unit.shape[0] if len(unit.shape) == 2 else 0
        if rows != tiles:
            raise DecodeError(f"{unit.subject} has {rows} tiles; its image is made of {tiles}")


def image_of(
    unit: Unit,
    resource: Resource,
    file: IO[bytes],
    wishes: Wishes,
    *,
    tables: bool,
) -> Image | None:
    """Return the image of a unit; None if it has none.

    Parameters
    ----------
    unit, resource, file, wishes : object
        As for `Image`.
    tables : bool
        Whether an image that is packed in a table is one.
    """
    if unit.is_image:
        return Image(unit, resource, file, wishes)
    if tables and unit.is_compressed:
        found = TiledImage(unit, resource, file, wishes)
        return found if found.shape and all(found.shape) else None
    return None
