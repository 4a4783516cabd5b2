"""From a URI to an open reader or writer."""

from __future__ import annotations

import io

import fakes
import numpy as np
import pytest
from fakes import StubReader, StubWriter

import iio_core as iio
from iio_core import _catalog

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)
MAGIC = b"MAGI"


def answering(number: int, reader_type: type = StubReader, **more):
    """Return a plugin whose images are all this number."""

    def open_reader(resource, format, /):
        return reader_type(np.full((2, 2), number, np.uint8))

    return fakes.reading(more.pop("open_reader", open_reader), reader_type)


def claim(name: str, plugin=None, *extensions: str, **fields) -> iio.PluginSpec:
    fields.setdefault("magic", MAGIC)
    return fakes.spec(name, fakes.format("F", *(extensions or (".f",)), **fields), plugin=plugin)


def use(*specs: iio.PluginSpec) -> None:
    for spec in specs:
        iio.register(spec)


def value(uri=MAGIC, extension=".f", **options) -> int:
    return int(iio.imread(uri, extension=extension, **options).flat[0])


# The calls


def test_there_and_back(fake, tmp_path) -> None:
    path = tmp_path / "x.fk"
    iio.imwrite(path, [IMAGE, IMAGE + 1], metadata={"a": 1}, level=3)
    assert (iio.imread(path) == IMAGE).all()
    assert (iio.imread(path, index=...) == [IMAGE, IMAGE + 1]).all()
    assert [image[0, 0] for image in iio.imiter(path)] == [0, 1]
    assert iio.immeta(path) == {"a": 1} and iio.immeta(path, index=...) == {"images": 2}
    assert iio.immeta(path, exclude_applied=False) == {"a": 1, "applied": True}
    properties = iio.improps(path, index=...)
    assert (properties.shape, properties.axes, properties.spacing) == ((2, 3, 4), "IYX", (1.0, 2.0))
    with iio.imopen(path, "r") as file:
        assert file.count() == 2 and file.container == "fake"


def test_iteration_opens_late_and_closes(fake, tmp_path) -> None:
    missing = iio.imiter(tmp_path / "no.fake")
    with pytest.raises(FileNotFoundError):
        next(missing)
    closed = []
    reader = type("R", (StubReader,), {"close": lambda self: closed.append(1)})
    with iio.use(claim("c", answering(1, reader))):
        images = iio.imiter(MAGIC, extension=".f")
        next(images)
        assert closed == []
        images.close()
        assert closed == [1]
        assert len(list(iio.imiter(MAGIC, extension=".f"))) == 1 and closed == [1, 1]


def test_core_knows_some_options_itself(fake) -> None:
    frozen = fakes.reading(lambda r, f, /: StubReader(np.frombuffer(bytes(4), np.uint8)))
    with iio.use(claim("c", frozen)):
        for kept, expected in ((True, True), (False, False)):
            found = iio.imread(MAGIC, extension=".f", writeable_output=kept)
            (each,) = iio.imiter(MAGIC, extension=".f", writeable_output=kept)
            assert found.flags.writeable == each.flags.writeable == expected
    unknown = type("U", (StubReader,), {"count": lambda self: None, "default_index": ...})
    with iio.use(claim("c", answering(1, unknown))):
        assert iio.improps(MAGIC, extension=".f").n_images is None
        assert iio.improps(MAGIC, extension=".f", count_frames=True).n_images == 1


@pytest.mark.parametrize("mode", ["rw", "a", "", "R", None])
def test_there_are_two_modes(fake, mode) -> None:
    with pytest.raises(iio.OptionError, match="it is 'r' to read or 'w' to write"):
        iio.imopen(DATA, mode)


# Options


def test_options_of_opening_and_options_of_the_image(fake) -> None:
    unfinished = DATA[:-1]
    assert iio.imread(unfinished, gain=2)[0, 1] == 2
    with pytest.raises(iio.DecodeError, match="there is no end"):
        iio.imread(unfinished, gain=2, strict=True)
    assert iio.imread(DATA, gain=2, strict=True)[0, 1] == 2
    with iio.imopen(DATA, "r", strict=True) as file:
        assert file.read(gain=2)[0, 1] == 2
    with pytest.raises(iio.DecodeError):
        iio.imopen(unfinished, "r", strict=True)


class Gainful(StubReader):
    def read(self, *, index=None, gain=1):
        return super().read(index=index) * gain


def test_among_equal_claims_one_that_knows_the_option_is_asked() -> None:
    use(claim("a", answering(1)), claim("b", answering(2, Gainful)))
    assert value() == 1 and value(flip=True) == 1
    assert value(gain=3) == 6
    with pytest.raises(iio.OptionError, match=r"no option 'gian'. Did you mean 'gain'"):
        value(gian=3)
    with pytest.raises(iio.OptionError, match="does not know all of the options flip, gain togeth"):
        value(flip=True, gain=3)


def test_an_option_makes_no_weaker_claim_stronger() -> None:
    use(claim("a", answering(1)), claim("b", answering(2, Gainful), magic=b""))
    with pytest.raises(iio.OptionError, match="plugin 'a' for F has no option 'gain'"):
        value(gain=3)


def test_only_plugins_that_are_asked_are_imported() -> None:
    use(claim("a", answering(1)), claim("b"))
    assert value() == 1 and value(flip=True) == 1


def test_a_plugin_that_cannot_be_imported_breaks_no_call_of_another() -> None:
    use(claim("a"), claim("b", answering(2)))
    assert value() == 2 and value(flip=True) == 2
    with pytest.raises(iio.PluginNotInstalledError, match=r"'a' .*cannot be imported"):
        value(plugin="a")
    with iio.use("a", only=True):
        for options in ({}, {"flip": True}):
            with pytest.raises(iio.PluginNotInstalledError, match="cannot be imported"):
                value(**options)


def test_a_weaker_claim_is_no_way_out_for_one_that_cannot_be_imported() -> None:
    use(claim("a"), claim("b", answering(2), magic=b""))
    with pytest.raises(iio.PluginNotInstalledError, match=r"'a' .*cannot be imported"):
        value()


# Declining


def declines(resource, format, /):
    raise iio.NotThisFormat("not my kind")


def test_who_declines_is_passed_over() -> None:
    use(claim("a", answering(1, open_reader=declines)), claim("b", answering(2)))
    assert value() == value(flip=True) == 2
    use(claim("c", answering(3), magic=b""))
    iio.prefer("c")
    assert value() == 2, "a stronger claim comes first whatever the order"


def test_any_other_error_is_the_answer() -> None:
    broken = answering(1, open_reader=fakes.raiser(SyntaxError("broken")))
    use(claim("a", broken), claim("b", answering(2)))
    with pytest.raises(iio.DecodeError, match=r"by plugin 'a' .*broken") as caught:
        value()
    assert (caught.value.plugin, caught.value.format) == ("a", "F")
    assert isinstance(caught.value.__cause__, SyntaxError)


def test_if_all_decline_the_error_says_who_and_why() -> None:
    use(*(claim(n, answering(1, open_reader=declines)) for n in "ab"))
    with pytest.raises(iio.NoPluginError, match="plugin 'a' cannot read it: declined: not my") as e:
        value()
    assert [c.plugin.spec.name for c in e.value.candidates] == ["a", "b"]
    assert all(c.verdict == "declined: not my kind" for c in e.value.candidates)
    assert "declined: not my kind" in str(e.value).splitlines()[-1]


def test_if_all_that_know_an_option_decline_the_error_is_the_same() -> None:
    use(claim("a", answering(1, open_reader=declines)), claim("b", answering(2)))
    expected = "declined: not my kind"
    with iio.use("a", only=True), pytest.raises(iio.NoPluginError, match=expected):
        value(flip=True)


def test_others_that_would_read_it_are_named_too() -> None:
    use(
        fakes.spec("a", fakes.format("EPS", ".f", magic=MAGIC, trust="external", priority=9)),
        claim("b", answering(1), modules=("no_such_backend",), requires="iio-b[x]"),
    )
    with pytest.raises(
        iio.PluginNotInstalledError, match=r'trust=.*\. Others would: pip install "iio-b\[x\]"'
    ):
        value()


def test_what_was_opened_is_closed_if_nobody_reads_it(tmp_path) -> None:
    opened = []

    errors = [iio.NotThisFormat("no"), ValueError("broken"), KeyboardInterrupt()]

    def open_reader(resource, format, /):
        opened.append(resource.open())
        raise errors.pop()

    use(claim("a", answering(1, open_reader=open_reader)))
    path = tmp_path / "x.f"
    path.write_bytes(MAGIC)
    while errors:
        with pytest.raises((iio.IIOError, KeyboardInterrupt)):
            iio.imread(path)
    assert len(opened) == 3 and all(handle.closed for handle in opened)


# Nobody reads it


def test_a_broken_promise_of_a_name_is_of_the_format_that_would_be_asked_first() -> None:
    use(
        fakes.spec("a", fakes.format("DIALECT", ".f", magic=MAGIC, priority=-10)),
        fakes.spec("b", fakes.format("PLAIN", ".f", magic=MAGIC)),
    )
    with pytest.raises(iio.DecodeError, match=r"is called \.f, but it is not PLAIN"):
        value(b"garbage")


def test_a_broken_promise_of_a_name() -> None:
    use(claim("a", answering(1)))
    with pytest.raises(
        iio.DecodeError, match=r"<bytes> is called .f, but it is not F: it begins wi"
    ):
        value(b"garbage")
    with pytest.raises(iio.DecodeError, match=r"67 61 72 62 61 67 65 \(garbage\)"):
        value(b"garbage")
    with pytest.raises(iio.DecodeError, match="it is empty") as caught:
        value(b"")
    assert caught.value.format == "F" and caught.value.plugin is None


def test_an_empty_file_of_no_known_name() -> None:
    with pytest.raises(iio.DecodeError, match=r"^<bytes> is empty$"):
        iio.imread(b"")


def test_garbage_imports_nobody() -> None:
    use(claim("a"), claim("b", None, ".g", magic=b""))
    with pytest.raises(iio.NoPluginError) as caught:
        iio.imread(b"\0garbage", extension=".nzz")
    assert str(caught.value) == (
        "no plugin recognizes <bytes>: it begins with 00 67 61 72 62 61 67 65 (.garbage), and no "
        "plugin reads .nzz. Installed are: a, b"
    )
    assert not isinstance(caught.value, iio.PluginNotInstalledError)
    with pytest.raises(iio.NoPluginError, match=r"has no extension. Installed are: a, b"):
        iio.imread(b"\0garbage")


def test_with_core_alone() -> None:
    with pytest.raises(iio.NoPluginError, match="No plugin is installed"):
        iio.imread(b"\0garbage")


def test_a_directory(tmp_path) -> None:
    use(claim("a", answering(1)))
    with pytest.raises(
        iio.NoPluginError, match="is a directory, and no installed plugin reads dir"
    ):
        iio.imread(tmp_path)
    asked = []

    def open_reader(resource, format, /):
        asked.append(format)
        return StubReader(IMAGE)

    folder = fakes.format("DIR", directories=True)
    with (
        iio.use(fakes.spec("b", folder, plugin=fakes.reading(declines))),
        pytest.raises(
            iio.NoPluginError, match="is a directory, and plugin 'b' cannot read it: declined"
        ),
    ):
        iio.imread(tmp_path)
    use(fakes.spec("b", folder, plugin=fakes.reading(open_reader)))
    iio.imread(tmp_path), iio.imread(tmp_path, plugin="b"), iio.imread([DATA, DATA])
    assert asked == ["DIR"] * 3
    one = fakes.spec("c", fakes.format("C", ".c"), plugin=fakes.reading(open_reader))
    iio.imread(tmp_path, plugin=one)
    assert asked[-1] is None


# Not installed


def test_a_weak_signature_of_a_wheel_that_is_not_here_is_no_claim(monkeypatch) -> None:
    fax = ("iio-fax", "fax", "iio-fax", "G3", (".g3",), ((0, b"\0", None),), True, (), (), 0)
    monkeypatch.setattr(_catalog, "ENTRIES", ((*fax, (False, True)),))
    with iio.use(only=True):
        with pytest.raises(iio.NoPluginError, match="No plugin is installed") as caught:
            iio.imread(b"\0garbage")
        assert not isinstance(caught.value, iio.PluginNotInstalledError)
        with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-fax"):
            iio.imread(b"\0garbage", extension=".g3")


@pytest.fixture
def catalogue(monkeypatch):
    """Have a catalogue of one wheel that is not here."""
    entries = (
        (
            "iio-raw",
            "raw",
            "iio-raw",
            "NEF",
            (".nef",),
            ((0, b"II*\0", None),),
            True,
            False,
            (),
            0,
            (True, None),
        ),
        (
            "iio-raw[more]",
            "raw",
            "iio-raw",
            "RAF",
            (".raf",),
            ((0, b"FUJI", None),),
            True,
            True,
            (),
            0,
            (True, None),
        ),
    )
    monkeypatch.setattr(_catalog, "ENTRIES", entries)
    monkeypatch.setattr(_catalog, "PLUGINS", {"raw": "iio-raw", "rawpy": "iio-raw"})


@pytest.mark.usefixtures("catalogue")
def test_what_to_install_is_known_by_signature_and_by_extension() -> None:
    for data, extension, wheel in (
        (b"FUJIFILM", None, "iio-raw[more]"),
        (b"FUJIFILM", ".png", "iio-raw[more]"),
        (b"FUJI", ".raf", "iio-raw[more]"),
        (b"II*\0", ".nef", "iio-raw"),
    ):
        with pytest.raises(iio.PluginNotInstalledError) as caught:
            iio.imread(data, extension=extension)
        typed = f'"{wheel}"' if "[" in wheel else wheel
        assert f"pip install {typed}" in str(caught.value)
        assert caught.value.install == (wheel,)
        assert [c.plugin.spec.name for c in caught.value.candidates] == ["raw"]
    with pytest.raises(iio.DecodeError, match="it is not NEF: it begins with"):
        iio.imread(b"garbage", extension=".nef")


@pytest.mark.usefixtures("catalogue")
def test_an_equal_claim_that_is_installed_wins() -> None:
    tiff = fakes.format("TIFF", ".tif", magic=b"II*\0")
    use(fakes.spec("tiff", tiff, plugin=answering(7)))
    assert value(b"II*\0", ".tif") == value(b"II*\0", None) == 7
    with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-raw"):
        value(b"II*\0", ".nef")
    assert value(b"II*\0", ".nef", plugin="tiff") == 7


@pytest.mark.usefixtures("catalogue")
def test_a_wheel_that_is_here_is_not_in_the_catalogue_of_those_that_are_not() -> None:
    use(fakes.spec("raw", fakes.format("NEF", ".nef", magic=b"II*\0"), plugin=answering(5)))
    assert value(b"II*\0", ".nef") == 5
    with pytest.raises(iio.NoPluginError) as caught:
        value(b"FUJI", ".raf")
    assert caught.value.install == ()


def test_a_backend_that_is_an_extra() -> None:
    extra = claim("a", answering(1), modules=("no_such_backend",), requires="iio-a[extra]")
    use(extra)
    with pytest.raises(
        iio.PluginNotInstalledError, match=r"no_such_backend is not installed: pip in"
    ):
        value()
    use(claim("b", answering(2), priority=-1))
    assert value() == 2
    here = claim("c", answering(3), modules=("fakes",), priority=9)
    use(here)
    assert value() == 3
    iio.prefer("a", "b")
    assert value() == 2


@pytest.mark.parametrize("module", ["no.such.package", "fakes.inner", "__main__.x"])
def test_modules_that_cannot_be_looked_for_are_missing(module) -> None:
    use(claim("a", answering(1), modules=(module,)))
    with pytest.raises(iio.PluginNotInstalledError, match=r"pip install"):
        value()


# Trust


def test_external_formats_are_read_on_request_only() -> None:
    eps = fakes.spec(
        "a", fakes.format("EPS", ".f", magic=MAGIC, trust="external"), plugin=answering(1)
    )
    use(eps)
    for options in ({}, {"plugin": "a"}, {"trust": {"PDF"}}, {"trust": ()}):
        with pytest.raises(iio.NoPluginError, match=r"can run a program .*trust=\{'EPS'\}"):
            value(**options)
    for trust in ({"EPS"}, ["eps"], "EPS"):
        assert value(trust=trust) == 1
        assert len(list(iio.imiter(MAGIC, extension=".f", trust=trust))) == 1
        (
            iio.improps(MAGIC, extension=".f", trust=trust),
            iio.immeta(MAGIC, extension=".f", trust=trust),
        )
        with iio.imopen(MAGIC, "r", extension=".f", trust=trust) as file:
            file.read()
    use(claim("b", answering(2)))
    assert value() == 2


@pytest.mark.parametrize(
    ("setting", "blocked"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_unfuzzed_formats_can_be_blocked(monkeypatch, setting, blocked) -> None:
    use(claim("a", answering(1)), claim("b", answering(2), ".g", magic=b"GOOD", trust="fuzzed"))
    monkeypatch.setenv("IIO_BLOCK_UNTRUSTED", setting)
    assert value(b"GOOD", ".g") == 2
    if blocked:
        with pytest.raises(iio.NoPluginError, match="not fuzzed, and IIO_BLOCK_UNTRUSTED"):
            value()
    else:
        assert value() == 1


# plugin=


def test_a_plugin_by_name_alias_spec_or_object(fake) -> None:
    for plugin in ("fake", "FAKE", "fakeit", fakes.SPEC, fakes.PLUGIN, fakes.FakePlugin()):
        assert (iio.imread(DATA, plugin=plugin) == IMAGE).all()
        assert iio.imwrite("<bytes>", IMAGE, extension=".fake", plugin=plugin) == DATA
        with iio.imopen(DATA, "r", plugin=plugin) as file:
            assert file.count() == 1


def test_a_plugin_that_is_named_is_asked_alone_and_about_everything(fake) -> None:
    use_other = claim("other", answering(9))
    mine = fakes.spec("mine", fakes.FAKE, plugin=fakes.PLUGIN)
    with iio.use(use_other, mine):
        with pytest.raises(iio.DecodeError, match="'mine'"):
            value(plugin="mine")
        assert value(b"anything", ".nzz", plugin="other") == 9
        assert value(b"anything", ".f", plugin="other") == 9
    asked = []

    def open_reader(resource, format, /):
        asked.append(format)
        return StubReader(IMAGE)

    some = claim("some", fakes.reading(open_reader))
    for data, extension in ((MAGIC, ".x"), (b"other", ".f"), (b"other", ".x"), (b"", None)):
        iio.imread(data, extension=extension, plugin=some)
    assert asked == ["F", "F", None, None]


def test_a_plugin_that_is_named_may_decline_too() -> None:
    use(claim("a", answering(1, open_reader=declines)), claim("b", answering(2)))
    with pytest.raises(iio.NoPluginError, match="plugin 'a' cannot read it: declined: not my kind"):
        value(plugin="a")
    with pytest.raises(iio.NoPluginError, match=r"^<bytes>: plugin 'a' cannot read it"):
        value(b"other", ".x", plugin="a")


@pytest.mark.usefixtures("catalogue")
def test_plugins_that_are_not_there(monkeypatch) -> None:
    use(fakes.SPEC)
    with pytest.raises(
        iio.PluginNotInstalledError, match="'RawPy' is not installed: pip install iio"
    ):
        iio.imread(DATA, plugin="RawPy")
    with pytest.raises(
        iio.NoPluginError, match=r"there is no plugin 'fke'. Did you mean 'fake'\? Ins"
    ):
        iio.imread(DATA, plugin="fke")
    with pytest.raises(iio.NoPluginError, match=r"Installed are: fake$") as caught:
        iio.imread(DATA, plugin="xyz")
    assert not isinstance(caught.value, iio.PluginNotInstalledError)
    for plugin in (5, object(), StubReader):
        with pytest.raises(iio.OptionError, match="neither the name of a plugin nor a plugin"):
            iio.imread(DATA, plugin=plugin)


def test_the_object_of_an_installed_plugin_is_that_plugin() -> None:
    use(fakes.SPEC)
    assert (iio.imread(DATA, plugin=fakes.PLUGIN) == IMAGE).all()
    with iio.imopen(DATA, "r", plugin=fakes.PLUGIN) as file:
        assert file.plugin == "fake"


@pytest.mark.parametrize("trust", [True, 5])
def test_trust_is_a_collection_of_names(trust) -> None:
    use(claim("outer", answering(1), trust="external"))
    with pytest.raises(iio.OptionError, match="names of formats"):
        value(trust=trust)


def test_a_plugin_that_was_rejected_says_why(monkeypatch) -> None:
    from iio_core import _registry

    rejected = (iio.Rejected("Bad", "iio-bad", "1.0", "it is written for plugin interface 9"),)
    monkeypatch.setattr(_registry, "_base", iio.Registry(rejected=rejected))
    with pytest.raises(iio.NoPluginError, match=r"plugin Bad \(iio-bad 1.0\): .* interface 9") as e:
        iio.imread(DATA, plugin="bad")
    assert e.value.rejected == rejected


def test_a_plugin_that_has_no_way_to_do_what_its_spec_says(tmp_path) -> None:
    use(claim("a", answering(1)), claim("b", fakes.writing(StubWriter), ".b"))
    with pytest.raises(iio.PluginContractError, match="says that it can write F, but has no way"):
        iio.imwrite(tmp_path / "x.f", IMAGE)
    with pytest.raises(iio.PluginContractError, match="says that it can read F, but has no way"):
        value(MAGIC, ".b")
    with pytest.raises(iio.OptionError, match="It takes no options"):
        value(MAGIC, ".b", gain=1)


# Writing


def test_the_extension_decides(tmp_path) -> None:
    asked = []

    def open_writer(target, format, /):
        asked.append((format, target.extension))
        return StubWriter(target)

    plugin = fakes.writing(open_writer)
    formats = fakes.format("TIFF", ".tiff"), fakes.format("OME", ".ome.tiff")
    use(fakes.spec("t", *formats, plugin=plugin))
    iio.imwrite(tmp_path / "a.TIFF", IMAGE)
    iio.imwrite(tmp_path / "a.Ome.Tiff", IMAGE)
    iio.imwrite("<bytes>", IMAGE, extension="ome.tiff")
    iio.imwrite(tmp_path / "a.png", IMAGE, extension=".tiff")
    iio.imwrite(tmp_path / "a.png", IMAGE, format="ome")
    assert asked == [
        ("TIFF", ".tiff"),
        ("OME", ".tiff"),
        ("OME", ".tiff"),
        ("TIFF", ".tiff"),
        ("OME", ".png"),
    ]


def test_an_unknown_extension_is_not_guessed(fake, tmp_path) -> None:
    for uri, options, said in (
        (
            tmp_path / "x.nzz",
            {},
            "no installed plugin writes .nzz. Can be written: .fake .fk",
        ),
        (tmp_path / "x", {}, "has no extension; say which format with extension='.png'"),
        ("<bytes>", {}, "<bytes> has no extension"),
        ("<bytes>", {"extension": ".nzz"}, "no installed plugin writes .nzz"),
        (io.BytesIO(), {}, "<BytesIO> has no extension"),
        (tmp_path / "x.fake", {"format": "XYZ"}, "a format called 'XYZ'; there are: FAKE"),
        (tmp_path / "x.nzz", {"plugin": "fake"}, "plugin 'fake' does not write .nzz"),
    ):
        with pytest.raises(iio.NoPluginError) as caught:
            iio.imwrite(uri, IMAGE, **options)
        assert said in str(caught.value)
        with pytest.raises(iio.NoPluginError):
            iio.imopen(uri, "w", **options)
    assert list(tmp_path.iterdir()) == []
    with iio.use(only=True), pytest.raises(iio.NoPluginError, match="Can be written: nothing"):
        iio.imwrite(tmp_path / "x.fake", IMAGE)


def test_what_to_install_for_writing_is_told_with_both_names(tmp_path, monkeypatch) -> None:
    pixels = (("uint8", (1,)),)
    entry = (
        *("iio-n", "n", "iio-n", "NN", (".n.gz",), (), True, pixels),
        *((), 0, (True, None)),
    )
    monkeypatch.setattr(_catalog, "ENTRIES", (entry,))
    path = tmp_path / "x.n.gz"
    with pytest.raises(iio.PluginNotInstalledError) as caught:
        iio.imwrite(path, IMAGE)
    assert str(caught.value) == f"{path}: nothing installed here writes .n.gz: pip install iio-n"


@pytest.mark.usefixtures("catalogue")
def test_what_to_install_for_writing(tmp_path) -> None:
    with pytest.raises(
        iio.PluginNotInstalledError, match=r'pip install "iio-raw\[more\]"'
    ) as caught:
        iio.imwrite(tmp_path / "x.raf", IMAGE)
    assert caught.value.install == ("iio-raw[more]",)
    with pytest.raises(iio.NoPluginError) as caught:
        iio.imwrite(tmp_path / "x.nef", IMAGE)  # which that wheel only reads
    assert caught.value.install == ()
    use(claim("a", fakes.writing(StubWriter), modules=("no_such_backend",), requires="iio-a[x]"))
    for options in ({}, {"plugin": "a"}):
        with pytest.raises(iio.PluginNotInstalledError, match=r'pip install "iio-a\[x\]"'):
            iio.imwrite(tmp_path / "x.f", IMAGE, **options)


class Leveled(StubWriter):
    def write(self, image, *, metadata=None, level=0, strength=0):
        super().write(image)


def opener(kind: type):
    return fakes.writing(lambda target, format, /: kind(target), kind)


def test_writing_among_equal_claims(tmp_path) -> None:
    use(claim("a", opener(StubWriter)), claim("b", opener(Leveled)))
    with iio.imopen(tmp_path / "x.f", "w") as file:
        file.write(IMAGE)
        assert file.plugin == "a"
    iio.imwrite(tmp_path / "x.f", IMAGE, strength=1)
    with pytest.raises(iio.OptionError, match="strengh"):
        iio.imwrite(tmp_path / "x.f", IMAGE, strengh=1)


def test_writing_with_a_plugin_that_cannot_be_imported(tmp_path) -> None:
    use(claim("a"))
    with pytest.raises(iio.PluginNotInstalledError, match="cannot be imported"):
        iio.imwrite(tmp_path / "x.f", IMAGE)
    use(claim("b", opener(StubWriter)))
    iio.imwrite(tmp_path / "x.f", IMAGE)
    iio.imwrite(tmp_path / "y.f", IMAGE, level=1)
    assert (tmp_path / "x.f").read_bytes() == (tmp_path / "y.f").read_bytes() == b"whole"


def test_a_plugin_whose_formats_have_options_of_their_own() -> None:
    class Other(StubWriter):
        def write(self, image, *, metadata=None, only_other=0):
            super().write(image)

    plugin = opener(StubWriter)
    plugin.writer_type_for = lambda format: Other if format == "O" else StubWriter
    plugin.open_writer = lambda target, format, /: plugin.writer_type_for(format)(target)
    formats = fakes.format("F", ".f"), fakes.format("O", ".o")
    use(fakes.spec("p", *formats, plugin=plugin))
    assert iio.imwrite("<bytes>", IMAGE, extension=".o", only_other=1) == b"whole"
    with pytest.raises(iio.OptionError, match="only_other"):
        iio.imwrite("<bytes>", IMAGE, extension=".f", only_other=1)


def test_a_bare_plugin_object_knows_its_formats_itself() -> None:
    asked = []

    def open_writer(target, format, /):
        asked.append(format)
        return StubWriter(target)

    plugin = fakes.writing(open_writer)
    iio.imwrite("<bytes>", IMAGE, extension=".qoi", plugin=plugin)
    iio.imwrite("<bytes>", IMAGE, format="Any", plugin=plugin)
    assert asked == ["QOI", "Any"]


def test_options_of_opening_a_writer(fake, tmp_path) -> None:
    iio.imwrite(tmp_path / "x.fake", IMAGE, sidecar="x.raw", level=1)
    assert (tmp_path / "x.raw").read_bytes() == b"sidecar"
    with pytest.raises(iio.OptionError, match="level"):
        iio.imopen(tmp_path / "x.fake", "w", level=1)
    with pytest.raises(iio.OptionError, match="trust"):
        iio.imopen(tmp_path / "x.fake", "w", trust={"F"})


def test_an_image_array_protocol_object_is_an_image(fake) -> None:
    class Wrapped:
        def __array__(self, dtype=None, copy=None):
            return IMAGE

        def __iter__(self):
            raise AssertionError("it is one image")

    assert iio.imwrite("<bytes>", Wrapped(), extension=".fake") == DATA


# Objections


def objecting(name: str, *levels: int) -> tuple[iio.PluginSpec, list[object]]:
    """Return a plugin that writes with some levels only, and the list of what it has written."""
    written: list[object] = []

    def open_writer(target, format, /):
        writer = StubWriter(target)
        written.append(writer)
        return writer

    plugin = fakes.writing(open_writer)
    plugin.objection = lambda format, options, /: (
        "" if options.get("level", 0) in levels else f"{format} has no such level"
    )
    return claim(name, plugin), written


def test_who_objects_to_an_option_is_passed_over(tmp_path) -> None:
    one, of_one = objecting("a", 0, 1)
    other, of_other = objecting("b", 1, 2)
    use(one, other)
    for level in (1, 2, 0):
        iio.imwrite(tmp_path / "x.f", IMAGE, level=level)
    iio.imwrite(tmp_path / "x.f", IMAGE)
    assert (len(of_one), len(of_other)) == (3, 1)
    iio.imwrite(tmp_path / "x.f", IMAGE, level=7)  # nobody would: the first is to say so itself
    iio.imwrite(tmp_path / "x.f", IMAGE, level=2, plugin="a")
    assert (len(of_one), len(of_other)) == (5, 1)
