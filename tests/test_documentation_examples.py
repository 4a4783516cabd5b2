"""Every example of imageio 2.9's documentation runs on iio, with its import line changed.

The text of the examples is in `documentation_examples.txt`. Changed is nothing but the import line
and the places that cannot be here: servers of others become one on the loopback, ``/path`` begins
in the test's own directory. Visvis, Matplotlib and pygifsicle are stand-ins, as they show pictures
and make files smaller. Examples that need a device, Windows or FreeImage are in `LEFT_OUT`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import io
import os
import re
import shutil
import subprocess
import sys
import threading
import types
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio

pytest.importorskip("iio_pillow")
from PIL import Image

# Examples leave their readers to the garbage collector, which complains of that.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")

HEAD = re.compile(r"^==== (?P<name>.*)\n", re.M)
_parts = HEAD.split((Path(__file__).parent / "documentation_examples.txt").read_text("utf-8"))
EXAMPLES = dict(zip(_parts[1::2], _parts[2::2], strict=True))

LEFT_OUT = {
    "1.3.6 webcam": "needs a camera",
    "1.3.10 vaapi": "needs graphics hardware",
    "1.4.6 webcam": "needs a camera",
    "1.4.6 another webcam": "needs a second camera",
    "3.2.6 FreeImage": "downloads a library; iio has wheels for that",
}
OTHER_SYSTEM = ('("/path', "file:///") if os.name == "nt" else ("C:\\\\",)

Run = Callable[..., dict[str, Any]]
Publish = Callable[[str, Callable[[Path], object]], None]


def picture(height: int = 60, width: int = 90) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 4, columns * 2, 255 - rows - columns], axis=-1).astype(np.uint8)


def frames() -> list[Image.Image]:
    return [Image.fromarray(np.roll(picture(), 8 * i, axis=1)).quantize(64) for i in range(3)]


def save(path: str | Path, image: Image.Image | None = None, **options: Any) -> Path:
    """Write a file without iio."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    (image or Image.fromarray(picture())).save(path, **options)
    return path


def save_gif(path: str | Path) -> Path:
    first, *rest = frames()
    return save(path, first, save_all=True, append_images=rest, duration=70)


def needs(wheel: str) -> None:
    """Skip an example whose format comes with a wheel that is not installed."""
    if importlib.util.find_spec(wheel.replace("-", "_")) is None:
        pytest.skip(f"needs {wheel}")


@pytest.fixture(autouse=True)
def in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run among files of the test's own, with Pillow, whether installed or from source."""
    from iio_pillow._spec import SPEC

    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "USERPROFILE", "IIO_USERDIR", "IMAGEIO_USERDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("IIO_NO_INTERNET", "IMAGEIO_NO_INTERNET", "http_proxy", "ftp_proxy"):
        monkeypatch.delenv(name, raising=False)
    if iio.registry.find("pillow") is None:
        iio.register(SPEC)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return the function that runs an example and returns its names."""

    def run_example(name: str, /, places: dict[str, str] | None = None, **names: Any) -> Any:
        code = EXAMPLES[name]
        code = re.sub(r"^import imageio\b", "import iio_core.v2", code, flags=re.M)
        code = "".join(
            line
            for line in code.splitlines(keepends=True)
            if not any(place in line for place in OTHER_SYSTEM)
        )
        for old, new in {'"/path': f'"{tmp_path}/path', **(places or {})}.items():
            code = code.replace(old, new)
        exec("import iio_core.v2 as iio\nimageio = io = iio", names)  # what fragments begin with
        exec(compile(code, name, "exec"), names)
        return names

    return run_example


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Put stand-ins in the place of Visvis; return the list of what is shown."""
    seen: list[np.ndarray] = []
    module: Any = types.ModuleType("visvis")
    module.imshow = module.volshow = seen.append
    monkeypatch.setitem(sys.modules, "visvis", module)
    return seen


@pytest.fixture
def plots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in in the place of Matplotlib: points in an array, saved by Pillow."""
    canvas = np.full((100, 100, 3), 255, np.uint8)

    def scatter(x: float, y: float) -> None:
        column, row = round(x * 90), 96 - round(y * 90)
        canvas[row : row + 4, column : column + 4] = 30, 120, 180

    pyplot: Any = types.ModuleType("matplotlib.pyplot")
    pyplot.figure = pyplot.xlim = pyplot.ylim = lambda *args, **options: None
    pyplot.scatter = scatter
    pyplot.savefig = lambda name: Image.fromarray(canvas).save(name)
    package: Any = types.ModuleType("matplotlib")
    package.pyplot = pyplot
    monkeypatch.setitem(sys.modules, "matplotlib", package)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", pyplot)


@pytest.fixture
def optimized(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Put a stand-in in the place of pygifsicle, which counts the frames that it is given."""
    counts: list[int] = []

    def optimize(source: str, destination: str | None = None) -> None:
        with Image.open(source) as gif:
            counts.append(gif.n_frames)
        if destination is not None:
            shutil.copyfile(source, destination)

    module: Any = types.ModuleType("pygifsicle")
    module.optimize = optimize
    monkeypatch.setitem(sys.modules, "pygifsicle", module)
    return counts


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on the loopback; the address has no slash at its end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Return a folder that is served, and its address."""
    folder = tmp_path / "web"
    folder.mkdir()
    with serving(folder) as address:
        yield folder, address


@pytest.fixture
def publish(web: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Return what makes a standard image, puts it on a server and has iio know its hash."""
    pytest.importorskip("pooch")
    from iio_core._resources import _standard_images

    folder, address = web
    monkeypatch.setenv("IIO_SAMPLES_URL", address)

    def publish_one(name: str, write: Callable[[Path], object]) -> None:
        write(folder / name)
        data = (folder / name).read_bytes()
        known = hashlib.sha256(data).hexdigest(), len(data)
        monkeypatch.setitem(_standard_images.STANDARD_IMAGES, name, known)

    return publish_one


@pytest.fixture
def ftp(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """Return a folder that an FTP server has, and its address."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what it is made of, asyncore
        pytest.importorskip("pyftpdlib.handlers")
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

    folder = tmp_path / "ftp"
    folder.mkdir()
    everybody = DummyAuthorizer()
    everybody.add_anonymous(str(folder))
    handler = type("Handler", (FTPHandler,), {"authorizer": everybody})
    server = FTPServer(("127.0.0.1", 0), handler, ioloop=IOLoop())
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            server.serve_forever(timeout=0.05, blocking=False)
        server.close_all()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield folder, f"ftp://127.0.0.1:{server.address[1]}"
    finally:
        done.set()
        thread.join()


def test_all_examples_are_here() -> None:
    here = Path(__file__).read_text("utf-8")
    missing = [name for name in EXAMPLES if f'"{name}"' not in here]
    assert not missing
    assert len(EXAMPLES) == 31 and LEFT_OUT.keys() <= EXAMPLES.keys()


# 1.3 Usage examples


def test_a_cat(run: Run, publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    publish("chelsea.png", save)
    names = run("1.3.1 a cat")
    assert np.array_equal(names["im"], picture())
    assert capsys.readouterr().out == "(60, 90, 3)\n"


def test_a_gif(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    save_gif("cat.gif")
    run("1.3.1 a GIF")
    assert capsys.readouterr().out == "(60, 90, 4)\n" * 3  # always RGBA: section 3.2.11, Notes


def test_a_gif_in_memory(run: Run) -> None:
    names = run("1.3.1 a GIF in memory", image_bytes=save_gif("cat.gif").read_bytes())
    with names["im"] as reader:
        assert len(reader) == 3
        assert np.array_equal(reader.get_data(1), frames()[1].convert("RGBA"))


def test_http(run: Run, web: tuple[Path, str], shown: list[np.ndarray]) -> None:
    folder, address = web
    save(folder / "wikipedia/commons/d/de/Wikipedia_Logo_1.0.png")
    run("1.3.2 http", {"http://upload.wikimedia.org": address})
    assert np.array_equal(shown[0], picture())


def test_bytes_of_a_url(run: Run, web: tuple[Path, str]) -> None:
    folder, address = web
    save_gif(folder / "cat.gif")
    names = run(
        "1.3.2 bytes of a URL",
        {"imageio.imread": "im = imageio.imread"},
        url=f"{address}/cat.gif",
    )
    assert np.array_equal(names["im"], frames()[0].convert("RGBA"))


def test_a_folder(run: Run) -> None:
    for name in ("a.png", "b.tif", "c.bmp"):
        save(Path("path/to/folder", name))
    images = run("1.3.3 a folder")["images"]
    assert len(images) == 3 and all(np.array_equal(image, picture()) for image in images)


def test_frames_of_a_movie(run: Run, publish: Publish, capsys: pytest.CaptureFixture[str]) -> None:
    needs("iio-video")
    publish("cockatoo.mp4", movie)
    run("1.3.4 frames of a movie")
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(r"Mean of frame 0 is \d+\.\d", first)


def test_screen_and_clipboard(run: Run, display: None) -> None:
    names = run("1.3.5 screen and clipboard")
    assert names["im_screen"].shape[:2] == (120, 160)
    assert np.array_equal(names["im_clipboard"][..., :3], picture())


def test_convert_a_movie(run: Run, publish: Publish, tmp_path: Path) -> None:
    needs("iio-video")
    publish("cockatoo.mp4", movie)
    names = run("1.3.7 convert a movie")
    assert names["fps"] == 20
    written = iio.imread(tmp_path / ".cockatoo_gray.mp4", index=0)
    assert written.shape[:2] == (64, 96)


def test_dicom(run: Run) -> None:
    needs("iio-medical")
    pydicom = pytest.importorskip("pydicom")
    Path("path/to/dicom/files").mkdir(parents=True)
    for number in range(3):
        slice_of_a_series(pydicom, Path("path/to/dicom/files"), number)
    names = run("1.3.8 DICOM")
    assert len(names["ims"]) == 3 and names["ims"][0].shape == (4, 5)
    assert names["vol"].shape == (3, 4, 5)
    assert [volume.shape for volume in names["vols"]] == [(3, 4, 5)]


def test_a_volume(run: Run, publish: Publish, shown: list[np.ndarray]) -> None:
    needs("iio-sci")
    volume = np.arange(60, dtype=np.uint16).reshape(3, 4, 5)
    publish("stent.npz", lambda path: np.savez(path, volume))
    run("1.3.9 a volume")
    assert np.array_equal(shown[0], volume)


def test_write_a_gif(run: Run, plots: None) -> None:
    run("1.3.11 write a GIF")
    with Image.open("test.gif") as gif:
        assert (gif.n_frames, gif.size) == (100, (100, 100))
        assert {gif.seek(i) or gif.info["duration"] for i in range(100)} == {100}  # 10 a second


def test_optimize_a_gif(run: Run, plots: None, optimized: list[int]) -> None:
    run("1.3.11 write a GIF")
    run("1.3.11 optimize it", gif_path="test.gif")
    assert optimized == [100, 100]
    assert Path("optimized.gif").read_bytes() == Path("test.gif").read_bytes()


def test_write_and_optimize_a_gif(run: Run, plots: None, optimized: list[int]) -> None:
    run("1.3.11 all of it")
    assert optimized == [100]


def test_an_image_in_a_zip(run: Run) -> None:
    zipped(Path("Path/to/file.zip"), "path/inside/zip/to/image.png")
    assert np.array_equal(run("1.3.12 an image in a zip")["image"], picture())


def test_files_of_a_zip(run: Run) -> None:
    # The example takes names out of the archive, and reads files of these names beside it.
    zipped(Path("imageio.zip"), "a.png", "b.png")
    with zipfile.ZipFile("imageio.zip") as archive:
        archive.extractall()
    images = run("1.3.13 files of a zip")["images"]
    assert len(images) == 2 and all(np.array_equal(image, picture()) for image in images)


# 1.4 Resources


@pytest.mark.parametrize("name", ["1.4.1 paths", "1.4.1 URIs"])
def test_files(run: Run, name: str, tmp_path: Path) -> None:
    save("path/to/my/image.jpg")
    # On Windows the directory may be on any drive; elsewhere the path begins at the root.
    here = {"C:\\\\path": str(tmp_path / "path").replace("\\", "\\\\")}
    here["file:///path"] = f"file://{tmp_path}/path"
    assert run(name, here)["img"].shape == (60, 90, 3)


def test_a_file_object(run: Run) -> None:
    save("some/image.jpg")
    names = run("1.4.2 a file object")
    assert names["img"].shape == (60, 90, 3)
    assert not names["file_handle"].closed
    names["file_handle"].close()


def test_standard_images(run: Run, publish: Publish) -> None:
    publish("chelsea.png", save)
    assert np.array_equal(run("1.4.3 standard images")["img"], picture())


def test_a_web_server(run: Run, web: tuple[Path, str]) -> None:
    folder, address = web
    save_gif(folder / "path/to/some/image.gif")
    img = run("1.4.4 https", {"https://my-domain.com": address})["img"]
    assert np.array_equal(img, frames()[0].convert("RGBA"))


def test_an_ftp_server(run: Run, ftp: tuple[Path, str]) -> None:
    folder, address = ftp
    save_gif(folder / "path/to/some/image.gif")
    img = run("1.4.5 ftp", {"ftp://my-domain.com": address})["img"]
    assert np.array_equal(img, frames()[0].convert("RGBA"))


def test_the_screen(run: Run, display: None) -> None:
    assert run("1.4.7 screen")["img"].shape[:2] == (120, 160)


def test_the_clipboard(run: Run, display: None) -> None:
    assert np.array_equal(run("1.4.8 clipboard")["img"][..., :3], picture())


def test_a_path_into_a_zip(run: Run) -> None:
    zipped(Path("path/to/file.zip"), "abspath/inside/zipfile/to/image.png")
    assert np.array_equal(run("1.4.9 a path into a zip")["img"], picture())


# 2.1 Known formats


def test_a_format_by_name(run: Run) -> None:
    save("image.png")
    names = run("2.1 a format by name", {"io.imread": "im = io.imread"})
    assert np.array_equal(names["im"], picture())


# What they need


def zipped(archive: Path, *names: str) -> None:
    png = io.BytesIO()
    Image.fromarray(picture()).save(png, "PNG")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, png.getvalue())


def movie(path: Path) -> None:
    """Write ten frames, 20 a second, without iio."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        for number in range(10):
            frame = np.roll(picture(64, 96), 8 * number, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def slice_of_a_series(pydicom: Any, folder: Path, number: int) -> None:
    """Write a slice of 4 × 5 pixels without iio."""
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.{number + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2.826.0.1.100", "1.2.826.0.1.101"
    data.Modality, data.InstanceNumber = "CT", number + 1
    data.ImagePositionPatient = [0, 0, number]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [1, 1], 1
    data.Rows, data.Columns, data.SamplesPerPixel = 4, 5, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation = 15, 0
    data.PixelData = np.full((4, 5), number, np.uint16).tobytes()
    data.save_as(folder / f"{number}.dcm", enforce_file_format=True)


@pytest.fixture
def display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start an X server of 160 × 120 pixels with a picture in its clipboard."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("would show and take what is really there")
    for program in ("Xvfb", "xclip"):
        if shutil.which(program) is None:
            pytest.skip(f"needs {program}")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "160x120x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        [*command, "-noreset"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    try:
        assert server.stdout is not None
        monkeypatch.setenv("DISPLAY", f":{int(server.stdout.readline())}")
        png = save(tmp_path / "clip.png")
        copy = ["xclip", "-selection", "clipboard", "-target", "image/png", "-in", str(png)]
        # It stays behind to answer who asks for the picture, and ends with the server.
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run(copy, check=True, timeout=30, **quiet)
        yield
    finally:
        server.terminate()
        server.communicate(timeout=30)
