"""Reading single DICOM files as the plugin ``pydicom`` of imageio does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from iio_core import ImageProperties, Index, Resource

from ._apply import is_gray, stored_dtype, voi_dtype
from ._decode import stored
from ._file import DicomFile
from ._reader import DicomReader

__all__ = ["PydicomReader"]


class PydicomReader(DicomReader):
    """Reads one DICOM file: what a screen shows, or with ``raw=True`` the stored values.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    """

    def __init__(self, resource: Resource, format: str | None) -> None:
        super().__init__(resource, format, progress=False)

    def read(  # type: ignore[override]
        self, *, index: Index = None, raw: bool = False
    ) -> np.ndarray[Any, Any]:
        """Decode an image.

        Parameters
        ----------
        index : int
            Which frame; ``None`` is all of them, or the only one.
        raw : bool
            Whether to return the values as they are stored. Otherwise palettes, rescaling and the
            window, or their lookup tables, are applied as pydicom does it.
        """
        file, frame = self._image(index)
        return self._shown(file, frame, raw=raw)

    def iter(self, *, raw: bool = False) -> Iterator[np.ndarray[Any, Any]]:  # type: ignore[override]
        """Decode one frame after the other; `raw` is as for `read`."""
        for number in range(self.count()):
            file, frame = self._image(number)
            yield self._shown(file, frame, raw=raw)

    def properties(  # type: ignore[override]
        self, *, index: Index = None, raw: bool = False
    ) -> ImageProperties:
        """Describe what `read` with the same arguments returns."""
        found = super().properties(index=index, apply=None if raw else "voi")
        file, _ = self._image(index)
        return ImageProperties(
            shape=found.shape,
            dtype=stored_dtype(file) if raw else _shown_dtype(file),
            n_images=found.n_images,
            is_batch=found.is_batch,
            spacing=found.spacing,
            axes=found.axes,
        )

    def metadata(  # type: ignore[override]
        self, *, index: Index = None, exclude_applied: bool = True
    ) -> dict[str, Any]:
        """Return the elements of the file by their keywords; all of them, as imageio does."""
        return super().metadata(index=index, exclude_applied=exclude_applied, apply=None)

    def _shown(self, file: DicomFile, frame: int | None, *, raw: bool) -> np.ndarray[Any, Any]:
        from pydicom.pixels.processing import (
            apply_color_lut,
            apply_modality_lut,
            apply_voi_lut,
        )

        array = stored(file, self._open(file), frame, raw=raw)
        if raw:
            return array
        dataset = file.dataset()
        if file.header.photometric == "PALETTE COLOR":
            return apply_color_lut(array, dataset)
        array = apply_modality_lut(array, dataset)
        return apply_voi_lut(array, dataset) if is_gray(file.header) else array


def _shown_dtype(file: DicomFile) -> np.dtype[Any]:
    """Return the dtype that pydicom makes of stored values."""
    if is_gray(file.header) or file.header.photometric == "PALETTE COLOR":
        found = voi_dtype(file)
        if found is not None:
            return found
    header, dataset = file.header, file.dataset()
    if "ModalityLUTSequence" in header:
        return np.dtype(f"uint{int(dataset.ModalityLUTSequence[0].LUTDescriptor[2])}")
    if header.number("RescaleSlope") is not None and header.number("RescaleIntercept") is not None:
        return np.dtype("float64")
    return stored_dtype(file)
