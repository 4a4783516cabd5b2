"""A format and its plugin in pure NumPy, and ways to make others, so that core is tested alone.

A file is a magic number, then for each image the letter I, the length of a JSON header, the header
and the pixels, and at the end the letter E.
"""

from __future__ import annotations

import json
import struct
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np

import iio_core as iio

MAGIC = b"\x89FAKE\r\n"


def encode(*images: np.ndarray, meta: Mapping[str, Any] | None = None, end: bytes = b"E") -> bytes:
    return MAGIC + b"".join(chunk(image, meta or {}) for image in images) + end


def chunk(
    image: np.ndarray, meta: Mapping[str, Any], shape: tuple[int, ...] | None = None
) -> bytes:
    header = {"shape": shape or image.shape, "dtype": image.dtype.name, "meta": dict(meta)}
    text = json.dumps(header).encode()
    return b"I" + struct.pack("<I", len(text)) + text + image.tobytes()


class FakeReader:
    """Reads the format. What a backend would raise comes out raw: core has to translate it."""

    default_index = 0

    def __init__(self, resource: iio.Resource, strict: bool = False) -> None:
        self.resource = resource
        self.file = resource.open()
        self.closed = False
        self.container = "fake"
        self.images: list[tuple[dict[str, Any], int]] = []
        if self.file.read(len(MAGIC)) != MAGIC:
            raise SyntaxError("not a fake")
        while (kind := self.file.read(1)) == b"I":
            (length,) = struct.unpack("<I", self.file.read(4))
            header = json.loads(self.file.read(length))
            self.images.append((header, self.file.tell()))
            self.file.seek(np.dtype(header["dtype"]).itemsize * int(np.prod(header["shape"])), 1)
        if strict and kind != b"E":
            raise ValueError("there is no end")

    def count(self) -> int | None:
        return len(self.images)

    def read(self, *, index: Any = None, gain: int = 1) -> np.ndarray:
        header, place = self.images[index]
        self.file.seek(place)
        dtype = np.dtype(header["dtype"])
        data = self.file.read(dtype.itemsize * int(np.prod(header["shape"])))
        return np.frombuffer(data, dtype).reshape(header["shape"]) * dtype.type(gain)

    def iter(self, *, gain: int = 1) -> Iterator[np.ndarray]:
        for number in range(len(self.images)):
            yield self.read(index=number, gain=gain)

    def properties(self, *, index: Any = None) -> iio.ImageProperties:
        header, _ = self.images[index]
        return iio.ImageProperties(
            tuple(header["shape"]), np.dtype(header["dtype"]), spacing=(1.0, 2.0), axes="YX"
        )

    def metadata(self, *, index: Any = None, exclude_applied: bool = True) -> dict[str, Any]:
        found = (
            {"images": len(self.images)} if index is ... else dict(self.images[index][0]["meta"])
        )
        return found if exclude_applied else {**found, "applied": True}

    def close(self) -> None:
        self.closed = True


class FakeWriter:
    def __init__(self, target: iio.Target, sidecar: str = "") -> None:
        self.file = target.open()
        self.file.write(MAGIC)
        self.sidecar = target.sibling(sidecar) if sidecar else None
        self.aborted = False

    def write(
        self,
        image: np.ndarray,
        *,
        metadata: Mapping[str, Any] | None = None,
        level: int = 0,
        fail: str = "",
        pause: float = 0.0,
    ) -> None:
        if image.dtype.kind not in "u" or image.ndim not in {2, 3}:
            raise iio.EncodeError(f"FAKE cannot hold an array of {image.dtype} {image.shape}")
        if level > 9:
            raise iio.OptionError("level goes up to 9")
        data = chunk(image, metadata or {})
        half = len(data) // 2
        self.file.write(data[:half])
        if fail == "interrupt":
            raise KeyboardInterrupt
        if fail:
            raise struct.error(fail)
        if pause:
            time.sleep(pause)
        self.file.write(data[half:])

    def close(self) -> None:
        if self.sidecar is not None:
            self.sidecar.open().write(b"sidecar")
        self.file.write(b"E")

    def abort(self) -> None:
        self.aborted = True


class FakePlugin:
    reader_type = FakeReader
    writer_type = FakeWriter

    def open_reader(
        self, resource: iio.Resource, format: str | None, /, *, strict: bool = False
    ) -> FakeReader:
        return FakeReader(resource, strict)

    def open_writer(self, target: iio.Target, format: str, /, *, sidecar: str = "") -> FakeWriter:
        return FakeWriter(target, sidecar)


PLUGIN = FakePlugin()
ANY = (iio.Pixels("uint8"),)
FAKE = iio.Format(
    name="FAKE",
    title="Fake images",
    extensions=(".fake", ".fk"),
    signatures=(iio.Signature(0, MAGIC),),
    reads=ANY,
    writes=ANY,
    multiple=True,
    streams=True,
)
SPEC = iio.PluginSpec(
    name="fake", title="Fake images", plugin="fakes:PLUGIN", formats=(FAKE,), aliases=("FakeIt",)
)

_made = 0


def spec(name: str, *formats: iio.Format, plugin: Any = None, **fields: Any) -> iio.PluginSpec:
    """Return a spec whose plugin object is `plugin`, or can only fail to be imported."""
    global _made
    where = f"no_such_module_{name}:PLUGIN"
    if plugin is not None:
        _made += 1
        where = f"fakes:made_{_made}"
        setattr(sys.modules["fakes"], f"made_{_made}", plugin)
    return iio.PluginSpec(name=name, title=name, plugin=where, formats=formats, **fields)


def format(name: str, *extensions: str, magic: bytes = b"", **fields: Any) -> iio.Format:
    fields.setdefault("signatures", (iio.Signature(0, magic),) if magic else ())
    return iio.Format(
        **{"name": name, "title": name, "extensions": extensions, "reads": ANY, "writes": ANY}
        | fields
    )


class StubReader:
    """A reader of arrays in memory; every answer can be replaced."""

    default_index: Any = 0

    def __init__(self, *images: np.ndarray, **answers: Any) -> None:
        self.images = list(images)
        self.asked: list[Any] = []
        self.closes = 0
        for name, answer in answers.items():
            setattr(self, name, answer)

    def count(self) -> int | None:
        return len(self.images)

    def read(self, *, index: Any = None, flip: bool = False, only_read: int = 0) -> np.ndarray:
        self.asked.append(index)
        image = self._image(index)
        return image[::-1] if flip else image

    def _image(self, index: Any) -> np.ndarray:
        try:
            return self.images[index or 0]
        except IndexError:
            raise iio.FrameIndexError(f"there is no image {index}") from None

    def iter(self, *, flip: bool = False) -> Iterator[np.ndarray]:
        for number in range(len(self.images)):
            yield self.read(index=number, flip=flip)

    def properties(self, *, index: Any = None, flip: bool = False) -> iio.ImageProperties:
        image = self._image(index)
        return iio.ImageProperties(image.shape, image.dtype)

    def metadata(self, *, index: Any = None, exclude_applied: bool = True) -> dict[str, Any]:
        return {"index": str(index)}

    def close(self) -> None:
        self.closes += 1


class StubWriter:
    """A writer that remembers; every answer can be replaced."""

    def __init__(self, target: Any = None, **answers: Any) -> None:
        self.target = target
        self.images: list[np.ndarray] = []
        self.told: list[str] = []
        for name, answer in answers.items():
            setattr(self, name, answer)

    def write(self, image: np.ndarray, *, metadata: Any = None, level: int = 0) -> None:
        self.images.append(image)
        self.told.append("write" if metadata is None else f"write {metadata}")

    def close(self) -> None:
        self.told.append("close")
        if self.target is not None:
            self.target.open().write(b"whole")

    def abort(self) -> None:
        self.told.append("abort")


def reading(open_reader: Callable[..., Any], reader_type: type = StubReader) -> Any:
    """Return a plugin object that only reads."""
    return SimpleNamespace(reader_type=reader_type, open_reader=open_reader)


def writing(open_writer: Callable[..., Any], writer_type: type = StubWriter) -> Any:
    """Return a plugin object that only writes."""
    return SimpleNamespace(writer_type=writer_type, open_writer=open_writer)


def raiser(error: BaseException) -> Callable[..., Any]:
    """Return a function that raises `error` whatever it is called with."""

    def fail(*args: Any, **options: Any) -> Any:
        raise error

    return fail
