"""Writing GIF (GIF89a specification), a frame at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from iio_core import OptionError, Target

from .._gif_writer import GifAssembler
from ._base import Options, PillowWriter
from ._checks import Rule, entry_of, flag, one_of, whole
from ._timing import milliseconds_of

__all__ = ["GifWriter"]

_SHORTEST = 10.0  # milliseconds: the unit of the file, and 0 has a meaning of its own


class GifWriter(PillowWriter):
    """Writes GIF; every frame is kept, also if it is equal to the one before."""

    holds = frozenset({"duration", "loop", "comment", "xmp", "icc_profile"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "loop": whole(-1, 65535),
        "palettesize": whole(2, 256),
        "subrectangles": flag,
        "dither": flag,
        "disposal": one_of(0, 1, 2, 3),
    }

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._animation: GifAssembler | None = None
        self._loop: int | None = 0
        self._count = 0
        self._warned: set[str] = set()

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        duration: float | Sequence[float] | None = None,
        fps: float | None = None,
        loop: int | None = None,
        palettesize: int | None = None,
        subrectangles: bool = False,
        dither: bool | None = None,
        disposal: int | Sequence[int] | None = None,
        comment: bytes | str | None = None,
    ) -> None:
        """Encode the next frame.

        Parameters
        ----------
        image : numpy.ndarray
            bool ``(height, width)``, uint8 ``(height, width)`` or with 2 to 4 channels. Gray is
            exact, and so are colors of which there are at most `palettesize` in a frame; more are
            reduced. Alpha is kept as transparent (below 128) or not. What is lost is warned of,
            once for a file, unless `mode`, or for colors `palettesize` or `dither`, is given.
        metadata : mapping, optional
            ``duration`` or ``durations``, ``loop``, ``comment``, ``xmp``, ``icc_profile``.
        mode : str, optional
            The mode of Pillow's to convert to.
        duration : float or sequence of float, optional
            How long the frame is shown, in milliseconds, or a list with one for each frame; 100 if
            neither this nor `fps` is given.
            Stored in hundredths of a second; what rounding leaves is carried to the next frame.
            Less than 10, but not 0, is stored as 10, with a warning.
        fps : float, optional
            Frames per second, instead of `duration`.
        loop : int, optional
            0, the default, plays it forever, -1 once; other numbers are stored as they are.
        palettesize : int, optional
            2 to 256: how many colors a frame may have; rounded up to a power of two; 256 by
            default.
        subrectangles : bool
            Whether only the rectangle of a frame is stored that differs from the one before.
        dither : bool, optional
            Whether missing colors are mixed from others; by default they are not.
        disposal : {0, 1, 2, 3} or sequence of int, optional
            What players do before the next frame: nothing, nothing, clear, bring back; or a list
            with one for each frame. By default such that every frame looks as it was given.
        comment : bytes or str, optional
            A comment.

        Raises
        ------
        EncodeError
            For an array that GIF cannot hold, or a frame of another size.

        Warns
        -----
        IIOWarning
            If colors or degrees of transparency are lost, or a frame is shown for less than 10 ms.
        """
        after = entry_of("disposal", disposal, self._count)
        self._given(loop=loop, palettesize=palettesize, subrectangles=subrectangles)
        self._given(dither=dither, disposal=after, comment=comment)
        held = self._held(metadata, self._count)
        shown = held.pop("duration", None) if duration is None else duration
        asked = milliseconds_of(shown, fps, self._count)
        milliseconds = max(asked, _SHORTEST) if asked else 0.0
        picture = self._image(image, mode)
        repeat = held.get("loop", 0) if loop is None else loop
        animation = self._animation or self._begun(held, comment, repeat)
        if loop is not None and loop != self._loop:
            raise OptionError(f"loop={loop}: it was {self._loop} for the frames before")
        try:
            animation.add(
                picture,
                duration_ms=milliseconds,
                palette_size=256 if palettesize is None else palettesize,
                subrectangles=subrectangles,
                dither=bool(dither),
                disposal=after,
            )
        except ValueError as error:
            raise self._refuse(f"frame {self._count}: {error}") from None
        self._count += 1
        if milliseconds != asked:
            unit = " duration= is in milliseconds: 0.1 s is duration=100" if fps is None else ""
            self._lost(
                "duration",
                f"a frame is to be shown for {asked:g} ms, and is for {_SHORTEST:g}: GIF stores "
                f"hundredths of a second.{unit}",
            )
        if mode is None:
            if animation.reduced and palettesize is None and dither is None:
                self._lost(
                    "colors",
                    "a frame has more than 256 colors, and they were reduced. palettesize=256 or "
                    "mode='P' says that this is meant, dither=True mixes them",
                )
            if _has_degrees(picture):
                self._lost(
                    "alpha",
                    "a frame is partly transparent, and its pixels were made opaque (alpha of 128 "
                    "and more) or invisible. mode='RGBA' says that this is meant",
                )

    def _begun(self, held: Options, comment: bytes | str | None, repeat: int) -> GifAssembler:
        note = comment if comment is not None else held.get("comment")
        try:
            self._animation = GifAssembler(
                self._target.open(),
                loop=None if repeat == -1 else repeat,
                comment=note.encode() if isinstance(note, str) else note,
                xmp=held.get("xmp"),
                icc_profile=held.get("icc_profile"),
            )
        except ValueError as error:
            raise self._refuse(str(error)) from None
        self._loop = repeat
        return self._animation

    def _lost(self, what: str, message: str) -> None:
        if what not in self._warned:
            self._warned.add(what)
            self._warn(message)

    def close(self) -> None:
        """Write the last frame and the trailer."""
        if self._animation is not None:
            self._animation.finish()


def _has_degrees(image: Image.Image) -> bool:
    """Tell whether there is alpha between opaque and fully transparent."""
    if not image.mode.endswith("A"):
        return False
    return any(image.getchannel("A").histogram()[1:255])
