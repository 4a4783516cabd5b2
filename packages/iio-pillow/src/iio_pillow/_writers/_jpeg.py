"""Writing JPEG (ITU-T T.81) and MPO (CIPA DC-007)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from PIL import Image, JpegPresets

from iio_core import Target

from .._mpo import assemble
from ._base import Options, StillWriter
from ._checks import Rule, any_of, flag, instance, one_of, packet, whole

__all__ = ["JpegWriter", "MpoWriter"]

_PRESETS = one_of(*sorted(JpegPresets.presets))


class JpegWriter(StillWriter):
    """Writes JPEG."""

    holds = frozenset({"dpi", "icc_profile", "exif", "xmp", "comment"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "quality": any_of(whole(0, 100), _PRESETS),
        "optimize": flag,
        "progressive": flag,
        "subsampling": one_of("4:4:4", "4:2:2", "4:2:0", "4:1:1", 0, 1, 2),
        "keep_rgb": flag,
        "smooth": whole(0, 100),
        "restart_marker_blocks": whole(0, 65535),
        "restart_marker_rows": whole(0, 65535),
        "qtables": any_of(_PRESETS, instance(Mapping, list, tuple, words="tables of 64 numbers")),
        "streamtype": one_of(0, 1, 2),
        "extra": packet,
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        quality: int | str | None = None,
        optimize: bool = False,
        progressive: bool = False,
        subsampling: int | str | None = None,
        keep_rgb: bool = False,
        smooth: int | None = None,
        restart_marker_blocks: int | None = None,
        restart_marker_rows: int | None = None,
        qtables: str | Sequence[Sequence[int]] | Mapping[int, Sequence[int]] | None = None,
        streamtype: int | None = None,
        extra: bytes | None = None,
        dpi: tuple[float, float] | None = None,
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        comment: bytes | str | None = None,
        xmp: bytes | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8, ``(height, width)`` or 3 channels; with ``mode="CMYK"`` four channels.
        metadata : mapping, optional
            ``dpi``, ``icc_profile``, ``exif``, EXIF tags by name, ``xmp``, ``comment``.
        mode : str, optional
            The mode of Pillow's to convert to: ``"L"``, ``"RGB"``, ``"CMYK"``.
        quality : int or str, optional
            1 (small) to 95 (good), 100 for almost no loss, or a preset's name (``"web_high"``).
            Pillow's default is 75.
        optimize : bool
            Whether to make a second pass for the best Huffman tables.
        progressive : bool
            Whether to store it so that it can be shown while it loads.
        subsampling : int or str, optional
            Of the color channels: ``"4:4:4"`` (none), ``"4:2:2"``, ``"4:2:0"``, or 0, 1, 2.
        keep_rgb : bool
            Whether to store RGB as it is, without the usual change to YCbCr.
        smooth : int, optional
            0 to 100: how much to smooth before encoding.
        restart_marker_blocks, restart_marker_rows : int, optional
            How many blocks, or rows of blocks, there are between restart markers.
        qtables : str, sequence or mapping, optional
            Quantization tables, or the name of a preset.
        streamtype : int, optional
            0 writes all, 1 only tables, 2 only image data.
        extra : bytes, optional
            Further marker segments, written as they are.
        dpi : tuple of float, optional
            Pixels per inch, horizontal and vertical.
        icc_profile, exif, xmp : bytes, optional
            Embedded as they are.
        comment : bytes or str, optional
            A comment.

        Raises
        ------
        EncodeError
            For an array that JPEG cannot hold, or a second image.
        """
        held = self._held(metadata)
        options = self._given(
            quality=quality,
            optimize=optimize,
            progressive=progressive,
            keep_rgb=keep_rgb,
            subsampling=subsampling,
            smooth=smooth,
            restart_marker_blocks=restart_marker_blocks,
            restart_marker_rows=restart_marker_rows,
            qtables=qtables,
            streamtype=streamtype,
            extra=extra,
            dpi=dpi,
            icc_profile=icc_profile,
            exif=exif,
            comment=comment,
            xmp=xmp,
        )
        self._save(self._image(image, mode), held | options)


class MpoWriter(JpegWriter):
    """Writes MPO: several JPEG images, each with options and metadata of its own.

    They need not be of the same size. One image alone is a plain JPEG.
    """

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._parts: list[bytes] = []

    def close(self) -> None:
        """Write the images behind an index of them."""
        self._target.open().write(assemble(self._parts))

    def _save(self, image: Image.Image, options: Options) -> None:
        self._parts.append(self._encoded(image, options))
