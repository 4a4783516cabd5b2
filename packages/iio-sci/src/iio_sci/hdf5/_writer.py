"""Writing HDF5: each image is a dataset, of any shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import h5py
import numpy as np

from iio_core import EncodeError, OptionError, Target

from ._attributes import write_attributes

__all__ = ["Hdf5Writer"]

_KINDS = "biufc"


class Hdf5Writer:
    """Writes an HDF5 file.

    Parameters
    ----------
    target : Target
        Where to write.
    """

    takes_arrays = True

    def __init__(self, target: Target) -> None:
        self._target = target
        self._file: Any = None
        self._number = 0

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        dataset: str | None = None,
        compression: Literal["gzip", "lzf"] | None = None,
        compression_level: int = 4,
        chunks: tuple[int, ...] | bool = False,
        shuffle: bool = False,
        fletcher32: bool = False,
    ) -> None:
        """Add an array as a dataset.

        Parameters
        ----------
        image : numpy.ndarray
            Of any shape; of booleans, integers, floats or complex numbers.
        metadata : mapping, optional
            Attributes of the dataset. Its ``name`` is the path of the dataset, if `dataset` is not
            given.
        dataset : str, optional
            Its path in the file: ``"entry/data"``. Groups are made. By default ``image_0000`` and
            so on.
        compression : {"gzip", "lzf"}, optional
            How chunks are compressed; both keep every value, LZF only h5py reads.
        compression_level : int
            0 to 9, for gzip.
        chunks : tuple of int or bool
            The shape of what is stored in one piece; True lets h5py choose. Compressed, shuffled
            and checked datasets always have chunks.
        shuffle : bool
            Whether bytes of like weight stand together, which compresses better.
        fletcher32 : bool
            Whether chunks have a checksum, which is checked when they are read.

        Raises
        ------
        EncodeError
            If HDF5 does not hold such an array.
        OptionError
            If there is such a dataset already, or an option has a value that it cannot have.
        """
        if image.dtype.kind not in _KINDS or image.dtype.itemsize > 16:
            raise EncodeError(f"{self._target.name}: {image.dtype} is not written to HDF5")
        if compression not in (None, "gzip", "lzf"):
            raise OptionError(f"compression={compression!r} is neither 'gzip' nor 'lzf'")
        if not 0 <= compression_level <= 9:
            raise OptionError(f"compression_level={compression_level!r} is not from 0 to 9")
        told = dict(metadata or {})
        named = told.pop("name", None)
        path = dataset if dataset is not None else named if isinstance(named, str) else None
        path = self._free(path)
        packed = compression is not None or shuffle or fletcher32
        options: dict[str, Any] = {"shuffle": shuffle, "fletcher32": fletcher32}
        if image.ndim == 0 or not image.size:
            if packed or chunks:
                raise OptionError(f"{self._target.name}: an array of {image.shape} has no chunks")
            options = {}
        elif chunks is not False:
            options["chunks"] = self._chunks(chunks, image.shape)
        if compression is not None:
            options["compression"] = compression
            if compression == "gzip":
                options["compression_opts"] = compression_level
        made = self._opened().create_dataset(path, data=image, **options)
        self._number += 1
        write_attributes(made, told, self._target.name)

    def close(self) -> None:
        """Finish the file."""
        self._opened().close()

    def abort(self) -> None:
        """Give up."""
        if self._file is not None:
            self._file.close()

    def _opened(self) -> Any:
        if self._file is None:
            self._file = h5py.File(self._target.open(), "w", track_order=True)
        return self._file

    def _free(self, path: str | None) -> str:
        if path is None:
            return f"image_{self._number:04}"
        parts = [part for part in path.split("/") if part]
        if not parts or "\0" in path or any(part in (".", "..") for part in parts):
            raise OptionError(f"{path!r} is no path of a dataset")
        inside = "/".join(parts)
        if self._file is None:
            return inside
        for length in range(1, len(parts) + 1):
            above = "/".join(parts[:length])
            taken = self._file.get(above)
            if taken is not None and (above == inside or isinstance(taken, h5py.Dataset)):
                raise OptionError(
                    f"{self._target.name} has {above!r} already; dataset= gives another name"
                )
        return inside

    def _chunks(self, chunks: tuple[int, ...] | bool, shape: tuple[int, ...]) -> Any:
        if chunks is True:
            return True
        if (
            not isinstance(chunks, tuple)
            or len(chunks) != len(shape)
            or not all(
                isinstance(n, int) and 0 < n <= m for n, m in zip(chunks, shape, strict=True)
            )
        ):
            raise OptionError(f"chunks={chunks!r} is no part of an array of shape {shape}")
        return chunks
