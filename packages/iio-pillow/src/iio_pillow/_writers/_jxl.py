"""Writing JPEG XL through pillow-jxl-plugin (ISO/IEC 18181)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from iio_core import OptionError

from ._base import StillWriter
from ._checks import Rule, flag, number, packet, whole

__all__ = ["JxlWriter"]


class JxlWriter(StillWriter):
    """Writes JPEG XL."""

    holds = frozenset({"exif", "xmp"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "lossless": flag,
        "quality": number(0, 100),
        "effort": whole(1, 10),
        "decoding_speed": whole(0, 4),
        "use_container": flag,
        "use_original_profile": flag,
        "num_threads": whole(-1, 1024),
        "compress_metadata": flag,
        "jumb": packet,
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        lossless: bool = False,
        quality: float | None = None,
        effort: int | None = None,
        decoding_speed: int | None = None,
        use_container: bool = False,
        use_original_profile: bool = False,
        num_threads: int | None = None,
        compress_metadata: bool = False,
        exif: bytes | None = None,
        xmp: bytes | None = None,
        jumb: bytes | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width)`` or with 2 to 4 channels, uint16 ``(height, width)``.
        metadata : mapping, optional
            ``exif``, EXIF tags by name, ``xmp``.
        mode : str, optional
            The mode of Pillow's to convert to.
        lossless : bool
            Whether pixels come back as they are.
        quality : float, optional
            0 (small) to 100 (good); 90 by default.
        effort : int, optional
            1 (fast) to 9 (small); 7 by default.
        decoding_speed : int, optional
            0 (small) to 4 (fast to decode); 0 by default.
        use_container : bool
            Whether to write the file format with boxes also where a bare codestream would do.
        use_original_profile : bool
            Whether colors are encoded as they are, and not in the space of human perception.
        num_threads : int, optional
            How many threads encode; by default as many as there are processors.
        compress_metadata : bool
            Whether metadata is compressed.
        exif, xmp, jumb : bytes, optional
            Embedded as they are.

        Raises
        ------
        EncodeError
            For an array that JPEG XL (through Pillow) cannot hold, or a second image.
        """
        if lossless and quality is not None:
            raise OptionError(
                "lossless=True leaves nothing for quality= to say; effort= sets the work"
            )
        held = self._held(metadata)
        options = self._given(
            lossless=lossless,
            use_container=use_container,
            use_original_profile=use_original_profile,
            compress_metadata=compress_metadata,
            quality=quality,
            effort=effort,
            decoding_speed=decoding_speed,
            num_threads=num_threads,
            exif=exif,
            xmp=xmp,
            jumb=jumb,
        )
        self._save(self._image(image, mode), held | options)
