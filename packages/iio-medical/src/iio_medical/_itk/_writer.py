"""Writing through SimpleITK: one image a file, and the files that some headers refer to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  # as everybody calls it

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

from ._alone import alone
from ._pixels import ALWAYS_3D, dtype_of, geometry_of, place

__all__ = ["ItkWriter", "objection"]

_GEOMETRY = frozenset({"spacing", "origin", "direction", "axes"})
_CLOSE = 1e-5  # some formats keep single floats


def objection(compression: object, level: object) -> str:
    """Return what ITK cannot make of the options; an empty string if it can."""
    if not isinstance(compression, bool):
        return f"compression={compression!r}: ITK compresses (True) or does not (False)"
    if level is None or (isinstance(level, int) and -1 <= level <= 9):
        return ""
    return f"compression_level={level!r}: it is a whole number from 0 to 9"


class ItkWriter:
    """Writes an image with SimpleITK.

    Parameters
    ----------
    target : Target
        Where to write.
    format : str
        The name of the format.
    extension : str
        By which ITK knows the format.
    dtypes : frozenset of str
        What the format holds.
    """

    takes_arrays = True

    def __init__(
        self, target: Target, format: str, *, extension: str, dtypes: frozenset[str]
    ) -> None:
        self._target = target
        self._format = format
        self._extension = extension
        self._dtypes = dtypes
        self._written = False

    def write(
        self,
        image: np.ndarray[Any, Any],
        *,
        metadata: Mapping[str, Any] | None = None,
        vector: bool | None = None,
        compression: bool = False,
        compression_level: int | None = None,
    ) -> None:
        """Encode an image, or a volume.

        Parameters
        ----------
        image : numpy.ndarray
            ``(rows, columns)``, ``(planes, rows, columns)``, or with channels last.
        metadata : mapping, optional
            ``spacing`` in the order of the axes, ``origin`` and ``direction`` as ITK has them, as
            ``immeta`` returns it; other entries are text.
        vector : bool, optional
            Whether the last axis counts channels. By default if ``axes`` of the metadata end with
            ``S``, or the image is 8 or 16-bit with 3 or 4 of them.
        compression : bool
            Whether to compress, in formats that do.
        compression_level : int, optional
            How hard: 0 to 9.

        Raises
        ------
        EncodeError
            If the format cannot hold the image.
        OptionError
            If `compression` or its level is nothing that ITK knows.
        """
        if refused := objection(compression, compression_level):
            raise OptionError(f"{self._target.name}: {refused}")
        told = dict(metadata or {})
        made = self._image(image, told, vector)
        level = -1 if compression_level is None else compression_level
        with self._target.as_path() as path:
            # ITK goes by the extension, and writes further files beside it.
            name = path.name if path.name.lower().endswith(self._extension) else "image"
            place_of = path if name == path.name else path.with_name(name + self._extension)
            try:
                with alone():
                    sitk.WriteImage(made, str(place_of), compression, level)
            except RuntimeError as error:
                raise self._refusal(str(error).strip().splitlines()[-1]) from error
            with alone():
                self._check(place_of, made, told)
            if place_of != path:
                place_of.replace(path)
            for further in sorted(path.parent.rglob("*")):
                if further.is_file() and further != path:
                    self._add(further)
        self._written = True

    def close(self) -> None:
        """Finish the file; it is complete."""

    def abort(self) -> None:
        """Give up; nothing is kept here."""

    def _image(
        self, image: np.ndarray[Any, Any], told: Mapping[str, Any], vector: bool | None
    ) -> Any:
        if self._written:
            raise self._refusal("it holds one image")
        if image.dtype.name not in self._dtypes:
            listed = ", ".join(sorted(self._dtypes))
            raise self._refusal(f"it cannot hold {image.dtype}; it holds {listed}")
        axes = str(told.get("axes") or "")
        if vector is None:
            vector = axes.endswith("S") or (
                not axes
                and image.ndim == 3
                and image.shape[-1] in (3, 4)
                and image.dtype.name in ("uint8", "uint16")
            )
        if not 2 <= image.ndim - bool(vector) <= 4 or min(image.shape) < 1:
            raise self._refusal(f"an image of shape {image.shape} has no 2 to 4 dimensions")
        if self._format in ALWAYS_3D and image.ndim == 3 and len(image) == 1:
            raise self._refusal("a volume of one plane is read again as a plane; write image[0]")
        made = sitk.GetImageFromArray(np.ascontiguousarray(image), isVector=bool(vector))
        place(made, told, self._target.name)
        for key, value in told.items():
            if key not in _GEOMETRY and isinstance(value, str):
                made.SetMetaData(key, value)
        return made

    def _check(self, path: Path, made: Any, told: Mapping[str, Any]) -> None:
        """Look at the header that was written: ITK does not say what a format cannot hold."""
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(path))
        try:
            reader.ReadImageInformation()
        except RuntimeError as error:
            raise self._refusal("ITK cannot read again what it wrote") from error
        same_size = _trimmed(reader.GetSize()) == _trimmed(made.GetSize())
        described = sitk.GetPixelIDValueAsString(reader.GetPixelID())
        wanted = sitk.GetPixelIDValueAsString(made.GetPixelID())
        same_size &= reader.GetNumberOfComponents() == made.GetNumberOfComponentsPerPixel()
        if not same_size or dtype_of(described) != dtype_of(wanted):
            raise self._refusal(
                f"it cannot hold an image of {made.GetSize()[::-1]} {wanted}; it would become "
                f"{reader.GetSize()[::-1]} {described}"
            )
        back = geometry_of(reader)
        lost = [
            name
            for name in ("spacing", "origin", "direction")
            if name in told and not _same(back[name], told[name])
        ]
        kept = set(reader.GetMetaDataKeys())
        for key, value in told.items():
            held = isinstance(value, str) and key in kept and reader.GetMetaData(key) == value
            if key not in _GEOMETRY and not held and not is_derived(key, value):
                lost.append(key)
        if lost:
            warn(
                f"{self._target.name}: {self._format} cannot hold {', '.join(lost)}; left out",
                MetadataWarning,
            )

    def _add(self, further: Path) -> None:
        """Put a file that the header refers to beside the target."""
        try:
            sibling = self._target.sibling(further.name)
        except ValueError as error:
            raise self._refusal(str(error)) from None
        with further.open("rb") as source:
            while chunk := source.read(1 << 20):
                sibling.open().write(chunk)

    def _refusal(self, why: str) -> EncodeError:
        return EncodeError(
            f"{self._target.name} cannot be written as {self._format}: {why}",
            plugin="itk",
            format=self._format,
        )


def _trimmed(size: tuple[int, ...]) -> tuple[int, ...]:
    """Return a size without axes of length 1 at its end."""
    trimmed = list(size)
    while trimmed and trimmed[-1] == 1:
        trimmed.pop()
    return tuple(trimmed)


def _same(one: Any, other: Any) -> bool:
    left, right = np.asarray(one, float), np.asarray(other, float)
    return left.shape == right.shape and bool(np.allclose(left, right, rtol=_CLOSE, atol=_CLOSE))
