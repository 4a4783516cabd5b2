"""Reading GIF: every frame as it is shown, in the one mode that holds all of them."""

from __future__ import annotations

from collections.abc import Iterator
from types import EllipsisType
from typing import Any

import numpy as np
from PIL import Image

from iio_core import DecodeError, ImageProperties, Index, OptionError, Resource

from ._gif_blocks import scan
from ._gif_frames import frames
from ._pixels import LAYOUTS, layout, to_array

__all__ = ["GifReader"]


class GifReader:
    """Reads GIF; the options are those of `PillowReader`, as far as a GIF has any use for them.

    Pillow resolves palettes and draws each frame over the last in modes that change within a file;
    here all frames come in the same one: gray if all colors are gray, with an alpha channel only
    if some frame has pixels that are transparent to the viewer.
    """

    def __init__(self, resource: Resource, format: str = "GIF") -> None:
        self._resource = resource
        self._file = resource.open()
        self._layout = scan(self._file, max_bytes=resource.limits.metadata_bytes)
        self._natural = self._layout.mode
        if not self._layout.frames:
            raise DecodeError(
                f"{resource.name} is a GIF without a whole frame"
                + (": it is cut" if self._layout.truncated else ""),
                plugin="pillow",
                format="GIF",
            )

    @property
    def default_index(self) -> EllipsisType:
        """All frames."""
        return ...

    def count(self) -> int:
        """Return how many frames there are."""
        return len(self._layout.frames)

    def read(
        self,
        *,
        index: Index = None,
        mode: str | None = None,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> np.ndarray:
        """Decode a frame as it is shown; see `PillowReader.read`."""
        number = index if isinstance(index, int) else 0
        return next(self._frames(number, number + 1, mode))

    def iter(
        self, *, mode: str | None = None, rotate: bool = False, apply_gamma: bool = False
    ) -> Iterator[np.ndarray]:
        """Decode one frame after the other; of a file that is cut, those that are whole."""
        yield from self._frames(0, None, mode)
        if self._layout.truncated:
            raise DecodeError(
                f"{self._resource.name} is cut behind frame {len(self._layout.frames) - 1}",
                plugin="pillow",
                format="GIF",
            )

    def properties(
        self,
        *,
        index: Index = None,
        mode: str | None = None,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> ImageProperties:
        """Describe a frame."""
        shape, dtype = layout(self._mode(mode), self._layout.size)
        return ImageProperties(shape, dtype, axes="YX" if len(shape) == 2 else "YXS")

    def metadata(
        self,
        *,
        index: Index = None,
        exclude_applied: bool = True,
        rotate: bool = False,
        apply_gamma: bool = False,
    ) -> dict[str, Any]:
        """Return what the file says of a frame, or with ``...`` of the animation.

        Returns
        -------
        dict
            ``mode``, ``shape`` (width, height), ``version``, ``background``, ``loop``, ``comment``,
            ``duration`` (milliseconds) and ``disposal`` of the frame; of the whole file those of
            the first frame, and ``durations`` and ``disposals`` of all of them.
        """
        known = self._layout
        number = index if isinstance(index, int) else 0
        frame = known.frames[number]
        found: dict[str, Any] = {
            "mode": self._natural,
            "shape": known.size,
            "background": known.background,
            "duration": 10 * frame.delay,
            "disposal": frame.disposal,
        }
        if known.loop is not None:
            found["loop"] = known.loop
        if known.comments:
            # Some encoders repeat the comment before every frame.
            found["comment"] = b"\n".join(dict.fromkeys(known.comments))
        if known.xmp:
            found["xmp"] = known.xmp
        if known.icc_profile:
            found["icc_profile"] = known.icc_profile
        if not exclude_applied:
            found["palette"] = (
                np.frombuffer(known.palette_of(frame), np.uint8).reshape(-1, 3).copy()
            )
            if frame.transparency is not None:
                found["transparency"] = frame.transparency
        if index is ...:
            found["durations"] = [10 * f.delay for f in known.frames]
            found["disposals"] = [f.disposal for f in known.frames]
        return found

    def close(self) -> None:
        """Forget the file; it is core's to close."""

    def _frames(self, start: int, stop: int | None, mode: str | None) -> Iterator[np.ndarray]:
        target = self._mode(mode)
        for array in frames(self._file, self._layout, start=start, stop=stop, mode=self._natural):
            if target == self._natural:
                yield array
            else:
                yield to_array(Image.fromarray(array).convert(target))

    def _mode(self, mode: str | None) -> str:
        if mode is None:
            return self._natural
        if mode not in LAYOUTS:
            raise OptionError(f"mode={mode!r} is not a mode of Pillow: {', '.join(LAYOUTS)}")
        return mode
