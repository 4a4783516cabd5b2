"""Writing OpenEXR: each image is a part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import OpenEXR

from iio_core import EncodeError, OptionError, Target

from ._attributes import COMPRESSIONS
from ._metadata_out import Header

__all__ = ["ExrWriter"]

_NAMES = {1: ("Y",), 2: ("Y", "A"), 3: ("R", "G", "B"), 4: ("R", "G", "B", "A")}
_KINDS = ("float16", "float32", "uint32")

Compression = Literal[
    "none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab", "htj2k256",
    "htj2k32",
]  # fmt: skip


class ExrWriter:
    """Writes an OpenEXR file, once all of its images are there.

    Parameters
    ----------
    target : Target
        Where to write.
    """

    def __init__(self, target: Target) -> None:
        self._target = target
        self._parts: list[tuple[dict[str, Any], dict[str, np.ndarray[Any, Any]]]] = []
        self._names: set[str] = set()

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        compression: Compression = "zip",
        channels: Sequence[str] | None = None,
        data_window: tuple[int, int] | None = None,
        display_window: tuple[tuple[int, int], tuple[int, int]] | None = None,
    ) -> None:
        """Add an image as a part of the file.

        Parameters
        ----------
        image : numpy.ndarray
            ``(height, width)`` or ``(height, width, channels)`` of float16, float32 or uint32.
        metadata : mapping, optional
            Attributes of the header, by their names.
        compression : str
            ``"none"``, ``"rle"``, ``"zips"``, ``"zip"`` and ``"piz"`` keep all values; ``"pxr24"``
            rounds float32 to 24 bits; ``"b44"``, ``"b44a"``, ``"dwaa"`` and ``"dwab"`` are lossy.
        channels : sequence of str, optional
            What the channels are called; by default ``Y``, ``YA``, ``RGB`` or ``RGBA``.
        data_window : tuple of int, optional
            x and y of the first pixel; by default (0, 0).
        display_window : tuple of tuple of int, optional
            First and last pixel of the picture's frame, each as (x, y); by default the first
            image's data window.

        Raises
        ------
        EncodeError
            If OpenEXR does not hold such an array.
        """
        if compression not in COMPRESSIONS or not hasattr(OpenEXR, _constant(compression)):
            here = [one for one in COMPRESSIONS if hasattr(OpenEXR, _constant(one))]
            raise OptionError(f"compression={compression!r} is not one of {', '.join(here)}")
        planes = self._planes(image, channels)
        header = Header(metadata or {}, image.shape[:2], self._target.name)
        attributes = header.attributes(data_window, display_window, self._names)
        if self._parts:  # the library refuses parts in different frames
            shown = self._parts[0][0]["displayWindow"]
            if not np.array_equal(shown, attributes["displayWindow"]):
                if display_window is not None:
                    raise EncodeError(
                        f"{self._target.name}: all parts of a file have one display window, "
                        f"{_plain(shown)}"
                    )
                attributes["displayWindow"] = shown
        attributes["compression"] = getattr(OpenEXR, _constant(compression))
        attributes["type"] = OpenEXR.scanlineimage
        self._parts.append((attributes, planes))

    def close(self) -> None:
        """Write the file."""
        parts = self._parts
        if len(parts) > 1:
            for number, (attributes, _) in enumerate(parts):
                attributes.setdefault("name", _free(str(number), self._names))
            file = OpenEXR.File([OpenEXR.Part(*part) for part in parts])
        else:
            file = OpenEXR.File(*parts[0])
        with self._target.as_path() as path:
            file.write(str(path))
        self._parts = []

    def abort(self) -> None:
        """Forget the images."""
        self._parts = []

    def _planes(
        self, image: np.ndarray, channels: Sequence[str] | None
    ) -> dict[str, np.ndarray[Any, Any]]:
        name = self._target.name
        if image.ndim not in (2, 3) or not image.size:
            raise EncodeError(f"{name}: OpenEXR holds images, not an array of shape {image.shape}")
        if image.dtype.name not in _KINDS:
            raise EncodeError(
                f"{name}: OpenEXR holds float16, float32 and uint32, not {image.dtype}; "
                "convert it first: image.astype('float32')"
            )
        count = 1 if image.ndim == 2 else image.shape[2]
        if isinstance(channels, str) or (channels is not None and len(channels) != count):
            raise OptionError(f"channels={channels!r}: the image has {count} channels to be named")
        named = _NAMES.get(count) if channels is None else tuple(channels)
        if named is None:
            raise EncodeError(
                f"{name}: an image with {count} channels; say how they are called with channels="
            )
        if len(set(named)) != count or not all(isinstance(n, str) and n for n in named):
            raise OptionError(f"channels={channels!r} are not names, or not different ones")
        whole = image.reshape(*image.shape[:2], count)
        # A copy of each: the caller may change the image before the file is written.
        return {n: np.array(whole[..., i], order="C") for i, n in enumerate(named)}


def _constant(compression: str) -> str:
    return f"{'NO' if compression == 'none' else compression.upper()}_COMPRESSION"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "'"
    taken.add(name)
    return name


def _plain(window: Any) -> Any:
    return tuple(tuple(int(n) for n in corner) for corner in window)
