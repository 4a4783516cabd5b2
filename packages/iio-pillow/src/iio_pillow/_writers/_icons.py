"""Writing icons of Windows and of macOS, in exactly the sizes that are asked for."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from PIL import Image

from iio_core import OptionError, Target

from ._base import PillowWriter
from ._checks import Rule, list_of, one_of, several, whole

__all__ = ["IcnsWriter", "IcoWriter"]

# By the width of an image: the type of an element that holds it as a PNG.
_TYPES = {16: b"icp4", 32: b"ic11", 64: b"ic12", 128: b"ic07", 256: b"ic08", 512: b"ic09"}
_TYPES |= {1024: b"ic10"}
_DEPTHS = {"1": 1, "L": 8, "P": 8, "LA": 32, "I;16": 16, "RGB": 24, "RGBA": 32}


class IcoWriter(PillowWriter):
    """Writes Windows icons; each write adds an image."""

    rules: ClassVar[Mapping[str, Rule]] = {
        "sizes": list_of(several(2, whole(1), "a width and a height")),
        "bitmap_format": one_of("png", "bmp"),
    }

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._entries: list[tuple[Image.Image, bytes]] = []

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        sizes: Sequence[tuple[int, int]] | None = None,
        bitmap_format: Literal["png", "bmp"] = "png",
    ) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            bool, uint8 or uint16 ``(height, width)``, uint8 with 2 to 4 channels; without `sizes`
            at most 256 x 256 pixels.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            The mode of Pillow's to convert to.
        sizes : sequence of tuple of int, optional
            Widths and heights to store, scaled down from the image (keeping its proportions); by
            default only the image as it is. ``[(16, 16), (32, 32), (48, 48)]``, for example.
        bitmap_format : {"png", "bmp"}
            How images are stored; ``"bmp"`` is for Windows before Vista.

        Raises
        ------
        EncodeError
            For an array that an icon cannot hold.
        """
        self._given(sizes=sizes, bitmap_format=bitmap_format)
        self._held(metadata)
        picture = self._image(image, mode)
        if bitmap_format == "bmp" and picture.mode not in ("1", "L", "P", "RGB", "RGBA"):
            raise self._refuse(
                f"bitmaps in icons hold no images of mode {picture.mode}; bitmap_format='png' does"
            )
        encode = _png if bitmap_format == "png" else _bitmap
        for scaled in [picture] if sizes is None else _scaled(picture, sizes):
            if max(scaled.size) > 256:
                raise self._refuse(
                    f"an icon has at most 256 x 256 pixels, not {scaled.width} x {scaled.height}; "
                    "sizes=[(256, 256)] scales it down"
                )
            self._entries.append((scaled.copy(), encode(scaled)))

    def close(self) -> None:
        """Write the directory and the images."""
        file = self._target.open()
        file.write(struct.pack("<HHH", 0, 1, len(self._entries)))
        offset = 6 + 16 * len(self._entries)
        for image, data in self._entries:
            width, height = (side % 256 for side in image.size)  # 0 stands for 256
            colors = 2 if image.mode == "1" else 0
            depth = _DEPTHS[image.mode]
            entry = struct.pack("<BBBBHHII", width, height, colors, 0, 1, depth, len(data), offset)
            file.write(entry)
            offset += len(data)
        for _, data in self._entries:
            file.write(data)


def _scaled(image: Image.Image, sizes: Sequence[tuple[int, int]]) -> list[Image.Image]:
    found = []
    for width, height in sizes:
        if not (1 <= width <= image.width and 1 <= height <= image.height):
            raise OptionError(
                f"sizes: ({width}, {height}) is larger than the image, {image.size}; images are "
                "only scaled down"
            )
        found.append(image.copy())
        if (width, height) != image.size:
            found[-1].thumbnail((width, height), Image.Resampling.LANCZOS)
    return found


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _bitmap(image: Image.Image) -> bytes:
    """Return a bitmap of twice the height: below the colors is a mask, all of which is opaque."""
    buffer = io.BytesIO()
    image.save(buffer, "DIB")
    data = bytearray(buffer.getvalue())
    struct.pack_into("<i", data, 8, 2 * image.height)
    stride = (image.width + 31) // 32 * 4
    return bytes(data) + bytes(stride * image.height)


class IcnsWriter(PillowWriter):
    """Writes icons of macOS; each write adds an image."""

    rules: ClassVar[Mapping[str, Rule]] = {"sizes": list_of(one_of(*_TYPES))}

    def __init__(self, target: Target, format: str) -> None:
        super().__init__(target, format)
        self._elements: dict[int, bytes] = {}

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        mode: str | None = None,
        sizes: Sequence[int] | None = None,
    ) -> None:
        """Add an image.

        Parameters
        ----------
        image : numpy.ndarray
            uint8 ``(height, width, 4)``; square, of 16, 32, 64, 128, 256, 512 or 1024 pixels.
        metadata : mapping, optional
            The format holds none.
        mode : str, optional
            ``"RGBA"``, to convert to it.
        sizes : sequence of int, optional
            Widths to store, resampled from the image; by default only the image as it is.

        Raises
        ------
        EncodeError
            For an array that an icon cannot hold, or a size that is there already.
        """
        self._given(sizes=sizes)
        self._held(metadata)
        picture = self._image(image, mode)
        if sizes is None:
            made = {picture.width: picture}
            if picture.width != picture.height or picture.width not in _TYPES:
                raise self._refuse(
                    f"icons of macOS are squares of {', '.join(map(str, _TYPES))} pixels, not "
                    f"{picture.width} x {picture.height}; sizes=[128, 256] resamples it to those"
                )
        else:
            lanczos = Image.Resampling.LANCZOS
            made = {size: picture.resize((size, size), lanczos) for size in sizes}
        twice = sorted(made.keys() & self._elements.keys())
        if twice:
            raise self._refuse(f"there is an image of {twice[0]} x {twice[0]} pixels already")
        self._elements |= {size: _png(scaled) for size, scaled in made.items()}

    def close(self) -> None:
        """Write all images."""
        elements = [
            _TYPES[size] + struct.pack(">I", 8 + len(png)) + png
            for size, png in sorted(self._elements.items())
        ]
        body = b"".join(elements)
        self._target.open().write(b"icns" + struct.pack(">I", 8 + len(body)) + body)
