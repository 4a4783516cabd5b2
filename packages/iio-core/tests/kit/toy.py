"""A good plugin for a toy format, for bad ones to be derived from.

A file is ``TOY1``, the number of images, height, width and channels as bytes, a length and a text,
and then the pixels of each image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

import iio_core as iio


class Reader:
    default_index: Any = 0

    def __init__(self, resource: iio.Resource) -> None:
        self.resource = resource
        self.file = resource.open()
        head = self.file.read(9)
        if len(head) < 9 or head[:4] != b"TOY1":
            raise iio.DecodeError("no header")
        self.total, self.height, self.width, self.channels, length = head[4:]
        self.text = self.file.read(length)
        if len(self.text) < length or self.channels not in (1, 3):
            raise iio.DecodeError("a bad header")
        self.start = 9 + length

    @property
    def shape(self) -> tuple[int, ...]:
        shape = (self.height, self.width, self.channels)
        return shape[:2] if self.channels == 1 else shape

    def count(self) -> int | None:
        return self.total

    def read(self, *, index: iio.Index = None, invert: bool = False) -> np.ndarray:
        assert isinstance(index, int)
        image = self.pixels(index)
        return 255 - image if invert else image

    def pixels(self, index: int) -> np.ndarray:
        size = self.height * self.width * self.channels
        self.file.seek(self.start + index * size)
        data = self.file.read(size)
        if len(data) < size:
            raise iio.DecodeError("it ends too early")
        return np.frombuffer(data, np.uint8).reshape(self.shape).copy()

    def iter(self, *, invert: bool = False) -> Iterator[np.ndarray]:
        for index in range(self.total):
            yield self.read(index=index, invert=invert)

    def properties(self, *, index: iio.Index = None, invert: bool = False) -> iio.ImageProperties:
        return iio.ImageProperties(self.shape, np.dtype(np.uint8), axes="YXS"[: len(self.shape)])

    def metadata(self, *, index: iio.Index = None, exclude_applied: bool = True) -> dict[str, Any]:
        return {"text": self.text.decode("latin-1")} if self.text else {}

    def read_region(
        self, region: tuple[slice, ...], *, index: iio.Index = None, level: int = 0
    ) -> np.ndarray:
        return np.ascontiguousarray(self.read(index=index)[region])

    def close(self) -> None:
        pass


class Writer:
    def __init__(self, target: iio.Target) -> None:
        self.target = target
        self.images: list[np.ndarray] = []
        self.text = b""

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        invert: bool = False,
    ) -> None:
        self.check(image)
        if self.images and image.shape != self.images[0].shape:
            raise iio.EncodeError("of another size")
        for name, value in (metadata or {}).items():
            if name == "text":
                self.text = str(value).encode("latin-1")[:255]
            else:
                self.left_out(name)
        self.images.append((255 - image if invert else image).copy())

    def check(self, image: np.ndarray) -> None:
        channels = image.shape[2] if image.ndim == 3 else 1
        if image.dtype != np.uint8 or image.ndim not in (2, 3) or channels not in (1, 3):
            raise iio.EncodeError("it does not fit; convert it to uint8 first")

    def left_out(self, name: str) -> None:
        import warnings

        warnings.warn(f"{name} is left out", iio.MetadataWarning, stacklevel=3)

    def close(self) -> None:
        height, width, *rest = self.images[0].shape
        head = bytes([len(self.images), height, width, rest[0] if rest else 1, len(self.text)])
        file = self.target.open()
        file.write(b"TOY1" + head + self.text)
        for image in self.images:
            file.write(image.tobytes())

    def abort(self) -> None:
        pass


class Plugin:
    reader_type: Any = Reader
    writer_type: Any = Writer

    def open_reader(self, resource: iio.Resource, format: str | None, /) -> Any:
        return self.reader_type(resource)

    def open_writer(self, target: iio.Target, format: str, /) -> Any:
        return self.writer_type(target)
