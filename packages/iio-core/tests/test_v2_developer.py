"""Formats that people wrote for imageio 2.9 run: the template of its documentation, and others."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.v2.core import Format, Request

TEMPLATE = Path(__file__).with_name("template_plugin.txt").read_text("utf-8")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Leave no format behind."""
    yield
    for format in imageio.formats.added():
        imageio.formats.remove_format(format.name)


@pytest.fixture
def template() -> dict[str, Any]:
    """Run the template of section 4.2.4 of imageio 2.9's documentation, its imports changed."""
    names: dict[str, Any] = {}
    exec(TEMPLATE, names)
    return names


class Raw(Format):
    """Raw images: a line with height and width, the pixels, then the next.

    Parameters for reading
    ----------------------
    invert : bool
        Whether black is white.
    """

    def _can_read(self, request):
        return request.mode[1] in self.modes + "?" and request.firstbytes.startswith(b"RAW")

    def _can_write(self, request):
        return request.mode[1] in self.modes + "?" and request.extension in self.extensions

    class Reader(Format.Reader):
        def _open(self, invert=False):
            self._invert = invert
            _, *self._lines = self.request.get_file().read().split(b"\n", 1)[0:2]
            data = self._lines[0] if self._lines else b""
            self._images = [np.frombuffer(p, np.uint8) for p in data.split(b"|") if p]

        def _get_length(self):
            return len(self._images)

        def _get_data(self, index):
            if not 0 <= index < len(self._images):
                raise IndexError(f"no image {index}")
            image = self._images[index].reshape(2, -1)
            return (255 - image if self._invert else image), {"number": index}

        def _get_meta_data(self, index):
            return {"images": len(self._images)} if index is None else {"number": index}

    class Writer(Format.Writer):
        def _open(self, fail_at=-1):
            self._fail_at = fail_at
            self._count = 0
            self._file = self.request.get_file()
            self._file.write(b"RAW\n")
            self.meta = {}

        def _append_data(self, im, meta):
            if self._count == self._fail_at:
                raise RuntimeError("the disk is a teapot")
            self._file.write(im.tobytes() + b"|")
            self._count += 1
            self.meta = meta

        def _set_meta_data(self, meta):
            self.meta = meta


@pytest.fixture
def raw() -> Raw:
    format = Raw("raw-x", "Raw things", ".rawx", "iI")
    imageio.formats.add_format(format)
    return format


class Stream:
    """A file object that cannot go back."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, n: int = -1) -> bytes:
        return self._file.read(n)


IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)


# The template sets `shape`, of which newer NumPys warn.
@pytest.mark.filterwarnings("ignore:Setting the shape:DeprecationWarning")
class TestTheTemplate:
    def test_is_found_by_its_extension_and_reads(self, template, tmp_path) -> None:
        path = tmp_path / "x.foobar"
        path.write_bytes(b"\x01\x02\x03")
        image = imageio.imread(path)
        assert image.tolist() == [[1], [2], [3]]
        assert image.meta == {}

    def test_is_listed_and_described(self, template, capsys) -> None:
        assert "DUMMY" in imageio.formats.get_format_names()
        assert imageio.formats["dummy"] is template["format"]
        assert imageio.formats["x.foobar"] is template["format"]
        assert template["format"] in list(imageio.formats)
        assert "An example format that does nothing." in str(imageio.formats)
        imageio.help("foobar")
        shown = capsys.readouterr().out
        assert "DUMMY - An example format that does nothing." in shown
        assert "Parameters for reading" in shown

    def test_takes_its_options(self, template) -> None:
        with imageio.get_reader(b"abc", "dummy", length=3) as reader:
            assert len(reader) == reader.get_length() == 3
            assert [image.shape for image in reader] == [(3, 1)] * 3
            with pytest.raises(IndexError):
                reader.get_data(3)
            assert reader.format is template["format"]
            assert reader.request.kwargs == {"length": 3}
        with pytest.raises(TypeError):
            imageio.get_reader(b"abc", "dummy", no_such_option=1)

    def test_refuses_to_write_and_leaves_what_was_there(self, template, tmp_path) -> None:
        path = tmp_path / "x.foobar"
        path.write_bytes(b"old")
        with pytest.raises(RuntimeError, match="cannot write image data"):
            imageio.imwrite(path, IMAGE)
        with imageio.get_writer(path) as writer, pytest.raises(RuntimeError, match="meta data"):
            writer.set_meta_data({})
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x.foobar"]

    def test_is_a_plugin_for_the_other_calls(self, template, tmp_path) -> None:
        path = tmp_path / "x.foobar"
        path.write_bytes(b"\x01\x02\x03")
        assert iio.imread(path).tolist() == [[1], [2], [3]]
        assert type(iio.imread(path)) is np.ndarray
        assert iio.imread(path, index=..., length=2).shape == (2, 3, 1)
        assert iio.improps(path, index=0).shape == (3, 1)
        assert iio.immeta(path) == {}
        assert [i.shape for i in iio.imiter(path, length=4)] == [(3, 1)] * 4
        assert iio.registry.find("dummy").spec.formats[0].extensions[0] == ".foobar"
        assert iio.explain(path).chosen.plugin.spec.name == "dummy"
        with pytest.raises(iio.OptionError, match="some_option"):
            iio.imread(path, some_optoin=True)
        with pytest.raises(iio.EncodeError, match="cannot write image data"):
            iio.imwrite(tmp_path / "y.foobar", IMAGE)
        assert not (tmp_path / "y.foobar").exists()


class TestAnAddedFormat:
    def test_round_trips(self, raw, tmp_path) -> None:
        path = tmp_path / "a.rawx"
        imageio.mimwrite(path, [IMAGE, IMAGE + 1])
        first, second = imageio.mimread(path)
        assert (first == IMAGE).all() and (second == IMAGE + 1).all()
        assert second.meta.number == 1
        assert imageio.imread(path, invert=True)[0, 0] == 255
        with imageio.get_reader(path) as reader:
            assert reader.get_meta_data() == {"images": 2}

    def test_is_written_by_the_other_calls(self, raw, tmp_path) -> None:
        path = tmp_path / "a.rawx"
        iio.imwrite(path, IMAGE)
        assert path.read_bytes() == b"RAW\n" + IMAGE.tobytes() + b"|"
        data = iio.imwrite("<bytes>", IMAGE, extension=".rawx")
        assert (iio.imread(data, extension=".rawx") == IMAGE).all()

    def test_is_asked_about_other_files_only_if_nobody_else_can(self, raw, fake) -> None:
        data = b"RAW\n" + IMAGE.tobytes() + b"|"
        assert (imageio.imread(data) == IMAGE).all()
        assert (imageio.imread(io.BytesIO(data)) == IMAGE).all()
        assert (imageio.imread(Stream(data)) == IMAGE).all()

    def test_is_not_asked_about_what_is_damaged(self, raw, fake, monkeypatch) -> None:
        asked = []
        monkeypatch.setattr(Raw, "_can_read", lambda self, request: asked.append(request))
        with pytest.raises(iio.DecodeError):
            imageio.imread(fakes.MAGIC + b"I", ".fake")
        assert asked == []

    def test_comes_first_for_its_extension(self, raw, fake, tmp_path) -> None:
        other = Raw("fake-2", "In place of fakes", ".fake", "iI")
        imageio.formats.add_format(other)
        path = tmp_path / "x.fake"
        path.write_bytes(b"RAW\n\x01\x02|")
        assert imageio.imread(path).tolist() == [[1], [2]]
        path.write_bytes(fakes.encode(IMAGE))  # which it says that it cannot read
        assert (imageio.imread(path) == IMAGE).all()
        imageio.formats.remove_format("fake-2")
        assert imageio.formats["fake"].name == "FAKE"

    def test_that_fails_to_write_leaves_the_old_file(self, raw, tmp_path) -> None:
        path = tmp_path / "a.rawx"
        path.write_bytes(b"old")
        with pytest.raises(RuntimeError, match="teapot"):
            imageio.mimwrite(path, [IMAGE, IMAGE], fail_at=1)
        assert path.read_bytes() == b"old"
        writer = imageio.get_writer(path, fail_at=1)
        writer.append_data(IMAGE)
        with pytest.raises(RuntimeError, match="teapot"):
            writer.append_data(IMAGE)
        writer.close()
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["a.rawx"]

    def test_keeps_what_was_accepted_before_an_error_of_the_caller(self, raw, tmp_path) -> None:
        path = tmp_path / "a.rawx"
        with contextlib.suppress(KeyError), imageio.get_writer(path) as writer:
            writer.append_data(IMAGE)
            raise KeyError("of the caller")
        assert (imageio.imread(path) == IMAGE).all()

    def test_that_fails_to_open_leaves_nothing_open(self, raw, tmp_path, monkeypatch) -> None:
        def fail(self: Any) -> None:
            opened.append(self.request.get_file())
            raise RuntimeError("not today")

        opened: list[Any] = []
        monkeypatch.setattr(Raw.Reader, "_open", fail)
        path = tmp_path / "a.rawx"
        path.write_bytes(b"RAW\n")
        with pytest.raises(RuntimeError, match="not today"):
            imageio.get_reader(path)
        assert opened[0].closed

    def test_can_be_overwritten_and_removed(self, raw, tmp_path) -> None:
        again = Raw("RAW-X", "Another", ".rawy", "i")
        with pytest.raises(ValueError, match="RAW-X already"):
            imageio.formats.add_format(again)
        imageio.formats.add_format(again, overwrite=True)
        assert imageio.formats["raw-x"] is again
        assert iio.registry.find("raw-x").spec.title == "Another"
        path = tmp_path / "x.rawx"
        path.write_bytes(b"RAW\n" + IMAGE.tobytes() + b"|")
        with pytest.raises(iio.NoPluginError):
            iio.imread(path)
        imageio.formats.remove_format("raw-x")
        assert iio.registry.find("raw-x") is None
        with pytest.raises(IndexError):
            imageio.formats["raw-x"]
        with pytest.raises(IndexError):
            imageio.formats.remove_format("raw-x")

    def test_takes_the_place_of_a_plugins_format_until_it_is_removed(self, fake) -> None:
        plugins = imageio.formats["FAKE"]
        with pytest.raises(ValueError, match="FAKE already"):
            imageio.formats.add_format(Raw("fake", "Mine", ".fake", "i"))
        mine = Raw("fake", "Mine", ".fake", "i")
        imageio.formats.add_format(mine, overwrite=True)
        assert imageio.formats["FAKE"] is mine
        imageio.formats.remove_format("fake")
        assert imageio.formats["FAKE"].extensions == plugins.extensions

    def test_is_an_instance(self) -> None:
        for wrong in (Raw, "raw", None):
            with pytest.raises(ValueError, match="not an instance"):
                imageio.formats.add_format(wrong)


class TestAFormat:
    def test_describes_itself(self) -> None:
        format = Raw("name", "Some title", "png, .JPG tif", "iV")
        assert format.name == "NAME"
        assert format.description == "Some title"
        assert format.extensions == (".png", ".jpg", ".tif")
        assert format.modes == "iV"
        assert format.doc.startswith("NAME - Some title\n\nRaw images: a line")
        assert str(format) == format.doc
        assert repr(format) == "<Format NAME - Some title>"

    @pytest.mark.parametrize(
        "wrong", [(1, "d"), ("n", 1), ("n", "d", [1]), ("n", "d", ".png", "x"), ("n", "d", ". .")]
    )
    def test_refuses_what_is_no_description(self, wrong) -> None:
        with pytest.raises(ValueError, match=r".") as caught:
            Format(*wrong)
        assert isinstance(caught.value, iio.OptionError)

    def test_can_do_nothing_by_itself(self) -> None:
        format, request = Format("n", "d", ".x"), Request(b"", "r?", extension=".x")
        assert not format.can_read(request) and not format.can_write(request)
        for at_work in (format.get_reader, format.get_writer):
            with pytest.raises(iio.NoPluginError, match="has no"):
                at_work(request)


class TestARequest:
    def test_tells_what_is_read(self, tmp_path) -> None:
        path = tmp_path / "A.PNG"
        path.write_bytes(bytes(range(256)) * 2)
        request = Request(path, "rI", level=3)
        assert request.filename.endswith("A.PNG")
        assert request.extension == ".png"
        assert request.mode == "rI"
        assert request.kwargs == {"level": 3}
        assert request.firstbytes == bytes(range(256))
        file = request.get_file()
        assert file is request.get_file()
        assert file.read() == bytes(range(256)) * 2
        assert Path(request.get_local_filename()) == path
        assert request.get_result() is None
        request.finish()
        assert file.closed
        request.finish()

    def test_gives_bytes_a_path_until_it_is_finished(self) -> None:
        request = Request(b"abc", "r?", extension=".txt")
        path = Path(request.get_local_filename())
        assert path.read_bytes() == b"abc" and path.suffix == ".txt"
        request.finish()
        assert not path.exists()

    def test_writes_all_or_nothing(self, tmp_path) -> None:
        path = tmp_path / "x.txt"
        path.write_bytes(b"old")
        request = Request(path, "w?")
        assert request.firstbytes == b""
        request.get_file().write(b"new")
        assert path.read_bytes() == b"old"
        request.finish()
        assert path.read_bytes() == b"new"
        request = Request(path, "w?")
        Path(request.get_local_filename()).write_bytes(b"newer")
        request.abort()
        assert path.read_bytes() == b"new"
        request = Request(path, "w?")
        Path(request.get_local_filename()).write_bytes(b"newest")
        request.finish()
        assert path.read_bytes() == b"newest"
        assert os.listdir(tmp_path) == ["x.txt"]

    def test_has_the_bytes_that_were_written(self) -> None:
        request = Request("<bytes>", "wi", extension=".txt")
        request.get_file().write(b"abc")
        assert request.get_result() is None
        request.finish()
        assert request.get_result() == b"abc"

    def test_without_anything_written_makes_no_file(self, tmp_path) -> None:
        for touch in (False, True):
            request = Request(tmp_path / "x", "w?")
            if touch:
                request.get_file()
            request.finish()
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("mode", ["", "x?", "r", "rx", "rii", None])
    def test_refuses_other_modes(self, mode) -> None:
        with pytest.raises(ValueError, match="mode="):
            Request(b"", mode)


class ReadOnly(Format):
    """Three images; nothing is written."""

    def _can_read(self, request):
        return request.mode[1] in self.modes + "?" and request.extension in self.extensions

    class Reader(Format.Reader):
        def _open(self):
            pass

        def _get_length(self):
            return 3

        def _get_data(self, index):
            return np.full((2, 2), index, np.uint8), {}

        def _get_meta_data(self, index):
            return {}


def test_a_format_without_a_writer_writes_nothing(tmp_path):
    imageio.formats.add_format(ReadOnly("ro", "Read only", ".ro", "iI"))
    for write in (imageio.imwrite, iio.imwrite):
        with pytest.raises(iio.NoPluginError, match=r"no installed plugin writes \.ro"):
            write(tmp_path / "x.ro", np.zeros((2, 2), np.uint8))
    with pytest.raises(iio.NoPluginError, match="RO has no Writer"):
        imageio.imwrite(tmp_path / "x.ro", np.zeros((2, 2), np.uint8), format="ro")
    with pytest.raises(iio.NoPluginError, match="NONE has no Reader"):
        imageio.imread(b"abc", format=Format("none", "Nothing"))
    assert not any(tmp_path.iterdir())


def test_a_format_without_volumes_is_not_asked_for_one():
    imageio.formats.add_format(ReadOnly("ro", "Read only", ".ro", "iI"))
    assert len(imageio.mimread(b"abc", ".ro")) == 3
    for format in (".ro", "ro", imageio.formats["ro"]):
        with pytest.raises(ValueError, match="RO cannot read a volume"):
            imageio.volread(b"abc", format)
        with pytest.raises(ValueError, match="RO cannot read volumes"):
            imageio.mvolread(b"abc", format)
        with pytest.raises(ValueError, match="RO cannot read a volume"):
            imageio.get_reader(b"abc", format, mode="v")
    with pytest.raises(ValueError, match="RO cannot write a volume; it holds an image or images"):
        imageio.volwrite("<bytes>", np.zeros((2, 2, 2), np.uint8), "ro")
