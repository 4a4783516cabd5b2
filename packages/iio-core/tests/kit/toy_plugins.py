"""Plugins for the toy format that each break one promise, and `good`, which breaks none."""

from __future__ import annotations

import mmap
import os
import shutil
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from toy import Plugin, Reader, Writer

import iio_core as iio

good = Plugin()
claims_too_little = good


def reading(**methods: Any) -> Plugin:
    """Return the good plugin, with other methods of its reader."""
    return type("Bad", (Plugin,), {"reader_type": type("BadReader", (Reader,), methods)})()


def writing(**methods: Any) -> Plugin:
    """Return the good plugin, with other methods of its writer."""
    return type("Bad", (Plugin,), {"writer_type": type("BadWriter", (Writer,), methods)})()


def without(kind: type, name: str) -> type:
    return type(f"No{name}", (), {k: v for k, v in vars(kind).items() if k != name})


def after(
    original: Callable[..., Any], then: Callable[[Any], object]
) -> Callable[[Any, Any], None]:
    """Return an ``__init__`` that does something more."""

    def init(self: Any, place: Any) -> None:
        original(self, place)
        then(self)

    return init


incomplete = type("Bad", (Plugin,), {"writer_type": without(Writer, "abort")})()


# -- options


def _read_anything(
    self: Reader, *, index: Any = None, invert: bool = False, **options: Any
) -> np.ndarray:
    return Reader.read(self, index=index, invert=invert)


def _read_with_gain(
    self: Reader, *, index: Any = None, invert: bool = False, gain: int = 1
) -> np.ndarray:
    return Reader.read(self, index=index, invert=invert)


options_unnamed = reading(read=_read_anything)
options_of_read_only = reading(read=_read_with_gain)

# -- pixels


def _upside_down(self: Reader, index: int) -> np.ndarray:
    image = Reader.pixels(self, index)
    return image[::-1].copy() if image.shape == (2, 3) else image


wrong_pixels = reading(pixels=_upside_down)


def _cached(self: Reader, index: int) -> np.ndarray:
    return self.__dict__.setdefault(f"image{index}", Reader.pixels(self, index))


shares_its_arrays = reading(pixels=_cached)


def _transposed(self: Reader, *, index: Any = None, invert: bool = False) -> Any:
    shape = self.shape[1::-1] if invert else self.shape[:2]
    return iio.ImageProperties((*shape, *self.shape[2:]), np.dtype(np.uint8))


wrong_properties_of_an_option = reading(properties=_transposed)


def _plain(self: Reader, *, invert: bool = False) -> Any:
    for index in range(self.total):
        yield self.read(index=index)


iterates_without_options = reading(iter=_plain)


def _list_of_pairs(self: Reader, *, index: Any = None, exclude_applied: bool = True) -> Any:
    found = Reader.metadata(self, index=index)
    return list(found.items()) if index is ... else found


metadata_is_a_list = reading(metadata=_list_of_pairs)

# -- index


def _clamped(self: Reader, index: int) -> np.ndarray:
    return Reader.pixels(self, min(index, self.total - 1))


clamps_the_index = reading(count=lambda self: None, pixels=_clamped)
default_is_the_last = reading(default_index=property(lambda self: self.total - 1))


def _region_off_by_one(self: Reader, region: Any, *, index: Any = None, level: int = 0) -> Any:
    rows = slice(region[0].start, (region[0].stop or self.height) - 1, region[0].step)
    return np.ascontiguousarray(self.read(index=index)[(rows, *region[1:])])


wrong_region = reading(read_region=_region_off_by_one)

# -- resources


def _only_from_paths(self: Reader) -> None:
    if ".zip" in self.resource.name and not os.path.exists(self.resource.name):
        raise iio.DecodeError("it is not a path")


not_from_archives = reading(__init__=after(Reader.__init__, _only_from_paths))


def _close_the_callers(self: Reader, index: int) -> np.ndarray:
    try:
        return Reader.pixels(self, index)
    except iio.DecodeError:
        raw = getattr(self.file, "raw", None)
        if hasattr(raw, "_borrowed"):
            raw._borrowed.close()
        raise


closes_files = reading(pixels=_close_the_callers)


def _keep_open(self: Reader) -> None:
    if os.path.exists(self.resource.name):
        # A bare descriptor: no garbage collection in somebody else's test closes it with a warning.
        os.open(self.resource.name, os.O_RDONLY)


keeps_handles = reading(__init__=after(Reader.__init__, _keep_open))


def _copy(self: Reader) -> None:
    with tempfile.NamedTemporaryFile(delete=False) as copy:
        shutil.copyfileobj(self.file, copy)


leaves_copies = reading(__init__=after(Reader.__init__, _copy))

# -- damaged files


def _padded(self: Reader, index: int) -> np.ndarray:
    size = self.height * self.width * self.channels
    self.file.seek(self.start + index * size)
    data = self.file.read(size).ljust(size, b"\0")
    return np.frombuffer(data, np.uint8).reshape(self.shape).copy()


pads_what_is_missing = reading(pixels=_padded)


class Panic(BaseException):
    """What some backends raise: not even an `Exception`."""


def _panicking(self: Reader, index: int) -> np.ndarray:
    if self.height * self.width > 240:
        raise Panic("index out of bounds")
    return Reader.pixels(self, index)


panics = reading(pixels=_panicking)


def _nothing_when_large(self: Reader, index: int) -> Any:
    return None if self.height > 100 else Reader.pixels(self, index)


returns_none = reading(pixels=_nothing_when_large)


def when_damaged(then: Callable[[Reader], None]) -> Plugin:
    """Return a plugin that does something at a header with one wrong bit."""

    def pixels(self: Reader, index: int) -> np.ndarray:
        if (self.height, self.width) == (130, 3):
            then(self)
        return Reader.pixels(self, index)

    return reading(pixels=pixels)


def _forever(self: Reader) -> None:
    while True:
        time.sleep(1)


def _end(self: Reader) -> None:
    os._exit(3)


def _much(self: Reader) -> None:
    np.ones(150 << 20, np.uint8)


hangs = when_damaged(_forever)
crashes = when_damaged(_end)
only_says_that_it_checks = reading(checks_limits=True)
takes_memory = when_damaged(_much)

# -- writers


def _black_if_narrow(self: Writer) -> None:
    self.images = [i * (i.shape[:2] != (5, 1)) for i in self.images]
    Writer.close(self)


loses_narrow_images = writing(close=_black_if_narrow)


def _by_address(
    self: Writer, image: np.ndarray, *, metadata: Any = None, invert: bool = False
) -> None:
    # As a backend does that takes a pointer and believes that the rows follow each other.
    base = image if image.base is None else image.base
    if not image.flags.c_contiguous and base.size >= image.size:
        image = base.ravel(order="A")[: image.size].reshape(image.shape)
    Writer.write(self, image, metadata=metadata, invert=invert)


ignores_strides = writing(write=_by_address)


def _in_place(
    self: Writer, image: np.ndarray, *, metadata: Any = None, invert: bool = False
) -> None:
    Writer.write(self, image, metadata=metadata, invert=invert)
    if image.flags.writeable and image.ndim == 3:
        image //= 2


changes_the_array = writing(write=_in_place)


def _converting(
    self: Writer, image: np.ndarray, *, metadata: Any = None, invert: bool = False
) -> None:
    if image.dtype in (np.int64, np.float64):
        image = image.astype(np.uint8)
    Writer.write(self, image, metadata=metadata, invert=invert)


converts_in_silence = writing(write=_converting)


def _only_the_last(self: Writer) -> None:
    self.images = self.images[-1:]
    Writer.close(self)


keeps_the_last_image = writing(close=_only_the_last)


def _skips_equal(
    self: Writer, image: np.ndarray, *, metadata: Any = None, invert: bool = False
) -> None:
    if not (self.images and np.array_equal(image, self.images[-1])):
        Writer.write(self, image, metadata=metadata, invert=invert)


skips_equal_images = writing(write=_skips_equal)
drops_metadata = writing(left_out=lambda self, name: None)


def _in_capitals(self: Writer) -> None:
    self.text = self.text.upper()
    Writer.close(self)


changes_metadata = writing(close=_in_capitals)


def _without_text(self: Writer) -> None:
    self.text = b""
    Writer.close(self)


loses_known_metadata = writing(close=_without_text)


def _inverted_in_files(self: Writer) -> None:
    if not self.target.name.startswith("<"):
        self.images = [255 - i for i in self.images]
    Writer.close(self)


other_bytes_in_files = writing(close=_inverted_in_files)


def _directly(self: Writer) -> None:
    if os.path.isabs(self.target.name) and ".zip" not in self.target.name:
        with open(self.target.name, "ab"):
            pass


writes_directly = writing(__init__=after(Writer.__init__, _directly))

# -- the process


def _chatty(self: Reader) -> None:
    warnings.simplefilter("ignore", DeprecationWarning)
    np.seterr(divide="raise" if np.geterr()["divide"] == "warn" else "warn")


changes_settings = reading(__init__=after(Reader.__init__, _chatty))


def _quiet_numpy(self: Reader) -> None:
    np.seterr(all="ignore")


changes_settings_once = reading(__init__=after(Reader.__init__, _quiet_numpy))
backend = {"limit": 100}


def _without_limit(self: Reader) -> None:
    backend["limit"] = 0


changes_the_backend = reading(__init__=after(Reader.__init__, _without_limit))


kept: list[Any] = []
pages: list[mmap.mmap] = []


def _keep_object(self: Reader) -> None:
    kept.append(self.shape)


def _keep_memory(self: Reader) -> None:
    # As a backend in C does: no object is added. Pages that were never touched, since what other
    # tests have given back to the allocator would be taken first, and nobody would see it.
    if not pages:
        pages.append(mmap.mmap(-1, 1 << 29))
    pages[0].write(b"x" * 32768)


keeps_objects = reading(__init__=after(Reader.__init__, _keep_object))
keeps_memory = reading(__init__=after(Reader.__init__, _keep_memory))

# -- threads and processes

latest: dict[str, Reader] = {}


def _of_the_latest(self: Reader, index: int) -> np.ndarray:
    latest["reader"] = self
    time.sleep(0.0005)
    other = latest["reader"]
    return Reader.pixels(other, min(index, other.total - 1))


mixes_readers = reading(pixels=_of_the_latest)


def _seek_and_read(self: Reader, index: int) -> np.ndarray:
    size = self.height * self.width * self.channels
    self.file.seek(self.start + index * size)
    time.sleep(0.0005)
    data = self.file.read(size)
    if len(data) < size:
        raise iio.DecodeError("it ends too early")
    return np.frombuffer(data, np.uint8).reshape(self.shape).copy()


says_it_can_be_shared = reading(pixels=_seek_and_read, thread_safe=True)
lock = threading.Lock()


def _one_at_a_time(self: Reader, index: int) -> np.ndarray:
    with lock:
        time.sleep(0.0005)
        return Reader.pixels(self, index)


locks = reading(pixels=_one_at_a_time)


def _only_among_tests(self: Reader, index: int) -> np.ndarray:
    image = Reader.pixels(self, index)
    return image if "pytest" in sys.modules else 255 - image


only_here = reading(pixels=_only_among_tests)
