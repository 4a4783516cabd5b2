"""Video: 1080p H.264, all frames, the first, any, and writing, beside PyAV, OpenCV and imageio.

OpenCV and imageio are left out where they are not installed. Of random access each competitor
has to return the very frame: who returns another one is named so.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np

import iio_core as iio

from .timing import Case, arguments, report

FRAMES, FPS, HEIGHT, WIDTH, GROUP = 120, 30, 1080, 1920, 48
Calls = dict[str, Callable[[], object]]


def pictures(count: int = FRAMES) -> Iterator[np.ndarray]:
    """Yield frames with detail that moves, and noise as a camera has it."""
    rng = np.random.default_rng(0)
    big = rng.integers(0, 255, (HEIGHT // 8 + 40, WIDTH // 8 + 40, 3), np.uint8)
    big = np.repeat(np.repeat(big, 8, axis=0), 8, axis=1)
    noise = rng.integers(0, 12, (4, HEIGHT, WIDTH, 3), np.uint8)
    for number in range(count):
        part = big[number : number + HEIGHT, 2 * number : 2 * number + WIDTH] // 2
        yield part + 60 + noise[number % 4]


def encode(path: Path) -> None:
    """Write the video with PyAV alone."""
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream("libx264", rate=FPS, options={"g": str(GROUP), "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in pictures():
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        sink.mux(stream.encode(None))


# -- all frames --------------------------------------------------------------------------------


def all_pyav(path: str) -> int:
    with av.open(path) as source:
        source.streams.video[0].thread_type = "AUTO"
        return sum(int(f.to_ndarray(format="rgb24")[0, 0, 0]) for f in source.decode(video=0))


def all_iio(path: str) -> int:
    return sum(int(frame[0, 0, 0]) for frame in iio.imiter(path))


def all_opencv(path: str) -> int:
    import cv2

    capture, total = cv2.VideoCapture(path), 0
    while True:
        more, frame = capture.read()
        if not more:
            return total
        total += int(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)[0, 0, 0])


def all_imageio(path: str, plugin: str) -> int:
    import imageio.v3

    options = {"thread_type": "FRAME"} if plugin == "pyav" else {}
    frames = imageio.v3.imiter(path, plugin=plugin, **options)
    return sum(int(frame[0, 0, 0]) for frame in frames)


# -- one frame -----------------------------------------------------------------------------------


def one_pyav(path: str, number: int) -> np.ndarray:
    """Seek as one would who knows that the frame rate is constant."""
    with av.open(path) as source:
        stream = source.streams.video[0]
        stream.thread_type = "AUTO"
        base = stream.time_base
        assert base is not None
        time = round(Fraction(number, FPS) / base)
        source.seek(time, stream=stream)
        for frame in source.decode(stream):
            if frame.pts is not None and frame.pts >= time:
                return frame.to_ndarray(format="rgb24")
    raise IndexError(number)


def one_iio(path: str, number: int) -> np.ndarray:
    return iio.imread(path, index=number)


def one_opencv(path: str, number: int) -> np.ndarray:
    import cv2

    capture = cv2.VideoCapture(path)
    capture.set(cv2.CAP_PROP_POS_FRAMES, number)
    return cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)


def one_imageio(path: str, number: int, plugin: str) -> np.ndarray:
    import imageio.v3

    return np.asarray(imageio.v3.imread(path, index=number, plugin=plugin))


def any_of(call: Callable[[str, int], object], path: str, numbers: list[int]) -> None:
    for number in numbers:
        call(path, number)


def in_one_session(path: str, numbers: list[int]) -> None:
    with iio.imopen(path, "r") as file:
        for number in numbers:
            file.read(index=number)


def in_one_capture(path: str, numbers: list[int]) -> None:
    import cv2

    capture = cv2.VideoCapture(path)
    for number in numbers:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        cv2.cvtColor(capture.read()[1], cv2.COLOR_BGR2RGB)


def in_one_imageio(path: str, numbers: list[int]) -> None:
    import imageio.v3

    with imageio.v3.imopen(path, "r", plugin="pyav") as file:
        for number in numbers:
            file.read(index=number)


# -- writing -------------------------------------------------------------------------------------


def write_pyav(images: list[np.ndarray]) -> None:
    with av.open(io.BytesIO(), "w", format="mp4") as sink:
        stream = sink.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for image in images:
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        sink.mux(stream.encode(None))


def write_iio(images: list[np.ndarray]) -> None:
    iio.imwrite("<bytes>", images, extension=".mp4", fps=FPS, options={"preset": "veryfast"})


def write_imageio(path: str, images: list[np.ndarray]) -> None:
    import imageio.v3

    with imageio.v3.imopen(path, "w", plugin="pyav") as file:
        file.init_video_stream("libx264", fps=FPS)
        file._video_stream.options = {"preset": "veryfast"}
        for image in images:
            file.write_frame(image)


def present(**calls: Callable[[], object]) -> Calls:
    """Return the competitors that run here."""
    found: Calls = {}
    for name, call in calls.items():
        try:
            call()
        except ImportError:
            continue
        found[name.replace("_", " ")] = call
    return found


def cases(folder: Path) -> Iterator[Case]:
    """Yield what is measured."""
    place = folder / "clip.mp4"
    encode(place)
    path = str(place)
    yield Case(
        f"all {FRAMES} frames of 1080p",
        present(
            PyAV=partial(all_pyav, path),
            iio=partial(all_iio, path),
            OpenCV=partial(all_opencv, path),
            imageio_pyav=partial(all_imageio, path, "pyav"),
            imageio_FFMPEG=partial(all_imageio, path, "FFMPEG"),
        ),
    )
    numbers = random.Random(0).sample(range(FRAMES), 6)
    wanted = dict(enumerate(islice(iio.imiter(path), FRAMES)))
    rivals: dict[str, Any] = {
        "PyAV": one_pyav,
        "iio": one_iio,
        "OpenCV": one_opencv,
        "imageio_pyav": partial(one_imageio, plugin="pyav"),
        "imageio_FFMPEG": partial(one_imageio, plugin="FFMPEG"),
    }
    for name, call in list(rivals.items()):
        try:
            images = [call(path, number) for number in numbers]
        except ImportError:
            del rivals[name]
            continue
        off = [
            float(np.abs(a.astype(int) - wanted[n].astype(int)).mean())
            for a, n in zip(images, numbers, strict=True)
        ]
        if max(off) > 3:
            rivals[f"{name}_(wrong_frames)"] = rivals.pop(name)
    wanted.clear()
    yield Case("the first frame", present(**{n: partial(c, path, 0) for n, c in rivals.items()}))
    yield Case(
        "6 frames, each opening the file",
        present(**{n: partial(any_of, c, path, numbers) for n, c in rivals.items()}),
    )
    yield Case(
        "6 frames of an open file",
        present(
            iio=partial(in_one_session, path, numbers),
            OpenCV=partial(in_one_capture, path, numbers),
            imageio_pyav=partial(in_one_imageio, path, numbers),
        ),
    )
    images = list(pictures(40))
    yield Case(
        "write 40 frames of 1080p",
        present(
            PyAV=partial(write_pyav, images),
            iio=partial(write_iio, images),
            imageio_pyav=partial(write_imageio, str(folder / "written.mp4"), images),
        ),
    )


if __name__ == "__main__":
    asked = arguments(__doc__)
    with tempfile.TemporaryDirectory() as name:
        report("bench_video", cases(Path(name)), asked)
