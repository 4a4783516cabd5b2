"""Writing JPEG XL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from iio_core import OptionError

from ._backend import encode
from ._boxes import box
from ._exif import bare
from ._options import flag, real, whole
from ._writer import CodecWriter

__all__ = ["JxlWriter"]


class JxlWriter(CodecWriter):
    """Writes JPEG XL; lossless unless a distance or quality is given."""

    holds = frozenset({"exif", "xmp"})
    depths = True

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        lossless: bool | None = None,
        quality: float | None = None,
        distance: float | None = None,
        effort: int | None = None,
        decoding_speed: int | None = None,
        bits: int | None = None,
        container: bool | None = None,
        threads: int | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, uint16, float16 or float32, ``(height, width)`` or with 2 to 4 channels. Floats
            are nominally from 0 to 1.
        metadata : mapping, optional
            ``exif``, ``xmp`` and ``bits_per_sample``.
        lossless : bool, optional
            Whether every value is kept; by default unless `distance` or `quality` is given.
        quality : float, optional
            0 to 100, as of JPEG; 90 is a distance of 1.
        distance : float, optional
            How far it may be from the original, 0.01 to 25: at 1 nobody sees it.
        effort : int, optional
            1, fast, to 10; 7 by default.
        decoding_speed : int, optional
            0, the smallest files, to 4, the fastest to decode.
        bits : int, optional
            How many bits a sample has, if less than those of the dtype.
        container : bool, optional
            Whether the codestream is put into a container, as it is with metadata.
        threads : int, optional
            How many threads encode.

        Raises
        ------
        EncodeError
            For an array that JPEG XL cannot hold, or a second image.
        """
        image = self._checked(image)
        whole_depth = 8 * image.dtype.itemsize
        depth = self._bits(whole("bits", bits, 1, whole_depth), image, metadata)
        lossless = flag("lossless", lossless)
        distance = real("distance", distance, 0.01, 25)
        quality = real("quality", quality, 0, 100)
        if sum((lossless is True, distance is not None, quality is not None)) > 1:
            raise OptionError("lossless=True, distance= and quality= exclude each other")
        if quality is not None:
            distance = _distance_of(quality)
        if lossless is None:
            lossless = distance is None
        held = self._held(metadata, image, depth)
        boxed = flag("container", container)
        if held and boxed is False:
            self._warn_of(held)
            held = {}
        data = encode(
            "jpegxl",
            image,
            format=self._format.name,
            lossless=lossless,
            distance=None if lossless else distance or 1.0,
            effort=whole("effort", effort, 1, 10),
            decodingspeed=whole("decoding_speed", decoding_speed, 0, 4),
            bitspersample=None if depth == whole_depth else depth,
            usecontainer=True if held else boxed,
            numthreads=whole("threads", threads, 1, 1024),
        )
        self._put(data, *_boxes(held))


def _distance_of(quality: float) -> float:
    """Return the distance for a quality as of JPEG, as libjxl's own tools translate it."""
    if quality >= 100:
        return 0.01
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return min(25.0, 53.0 / 3000 * quality * quality - 23.0 / 20 * quality + 25)


def _boxes(held: Mapping[str, Any]) -> list[bytes]:
    made = []
    if "exif" in held:
        made.append(box(b"Exif", bytes(4), bare(held["exif"])))
    if "xmp" in held:
        made.append(box(b"xml ", held["xmp"]))
    return made
