"""Scripts for imageio 2.9 on real wheels: what they read, write, ask and catch."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio

pytest.importorskip("iio_pillow")
from PIL import Image


def picture(height: int = 12, width: int = 16) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows * 9, columns * 9, rows + columns], axis=-1).astype(np.uint8)


@pytest.fixture
def gif(tmp_path) -> Path:
    path = tmp_path / "x.gif"
    frames = [Image.fromarray(np.roll(picture(), i, axis=1)).quantize(64) for i in range(4)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=70, loop=0)
    return path


def test_a_movie_is_converted(gif, tmp_path) -> None:
    target = tmp_path / "gray.gif"
    with imageio.get_reader(gif) as reader:
        seconds = reader.get_meta_data(0)["duration"] / 1000
        with imageio.get_writer(target, mode="I", duration=seconds) as writer:
            for frame in reader:
                writer.append_data(frame[:, :, 1])
    with Image.open(target) as made:
        assert made.n_frames == 4 and made.info["duration"] == 70
    assert [image.shape for image in imageio.mimread(target)] == [(12, 16, 4)] * 4


@pytest.mark.parametrize("name", ["PNG-PIL", "png", ".png", "x.png", "Png-Pil"])
def test_names_of_2_9_select_pillows_formats(name) -> None:
    data = imageio.imwrite(imageio.RETURN_BYTES, picture(), name)
    with Image.open(io.BytesIO(data)) as made:
        assert made.format == "PNG" and (np.asarray(made) == picture()).all()
    assert (imageio.imread(data, name) == picture()).all()


def test_a_named_format_reads_nothing_else(gif) -> None:
    with pytest.raises(iio.DecodeError, match="PNG"):
        imageio.imread(gif, "PNG-PIL")


@pytest.mark.parametrize("extension", ["bmp", "jpg", "jp2", "tif", "tga", "ppm", "ico", "webp"])
def test_every_format_says_which_it_is(extension, tmp_path) -> None:
    path = tmp_path / f"x.{extension}"
    Image.fromarray(picture(16, 16)).save(path)
    with imageio.get_reader(path) as reader:
        assert reader.format is imageio.formats[extension]
        assert reader.get_data(0).shape[:2] == (16, 16)
        assert isinstance(reader.get_meta_data(), dict)
        assert len(reader) == 1


def test_every_format_is_documented(capsys) -> None:
    for format in imageio.formats:
        imageio.help(format.name)
        shown = capsys.readouterr().out
        assert shown.startswith(f"{format.name} - "), format.name
        assert format.doc == shown[:-1]
    imageio.show_formats()
    assert "PNG-PIL" in capsys.readouterr().out


def test_errors_are_those_that_scripts_catch(gif, tmp_path) -> None:
    with pytest.raises(FileNotFoundError):
        imageio.imread(tmp_path / "no.png")
    with pytest.raises(IndexError), imageio.get_reader(gif) as reader:
        reader.get_data(99)
    with pytest.raises(IndexError):
        imageio.imread(gif, "NO-SUCH-FORMAT")
    with pytest.raises(ValueError, match="volume"):
        imageio.volread(gif)
    with pytest.raises(RuntimeError):
        imageio.mimread(gif, memtest="100B")
    with pytest.raises(TypeError):
        imageio.imread(gif, no_such_option=1)
    with pytest.raises(OSError, match="PNG"):
        imageio.imread(b"\x89PNG\r\n\x1a\n garbage")


def test_metadata_is_written(tmp_path) -> None:
    path = tmp_path / "x.png"
    with imageio.get_writer(path) as writer:
        writer.append_data(imageio.Array(picture(), {"Title": "a", "Author": "b"}), {"Title": "c"})
    with Image.open(path) as made:
        assert made.text == {"Title": "c", "Author": "b"}
    assert imageio.imread(path).meta.Title == "c"


def test_another_order_is_taken_from_the_environment(tmp_path) -> None:
    path = tmp_path / "x.png"
    Image.fromarray(picture()).save(path)
    code = "import sys, iio_core.v2 as imageio; print(next(iter(imageio.formats)).name)"
    code += "; print(imageio.imread(sys.argv[1]).shape)"
    for variable in ("IMAGEIO_FORMAT_ORDER", "IIO_FORMAT_ORDER"):
        command = [sys.executable, "-c", code, str(path)]
        done = subprocess.run(
            command,
            env=os.environ | {variable: "XBM-PIL, -PIL"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.split("\n")[:2] == ["XBM-PIL", "(12, 16, 3)"], done.stderr


OTHERS = [
    ("iio_video", "mp4", None),
    ("iio_video", "swf", None),
    ("iio_medical", "nii", None),
    ("iio_medical", "mha", None),
    ("iio_medical", "dcm", None),
    ("iio_sci", "fits", None),
    ("iio_sci", "hdr", None),
    ("iio_sci", "pfm", None),
    ("iio_sci", "npz", None),
    ("iio_retro", "xpm", None),
    ("iio_codecs", "jxl", None),
    ("iio_freeimage", "png", "PNG-FI"),
]


@pytest.mark.parametrize("source", ["png", "jpg"])
@pytest.mark.parametrize(("wheel", "extension", "name"), OTHERS)
def test_what_only_describes_an_array_is_not_told_as_lost(
    source, wheel, extension, name, tmp_path, recwarn
) -> None:
    pytest.importorskip(wheel)
    Image.fromarray(picture(64, 64)).save(tmp_path / f"a.{source}")
    image = imageio.imread(tmp_path / f"a.{source}")
    assert {"mode", "shape"} <= image.meta.keys()
    if extension in ("mp4", "swf"):
        imageio.mimwrite(tmp_path / f"x.{extension}", [image] * 5)
    else:
        imageio.imwrite(tmp_path / f"x.{extension}", image, name)
    assert [str(w.message) for w in recwarn if w.category is iio.MetadataWarning] == []


@pytest.mark.parametrize(("wheel", "extension", "name"), OTHERS)
def test_what_is_lost_is_told_once_at_the_line_of_the_script(
    wheel, extension, name, tmp_path, recwarn
) -> None:
    pytest.importorskip(wheel)
    image = imageio.core.Array(picture(64, 64), {"mode": "night", "mood": {1: 2}, "shape": (64,)})
    if extension in ("mp4", "swf"):
        imageio.mimwrite(tmp_path / f"x.{extension}", [image] * 5)
    else:
        imageio.imwrite(tmp_path / f"x.{extension}", image, name)
    (told,) = (w for w in recwarn if w.category is iio.MetadataWarning)
    assert told.filename == __file__ and f"x.{extension}: " in str(told.message)
    assert "mood" in str(told.message) and "shape" not in str(told.message)
    # A mode that is none of Pillow's is no description of the array.
    assert "mode" in str(told.message) or extension in ("fits", "hdr", "mha")
