"""Reading with Pillow: one image of a file at a time, as it is meant to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np
from PIL import Image, ImageFile

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from . import _metadata, _orientation
from ._backend import open_image
from ._jpeg2000 import is_cut
from ._pixels import LAYOUTS, layout, natural_mode, to_array
from ._sizes import DECODED_AT_ONCE, declared_size

__all__ = ["PillowReader"]

# Formats in which the images of one file differ in size or mode: the others need no look at each.
_UNEVEN = {"TIFF", "MPO", "DCX"}


class PillowReader:
    """Reads every format but GIF, and PNG with some additions.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    """

    def __init__(self, resource: Resource, format: str) -> None:
        self._resource = resource
        self._format = format
        file = resource.open()
        if format in DECODED_AT_ONCE and (size := declared_size(file, format)) is not None:
            self._charge("RGBA", size)
        if format == "JPEG2000" and is_cut(file):
            raise DecodeError(
                f"{resource.name} is cut: the end of its codestream is missing",
                plugin="pillow",
                format=format,
            )
        self._image: ImageFile.ImageFile = open_image(file, format)
        # The layers of a PSD are drawn over each other in the one image; Pillow misreads them.
        self._total: int | None = 1 if format == "PSD" else None

    @property
    def image(self) -> ImageFile.ImageFile:
        """The image of Pillow's, to look at what has no name here."""
        return self._image

    @property
    def default_index(self) -> int | EllipsisType:
        """The first image."""
        return 0

    def count(self) -> int:
        """Return how many images there are."""
        if self._total is None:
            # Of a PSD, Pillow counts the layers; what is read is what they are merged to.
            layered = self._format == "PSD"
            self._total = 1 if layered else int(getattr(self._image, "n_frames", 1))
        return self._total

    def read(
        self,
        *,
        index: Index = None,
        mode: str | None = None,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which; ``None`` is all of a GIF or an animated PNG, the first of other formats.
        mode : str, optional
            A mode of Pillow's to convert to: ``"L"``, ``"RGB"``, ``"RGBA"``, ``"P"`` for the bare
            palette indices, and so on. Without it palettes are resolved and the rest stays as it is
            (CMYK stays CMYK, with four channels).
        rotate : bool
            Whether to turn the image upright if it has an EXIF orientation.
        apply_gamma : bool
            Whether to raise values, scaled to 0..1, to the power of the gamma that a PNG declares.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)``; bool, uint8, uint16, int32 or
            float32.

        Raises
        ------
        FrameIndexError
            If there is no such image.
        DecodeError
            If the file is damaged.
        """
        stored = self._seek(index)
        target = self._mode(stored, mode)
        stored.load()  # Pillow finds out only now that an icon of macOS is gray
        image: Image.Image = stored if stored.mode == target else stored.convert(target)
        array = to_array(self._turned(image, stored, rotate))
        if apply_gamma and "gamma" in stored.info:
            array = _raise(array, float(stored.info["gamma"]))
        return array

    def iter(
        self, *, mode: str | None = None, rotate: bool = False, apply_gamma: bool = False
    ) -> Iterator[np.ndarray]:
        """Decode one image after the other; the options are those of `read`."""
        for index in range(self.count()):
            yield self.read(index=index, mode=mode, rotate=rotate, apply_gamma=apply_gamma)

    def properties(
        self,
        *,
        index: Index = None,
        mode: str | None = None,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> ImageProperties:
        """Describe what `read` with the same options returns, from headers alone."""
        image = self._stored(index)
        shape, dtype = layout(self._mode(image, mode), self._turned_size(image, rotate))
        return ImageProperties(shape, dtype, axes="YX" if len(shape) == 2 else "YXS")

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, rotate: bool = False
    ) -> dict[str, Any]:
        """Return what Pillow finds beside the pixels.

        Parameters
        ----------
        index : int or ``...``
            Which image; ``...`` for what is said of the whole file.
        exclude_applied : bool
            Whether to leave out the transparency and palette that are in the pixels already, and
            with `rotate` the orientation.
        rotate : bool
            As for `read`.

        Returns
        -------
        dict
            ``mode`` and ``shape`` (width, height, as imageio has it), text, ``dpi``,
            ``icc_profile``, ``exif`` and ``xmp`` as bytes, EXIF tags by name, and with several
            images ``duration`` (milliseconds) and ``loop``.
        """
        image = self._informed(self._seek(0 if index is ... else index))
        if self._is_timed():  # how long a frame is shown comes with its pixels
            self._charge(image.mode, image.size)
            image.load()
        applied = exclude_applied and natural_mode(image) != image.mode
        turned = exclude_applied and rotate
        return _metadata.of_image(image, palette_applied=applied, orientation_applied=turned)

    def close(self) -> None:
        """Forget the image; its file is core's to close."""
        del self._image

    def _seek(self, index: Index) -> ImageFile.ImageFile:
        number = index if isinstance(index, int) else 0
        if number != (0 if self._format == "PSD" else self._image.tell()):
            try:
                self._image.seek(number)
            except EOFError:
                raise FrameIndexError(f"{self._resource.name} has no image {number}") from None
        return self._image

    def _mode(self, image: ImageFile.ImageFile, mode: str | None) -> str:
        if mode is None:
            # Pillow has gray samples of more than 8 bits as 32-bit integers here.
            return "I;16" if self._format == "PPM" and image.mode == "I" else natural_mode(image)
        if mode not in LAYOUTS:
            raise OptionError(f"mode={mode!r} is not a mode of Pillow: {', '.join(LAYOUTS)}")
        return mode

    def _stored(self, index: Index) -> ImageFile.ImageFile:
        """Return the image at `index`, or another of the same size and kind, to look at."""
        return self._seek(index) if self._format in _UNEVEN else self._image

    def _informed(self, image: ImageFile.ImageFile) -> ImageFile.ImageFile:
        """Return an image with all that its file says beside the pixels."""
        return image

    def _turned(self, image: Image.Image, stored: ImageFile.ImageFile, rotate: bool) -> Image.Image:
        """Return an image as it is stored, or upright."""
        if not rotate:
            return image
        return _orientation.apply(image, _orientation.orientation_of(self._informed(stored)))

    def _turned_size(self, stored: ImageFile.ImageFile, rotate: bool) -> tuple[int, int]:
        if not rotate:
            return stored.size
        orientation = _orientation.orientation_of(self._informed(stored))
        return _orientation.upright_size(stored.size, orientation)

    def _is_timed(self) -> bool:
        """Tell whether a frame has a duration that Pillow reports when it is decoded."""
        if self._format == "WEBP":  # RFC 9649, section 2.7: the flag of an animation
            head = self._resource.head(21)
            return head[12:16] == b"VP8X" and bool(head[20] & 2)
        return self._format == "AVIF" and self.count() > 1

    def _charge(self, mode: str, size: tuple[int, int]) -> None:
        """Check what is about to be decoded against the limits, where core cannot do it first."""
        shape, dtype = layout(mode, size)
        resource = self._resource
        resource.limits.check_array(
            shape, dtype.itemsize, resource_size=resource.size, name=resource.name
        )


def _raise(array: np.ndarray, gamma: float) -> np.ndarray:
    """Raise integer values, scaled to 0..1, to the power of `gamma`."""
    if array.dtype.kind != "u":
        return array
    top = np.iinfo(array.dtype).max
    return np.rint((array / top) ** gamma * top).astype(array.dtype.newbyteorder("="))
