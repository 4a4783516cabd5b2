"""The calls of imageio 2.9, on a plugin with a table of its names and on one without."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import math
import os
import warnings
from collections.abc import Iterator

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio
from iio_core.v2 import LegacyFormat

IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)
VOLUME = np.arange(40, dtype=np.uint8).reshape(2, 4, 5)


class Legacy(LegacyFormat):
    """Calls `gain` by another name, doubles it unless told otherwise, and can negate."""

    def names(self, *, writing):
        return ("quality",) if writing else ("brightness", "negate")

    def reading(self, options):
        options = {"brightness": 2} | dict(options)
        options.pop("negate", None)
        return {("gain" if name == "brightness" else name): v for name, v in options.items()}

    def finish(self, options):
        return np.invert if options.get("negate") else None

    def writing(self, options):
        return {("level" if name == "quality" else name): v for name, v in options.items()}


TABLE = (Legacy(name="FAKE-X", format="FAKE", modes="iIvV", description="Fakes"),)


@pytest.fixture
def legacy(monkeypatch) -> Iterator[iio.Registry]:
    """Have the plugin of `fakes`, with a table."""
    monkeypatch.setattr(fakes, "TABLE", TABLE, raising=False)
    with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")) as registry:
        yield registry


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "x.fake"
    made.write_bytes(fakes.encode(IMAGE, IMAGE + 10, IMAGE + 20, meta={"a": {"b": 1}}))
    return made


class TestReading:
    def test_an_image_is_the_first_with_its_metadata(self, fake, path) -> None:
        image = imageio.imread(path)
        assert type(image) is imageio.Array
        assert (image == IMAGE).all()
        assert image.meta.a.b == 1
        image[0, 0] = 9  # the caller's own

    @pytest.mark.parametrize("cut", [0, 3], ids=["whole", "cut"])
    def test_a_loop_ends_as_those_over_videos_do(self, fake, path, cut) -> None:
        data = path.read_bytes()
        path.write_bytes(data[: len(data) - cut])
        images = []
        with imageio.get_reader(path) as reader:
            while True:
                try:
                    images.append(reader.get_next_data())
                except imageio.core.CannotReadFrameError as error:
                    end = error
                    break
        assert len(images) == (2 if cut else 3)
        assert isinstance(end, RuntimeError) and isinstance(end, iio.IIOError)
        assert isinstance(end, iio.DecodeError if cut else iio.FrameIndexError)
        assert str(path) in str(end) and end.__cause__ is not None

    def test_all_images(self, fake, path) -> None:
        images = imageio.mimread(path)
        assert [int(i[0, 0]) for i in images] == [0, 10, 20]
        assert all(i.meta.a.b == 1 for i in images)

    @pytest.mark.parametrize("kind", ["str", "path", "bytes", "file", "home", "bytearray"])
    def test_every_kind_of_resource(self, fake, path, kind, monkeypatch) -> None:
        monkeypatch.setenv("HOME", str(path.parent))
        monkeypatch.setenv("USERPROFILE", str(path.parent))
        data = path.read_bytes()
        file = io.BytesIO(data)
        given = {"str": str(path), "path": path, "bytes": data, "file": file, "home": "~/x.fake"}
        assert (imageio.imread(given.get(kind, bytearray(data))) == IMAGE).all()
        assert not file.closed

    def test_options_by_their_old_names(self, legacy, path) -> None:
        assert imageio.imread(path)[1, 2] == 10  # doubled
        assert imageio.imread(path, brightness=3)[1, 2] == 15
        assert imageio.imread(path, negate=True)[1, 2] == 245
        assert imageio.imread(path, strict=True, gain=1)[1, 2] == 5  # ours work, too

    def test_unknown_options_are_refused_with_the_nearest(self, legacy, path) -> None:
        with pytest.raises(TypeError, match=r"'brigthness'.*'brightness'"):
            imageio.imread(path, brigthness=1)
        with pytest.raises(iio.OptionError, match="quality"):
            imageio.imwrite(path, IMAGE, qualty=1)

    def test_options_of_one_image(self, legacy, path) -> None:
        with imageio.get_reader(path, strict=True, brightness=1) as reader:
            assert reader.get_data(0)[1, 2] == 5
            assert reader.get_data(0, brightness=4)[1, 2] == 20
            assert reader.get_data(0, negate=True)[1, 2] == 250
            assert reader.get_next_data(brightness=2)[0, 0] == 20
            assert reader.get_data(0)[1, 2] == 5
            with pytest.raises(iio.OptionError):
                reader.get_data(0, wrong=1)

    def test_a_missing_file_is_not_found(self, fake, tmp_path) -> None:
        with pytest.raises(FileNotFoundError):
            imageio.imread(tmp_path / "no.fake")
        with pytest.raises(FileNotFoundError):
            imageio.get_reader(tmp_path / "no.fake", "FAKE")

    def test_garbage_is_nobodys(self, fake) -> None:
        with pytest.raises(ValueError, match="no plugin recognizes"):
            imageio.imread(b"garbage")

    def test_what_is_damaged_says_so_and_is_closed(self, fake, path) -> None:
        data = path.read_bytes()[:-4]
        path.write_bytes(data)
        with pytest.raises(iio.DecodeError, match="fake"):
            imageio.mimread(path)
        path.unlink()  # which Windows refuses while it is open


class TestAReader:
    @pytest.fixture
    def reader(self, fake, path):
        with imageio.get_reader(path) as reader:
            yield reader

    def test_knows_what_it_reads(self, reader, path) -> None:
        assert reader.get_length() == len(reader) == 3
        assert reader.format is imageio.formats["FAKE"]
        assert reader.request.filename == str(path)
        assert reader.request.mode == "r?"
        assert not reader.closed
        assert "x.fake, open" in repr(reader)

    def test_reads_one_after_the_other_from_the_first(self, reader) -> None:
        assert [int(reader.get_next_data()[0, 0]) for _ in range(3)] == [0, 10, 20]
        with pytest.raises(IndexError):
            reader.get_next_data()
        reader.set_image_index(1)
        assert reader.get_next_data()[0, 0] == 10
        assert reader.get_data(0)[0, 0] == 0
        assert reader.get_next_data()[0, 0] == 10

    def test_is_iterated_over_more_than_once(self, reader) -> None:
        for _ in range(2):
            assert [int(image[0, 0]) for image in reader] == [0, 10, 20]
        assert [image.meta.a.b for image in reader.iter_data()] == [1, 1, 1]

    def test_has_metadata_of_the_file_and_of_images(self, reader) -> None:
        assert reader.get_meta_data() == {"images": 3}
        assert reader.get_meta_data(index=2).a.b == 1
        with pytest.raises(IndexError):
            reader.get_meta_data(3)

    @pytest.mark.parametrize("index", [3, 1000, -4])
    def test_an_index_that_is_not_there_is_an_index_error(self, reader, index) -> None:
        with pytest.raises(IndexError):
            reader.get_data(index)

    @pytest.mark.parametrize("index", ["a", 1.5, None, [0]])
    def test_an_index_is_a_whole_number(self, reader, index) -> None:
        with pytest.raises(TypeError):
            reader.get_data(index)

    def test_forwards_what_it_does_not_know(self, reader) -> None:
        assert reader.container == "fake"
        with pytest.raises(AttributeError):
            _ = reader.no_such_thing

    def test_that_is_closed_is_not_used(self, reader) -> None:
        reader.close()
        reader.close()
        assert reader.closed
        for use in (
            lambda: reader.get_data(0),
            reader.get_next_data,
            reader.get_length,
            reader.get_meta_data,
            lambda: len(reader),
            lambda: next(iter(reader)),
            reader.__enter__,
            lambda: reader.set_image_index(0),
        ):
            with pytest.raises(RuntimeError, match="this Reader is closed"):
                use()

    def test_lets_go_of_the_file(self, fake, path) -> None:
        reader = imageio.get_reader(path)
        inner = reader._session._reader
        del reader
        assert inner.closed
        path.unlink()

    def test_of_a_stream_is_of_unknown_length(self) -> None:
        stub = fakes.StubReader(IMAGE, IMAGE, count=lambda: None)
        plugin = fakes.reading(lambda r, f, /: stub)
        with iio.use(fakes.spec("s", fakes.format("S", ".s"), plugin=plugin)):
            reader = imageio.get_reader(b"x", ".s")
            assert reader.get_length() == math.inf
            with pytest.raises(TypeError, match="get_length"):
                len(reader)
            assert reader
            assert len(list(reader)) == 2
            assert len(imageio.mimread(b"x", ".s")) == 2

    def test_of_what_has_only_metadata_is_empty(self) -> None:
        stub = fakes.StubReader()
        plugin = fakes.reading(lambda r, f, /: stub)
        with iio.use(fakes.spec("s", fakes.format("S", ".s"), plugin=plugin)):
            assert imageio.get_reader(b"x", ".s").get_length() == 0
            assert imageio.mimread(b"x", ".s") == []
            assert imageio.mvolread(b"x", ".s") == []
            with pytest.raises(IndexError):
                imageio.imread(b"x", ".s")


class TestModes:
    @pytest.mark.parametrize("mode", ["x", "", "ii", None, 1, "iI", b"i"])
    def test_others_are_refused(self, fake, path, mode) -> None:
        for opener in (imageio.get_reader, imageio.get_writer):
            with pytest.raises(ValueError, match="mode="):
                opener(path, mode=mode)

    @pytest.mark.parametrize("mode", "iIvV?")
    def test_each_is_told_to_the_format(self, fake, path, mode) -> None:
        with imageio.get_reader(path, mode=mode) as reader:
            assert reader.request.mode == f"r{mode}"

    def test_images_are_one_volume(self, fake, path) -> None:
        volume = imageio.volread(path)
        assert volume.shape == (3, 2, 3) and volume[2, 0, 0] == 20
        assert volume.meta == {"images": 3}
        assert [v.shape for v in imageio.mvolread(path)] == [(3, 2, 3)]
        with imageio.get_reader(path, mode="v") as reader:
            assert len(reader) == 1
            with pytest.raises(IndexError):
                reader.get_data(1)

    def test_what_is_a_volume_is_read_as_one(self, fake) -> None:
        data = fakes.encode(VOLUME, VOLUME + 1)
        assert imageio.volread(data).shape == (2, 4, 5)
        assert [int(v[0, 0, 0]) for v in imageio.mvolread(data)] == [0, 1]

    def test_what_a_format_cannot_hold_is_refused(self, monkeypatch, path) -> None:
        table = (LegacyFormat(name="FLAT", format="FAKE", modes="i"),)
        monkeypatch.setattr(fakes, "TABLE", table, raising=False)
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
            for name in (None, "FLAT"):
                with pytest.raises(ValueError, match="FLAT cannot read a volume; it holds an im"):
                    imageio.volread(path, name)
                with pytest.raises(ValueError, match="FLAT cannot write a volume"):
                    imageio.volwrite(path, VOLUME, name)
            assert len(imageio.mimread(path)) == 3  # several may be one


class TestWriting:
    def test_an_image(self, fake, tmp_path) -> None:
        path = tmp_path / "x.fake"
        assert imageio.imwrite(path, IMAGE) is None
        assert (imageio.imread(path) == IMAGE).all()

    def test_to_memory(self, fake) -> None:
        for format in ("fake", ".fake", "x.fake", "FAKE", "Fake"):
            data = imageio.imwrite(imageio.RETURN_BYTES, IMAGE, format)
            assert data == fakes.encode(IMAGE)
        file = io.BytesIO()
        imageio.imsave(file, IMAGE, "fake")
        assert file.getvalue() == data

    def test_several(self, fake) -> None:
        expected = fakes.encode(*VOLUME)
        for images in (list(VOLUME), iter(VOLUME), VOLUME):
            assert imageio.mimwrite("<bytes>", images, "fake") == expected

    def test_volumes(self, fake) -> None:
        assert imageio.volwrite("<bytes>", VOLUME, "fake") == fakes.encode(VOLUME)
        made = imageio.mvolwrite("<bytes>", [VOLUME, VOLUME], "fake")
        assert made == fakes.encode(VOLUME, VOLUME)

    def test_a_volume_slice_by_slice_where_the_format_wants_it(self, monkeypatch) -> None:
        table = (LegacyFormat(name="SLICED", format="FAKE", modes="v", slices=True),)
        monkeypatch.setattr(fakes, "TABLE", table, raising=False)
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
            assert imageio.volwrite("<bytes>", VOLUME, "fake") == fakes.encode(*VOLUME)

    def test_options_by_their_old_names(self, legacy) -> None:
        assert imageio.imwrite("<bytes>", IMAGE, "FAKE-X", quality=5) == fakes.encode(IMAGE)
        with pytest.raises(TypeError, match="level goes up to 9"):
            imageio.imwrite("<bytes>", IMAGE, "FAKE-X", quality=11)

    def test_metadata_goes_along_and_more_wins(self, fake) -> None:
        image = imageio.Array(IMAGE, {"a": 1, "b": 2})
        assert imageio.imread(imageio.imwrite("<bytes>", image, "fake")).meta == {"a": 1, "b": 2}
        writer = imageio.get_writer("<bytes>", "fake")
        writer.append_data(image, {"b": 3})
        writer.append_data(image, meta={"c": 4})
        writer.append_data(IMAGE)
        writer.close()
        found = [i.meta for i in imageio.mimread(writer.request.get_result())]
        assert found == [{"a": 1, "b": 3}, {"a": 1, "b": 2, "c": 4}, {}]
        assert image.meta == {"a": 1, "b": 2}

    def test_metadata_of_the_file_is_set_before_its_images(self, fake) -> None:
        with imageio.get_writer("<bytes>", "fake") as writer:
            writer.set_meta_data({"a": 1})
            writer.append_data(IMAGE, {"b": 2})
            with pytest.raises(ValueError, match="before the first image"):
                writer.set_meta_data({"a": 2})
        assert imageio.imread(writer.request.get_result()).meta == {"a": 1, "b": 2}

    def test_floats_become_8_bits_and_are_told(self, fake) -> None:
        with pytest.warns(iio.IIOWarning, match="float64 is converted to uint8") as caught:
            data = imageio.imwrite("<bytes>", np.array([[0, 0.5, 1]]), "fake")
        assert caught[0].filename == __file__
        assert imageio.imread(data).tolist() == [[0, 127, 255]]

    def test_one_channel_is_gray(self, fake) -> None:
        data = imageio.imwrite("<bytes>", IMAGE[:, :, None], "fake")
        assert imageio.imread(data).shape == (2, 3)

    @pytest.mark.parametrize(
        "wrong",
        ["text", 5, np.zeros(3), np.zeros((2, 2, 5)), np.zeros((2, 2, 2, 2)), None, [[1], []]],
    )
    def test_what_is_no_image_is_refused(self, fake, tmp_path, wrong) -> None:
        for write, given in ((imageio.imwrite, wrong), (imageio.mimwrite, [wrong])):
            with pytest.raises(ValueError, match=r"array|image"):
                write(tmp_path / "x.fake", given)
        assert os.listdir(tmp_path) == []

    @pytest.mark.parametrize("wrong", [np.zeros((2, 2)), np.zeros((2, 2, 2, 32))])
    def test_what_is_no_volume_is_refused(self, fake, wrong) -> None:
        with pytest.raises(ValueError, match="not a volume"):
            imageio.volwrite("<bytes>", wrong, "fake")

    @pytest.mark.parametrize("wrong", [[], iter(()), 5, "text", b"bytes"])
    def test_something_has_to_be_written(self, fake, tmp_path, wrong) -> None:
        path = tmp_path / "x.fake"
        path.write_bytes(b"old")
        with pytest.raises(ValueError, match=r"nothing to write|not several images"):
            imageio.mimwrite(path, wrong)
        assert path.read_bytes() == b"old"

    def test_an_unknown_extension_is_refused(self, fake, tmp_path) -> None:
        with pytest.raises(ValueError, match=r"no installed plugin writes \.nope"):
            imageio.imwrite(tmp_path / "x.nope", IMAGE)
        with pytest.raises(ValueError, match="has no extension"):
            imageio.imwrite("<bytes>", IMAGE)

    @pytest.mark.parametrize("error", ["of the encoder", "of the caller", "interrupt"])
    def test_one_call_writes_all_or_nothing(self, fake, tmp_path, error) -> None:
        path = tmp_path / "x.fake"
        path.write_bytes(b"old")

        def images() -> Iterator[np.ndarray]:
            yield IMAGE
            if error == "of the caller":
                raise KeyError("mine")
            yield IMAGE

        options = {"of the encoder": {"fail": "no"}, "interrupt": {"fail": "interrupt"}}
        expected = {"of the encoder": iio.EncodeError, "interrupt": KeyboardInterrupt}
        with pytest.raises(expected.get(error, KeyError)):
            imageio.mimwrite(path, images(), **options.get(error, {}))
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x.fake"]


class TestAWriter:
    def test_keeps_what_was_accepted(self, fake, tmp_path) -> None:
        path = tmp_path / "x.fake"
        with contextlib.suppress(KeyError), imageio.get_writer(path) as writer:
            writer.append_data(IMAGE)
            raise KeyError("of the caller")
        assert path.read_bytes() == fakes.encode(IMAGE)
        assert os.listdir(tmp_path) == ["x.fake"]

    def test_that_failed_leaves_the_old_file(self, fake, tmp_path) -> None:
        path = tmp_path / "x.fake"
        path.write_bytes(b"old")
        writer = imageio.get_writer(path, fail="in the middle")
        with pytest.raises(iio.EncodeError, match="in the middle"):
            writer.append_data(IMAGE)
        writer.close()
        assert path.read_bytes() == b"old"
        assert os.listdir(tmp_path) == ["x.fake"]

    def test_goes_on_after_an_image_that_was_refused(self, fake) -> None:
        with imageio.get_writer("<bytes>", "fake") as writer:
            writer.append_data(IMAGE)
            for wrong in (np.zeros(3, np.uint8), 5):
                with pytest.raises(ValueError, match="not an image"):
                    writer.append_data(wrong)
            for wrong in (5, "text"):
                with pytest.raises(ValueError, match="not a dictionary"):
                    writer.append_data(IMAGE, wrong)
                with pytest.raises(ValueError, match="not a dictionary"):
                    writer.set_meta_data(wrong)
        assert writer.request.get_result() == fakes.encode(IMAGE)

    def test_knows_what_it_writes(self, fake, tmp_path) -> None:
        writer = imageio.get_writer(tmp_path / "x.fake", mode="I", level=3)
        assert writer.sidecar is None  # the plugin's own
        with pytest.raises(AttributeError):
            _ = writer._no_such_thing
        assert writer.format.name == "FAKE"
        assert writer.request.mode == "wI"
        assert writer.request.kwargs == {"level": 3}
        assert not writer.closed
        writer.close()
        assert writer.closed
        assert os.listdir(tmp_path) == []  # nothing was written

    def test_that_is_closed_is_not_used(self, fake) -> None:
        writer = imageio.get_writer("<bytes>", "fake")
        writer.close()
        writer.close()
        for use in (lambda: writer.append_data(IMAGE), lambda: writer.set_meta_data({})):
            with pytest.raises(RuntimeError, match="this Writer is closed"):
                use()

    def test_that_is_forgotten_is_finished(self, fake, tmp_path) -> None:
        path = tmp_path / "x.fake"
        writer = imageio.get_writer(path)
        writer.append_data(IMAGE)
        assert not path.exists()
        del writer
        assert path.read_bytes() == fakes.encode(IMAGE)


def test_all_names_are_there_and_no_others() -> None:
    for name in imageio.__all__:
        assert getattr(imageio, name) is getattr(imageio, name)
        assert name in dir(imageio)
    assert imageio.read is imageio.get_reader and imageio.save is imageio.get_writer
    for name in ("im", "mim", "vol", "mvol"):
        assert getattr(imageio, f"{name}save") is getattr(imageio, f"{name}write")
    assert imageio.__version__ == iio.__version__
    with pytest.raises(AttributeError):
        _ = imageio.no_such_name
    for module in (imageio.core, imageio.core.format, imageio.core.request, imageio.core.util):
        assert all(hasattr(module, name) for name in module.__all__)


def test_nothing_is_downloaded() -> None:
    with pytest.raises(iio.NoPluginError, match="FreeImage"):
        imageio.plugins.freeimage.download()


def test_nothing_warns_without_a_reason(fake, path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = imageio.mimwrite("<bytes>", imageio.mimread(path), "fake")
    assert data == path.read_bytes()


@pytest.mark.parametrize("call", ["imread", "mimread", "volread", "mvolread"])
def test_mode_of_a_call_that_has_none_names_pilmode(legacy, path, call):
    with pytest.raises(iio.OptionError, match="pilmode"):
        getattr(imageio, call)(path, mode="L")


@pytest.mark.parametrize("index", [None, ..., 1.5, "1", [0, 1], slice(2)])
def test_an_index_is_a_number(legacy, path, index):
    with (
        imageio.get_reader(path) as reader,
        pytest.raises(iio.OptionError, match="not the number of an image"),
    ):
        reader.get_data(index)


def test_behind_the_last_image_the_first_does_not_come_again(legacy, path):
    with imageio.get_reader(path) as reader:
        reader.get_data(-2)
        assert np.array_equal(reader.get_next_data(), reader.get_data(2))
        reader.get_data(-1)
        with pytest.raises(IndexError):
            reader.get_next_data()


@pytest.mark.parametrize("image", [np.zeros((4, 5, 3), np.uint8), IMAGE, np.array(3)])
def test_one_image_is_not_several(legacy, image, tmp_path):
    with pytest.raises(ValueError, match="is one image"):
        imageio.mimwrite(tmp_path / "x.fake", image)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("place", ["<bytes>", io.BytesIO(), "x"])
def test_without_an_extension_format_says_what_to_write(legacy, place):
    with pytest.raises(iio.NoPluginError, match="format='png'"):
        imageio.imwrite(place, IMAGE)


def test_a_format_may_iterate_in_its_own_way(monkeypatch, path):
    class Backwards(LegacyFormat):
        def iter(self, session, mode, options):
            return reversed(list(session.iter(**options)))

    table = (Backwards(name="FAKE-X", format="FAKE"),)
    monkeypatch.setattr(fakes, "TABLE", table, raising=False)
    with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
        found = imageio.mimread(path)
        assert [image[0, 0] for image in found] == [20, 10, 0]
        reader = imageio.get_reader(path)
        images = iter(reader)
        next(images)
        assert np.array_equal(reader.get_next_data(), reader.get_data(1))
        reader.close()
        with pytest.raises(RuntimeError, match="is closed"):
            next(images)
