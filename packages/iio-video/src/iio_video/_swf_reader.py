"""Reading Shockwave Flash: its bitmaps without loss in their order, or else its video."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, Resource

from ._swf_bitmaps import (
    HEAD,
    LOSSLESS,
    LOSSLESS2,
    BitmapError,
    Described,
    decoded,
    described,
    palette_of,
)
from ._swf_file import SwfFile, Tag

__all__ = ["SwfReader", "has_bitmaps"]

_TABLE = 4096  # bytes in which the color table is, compressed


def has_bitmaps(resource: Resource) -> bool:
    """Tell whether a file has bitmaps without loss; one that is cut counts as far as it goes."""
    file = SwfFile(resource.open(), resource.name, resource.limits)
    try:
        return any(tag.code in (LOSSLESS, LOSSLESS2) for tag in file.tags())
    except DecodeError:
        return True


class SwfReader:
    """Reads the bitmaps of a Flash file, each as an image.

    Parameters
    ----------
    resource : Resource
        What to read.
    loop, premultiplied
        As for `SwfPlugin.open_reader`.
    """

    def __init__(
        self, resource: Resource, *, loop: bool = False, premultiplied: bool = True
    ) -> None:
        self.loop = bool(loop)
        self._premultiplied = bool(premultiplied)
        self._resource = resource
        self._file = SwfFile(resource.open(), resource.name, resource.limits)
        self._found: list[Tag] = []
        self._cut: DecodeError | None = None
        self._tags = self._file.tags()
        self._all = False

    @property
    def default_index(self) -> EllipsisType:
        """All of them."""
        return ...

    def count(self) -> int | None:
        """Return how many bitmaps there are."""
        self._look(None)
        if self._cut is not None:
            return None
        return len(self._found)

    def _look(self, index: int | None) -> None:
        """Look for bitmaps up to one of them; None: for all."""
        while not self._all and (index is None or len(self._found) <= index):
            try:
                tag = next(self._tags, None)
            except DecodeError as error:
                self._cut, self._all = error, True
                return
            if tag is None:
                self._all = True
            elif tag.code in (LOSSLESS, LOSSLESS2):
                self._found.append(tag)

    def _tag(self, index: int) -> Tag:
        self._look(index)
        if index < len(self._found):
            return self._found[index]
        if self._cut is not None:
            raise self._cut
        if not self._found:
            raise self._file.damaged("it has no bitmaps")
        raise FrameIndexError(
            f"{self._resource.name} has {len(self._found)} bitmaps; there is no bitmap {index}",
            plugin="swf",
        )

    def _bitmap(self, index: int) -> tuple[Tag, Described]:
        tag = self._tag(index)
        try:
            return tag, described(tag.code, self._file.content(tag, HEAD))
        except BitmapError as error:
            raise self._damaged(index, error) from None

    def _damaged(self, index: int, error: BitmapError) -> DecodeError:
        return self._file.damaged(f"bitmap {index} could not be decoded: {error}")

    def read(self, *, index: Index = None) -> np.ndarray:
        """Decode a bitmap.

        Parameters
        ----------
        index : int
            Which; ``None`` is all of them.

        Returns
        -------
        numpy.ndarray
            uint8; ``(height, width, 4)`` or ``(height, width, 3)``, and ``(height, width)`` where
            the color table is all grays.
        """
        assert isinstance(index, int)
        tag, bitmap = self._bitmap(index)
        try:
            return decoded(bitmap, self._file.content(tag), premultiplied=self._premultiplied)
        except BitmapError as error:
            raise self._damaged(index, error) from None

    def iter(self) -> Iterator[np.ndarray]:
        """Decode one bitmap after the other."""
        while True:
            number = 0
            while True:
                try:
                    image = self.read(index=number)
                except FrameIndexError:
                    break
                yield image
                number += 1
            if not self.loop:
                return

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe what `read` returns, from the head of the bitmap."""
        number = index if isinstance(index, int) else 0
        tag, bitmap = self._bitmap(number)
        try:
            palette = None
            if bitmap.colors == 256 and not bitmap.alpha:
                palette = palette_of(bitmap, self._file.content(tag, _TABLE))
            shape = bitmap.shape(palette)
        except BitmapError as error:
            raise self._damaged(number, error) from None
        return ImageProperties(shape, np.dtype(np.uint8), axes="YX" if len(shape) == 2 else "YXS")

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what the header says: ``fps``, ``version``, ``size`` of the stage."""
        if isinstance(index, int):
            self._tag(index)
        return {
            "fps": self._file.fps,
            "version": self._file.version,
            "size": (self._file.width, self._file.height),
            "compressed": self._file.compressed,
        }

    def close(self) -> None:
        """Nothing is held; the file is core's."""
