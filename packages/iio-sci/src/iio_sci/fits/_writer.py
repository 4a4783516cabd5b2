"""Writing FITS: each image is a header and data unit, the first one the primary."""

from __future__ import annotations

import gzip
import io
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any, Literal

import numpy as np
from astropy.io import fits

from iio_core import EncodeError, MetadataWarning, Target, warn

from ._blocks import BLOCK
from ._cards import cards_of
from ._packing import Packing
from ._unscaling import unscaled

__all__ = ["FitsWriter"]

_PIECE = 4 << 20  # bytes that are turned to big endian at once
_KINDS = frozenset({"u1", "i2", "i4", "i8", "f4", "f8", "i1", "u2", "u4", "u8"})
Compression = Literal["RICE_1", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1"]


class FitsWriter:
    """Writes images as the units of a FITS file.

    Parameters
    ----------
    target : Target
        Where to.
    """

    takes_arrays = True
    """A cube is one image here; a list of arrays is several."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._started = False
        self._gzip: gzip.GzipFile | None = None
        self._versions: dict[str, int] = {}  # of units of one name

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        name: str | None = None,
        compression: Compression | Literal["no"] | None = None,
        tile: tuple[int, ...] | None = None,
        quantize_level: float | None = None,
        hcomp_scale: float = 0.0,
        checksum: bool = False,
        scale_back: bool = False,
    ) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            Of any shape; its last axis becomes NAXIS1. Integers of 8 to 64 bits, signed or not, or
            floats of 32 or 64.
        metadata : mapping, optional
            Cards, keyword to value, as reading returns them: ``COMMENT`` and ``HISTORY`` may be
            lists, ``card_comments`` maps keywords to comments. What a card cannot hold is left out,
            with a `iio_core.MetadataWarning`.
        name : str, optional
            EXTNAME of the unit. Of units with the same one the second has EXTVER 2, and so on.
        compression : {"RICE_1", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1", "no"}, optional
            How tiles of it are packed. By default they are not, but in files called ``.fz``:
            integers by RICE_1, floats by GZIP_2.
        tile : tuple of int, optional
            The shape of a tile, in the order of the array's axes; by default a row.
        quantize_level : float, optional
            Packs floats as integers, by this part of the noise: 16 is fine, and small. Values
            change. By default floats are kept exactly.
        hcomp_scale : float
            By how much HCOMPRESS_1 may change values, as a multiple of the noise.
        checksum : bool
            Whether to write DATASUM and CHECKSUM.
        scale_back : bool
            Whether to store floats as the integers that they were, by the BITPIX, BSCALE and BZERO
            of `metadata` (which reading tells with ``exclude_applied=False``).

        Raises
        ------
        EncodeError
            If FITS cannot hold such an image, or the compression would change it.
        """
        told = dict(metadata or {})
        if scale_back:
            image, scaling = unscaled(image, told, self._target.name)
        else:
            scaling = {}
        self._check(image)
        packing = Packing.of(
            image,
            compression if compression is not None else self._usual(image),
            tile=tile,
            quantize_level=quantize_level,
            hcomp_scale=hcomp_scale,
            name=self._target.name,
        )
        cards, refused = cards_of(told)
        header = fits.Header(cards)
        header.update(scaling)
        if name is not None:
            header["EXTNAME"] = name
        self._tell_apart(header)
        if refused:
            names = ", ".join(refused)
            warn(
                f"{self._target.name}: cards of FITS cannot hold these; left out: {names}",
                MetadataWarning,
            )
        if packing is not None:
            self._write_packed(image, header, scaling, packing, checksum)
        else:
            self._write_plain(image, header, checksum, raw=bool(scaling))
        self._started = True

    def close(self) -> None:
        """Finish gzip; every unit is whole."""
        if self._gzip is not None:
            self._gzip.close()

    def abort(self) -> None:
        """Let go of gzip; what was written is core's to throw away."""
        if self._gzip is not None:
            with suppress(Exception):  # a full disk, again
                self._gzip.close()

    def _tell_apart(self, header: fits.Header) -> None:
        """Give units that share a name a version each: section 4.4.2.6."""
        name = str(header.get("EXTNAME", "")).strip().upper()
        before = self._versions.get(name, 0)
        if name and before and "EXTVER" not in header:
            header["EXTVER"] = before + 1
        version = header.get("EXTVER", 1)
        self._versions[name] = max(before, version if isinstance(version, int) else 1)

    def _sink(self) -> IO[bytes]:
        """Return where units are written to."""
        file = self._target.open()
        if self._target.extension != ".gz":
            return file
        if self._gzip is None:  # of no date: the same image is the same file
            self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
        return self._gzip  # type: ignore[return-value]

    def _usual(self, image: np.ndarray) -> Compression | Literal["no"]:
        if self._target.extension != ".fz":
            return "no"
        wide = image.dtype.itemsize == 8 and image.dtype.kind in "iu"  # not for RICE
        return "RICE_1" if image.dtype.kind in "iu" and not wide else "GZIP_2"

    def _check(self, image: np.ndarray) -> None:
        kind = f"{image.dtype.kind}{image.dtype.itemsize}"
        if kind not in _KINDS:
            raise EncodeError(
                f"{self._target.name}: FITS holds integers of 8 to 64 bits and floats of 32 or 64, "
                f"not {image.dtype}; convert the array"
            )
        if not image.size or not image.ndim:
            raise EncodeError(f"{self._target.name}: there are no pixels in {image.shape}")
        if image.ndim > 999:
            raise EncodeError(f"{self._target.name}: FITS holds 999 axes")

    def _write_plain(
        self, image: np.ndarray, header: fits.Header, checksum: bool, *, raw: bool
    ) -> None:
        make = fits.ImageHDU if self._started else fits.PrimaryHDU
        scaling = {k: header.pop(k) for k in ("BSCALE", "BZERO", "BLANK") if k in header}
        hdu = make(np.ascontiguousarray(image), header)
        if raw:
            hdu.header.update(scaling)
        if checksum:
            hdu.add_checksum()
        file = self._sink()
        file.write(hdu.header.tostring().encode("ascii"))
        _write_data(file, image)

    def _write_packed(
        self,
        image: np.ndarray,
        header: fits.Header,
        scaling: dict[str, Any],
        packing: Packing,
        checksum: bool,
    ) -> None:
        hdu = packing.unit(image, header)
        hdu.header.update(scaling)  # astropy takes them out of a header that comes with numbers
        sink = io.BytesIO()
        fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(sink, checksum=checksum)
        packed = sink.getbuffer()
        # Of one file with an empty primary unit the second unit is what is wanted.
        self._sink().write(packed[BLOCK if self._started else 0 :])


def _write_data(file: IO[bytes], image: np.ndarray) -> None:
    """Write numbers as FITS has them: big endian, unsigned ones with the topmost bit turned."""
    flat = np.ascontiguousarray(image).reshape(-1)
    size = image.dtype.itemsize
    offset = (image.dtype.kind == "u") != (size == 1) and image.dtype.kind in "iu"
    step = _PIECE // size
    for start in range(0, flat.size, step):
        piece = flat[start : start + step]
        if offset:
            piece = piece.view(f"u{size}") ^ np.array(1 << (8 * size - 1), f"u{size}")
        file.write(piece.astype(piece.dtype.newbyteorder(">"), copy=False).data)
    file.write(bytes(-(flat.size * size) % BLOCK))
