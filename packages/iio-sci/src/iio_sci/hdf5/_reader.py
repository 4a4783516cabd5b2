"""Reading HDF5: every dataset of numbers is an image, of any shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from iio_core import DecodeError, ImageProperties, Index, OptionError, Resource

from .._flat import ranges_of
from .._which import numbered, refuse_levels
from ._attributes import attributes_of
from ._tree import Tree

__all__ = ["Hdf5Reader"]


class Hdf5Reader:
    """Reads an HDF5 file, of which only what is asked for.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._name = resource.name
        # Not its path: the library would look for other files beside it.
        self._file = h5py.File(resource.open(), "r")
        self._tree = Tree(self._file, self._name)
        self._images: list[str] | None = None

    def count(self) -> int:
        """Return how many images there are: datasets of numbers with two axes or more.

        If there are none, all arrays of numbers are counted.
        """
        return len(self._paths())

    def read(self, *, index: Index = None, dataset: str | None = None) -> np.ndarray:
        """Return a dataset.

        Parameters
        ----------
        index : int
            Which, in the order of the file. None is the first.
        dataset : str, optional
            Which, by its path in the file: ``"/entry/data"``, in place of an index.

        Returns
        -------
        numpy.ndarray
            Of any shape and dtype.

        Raises
        ------
        DecodeError
            If it is damaged, holds no numbers, or its values are in another file.
        OptionError
            If there is no such dataset.
        """
        data = self._dataset(index, dataset)
        self._charge_chunk(data)
        return _native(data[...])

    def iter(self) -> Iterator[np.ndarray]:
        """Return one dataset after the other."""
        for number in range(self.count()):
            yield self.read(index=number)

    def properties(self, *, index: Index = None, dataset: str | None = None) -> ImageProperties:
        """Describe a dataset, without reading its values."""
        data = self._dataset(index, dataset)
        return ImageProperties(shape=tuple(data.shape), dtype=data.dtype.newbyteorder("="))

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, dataset: str | None = None
    ) -> dict[str, Any]:
        """Return the attributes of a dataset, and its path as ``name``.

        Parameters
        ----------
        index : int or ``...``
            Which dataset; ``...`` for the attributes of the whole file, with shape and dtype of
            each dataset under ``datasets``.
        exclude_applied : bool
            Changes nothing: no attribute is applied to the values.
        dataset : str, optional
            As for `read`.
        """
        limits = self._resource.limits
        if index is ...:
            found = attributes_of(self._file, limits, self._name)
            return {**found, "datasets": self._tree.shapes()}
        data = self._dataset(index, dataset)
        return {"name": data.name, **attributes_of(data, limits, self._name)}

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        dataset: str | None = None,
    ) -> np.ndarray:
        """Return a part of a dataset; nothing else of it is read, but for whole chunks.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which dataset.
        level : int
            There is only 0.
        dataset : str, optional
            As for `read`.
        """
        refuse_levels(level, self._name)
        data = self._dataset(index, dataset)
        wanted = ranges_of(region, data.shape)
        shape = tuple(map(len, wanted))
        self._resource.limits.check_array(
            shape, data.dtype.itemsize, resource_size=self._resource.size, name=self._name
        )
        if 0 in shape:
            return np.empty(shape, data.dtype.newbyteorder("="))
        self._charge_chunk(data)
        forward = tuple(_forward(numbers) for numbers in wanted)
        turns = tuple(slice(None, None, -1 if numbers.step < 0 else 1) for numbers in wanted)
        return _native(data[forward] if forward else data[...])[turns]

    def close(self) -> None:
        """Let go of the file; what is below it is core's."""
        self._file.close()

    def _paths(self) -> list[str]:
        if self._images is None:
            self._images = self._tree.images()
        return self._images

    def _dataset(self, index: Index, dataset: str | None) -> Any:
        if dataset is not None:
            if index is not None:
                raise OptionError("dataset= and index= both say which: give one of them")
            return self._tree.dataset(dataset)
        paths = self._paths()
        if not paths and index is None:
            raise DecodeError(f"{self._name} has no dataset of numbers", plugin="hdf5")
        return self._tree.dataset(paths[numbered(index, len(paths), self._name)])

    def _charge_chunk(self, data: Any) -> None:
        """Check what a chunk takes, which is unpacked whole."""
        if data.chunks:
            self._resource.limits.check_array(
                tuple(data.chunks),
                data.dtype.itemsize,
                resource_size=self._resource.size,
                name=self._name,
            )


def _native(values: Any) -> np.ndarray:
    """Return what h5py gives as an array in the machine's byte order."""
    array: np.ndarray[Any, Any] = np.asarray(values)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _forward(numbers: range) -> slice:
    """Return the numbers of a range from the lowest up, as a slice."""
    if numbers.step < 0:
        numbers = numbers[::-1]
    return slice(numbers[0], numbers[-1] + 1, numbers.step)
