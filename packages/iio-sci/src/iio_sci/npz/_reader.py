"""Reading ``.npy`` and ``.npz``: every array is an image, of any shape."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

import numpy as np

from iio_core import (
    DecodeError,
    ImageProperties,
    Index,
    LimitError,
    OptionError,
    Resource,
)

from .._which import OnlyImage, numbered, refuse_levels
from ._archive import unpacking
from ._array import Packed, Plain, describe, turned

__all__ = ["NpyReader", "NpzReader"]

_LOCAL = 30  # bytes of a member's own header, APPNOTE.TXT 4.3.7
_ENCRYPTED = 1
_PIECE = 1 << 20


class NpzReader:
    """Reads an archive of arrays, each when it is asked for.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._file = resource.open()
        guarded = _Guarded(self._file, resource)
        with unpacking(resource.name):
            self._archive = zipfile.ZipFile(cast("IO[bytes]", guarded))
        guarded.most = None
        found = [i for i in self._archive.infolist() if i.filename.endswith(".npy")]
        self._members = {info.filename.removesuffix(".npy"): info for info in found}
        self._names = list(self._members)
        self._arrays: dict[str, Plain | Packed] = {}

    def count(self) -> int:
        """Return how many arrays there are; an array is an image, whatever its shape."""
        return len(self._names)

    def read(
        self, *, index: Index = None, name: str | None = None, memmap: bool = False
    ) -> np.ndarray:
        """Return an array.

        Parameters
        ----------
        index : int
            Which, in the order of the archive. None is the first.
        name : str, optional
            Which, by the name under which it was saved, in place of an index.
        memmap : bool
            Whether to map the file and not to read it: for arrays that are not compressed, in a
            file on this machine. What is written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            Of any shape and dtype.

        Raises
        ------
        DecodeError
            If it is damaged, or holds Python objects.
        """
        array = self._array(index, name)
        return array.mapped() if memmap else array.read()

    def iter(self) -> Iterator[np.ndarray]:
        """Return one array after the other."""
        for number in range(self.count()):
            yield self.read(index=number)

    def properties(
        self, *, index: Index = None, name: str | None = None, memmap: bool = False
    ) -> ImageProperties:
        """Describe an array; its header is enough for that."""
        array = self._array(index, name)
        if memmap and isinstance(array, Packed):
            array.mapped()
        return describe(array.header, mapped=memmap)

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, name: str | None = None
    ) -> dict[str, Any]:
        """Return the name of an array; of the whole file the ``names`` of all of them."""
        if index is ...:
            return {"names": list(self._names)}
        return {"name": self._name(index, name)}

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        name: str | None = None,
    ) -> np.ndarray:
        """Return a part of an array: where it is not compressed, little else is read.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which array.
        level : int
            There is only 0.
        name : str, optional
            Of which array, by its name.
        """
        refuse_levels(level, self._resource.name)
        return self._array(index, name).read_region(region)

    def close(self) -> None:
        """Let go of the archive; its file is core's."""
        self._archive.close()

    def _name(self, index: Index, name: str | None) -> str:
        if name is None:
            return self._names[numbered(index, len(self._names), self._resource.name, "array")]
        if index is not None:
            raise OptionError("name= and index= both say which array: give one of them")
        if name not in self._members:
            shown = ", ".join(map(repr, self._names[:10])) or "none"
            raise OptionError(f"{self._resource.name} has no array {name!r}; there are {shown}")
        return name

    def _array(self, index: Index, name: str | None) -> Plain | Packed:
        name = self._name(index, name)
        if name not in self._arrays:
            self._arrays[name] = self._open(self._members[name])
        return self._arrays[name]

    def _open(self, info: zipfile.ZipInfo) -> Plain | Packed:
        name = f"{info.filename} in {self._resource.name}"
        if info.flag_bits & _ENCRYPTED:
            raise DecodeError(f"{name} is encrypted")
        if info.compress_type == zipfile.ZIP_DEFLATED:
            return Packed(self._resource, self._archive, info, name)
        if info.compress_type != zipfile.ZIP_STORED:
            raise DecodeError(
                f"{name} is packed by method {info.compress_type}, which is not NumPy's"
            )
        return _Stored(self._resource, self._file, self._archive, info, name)


class _Guarded:
    """A file of which zipfile reads no more at once than a directory may have.

    It reads the directory of an archive whole, and makes of each of its entries, which have 46
    bytes, an object of a kilobyte.
    """

    def __init__(self, file: IO[bytes], resource: Resource) -> None:
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self._file, self._name = file, resource.name
        self.most: int | None = resource.limits.metadata_bytes // 8

    def read(self, n: int = -1) -> bytes:
        if self.most is not None and n > self.most:
            raise LimitError(
                f"{self._name} has a directory of {n} bytes. To allow more: "
                "iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
        return self._file.read(n)


class _Stored(Plain):
    """An array that is not compressed: whole with its checksum, or a part straight from the file.

    Parameters
    ----------
    resource, file, archive, info, name : object
        As for `Plain` and `Packed`.
    """

    def __init__(
        self,
        resource: Resource,
        file: IO[bytes],
        archive: zipfile.ZipFile,
        info: zipfile.ZipInfo,
        name: str,
    ) -> None:
        with unpacking(name), archive.open(info):
            pass  # compares both places where the name stands
        file.seek(info.header_offset)
        local = file.read(_LOCAL)
        names = int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little")
        super().__init__(resource, file, info.header_offset + _LOCAL + names, name)
        self._info, self._begin = info, info.header_offset + _LOCAL + names
        there = info.file_size - self.header.length
        if self.header.nbytes > there or info.file_size != info.compress_size:
            raise DecodeError(
                f"{name} declares an array of {self.header.nbytes} bytes; the archive has {there}"
            )

    def read(self) -> np.ndarray[Any, Any]:
        """Return the array; its checksum is right."""
        self._file.seek(self._begin)
        checksum = zlib.crc32(self._file.read(self.header.length))
        array, checksum = self._flat.read_checked(self._file, self._name, checksum)
        rest = self._info.file_size - self.header.length - self.header.nbytes
        while rest > 0 and (piece := self._file.read(min(rest, _PIECE))):
            checksum = zlib.crc32(piece, checksum)
            rest -= len(piece)
        if checksum != self._info.CRC:
            raise DecodeError(f"{self._name} is damaged: its checksum (CRC) is wrong")
        return turned(array, self.header)


class NpyReader(OnlyImage):
    """Reads a file of one array.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._array = Plain(resource, resource.open(), 0, resource.name)

    def read(self, *, index: Index = None, memmap: bool = False) -> np.ndarray:
        """Return the array.

        Parameters
        ----------
        index : int
            0.
        memmap : bool
            Whether to map the file and not to read it, if it is one on this machine. What is
            written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            Of any shape and dtype.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        self._check(index)
        return self._array.mapped() if memmap else self._array.read()

    def iter(self) -> Iterator[np.ndarray]:
        """Return the array."""
        yield self.read(index=0)

    def properties(self, *, index: Index = None, memmap: bool = False) -> ImageProperties:
        """Describe the array; its header is enough for that."""
        self._check(index)
        return describe(self._array.header, mapped=memmap)

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return an empty dict: the format has no room for metadata."""
        self._check(index)
        return {}

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return a part of the array, and read little else.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            0.
        level : int
            There is only 0.
        """
        self._check(index)
        refuse_levels(level, self._resource.name)
        return self._array.read_region(region)
