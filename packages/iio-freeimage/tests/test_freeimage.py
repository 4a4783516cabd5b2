"""FreeImage on request: what it reads and writes, and what becomes of its crashes."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from freeimage_samples import by_pillow, needs_library, picture

import iio_core as iio
import iio_core.v2 as imageio
from iio_freeimage import _child, _library

RGB = picture()


@pytest.fixture(autouse=True)
def fresh():
    """Have no child of another test's."""
    while _child._idle:
        _child._idle.pop().kill()
    yield
    while _child._idle:
        _child._idle.pop().kill()


def read(data: bytes, **options: object) -> np.ndarray:
    return iio.imread(data, plugin="freeimage", **options)


# On request


def test_nobody_gets_it_without_asking(tmp_path: Path) -> None:
    with iio.use(only=True):
        pass
    with iio.use("freeimage"):
        for candidate in iio.explain(by_pillow(RGB, "PNG")).candidates:
            assert candidate.plugin.spec.name != "freeimage"
        for candidate in iio.explain(tmp_path / "x.koa", "w").candidates:
            assert candidate.plugin.spec.name != "freeimage"


def test_its_names_are_its_own() -> None:
    with iio.use("freeimage", only=True):
        for name in ("PNG-FI", "JPEG-FI", "KOALA-FI", "RAW-FI", "JPEG-XR-FI"):
            assert imageio.formats[name].plugin.spec.name == "freeimage"


@needs_library
def test_a_name_of_imageio(tmp_path: Path) -> None:
    imageio.imwrite(tmp_path / "x.png", RGB, "PNG-FI")
    np.testing.assert_array_equal(imageio.imread(tmp_path / "x.png", "png-fi"), RGB)
    small = imageio.imwrite("<bytes>", RGB, "JPEG-FI", flags=10)
    assert len(small) < len(imageio.imwrite("<bytes>", RGB, "JPEG-FI", flags=100))
    with pytest.raises(TypeError, match="flags"):
        imageio.imread(tmp_path / "x.png", "PNG-FI", flags="fast")


# Pixels


@needs_library
@pytest.mark.parametrize(
    "format", ["PNG", "BMP", "TIFF", "TGA", "PCX", "SGI", "GIF", "ICO", "JPEG"]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "1"])
def test_as_pillow_reads_it(format: str, mode: str) -> None:
    import io

    from PIL import Image

    if (format, mode) in {("PCX", "RGBA"), ("JPEG", "RGBA"), ("JPEG", "P"), ("SGI", "P")}:
        return
    if (format, mode) in {("SGI", "1"), ("JPEG", "1"), ("GIF", "RGBA"), ("TGA", "1")}:
        return
    if format == "ICO" or (format, mode) == ("BMP", "RGBA"):
        return
    image = Image.fromarray(picture(4 if mode == "RGBA" else 3)).convert(mode)
    file = io.BytesIO()
    image.save(file, format)
    with Image.open(file) as opened:
        wanted = opened if opened.mode in ("L", "RGB", "RGBA") else opened.convert("RGB")
        theirs = np.asarray(wanted)
    accurate = 2 if format == "JPEG" else 0  # which it decodes fast, unless told otherwise
    ours = read(file.getvalue(), extension=f".{format.lower()}", flags=accurate)
    if ours.ndim == 2 and theirs.ndim == 3:
        ours = np.dstack([ours] * 3)
    if theirs.ndim == 2 and ours.ndim == 3:
        theirs = np.dstack([theirs] * 3)
    # The palettes of TIFF have 16 bits, which may be rounded or cut.
    np.testing.assert_allclose(ours.astype(int), theirs, atol=int((format, mode) == ("TIFF", "P")))


@needs_library
@pytest.mark.parametrize("dtype", ["uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_pixels(dtype: str, channels: int) -> None:
    image = picture(channels).astype(dtype) * (257 if dtype == "uint16" else 0.25)
    image = image.astype(dtype)
    data = iio.imwrite("<bytes>", image, extension=".tif", plugin="freeimage")
    np.testing.assert_array_equal(read(data), image)
    assert iio.improps(data, plugin="freeimage").dtype == dtype


@needs_library
def test_several_images() -> None:
    from PIL import Image

    frames = [Image.fromarray(np.roll(RGB, i, 1)) for i in range(3)]
    data = by_pillow(RGB, "TIFF", save_all=True, append_images=frames)
    with iio.imopen(data, "r", plugin="freeimage") as file:
        assert file.count() == 4
        np.testing.assert_array_equal(file.read(index=3), np.roll(RGB, 2, 1))
        np.testing.assert_array_equal(file.read(index=0), RGB)
    with pytest.raises(iio.FrameIndexError):
        read(data, index=4)
    with pytest.raises(iio.EncodeError, match="one image"):
        iio.imwrite("<bytes>", [RGB, RGB], extension=".tif", plugin="freeimage")


@needs_library
def test_metadata() -> None:
    from PIL import Image

    tags = Image.Exif()
    tags[0x010F] = "Maker"
    tags[0x0112] = 6
    data = by_pillow(RGB, "JPEG", exif=tags.tobytes(), dpi=(300, 300), icc_profile=b"profile" * 30)
    found = iio.immeta(data, plugin="freeimage")
    assert found["Make"] == "Maker" and found["icc_profile"] == b"profile" * 30
    assert found["dpi"] == pytest.approx((300, 300), rel=1e-3)
    assert "dpi" not in iio.immeta(by_pillow(RGB, "PNG"), plugin="freeimage")
    assert read(data, flags=8).shape == (24, 20, 3)  # JPEG_EXIFROTATE
    with pytest.warns(iio.MetadataWarning, match="title"):
        iio.imwrite("<bytes>", RGB, extension=".png", plugin="freeimage", metadata={"title": "x"})


# What goes wrong


@needs_library
def test_noise_is_declined() -> None:
    with pytest.raises(iio.NoPluginError, match="does not recognize"):
        read(b"neither this nor that")
    with pytest.raises(iio.DecodeError):
        read(b"neither this nor that", extension=".png")


@needs_library
def test_a_size_beyond_the_limits() -> None:
    with iio.limits(array_bytes=100, ratio=0), pytest.raises(iio.LimitError):
        read(by_pillow(RGB, "PNG"))


@needs_library
@pytest.mark.parametrize("timeout", [0, -1, "1", True])
def test_timeouts_are_seconds(timeout: object) -> None:
    with pytest.raises(iio.OptionError, match="timeout"):
        read(by_pillow(RGB, "PNG"), timeout=timeout)


@needs_library
def test_children_are_used_again_and_in_any_thread() -> None:
    from concurrent.futures import ThreadPoolExecutor

    data = by_pillow(RGB, "PNG")
    read(data)
    first = _child._idle[0]
    read(data)
    assert _child._idle == [first]
    with ThreadPoolExecutor(4) as pool:
        for image in pool.map(lambda _: read(data), range(12)):
            np.testing.assert_array_equal(image, RGB)
    assert len(_child._idle) <= 2


@needs_library
def test_a_killed_child_is_replaced() -> None:
    data = by_pillow(RGB, "PNG")
    with iio.imopen(data, "r", plugin="freeimage") as file:
        file._child._process.kill()
        with pytest.raises(iio.DecodeError, match="crashed in its process"):
            file.read()
    np.testing.assert_array_equal(read(data), RGB)


_FAKE = """
import os, sys, time
sys.path.insert(0, {folder!r})
import _library
_library.send(sys.stdout.buffer, {{"version": "fake"}})
order, body = _library.receive(sys.stdin.buffer)
{then}
"""


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("os.abort()", r"crashed in its process \((signal 6|status)"),
        ("sys.exit(3)", r"crashed in its process \(status 3\)"),
        ("sys.stdout.buffer.write(b'noise'); sys.stdout.flush()", "crashed"),
        ("time.sleep(60)", r"did not end in 0\.5 s and was killed"),
    ],
)
def test_crashes_and_endless_loops_are_errors(
    then: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "fake.py"
    folder = str(Path(_library.__file__).parent)
    program.write_text(_FAKE.format(folder=folder, then=then))
    monkeypatch.setattr(_child, "PROGRAM", str(program))
    start = time.monotonic()
    with pytest.raises(iio.DecodeError, match=message):
        read(b"anything", timeout=0.5 if "sleep" in then else 30)
    with pytest.raises(iio.EncodeError, match=message):
        iio.imwrite(
            "<bytes>",
            RGB,
            extension=".png",
            plugin="freeimage",
            timeout=0.5 if "sleep" in then else 30,
        )
    assert time.monotonic() - start < 50 and not _child._idle


@needs_library
def test_what_is_interrupted_is_not_mixed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that nobody waited for is not taken for that to another question."""

    def interrupted(stream: Any) -> NoReturn:
        raise KeyboardInterrupt

    other = np.ascontiguousarray(RGB[::-1])
    with iio.imopen(by_pillow(RGB, "PNG"), "r", plugin="freeimage") as file:
        with monkeypatch.context() as patched:
            patched.setattr(_library, "receive", interrupted)
            with pytest.raises(KeyboardInterrupt):
                file.read(index=0)
        with pytest.raises(iio.DecodeError, match="crashed before"):
            file.read(index=0)
    assert np.array_equal(read(by_pillow(other, "PNG")), other)


def test_a_child_is_killed_by_ctrl_c_while_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(popen(*arguments, **options))
        return started[0]

    def interrupt(stream: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(_library, "receive", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _child.Child()
    assert started[0].returncode is not None


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IIO_FREEIMAGE_LIB", "IMAGEIO_FREEIMAGE_LIB"):
        monkeypatch.setenv(name, "/no/such/libfreeimage.so")
        with pytest.raises(iio.PluginNotInstalledError, match="libfreeimage3"):
            read(b"anything")
        monkeypatch.delenv(name)


def test_where_the_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FREEIMAGE_LIB", "/there")
    assert _library.find() == "/there"
    monkeypatch.setenv("IIO_FREEIMAGE_LIB", "/here")
    assert _library.find() == "/here"


@needs_library
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_fork_has_children_of_its_own() -> None:
    data = by_pillow(RGB, "PNG")
    read(data)
    pid = os.fork()
    if not pid:
        same = np.array_equal(read(data), RGB) and len(_child._idle) == 1
        while _child._idle:
            _child._idle.pop().kill()
        os._exit(0 if same else 1)
    assert os.waitpid(pid, 0)[1] == 0
    np.testing.assert_array_equal(read(data), RGB)
