"""Writing HEIF through pillow-heif (ISO/IEC 23008-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from iio_core import OptionError

from .._metadata_out import upright
from ._base import CollectingWriter
from ._checks import Rule, flag, instance, list_of, one_of, whole

__all__ = ["HeifWriter"]


class HeifWriter(CollectingWriter):
    """Writes HEIF, with one image or several that need not be of the same size."""

    holds = frozenset({"icc_profile", "exif", "xmp"})
    even = False
    rules: ClassVar[Mapping[str, Rule]] = {
        "quality": whole(-1, 100),
        "lossless": flag,
        "chroma": one_of(420, 422, 444),
        "subsampling": one_of("4:2:0", "4:2:2", "4:4:4"),
        "enc_params": instance(Mapping, words="a mapping of strings"),
        "primary_index": whole(-1, 65535),
        "thumbnails": list_of(whole(1, 65535)),
        "tile_size": whole(16, 65535),
        "save_nclx_profile": flag,
        "color_primaries": whole(0, 65535),
        "transfer_characteristics": whole(0, 65535),
        "matrix_coefficients": whole(0, 65535),
        "full_range_flag": one_of(0, 1, False, True),
    }
    unproven = frozenset(
        {
            *("enc_params", "tile_size", "color_primaries", "transfer_characteristics"),
            *("matrix_coefficients",),
        }
    )

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        quality: int | None = None,
        lossless: bool = False,
        chroma: Literal[420, 422, 444] | None = None,
        subsampling: Literal["4:2:0", "4:2:2", "4:4:4"] | None = None,
        enc_params: Mapping[str, str] | None = None,
        primary_index: int | None = None,
        thumbnails: Sequence[int] | None = None,
        tile_size: int | None = None,
        save_nclx_profile: bool | None = None,
        color_primaries: int | None = None,
        transfer_characteristics: int | None = None,
        matrix_coefficients: int | None = None,
        full_range_flag: int | None = None,
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
            ``icc_profile``, ``exif``, EXIF tags by name, ``xmp``; each image may have its own.
        mode : str, optional
            ``"L"``, ``"RGB"`` or ``"RGBA"``, to convert to it.
        quality : int, optional
            0 (small) to 100 (good), -1 for the encoder's lossless mode; 50 by default.
        lossless : bool
            Whether pixels come back as they are: sets `quality`, `chroma` and
            `matrix_coefficients`.
        chroma : {420, 422, 444}, optional
            How color is stored; 420 by default.
        subsampling : {"4:2:0", "4:2:2", "4:4:4"}, optional
            The same, spelled as for JPEG.
        enc_params : mapping of str, optional
            Further settings of the encoder.
        primary_index : int, optional
            Which image is shown first; -1 for the last.
        thumbnails : sequence of int, optional
            Sizes of small copies to store.
        tile_size : int, optional
            The size of the tiles that a large image is cut into; by default it is not.
        save_nclx_profile : bool, optional
            Whether the file says how its colors are coded.
        color_primaries, transfer_characteristics : int, optional
            Which colors there are (ITU-T H.273, sections 8.1 and 8.2).
        matrix_coefficients, full_range_flag : int, optional
            How they are coded (ITU-T H.273, section 8.3).
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are, but for the orientation in `exif`: the encoder would turn the
            pixels, so it is left out, with a warning.

        Raises
        ------
        EncodeError
            For an array that HEIF (through pillow-heif) cannot hold.
        """
        self._given(lossless=lossless, subsampling=subsampling, enc_params=enc_params)
        if lossless:
            if not {quality, chroma, subsampling, matrix_coefficients} <= {None}:
                raise OptionError("lossless=True sets quality, chroma and matrix_coefficients")
            quality, chroma, matrix_coefficients = -1, 444, 0
        if chroma is not None and subsampling is not None:
            raise OptionError("chroma= and subsampling= are two names of the same: give one")
        held = self._held(metadata, len(self._images))
        own = held | self._given(icc_profile=icc_profile, exif=exif, xmp=xmp, thumbnails=thumbnails)
        if "exif" in own:
            own["exif"] = upright(own["exif"], "HEIF", self._told, self._target.name)
        options = self._given(
            quality=quality,
            chroma=chroma if subsampling is None else int(subsampling.replace(":", "")),
            enc_params=None if enc_params is None else dict(enc_params),
            primary_index=primary_index,
            tile_size=tile_size,
            save_nclx_profile=save_nclx_profile,
            color_primaries=color_primaries,
            transfer_characteristics=transfer_characteristics,
            matrix_coefficients=matrix_coefficients,
            full_range_flag=full_range_flag,
        )
        picture = self._image(image, mode)
        if matrix_coefficients == 0 and picture.mode == "L":
            del options["matrix_coefficients"]  # the identity is one of three channels
        picture.info.update(own)
        self._collect(picture, options)
