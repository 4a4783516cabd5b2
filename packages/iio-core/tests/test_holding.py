"""Pixels decide between plugins with an equal claim to an extension."""

from __future__ import annotations

import fakes
import numpy as np
import pytest
from fakes import StubWriter

import iio_core as iio
from iio_core import Pixels, _absent, _catalog
from iio_core._holding import kind_of

DEEP = np.zeros((4, 6, 3), np.uint16)
SHALLOW = np.zeros((4, 6, 3), np.uint8)


class Refusing(StubWriter):
    def write(self, image, *, metadata=None):
        if image.dtype != np.uint8:
            raise iio.EncodeError("it holds uint8.", plugin="a", format="F")
        super().write(image)


class Picky(StubWriter):
    """Refuses for another reason than the kind of pixels."""

    def write(self, image, *, metadata=None):
        raise iio.EncodeError("too wide", plugin="a", format="F")


def opener(kind: type, asked: list[str], name: str):
    def open_writer(target, format, /):
        asked.append(name)
        return kind(target)

    return fakes.writing(open_writer, kind)


@pytest.fixture
def asked():
    """Have two plugins for one extension: a holds 8 bits, b holds 16."""
    found: list[str] = []
    a = fakes.format("F", ".f", writes=(Pixels("uint8", (1, 3)),), priority=5)
    b = fakes.format("F", ".f", writes=(Pixels("uint16", (1, 3)),))
    with iio.use(
        fakes.spec("a", a, plugin=opener(Refusing, found, "a")),
        fakes.spec("b", b, plugin=opener(StubWriter, found, "b")),
        only=True,
    ):
        yield found


@pytest.mark.parametrize(
    ("image", "is_batch", "kind"),
    [
        (DEEP, None, ("uint16", 3)),
        (DEEP.astype(">u2"), None, ("uint16", 3)),
        (DEEP[..., 0], None, ("uint16", 1)),
        (DEEP, True, ("uint16", 1)),
        (DEEP[None], None, ("uint16", 3)),
        ([DEEP, DEEP], None, ("uint16", 3)),
        (np.zeros((5, 4, 6)), None, ("float64", 1)),
        ([[1, 2], [3, 4]], None, None),
        (iter([DEEP]), None, None),
        ([], None, None),
    ],
)
def test_kinds(image, is_batch, kind) -> None:
    assert kind_of(image, is_batch) == kind


@pytest.mark.parametrize(
    ("image", "plugin"), [(DEEP, "b"), ([DEEP], "b"), (SHALLOW, "a"), (SHALLOW.astype("f4"), "a")]
)
def test_who_holds_the_pixels_is_asked(asked, image, plugin) -> None:
    try:
        iio.imwrite("<bytes>", image, extension=".f")
    except iio.EncodeError:
        assert image.dtype == np.float32  # which nobody holds: the usual one says so
    assert asked == [plugin]


def test_a_plugin_that_is_named_is_asked_whatever_it_holds(asked) -> None:
    with pytest.raises(iio.EncodeError, match="it holds uint8; plugin='b' writes it as it is"):
        iio.imwrite("<bytes>", DEEP, extension=".f", plugin="a")
    assert asked == ["a"]


def test_an_open_file_says_who_would_take_what_it_refuses(asked, tmp_path) -> None:
    with iio.imopen(tmp_path / "x.f", "w") as file:
        with pytest.raises(iio.EncodeError, match="plugin='b'"):
            file.write(DEEP)
        file.write(SHALLOW)
    assert (tmp_path / "x.f").read_bytes() == b"whole"


def test_a_longer_extension_is_not_given_up_for_pixels(tmp_path) -> None:
    found: list[str] = []
    long = fakes.format("LONG", ".x.f", writes=(Pixels("uint8", (3,)),))
    short = fakes.format("SHORT", ".f", writes=(Pixels("uint16", (3,)),))
    a = fakes.spec("a", long, plugin=opener(Refusing, found, "a"))
    b = fakes.spec("b", short, plugin=opener(StubWriter, found, "b"))
    with iio.use(a, b, only=True), pytest.raises(iio.EncodeError):
        iio.imwrite(tmp_path / "y.x.f", DEEP)
    assert found == ["a"]


ENTRY = (
    "iio-deep",
    "deep",
    "iio-deep",
    "F",
    (".f",),
    (),
    True,
    (("uint16", (3,)),),
    (),
    0,
    (True, None),
)


def test_a_wheel_that_is_not_here_is_named(monkeypatch) -> None:
    monkeypatch.setattr(_catalog, "ENTRIES", (ENTRY,))
    a = fakes.format("F", ".f", writes=(Pixels("uint8", (1, 3)),))
    with iio.use(fakes.spec("a", a, plugin=opener(Refusing, [], "a")), only=True):
        with pytest.raises(iio.EncodeError, match="pip install iio-deep brings a plugin"):
            iio.imwrite("<bytes>", DEEP, extension=".f")
        with pytest.raises(iio.EncodeError) as caught:
            iio.imwrite("<bytes>", DEEP.astype("f4"), extension=".f")
        assert "iio-deep" not in str(caught.value)
        monkeypatch.setattr(_absent, "installed_version", lambda name: "1.0")
        with pytest.raises(iio.EncodeError) as caught:
            iio.imwrite("<bytes>", DEEP, extension=".f")
        assert "iio-deep" not in str(caught.value)


def test_nobody_else_is_named_for_another_reason(asked) -> None:
    both = fakes.format("F", ".f", writes=(Pixels("uint16"),), priority=9)
    picky = fakes.spec("c", both, plugin=opener(Picky, asked, "c"))
    with iio.use(picky), pytest.raises(iio.EncodeError, match=r"^<bytes>: too wide$"):
        iio.imwrite("<bytes>", DEEP, extension=".f")


def test_a_wheel_that_is_not_here_is_named_for_what_all_decline(monkeypatch) -> None:
    entry = (
        "iio-deep",
        "deep",
        "iio-deep",
        "F",
        (".f",),
        ((0, b"FF", None),),
        True,
        (),
        (),
        0,
        (True, None),
    )
    monkeypatch.setattr(_catalog, "ENTRIES", (entry,))

    def declines(resource, format, /):
        raise iio.NotThisFormat("it is deep")

    shallow = fakes.format("F", ".f", magic=b"FF")
    with iio.use(fakes.spec("a", shallow, plugin=fakes.reading(declines)), only=True):
        with pytest.raises(
            iio.PluginNotInstalledError, match=r"it is deep\. Others would: pip install iio-deep"
        ) as caught:
            iio.imread(b"FF..", extension=".f")
        assert caught.value.install == ("iio-deep",)
        with pytest.raises(iio.NoPluginError) as caught:
            iio.imread(b"FF..", extension=".f", plugin="a")
        assert caught.value.install == ()
