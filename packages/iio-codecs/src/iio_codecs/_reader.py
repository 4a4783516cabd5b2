"""What all readers share: a header that is trusted with nothing, pixels into the caller's array."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np

from iio_core import ImageProperties, Index, OptionError, Resource

from ._layout import Layout, upright
from ._source import Source

__all__ = ["CodecReader"]


class CodecReader(ABC):
    """Reads a file of one image.

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
        self._source = Source(resource, format)
        self._first = self._source.parse(self._parse)

    @property
    def default_index(self) -> int | EllipsisType:
        """What ``index=None`` means."""
        return 0

    def count(self) -> int:
        """Return how many images there are."""
        return 1

    def read(
        self, *, index: Index = None, out: np.ndarray | None = None, rotate: bool = False
    ) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which; ``None`` is all of an animated PNG, and the only one of other files.
        out : numpy.ndarray, optional
            Where to decode to, of the right shape and dtype, such as ``numpy.memmap``; it is what
            is returned.
        rotate : bool
            Whether to turn the image upright if its file says how it was held.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)``, with the values that the file
            has: those of 10 or 12 bits a sample are not scaled to 16.

        Raises
        ------
        DecodeError
            If the file is damaged or cut.
        OptionError
            If `out` does not fit.
        """
        number = index if isinstance(index, int) else 0
        layout = self._layout(number)
        turn = self._orientation() if rotate else 1
        if out is not None:
            _check_out(out, layout.properties(turn))
        place = out if turn == 1 and out is not None and out.flags.c_contiguous else None
        image = self._decoded(number, layout, place)
        if image.shape != layout.shape or image.dtype != layout.dtype:
            raise self._source.damaged(
                f"its header declares {layout.shape} {layout.dtype}, and it holds {image.shape} "
                f"{image.dtype}"
            )
        image = upright(image, turn)
        if out is None or image is out:
            return image
        out[...] = image
        return out

    def iter(self, *, rotate: bool = False) -> Iterator[np.ndarray]:
        """Decode one image after the other; the options are those of `read`."""
        for index in range(self.count()):
            yield self.read(index=index, rotate=rotate)

    def properties(
        self, *, index: Index = None, out: np.ndarray | None = None, rotate: bool = False
    ) -> ImageProperties:
        """Describe what `read` with the same options returns, from the header alone."""
        layout = self._layout(index if isinstance(index, int) else 0)
        return layout.properties(self._orientation() if rotate else 1)

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, rotate: bool = False
    ) -> dict[str, Any]:
        """Return what the file says beside the pixels.

        Parameters
        ----------
        index : int or ``...``
            Which image; ``...`` for what is said of the whole file.
        exclude_applied : bool
            Whether to leave the orientation out if the pixels have been turned.
        rotate : bool
            As for `read`.

        Returns
        -------
        dict
            ``bits_per_sample``, and where the format has them ``icc_profile``, ``exif`` and
            ``xmp`` as bytes, the EXIF tags by name, ``dpi``, text by its keyword.
        """
        from ._exif import described, without_orientation

        found = self._told(index)
        exif = found.get("exif")
        if exif is not None:
            found.update((k, v) for k, v in described(exif).items() if k not in found)
        if (orientation := self._orientation()) != 1:
            found["Orientation"] = orientation
        turned = rotate and exclude_applied and found.pop("Orientation", None) is not None
        if turned and exif is not None:
            found["exif"] = without_orientation(exif)
        return found

    def close(self) -> None:  # noqa: B027  nothing to do
        """Nothing is open but what core closes."""

    @abstractmethod
    def _parse(self, data: bytes) -> Layout:
        """Return the layout of the first image from the beginning of the file."""

    @abstractmethod
    def _decoded(self, number: int, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        """Return an image as it is stored; in `out`, if that is given."""

    def _layout(self, number: int) -> Layout:
        return self._first

    def _orientation(self) -> int:
        """Return how the image was held, as EXIF counts: 1 is upright."""
        from ._exif import orientation_of

        exif = self._told(None).get("exif")
        return 1 if exif is None else orientation_of(exif)

    def _told(self, index: Index) -> dict[str, Any]:
        """Return the metadata but for the tags that are in EXIF."""
        return {"bits_per_sample": self._first.bits}

    def _place(self, layout: Layout, out: np.ndarray | None) -> np.ndarray:
        """Return where to decode to: a codec finds out there that a header lied about the size."""
        return np.empty(layout.shape, layout.dtype) if out is None else out


def _check_out(out: Any, wanted: ImageProperties) -> None:
    """Raise `OptionError` if an image does not fit the array that the caller gave for it."""
    if not isinstance(out, np.ndarray) or out.shape != wanted.shape:
        shape = getattr(out, "shape", None)
        raise OptionError(f"out= has the shape {shape}; the image has {wanted.shape}")
    if out.dtype != wanted.dtype or not out.flags.writeable:
        raise OptionError(f"out= has to be a writable array of {wanted.dtype}, not of {out.dtype}")
