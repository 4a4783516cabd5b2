"""Reading BSDF: an image or a volume with metadata, or a list of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

import numpy as np

from iio_core import DecodeError, FrameIndexError, ImageProperties, Index, OptionError, Resource

from .._which import refuse_levels
from ._blobs import Blob, Stored
from ._values import CLOSED, OPEN, Extended, Values

__all__ = ["BsdfReader"]

_IMAGES = ("image2D", "image3D")


@dataclass(frozen=True)
class _Image:
    stored: Stored
    metadata: dict[str, Any] = field(default_factory=dict)


class BsdfReader:
    """Reads the images of a file, each when it is asked for.

    Parameters
    ----------
    resource : Resource
        What to read.
    random_access : bool, optional
        Whether any image may be asked for; by default they are looked for as far as needed.
    """

    default_index = 0
    """What ``index=None`` means: the first image."""

    def __init__(self, resource: Resource, *, random_access: bool | None) -> None:
        self._resource = resource
        self._file: IO[bytes] = resource.open()
        self._values = Values(self._file, resource.name, resource.limits.metadata_bytes)
        self._streamed = random_access is False
        # Of a list on a server that is still growing nobody waits for the end unasked.
        self._waits = random_access or (random_access is None and "://" not in resource.name)
        self._passed = 0  # images that a stream has let go
        self._found: list[_Image] = []
        self._total: int | None = 1
        self._position = 0
        self._begin()
        if random_access:
            self.count()

    def count(self) -> int | None:
        """Return how many images there are; None of a stream that does not say so."""
        if self._total is None and self._waits:
            while self._next():
                pass
        return self._total

    def read(self, *, index: Index = None, memmap: bool = False) -> np.ndarray:
        """Return an image or a volume.

        Parameters
        ----------
        index : int
            Which, from 0.
        memmap : bool
            Whether to map the file and not to read it: for images that are not compressed, in a
            file on this machine. What is written to the array stays in memory.

        Returns
        -------
        numpy.ndarray
            Of the shape and dtype that it was written with.

        Raises
        ------
        DecodeError
            If it is damaged.
        """
        stored = self._image(index).stored
        if memmap:
            return stored.mapped(self._resource)
        return stored.read(self._file, self._resource.name)

    def iter(self) -> Iterator[np.ndarray]:
        """Return one image after the other, from a server as they come."""
        number = 0
        while self._reach(number):
            yield self.read(index=number)
            number += 1

    def properties(self, *, index: Index = None, memmap: bool = False) -> ImageProperties:
        """Describe an image without its pixels."""
        stored = self._image(index).stored
        kind = stored.dtype if memmap else stored.dtype.newbyteorder("=")
        return ImageProperties(stored.shape, kind)

    def metadata(self, *, index: Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        """Return what is stored with an image: values of any kind, arrays and bytes too.

        Of the whole file: nothing.
        """
        if index is ...:
            return {}
        budget = [self._resource.limits.metadata_bytes]
        return {k: self._resolved(v, budget) for k, v in self._image(index).metadata.items()}

    def read_region(
        self, region: tuple[slice, ...], *, index: Index = None, level: int = 0
    ) -> np.ndarray:
        """Return a part of an image; if it is not compressed, little else is read.

        Parameters
        ----------
        region : tuple of slice
            Which part.
        index : int
            Of which image.
        level : int
            There is only 0.
        """
        refuse_levels(level, self._resource.name)
        return self._image(index).stored.read_region(self._file, region, self._resource)

    def close(self) -> None:
        """Nothing to let go of: the file is core's."""

    def _begin(self) -> None:
        """Read the head, and find out whether it is a list."""
        name = self._resource.name
        head = self._values.take(6)
        if not head.startswith(b"BSDF"):
            raise DecodeError(f"{name} is not BSDF: it begins with {head!r}")
        if head[4] != 2:
            raise DecodeError(f"{name} is of version {head[4]}.{head[5]} of BSDF: only 2 is known")
        kind, extension = self._values.kind()
        if kind != "l" or extension:
            self._found.append(self._as_image(self._values.of_kind(kind, extension)))
            return
        first = self._values.take(1)[0]
        if first in (CLOSED, OPEN, 253):
            count = self._values.long()
            self._total = None if first == OPEN else count
        else:
            self._total = first
        self._position = self._values.position
        size = self._resource.size
        if self._total is not None and size is not None and self._total > size:
            raise DecodeError(f"{name} declares {self._total} images in {size} bytes")

    def _next(self) -> bool:
        """Find one more image, if there is one."""
        reached = self._passed + len(self._found)
        if not self._position or (self._total is not None and reached >= self._total):
            return False
        self._values.seek(self._position)
        if self._total is None and self._values.ended():
            self._total = reached
            return False
        image = self._as_image(self._values.value())
        if self._streamed:
            self._passed += len(self._found)
            self._found.clear()
        self._found.append(image)
        self._position = self._values.position
        return True

    def _reach(self, number: int) -> bool:
        """Look for images until there is one of this number."""
        while self._passed + len(self._found) <= number:
            if not self._next():
                return False
        return True

    def _image(self, index: Index) -> _Image:
        number = index if isinstance(index, int) else 0
        if not self._reach(number):
            if not self._total:
                raise DecodeError(f"{self._resource.name} has no images")
            raise FrameIndexError(
                f"{self._resource.name} has {self._total} images; there is no number {number}"
            )
        if number < self._passed:
            raise OptionError(
                f"random_access=False: image {number} of {self._resource.name} has passed"
            )
        return self._found[number - self._passed]

    def _as_image(self, value: Any) -> _Image:
        """Return the image that a value is."""
        if isinstance(value, Stored):
            return _Image(value)
        if isinstance(value, Extended) and value.name in _IMAGES:
            value = value.value
        if isinstance(value, dict) and isinstance(value.get("array"), Stored):
            metadata = value.get("meta")
            return _Image(value["array"], metadata if isinstance(metadata, dict) else {})
        kind = value.name if isinstance(value, Extended) else type(value).__name__
        raise DecodeError(
            f"{self._resource.name} holds a {kind} where an image was expected; to load data "
            "of any structure: pip install bsdf"
        )

    def _resolved(self, value: Any, budget: list[int]) -> Any:
        """Return a value with its blobs and arrays read."""
        if isinstance(value, dict):
            return {k: self._resolved(v, budget) for k, v in value.items()}
        if isinstance(value, list):
            return [self._resolved(v, budget) for v in value]
        if isinstance(value, Extended):
            return self._resolved(value.value, budget)
        if isinstance(value, Blob | Stored):
            budget[0] -= value.size if isinstance(value, Blob) else value.nbytes
            if budget[0] < 0:
                self._resource.limits.check_metadata(
                    np.broadcast_to(np.uint8(0), (self._resource.limits.metadata_bytes + 1,)),
                    name=self._resource.name,
                )
            return value.read(self._file, self._resource.name)
        return value
