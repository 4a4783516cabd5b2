"""Reading SPE: frames of a camera, one after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from iio_core import (
    DecodeError,
    IIOWarning,
    ImageProperties,
    Index,
    LimitError,
    OptionError,
    Resource,
    warn,
)

from .._flat import Flat
from .._which import numbered, refuse_levels
from ._footer import Layout, Region, layout
from ._header import SIZE, Basics, basics, describe
from ._sdt import extract

__all__ = ["SpeReader"]


class SpeReader:
    """Reads the frames of a file.

    Parameters
    ----------
    resource : Resource
        What to read.
    check_filesize : bool
        Whether the size of the file says how many frames there are.
    char_encoding : str
        The encoding of texts in the header.
    sdt_meta : bool
        Whether to look for what SDT-control stores in comments.
    roi : int, optional
        The region that is read.
    """

    default_index = ...
    """What ``index=None`` means: all frames."""

    def __init__(
        self,
        resource: Resource,
        *,
        check_filesize: bool,
        char_encoding: str,
        sdt_meta: bool,
        roi: int | None,
    ) -> None:
        self._resource = resource
        self._file: IO[bytes] = resource.open()
        self._header = _exactly(self._file, SIZE)
        self._encoding, self._sdt = char_encoding, sdt_meta
        found = basics(self._header, resource.name)
        self._xml = self._footer(found)
        self._layout = layout(self._xml, resource.name) if self._xml else _plain(found)
        self._region = self._chosen(roi)
        self._count = self._layout.count
        if check_filesize:
            self._count_from_size(found)

    def count(self) -> int:
        """Return how many frames there are."""
        return self._count

    def read(self, *, index: Index = None, memmap: bool = False) -> np.ndarray:
        """Return a frame.

        Parameters
        ----------
        index : int
            Which. None stands for all of them, stacked.
        memmap : bool
            Whether to map the file and not to read it, if it is one on this machine. What is
            written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            ``(height, width)``, as the camera gave it.

        Raises
        ------
        DecodeError
            If the file ends before the frame does.
        """
        flat = self._flat(index)
        return flat.mapped(self._resource) if memmap else flat.read(self._file, self._named(index))

    def iter(self) -> Iterator[np.ndarray]:
        """Return one frame after the other."""
        for number in range(self._count):
            yield self.read(index=number)

    def properties(self, *, index: Index = None, memmap: bool = False) -> ImageProperties:
        """Describe a frame; all have the same shape."""
        flat = self._flat(index)
        kind = flat.dtype if memmap else flat.dtype.newbyteorder("=")
        return ImageProperties(flat.shape, kind, axes="YX")

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the header says, by the names of imageio 2.9.

        Of version 3: the XML as ``__xml``, and with an index what the camera noted for that frame,
        such as ``"TimeStamp ExposureStarted"`` in seconds.
        """
        if not self._xml:
            found = describe(self._header, self._encoding)
            return extract(found, self._encoding) if self._sdt else found
        told: dict[str, Any] = {
            "__xml": self._xml.decode("utf-8", "replace"),
            "file_header_ver": describe(self._header, "latin-1")["file_header_ver"],
        }
        if isinstance(index, int):
            told |= self._notes(index)
        return told

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return a part of a frame, and read little else.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which frame; None is the first.
        level : int
            There is only 0.
        """
        refuse_levels(level, self._resource.name)
        return self._flat(index).read_region(self._file, region, self._resource)

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _footer(self, found: Basics) -> bytes:
        """Return the XML of version 3; nothing of older files."""
        if not found.footer:
            return b""
        end = self._file.seek(0, os.SEEK_END)
        if not SIZE <= found.footer < end:
            raise DecodeError(
                f"{self._resource.name}: its XML is to begin at {found.footer}, of {end} bytes"
            )
        if end - found.footer > self._resource.limits.metadata_bytes:
            raise LimitError(
                f"{self._resource.name} has {end - found.footer} bytes of XML. To allow more: "
                "iio.limits(metadata_bytes=...) or IIO_MAX_METADATA_BYTES."
            )
        self._file.seek(found.footer)
        return _exactly(self._file, end - found.footer)

    def _chosen(self, roi: int | None) -> Region:
        regions = self._layout.regions
        if roi is None:
            if len(regions) > 1:
                warn(
                    f"{self._resource.name} has {len(regions)} regions of interest, and the first "
                    f"is read; roi=0 to {len(regions) - 1} says which",
                    IIOWarning,
                )
            roi = 0
        if isinstance(roi, bool) or not isinstance(roi, int) or not 0 <= roi < len(regions):
            raise OptionError(
                f"roi={roi!r}: {self._resource.name} has {len(regions)} regions of interest"
            )
        return regions[roi]

    def _count_from_size(self, found: Basics) -> None:
        """Trust the size of the file more than its header, and tell if they differ."""
        end = found.footer or self._file.seek(0, os.SEEK_END)
        there = (end - SIZE) // self._layout.stride
        if there == self._count:
            return
        if not there:
            raise DecodeError(f"{self._resource.name} ends before its first frame does")
        warn(
            f"{self._resource.name} declares {self._count} frames, and has {there} by its size; "
            "check_filesize=False takes what it declares",
            IIOWarning,
        )
        self._count = there

    def _flat(self, index: Index) -> Flat:
        number = numbered(index, self._count, self._resource.name, "frame")
        offset = SIZE + number * self._layout.stride + self._region.offset
        return Flat(offset, self._region.shape, self._layout.dtype)

    def _notes(self, index: int) -> dict[str, Any]:
        numbered(index, self._count, self._resource.name, "frame")
        found = {}
        for note in self._layout.notes:
            self._file.seek(SIZE + index * self._layout.stride + note.offset)
            data = _exactly(self._file, 8)
            if len(data) == 8:
                found[note.name] = note.value(data)
        return found

    def _named(self, index: Index) -> str:
        return f"frame {index if isinstance(index, int) else 0} of {self._resource.name}"


def _plain(found: Basics) -> Layout:
    """Return the layout of version 2: frames one after the other."""
    shape = found.height, found.width
    stride = found.height * found.width * found.dtype.itemsize
    return Layout(found.frames, stride, found.dtype, (Region(0, shape),))


def _exactly(file: IO[bytes], count: int) -> bytes:
    """Return so many bytes, fewer at the end of the file."""
    data = b""
    while len(data) < count and (more := file.read(count - len(data))):
        data += more
    return data
