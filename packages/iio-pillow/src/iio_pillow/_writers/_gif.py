"""Writing GIF (GIF89a specification), a frame at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from iio_core import OptionError, Target

from .._gif_writer import GifAssembler
from ._base import PillowWriter
from ._timing import milliseconds_of

__all__ = ["GifWriter"]


class GifWriter(PillowWriter):
    """Writes GIF; every frame is kept, also if it is equal to the one before."""

    holds = frozenset({"duration", "loop", "comment", "xmp", "icc_profile"})

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._animation: GifAssembler | None = None
        self._loop: int | None = 0
        self._count = 0

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        duration: float | Sequence[float] | None = None,
        fps: float | None = None,
        loop: int | None = None,
        palettesize: int = 256,
        subrectangles: bool = False,
        dither: bool = False,
        disposal: int | None = None,
        comment: bytes | str | None = None,
    ) -> None:
        """Encode the next frame.

        Parameters
        ----------
        image : numpy.ndarray
            bool ``(height, width)``, uint8 ``(height, width)`` or with 2 to 4 channels. Gray is
            exact, and so are colors of which there are at most `palettesize` in a frame; more are
            reduced. Alpha is kept as transparent (below 128) or not.
        metadata : mapping, optional
            ``duration`` or ``durations``, ``loop``, ``comment``, ``xmp``, ``icc_profile``.
        mode : str, optional
            The mode of Pillow's to convert to.
        duration : float or sequence of float, optional
            How long the frame is shown, in milliseconds, or a list with one for each frame; 100 if
            neither this nor `fps` is given.
            Stored in hundredths of a second; what rounding leaves is carried to the next frame.
        fps : float, optional
            Frames per second, instead of `duration`.
        loop : int, optional
            0, the default, plays it forever, -1 once; other numbers are stored as they are.
        palettesize : int
            2 to 256: how many colors a frame may have; rounded up to a power of two.
        subrectangles : bool
            Whether only the rectangle of a frame is stored that differs from the one before.
        dither : bool
            Whether missing colors are mixed from others.
        disposal : {0, 1, 2, 3}, optional
            What players do before the next frame: nothing, nothing, clear, bring back. By default
            such that every frame looks as it was given.
        comment : bytes or str, optional
            A comment.

        Raises
        ------
        EncodeError
            For an array that GIF cannot hold, or a frame of another size.
        """
        held = self._held(metadata, self._count)
        shown = held.pop("duration", None) if duration is None else duration
        milliseconds = milliseconds_of(shown, fps, self._count)
        picture = self._image(image, mode)
        repeat = held.get("loop", 0) if loop is None else loop
        if self._animation is None:
            note = comment if comment is not None else held.get("comment")
            self._loop = repeat
            self._animation = GifAssembler(
                self._target.open(),
                loop=None if repeat == -1 else repeat,
                comment=note.encode() if isinstance(note, str) else note,
                xmp=held.get("xmp"),
                icc_profile=held.get("icc_profile"),
            )
        elif loop is not None and loop != self._loop:
            raise OptionError(f"loop={loop}: it was {self._loop} for the frames before")
        try:
            self._animation.add(
                picture,
                duration_ms=milliseconds,
                palette_size=palettesize,
                subrectangles=subrectangles,
                dither=dither,
                disposal=disposal,
            )
        except ValueError as error:
            raise self._refuse(f"frame {self._count}: {error}") from None
        self._count += 1

    def close(self) -> None:
        """Write the last frame and the trailer."""
        if self._animation is not None:
            self._animation.finish()
