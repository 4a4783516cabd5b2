"""Reading through nibabel: one image a file; a region reads no more than its planes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from nibabel.arrayproxy import ArrayProxy

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from ._ascii import AsciiImage
from ._geometry import geometry_of
from ._open import opened
from ._scaling import scaled, scaled_dtype
from ._units import in_mm, units_of

__all__ = ["NiftiReader"]

Apply = Literal["scale"] | None
_COLORS = {("R", "G", "B"): 3, ("R", "G", "B", "A"): 4}


class NiftiReader:
    """Reads an image with nibabel.

    Parameters
    ----------
    resource : Resource
        What to read.
    format : str
        The name of its format.
    """

    def __init__(self, resource: Resource, format: str | None) -> None:
        self._name = resource.name
        self._image = opened(resource, format)
        self._proxy, self._scaling = _values_of(self._image)
        proxy = self._proxy
        stored = np.dtype(getattr(proxy, "dtype", np.float64))  # MINC scales by itself
        self._channels = _COLORS.get(stored.names or (), 0)
        if stored.names is not None and not self._channels:
            raise DecodeError(f"{self._name} has pixels of {stored}", plugin="nifti")
        self._stored = np.dtype("uint8") if self._channels else stored.newbyteorder("=")
        if self._stored.itemsize > (16 if self._stored.kind == "c" else 8):
            raise DecodeError(
                f"{self._name} has pixels of 128 bits, which are not the same on every machine",
                plugin="nifti",
            )
        size = tuple(int(n) for n in proxy.shape)[::-1]
        if format == "MGH" and len(size) == 3 and size[0] == 1:
            size = size[1:]  # one plane is always a volume of one
        self._flat = len(size) < len(proxy.shape)
        if len(size) < 2 or min(size) < 1:
            raise DecodeError(f"{self._name} has an image of {size}", plugin="nifti")
        self._shape = (*size, self._channels) if self._channels else size
        self._units = units_of(self._image.header)
        affine = np.asarray(self._image.affine, float)
        self._affine = affine if self._units is None else in_mm(affine, self._units[0])

    def count(self) -> int:
        """Return 1: a file is an image."""
        return 1

    def read(self, *, index: Index = None, apply: Apply = "scale") -> np.ndarray[Any, Any]:
        """Decode the image.

        Parameters
        ----------
        index : int
            0: there is one image in a file. ``None`` is the same.
        apply : {"scale", None}
            ``"scale"`` applies slope and intercept; None returns the values as they are stored.

        Returns
        -------
        numpy.ndarray
            Planes, rows, columns, and times in front: the reverse of nibabel's order.
        """
        self._check(index, apply)
        if not isinstance(self._proxy, ArrayProxy):
            return self._values(tuple(slice(None) for _ in self._shape), apply)
        return self._applied(self._whole(), apply)

    def _whole(self) -> np.ndarray[Any, Any]:
        """Read all values, which stand in the file in the order of the array."""
        kind = self._stored if self._channels else np.dtype(self._proxy._dtype)
        array = np.empty(self._shape, kind)
        file = self._proxy.file_like
        file.seek(self._proxy.offset)
        view: Any = array.reshape(-1).view(np.uint8)
        done = 0
        try:
            while done < view.size and (count := file.readinto(view[done:])):
                done += count
        except (EOFError, zlib.error) as error:
            raise self._damaged(error) from error
        if done < view.size:
            raise self._damaged(f"{view.size - done} bytes are missing")
        return array

    def _damaged(self, why: object) -> DecodeError:
        return DecodeError(f"{self._name} is cut or damaged: {why}", plugin="nifti")

    def read_region(
        self,
        region: tuple[slice, ...],
        *,
        index: Index = None,
        level: int = 0,
        apply: Apply = "scale",
    ) -> np.ndarray[Any, Any]:
        """Decode a part; nothing else is read from a file that is not compressed.

        Parameters
        ----------
        region : tuple of slice
            As for indexing what `read` returns.
        index, apply
            As for `read`.
        level : int
            0: there are no smaller copies.
        """
        self._check(index, apply)
        if level:
            raise OptionError(f"level={level}: {self._name} has no smaller copies")
        if len(region) > len(self._shape):
            raise OptionError(f"region={region!r} has more axes than the image")
        whole = (*region, *(slice(None),) * (len(self._shape) - len(region)))
        lengths = [len(range(*p.indices(n))) for p, n in zip(whole, self._shape, strict=True)]
        if not all(lengths):
            return np.empty(lengths, self._dtype(apply))
        return self._values(whole, apply)

    def _values(self, parts: tuple[slice, ...], apply: Apply) -> np.ndarray[Any, Any]:
        spatial = parts[:-1] if self._channels else parts
        wanted = (slice(None), *spatial) if self._flat else spatial
        try:
            array = np.asarray(self._proxy[wanted[::-1]]).T
        except (EOFError, ValueError, OSError, zlib.error) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise self._damaged(error) from error
        if self._flat:
            array = array[0]
        if self._channels:
            array = np.ascontiguousarray(array)
            array = array.view(np.uint8).reshape(*array.shape, self._channels)[..., parts[-1]]
        return self._applied(array, apply)

    def _applied(self, array: np.ndarray[Any, Any], apply: Apply) -> np.ndarray[Any, Any]:
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        if apply is not None:
            array = scaled(array, self._scaling, self._dtype(apply))
        return np.require(array, requirements=["C", "W"])

    def _dtype(self, apply: Apply) -> np.dtype[Any]:
        return self._stored if apply is None else scaled_dtype(self._stored, self._scaling)

    def iter(self, *, apply: Apply = "scale") -> Iterator[np.ndarray[Any, Any]]:
        """Decode the image; `apply` is as for `read`."""
        yield self.read(index=0, apply=apply)

    def properties(self, *, index: Index = None, apply: Apply = "scale") -> ImageProperties:
        """Describe what `read` with the same arguments returns, from the header."""
        self._check(index, apply)
        spatial = len(self._shape) - bool(self._channels)
        axes = "TZYX"[-spatial:] + ("S" if self._channels else "") if spatial <= 4 else None
        return ImageProperties(
            shape=self._shape,
            dtype=self._dtype(apply),
            spacing=geometry_of(self._affine)["spacing"][-min(spatial, 3) :],
            axes=axes,
        )

    def metadata(
        self, *, index: Index = None, exclude_applied: bool = True, apply: Apply = "scale"
    ) -> dict[str, Any]:
        """Return ``affine``, ``spacing``, ``origin``, ``direction`` and what the header says.

        Parameters
        ----------
        index : int or ``...``
            As for `read`.
        exclude_applied : bool
            Without slope and intercept, if reading with `apply` has applied them.
        apply : {"scale", None}
            As for `read`.

        Returns
        -------
        dict
            ``affine`` is NIfTI's: from column, row, plane to RAS. ``spacing``, ``origin`` and
            ``direction`` are as those of DICOM. All are in mm, whatever ``units`` the file counts
            in; one that names none is taken to count in mm. ``time_step`` is in the second of
            ``units``.
        """
        self._check(None if index is ... else index, apply)
        found: dict[str, Any] = {"affine": self._affine.tolist(), **geometry_of(self._affine)}
        if self._scaling is not None and (apply is None or not exclude_applied):
            found["slope"], found["intercept"] = self._scaling
        header = self._image.header
        if self._units is not None:
            found["units"] = list(self._units)
            found["description"] = header["descrip"].item().decode("latin-1")
            if header["intent_code"].item():
                found["intent"] = str(header.get_intent("code")[0])
        if len(self._shape) - bool(self._channels) > 3:
            found["time_step"] = float(header.get_zooms()[3])
        return found

    def close(self) -> None:
        """Let go of the file."""

    def _check(self, index: Index, apply: object) -> None:
        if index not in (None, 0):
            raise FrameIndexError(f"{self._name} has 1 image; there is none at {index}")
        if apply not in ("scale", None):
            raise OptionError(f"apply={apply!r} is neither 'scale' nor None")


def _values_of(image: Any) -> tuple[Any, tuple[float, float] | None]:
    """Return an array proxy that does not scale, and slope and intercept if there are any.

    What scaling means for the dtype is decided here, and not by nibabel.
    """
    if isinstance(image, AsciiImage):
        plain: tuple[Any, ...] = (image.shape, image.dtype, image.offset, 1.0, 0.0)
        slope, intercept = image.scaling
        proxy: Any = ArrayProxy(image.file, plain, mmap=False)
    else:
        proxy = image.dataobj
        if not isinstance(proxy, ArrayProxy):
            return proxy, None  # of MINC, which scales by itself
        slope, intercept = float(proxy.slope), float(proxy.inter)
        plain = (proxy.shape, proxy._dtype, proxy.offset, 1.0, 0.0)
        proxy = ArrayProxy(proxy.file_like, plain, mmap=False)
    return proxy, None if (slope, intercept) == (1.0, 0.0) else (slope, intercept)
