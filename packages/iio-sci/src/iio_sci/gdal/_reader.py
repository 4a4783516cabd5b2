"""Reading with GDAL: bands side by side, windows, smaller copies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from iio_core import FrameIndexError, ImageProperties, Index, OptionError, Resource

if TYPE_CHECKING:
    from ._dataset import Dataset

__all__ = ["GdalReader"]

_COMPLEX = {"complex_int16": "complex64"}


class GdalReader:
    """Reads a file with GDAL.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    """

    default_index = 0
    """What ``index=None`` means: the first image."""

    def __init__(self, resource: Resource, format: str | None) -> None:
        from ._dataset import Dataset

        self._resource = resource
        self._name = resource.name
        self._file: Dataset = Dataset(resource, format or "GTIFF")
        # In a file of messages each band is an image of its own.
        self._by_band = format == "GRIB"

    def count(self) -> int:
        """Return how many images there are: messages of GRIB, variables of netCDF, otherwise 1."""
        if self._by_band:
            return int(self._file.main.count)
        return len(self._file.parts) or 1

    def read(
        self, *, index: Index = None, bands: Sequence[int] | None = None, level: int = 0
    ) -> np.ndarray:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which. None is the first.
        bands : sequence of int, optional
            Which of its bands, counted from 1 as GDAL does. By default all.
        level : int
            A smaller copy, if the file has some; 0 is the full size.

        Returns
        -------
        numpy.ndarray
            ``(height, width)`` of one band, otherwise ``(height, width, bands)``. Values are those
            of the file: no scale, offset, palette or mask is applied, and no unit converted.

        Raises
        ------
        FrameIndexError
            If there is no such image or smaller copy.
        OptionError
            If there is no such band.
        """
        image, numbers = self._select(index, bands, level)
        return self._window(image, numbers, (slice(None), slice(None)))

    def iter(self, *, bands: Sequence[int] | None = None, level: int = 0) -> Iterator[np.ndarray]:
        """Decode one image after the other; the options are those of `read`."""
        for number in range(self.count()):
            yield self.read(index=number, bands=bands, level=level)

    def properties(
        self, *, index: Index = None, bands: Sequence[int] | None = None, level: int = 0
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns, without decoding pixels."""
        image, numbers = self._select(index, bands, level)
        shape = (image.height, image.width)
        transform = image.transform
        spacing = None
        if not transform.is_identity and transform.b == transform.d == 0:
            spacing = (abs(transform.e), abs(transform.a))
        return ImageProperties(
            shape=shape if len(numbers) == 1 else (*shape, len(numbers)),
            dtype=_dtype(image, numbers),
            spacing=spacing,
            axes="YX" if len(numbers) == 1 else _axes(image, numbers),
        )

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what GDAL knows of an image beside its pixels.

        Parameters
        ----------
        index : int or ``...``
            Which image; ``...`` for what is told of the whole file.
        exclude_applied : bool
            Changes nothing: nothing is applied to the pixels.
        """
        from ._dataset import settings
        from ._metadata import of_file, of_image

        with settings():
            if index is ...:
                return of_file(self._file.main, self._file.parts)
            image, numbers = self._select(index, None, 0)
            return of_image(image, numbers)

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        bands: Sequence[int] | None = None,
    ) -> np.ndarray:
        """Return a part of an image; only the blocks are decoded that it touches.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which image.
        level : int
            Of which smaller copy; 0 is the full size.
        bands : sequence of int, optional
            As for `read`.
        """
        image, numbers = self._select(index, bands, level)
        if len(region) > (2 if len(numbers) == 1 else 3):
            raise OptionError(f"region={region!r} has more axes than the image")
        if len(region) == 3:
            numbers = numbers[region[2]]
            if not numbers:
                return self._window(image, [1], (*region[:2],))[..., None][..., :0]
            part = self._window(image, numbers, region[:2])
            return part[..., None] if part.ndim == 2 else part
        whole = (*region, slice(None), slice(None))[:2]
        return self._window(image, numbers, whole)

    def close(self) -> None:
        """Let go of the file; what is below it is core's."""
        self._file.close()

    def _select(
        self, index: Index, bands: Sequence[int] | None, level: int
    ) -> tuple[Any, list[int]]:
        number = index if isinstance(index, int) else 0
        if not 0 <= number < self.count():
            raise FrameIndexError(
                f"{self._name} has {self.count()} images; there is no number {number}"
            )
        if type(level) is not int or level < 0:
            raise OptionError(f"level={level!r} is not a number from 0")
        image = self._file.image(0 if self._by_band else number, level)
        there = [number + 1] if self._by_band else list(range(1, image.count + 1))
        if bands is None:
            return image, there
        chosen = [int(band) for band in bands]
        if self._by_band or not chosen or not set(chosen) <= set(there):
            raise OptionError(f"bands={bands!r}: the image has the bands 1 to {len(there)}")
        return image, chosen

    def _window(self, image: Any, numbers: list[int], region: tuple[slice, ...]) -> np.ndarray:
        from rasterio.windows import Window

        from ._dataset import settings

        rows, columns = (
            range(*part.indices(length)) for part, length in zip(region, image.shape, strict=True)
        )
        dtype = _dtype(image, numbers)
        self._charge(image, numbers, dtype, len(rows), len(columns))
        if not rows or not columns:
            shape = (len(rows), len(columns))
            return np.empty(shape if len(numbers) == 1 else (*shape, len(numbers)), dtype)
        top, left = min(rows[0], rows[-1]), min(columns[0], columns[-1])
        height, width = abs(rows[-1] - rows[0]) + 1, abs(columns[-1] - columns[0]) + 1
        with settings():
            window = Window(left, top, width, height)
            planes: np.ndarray[Any, Any] = image.read(numbers, window=window, out_dtype=dtype)
        planes = planes[:, :: rows.step, :: columns.step]
        return planes[0] if len(numbers) == 1 else np.moveaxis(planes, 0, -1)

    def _charge(
        self, image: Any, numbers: list[int], dtype: np.dtype[Any], rows: int, columns: int
    ) -> None:
        """Check what a window takes, and a block, which is decoded whole."""
        blocks = {image.block_shapes[number - 1] for number in numbers}
        for shape in {(rows, columns, len(numbers)), *blocks}:
            self._resource.limits.check_array(
                tuple(map(int, shape)),
                dtype.itemsize,
                resource_size=self._resource.size,
                name=self._name,
            )


def _dtype(image: Any, numbers: Sequence[int]) -> np.dtype[Any]:
    kinds = {image.dtypes[number - 1] for number in numbers}
    return np.result_type(*(np.dtype(_COMPLEX.get(kind, kind)) for kind in kinds))


def _axes(image: Any, numbers: Sequence[int]) -> str:
    """Return S for the last axis if it is of red, green and blue, otherwise C."""
    names = [image.colorinterp[number - 1].name for number in numbers]
    return "YXS" if names[:3] == ["red", "green", "blue"] else "YXC"
