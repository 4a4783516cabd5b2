"""Bad input: the error that is documented, no memory taken, no file left, no handle open."""

from __future__ import annotations

import contextlib
import gc
import os
import struct
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

pytest.importorskip("iio_pillow")

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
HUGE = 100_000


@pytest.fixture(autouse=True)
def pillow() -> Iterator[None]:
    """Have iio-pillow alone, whether it is installed or run from source."""
    from iio_pillow._spec import SPEC

    if iio.registry.find("pillow") is None:
        iio.register(SPEC)
    with iio.use("pillow", only=True):
        iio.imread(iio.imwrite("<bytes>", IMAGE, extension=".png"))  # imports what it needs
        yield


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png() -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", HUGE, HUGE, 8, 2, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + rows + chunk(b"IEND", b"")


def huge_bmp() -> bytes:
    head = struct.pack("<2sIHHI", b"BM", 54, 0, 0, 54)
    return head + struct.pack("<IiiHHIIiiII", 40, HUGE, HUGE, 1, 24, 0, 0, 0, 0, 0, 0)


def huge_tiff() -> bytes:
    tags = [
        (256, 4, 1, HUGE),
        (257, 4, 1, HUGE),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (277, 3, 1, 1),
        (278, 4, 1, HUGE),
        (279, 4, 1, 100),
    ]
    body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + body + bytes(4)


def huge_pgm() -> bytes:
    return b"P5 %d %d 255\n" % (HUGE, HUGE) + bytes(100)


def huge_gif() -> bytes:
    screen = struct.pack("<6sHHBBB", b"GIF89a", 65535, 65535, 0x80, 0, 0) + bytes(6)
    return screen + struct.pack("<BHHHHB", 0x2C, 0, 0, 65535, 65535, 0) + b"\x02\x02\x44\x01\x00;"


def whole(extension: str) -> bytes:
    encoded = iio.imwrite("<bytes>", IMAGE, extension=extension)
    assert encoded is not None
    return encoded


@pytest.fixture(scope="module", autouse=True)
def _nothing_older_is_looked_through() -> Iterator[None]:
    """Let the many collections below pass over what other tests have imported."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Cost:
    """What is left behind, and what was taken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Cost:
        gc.collect()
        self.files = sorted(os.listdir(self.folder))
        self.handles = handles()
        tracemalloc.start()
        return self

    def __exit__(self, *error: object) -> None:
        taken = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if error[0] is None:
            assert taken < 20 << 20, f"{taken >> 20} MiB were taken"
            assert handles() <= self.handles, "a handle is left open"
            assert sorted(os.listdir(self.folder)) == self.files, "a file is left"


def handles() -> set[str]:
    if sys.platform != "linux":
        return set()
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add(f"{number} {os.readlink(f'/proc/self/fd/{number}')}")
        except OSError:
            continue  # the one that lists
    return found


READS: list[Callable[..., Any]] = [
    iio.imread,
    iio.improps,
    iio.immeta,
    lambda uri, **options: list(iio.imiter(uri, **options)),
    lambda uri, **options: iio.imopen(uri, "r", **options).close(),
]


def refused(
    tmp_path: Path, uri: Any, error: type[BaseException], said: str = "", **options: Any
) -> None:
    """Check that no reading call reads `uri`, and that it costs nothing."""
    for read in READS:
        with Cost(tmp_path), pytest.raises(error, match=said or None):
            read(uri, **options)


def test_an_empty_file(tmp_path: Path) -> None:
    for name in ("x.png", "x", "x.unknown"):
        (tmp_path / name).touch()
        refused(tmp_path, tmp_path / name, iio.DecodeError, "empty")
    refused(tmp_path, b"", iio.DecodeError, "empty")


# Of a TIFF that is cut inside of its tags, the metadata is what can be had, and a warning.
@pytest.mark.filterwarnings("ignore:Pillow:iio_core.IIOWarning")
@pytest.mark.parametrize("extension", [".png", ".jpg", ".gif", ".bmp", ".tiff", ".webp", ".ppm"])
def test_a_truncated_file(tmp_path: Path, extension: str) -> None:
    data = whole(extension)
    for length in sorted({1, 2, 4, 8, 12, 20, len(data) // 3, len(data) // 2}):
        path = tmp_path / f"x{extension}"
        path.write_bytes(data[:length])
        with Cost(tmp_path), pytest.raises(iio.DecodeError):
            iio.imread(path)
        for read in READS:
            # Some of the calls can answer from what is there.
            with Cost(tmp_path), contextlib.suppress(iio.DecodeError):
                read(path)


def test_a_wrong_extension(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(whole(".png"))
    assert (iio.imread(tmp_path / "x.jpg") == IMAGE).all()
    (tmp_path / "x.unknown").write_bytes(whole(".png"))
    assert (iio.imread(tmp_path / "x.unknown") == IMAGE).all()
    (tmp_path / "text.png").write_text("a text")
    refused(tmp_path, tmp_path / "text.png", iio.DecodeError, r"it is not PNG: .*\(a text\)")


def test_no_image(tmp_path: Path) -> None:
    for name, data in {
        "x.unknown": b"\0\1\2 what is this",
        "noise": np.random.default_rng(0).bytes(5000).replace(b"\xff", b"\0"),
        "x.py": b"#!/usr/bin/env python\nprint()\n",
    }.items():
        (tmp_path / name).write_bytes(data)
        refused(tmp_path, tmp_path / name, iio.NoPluginError, "no plugin recognizes")


def test_a_directory_and_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    refused(tmp_path, tmp_path / "folder.png", iio.NoPluginError, "is a directory")
    refused(tmp_path, tmp_path / "no.png", FileNotFoundError)
    refused(tmp_path, tmp_path / "no" / "x.png", FileNotFoundError)
    (tmp_path / "file").touch()
    refused(tmp_path, tmp_path / "file" / "x.png", OSError)
    for uri, error in {
        tmp_path / "folder.png": IsADirectoryError,
        tmp_path / "no" / "x.png": FileNotFoundError,
    }.items():
        with Cost(tmp_path), pytest.raises(error):
            iio.imwrite(uri, IMAGE)
        with Cost(tmp_path), pytest.raises(error):
            iio.imopen(uri, "w")


@pytest.mark.parametrize("make", [huge_png, huge_bmp, huge_tiff, huge_pgm, huge_gif])
def test_a_header_that_declares_too_much(tmp_path: Path, make: Callable[[], bytes]) -> None:
    path = tmp_path / "x"
    path.write_bytes(make())
    for uri in (path, make()):
        for read in (iio.imread, lambda uri: next(iio.imiter(uri))):
            before = resident()
            with Cost(tmp_path), pytest.raises(iio.LimitError, match=r"are allowed|of memory free"):
                read(uri)
            assert resident() - before < 100 << 20
    assert iio.improps(path, index=0).shape[:2] in {(HUGE, HUGE), (65535, 65535)}


def resident() -> int:
    """Return the most memory that this process has held so far."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def test_an_unknown_option(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(whole(".png"))
    refused(tmp_path, path, iio.OptionError, "has no option 'moed'", moed="L")
    before = path.read_bytes()
    for name in ("x.png", "new.png"):
        with Cost(tmp_path), pytest.raises(iio.OptionError, match="Did you mean 'compress_level'"):
            iio.imwrite(tmp_path / name, IMAGE, compres_level=1)
    assert path.read_bytes() == before


def test_an_unknown_extension(tmp_path: Path) -> None:
    for name in ("x.unknown", "x", "x."):
        with Cost(tmp_path), pytest.raises(iio.NoPluginError, match=r"Can be written: .*\.png"):
            iio.imwrite(tmp_path / name, IMAGE)
        with Cost(tmp_path), pytest.raises(iio.NoPluginError):
            iio.imopen(tmp_path / name, "w")


@pytest.mark.parametrize("extension", [".png", ".jpg", ".gif", ".bmp"])
@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), complex),
        np.zeros((4, 4, 3), np.float64),
        np.zeros((4, 4), np.int64),
        np.zeros((4, 4, 7), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
        np.array(["a", "b"]),
        np.array([None]),
        [[1, 2], [3]],
        "an image",
        None,
        [],
    ],
    ids=repr,
)
def test_an_array_that_the_format_cannot_hold(tmp_path: Path, extension: str, image: Any) -> None:
    old = tmp_path / f"old{extension}"
    old.write_bytes(b"what was there")
    options = {"is_batch": False} if isinstance(image, np.ndarray) else {}
    for path in (old, tmp_path / f"new{extension}", "<bytes>"):
        given = {"extension": extension} if path == "<bytes>" else {}
        with Cost(tmp_path), pytest.raises(iio.EncodeError):
            iio.imwrite(path, image, **options, **given)
    assert old.read_bytes() == b"what was there"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc if run as root")
def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"what was there")
    path.chmod(0o444)
    if os.geteuid() == 0:  # for whom permissions do not count
        assert os.access(path, os.W_OK)
        path = Path("/proc/version.png")
        with pytest.raises((FileNotFoundError, PermissionError)) as caught:
            iio.imwrite(path, IMAGE)
        assert not isinstance(caught.value, iio.IIOError)
        return
    with Cost(tmp_path), pytest.raises(PermissionError):
        iio.imwrite(path, IMAGE)
    assert path.read_bytes() == b"what was there"
