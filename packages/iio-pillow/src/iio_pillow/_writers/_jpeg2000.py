"""Writing JPEG 2000 (ITU-T T.800)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from iio_core import OptionError

from ._base import StillWriter
from ._checks import Rule, flag, list_of, number, one_of, several, whole

__all__ = ["Jpeg2000Writer"]

_POINT = several(2, whole(0, (1 << 31) - 1), "two whole numbers: horizontal and vertical")
_CODESTREAMS = {".j2k", ".j2c", ".jpc"}


class Jpeg2000Writer(StillWriter):
    """Writes JPEG 2000, the file format or the bare codestream; lossless unless told otherwise."""

    holds = frozenset({"comment"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "quality": number(0),
        "quality_mode": one_of("rates", "dB"),
        "quality_layers": list_of(number(0)),
        "irreversible": flag,
        "num_resolutions": whole(1, 33),
        "codeblock_size": several(2, whole(4, 1024), "two powers of two from 4 to 1024"),
        "precinct_size": several(2, whole(1, 32768), "two powers of two"),
        "progression": one_of("LRCP", "RLCP", "RPCL", "PCRL", "CPRL"),
        "cinema_mode": one_of("no", "cinema2k-24", "cinema2k-48", "cinema4k-24"),
        "mct": one_of(0, 1),
        "signed": flag,
        "no_jp2": flag,
        "plt": flag,
        "offset": _POINT,
        "tile_size": _POINT,
        "tile_offset": _POINT,
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        quality: float | None = None,
        quality_mode: Literal["rates", "dB"] = "rates",
        quality_layers: Sequence[float] | None = None,
        irreversible: bool = False,
        num_resolutions: int | None = None,
        codeblock_size: tuple[int, int] | None = None,
        precinct_size: tuple[int, int] | None = None,
        progression: Literal["LRCP", "RLCP", "RPCL", "PCRL", "CPRL"] = "LRCP",
        cinema_mode: Literal["no", "cinema2k-24", "cinema2k-48", "cinema4k-24"] = "no",
        mct: Literal[0, 1] | None = None,
        signed: bool = False,
        no_jp2: bool | None = None,
        plt: bool = False,
        comment: bytes | str | None = None,
        offset: tuple[int, int] | None = None,
        tile_size: tuple[int, int] | None = None,
        tile_offset: tuple[int, int] | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width)`` or with 2 to 4 channels, uint16 ``(height, width)``.
        metadata : mapping, optional
            ``comment``.
        mode : str, optional
            The mode of Pillow's to convert to.
        quality : float, optional
            How many times smaller than the pixels the file should be, or its signal to noise ratio;
            see `quality_mode`. The same as `quality_layers` with one entry.
        quality_mode : {"rates", "dB"}
            What `quality` and `quality_layers` mean: the ratio of sizes, or decibels.
        quality_layers : sequence of float, optional
            One number for each layer.
        irreversible : bool
            Whether to use the lossy color and wavelet transforms.
        num_resolutions : int, optional
            How many resolutions are stored, each half of the one before.
        codeblock_size : tuple of int, optional
            Powers of two from 4 to 1024, whose product is at most 4096.
        precinct_size : tuple of int, optional
            Powers of two, larger than the code blocks.
        progression : {"LRCP", "RLCP", "RPCL", "PCRL", "CPRL"}
            In which order layers, resolutions, components and positions are stored.
        cinema_mode : {"no", "cinema2k-24", "cinema2k-48", "cinema4k-24"}
            To comply with the rules of digital cinema.
        mct : {0, 1}, optional
            Whether the color channels are decorrelated; by default they are not.
        signed : bool
            Whether samples are marked as signed.
        no_jp2 : bool, optional
            Whether to write the bare codestream; by default if the extension is ``.j2k``,
            ``.j2c`` or ``.jpc``.
        plt : bool
            Whether packet lengths are stored.
        comment : bytes or str, optional
            A comment.
        offset, tile_size, tile_offset : tuple of int, optional
            Of the image, and of the tiles that it is cut into; horizontal, vertical.

        Raises
        ------
        EncodeError
            For an array that JPEG 2000 (through Pillow) cannot hold, or a second image.
        """
        self._given(quality=quality, quality_layers=quality_layers)
        if quality is not None:
            if quality_layers is not None:
                raise OptionError("quality=q means quality_layers=[q]: give one of the two")
            quality_layers = [quality]
        if no_jp2 is None:
            no_jp2 = self._target.extension in _CODESTREAMS
        held = self._held(metadata)
        options = self._given(
            quality_mode=quality_mode,
            quality_layers=None if quality_layers is None else list(quality_layers),
            irreversible=irreversible,
            progression=progression,
            cinema_mode=cinema_mode,
            signed=signed,
            no_jp2=no_jp2,
            plt=plt,
            num_resolutions=num_resolutions,
            codeblock_size=codeblock_size,
            precinct_size=precinct_size,
            mct=mct,
            comment=comment,
            offset=offset,
            tile_size=tile_size,
            tile_offset=tile_offset,
        )
        self._save(self._image(image, mode), held | options)
