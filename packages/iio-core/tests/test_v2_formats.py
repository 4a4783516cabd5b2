"""``formats``: which names there are, what they mean, and which is preferred."""

from __future__ import annotations

import dataclasses
import inspect
import io
from collections.abc import Iterator

import fakes
import numpy as np
import pytest

import iio_core as iio
import iio_core.v2 as imageio
from iio_core import _absent, _catalog
from iio_core.v2 import LegacyFormat
from iio_core.v2.core import FormatManager, Request

IMAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)


def reads_as(value: int) -> object:
    """Return a plugin whose images are all of one value."""
    image = np.full((2, 2), value, np.uint8)
    return fakes.reading(lambda resource, format, /: fakes.StubReader(image))


@pytest.fixture
def twins(monkeypatch) -> Iterator[None]:
    """Have three plugins with equal claims to ``.two``, and names in a table for two of them."""
    monkeypatch.setattr(fakes, "A", (LegacyFormat(name="TWO-A", format="TWO"),), raising=False)
    monkeypatch.setattr(fakes, "B", (LegacyFormat(name="TWO-B", format="TWO"),), raising=False)
    specs = [
        fakes.spec(name, fakes.format("TWO", ".two", magic=b"TWO"), plugin=reads_as(n), **more)
        for n, (name, more) in enumerate(
            {"aa": {"legacy": "fakes:A"}, "bb": {"legacy": "fakes:B"}, "cc": {}}.items()
        )
    ]
    with iio.use(*specs):
        yield
    imageio.formats.sort()


def chosen() -> int:
    return int(imageio.imread(b"TWO", ".two")[0, 0])


class TestNames:
    def test_are_found_in_any_case_and_by_extension(self, twins) -> None:
        formats = imageio.formats
        a = formats["TWO-A"]
        for name in ("two-a", "Two-A", "two", ".two", ".TWO", "some/x.two", "TWO-a"):
            assert formats[name] in (a, formats["TWO"]), name
        assert formats["x.two"] is a

    def test_of_a_plugin_without_a_table_are_those_of_its_formats(self, twins) -> None:
        assert imageio.formats["TWO"].plugin.spec.name == "cc"
        assert imageio.formats["TWO"].modes == "iIvV"

    def test_that_two_plugins_have_are_made_different(self) -> None:
        specs = [fakes.spec(n, fakes.format("X", ".x"), plugin=reads_as(0)) for n in ("aa", "bb")]
        with iio.use(*specs):
            assert imageio.formats.get_format_names() == ["X", "X-BB"]
            assert imageio.formats["X-BB"].plugin.spec.name == "bb"

    def test_of_an_extension_are_those_that_would_be_used(self) -> None:
        weak = fakes.format("WEAK", ".two", priority=1)
        strong = fakes.format("STRONG", ".two", priority=2)
        written = fakes.format("WRITTEN", ".only", reads=())
        specs = [fakes.spec(f.name.lower(), f, plugin=reads_as(0)) for f in (weak, strong, written)]
        for spec in specs:
            iio.register(spec)
        assert imageio.formats.get_format_names() == ["WEAK", "STRONG", "WRITTEN"]
        assert imageio.formats["two"].name == imageio.get_reader(b"x", "two").format.name
        assert imageio.formats["two"].name == "STRONG"
        assert imageio.formats["only"].name == "WRITTEN"

    def test_select_one_plugin_and_format_and_no_other(self, twins) -> None:
        for number, name in enumerate(("TWO-A", "two-b", "two")):
            assert imageio.imread(b"TWO", name)[0, 0] == number
            assert imageio.imread(b"not even two", name)[0, 0] == number
            with imageio.get_reader(b"TWO", name) as reader:
                assert reader.format is imageio.formats[name.upper()]

    def test_of_plugins_select_a_plugin(self, twins) -> None:
        assert imageio.imread(b"TWO", "bb")[0, 0] == 1
        assert imageio.formats["bb"].name == "TWO-B"

    def test_are_consent_to_formats_that_are_not_trusted(self) -> None:
        format = fakes.format("EPS", ".eps", magic=b"%!PS", trust="external")
        with iio.use(fakes.spec("s", format, plugin=reads_as(7))):
            with pytest.raises(iio.NoPluginError, match="trust="):
                imageio.imread(b"%!PS")
            with pytest.raises(iio.NoPluginError, match="trust="):
                imageio.imread(b"%!PS", ".eps")
            with pytest.raises(iio.NoPluginError, match="trust="):
                imageio.imread(b"%!PS", "s")
            assert imageio.imread(b"%!PS", "EPS")[0, 0] == 7

    @pytest.mark.parametrize("name", ["two-c", ".tow", "TWOA", "x.nope"])
    def test_that_are_unknown_are_told_with_the_nearest(self, twins, name) -> None:
        for use in (
            lambda: imageio.formats[name],
            lambda: imageio.imread(b"TWO", name),
            lambda: imageio.imwrite("<bytes>", IMAGE, name),
            lambda: imageio.help(name),
        ):
            with pytest.raises(IndexError, match=f"no format {name!r}") as caught:
                use()
            assert isinstance(caught.value, iio.NoPluginError)
        assert ("Did you mean 'TWO" in str(caught.value)) is (name != "x.nope")

    @pytest.mark.parametrize("name", ["", " ", 5, b"two", ["two"]])
    def test_are_text(self, twins, name) -> None:
        with pytest.raises(ValueError, match="is not the name of a format"):
            imageio.imread(b"TWO", name)

    def test_of_a_wheel_that_is_not_here_say_what_to_install(self, monkeypatch) -> None:
        monkeypatch.setattr(_absent, "installed_version", lambda distribution: None)
        monkeypatch.setitem(_catalog.LEGACY, "DICOM", "iio-medical-x")
        with pytest.raises(
            iio.PluginNotInstalledError, match="pip install iio-medical-x"
        ) as caught:
            imageio.imread(b"", "dicom")
        assert isinstance(caught.value, IndexError)
        assert caught.value.install == ("iio-medical-x",)
        with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-pillow"):
            imageio.imread(b"", "PNG-PIL")
        with pytest.raises(iio.PluginNotInstalledError, match="pip install iio-pillow"):
            imageio.imread(b"", ".png")

    def test_of_a_wheel_that_is_left_out_say_so(self, monkeypatch) -> None:
        monkeypatch.setattr(_absent, "installed_version", lambda distribution: "1.0")
        for name in ("PNG-PIL", "png", ".png"):
            with pytest.raises(IndexError, match="IIO_PLUGINS"):
                imageio.imread(b"", name)

    def test_that_nobody_brings_are_told_apart(self, monkeypatch) -> None:
        for name in ("ITK", "HDR-FI"):
            monkeypatch.delitem(_catalog.LEGACY, name, raising=False)
        with pytest.raises(IndexError, match="FreeImage's; format='hdr'"):
            imageio.imread(b"", "HDR-FI")
        with pytest.raises(IndexError, match=r"'ITK' is one of imageio 2\.9"):
            imageio.imread(b"", "ITK")

    def test_the_catalogue_has_those_of_this_projects_wheels(self) -> None:
        assert _catalog.LEGACY["PNG-PIL"] == _catalog.LEGACY["GIF-PIL"] == "iio-pillow"


class TestTables:
    @pytest.mark.parametrize(
        "table", [5, ("PNG",), None, (LegacyFormat(name="A", format="NO SUCH"),)]
    )
    def test_that_are_wrong_are_told_and_left_out(self, monkeypatch, table) -> None:
        monkeypatch.setattr(fakes, "TABLE", table, raising=False)
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
            with pytest.warns(iio.IIOWarning, match="2.9"):
                names = imageio.formats.get_format_names()
            assert names == ["FAKE"]

    def test_that_cannot_be_imported_are_told_and_left_out(self) -> None:
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="no_such_module:TABLE")):
            with pytest.warns(iio.IIOWarning, match="no_such_module"):
                assert (imageio.imread(fakes.encode(IMAGE)) == IMAGE).all()
            assert (imageio.imread(fakes.encode(IMAGE)) == IMAGE).all()

    def test_a_name_may_stand_for_whatever_a_plugin_recognizes(self, monkeypatch) -> None:
        table = (LegacyFormat(name="MEDIA", modes="I"),)
        monkeypatch.setattr(fakes, "TABLE", table, raising=False)
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
            assert imageio.formats.get_format_names() == ["MEDIA"]
            assert imageio.formats["fk"].name == "MEDIA"
            assert imageio.formats["MEDIA"].extensions == (".fake", ".fk")
            with imageio.get_reader(fakes.encode(IMAGE)) as reader:
                assert reader.format.name == "MEDIA"
            with imageio.get_writer("<bytes>", ".fk") as writer:
                assert writer.format.name == "MEDIA"
                writer.append_data(IMAGE)
            for target in ("<bytes>", io.BytesIO()):
                imageio.imwrite(target, IMAGE, "MEDIA")
            assert target.getvalue() == fakes.encode(IMAGE)
            with pytest.raises(iio.DecodeError, match="'fake'"):
                imageio.imread(b"nothing", "MEDIA")

    @pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "A", "modes": "x"}])
    def test_a_row_has_a_name_and_modes(self, wrong) -> None:
        with pytest.raises(ValueError, match="modes"):
            LegacyFormat(**wrong)


class TestOrder:
    def test_is_that_of_iio_without_another_wish(self, twins) -> None:
        assert chosen() == 0
        with iio.use("bb"):
            assert chosen() == 1

    @pytest.mark.parametrize(
        ("names", "first"),
        [
            (("-B",), 1),
            (("-b",), 1),
            (("-B", "-A"), 1),
            (("TWO",), 2),
            (("-FI", "TWO", "-B"), 2),
            (("TWO-B",), 1),
            (("nothing",), 0),
            (("O-B", "TWO"), 1),
        ],
    )
    def test_is_by_names_and_their_ends(self, twins, names, first) -> None:
        imageio.formats.sort(*names)
        assert chosen() == first
        wanted = ("TWO-A", "TWO-B", "TWO")[first]
        assert imageio.formats["two.two"].name == wanted
        if first:
            assert next(iter(imageio.formats)).name == wanted
        imageio.formats.sort()
        assert chosen() == 0

    def test_a_better_claim_wins_all_the_same(self, twins, fake) -> None:
        imageio.formats.sort("TWO-B")
        assert (imageio.imread(fakes.encode(IMAGE)) == IMAGE).all()

    @pytest.mark.parametrize("variable", ["IIO_FORMAT_ORDER", "IMAGEIO_FORMAT_ORDER"])
    def test_is_taken_from_the_environment(self, twins, monkeypatch, variable) -> None:
        monkeypatch.setenv(variable, "TIFF, -B")
        assert chosen() == 1
        imageio.formats.sort("-A")
        assert chosen() == 0
        imageio.formats.sort()
        assert chosen() == 1

    def test_our_own_variable_wins(self, twins, monkeypatch) -> None:
        monkeypatch.setenv("IMAGEIO_FORMAT_ORDER", "-B")
        monkeypatch.setenv("IIO_FORMAT_ORDER", "TWO")
        assert chosen() == 2

    def test_changes_nothing_for_the_calls_of_iio(self, twins) -> None:
        imageio.formats.sort("-B")
        assert iio.imread(b"TWO", extension=".two")[0, 0] == 0

    @pytest.mark.parametrize("wrong", [5, "a,b", ".tif", "", " "])
    def test_is_given_as_names(self, wrong) -> None:
        with pytest.raises(ValueError, match="neither the name"):
            imageio.formats.sort(wrong)

    def test_who_can_hold_what_is_expected_comes_first(self, monkeypatch) -> None:
        flat = (LegacyFormat(name="FLAT", format="TWO", modes="iI"),)
        monkeypatch.setattr(fakes, "FLAT", flat, raising=False)
        format = fakes.format("TWO", ".two", magic=b"TWO")
        specs = [
            fakes.spec("aa", format, plugin=reads_as(0), legacy="fakes:FLAT"),
            fakes.spec("bb", format, plugin=reads_as(1)),
        ]
        with iio.use(*specs):
            assert imageio.imread(b"TWO")[0, 0] == 0
            assert imageio.volread(b"TWO").shape == (1, 2, 2)
            assert imageio.volread(b"TWO")[0, 0, 0] == 1


class TestTelling:
    def test_a_table_of_all(self, twins, capsys) -> None:
        imageio.show_formats()
        shown = capsys.readouterr().out
        assert shown.strip() == str(imageio.formats)
        lines = shown.splitlines()
        assert lines[0].split() == ["name", "holds", "can", "description", "extensions"]
        assert [line.split()[0] for line in lines[1:]] == ["TWO-A", "TWO-B", "TWO"]
        assert all(line.endswith(".two") for line in lines[1:])
        imageio.help()
        assert capsys.readouterr().out == shown
        imageio.formats.show()
        assert capsys.readouterr().out == shown
        assert len(imageio.formats) == 3
        assert repr(imageio.formats) == "<FormatManager with 3 formats>"

    def test_the_options_of_one_from_its_signatures(self, fake, capsys) -> None:
        imageio.help("x.fk")
        shown = capsys.readouterr().out
        assert shown.startswith("FAKE - Fake images\n\nExtensions: .fake .fk\nPlugin: 'fake'")
        reading, saving = shown.split("Parameters for saving")
        assert "strict : default False" in reading and "gain : default 1" in reading
        assert "level : default 0" in saving and "sidecar : default ''" in saving
        assert "index" not in shown and "metadata" not in shown

    def test_what_its_table_says_instead(self, monkeypatch, capsys) -> None:
        class Told(LegacyFormat):
            def documentation(self):
                return "brightness : int\n    How bright."

        monkeypatch.setattr(fakes, "TABLE", (Told(name="T", format="FAKE"),), raising=False)
        with iio.use(dataclasses.replace(fakes.SPEC, legacy="fakes:TABLE")):
            imageio.help("t")
        assert "brightness : int\n    How bright.\n" in capsys.readouterr().out

    def test_what_docstrings_say(self) -> None:
        from iio_core.v2._help import _described

        text = inspect.cleandoc(
            """Open.

            Parameters
            ----------
            one, two : int
                Both of them,
                on two lines.

            Raises
            ------
            OSError
                Never.
            """
        )
        lines = ["Both of them,", "on two lines."]
        assert _described(text) == {"one": lines, "two": lines}

    def test_that_a_backend_is_missing(self, capsys) -> None:
        with iio.use(fakes.spec("gone", fakes.format("GONE", ".gone"))):
            imageio.help("gone")
        assert "options are not known: plugin 'gone'" in capsys.readouterr().out


class TestSearching:
    def test_finds_what_would_be_used(self, twins) -> None:
        formats = imageio.formats
        request = Request(b"TWO", "ri", extension=".two")
        assert formats.search_read_format(request) is formats["TWO-A"]
        assert formats["TWO-B"].can_read(request)
        formats.sort("-B")
        assert formats.search_read_format(request) is formats["TWO-B"]
        assert formats.search_read_format(Request(b"none", "r?")) is None
        write = Request("<bytes>", "wi", extension=".two")
        assert formats.search_write_format(write) is formats["TWO-B"]
        assert formats["TWO-B"].can_write(write)
        assert formats.search_write_format(Request("<bytes>", "w?")) is None

    def test_leads_to_a_reader_and_a_writer(self, fake) -> None:
        format = imageio.formats["fake"]
        request = Request("<bytes>", "wi", extension=".fake")
        with format.get_writer(request) as writer:
            writer.append_data(IMAGE)
        with format.get_reader(Request(request.get_result(), "ri")) as reader:
            assert (reader.get_data(0) == IMAGE).all()


def test_the_manager_is_one_of_its_class() -> None:
    assert isinstance(imageio.formats, FormatManager)


class Numbered(fakes.FakePlugin):
    """A plugin of its own, so that several can be told apart."""


def _named(plugin: str, *names: LegacyFormat, **fields) -> iio.PluginSpec:
    setattr(fakes, f"TABLE_{plugin.upper()}", names)
    made = fakes.spec(plugin, fakes.SPEC.formats[0], plugin=Numbered(), **fields)
    return dataclasses.replace(made, legacy=f"fakes:TABLE_{plugin.upper()}")


class TestNamesOfOtherBackends:
    """A name of FreeImage's: who uses FreeImage has it, else the first who stands in."""

    IN_PLACE = LegacyFormat(name="FAKE-FI", format="FAKE", stands_in=True)
    OWN = LegacyFormat(name="FAKE-FI", format="FAKE")

    def named(self, *specs: iio.PluginSpec) -> str:
        with iio.use(*specs):
            names = imageio.formats.get_format_names()
            assert names.count("FAKE-FI") == 1 and "FAKE-FI-B" not in names
            return imageio.formats["fake-fi"].plugin.spec.name

    def test_stand_for_the_first_that_stands_in(self) -> None:
        a = _named("a", LegacyFormat(name="FAKE-A", format="FAKE"), self.IN_PLACE)
        b = _named("b", LegacyFormat(name="FAKE-B", format="FAKE"), self.IN_PLACE)
        assert self.named(a, b) == "a" and self.named(b, a) == "b"

    def test_stand_for_the_one_whose_own_they_are(self) -> None:
        a = _named("a", LegacyFormat(name="FAKE-A", format="FAKE"), self.IN_PLACE)
        c = _named("c", self.OWN, on_request=True)
        assert self.named(a, c) == self.named(c, a) == "c"

    def test_are_not_taken_from_a_wheel_by_a_plugin_on_request(self) -> None:
        a = _named("a", self.OWN)
        c = _named("c", self.OWN, on_request=True)
        with iio.use(c, a, only=True):
            assert imageio.formats["FAKE-FI"].plugin.spec.name == "a"
            assert imageio.formats["FAKE-FI-C"].plugin.spec.name == "c"

    def test_are_not_taken_from_who_writes_by_one_that_only_reads(self) -> None:
        a = _named("a", LegacyFormat(name="FAKE-A", format="FAKE"), self.IN_PLACE)
        c = _named("c", self.OWN, on_request=True)
        reads = tuple(dataclasses.replace(format, writes=()) for format in c.formats)
        assert self.named(a, dataclasses.replace(c, formats=reads)) == "a"

    def test_do_not_replace_the_plugins_own_name(self) -> None:
        a = _named("a", LegacyFormat(name="FAKE-A", format="FAKE"), self.IN_PLACE)
        with iio.use(a, only=True):
            plugin = iio.registry.find("a")
            assert imageio.formats.of(plugin, "FAKE").name == "FAKE-A"
            assert imageio.formats["FAKE-FI"].name == "FAKE-FI"


class TestOnRequest:
    """A plugin that is used only by who names it, or one of its names."""

    @pytest.fixture
    def alone(self):
        spec = _named("asked", LegacyFormat(name="FAKE-FI", format="FAKE"), on_request=True)
        with iio.use(only=True), iio.use(spec):
            yield

    @pytest.mark.usefixtures("alone")
    def test_is_not_found_by_itself(self, tmp_path) -> None:
        data = fakes.encode(np.zeros((2, 3), np.uint8))
        for call in (iio.imread, imageio.imread):
            with pytest.raises(iio.IIOError):
                call(data)
        with pytest.raises(iio.NoPluginError):
            iio.imwrite(tmp_path / "x.fake", np.zeros((2, 3), np.uint8))
        assert iio.explain(data).candidates == ()

    @pytest.mark.usefixtures("alone")
    def test_is_found_by_its_name_and_by_those_of_its_formats(self) -> None:
        image = np.arange(6, dtype=np.uint8).reshape(2, 3)
        data = iio.imwrite("<bytes>", image, extension=".fake", plugin="asked")
        assert np.array_equal(iio.imread(data, plugin="asked"), image)
        assert np.array_equal(imageio.imread(data, "FAKE-FI"), image)
        assert imageio.imwrite("<bytes>", image, "FAKE-FI") == data

    @pytest.mark.usefixtures("alone")
    def test_is_found_where_it_is_the_only_one_that_is_wanted(self) -> None:
        data = fakes.encode(np.zeros((2, 3), np.uint8))
        with iio.use("asked", only=True):
            assert iio.imread(data).shape == (2, 3)
