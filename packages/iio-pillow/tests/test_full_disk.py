"""A disk that is full is an `OSError`, at once, and what was there before stays."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import iio_core as iio
from iio_pillow._spec import SPEC
from iio_pillow._writers import WRITERS

FORMATS = {format.name: format for format in SPEC.formats}


def noise(name: str) -> np.ndarray:
    """Return an image that every format needs more than a kilobyte for, but for bits."""
    pixels = FORMATS[name].writes[0]
    channels = pixels.channels[-1]
    shape = (64, 64) if channels == 1 else (64, 64, channels)
    values = np.random.default_rng(3).integers(0, 256, shape)
    if channels == 4:
        values[..., 3] = 255
    return values > 127 if pixels.dtype == "bool" else values.astype(pixels.dtype)


class FullFile(io.BytesIO):
    """A file on a disk that has room for some more bytes."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        if self.tell() + view.nbytes > self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(view)


class FullTarget(iio.Target):
    def __init__(self, name: str, room: int) -> None:
        super().__init__(name, name)
        self.full = FullFile(room)

    def open(self) -> FullFile:
        return self.full


@pytest.mark.parametrize("room", [0, 100, 400])
@pytest.mark.parametrize("name", sorted(WRITERS))
def test_the_writer_lets_the_error_of_the_file_out(name, room):
    try:
        writer = WRITERS[name](FullTarget(f"a{FORMATS[name].extensions[0]}", room), name)
    except (iio.PluginNotInstalledError, ImportError, KeyError) as error:
        pytest.skip(str(error))
    image = noise(name)
    mode = {"GIF": "RGB", "BLP": "RGB", "PALM": "RGB"}.get(name)
    images = [image, image[::-1]] if FORMATS[name].multiple and name != "ICNS" else [image]

    def write_all() -> None:
        for one in images:
            writer.write(one, mode=mode if image.ndim == 3 else None)
        writer.close()

    with pytest.raises(OSError, match="No space left") as caught:
        write_all()
    assert caught.value.errno == errno.ENOSPC


SCRIPT = """
import json, resource, sys, warnings
sys.path.insert(0, sys.argv[2])
import iio_core as iio
from pathlib import Path
from test_full_disk import FORMATS, noise
from iio_pillow._writers import WRITERS
warnings.simplefilter("ignore")
iio.imwrite("<bytes>", noise("PNG"), extension=".png")
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
found = {}
for name in sorted(WRITERS):
    path = Path(sys.argv[1], f"{name}{FORMATS[name].extensions[0]}")
    path.write_bytes(b"old")
    try:
        iio.imwrite(path, noise(name))
        found[name] = "written"
    except OSError as error:
        found[name] = type(error).__name__, error.errno
    except iio.IIOError as error:
        found[name] = type(error).__name__, str(error)
sys.stdout.write(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_what_was_there_is_kept_and_nothing_hangs(tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(Path(__file__).parent)],
        capture_output=True,
        check=True,
        timeout=120,
        text=True,
    )
    found = json.loads(run.stdout)
    assert found.keys() == set(WRITERS)
    for name, result in found.items():
        if result[0] != "PluginNotInstalledError":
            assert result == ["OSError", errno.EFBIG], name
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"old"}
    assert len(list(tmp_path.iterdir())) == len(WRITERS)
