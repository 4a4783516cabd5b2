"""Writing PNG, still and animated, with 16 bits a sample."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np

from iio_core import OptionError, Target

from ._backend import encode
from ._options import choice, real, whole
from ._png_chunks import SIGNATURE, chunk, chunks
from ._png_told import HELD, inserted
from ._writer import CodecWriter

__all__ = ["PngWriter"]

_STRATEGIES = {"default": 0, "filtered": 1, "huffman": 2, "rle": 3, "fixed": 4}
_OF_FRAMES = ("durations", "disposals", "disposal", "blend")  # they are written whole
_FILTERS = {"none": 8, "sub": 16, "up": 32, "average": 64, "paeth": 128, "all": 248}


class PngWriter(CodecWriter):
    """Writes PNG; several images become an animation (APNG), each frame kept and whole."""

    holds = HELD
    texts = True

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._waiting: tuple[bytes, bytes, bytes] | None = None  # of the first image
        self._frames = 0
        self._shape: tuple[int | str, ...] = ()
        self._sequence = 0
        self._loop = 0
        self._delay = (0, 1000)
        self._place = 0  # where acTL is
        self._timed: set[str] = set()  # metadata that only an animation has

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        level: int | None = None,
        strategy: Literal["default", "filtered", "huffman", "rle", "fixed"] | None = None,
        filter: Literal["none", "sub", "up", "average", "paeth", "all"] | None = None,
        duration: float | None = None,
        loop: int | None = None,
    ) -> None:
        """Encode an image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 or uint16, ``(height, width)`` or with 2 to 4 channels.
        metadata : mapping, optional
            ``icc_profile``, ``exif``, ``xmp``, ``dpi``, ``gamma``, ``chromaticity``, text by its
            keyword, and of an animation ``duration`` and ``loop``.
        level : int, optional
            How hard deflate tries, 0 to 9; by default zlib's own choice.
        strategy : {"default", "filtered", "huffman", "rle", "fixed"}, optional
            What zlib is tuned for.
        filter : {"none", "sub", "up", "average", "paeth", "all"}, optional
            The filter of the rows; by default libpng chooses for each.
        duration : float, optional
            How long a frame of an animation is shown, in milliseconds.
        loop : int, optional
            How often the animation is played; 0 is for ever.

        Raises
        ------
        EncodeError
            For an array that PNG cannot hold, or a frame unlike the first.
        """
        image = self._checked(image)
        told = dict(metadata or {})
        self._timed.update({"duration", "loop"} & told.keys())
        duration = real("duration", _else(duration, told.pop("duration", None)), 0, 65_535_000)
        loop = whole("loop", _else(loop, told.pop("loop", None)), 0, 2**31 - 1)
        for derived in _OF_FRAMES:
            if told.pop(derived, None) is not None:
                self._timed.add(derived)
        if self._shape and (*image.shape, image.dtype.name) != self._shape:
            raise self._refused(f"the first frame is {self._shape}, this one {image.shape}")
        data = encode(
            "png",
            image,
            format=self._format.name,
            level=whole("level", level, 0, 9),
            strategy=_STRATEGIES.get(choice("strategy", strategy, _STRATEGIES)),
            filter=_FILTERS.get(choice("filter", filter, _FILTERS)),
        )
        header, pixels = _parts(data)
        if not self._frames:
            if "transparency" in told and not _is_value(told["transparency"], image):
                self._warn_of({"transparency"})
                del told["transparency"]
            extra = inserted(self._held(told, image)) if told else b""
            self._waiting = header, extra, pixels
            self._loop, self._shape = loop or 0, (*image.shape, image.dtype.name)
            self._delay = _fraction(duration or 0)
        else:
            if loop is not None and loop != self._loop:
                raise OptionError(f"loop={loop}: it was {self._loop} for the frames before")
            self._animate(header, pixels, duration)
        self._frames += 1

    def close(self) -> None:
        """Finish the file."""
        file = self._target.open()
        if self._frames == 1 and self._timed:
            self._warn_of(self._timed)
        if self._waiting is not None:
            header, extra, pixels = self._waiting
            file.write(SIGNATURE + chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels))
        file.write(chunk(b"IEND"))
        if self._place:
            file.seek(self._place)
            file.write(chunk(b"acTL", struct.pack(">II", self._frames, self._loop)))
            file.seek(0, 2)

    def _animate(self, header: bytes, pixels: bytes, duration: float | None) -> None:
        """Write a frame that is not the first, and before it the first if that still waits."""
        file = self._target.open()
        if self._waiting is not None:
            first, extra, shown = self._waiting
            self._waiting = None
            file.write(SIGNATURE + chunk(b"IHDR", first) + extra)
            self._place = file.tell()
            # The number of frames is known in the end.
            file.write(chunk(b"acTL", struct.pack(">II", 1, self._loop)))
            file.write(self._control(first) + chunk(b"IDAT", shown))
        if duration is not None:
            self._delay = _fraction(duration)
        file.write(self._control(header))
        file.write(chunk(b"fdAT", struct.pack(">I", self._sequence), pixels))
        self._sequence += 1

    def _control(self, header: bytes) -> bytes:
        width, height = struct.unpack_from(">II", header)
        number, self._sequence = self._sequence, self._sequence + 1
        return chunk(
            b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, 0, 0, *self._delay, 0, 0)
        )


def _is_value(value: Any, image: np.ndarray) -> bool:
    """Tell whether a value, or one for each color, can be the transparent one of an image."""
    values = value if isinstance(value, tuple | list) else (value,)
    channels = 1 if image.ndim == 2 else image.shape[-1]
    top = np.iinfo(image.dtype).max
    return len(values) == channels in (1, 3) and all(
        isinstance(v, int) and 0 <= v <= top for v in values
    )


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """Return the header and the compressed pixels of an encoded image."""
    found = list(chunks(data))
    header = b"".join(data[c.start : c.end] for c in found if c.kind == b"IHDR")
    return header, b"".join(data[c.start : c.end] for c in found if c.kind == b"IDAT")


def _fraction(milliseconds: float) -> tuple[int, int]:
    """Return a duration as the fraction of seconds with the finest denominator that fits."""
    for denominator in (1000, 100, 10, 1):
        numerator = round(milliseconds * denominator / 1000)
        if numerator <= 0xFFFF:
            return numerator, denominator
    return 0xFFFF, 1


def _else(value: Any, other: Any) -> Any:
    return other if value is None else value
