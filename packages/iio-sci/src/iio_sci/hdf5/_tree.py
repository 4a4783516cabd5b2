"""The datasets of a file, found without leaving it.

Links, datasets and virtual datasets of HDF5 may lead to other files (HDF5 File Format
Specification, sections IV.A.2.g Link Message and IV.A.2.h External Data Files Message). None of
those is followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import h5py

from iio_core import DecodeError, LimitError, OptionError

__all__ = ["Tree"]

_KINDS = "biufc"
_DEEPEST = 64
_MOST = 100_000  # objects that are looked at


@dataclass
class Tree:
    """A file's datasets.

    Parameters
    ----------
    file : h5py.File
        The file.
    name : str
        How messages call it.
    """

    file: Any
    name: str

    def images(self) -> list[str]:
        """Return the paths of what is an image: numbers in two dimensions and more, in order.

        If there is none, those of all arrays of numbers.
        """
        found = [(path, data.ndim) for path, data in self._numbers()]
        planes = [path for path, axes in found if axes >= 2]
        return planes or [path for path, axes in found if axes >= 1]

    def shapes(self) -> dict[str, Any]:
        """Return path, shape and dtype of all arrays of numbers."""
        return {
            path: {"shape": data.shape, "dtype": data.dtype.newbyteorder("=").name}
            for path, data in self._numbers()
        }

    def dataset(self, path: str) -> Any:
        """Return a dataset of numbers by its path.

        Raises
        ------
        OptionError
            If there is none of this path.
        DecodeError
            If it is in another file, or holds no numbers.
        """
        found = self._resolve(path, 0)
        if found is None or not isinstance(found, h5py.Dataset):
            known = list(self.shapes())
            shown = ", ".join(map(repr, known[:10])) + (", ..." if len(known) > 10 else "")
            raise OptionError(f"{self.name} has no dataset {path!r}; there are {shown or 'none'}")
        if found.shape is None or found.dtype.kind not in _KINDS:
            raise DecodeError(
                f"{self.name}: {path!r} holds {found.dtype}, which is no image; h5py reads it",
                plugin="hdf5",
            )
        self._check_inside(found, path)
        return found

    def _numbers(self) -> Iterator[tuple[str, Any]]:
        seen: set[Any] = set()
        for number, (path, one) in enumerate(self._walk(self.file, "", 0, seen)):
            if number >= _MOST:
                raise LimitError(f"{self.name} has more than {_MOST} objects")
            if isinstance(one, h5py.Dataset) and one.shape is not None and _is_numbers(one):
                yield path, one

    def _walk(self, group: Any, path: str, depth: int, seen: set[Any]) -> Iterator[tuple[str, Any]]:
        """Yield what is below a group, each once; only hard links are followed."""
        if depth > _DEEPEST:
            raise LimitError(f"{self.name} has groups more than {_DEEPEST} deep")
        for key in group:
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                continue
            inner = group[key]
            place = h5py.h5o.get_info(inner.id)
            if (place.fileno, place.addr) in seen:
                continue
            seen.add((place.fileno, place.addr))
            yield f"{path}/{key}", inner
            if isinstance(inner, h5py.Group):
                yield from self._walk(inner, f"{path}/{key}", depth + 1, seen)

    def _resolve(self, path: str, depth: int, start: Any = None) -> Any:
        """Return what is at a path; soft links are followed inside of the file only."""
        if depth > _DEEPEST:
            raise DecodeError(f"{self.name}: the link {path!r} leads in a circle", plugin="hdf5")
        here = self.file if start is None or path.startswith("/") else start
        for key in [part for part in path.split("/") if part not in ("", ".")]:
            if not isinstance(here, h5py.Group):
                return None
            link = here.get(key, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise DecodeError(
                    f"{self.name}: {path!r} is in another file, {link.filename!r}; open that one",
                    plugin="hdf5",
                )
            if isinstance(link, h5py.SoftLink):
                here = self._resolve(link.path, depth + 1, here)
            elif link is None:
                return None
            else:
                here = here[key]
        return here

    def _check_inside(self, data: Any, path: str) -> None:
        """Raise `DecodeError` if the pixels of a dataset are in other files."""
        others = [entry[0] for entry in data.external or ()]
        if data.is_virtual:
            others += [s.file_name for s in data.virtual_sources() if s.file_name != "."]
        if others:
            raise DecodeError(
                f"{self.name}: the pixels of {path!r} are in other files ({others[0]!r}), which "
                "are not opened",
                plugin="hdf5",
            )


def _is_numbers(data: Any) -> bool:
    try:
        return data.dtype.kind in _KINDS
    except TypeError:  # a type that NumPy has not
        return False
