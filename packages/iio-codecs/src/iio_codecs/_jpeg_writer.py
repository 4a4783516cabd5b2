"""Writing JPEG of 8 and 12 bits, lossless JPEG, and JPEG-LS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from iio_core import EncodeError, OptionError, Pixels

from ._backend import encode
from ._jpeg_segments import inserted
from ._options import choice, flag, whole
from ._writer import CodecWriter

__all__ = ["JpegLsWriter", "JpegWriter"]

_SUBSAMPLING = ("444", "422", "420", "411", "440")
_DEEP = (Pixels("uint16", (1, 3)),)
_LONGEST = 65_000  # bytes of a segment
_ROOM = 1024  # for headers


class JpegWriter(CodecWriter):
    """Writes JPEG through libjpeg-turbo."""

    holds = frozenset({"icc_profile", "exif", "xmp", "comment"})

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        quality: int | None = None,
        subsampling: Literal["444", "422", "420", "411", "440"] | None = None,
        optimize: bool = False,
        smoothing: int | None = None,
        lossless: bool = False,
        predictor: int | None = None,
        bits: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, ``(height, width)`` or RGB; uint16 if `bits` or `lossless` says how.
        metadata : mapping, optional
            ``icc_profile``, ``exif``, ``xmp``, ``comment``.
        quality : int, optional
            1 to 100; 95 by default.
        subsampling : {"444", "422", "420", "411", "440"}, optional
            How colors are subsampled; "420" by default.
        optimize : bool
            Whether to look for the best Huffman codes.
        smoothing : int, optional
            How much to smooth the image before, 0 to 100.
        lossless : bool
            Whether to write lossless JPEG (SOF3), which browsers do not read.
        predictor : int, optional
            What lossless JPEG predicts a sample from, 1 to 7.
        bits : int, optional
            How many bits a sample has: 8 or 12, and of lossless JPEG 2 to 16.

        Raises
        ------
        EncodeError
            For an array that JPEG cannot hold, or a second image.
        """
        lossless = bool(flag("lossless", lossless))
        asked = whole("bits", bits, 2, 16)
        said = (metadata or {}).get("bits_per_sample")
        deep = image.dtype == np.uint16
        if asked is None and deep and said in (12, 16):
            asked = said if lossless or said == 12 else None
        is_told = deep and (lossless or asked == 12)
        image = self._checked(image, _DEEP if is_told else ())
        depth = asked or (16 if deep else 8)
        if not lossless and depth not in (8, 12):
            raise OptionError(f"bits={depth}: lossy JPEG has 8 or 12; lossless=True takes others")
        if deep is not (depth > 8):
            raise OptionError(f"bits={depth} is not for an array of {image.dtype}")
        self._bits(depth, image, None)
        if lossless and (quality is not None or subsampling is not None):
            raise OptionError("lossless=True has no quality and no subsampling")
        if predictor is not None and not lossless:
            raise OptionError("predictor= is of lossless=True")
        chosen = choice("subsampling", subsampling, _SUBSAMPLING)
        held = self._short(self._held(metadata, image, depth))
        data = encode(
            "jpeg8",
            image,
            format=self._format.name,
            level=None if lossless else whole("quality", quality, 1, 100) or 95,
            subsampling=None if lossless or image.ndim == 2 else chosen or "420",
            optimize=bool(flag("optimize", optimize)) or None,
            smoothing=whole("smoothing", smoothing, 0, 100),
            lossless=lossless or None,
            predictor=whole("predictor", predictor, 1, 7),
            bitspersample=None if depth == 8 else depth,
        )
        at = 4 + int.from_bytes(data[4:6], "big") if data[2:4] == b"\xff\xe0" else 2
        self._put(data[:at], inserted(held), data[at:])

    def _value(self, name: str, value: Any) -> Any:
        if name == "comment":
            raw = value.encode() if isinstance(value, str) else value
            return bytes(raw) if isinstance(raw, bytes | bytearray) else None
        return super()._value(name, value)

    def _short(self, held: dict[str, Any]) -> dict[str, Any]:
        """Leave out what is too long for a segment of its own."""
        names = ("exif", "xmp", "comment")
        long = [name for name in names if len(held.get(name, b"")) > _LONGEST]
        if long:
            self._warn_of(long)
        return {name: value for name, value in held.items() if name not in long}


class JpegLsWriter(CodecWriter):
    """Writes JPEG-LS through CharLS."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        near: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 or uint16, ``(height, width)`` or with 3 or 4 channels.
        metadata : mapping, optional
            None is kept.
        near : int, optional
            By how much a value may change, 0 to 127; by default nothing is lost.

        Raises
        ------
        EncodeError
            For an array that JPEG-LS cannot hold, or a second image.
        """
        image = self._checked(image)
        self._held(metadata, image)
        level = whole("near", near, 0, 127)
        self._put(self._coded(image, level))

    def _coded(self, image: np.ndarray, level: int | None) -> bytes:
        """Encode into as much room as is mostly enough, and if it is not, as can be needed.

        ITU-T T.87, section A.5.3: a sample takes 2 (bits + max(8, bits)) bits at most.
        """
        format = self._format.name
        try:
            return encode(
                "jpegls", image, format=format, level=level, out=image.nbytes * 5 // 4 + _ROOM
            )
        except EncodeError:
            room = 4 * image.nbytes + _ROOM
            return encode("jpegls", image, format=format, level=level, out=room)
