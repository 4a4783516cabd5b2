"""Reading with Pillow: one image of a file at a time, as it is meant to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import IO, Any

import numpy as np
from PIL import Image, ImageFile

from iio_core import (
    DecodeError,
    FrameIndexError,
    ImageProperties,
    Index,
    LimitError,
    OptionError,
    Resource,
)

from . import _metadata, _orientation
from ._backend import open_image
from ._inside import inner_sizes
from ._jpeg2000 import is_cut
from ._pixels import LAYOUTS, layout, looked_up, natural_mode, to_array, to_eight_bits
from ._sizes import DECODED_AT_ONCE, declared_mode, declared_size
from ._webp_chunks import frame_durations

__all__ = ["PillowReader"]

# Formats in which the images of one file differ in size or mode: the others need no look at each.
# A JPEG may turn out to be an MPO.
_UNEVEN = {"TIFF", "MPO", "JPEG", "DCX", "HEIF", "SPIDER"}


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
        self._file = file
        declared = self._declared(file) if format in DECODED_AT_ONCE else None
        if format == "JPEG2000" and is_cut(file):
            raise DecodeError(
                f"{resource.name} is cut: the end of its codestream is missing",
                plugin="pillow",
                format=format,
            )
        self._image: ImageFile.ImageFile = open_image(
            file, format, metadata_bytes=resource.limits.metadata_bytes
        )
        self._check_promises(declared)
        # Of HEIF the file says which image is the one to show.
        self._first = self._image.tell() if format == "HEIF" else 0
        # The layers of a PSD are drawn over each other in the one image; Pillow misreads them.
        self._total: int | None = 1 if format == "PSD" else None

    @property
    def file(self) -> IO[bytes]:
        """The file, to look at what has no name here."""
        return self._file

    @property
    def image(self) -> ImageFile.ImageFile:
        """The image of Pillow's, to look at what has no name here."""
        return self._image

    @property
    def default_index(self) -> int | EllipsisType:
        """The first image; of HEIF the one that the file declares to be the primary one."""
        return self._first

    def count(self) -> int:
        """Return how many images there are."""
        if self._total is None:
            self._total = int(getattr(self._image, "n_frames", 1))
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
            Whether to raise the values but those of alpha, scaled to 0..1, to the power of the
            gamma that a PNG declares.

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
        self._load(stored)  # Pillow finds out only now that an icon of macOS is gray
        image = self._converted(stored, target)
        array = to_array(self._turned(image, stored, rotate))
        if apply_gamma and "gamma" in stored.info:
            array = _raise(array, float(stored.info["gamma"]), has_alpha=image.mode in _WITH_ALPHA)
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
        self,
        *,
        index: Index = None,
        exclude_applied: bool = True,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> dict[str, Any]:
        """Return what Pillow finds beside the pixels.

        Parameters
        ----------
        index : int or ``...``
            Which image; ``...`` for what is said of the whole file.
        exclude_applied : bool
            Whether to leave out the transparency and palette that are in the pixels already, and
            with `rotate` the orientation, with `apply_gamma` the gamma.
        rotate, apply_gamma : bool
            As for `read`.

        Returns
        -------
        dict
            ``mode`` and ``shape`` (width, height, as imageio has it), text, ``dpi``,
            ``icc_profile``, ``exif`` and ``xmp`` as bytes, EXIF tags by name, and with several
            images ``duration`` (milliseconds) and ``loop``; of a whole animated WebP a list of all
            ``durations``.
        """
        image = self._informed(self._seek(None if index is ... else index))
        if self._is_timed():  # how long a frame is shown comes with its pixels
            self._charge(image.mode, image.size)
            self._load(image)
        applied = exclude_applied and natural_mode(image) != image.mode
        turned = exclude_applied and rotate
        found = _metadata.of_image(image, palette_applied=applied, orientation_applied=turned)
        if exclude_applied and apply_gamma:
            found.pop("gamma", None)
        if index is ... and self._format == "WEBP" and self.count() > 1:
            found["durations"] = frame_durations(self._file)
        return found

    def close(self) -> None:
        """Forget the image; its file is core's to close."""
        del self._image

    def _seek(self, index: Index) -> ImageFile.ImageFile:
        number = index if isinstance(index, int) else self._first
        if number != (0 if self._format == "PSD" else self._image.tell()):
            if self._format == "HEIF":
                self._charge_heif(number)
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

    def _converted(self, stored: Image.Image, target: str) -> Image.Image:
        """Return an image in another mode."""
        if stored.mode == target:
            return stored
        image = stored
        deep = image.mode in _DEEP_GRAY or (self._format == "PPM" and image.mode == "I")
        if deep and target not in _DEEP_GRAY | {"I", "F"}:
            transparent = image.info.get("transparency")
            if isinstance(transparent, int) and target in ("LA", "RGBA"):
                alpha = Image.fromarray(np.not_equal(to_array(image), transparent)).convert("L")
                image = to_eight_bits(image)
                image.putalpha(alpha)
            else:
                image = to_eight_bits(image)
        elif image.mode == "P" and isinstance(image.info.get("transparency"), bytes):
            image = image.convert("RGBA")  # of which Pillow does not say that it should be done
        return image if image.mode == target else image.convert(target)

    def _load(self, image: ImageFile.ImageFile) -> None:
        """Decode an image to the size that its header promises."""
        promised = image.size
        try:
            image.load()
        except Image.DecompressionBombError as error:
            raise LimitError(
                f"Pillow refuses {self._resource.name} by a limit of its own, "
                f"PIL.Image.MAX_IMAGE_PIXELS: {error}"
            ) from None
        if image.size != promised:
            raise self._contradiction(promised, image.size)

    def _declared(self, file: IO[bytes]) -> tuple[int, int] | None:
        """Charge what opening a file decodes."""
        format = self._format
        size = declared_size(file, format)
        if size is not None:
            self._charge(declared_mode(file, format), size)
        elif format == "JXL":
            raise DecodeError(
                f"{self._resource.name} has no header that tells its size",
                plugin="pillow",
                format=format,
            )
        return size

    def _check_promises(self, declared: tuple[int, int] | None) -> None:
        """Compare the size of an opened image with those of what is going to be, or is, decoded."""
        size = self._image.size
        # What is turned upright by decoding it may have width and height exchanged.
        if declared is not None and sorted(declared) != sorted(size):
            raise self._contradiction(declared, size)
        for inner in inner_sizes(self._image, self._file, self._format):
            if inner != size:
                raise self._contradiction(size, inner)

    def _contradiction(self, promised: tuple[int, int], found: tuple[int, int]) -> DecodeError:
        name = self._resource.name
        return DecodeError(
            f"{name} declares an image of {promised[0]} x {promised[1]} pixels and holds one of "
            f"{found[0]} x {found[1]}",
            plugin="pillow",
            format=self._format,
        )

    def _charge_heif(self, number: int) -> None:
        """Check another image of a file against the limits: going to it takes its memory."""
        images: Any = getattr(self._image, "_heif_file", None)
        if images is not None and 0 <= number < len(images):
            self._charge(images[number].mode, images[number].size)

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


_DEEP_GRAY = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_WITH_ALPHA = frozenset({"LA", "La", "PA", "RGBA", "RGBa"})


def _raise(array: np.ndarray, gamma: float, *, has_alpha: bool) -> np.ndarray:
    """Raise integer values but those of alpha, scaled to 0..1, to the power of `gamma`."""
    if array.dtype.kind != "u":
        return array
    top = np.iinfo(array.dtype).max
    native = array.dtype.newbyteorder("=")
    table = np.rint((np.arange(top + 1) / top) ** gamma * top).astype(native)
    if array.dtype != native:
        array = array.astype(native)
    return looked_up(array, table, channels=array.shape[-1] - 1 if has_alpha else None)
