"""Writing AVIF, still and animated (AV1 Image File Format 1.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from ._base import CollectingWriter, Options
from ._checks import Rule, flag, instance, one_of, whole
from ._timing import milliseconds_of, whole_milliseconds

__all__ = ["AvifWriter"]

_LONGEST = (1 << 31) - 1


class AvifWriter(CollectingWriter):
    """Writes AVIF; from the second image on an image sequence, encoded when it is closed."""

    holds = frozenset({"duration", "icc_profile", "exif", "xmp"})
    together = frozenset({"duration"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "quality": whole(0, 100),
        "subsampling": one_of("4:0:0", "4:2:0", "4:2:2", "4:4:4"),
        "speed": whole(0, 10),
        "max_threads": whole(1, 1024),
        "codec": one_of("auto", "aom", "rav1e", "svt"),
        "range": one_of("full", "limited"),
        "autotiling": flag,
        "tile_rows": whole(0, 6),
        "tile_cols": whole(0, 6),
        "alpha_premultiplied": flag,
        "advanced": instance(
            Mapping, list, tuple, words="a mapping of strings, or a list of pairs of them"
        ),
    }
    unproven = frozenset({"codec", "advanced", "icc_profile", "exif"})

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        quality: int | None = None,
        subsampling: Literal["4:0:0", "4:2:0", "4:2:2", "4:4:4"] | None = None,
        speed: int | None = None,
        max_threads: int | None = None,
        codec: str | None = None,
        range: Literal["full", "limited"] | None = None,
        autotiling: bool | None = None,
        tile_rows: int | None = None,
        tile_cols: int | None = None,
        alpha_premultiplied: bool = False,
        advanced: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        duration: float | Sequence[float] | None = None,
        fps: float | None = None,
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
    ) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width)``, or with 3 or 4 channels.
        metadata : mapping, optional
            ``duration`` or ``durations``, ``icc_profile``, ``exif``, EXIF tags by name, ``xmp``.
        mode : str, optional
            ``"L"``, ``"RGB"`` or ``"RGBA"``, to convert to it.
        quality : int, optional
            0 (small) to 100 (lossless but for the conversion to YCbCr); 75 by default.
        subsampling : {"4:0:0", "4:2:0", "4:2:2", "4:4:4"}, optional
            Of the color channels; by default ``"4:2:0"``, or ``"4:0:0"`` for gray.
        speed : int, optional
            0 (slow and small) to 10; 6 by default.
        max_threads : int, optional
            How many threads encode; by default as many as there are processors.
        codec : str, optional
            The AV1 encoder: ``"auto"``, ``"aom"``, ``"rav1e"``, ``"svt"``.
        range : {"full", "limited"}, optional
            Of the values of luma and chroma; ``"full"`` by default.
        autotiling : bool, optional
            Whether the encoder chooses the number of tiles; by default unless it is given.
        tile_rows, tile_cols : int, optional
            0 to 6: into how many tiles the image is cut, as a power of two.
        alpha_premultiplied : bool
            Whether colors are multiplied with alpha already, and the file should say so.
        advanced : mapping of str, optional
            Further settings of the encoder.
        duration : float or sequence of float, optional
            How long the frame is shown, in milliseconds, or a list with one for each frame; 100 if
            neither this nor `fps` is given.
        fps : float, optional
            Frames per second, instead of `duration`.
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are, but for the orientation in `exif`, which becomes one of AVIF's.

        Raises
        ------
        EncodeError
            For an array that AVIF (through Pillow) cannot hold, or a frame of another size.
        """
        held = self._held(metadata, len(self._images))
        shown = held.pop("duration", None) if duration is None else duration
        options = self._of_file(held) | self._given(
            quality=quality,
            subsampling=subsampling,
            speed=speed,
            max_threads=max_threads,
            codec=codec,
            range=range,
            autotiling=autotiling,
            tile_rows=tile_rows,
            tile_cols=tile_cols,
            alpha_premultiplied=alpha_premultiplied,
            advanced=advanced,
            icc_profile=icc_profile,
            exif=exif,
            xmp=xmp,
        )
        options["duration"] = milliseconds_of(shown, fps, len(self._images), most=_LONGEST)
        self._collect(self._image(image, mode), options)

    def _gathered(self) -> Options:
        options = super()._gathered()
        if len(self._images) > 1:
            options["duration"] = whole_milliseconds(options["duration"])
        else:
            del options["duration"]
        return options
