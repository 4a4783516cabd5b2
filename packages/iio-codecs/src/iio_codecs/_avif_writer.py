"""Writing AVIF of 8, 10 and 12 bits a sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from iio_core import OptionError, warn

from ._backend import encode
from ._options import choice, flag, real, whole
from ._writer import CodecWriter

__all__ = ["AvifWriter"]

# With their numbers in libavif: releases of imagecodecs differ in the names they take.
_SUBSAMPLING = {"444": 1, "422": 2, "420": 3, "400": 4}


class AvifWriter(CodecWriter):
    """Writes AVIF; uint8 with a loss that is hard to see, uint16 without any."""

    depths = True

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        lossless: bool | None = None,
        quality: float | None = None,
        bits: Literal[8, 10, 12] | None = None,
        speed: int = 6,
        subsampling: Literal["444", "422", "420", "400"] | None = None,
        codec: Literal["aom", "rav1e", "svt"] | None = None,
        primaries: int | None = None,
        transfer: int | None = None,
        matrix: int | None = None,
        threads: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, or uint16 with values of at most 12 bits, ``(height, width)`` or with 2 to 4
            channels.
        metadata : mapping, optional
            ``bits_per_sample``.
        lossless : bool, optional
            Whether every value is kept; by default of uint16, unless `quality` is given.
        quality : float, optional
            0 to 100, by default 75 of uint8.
        bits : {8, 10, 12}, optional
            How many bits a sample has; by default 8 of uint8 and 12 of uint16.
        speed : int
            0, the smallest files in a hundred times the time, to 10.
        subsampling : {"444", "422", "420", "400"}, optional
            How colors are subsampled; by default they are not.
        codec : {"aom", "rav1e", "svt"}, optional
            Which encoder, where the build of imagecodecs has it.
        primaries, transfer, matrix : int, optional
            The numbers of ITU-T H.273 for color primaries, transfer and matrix; without loss the
            matrix is 0, RGB.
        threads : int, optional
            How many threads encode.

        Raises
        ------
        EncodeError
            For an array that AVIF cannot hold, or a second image.
        """
        image = self._checked(image)
        deep = image.dtype == np.uint16
        said = (metadata or {}).get("bits_per_sample")
        bits = choice("bits", bits, (10, 12) if deep else (8,))
        depth = bits or (said if deep and said in (10, 12) else 12 if deep else 8)
        if deep and image.size and int(image.max()) >> depth:
            raise self._refused(
                f"it holds at most 12 bits a sample, here {depth}, and the array has a value of "
                f"{int(image.max())}; (image >> 4) keeps the upper 12 of 16 bits"
            )
        lossless, quality = flag("lossless", lossless), real("quality", quality, 0, 100)
        if lossless and quality is not None:
            raise OptionError("lossless=True and quality= exclude each other")
        exact = (deep and quality is None) if lossless is None else lossless
        if exact and subsampling not in (None, "444", "400"):
            raise OptionError(f"subsampling={subsampling!r} loses colors, and lossless= forbids it")
        if subsampling is not None:
            choice("subsampling", subsampling, tuple(_SUBSAMPLING))
        self._held(metadata, image, depth)
        color = image.ndim == 3 and image.shape[-1] >= 3
        top = (1 << depth) - 1
        if image.ndim == 3 and image.shape[-1] in (2, 4) and bool((image[..., -1] == top).all()):
            warn(
                f"{self._target.name}: every pixel is opaque, and the encoder of AVIF stores no "
                "such alpha: it comes back without"
            )
        self._put(
            encode(
                "avif",
                image,
                format=self._format.name,
                level=100 if exact else 75 if quality is None else round(quality),
                bitspersample=depth,
                speed=whole("speed", speed, 0, 10),
                pixelformat=None if subsampling is None else _SUBSAMPLING[subsampling],
                codec=choice("codec", codec, ("aom", "rav1e", "svt")),
                primaries=whole("primaries", primaries, 0, 255),
                transfer=whole("transfer", transfer, 0, 255),
                matrix=0 if exact and color else whole("matrix", matrix, 0, 255),
                numthreads=whole("threads", threads, 1, 64),
            )
        )
