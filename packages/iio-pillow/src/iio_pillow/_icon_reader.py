"""Reading Windows icons: each of the images, where Pillow has only the largest.

"Icons" (John Hornick, 1995), "What's in an Icon?": a directory of 6 bytes and 16 more for each
image, which stands elsewhere in the file.
"""

from __future__ import annotations

import io
import struct

from PIL import ImageFile

from iio_core import DecodeError, FrameIndexError, Index, Resource

from ._backend import open_image
from ._png_chunks import SIGNATURE
from ._reader import PillowReader
from ._sizes import declared_size

__all__ = ["IconReader"]

_HEAD = struct.Struct("<HHH")
_ENTRY = struct.Struct("<BBBBHHII")


class IconReader(PillowReader):
    """Reads icons; the options are those of `PillowReader`. ``index=None`` is the largest image."""

    def __init__(self, resource: Resource, format: str) -> None:
        self._resource = resource
        self._format = format
        self._file = resource.open()
        _, _, count = _HEAD.unpack(self._file.read(_HEAD.size))
        directory = self._file.read(_ENTRY.size * count)
        self._entries = list(_ENTRY.iter_unpack(directory[: len(directory) // 16 * 16]))
        if not self._entries or len(self._entries) < count:
            raise DecodeError(
                f"{resource.name} is cut: its directory of {count} images is not whole",
                plugin="pillow",
                format=format,
            )
        self._total = count
        self._largest = max(range(count), key=self._rank)
        self._number = self._largest
        self._image = self._opened(self._largest)

    @property
    def default_index(self) -> int:
        """The largest image; of equally large ones that with the most colors."""
        return self._largest

    def _rank(self, number: int) -> tuple[int, int]:
        width, height = declared_size(self._alone(number), self._format) or (0, 0)
        return width * height, self._entries[number][5]

    def _alone(self, number: int, length: int = 24) -> io.BytesIO:
        """Return an icon with only this image, or the beginning of it."""
        *fields, _, offset = self._entries[number]
        self._file.seek(offset)
        data = self._file.read(length)
        entry = _ENTRY.pack(*fields, len(data), _HEAD.size + _ENTRY.size)
        return io.BytesIO(_HEAD.pack(0, 1, 1) + entry + data)

    def _opened(self, number: int) -> ImageFile.ImageFile:
        *_, length, offset = self._entries[number]
        self._file.seek(offset)
        if self._file.read(len(SIGNATURE)) == SIGNATURE:
            # By its chunks, as Pillow reads them: the header need not be where it belongs.
            self._file.seek(offset)
            size: tuple[int, int] | None = self._size_of_png(length)
        else:
            size = declared_size(self._alone(number), self._format)
        if size is not None:
            self._charge("RGBA", size)
        return open_image(
            self._alone(number, length),
            self._format,
            metadata_bytes=self._resource.limits.metadata_bytes,
        )

    def _size_of_png(self, length: int) -> tuple[int, int]:
        """Return the size of the PNG file at which the file stands; it is not decoded."""
        limit = self._resource.limits.metadata_bytes
        data = io.BytesIO(self._file.read(length))
        return open_image(data, "PNG", metadata_bytes=limit).size

    def _stored(self, index: Index) -> ImageFile.ImageFile:
        return self._seek(index)

    def _seek(self, index: Index) -> ImageFile.ImageFile:
        number = index if isinstance(index, int) else self._largest
        if number >= len(self._entries):
            raise FrameIndexError(f"{self._resource.name} has no image {number}")
        if number != self._number:
            self._image = self._opened(number)
            self._number = number
        return self._image
