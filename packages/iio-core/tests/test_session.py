from __future__ import annotations

import gc
import warnings
import weakref

import fakes
import numpy as np
import pytest
from fakes import StubReader, StubWriter
from hypothesis import given
from hypothesis import strategies as st

import iio_core as iio
from iio_core._limits import Limits
from iio_core._registry import Plugin
from iio_core._resources import open_resource, open_target
from iio_core._translate import Blame

IMAGES = [np.full((2, 3), n, np.uint8) for n in range(4)]


def session(*images: np.ndarray, **answers) -> iio.ReadSession:
    reader = StubReader(*(images or IMAGES), **answers)
    return iio.ReadSession(
        reader, open_resource(b"data", Limits()), Blame(Plugin(fakes.SPEC), "FAKE", "x.fake")
    )


def writer(target=None, **answers) -> iio.WriteSession:
    target = target or open_target("<bytes>", extension=".fake")
    made = StubWriter(target, **answers)
    return iio.WriteSession(made, target, Blame(Plugin(fakes.SPEC), "FAKE", "x.fake"))


def firsts(stack: np.ndarray) -> list[int]:
    return stack[:, 0, 0].tolist()


# Index


@given(st.integers(-9, 9) | st.slices(4) | st.lists(st.integers(-6, 6), max_size=4) | st.just(...))
def test_an_index_means_what_it_means_for_a_list(index) -> None:
    file = session()
    try:
        if index is ...:
            expected = [0, 1, 2, 3]
        elif isinstance(index, list):
            expected = [[0, 1, 2, 3][i] for i in index]
        else:
            expected = [0, 1, 2, 3][index]
    except IndexError:
        for call in (file.read, file.properties):
            with pytest.raises(iio.FrameIndexError):
                call(index=index)
        if isinstance(index, int):
            with pytest.raises(iio.FrameIndexError):
                file.metadata(index=index)
        return
    image = file.read(index=index)
    properties = file.properties(index=index)
    assert (properties.shape, properties.dtype) == (image.shape, image.dtype)
    if isinstance(index, int):
        assert image[0, 0] == expected and not properties.is_batch and properties.n_images is None
        assert file.metadata(index=index) == {"index": str(expected)}
    else:
        assert firsts(image) == expected
        assert properties.is_batch and properties.n_images == len(expected)


def test_a_reader_never_sees_a_negative_index_or_a_slice() -> None:
    file = session()
    file.read(index=-1), file.read(index=slice(None, None, -2)), file.read(index=[-1, 0])
    assert file._reader.asked == [3, 3, 1, 3, 0]


def test_none_is_what_the_reader_says() -> None:
    assert session(default_index=2).read()[0, 0] == 2
    assert firsts(session(default_index=...).read()) == [0, 1, 2, 3]
    assert session(default_index=...).properties().shape == (4, 2, 3)
    assert session(default_index=...).metadata() == {"index": "Ellipsis"}
    assert session().metadata() == {"index": "0"}


def test_a_reader_without_a_default_gets_none_and_decides_itself() -> None:
    file = session(default_index=None)
    assert file.read().shape == file.properties().shape == (2, 3)
    assert file._reader.asked == [None]
    assert file.metadata() == {"index": "None"}


def test_options_that_pick_an_image_do_so_in_the_whole_file() -> None:
    file = session(default_index=None, picks=frozenset({"flip"}))
    assert (
        file.read(index=..., flip=True).shape
        == file.properties(index=..., flip=True).shape
        == (2, 3)
    )
    assert file._reader.asked == [None]
    assert firsts(file.read(index=..., flip=None)) == [0, 1, 2, 3]


def test_options_that_change_the_number_of_images_count() -> None:
    class Thinned(StubReader):
        """One image in so many."""

        def count_frames(self, *, step=None) -> int:
            return len(range(0, 4, step or 1))

        def read(self, *, index=None, step=None):
            if index >= self.count_frames(step=step):
                raise iio.FrameIndexError("there is no such image")
            return super().read(index=index * (step or 1))

        def iter(self, *, step=None):
            return (self.read(index=n, step=step) for n in range(self.count_frames(step=step)))

        def properties(self, *, index=None, step=None):
            self.read(index=index, step=step)
            return iio.ImageProperties((2, 3), np.dtype(np.uint8))

    blame = Blame(Plugin(fakes.SPEC), "FAKE", "x.fake")
    file = iio.ReadSession(Thinned(*IMAGES), open_resource(b"data", Limits()), blame)
    assert file.read(index=-1, step=3)[0, 0] == 3 and file.read(index=-1)[0, 0] == 3
    assert firsts(file.read(index=slice(None), step=2)) == [0, 2]
    assert firsts(file.read(index=slice(-1, None), step=3)) == [3]
    assert firsts(file.read(index=..., step=2)) == [0, 2]
    assert firsts(file.read(index=[-1, 0], step=None)) == [3, 0]
    assert file.properties(index=..., step=2).n_images is None
    assert file.properties(index=..., step=2, count_frames=True).shape == (2, 2, 3)
    assert file.properties(index=slice(None), step=3).n_images == 2
    assert firsts(np.stack(list(file.iter(step=3)))) == [0, 3]
    for index in (-3, 2, [0, 2]):
        for call in (file.read, file.properties):
            with pytest.raises(iio.FrameIndexError):
                call(index=index, step=2)
    assert file.count() == 4


def test_metadata_is_of_one_image_or_of_the_file() -> None:
    file = session()
    assert file.metadata(index=...) == {"index": "Ellipsis"}
    assert file.metadata(index=-1) == {"index": "3"}
    for index in ([0, 1], slice(None)):
        with pytest.raises(iio.OptionError, match="metadata is of one image"):
            file.metadata(index=index)


# Limits


def test_a_reader_that_checks_limits_is_not_asked_for_properties() -> None:
    file = session(checks_limits=True)
    described = []
    file._reader.properties = lambda **options: described.append(options)
    assert file.read(index=1)[0, 0] == 1
    assert described == []
    with iio.limits(array_bytes=1, ratio=0) as now:
        file._resource.limits = now
        with pytest.raises(iio.LimitError):  # what it returns is looked at all the same
            file.read(index=1)


def test_such_a_reader_that_is_closed_is_closed() -> None:
    file = session(checks_limits=True)
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.read(index=1)


# Counts


def test_a_count_is_asked_for_once() -> None:
    counted = []
    file = session(count=lambda: counted.append(1) or 4)
    assert file.count() == file.count() == 4
    file.read(index=-1)
    assert counted == [1]


def test_an_unknown_count_stays_unknown_until_it_matters() -> None:
    file = session(count=lambda: None)
    assert file.count() is None
    properties = file.properties(index=...)
    assert properties.shape == (None, 2, 3) and properties.n_images is None and properties.is_batch
    assert file.properties(index=...).shape == (None, 2, 3)
    assert file.read(index=2)[0, 0] == 2 and file.count() is None
    with pytest.raises(iio.FrameIndexError):
        file.read(index=99)
    for call in (file.read, file.properties):
        with pytest.raises(iio.FrameIndexError):
            call(index=[0, 99])
    assert firsts(file.read(index=...)) == [0, 1, 2, 3]
    assert file.properties(index=..., count_frames=True).n_images == 4
    assert file.count() == 4 and file.properties(index=...).shape == (4, 2, 3)


@pytest.mark.parametrize("index", [-1, slice(-1, None)])
def test_what_counts_from_the_end_decodes_if_it_must(index) -> None:
    file = session(count=lambda: None)
    assert file.read(index=index).max() == 3 and file.count() == 4


def test_what_goes_wrong_while_it_is_counted_is_translated() -> None:
    def images():
        yield IMAGES[0]
        raise RuntimeError("of the backend")

    for index in (-1, slice(None)):
        with pytest.raises(iio.DecodeError, match="of the backend"):
            session(count=lambda: None, iter=images).read(index=index)
    with pytest.raises(iio.DecodeError, match="of the backend"):
        session(count=lambda: None, iter=images).properties(index=..., count_frames=True)


def test_a_reader_that_can_count_is_asked_and_not_decoded() -> None:
    file = session(count=lambda: None, count_frames=lambda: 4, iter=None)
    assert file.properties(index=...).n_images is None
    assert file.properties(index=..., count_frames=True).shape == (4, 2, 3)
    assert file.read(index=-1)[0, 0] == 3


def test_frames_of_a_reader_of_batches_are_counted_on_request() -> None:
    batch = iio.ImageProperties((None, 2, 3), np.dtype(np.uint8), None, True)
    file = session(
        count=lambda: None,
        count_frames=lambda: 5,
        properties=lambda index=None: batch,
        reads_batches=True,
    )
    assert file.properties(index=...).n_images is None
    counted = file.properties(index=..., count_frames=True)
    assert counted.n_images == 5 and counted.shape == (5, 2, 3)


def test_a_file_without_images() -> None:
    with pytest.raises(iio.DecodeError, match="has no images"):
        session(count=lambda: None, iter=lambda: iter(())).read(index=...)
    assert session(count=lambda: 0).read(index=[]).shape == (0, 2, 3)


# Stacks


@pytest.mark.parametrize("count", [2, None])
@pytest.mark.parametrize(
    "other",
    [np.zeros((2, 4), np.uint8), np.zeros((2, 3), np.uint16), np.zeros((2, 3, 3), np.uint8)],
)
def test_uneven_images_are_not_stacked(count, other) -> None:
    file = session(IMAGES[0], other, count=lambda: count)
    with pytest.raises(
        iio.DecodeError, match=r"cannot be stacked: number 0 is \(2, 3\) uint8, numb"
    ):
        file.read(index=...)
    assert [image.shape for image in file] == [(2, 3), other.shape]


def test_options_of_read_that_iter_does_not_take() -> None:
    file = session()
    assert firsts(file.read(index=..., only_read=1)) == [0, 1, 2, 3]
    flipped = session(np.arange(6, dtype=np.uint8).reshape(2, 3), IMAGES[1]).read(
        index=..., flip=True
    )
    assert flipped[0].tolist() == [[3, 4, 5], [0, 1, 2]] and flipped.flags.c_contiguous
    with pytest.raises(iio.OptionError, match="flop"):
        file.read(flop=1)


def test_a_reader_that_reads_batches_is_asked_once() -> None:
    asked = []

    def read(*, index=None):
        asked.append(index)
        return np.stack(IMAGES)

    def properties(*, index=None):
        return iio.ImageProperties((4, 2, 3), np.dtype("uint8"), 4, True)

    file = session(reads_batches=True, read=read, properties=properties)
    file.read(index=...), file.read(index=slice(2)), file.read(index=[-1])
    assert asked == [..., (0, 1), (3,)]
    assert file.properties(index=...).shape == (4, 2, 3)


def test_a_batch_whose_count_is_not_known_is_charged_for_what_is() -> None:
    def properties(*, index=None):
        return iio.ImageProperties((None, 2, 3), np.dtype("uint8"), None, True)

    file = session(reads_batches=True, properties=properties, read=lambda *, index=None: IMAGES[1])
    assert (file.read(index=...) == IMAGES[1]).all()


def test_every_call_checks_its_options() -> None:
    file = session()
    for call in (
        file.read,
        file.properties,
        file.metadata,
        lambda **options: next(file.iter(**options)),
    ):
        with pytest.raises(iio.OptionError, match="has no option 'flop'"):
            call(flop=1)
    assert file.properties(flip=True).shape == (2, 3)


# Contracts


def test_a_reader_that_reads_more_or_less_than_it_counted() -> None:
    with pytest.raises(iio.PluginContractError, match="it counted 3 images, and reads more"):
        session(count=lambda: 3).read(index=...)
    with pytest.raises(iio.DecodeError, match="declares 5 images, but only 4 can be decoded"):
        session(count=lambda: 5).read(index=...)


@pytest.mark.parametrize("what", [[[1, 2]], b"bytes", 5])
def test_a_reader_that_returns_no_array(what) -> None:
    file = session(read=lambda *, index=None: what)
    with pytest.raises(
        iio.PluginContractError, match=f"returned a {type(what).__name__}, not an arr"
    ):
        file.read()


def test_answers_of_the_wrong_kind_are_broken_promises() -> None:
    for count in (-1, "x", 1.5):
        with pytest.raises(iio.PluginContractError, match="it counts"):
            session(count=lambda count=count: count).count()
    file = session(properties=lambda *, index=None: None)
    for call in (file.read, file.properties, lambda: file.properties(index=...)):
        with pytest.raises(iio.PluginContractError, match="its properties are a NoneType"):
            call()
    with pytest.raises(iio.PluginContractError, match="its metadata is a list"):
        session(metadata=lambda *, index=None, exclude_applied=True: []).metadata()
    with pytest.raises(iio.PluginContractError, match="returned a NoneType"):
        list(session(iter=lambda: iter([None])).iter())
    objects = np.array([[None]], object)
    with pytest.raises(iio.PluginContractError, match="array of object"):
        session(read=lambda *, index=None: objects).read()


def test_an_image_larger_than_promised_is_charged() -> None:
    for shape, dtype in (((300, 300), np.uint8), ((2, 3), "V900")):
        made = np.zeros(shape, dtype)
        file = session(read=lambda *, index=None, made=made: made)
        with iio.limits(array_bytes=1000, ratio=0) as limits:
            file._resource.limits = limits
            with pytest.raises(iio.LimitError, match=rf"\({shape[0]}, {shape[1]}\)"):
                file.read()


@pytest.mark.parametrize(
    ("close", "said"),
    [
        (lambda target: None, "it wrote nothing"),
        (lambda target: target.open().close(), "it closed the file"),
    ],
)
def test_a_writer_that_leaves_nothing_to_commit(tmp_path, close, said) -> None:
    path = tmp_path / "x.fake"
    path.write_bytes(b"old")

    def open_writer(target, format, /):
        return fakes.StubWriter(close=lambda: close(target))

    with pytest.raises(iio.PluginContractError, match=said):
        iio.imwrite(path, np.zeros((2, 3), np.uint8), plugin=fakes.writing(open_writer))
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.fake"]


@pytest.mark.parametrize("method", ["read", "iter", "properties", "metadata", "count"])
def test_whatever_a_reader_raises_is_translated(method) -> None:
    file = session(**{method: fakes.raiser(SyntaxError("broken file"))})
    with pytest.raises(iio.DecodeError, match=r"x.fake could not be decoded .*broken file"):
        getattr(file, method)() if method != "iter" else next(file.iter())


@pytest.mark.parametrize("kind", [iio.OptionError, iio.DecodeError, iio.LimitError])
def test_what_a_plugin_says_itself_names_the_file(kind) -> None:
    for said, expected in (("no such mode", "x.fake: no such mode"), ("x.fake is cut", None)):
        error = kind(said)
        with pytest.raises(kind) as caught:
            session(read=fakes.raiser(error)).read()
        assert caught.value is error and str(error) == (expected or said)
        assert (error.plugin, error.format) == ("fake", "FAKE")


def test_an_iterator_that_fails_later() -> None:
    def iter():
        yield IMAGES[0]
        raise MemoryError

    images = session(iter=iter).iter()
    next(images)
    with pytest.raises(iio.DecodeError, match="more memory than there is"):
        next(images)


def test_a_reader_that_declines_too_late() -> None:
    with pytest.raises(iio.PluginContractError, match="declined"):
        session(read=fakes.raiser(iio.NotThisFormat("no"))).read()


# Arrays are the caller's


@pytest.mark.parametrize(
    "image",
    [
        np.arange(6, dtype=">u2").reshape(2, 3),
        np.arange(6, dtype=np.uint8).reshape(3, 2).T,
        np.frombuffer(bytes(6), np.uint8).reshape(2, 3),
        np.arange(12, dtype=np.uint8).reshape(2, 6)[:, ::2],
    ],
)
def test_arrays_are_writable_contiguous_and_native(image) -> None:
    one = session(image).read()
    (other,) = session(image).iter()
    for array in (one, other):
        assert array.flags.writeable and array.flags.c_contiguous and array.dtype.isnative
        assert (array == image).all()
    assert session(image).read(writeable_output=False).dtype.isnative


def test_fields_that_are_arrays_are_in_native_order_too() -> None:
    swapped = np.zeros((2, 3), [("x", np.dtype("i4")), ("y", np.dtype("f8").newbyteorder(), 2)])
    swapped["y"] = 1.5
    found = session(swapped).read()
    assert found.dtype == swapped.dtype.newbyteorder("=") != swapped.dtype
    assert (found["y"] == 1.5).all()


def test_a_read_only_array_is_allowed_where_it_saves_a_copy() -> None:
    image = np.frombuffer(bytes(6), np.uint8).reshape(2, 3)
    assert session(image).read(writeable_output=False) is image
    assert next(session(image).iter(writeable_output=False)) is image
    assert session(IMAGES[0]).read() is IMAGES[0]


# Closing, forwarding


def test_closing() -> None:
    file = session()
    with file as same:
        assert same is file and not file.closed
    file.close()
    assert file.closed and file._reader.closes == 1
    for call in (
        file.read,
        file.properties,
        file.metadata,
        file.count,
        lambda: next(file.iter()),
        lambda: file.read(index=...),
    ):
        with pytest.raises(ValueError, match="is closed"):
            call()


def test_handles_are_closed_whatever_the_reader_says() -> None:
    file = session(close=fakes.raiser(RuntimeError("stuck")))
    handle = file._resource.open()
    with pytest.raises(iio.DecodeError, match="stuck"):
        file.close()
    assert handle.closed and file.closed


def test_what_a_session_does_not_know_is_the_plugins() -> None:
    file = session(container_metadata={"a": 1})
    assert file.container_metadata == {"a": 1} and (file.plugin, file.format) == ("fake", "FAKE")
    assert repr(file) == "<ReadSession of <bytes>: fake as FAKE>"
    for name in ("nothing", "__deepcopy__"):
        with pytest.raises(AttributeError, match=name):
            getattr(file, name)
    with pytest.raises(AttributeError):
        iio.ReadSession.__new__(iio.ReadSession)._reader  # noqa: B018
    with writer(level=5) as made:
        assert made.level == 5 and (made.plugin, made.format) == ("fake", "FAKE")
        assert repr(made) == "<WriteSession to <bytes>: fake as FAKE>"
        with pytest.raises(AttributeError):
            made.__deepcopy__  # noqa: B018
    with pytest.raises(AttributeError):
        iio.WriteSession.__new__(iio.WriteSession)._writer  # noqa: B018


def test_a_session_is_iterated() -> None:
    assert [image[0, 0] for image in session()] == [0, 1, 2, 3]
    assert [image[0, 0] for image in session(count=lambda: None)] == [0, 1, 2, 3]


# Writing: what is one image, and what are several


def written(image, **options) -> list[tuple[int, ...]]:
    with writer() as file:
        file.write(image, **options)
        count = file.written
        images = file._writer.images
    assert count == len(images)
    return [one.shape for one in images]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((4, 5), [(4, 5)]),
        ((4, 5, 2), [(4, 5, 2)]),
        ((4, 5, 3), [(4, 5, 3)]),
        ((4, 5, 4), [(4, 5, 4)]),
        ((3, 5, 5), [(5, 5)] * 3),
        ((2, 5, 5, 3), [(5, 5, 3)] * 2),
        ((1, 2, 3, 4, 5), [(2, 3, 4, 5)]),
        ((5,), [(5,)]),
        ((), [()]),
    ],
)
def test_the_shape_tells_one_image_from_several(shape, expected) -> None:
    assert written(np.zeros(shape, np.uint8)) == expected


def test_is_batch_tells_it_otherwise() -> None:
    array = np.zeros((3, 4, 4), np.uint8)
    assert written(array, is_batch=True) == [(4, 4)] * 3
    assert written(array, is_batch=False) == [(3, 4, 4)]
    assert written(np.zeros((2, 4, 4, 3), np.uint8), is_batch=False) == [(2, 4, 4, 3)]
    assert written([array, array], is_batch=False) == [(2, 3, 4, 4)]


def test_a_last_axis_of_one_is_not_guessed() -> None:
    array = np.zeros((3, 4, 1), np.uint8)
    with pytest.raises(iio.EncodeError, match=r"may be one image .* say is_batch="):
        written(array)
    assert written(array, is_batch=True) == [(4, 1)] * 3
    assert written(array, is_batch=False) == [(3, 4, 1)]


def test_a_guess_is_told_when_it_goes_wrong() -> None:
    taken = []

    def one(image, *, metadata=None):
        if taken:
            raise iio.EncodeError("it holds one image", plugin="fake", format="FAKE")
        taken.append(image)

    file = writer(write=one)
    with pytest.raises(
        iio.EncodeError, match=r"\(4, 5, 7\) was taken for 4 images.*is_batch=False"
    ):
        file.write(np.zeros((4, 5, 7), np.uint8))
    for images in ([IMAGES[0], IMAGES[0]], np.zeros((4, 5, 7), np.uint8)):
        taken.clear()
        with pytest.raises(iio.EncodeError, match=r": it holds one image$") as caught:
            file.write(images, is_batch=None if isinstance(images, list) else True)
        assert (caught.value.plugin, caught.value.format) == ("fake", "FAKE")
    file.close()


def test_a_writer_may_know_better() -> None:
    seen = []

    def is_batch(shape, **options):
        seen.append((shape, options))
        return {3: True, 2: None}.get(shape[-1], False)

    with writer(is_batch=is_batch) as file:
        file.write(np.zeros((4, 5, 3), np.uint8), level=2)
        file.write(np.zeros((4, 5, 2), np.uint8), metadata={"a": 1})
        file.write(np.zeros((4, 5, 9), np.uint8))
    assert [i.shape for i in file._writer.images] == [(5, 3)] * 4 + [(4, 5, 2), (4, 5, 9)]
    assert seen == [((4, 5, 3), {"level": 2}), ((4, 5, 2), {}), ((4, 5, 9), {})]


def test_a_writer_may_take_arrays_as_they_are() -> None:
    with writer(takes_arrays=True) as file:
        file.write(np.zeros((2, 3, 4, 5, 6), np.uint8))
        file.write(np.zeros((2, 3), np.uint8), is_batch=True)
    assert [i.shape for i in file._writer.images] == [(2, 3, 4, 5, 6), (3,), (3,)]


def test_a_mask_that_is_left_out_is_told() -> None:
    image = np.ma.masked_greater(IMAGES[2], 1)
    with writer() as file:
        with pytest.warns(iio.IIOWarning, match="<bytes>: the mask of the array is left") as told:
            file.write(image)
        assert [warning.filename for warning in told] == [__file__]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for meant in (image.filled(0), image.data, np.ma.array(IMAGES[0])):
                file.write(meant)
        assert [written.max() for written in file.images] == [2, 0, 2, 0]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ([[1, 2], [3, 4]], [(2, 2)]),
        (((1, 2), (3, 4)), [(2, 2)]),
        ([[np.uint8(1), np.uint8(2)]], [(1, 2)]),
        ([[[1, 2, 3], [4, 5, 6]]], [(1, 2, 3)]),
        ([np.zeros((2, 2))] * 2, [(2, 2)] * 2),
        ((np.zeros((2, 2)), np.zeros((3, 3))), [(2, 2), (3, 3)]),
        ([[np.zeros((2, 2))]], [(1, 2, 2)]),
        (iter([np.zeros((2, 2))] * 3), [(2, 2)] * 3),
        ({"a": np.zeros((2, 2))}.values(), [(2, 2)]),
        (True, [()]),
    ],
)
def test_lists_of_numbers_are_an_image_and_lists_of_arrays_are_several(image, expected) -> None:
    assert written(image) == expected


@pytest.mark.parametrize("image", ["text", b"ab" * 3, None, object(), [[1, 2], [3]], ["a"], [None]])
def test_what_is_no_image_is_refused(image) -> None:
    if isinstance(image, bytes):
        assert written(image) == [()] * 6
        return
    with pytest.raises(iio.EncodeError, match="is not an image"):
        written(image)


@pytest.mark.parametrize("dtype", ["O", "U3", "S3", "M8[s]", "m8[s]", "V4"])
def test_arrays_of_anything_but_numbers_are_refused(dtype) -> None:
    with pytest.raises(iio.EncodeError, match="is not an image"):
        written(np.zeros((2, 2), dtype))


def test_a_writer_gets_the_machines_byte_order() -> None:
    with writer() as file:
        file.write(np.array([[1, 2]], ">u2"))
        file.write(np.array([[1, 2]], "<u2"))
    assert all(i.dtype.isnative and i.tolist() == [[1, 2]] for i in file._writer.images)


def living(references: list[weakref.ref]) -> int:
    gc.collect()
    return sum(reference() is not None for reference in references)


def test_an_iterable_streams() -> None:
    alive: list[weakref.ref] = []
    most = 0

    class Image(np.ndarray):
        pass

    def images():
        nonlocal most
        for number in range(20):
            image = np.full((4, 4), number, np.uint8).view(Image)
            alive.append(weakref.ref(image))
            most = max(most, living(alive))
            yield image

    count = []
    target = open_target("<bytes>", extension=".fake")
    made = StubWriter(target, write=lambda image, *, metadata=None: count.append(int(image[0, 0])))
    with iio.WriteSession(made, target, Blame(Plugin(fakes.SPEC), "FAKE", "x")) as file:
        file.write(images())
    assert count == list(range(20)) and file.written == 20
    assert most <= 3, "the images that were written are still held"


def test_iteration_streams() -> None:
    alive: list[weakref.ref] = []

    class Image(np.ndarray):
        pass

    def iter():
        for number in range(20):
            image = np.full((4, 4), number, np.uint8).view(Image)
            alive.append(weakref.ref(image))
            yield image

    most = 0
    for image in session(*[np.zeros((4, 4), np.uint8)] * 20, iter=iter).iter():
        assert image.shape == (4, 4)
        most = max(most, living(alive))
    assert most <= 3


def test_writing_again_appends_and_metadata_is_handed_on() -> None:
    with writer() as file:
        file.write(IMAGES[0])
        file.write(IMAGES[1], metadata={"a": 1})
        file.write(IMAGES[:2], metadata={})
    assert file._writer.told == ["write", "write {'a': 1}", "write {}", "write {}", "close"]
    assert file.getvalue() == b"whole"


def test_a_closed_session_takes_nothing() -> None:
    file = writer()
    with pytest.raises(iio.OptionError, match=r"^<bytes>: plugin '.*' for .* has no option 'levl'"):
        file.write(IMAGES[0], levl=1)
    file.write(IMAGES[0])
    file.close()
    file.close()
    assert file._writer.told == ["write", "close"] and file.closed
    with pytest.raises(ValueError, match="is closed"):
        file.write(IMAGES[0])


def test_giving_up() -> None:
    file = writer()
    file.write(IMAGES[0])
    file.abort()
    file.close()
    assert file._writer.told == ["write", "abort"]
    with pytest.raises(ValueError, match="has a value"):
        file.getvalue()
    stuck = writer(abort=fakes.raiser(RuntimeError("stuck")))
    with pytest.raises(iio.EncodeError, match="stuck"):
        stuck.abort()
    assert stuck.closed


@pytest.mark.parametrize("metadata", ["x", ["a"], [], 3])
def test_metadata_that_is_no_mapping_is_refused(metadata) -> None:
    file = writer()
    with pytest.raises(iio.OptionError, match="it has to be a mapping"):
        file.write(IMAGES[0], metadata=metadata)
    assert file.written == 0
    file.abort()


@pytest.mark.parametrize("written", [0, 2])
def test_images_of_the_writers_own_methods_count(written) -> None:
    target = open_target("<bytes>", extension=".fake")
    file = writer(target, written=written)
    assert file.written == written
    file.close()
    assert file._writer.told == (["close"] if written else ["abort"])
