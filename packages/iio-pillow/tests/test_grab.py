"""``<screen>`` and ``<clipboard>``: against a real X server, with known pixels on it."""

from __future__ import annotations

import io
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageGrab

import iio_core as iio
from iio_pillow import _grab, _screen, _selection

HEIGHT, WIDTH = 120, 160
needs_posix = pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for wl-paste")


# What is shown and what is copied


@pytest.fixture(scope="session")
def xserver() -> Iterator[str]:
    """Start an X server without a screen of glass, and return the name of its display."""
    for program in ("Xvfb", "xclip"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: apt-get install xvfb xclip")
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{WIDTH}x{HEIGHT}x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            assert server.stdout is not None
            yield f":{int(server.stdout.readline())}"
        finally:
            server.terminate()


@pytest.fixture
def client(xserver: str) -> Iterator[Any]:
    """Return a connection to the X server of the test's own."""
    from Xlib.display import Display

    connection = Display(xserver)
    yield connection
    connection.close()


@pytest.fixture
def display(xserver: str, client: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the X server that of the environment, with nothing in its clipboard."""
    monkeypatch.setenv("DISPLAY", xserver)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    owner(client).destroy()
    client.sync()
    return xserver


def owner(client: Any) -> Any:
    """Return a window that owns the clipboard, and answers nobody."""
    window = client.screen().root.create_window(0, 0, 1, 1, 0, 0)
    window.set_selection_owner(client.get_atom("CLIPBOARD"), 0)
    client.sync()
    return window


@pytest.fixture
def show(client: Any, display: str) -> Callable[[np.ndarray], None]:
    """Return a function that paints an RGB image on the whole screen."""
    from Xlib import X

    def show(image: np.ndarray) -> None:
        screen = client.screen()
        gc = screen.root.create_gc()
        pixels = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
        pixels[..., :3] = image[..., ::-1]  # the server has B, G, R and a byte of padding
        for top in range(0, HEIGHT, 40):
            data = pixels[top : top + 40].tobytes()
            screen.root.put_image(gc, 0, top, WIDTH, 40, X.ZPixmap, screen.root_depth, 0, data)
        client.sync()

    return show


@pytest.fixture
def copy(display: str) -> Callable[[bytes, str], None]:
    """Return a function that puts data of a type into the clipboard."""

    def copy(data: bytes, kind: str) -> None:
        # It stays behind to answer, until somebody else copies something.
        subprocess.run(
            ["xclip", "-selection", "clipboard", "-in", "-t", kind],
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    return copy


def noise(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def encoded(image: np.ndarray, format: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, format, lossless=True)
    return file.getvalue()


# The screen


def test_every_pixel_of_the_screen(show) -> None:
    image = noise(HEIGHT, WIDTH, 3)
    show(image)
    grabbed = iio.imread("<screen>")
    np.testing.assert_array_equal(grabbed, image)
    assert grabbed.flags.writeable and grabbed.flags.c_contiguous
    described = iio.improps("<screen>")
    assert (described.shape, described.dtype) == (grabbed.shape, grabbed.dtype)
    assert iio.immeta("<screen>") == {"mode": "RGB", "shape": (WIDTH, HEIGHT)}
    assert len(list(iio.imiter("<screen>"))) == 1


def test_a_part_of_the_screen(show) -> None:
    image = noise(HEIGHT, WIDTH, 3, seed=1)
    show(image)
    part = iio.imread("<screen>", bbox=(10, 20, np.int64(150), 100))
    np.testing.assert_array_equal(part, image[20:100, 10:150])
    assert iio.improps("<screen>", bbox=(10, 20, 150, 100)).shape == (80, 140, 3)
    gray = iio.imread("<screen>", mode="L", bbox=(0, 0, 1, 1))
    np.testing.assert_array_equal(gray, np.asarray(Image.fromarray(image[:1, :1]).convert("L")))


def test_a_session_keeps_what_it_grabbed(show) -> None:
    first, second = noise(HEIGHT, WIDTH, 3, seed=2), noise(HEIGHT, WIDTH, 3, seed=3)
    show(first)
    with iio.imopen("<screen>", "r") as file:
        assert file.count() == 1
        show(second)
        np.testing.assert_array_equal(file.read(), first)
        np.testing.assert_array_equal(file.read(index=0), first)
    np.testing.assert_array_equal(iio.imread("<screen>"), second)


def test_the_display_is_an_option(show, display, monkeypatch) -> None:
    image = noise(HEIGHT, WIDTH, 3, seed=4)
    show(image)
    monkeypatch.setenv("DISPLAY", ":no such display")
    np.testing.assert_array_equal(iio.imread("<screen>", xdisplay=display), image)


@pytest.mark.parametrize(
    ("bbox", "said"),
    [
        ((0, 0, WIDTH + 1, 1), f"which is {WIDTH} x {HEIGHT} pixels"),
        ((-1, 0, 5, 5), "leaves the screen"),
        ((5, 0, 5, 5), "has no pixels"),
        ((0, 0, 5), "whole numbers"),
        ((0.0, 0, 5, 5), "whole numbers"),
        (7, "whole numbers"),
    ],
)
def test_boxes_that_are_none(display, bbox, said) -> None:
    with pytest.raises(iio.OptionError, match=said):
        iio.imread("<screen>", bbox=bbox)


def test_a_box_is_charged_before_the_screen_is_grabbed(monkeypatch) -> None:
    monkeypatch.setattr(ImageGrab, "grab", lambda **_: pytest.fail("it was grabbed"))
    with pytest.raises(iio.LimitError, match="1000000"):
        iio.imread("<screen>", bbox=(0, 0, 10**6, 10**6))


def test_the_screen_is_charged(display) -> None:
    with iio.limits(array_bytes=1000), pytest.raises(iio.LimitError, match="<screen>"):
        iio.imread("<screen>")


@pytest.mark.parametrize(
    "option", [{"window": 7}, {"all_screens": True}, {"include_layered_windows": True}]
)
def test_options_of_other_systems(display, option) -> None:
    with pytest.raises(iio.OptionError, match="not an option of grabbing an X display"):
        iio.imread("<screen>", xdisplay=display, **option)


def test_options_of_grabbing_are_not_those_of_files() -> None:
    data = encoded(noise(3, 4, 3), "png")
    with pytest.raises(iio.OptionError, match="no option 'bbox'"):
        iio.imread(data, bbox=(0, 0, 1, 1))
    with pytest.raises(iio.OptionError, match="Did you mean 'bbox'"):
        iio.imread("<screen>", box=(0, 0, 1, 1))
    with pytest.raises(iio.OptionError, match="no option 'bbox'"):
        iio.imread("<clipboard>", bbox=(0, 0, 1, 1))


# The clipboard


@pytest.mark.parametrize("shape", [(31, 17), (31, 17, 3), (400, 600, 4)])
def test_every_pixel_of_the_clipboard(copy, shape) -> None:
    image = noise(*shape)  # the largest comes in pieces
    copy(encoded(image, "png"), "image/png")
    np.testing.assert_array_equal(iio.imread("<clipboard>"), image)
    described = iio.improps("<clipboard>")
    assert (described.shape, described.dtype) == (image.shape, image.dtype)


@pytest.mark.parametrize(
    ("kind", "format"), [("image/tiff", "tiff"), ("image/bmp", "bmp"), ("image/webp", "webp")]
)
def test_other_types_than_png(copy, kind, format) -> None:
    image = noise(31, 17, 3)
    copy(encoded(image, format), kind)
    np.testing.assert_array_equal(iio.imread("<clipboard>"), image)


def test_the_clipboard_takes_the_options_of_files(copy, display, monkeypatch) -> None:
    image = noise(31, 17, 3)
    exif = Image.Exif()
    exif[0x0112] = 6  # is to be turned to the right
    file = io.BytesIO()
    Image.fromarray(image).save(file, "png", exif=exif)
    copy(file.getvalue(), "image/png")
    monkeypatch.setenv("DISPLAY", ":no such display")
    turned = iio.imread("<clipboard>", rotate=True, xdisplay=display)
    np.testing.assert_array_equal(turned, np.rot90(image, -1))
    assert iio.immeta("<clipboard>", xdisplay=display)["Orientation"] == 6


def test_an_empty_clipboard(display) -> None:
    with pytest.raises(iio.DecodeError, match="holds no image: it is empty") as caught:
        iio.imread("<clipboard>")
    assert (caught.value.plugin, caught.value.format) == ("pillow", "CLIPBOARDGRAB")


def test_text_in_the_clipboard(copy) -> None:
    copy(b"no image at all", "text/plain")
    with pytest.raises(iio.DecodeError, match="holds no image, but text/plain"):
        iio.imread("<clipboard>")


@pytest.mark.parametrize("cut", [0, 5, 40, -30])
def test_a_broken_image_in_the_clipboard(copy, cut) -> None:
    copy(encoded(noise(31, 17, 3), "png")[:cut], "image/png")
    with pytest.raises(iio.DecodeError):
        iio.imread("<clipboard>")


def test_a_declared_size_is_checked_before_it_is_decoded(copy) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 1 << 20, 1 << 20, 8, 6, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header
    data += struct.pack(">I", zlib.crc32(header)) + encoded(noise(3, 4, 4), "png")[33:]
    copy(data, "image/png")
    with pytest.raises(iio.LimitError, match="<clipboard> declares an array"):
        iio.imread("<clipboard>")


def test_more_than_may_be_held_in_memory(copy, processes) -> None:
    copy(encoded(noise(400, 600, 4), "png"), "image/png")
    with iio.limits(body_bytes="100 KiB"), pytest.raises(iio.LimitError, match="<clipboard>"):
        iio.imread("<clipboard>")
    assert [p.returncode is not None for p in processes] == [True, True]


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Return the processes that reading the clipboard starts."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(*args, **options))
        return started[-1]

    watched = SimpleNamespace(**{**vars(subprocess), "Popen": start})
    monkeypatch.setattr(_selection, "subprocess", watched)
    return started


def test_an_owner_that_never_answers(display, client, processes, monkeypatch) -> None:
    owner(client)
    monkeypatch.setattr(_selection, "PATIENCE", 0.5)
    with pytest.raises(iio.DecodeError, match=r"did not answer within 0\.5 seconds"):
        iio.imread("<clipboard>")
    assert [p.returncode is not None for p in processes] == [True]


# What is not there


def test_no_display(monkeypatch) -> None:
    monkeypatch.setattr(_grab, "system", lambda: "x11")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(iio.DecodeError, match="DISPLAY names no X display"):
        iio.imread("<screen>")
    with pytest.raises(iio.DecodeError, match="neither DISPLAY nor WAYLAND_DISPLAY"):
        iio.imread("<clipboard>")


@pytest.mark.parametrize("device", ["<screen>", "<clipboard>"])
def test_a_display_that_is_not_there(display, device) -> None:
    with pytest.raises(iio.DecodeError, match="no-such-display"):
        iio.imread(device, xdisplay="no-such-display")


def test_no_program_takes_the_place_of_the_x_server(monkeypatch) -> None:
    monkeypatch.setattr(_grab, "system", lambda: "x11")
    monkeypatch.setenv("DISPLAY", "no-such-display")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(shutil, "which", lambda *_: pytest.fail("Pillow looked for a program"))
    with pytest.raises(iio.DecodeError, match="cannot be grabbed"):
        iio.imread("<screen>")


def test_xclip_is_not_installed(display, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(iio.DecodeError, match=r"takes the program xclip.*not installed"):
        iio.imread("<clipboard>")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(iio.DecodeError, match=r"takes the program wl-paste.*not installed"):
        iio.imread("<clipboard>")


# Wayland


def test_wayland_is_not_seen_through_x11(show, monkeypatch) -> None:
    image = noise(HEIGHT, WIDTH, 3, seed=5)
    show(image)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.warns(iio.IIOWarning, match="windows of Wayland"):
        np.testing.assert_array_equal(iio.imread("<screen>"), image)


@needs_posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has a clipboard of its own")
def test_the_clipboard_of_wayland(monkeypatch, tmp_path) -> None:
    image = noise(31, 17, 3)
    (tmp_path / "image").write_bytes(encoded(image, "png"))
    program = tmp_path / "wl-paste"
    program.write_text(
        "#!/bin/sh\n"
        'case "$*" in\n'
        "  --list-types) echo text/html; echo image/png ;;\n"
        f"  '--no-newline --type image/png') cat '{tmp_path / 'image'}' ;;\n"
        "  *) exit 9 ;;\n"
        "esac\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    np.testing.assert_array_equal(iio.imread("<clipboard>"), image)
    program.write_text("#!/bin/sh\necho 'Nothing is copied' >&2; exit 1\n")
    with pytest.raises(iio.DecodeError, match="it is empty"):
        iio.imread("<clipboard>")
    program.write_text("#!/bin/sh\necho 'Failed to connect' >&2; exit 1\n")
    with pytest.raises(iio.DecodeError, match="Failed to connect"):
        iio.imread("<clipboard>")


# The other systems: what Pillow returns there


@pytest.fixture(params=["win32", "darwin"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(_grab, "system", lambda: request.param)
    monkeypatch.setattr(_screen, "pillow_version", lambda: (13, 0))
    return str(request.param)


def test_pillow_is_given_the_options_of_the_system(system, monkeypatch) -> None:
    image = noise(9, 8, 4)
    given: list[dict[str, Any]] = []

    def grab(**options: Any) -> Image.Image:
        given.append(options)
        return Image.fromarray(image)

    monkeypatch.setattr(ImageGrab, "grab", grab)
    np.testing.assert_array_equal(iio.imread("<screen>", window=7, bbox=(-8, 0, 0, 9)), image)
    assert given == [{"bbox": (-8, 0, 0, 9), "window": 7}]
    if system == "darwin":
        with pytest.raises(iio.OptionError, match="all_screens= is not an option"):
            iio.imread("<screen>", all_screens=True)
    monkeypatch.setattr(_screen, "pillow_version", lambda: (11, 0))
    with pytest.raises(iio.OptionError, match="needs Pillow"):
        iio.imread("<screen>", window=7)


@pytest.mark.usefixtures("system")
def test_what_pillow_finds_in_the_clipboard(monkeypatch) -> None:
    image = noise(31, 17, 3)
    found: Any = Image.open(io.BytesIO(encoded(image, "png")))
    monkeypatch.setattr(ImageGrab, "grabclipboard", lambda: found)
    np.testing.assert_array_equal(iio.imread("<clipboard>"), image)
    with iio.limits(array_bytes=1000), pytest.raises(iio.LimitError):
        iio.imread("<clipboard>")
    found = ["C:\\cat.png", "C:\\dog.png"]
    with pytest.raises(iio.DecodeError, match=r"names of files; read those: .*dog"):
        iio.imread("<clipboard>")
    found = None
    with pytest.raises(iio.DecodeError, match="holds no image"):
        iio.imread("<clipboard>")
    with pytest.raises(iio.OptionError, match="no X display"):
        iio.imread("<clipboard>", xdisplay=":0")
