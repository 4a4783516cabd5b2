"""Writing ``.npy`` and ``.npz``; the layout is told in `iio_sci.npz._header`."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from iio_core import EncodeError, MetadataWarning, OptionError, Target, is_derived, warn

__all__ = ["NpyWriter", "NpzWriter"]

_METHODS = {"zlib": zipfile.ZIP_DEFLATED, "no": zipfile.ZIP_STORED}


class NpzWriter:
    """Writes arrays into an archive, each as it comes.

    Parameters
    ----------
    target : Target
        Where to.
    """

    takes_arrays = True
    """An array of any shape is one image here."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._archive: zipfile.ZipFile | None = None
        self._names: set[str] = set()

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        name: str | None = None,
        compression: str = "zlib",
    ) -> None:
        """Add an array.

        Parameters
        ----------
        image : numpy.ndarray
            Of any shape and any dtype but Python objects.
        metadata : mapping, optional
            Its ``name`` is used as `name` is; the format has no room for anything else.
        name : str, optional
            Under which it is saved; by default ``arr_0``, ``arr_1`` and so on, as `numpy.savez`
            does.
        compression : {"zlib", "no"}
            How it is packed. What is not packed can be mapped, and read in parts quickly.

        Raises
        ------
        EncodeError
            If there is an array of this name already.
        """
        if compression not in _METHODS:
            raise OptionError(f"compression={compression!r} is neither 'zlib' nor 'no'")
        told = dict(metadata or {})
        given = name if name is not None else told.pop("name", None)
        member = f"arr_{len(self._names)}" if given is None else given
        self._check(member, image)
        _warn_of(told, f"{self._target.name}: NPZ")
        if self._archive is None:
            self._archive = zipfile.ZipFile(self._target.open(), mode="w")
        info = zipfile.ZipInfo(f"{member}.npy")  # of 1980: the same array is the same file
        info.compress_type = _METHODS[compression]
        info.external_attr = 0o600 << 16
        with self._archive.open(info, "w", force_zip64=True) as file:
            npy.write_array(file, np.asarray(image), allow_pickle=False)
        self._names.add(member)

    def close(self) -> None:
        """Write the archive's directory."""
        if self._archive is not None:
            self._archive.close()

    def abort(self) -> None:
        """Let go of the archive; what was written is core's to throw away."""
        if self._archive is not None:
            with suppress(Exception):  # a full disk, again
                self._archive.close()

    def _check(self, name: object, image: np.ndarray) -> None:
        if not isinstance(name, str) or not name or "\0" in name:
            raise OptionError(f"name={name!r} is not a name for an array")
        if name in self._names:
            raise EncodeError(f"{self._target.name} has an array {name!r} already")
        if image.dtype.hasobject:
            raise EncodeError(f"{self._target.name}: Python objects are not written")


class NpyWriter:
    """Writes one array.

    Parameters
    ----------
    target : Target
        Where to.
    """

    takes_arrays = True
    """An array of any shape is one image here."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._full = False

    def write(self, image: np.ndarray, *, metadata: Mapping[str, Any] | None = None) -> None:
        """Write the array.

        Parameters
        ----------
        image : numpy.ndarray
            Of any shape and any dtype but Python objects.
        metadata : mapping, optional
            Left out, with a `iio_core.MetadataWarning`: the format has no room for it.

        Raises
        ------
        EncodeError
            For a second array.
        """
        if self._full:
            raise EncodeError(
                f"{self._target.name}: NPY holds one array; stack them, or write them to .npz"
            )
        if image.dtype.hasobject:
            raise EncodeError(f"{self._target.name}: Python objects are not written")
        _warn_of(dict(metadata or {}), f"{self._target.name}: NPY")
        # Through a method of its own, so that NumPy does not reach for the descriptor.
        npy.write_array(_Sink(self._target.open()), np.asarray(image), allow_pickle=False)
        self._full = True

    def close(self) -> None:
        """Nothing to finish: the array is written already."""

    def abort(self) -> None:
        """Nothing to give up: what was written is core's to throw away."""


class _Sink:
    def __init__(self, file: IO[bytes]) -> None:
        self.write = file.write


def _warn_of(metadata: Mapping[str, Any], what: str) -> None:
    lost = [str(name) for name, value in metadata.items() if not is_derived(name, value)]
    if lost:
        warn(
            f"{what} holds no metadata; left out: {', '.join(lost)}",
            MetadataWarning,
        )
