"""Writing WebP, still and animated (RFC 9649)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image

from iio_core import OptionError

from .._webp_chunks import as_animation, durations
from ._base import CollectingWriter, Options
from ._checks import Rule, flag, number, several, whole
from ._timing import milliseconds_of, whole_milliseconds

__all__ = ["WebpWriter"]

_LONGEST = (1 << 24) - 1  # section 2.7.1.1: the duration of a frame has 24 bits
_LARGEST = (1 << 31) - 1
_OF_ANIMATIONS = ("minimize_size", "kmin", "kmax", "allow_mixed", "background")


class WebpWriter(CollectingWriter):
    """Writes WebP; from the second image on an animated one, encoded when it is closed.

    The encoder merges a frame that is equal to the one before, or nearly so, with it. The time that
    it is shown is kept, and a warning says how many frames there are.
    """

    holds = frozenset({"duration", "loop", "icc_profile", "exif", "xmp"})
    together = frozenset({"duration"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "lossless": flag,
        "quality": number(0, 100),
        "alpha_quality": number(0, 100),
        "method": whole(0, 6),
        "exact": flag,
        "loop": whole(0, 65535),
        "background": several(4, whole(0, 255), "red, green, blue and alpha, each from 0 to 255"),
        "minimize_size": flag,
        "kmin": whole(0, _LARGEST),
        "kmax": whole(0, _LARGEST),
        "allow_mixed": flag,
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        lossless: bool = False,
        quality: float | None = None,
        alpha_quality: float | None = None,
        method: int | None = None,
        exact: bool = False,
        duration: float | Sequence[float] | None = None,
        fps: float | None = None,
        loop: int | None = None,
        background: tuple[int, int, int, int] | None = None,
        minimize_size: bool = False,
        kmin: int | None = None,
        kmax: int | None = None,
        allow_mixed: bool = False,
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
    ) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width, 3)`` or ``(height, width, 4)``.
        metadata : mapping, optional
            ``duration`` or ``durations``, ``loop``, ``icc_profile``, ``exif``, EXIF tags by name,
            ``xmp``.
        mode : str, optional
            ``"RGB"`` or ``"RGBA"``, to convert to it.
        lossless : bool
            Whether pixels are kept as they are (colors of fully transparent ones: with `exact`).
        quality : float, optional
            0 (small) to 100 (good), 80 by default; with `lossless` the effort that is made.
        alpha_quality : float, optional
            0 to 100, of alpha in lossy images; 100 by default, which keeps it as it is.
        method : int, optional
            0 (fast) to 6 (small); by default 4, in animations 0.
        exact : bool
            Whether the color of fully transparent pixels is kept. Stills only.
        duration : float or sequence of float, optional
            How long the frame is shown, in milliseconds, or a list with one for each frame; 100 if
            neither this nor `fps` is given.
        fps : float, optional
            Frames per second, instead of `duration`.
        loop : int, optional
            How often the animation is played; 0, the default, is forever.
        background : tuple of int, optional
            Red, green, blue and alpha of the canvas of an animation.
        minimize_size : bool
            Whether to make an animation as small as possible, without key frames (slow).
        kmin, kmax : int, optional
            Least and greatest distance of key frames in an animation.
        allow_mixed : bool
            Whether each frame of an animation may be lossy or lossless, whichever is smaller.
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are.

        Raises
        ------
        EncodeError
            For an array that WebP cannot hold, or a frame of another size.
        OptionError
            For options that exclude each other.
        """
        if lossless and allow_mixed:
            raise OptionError("lossless=True and allow_mixed=True contradict each other")
        if exact and self._images:
            raise OptionError(
                "exact=True is for stills: in animations the encoder does not heed it"
            )
        held = self._held(metadata, len(self._images))
        shown = held.pop("duration", None) if duration is None else duration
        shared = self._of_file(held) | self._given(
            quality=quality,
            alpha_quality=alpha_quality,
            method=method,
            loop=loop,
            background=background,
            kmin=kmin,
            kmax=kmax,
            icc_profile=icc_profile,
            exif=exif,
            xmp=xmp,
        )
        flags = self._given(
            lossless=lossless,
            minimize_size=minimize_size,
            allow_mixed=allow_mixed,
            exact=None if self._images else exact,
        )
        time = milliseconds_of(shown, fps, len(self._images), most=_LONGEST)
        self._collect(self._image(image, mode), shared | flags | {"duration": time})

    def _gathered(self) -> Options:
        options = super()._gathered()
        if len(self._images) > 1:
            if options.pop("exact", False):
                self._warn(
                    "exact=True made no difference: in animations the encoder does not heed it"
                )
            options["duration"] = whole_milliseconds(options["duration"])
            return options
        unused = [name for name in _OF_ANIMATIONS if options.get(name)]
        if unused:
            self._warn(f"{', '.join(unused)} made no difference: this is not an animation")
        return options

    def _finished(self, first: Image.Image, options: Options) -> bytes:
        data = super()._finished(first, options)
        several = len(self._images) > 1
        return self._kept(data, options["duration"], options) if several else data

    def _kept(self, data: bytes, expected: list[int], options: Options) -> bytes:
        """Return the animation with its whole duration; warn if frames were merged."""
        found = durations(data)
        if not found:  # only one frame is left, and the encoder has made a still of it
            background = options.get("background", (0, 0, 0, 0))
            loop = options.get("loop", 0)
            data = as_animation(data, duration=sum(expected), loop=loop, background=background)
            found = durations(data)
        if len(found) < len(expected):
            self._warn(
                f"the encoder merged equal neighbors: {len(expected)} images became {len(found)} "
                f"frames, which together take as long ({sum(found)} ms)"
            )
        return data
