"""Reading TIFF: as it is stored, which is not how Pillow has it.

When it decodes a TIFF, Pillow turns it upright and forgets the tag that says how it was.
"""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageFile

from iio_core import Index, Resource

from . import _orientation
from ._reader import PillowReader

__all__ = ["TiffReader"]


class TiffReader(PillowReader):
    """Reads TIFF; the options are those of `PillowReader`."""

    def __init__(self, resource: Resource, format: str) -> None:
        super().__init__(resource, format)
        self._orientations: dict[int, int] = {}

    def metadata(
        self,
        *,
        index: Index = None,
        exclude_applied: bool = True,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> dict[str, Any]:
        """Return what the file says of a page; see `PillowReader.metadata`."""
        found = super().metadata(
            index=index, exclude_applied=exclude_applied, rotate=rotate, apply_gamma=apply_gamma
        )
        orientation = self._orientations[self._image.tell()]
        found["shape"] = self._turned_size(self._image, rotate=False)
        if orientation != 1 and not (exclude_applied and rotate):
            found["Orientation"] = orientation
        return found

    def _seek(self, index: Index) -> ImageFile.ImageFile:
        image = super()._seek(index)
        self._orientations.setdefault(image.tell(), _orientation.orientation_of(image))
        return image

    def _turned(self, image: Image.Image, stored: ImageFile.ImageFile, rotate: bool) -> Image.Image:
        if rotate:
            return image
        return _orientation.undo(image, self._orientations[stored.tell()])

    def _turned_size(self, stored: ImageFile.ImageFile, rotate: bool) -> tuple[int, int]:
        if rotate:
            return stored.size
        orientation = self._orientations[stored.tell()]
        return _orientation.upright_size(stored.size, orientation)
