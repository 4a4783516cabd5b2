"""How tiles of an image are packed: FITS 4.0, section 10."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy.io import fits

from iio_core import EncodeError, OptionError

__all__ = ["Packing"]

_METHODS = ("RICE_1", "GZIP_1", "GZIP_2", "PLIO_1", "HCOMPRESS_1")
_EXACT_FLOATS = ("GZIP_1", "GZIP_2")
_PLIO_MOST = (1 << 24) - 1


@dataclass(frozen=True)
class Packing:
    """A compression and its settings.

    Parameters
    ----------
    method : str
        ZCMPTYPE.
    tile : tuple of int, optional
        The shape of a tile.
    quantize_level : float
        0 keeps floats exactly.
    hcomp_scale : float
        0 keeps values exactly.
    """

    method: str
    tile: tuple[int, ...] | None
    quantize_level: float
    hcomp_scale: float

    @classmethod
    def of(
        cls,
        image: np.ndarray,
        method: str,
        *,
        tile: tuple[int, ...] | None,
        quantize_level: float | None,
        hcomp_scale: float,
        name: str,
    ) -> Packing | None:
        """Return how an image is packed; None if it is not.

        Raises
        ------
        EncodeError
            If the method cannot hold the image, or not without changing it.
        OptionError
            If an option has no meaning for it.
        """
        if method == "no":
            if tile is not None or quantize_level is not None or hcomp_scale:
                raise OptionError("tile=, quantize_level= and hcomp_scale= go with compression=")
            return None
        if method not in _METHODS:
            raise OptionError(f"compression={method!r} is none of {', '.join(_METHODS)}")
        if hcomp_scale and method != "HCOMPRESS_1":
            raise OptionError("hcomp_scale= goes with compression='HCOMPRESS_1'")
        _check_tile(image, tile, method)
        if image.dtype.kind == "f":
            _check_floats(image, method, quantize_level, name)
        elif quantize_level is not None:
            raise OptionError("quantize_level= is for floats")
        else:
            _check_integers(image, method, name)
        return cls(method, tile, quantize_level or 0.0, hcomp_scale)

    def unit(self, image: np.ndarray, header: fits.Header) -> fits.CompImageHDU:
        """Return the unit that holds an image."""
        return fits.CompImageHDU(
            np.ascontiguousarray(image),
            header,
            name=header.get("EXTNAME"),
            compression_type=self.method,
            tile_shape=self.tile,
            quantize_level=self.quantize_level,
            hcomp_scale=self.hcomp_scale,
        )


def _check_tile(image: np.ndarray, tile: tuple[int, ...] | None, method: str) -> None:
    if tile is None:
        if method == "HCOMPRESS_1" and image.ndim < 2:
            raise OptionError("HCOMPRESS_1 packs images of two and more dimensions")
        return
    if len(tile) != image.ndim or not all(isinstance(n, int) and n > 0 for n in tile):
        raise OptionError(f"tile={tile!r} is not the shape of a part of an image of {image.shape}")


def _check_floats(image: np.ndarray, method: str, quantize_level: float | None, name: str) -> None:
    if method == "PLIO_1":
        raise EncodeError(f"{name}: PLIO_1 holds integers from 0 to {_PLIO_MOST}, not floats")
    if not quantize_level and method not in _EXACT_FLOATS:
        raise EncodeError(
            f"{name}: {method} would change floats. To allow that: quantize_level=16; to keep "
            "them: compression='GZIP_2'"
        )


def _check_integers(image: np.ndarray, method: str, name: str) -> None:
    if image.dtype.itemsize == 8 and method not in _EXACT_FLOATS:
        raise EncodeError(f"{name}: {method} holds no integers of 64 bits; GZIP_2 does")
    kind = f"{image.dtype.kind}{image.dtype.itemsize}"
    if method == "PLIO_1" and kind not in ("u1", "i2", "i4"):
        raise EncodeError(f"{name}: PLIO_1 holds uint8, int16 and int32, not {image.dtype}")
    if method == "PLIO_1" and (image.min() < 0 or image.max() > _PLIO_MOST):
        raise EncodeError(f"{name}: PLIO_1 holds integers from 0 to {_PLIO_MOST}")
