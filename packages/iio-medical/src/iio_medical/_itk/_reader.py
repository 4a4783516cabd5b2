"""Reading through SimpleITK: one image a file, whatever its dimensions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import SimpleITK as sitk  # noqa: N813  # as everybody calls it

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from ._alone import alone
from ._contained import Contained
from ._pixels import ALWAYS_3D, axes_of, dtype_of, geometry_of
from ._sizes import check_length

__all__ = ["ItkReader"]


class ItkReader:
    """Reads an image with SimpleITK.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    extension : str
        By which ITK knows the format.
    """

    def __init__(self, resource: Resource, format: str | None, *, extension: str) -> None:
        self._name = resource.name
        self._format = format
        if not resource.head(1):
            raise DecodeError(f"{self._name} is empty", plugin="itk", format=format)
        self._contained = Contained(resource, format, extension)
        try:
            with alone():
                self._header = self._reader()
                self._header.ReadImageInformation()
                self._describe()
            check_length(self._contained.path, format, self._full, self._dtype.itemsize)
        except BaseException as error:
            self.close()
            if isinstance(error, RuntimeError):
                raise DecodeError(
                    f"{self._name} could not be decoded by ITK: {_said(error)}",
                    plugin="itk",
                    format=format,
                ) from error
            raise

    def _reader(self) -> Any:
        reader = sitk.ImageFileReader()
        reader.SetFileName(str(self._contained.path))
        reader.SetNumberOfWorkUnits(1)  # the threads of its pool do not survive a fork
        return reader

    def _describe(self) -> None:
        header = self._header
        described = sitk.GetPixelIDValueAsString(header.GetPixelID())
        dtype = dtype_of(described)
        if dtype is None:
            raise DecodeError(f"{self._name} has pixels of {described}", plugin="itk")
        self._dtype = dtype
        self._channels = int(header.GetNumberOfComponents())
        if dtype.kind == "c":
            self._channels = 1
        size = tuple(int(number) for number in header.GetSize()[::-1])
        if min(size, default=0) < 1:
            raise DecodeError(f"{self._name} has an image of {size}", plugin="itk")
        channels = () if self._channels == 1 else (self._channels,)
        self._full = (*size, *channels)
        # These formats have three dimensions whatever is in them.
        self._flat = self._format in ALWAYS_3D and len(size) == 3 and size[0] == 1
        self._size = size[1:] if self._flat else size
        self._shape = (*self._size, *channels)

    def count(self) -> int:
        """Return 1: a file is an image."""
        return 1

    def read(self, *, index: Index = None) -> np.ndarray[Any, Any]:
        """Decode the image.

        Parameters
        ----------
        index : int
            0: there is one image in a file. ``None`` is the same.

        Returns
        -------
        numpy.ndarray
            ``(rows, columns)``, ``(planes, rows, columns)`` and so on; channels are last.
        """
        _check(index, self._name)
        with alone():
            image = self._reader().Execute()
        array: np.ndarray[Any, Any] = sitk.GetArrayFromImage(image)
        if self._flat:
            array = array[0]
        if array.shape != self._shape or array.dtype != self._dtype:
            raise DecodeError(
                f"{self._name} says that it is {self._shape} {self._dtype}, and decodes to "
                f"{array.shape} {array.dtype}",
                plugin="itk",
            )
        return array

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray[Any, Any]:
        """Decode a part; of formats that ITK streams, nothing else is read.

        Parameters
        ----------
        region : tuple of slice
            As for indexing what `read` returns.
        index : int
            As for `read`.
        level : int
            0: there are no smaller copies.
        """
        _check(index, self._name)
        if level:
            raise OptionError(f"level={level}: {self._name} has no smaller copies")
        if len(region) > len(self._shape):
            raise OptionError(f"region={region!r} has more axes than the image")
        whole = (*region, *(slice(None),) * (len(self._shape) - len(region)))
        ranges = [range(*part.indices(n)) for part, n in zip(whole, self._shape, strict=True)]
        if not all(ranges):
            return np.empty([len(one) for one in ranges], self._dtype)
        spatial = ranges[: len(self._size)]
        starts = [min(one[0], one[-1]) for one in spatial]
        sizes = [abs(one[-1] - one[0]) + 1 for one in spatial]
        box = self._box(starts, sizes)
        kept = [np.asarray(one) - start for one, start in zip(spatial, starts, strict=True)]
        kept += [np.asarray(one) for one in ranges[len(spatial) :]]
        return np.ascontiguousarray(box[np.ix_(*kept)])

    def _box(self, starts: list[int], sizes: list[int]) -> np.ndarray[Any, Any]:
        if self._flat:
            starts, sizes = [0, *starts], [1, *sizes]
        with alone():
            reader = self._reader()
            reader.SetExtractIndex([int(n) for n in starts[::-1]])
            reader.SetExtractSize(sizes[::-1])
            image = reader.Execute()
        box: np.ndarray[Any, Any] = sitk.GetArrayFromImage(image)
        return box[0] if self._flat else box

    def iter(self) -> Iterator[np.ndarray[Any, Any]]:
        """Decode the image."""
        yield self.read(index=0)

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe the image, from its header."""
        _check(index, self._name)
        spacing = geometry_of(self._header)["spacing"][-len(self._size) :]
        return ImageProperties(
            shape=self._shape,
            dtype=self._dtype,
            spacing=spacing,
            axes=axes_of(len(self._size), self._channels),
        )

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return ``spacing``, ``origin``, ``direction`` and what else the header says.

        Parameters
        ----------
        index : int or ``...``
            As for `read`.
        exclude_applied : bool
            Nothing is applied to the pixels.
        """
        if index is not ...:
            _check(index, self._name)
        found = geometry_of(self._header)
        if self._flat:
            found["spacing"] = found["spacing"][1:]
            found["origin"] = found["origin"][:2]
            found["direction"] = tuple(row[:2] for row in found["direction"][:2])
        for key in self._header.GetMetaDataKeys():
            found[key] = self._header.GetMetaData(key)
        return found

    def close(self) -> None:
        """Let go of the file."""
        self._header = None
        self._contained.close()


def _check(index: Index, name: str) -> None:
    if index not in (None, 0):
        raise FrameIndexError(f"{name} has 1 image; there is none at {index}")


def _said(error: BaseException) -> str:
    """Return what ITK says, without the place in its sources."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "it does not say why"
