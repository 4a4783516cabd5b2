"""Writing formats that have few options or none: bitmaps of many systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from PIL import ImageChops

from ._base import StillWriter
from ._checks import Rule, one_of, several, whole

__all__ = ["BitmapWriter", "NetpbmWriter", "PlainWriter", "SgiWriter", "XbmWriter"]


class PlainWriter(StillWriter):
    """Writes PCX, MSP and EPS, which have no options."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` or ``(height, width, 3)`` of a dtype that the format has: bool or
            uint8; for MSP bool.
        metadata : mapping, optional
            These formats hold none.
        mode : str, optional
            The mode of Pillow's to convert to.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        self._held(metadata)
        self._save(self._image(image, mode), {})


class NetpbmWriter(StillWriter):
    """Writes PBM, PGM, PPM and PFM: which of them is up to the array, but for a ``.pfm``."""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            bool, uint8, uint16 or float32 ``(height, width)``, uint8 ``(height, width, 3)``;
            a ``.pfm`` holds float32 only.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            The mode of Pillow's to convert to: ``"F"``, for example.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        self._held(metadata)
        picture = self._image(image, mode)
        if self._target.extension == ".pfm" and picture.mode != "F":
            raise self._refuse(
                f"{self._target.name}: a .pfm holds float32, and not {image.dtype} of shape "
                f"{image.shape}: image.astype('float32') converts; iio-sci writes RGB, Pillow gray"
            )
        self._save(picture, {})


class BitmapWriter(StillWriter):
    """Writes BMP and DIB."""

    holds = frozenset({"dpi"})

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        dpi: tuple[float, float] | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            bool or uint8 ``(height, width)``, uint8 ``(height, width, 3)``.
        metadata : mapping, optional
            ``dpi``.
        mode : str, optional
            The mode of Pillow's to convert to: ``"P"``, for example.
        dpi : tuple of float, optional
            Pixels per inch, horizontal and vertical; 96 by default.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        held = self._held(metadata)
        self._save(self._image(image, mode), held | self._given(dpi=dpi))


class SgiWriter(StillWriter):
    """Writes SGI images."""

    rules: ClassVar[Mapping[str, Rule]] = {"bpc": one_of(1, 2)}

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        bpc: Literal[1, 2] = 1,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width)`` or with 3 or 4 channels.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            The mode of Pillow's to convert to.
        bpc : {1, 2}
            Bytes a sample; with 2 the values are stored in the upper of 16 bits.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        options = self._given(bpc=bpc)
        self._held(metadata)
        self._save(self._image(image, mode), options)


class XbmWriter(StillWriter):
    """Writes X11 bitmaps."""

    holds = frozenset({"hotspot"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "hotspot": several(2, whole(0, 65535), "two whole numbers: from the left, from the top"),
        "set_bits": one_of("black", "white"),
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        hotspot: tuple[int, int] | None = None,
        set_bits: Literal["black", "white"] = "black",
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            bool ``(height, width)``.
        metadata : mapping, optional
            ``hotspot``.
        mode : str, optional
            ``"1"`` to convert to black and white.
        hotspot : tuple of int, optional
            The point of a cursor, from the left and from the top.
        set_bits : {"black", "white"}
            What becomes bits that are set, the foreground: what is black (False), as X11 and other
            programs show them, or what is white (True), as Pillow and imageio have them.

        Raises
        ------
        EncodeError
            For an array that is not bool, or a second image.
        """
        held = self._held(metadata) | self._given(hotspot=hotspot)
        self._given(set_bits=set_bits)
        picture = self._image(image, mode)
        self._save(ImageChops.invert(picture) if set_bits == "black" else picture, held)
