"""What the readers of metafiles have in common: bitmaps, one after the other."""

from __future__ import annotations

from iio_core import ImageProperties, Index, NotThisFormat, Resource

from ._dib import Dib
from ._still import Array, Still

__all__ = ["BitmapList"]


class BitmapList(Still):
    """Reads the bitmaps of a metafile; ``index=None`` is the first.

    The ``__init__`` of a format's class adds them, and settles whether they are all there is.
    """

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self._bitmaps: list[Dib] = []

    def add(self, start: int, pixels: int | None = None, length: int | None = None) -> None:
        """Take the bitmap whose header is at `start`, and its rows at `pixels`."""
        self._bitmaps.append(Dib(self.input, start, pixels=pixels, length=length))

    def settle(self, drawn: int, wanted: bool) -> None:
        """Decline a metafile that draws more than bitmaps, unless they are wanted all the same."""
        if drawn and not (wanted and self._bitmaps):
            also = "; bitmaps=True reads only the bitmaps in it" if self._bitmaps else ""
            raise NotThisFormat(
                f"it draws {drawn} lines, shapes or texts. trust={{{self.FORMAT!r}}} lets "
                f"Inkscape, LibreOffice or libwmf draw it, if it is installed{also}"
            )
        if not self._bitmaps:
            raise self.input.wrong("it draws nothing")

    def count(self) -> int:
        """Return how many bitmaps there are."""
        return len(self._bitmaps)

    def read(self, *, index: Index = None) -> Array:
        """Decode a bitmap.

        Returns
        -------
        numpy.ndarray
            ``(height, width, 3)`` of uint8, or 4 channels with 32 bits a pixel.
        """
        return self._bitmaps[self.number(index)].pixels()

    def properties(self, *, index: Index = None) -> ImageProperties:
        """Describe a bitmap."""
        return self.described(self._bitmaps[self.number(index)].shape)
