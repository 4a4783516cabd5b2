"""Reading OpenEXR: a part is an image."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

import Imath
import numpy as np
import OpenEXR

from iio_core import (
    DecodeError,
    ImageProperties,
    Index,
    OptionError,
    Resource,
)

from .._which import numbered
from ._chroma import to_rgb
from ._header import Channel, Part, read_headers
from ._parts import single
from ._selection import Selection, select

__all__ = ["ExrReader"]

_PIXELS = {
    "uint32": Imath.PixelType(Imath.PixelType.UINT),
    "float16": Imath.PixelType(Imath.PixelType.HALF),
    "float32": Imath.PixelType(Imath.PixelType.FLOAT),
}
Names = str | Sequence[str] | None


class ExrReader:
    """Reads an OpenEXR file.

    Parameters
    ----------
    resource : Resource
        What to read.
    """

    default_index = 0
    """What ``index=None`` means: the first part."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._name = resource.name
        self._file = resource.open()
        self._parts = read_headers(self._file, self._name)
        self._open: tuple[int, Any] | None = None

    def count(self) -> int:
        """Return how many parts there are."""
        return len(self._parts)

    def read(
        self,
        *,
        index: Index = None,
        channels: Names = None,
        window: Literal["data", "display"] = "data",
    ) -> np.ndarray:
        """Decode a part.

        Parameters
        ----------
        index : int
            Which part. None is the first.
        channels : str or sequence of str, optional
            Which channels, by their names: ``["Z"]``; or the name of a layer: ``"diffuse"`` stands
            for its red, green, blue and, if there is one, alpha. By default red, green, blue and
            alpha; if there are none, luma (to which chroma is added for red, green and blue) and
            alpha; and if there is none either, all channels of the part.
        window : {"data", "display"}
            ``"data"`` is what the file has pixels of. ``"display"`` is the picture's frame: pixels
            outside of it are cut off, and where there are none they are 0.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` of one channel, otherwise ``(height, width, channels)``. float16,
            float32 or uint32 as in the file; channels of different types become the smallest type
            that holds both.

        Raises
        ------
        DecodeError
            If it is damaged, not complete, or deep.
        OptionError
            If there is no such channel.
        """
        part, wanted = self._select(index, channels)
        _check_window(window)
        image = self._decode(part, wanted, 0, part.size[0])
        return _framed(image, part) if window == "display" else image

    def iter(
        self, *, channels: Names = None, window: Literal["data", "display"] = "data"
    ) -> Iterator[np.ndarray]:
        """Decode one part after the other; the options are those of `read`."""
        for number in range(self.count()):
            yield self.read(index=number, channels=channels, window=window)

    def properties(
        self,
        *,
        index: Index = None,
        channels: Names = None,
        window: Literal["data", "display"] = "data",
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns; headers are enough for that."""
        part, wanted = self._select(index, channels)
        _check_window(window)
        size = part.size if window == "data" else _frame_size(part)
        shape = (*size, wanted.width) if wanted.width > 1 else size
        return ImageProperties(shape=shape, dtype=wanted.dtype, axes="YXS"[: len(shape)])

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return the attributes of a part; of the whole file the names of its parts.

        Parameters
        ----------
        index : int or ``...``
            Which part.
        exclude_applied : bool
            Changes nothing: no attribute is applied to the pixels.
        """
        if index is ...:
            names = [part.attributes.get("name", "") for part in self._parts]
            return {"parts": names} if len(names) > 1 else _shown(self._parts[0])
        return _shown(self._part(index))

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        channels: Names = None,
    ) -> np.ndarray:
        """Return a part of an image; no other rows are decoded.

        Parameters
        ----------
        region : tuple of slice
            Which part of the data window.
        index : int
            Of which part.
        level : int
            There is only 0: smaller copies are not read.
        channels : str or sequence of str, optional
            As for `read`.
        """
        if level:
            raise OptionError(f"level={level}: smaller copies are not read from OpenEXR")
        part, wanted = self._select(index, channels)
        if len(region) > (3 if wanted.width > 1 else 2):
            raise OptionError(f"region={region!r} has more axes than the image")
        rows = range(*region[0].indices(part.size[0])) if region else range(part.size[0])
        if not rows or wanted.chroma:
            return self._decode(part, wanted, 0, part.size[0])[region]
        first, last = min(rows[0], rows[-1]), max(rows[0], rows[-1])
        self._charge(part, wanted, last + 1 - first)
        image = self._decode(part, wanted, first, last + 1)
        return image[:: rows.step][(slice(None), *region[1:])]

    def close(self) -> None:
        """Let go of the library's file; the file below it is core's."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    def _part(self, index: Index) -> Part:
        return self._parts[numbered(index, len(self._parts), self._name, "part")]

    def _select(self, index: Index, channels: Names) -> tuple[Part, Selection]:
        part = self._part(index)
        if part.deep:
            raise DecodeError(
                f"{self._name} is deep: its pixels have several samples each, which are no image. "
                "Flatten it first, with oiiotool --flatten or a compositing program",
                plugin="exr",
            )
        return part, select(part, channels, self._name)

    def _input(self, part: Part) -> Any:
        number = self._parts.index(part)
        if self._open is None or self._open[0] != number:
            self.close()
            file = single(self._file, part, self._resource)
            self._open = (number, OpenEXR.InputFile(file))
        return self._open[1]

    def _charge(self, part: Part, wanted: Selection, rows: int) -> None:
        self._resource.limits.check_array(
            (rows, part.size[1], wanted.width),
            wanted.dtype.itemsize,
            resource_size=self._resource.size,
            name=self._name,
        )

    def _decode(self, part: Part, wanted: Selection, first: int, stop: int) -> np.ndarray:
        """Return rows of the chosen channels."""
        planes = self._planes(part, wanted.channels, first, stop)
        if wanted.chroma:
            rgb = to_rgb(
                planes[wanted.prefix + "Y"],
                planes[wanted.prefix + "RY"],
                planes[wanted.prefix + "BY"],
                part.attributes.get("chromaticities"),
            ).astype(wanted.dtype)
            alpha = planes.get(wanted.prefix + "A")
            return rgb if alpha is None else np.dstack([rgb, alpha.astype(wanted.dtype)])
        if wanted.width == 1:
            return next(iter(planes.values())).astype(wanted.dtype)
        shape = (stop - first, part.size[1], wanted.width)
        image: np.ndarray[Any, Any] = np.empty(shape, wanted.dtype)
        for place, channel in enumerate(wanted.channels):
            image[..., place] = planes[channel.name]
        return image

    def _planes(
        self, part: Part, channels: Sequence[Channel], first: int, stop: int
    ) -> dict[str, np.ndarray]:
        """Return rows of channels, by their names."""
        source = self._input(part)
        top = part.window[0][1]
        rows = (top + first, top + stop - 1)
        found = {}
        for kind, pixels in _PIXELS.items():
            dense = [c for c in channels if c.x_sampling * c.y_sampling == 1 and c.dtype == kind]
            names = [c.name for c in dense]
            for name, data in zip(names, _rows_of(source, names, pixels, rows), strict=True):
                plane: np.ndarray[Any, Any] = np.frombuffer(data, kind)
                found[name] = plane.reshape(stop - first, part.size[1])
        sparse = [c.name for c in channels if c.x_sampling * c.y_sampling > 1]
        return found | (self._sparse(part, sparse) if sparse else {})

    def _sparse(self, part: Part, names: Sequence[str]) -> dict[str, np.ndarray]:
        """Return channels with fewer samples, which the interface for rows gets wrong.

        The other one tells of no error: the rows have been decoded without one before, if there is
        a channel that can be.
        """
        file = single(self._file, part, self._resource)
        with self._resource.as_path() if file is self._file else _saved(file) as path:
            read = OpenEXR.File(str(path), separate_channels=True).channels()
        found = {}
        for name in names:
            pixels = read[name].pixels if name in read else None
            if pixels is None or not pixels.size:
                raise DecodeError(f"{self._name}: its channel {name!r} is damaged", plugin="exr")
            found[name] = pixels
        return found


@contextmanager
def _saved(file: IO[bytes]) -> Iterator[Path]:
    """Give a path to a file in memory."""
    with tempfile.TemporaryDirectory(prefix="iio-") as folder:
        path = Path(folder, "part.exr")
        path.write_bytes(file.read())
        yield path


def _rows_of(source: Any, names: list[str], kind: Any, rows: tuple[int, int]) -> list[bytes]:
    """Return rows of several channels, which are decoded together."""
    if len(names) > 1:
        made: list[bytes] = source.channels(names, kind, *rows)
        return made
    # A list of one name leaves an object behind with each call.
    return [source.channel(name, kind, *rows) for name in names]


def _shown(part: Part) -> dict[str, Any]:
    """Return the attributes that say something of the picture."""
    return {name: value for name, value in part.attributes.items() if name != "chunkCount"}


def _check_window(window: str) -> None:
    if window not in ("data", "display"):
        raise OptionError(f"window={window!r} is neither 'data' nor 'display'")


def _frame_size(part: Part) -> tuple[int, int]:
    (left, top), (right, bottom) = part.attributes["displayWindow"]
    return max(0, bottom - top + 1), max(0, right - left + 1)


def _framed(image: np.ndarray, part: Part) -> np.ndarray:
    """Return the display window, of which the data window may be a part, or the other way round."""
    made: np.ndarray[Any, Any] = np.zeros((*_frame_size(part), *image.shape[2:]), image.dtype)
    from_left, from_top = (
        data - shown
        for data, shown in zip(part.window[0], part.attributes["displayWindow"][0], strict=True)
    )
    rows = _overlap(from_top, image.shape[0], made.shape[0])
    columns = _overlap(from_left, image.shape[1], made.shape[1])
    made[rows[0], columns[0]] = image[rows[1], columns[1]]
    return made


def _overlap(start: int, length: int, frame: int) -> tuple[slice, slice]:
    """Return where a row that begins at `start` of a frame stands there, and what of it does."""
    first, stop = max(0, start), max(0, min(frame, start + length))
    stop = max(first, stop)
    return slice(first, stop), slice(first - start, stop - start)
