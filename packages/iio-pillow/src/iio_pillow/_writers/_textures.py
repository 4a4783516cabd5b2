"""Writing the formats of games and editors: Targa, QOI, DDS and BLP."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from iio_core import OptionError

from .._backend import pillow_version
from .._palette import to_palette
from ._base import StillWriter
from ._checks import Rule, flag, one_of, packet

__all__ = ["BlpWriter", "DdsWriter", "QoiWriter", "TgaWriter"]

_COMPRESSED = ("DXT1", "DXT3", "DXT5", "BC2", "BC3", "BC5")


class TgaWriter(StillWriter):
    """Writes Truevision Targa."""

    holds = frozenset({"id_section"})
    rules: ClassVar[Mapping[str, Rule]] = {
        "compression": one_of("tga_rle"),
        "rle": flag,
        "id_section": packet,
        "orientation": one_of(-1, 1),
    }

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        compression: Literal["tga_rle"] | None = None,
        rle: bool | None = None,
        id_section: bytes | None = None,
        orientation: Literal[-1, 1] = -1,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            bool or uint8 ``(height, width)``, uint8 with 2 to 4 channels.
        metadata : mapping, optional
            ``id_section``.
        mode : str, optional
            The mode of Pillow's to convert to: ``"P"``, for example.
        compression : {"tga_rle"}, optional
            To compress by run lengths.
        rle : bool, optional
            The same in short.
        id_section : bytes, optional
            Up to 255 bytes of free text.
        orientation : {-1, 1}
            Whether rows are stored from the bottom (-1, usual) or from the top.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        self._given(compression=compression, rle=rle)
        if rle is False and compression is not None:
            raise OptionError("compression='tga_rle' and rle=False contradict each other")
        options = self._held(metadata)
        options |= self._given(id_section=id_section, orientation=orientation)
        if len(options.get("id_section", b"")) > 255:
            raise OptionError("the id_section of a Targa image holds 255 bytes")
        packed = bool(rle) or compression is not None
        picture = self._image(image, mode)
        if packed and picture.mode == "1":
            raise self._refuse("Targa images of one bit a pixel cannot be compressed")
        self._save(picture, options | {"rle": packed})


class QoiWriter(StillWriter):
    """Writes QOI."""

    rules: ClassVar[Mapping[str, Rule]] = {"colorspace": one_of("sRGB", "linear")}

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        colorspace: Literal["sRGB", "linear"] = "sRGB",
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width, 3)`` or ``(height, width, 4)``.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            ``"RGB"`` or ``"RGBA"``, to convert to it.
        colorspace : {"sRGB", "linear"}
            What the file says of its colors; pixels do not change.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        options = self._given(colorspace=colorspace)
        self._held(metadata)
        self._save(self._image(image, mode), options)


class DdsWriter(StillWriter):
    """Writes DirectDraw surfaces."""

    rules: ClassVar[Mapping[str, Rule]] = {"pixel_format": one_of(*_COMPRESSED)}

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        pixel_format: Literal["DXT1", "DXT3", "DXT5", "BC2", "BC3", "BC5"] | None = None,
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width)`` or with 2 to 4 channels.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            The mode of Pillow's to convert to.
        pixel_format : {"DXT1", "DXT3", "DXT5", "BC2", "BC3", "BC5"}, optional
            A lossy compression; without it pixels are stored as they are. From Pillow 11.3 on.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        options = self._given(pixel_format=pixel_format)
        if options and pillow_version() < (11, 3):
            raise OptionError("pixel_format= takes Pillow 11.3 or newer")
        self._held(metadata)
        picture = self._image(image, mode)
        if pixel_format == "BC5" and picture.mode != "RGB":
            raise self._refuse("the pixel format BC5 is for arrays of shape (height, width, 3)")
        data = bytearray(self._encoded(picture, options))
        if pixel_format is None and picture.mode in ("L", "LA"):
            # The bits of luminance and alpha in a pixel: those that Pillow names are elsewhere.
            alpha = 0xFF00 if picture.mode == "LA" else 0
            struct.pack_into("<4I", data, 92, 0xFF, 0, 0, alpha)
        self._put(data)


class BlpWriter(StillWriter):
    """Writes Blizzard textures, with a palette."""

    rules: ClassVar[Mapping[str, Rule]] = {"blp_version": one_of("BLP1", "BLP2")}

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        blp_version: Literal["BLP1", "BLP2"] = "BLP2",
    ) -> None:
        """Encode the image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width, 3)``. At most 256 colors are exact; more are reduced.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            ``"RGB"`` or ``"P"``, to convert to it.
        blp_version : {"BLP1", "BLP2"}
            Which version of the format.

        Raises
        ------
        EncodeError
            For an array that the format cannot hold, or a second image.
        """
        options = self._given(blp_version=blp_version)
        self._held(metadata)
        picture = self._image(image, mode)
        self._warn_of_colors(picture, mode)
        data = bytearray(self._encoded(to_palette(picture), options))
        if blp_version == "BLP1":
            data[8:12] = bytes(4)  # no alpha: Pillow 11 has here what belongs to BLP2
        self._put(data)
