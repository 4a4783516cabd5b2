"""Reading PNG: what stands behind the pixels, and the frames of an animation, without decoding.

PNG specification, third edition (W3C 2025), sections 5.6 (chunk ordering) and 11.3.
"""

from __future__ import annotations

import io
import zlib
from copy import deepcopy
from types import EllipsisType
from typing import Any

from PIL import ImageFile

from iio_core import Index, Resource

from ._backend import open_image
from ._png_chunks import SIGNATURE, ApngLayout, late_chunks, scan_apng
from ._reader import PillowReader

__all__ = ["PngReader"]


class PngReader(PillowReader):
    """Reads PNG; the options are those of `PillowReader`."""

    def __init__(self, resource: Resource, format: str) -> None:
        super().__init__(resource, format)
        self._complete = False
        self._layout: ApngLayout | None = None
        self._said: dict[tuple[bool, ...], dict[str, Any]] = {}

    @property
    def default_index(self) -> int | EllipsisType:
        """All frames of an animation; the image, if it is none."""
        return ... if self._image.custom_mimetype == "image/apng" else 0

    def metadata(
        self,
        *,
        index: Index = None,
        exclude_applied: bool = True,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> dict[str, Any]:
        """Return what the file says of an image, or with ``...`` of the animation.

        Returns
        -------
        dict
            As `PillowReader.metadata`; of an animation ``loop``, the frame's ``duration``
            (milliseconds), ``disposal`` and ``blend``, and of the whole file lists of all
            ``durations`` and ``disposals``.
        """
        how = (exclude_applied, rotate, apply_gamma)
        if how not in self._said:  # going back for it would decode the frames before anew
            self._said[how] = super().metadata(
                index=0, exclude_applied=exclude_applied, rotate=rotate, apply_gamma=apply_gamma
            )
        found = deepcopy(self._said[how])  # the caller may change it
        if self.default_index is not ...:
            return found
        if self._layout is None:
            self._layout = scan_apng(self._resource.open())
        frames = self._layout.frames
        # The first image may not be a part of the animation.
        number = (index if isinstance(index, int) else 0) - self._layout.default_image
        if 0 <= number < len(frames):
            frame = frames[number]
            found |= {
                "duration": float(frame.duration),
                "disposal": frame.disposal,
                "blend": frame.blend,
            }
        if index is ...:
            found["durations"] = [float(frame.duration) for frame in frames]
            found["disposals"] = [frame.disposal for frame in frames]
        return found

    def _seek(self, index: Index) -> ImageFile.ImageFile:
        number = index if isinstance(index, int) else self._first
        chunks = getattr(self._image, "png", None)  # none of a still image that was decoded
        if number < self._image.tell() and chunks is not None and chunks.queue:
            # Pillow goes back to the first frame, but keeps the chunk that it read ahead.
            chunks.queue.clear()
        return super()._seek(index)

    def _stored(self, index: Index) -> ImageFile.ImageFile:
        """Every frame is of the size and kind of the first: none has to be looked at."""
        return self._image

    def _informed(self, image: ImageFile.ImageFile) -> ImageFile.ImageFile:
        """Add the text and EXIF behind the pixels, which Pillow reaches only by decoding them."""
        if not self._complete:
            self._complete = True
            limit = self._resource.limits.metadata_bytes
            late = late_chunks(self._resource.open(), limit)
            if late:
                for name, value in _parsed(late, limit).items():
                    image.info.setdefault(name, value)
        return image


def _parsed(chunks: list[tuple[bytes, bytes]], limit: int) -> dict[str, Any]:
    """Let Pillow parse chunks, as those of an image of one pixel."""
    header = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    pixel = zlib.compress(b"\0\0")
    parts = [(b"IHDR", header), *chunks, (b"IDAT", pixel), (b"IEND", b"")]
    png = SIGNATURE + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in parts
    )
    info = open_image(io.BytesIO(png), "PNG", metadata_bytes=limit).info
    return {name: value for name, value in info.items() if isinstance(name, str)}
