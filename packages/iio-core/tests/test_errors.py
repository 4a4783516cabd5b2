from __future__ import annotations

import errno
import inspect
import pickle

import fakes
import pytest

import iio_core as iio
from iio_core import _errors
from iio_core._registry import Plugin
from iio_core._translate import Blame

TREE = {
    "NoPluginError": (iio.IIOError, OSError, ValueError),
    "PluginNotInstalledError": (iio.NoPluginError,),
    "DecodeError": (iio.IIOError, OSError),
    "EncodeError": (iio.IIOError, ValueError),
    "LimitError": (iio.IIOError, ValueError),
    "OptionError": (iio.IIOError, TypeError),
    "FrameIndexError": (iio.IIOError, IndexError, ValueError, EOFError),
    "PluginContractError": (iio.IIOError, RuntimeError),
    "NotThisFormat": (Exception,),
    "IIOWarning": (UserWarning,),
    "MetadataWarning": (iio.IIOWarning,),
    "IIOError": (Exception,),
}


def test_the_tree_is_the_documented_one() -> None:
    assert set(TREE) == set(_errors.__all__)
    for name, bases in TREE.items():
        assert getattr(iio, name).__bases__ == bases, name
        assert name == "IIOError" or name in (inspect.getdoc(_errors) or "")


def test_users_never_see_a_plugin_decline() -> None:
    assert not issubclass(iio.NotThisFormat, iio.IIOError)


def test_what_errors_carry() -> None:
    decode = iio.DecodeError("broken", plugin="a", format="B")
    encode = iio.EncodeError("no", plugin="a", format="B")
    assert (decode.plugin, decode.format, str(decode)) == ("a", "B", "broken")
    assert (encode.plugin, encode.format, str(encode)) == ("a", "B", "no")
    nobody = iio.NoPluginError("nobody", install=("iio-x",))
    assert (nobody.candidates, nobody.rejected, nobody.install) == ((), (), ("iio-x",))


def test_errors_survive_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(iio.DecodeError("broken", plugin="a", format="B")))
    assert (str(error), error.plugin, error.format) == ("broken", "a", "B")


BLAME = Blame(Plugin(fakes.SPEC, "iio-fake", "2.1"), "FAKE", "x.fake")


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (SyntaxError("bad"), "bad (SyntaxError)"),
        (KeyError("k"), "'k' (KeyError)"),
        (MemoryError(), "it asked for more memory than there is"),
        (RecursionError("deep"), "deep (RecursionError)"),
        (SystemExit(3), "3 (SystemExit)"),
        (AssertionError(), "AssertionError"),
        (OSError("no number"), "no number (OSError)"),
        (OSError(errno.EINVAL, "Invalid argument"), "Invalid argument"),
    ],
)
def test_what_a_backend_raises_is_translated(raised: BaseException, said: str) -> None:
    with pytest.raises(iio.DecodeError) as decoding:
        BLAME.decoding(raised)
    with pytest.raises(iio.EncodeError) as encoding:
        BLAME.encoding(raised)
    for error in (decoding.value, encoding.value):
        assert said in str(error) and "x.fake" in str(error)
        assert "as FAKE by plugin 'fake' (iio-fake 2.1): " in str(error)
        assert (error.plugin, error.format, error.__cause__) == ("fake", "FAKE", raised)


@pytest.mark.parametrize(
    "raised",
    [
        iio.LimitError("too large"),
        iio.FrameIndexError("none"),
        OSError(errno.ENOSPC, "No space left on device"),
        FileNotFoundError(errno.ENOENT, "missing"),
        iio.MetadataWarning("left out"),
    ],
)
def test_what_users_are_meant_to_see_comes_through(raised: Exception) -> None:
    for translate in (BLAME.decoding, BLAME.encoding):
        with pytest.raises(type(raised)) as caught:
            translate(raised)
        assert caught.value is raised


def test_declining_too_late_breaks_the_contract() -> None:
    with pytest.raises(iio.PluginContractError, match=r"\(iio-fake 2.1\) declined x.fake after"):
        BLAME.decoding(iio.NotThisFormat())


def test_a_broken_promise_names_the_plugin() -> None:
    error = BLAME.broken("it lied")
    assert isinstance(error, iio.PluginContractError)
    assert str(error) == "plugin 'fake' (iio-fake 2.1), at x.fake: it lied"


def test_a_reader_of_no_known_format_is_not_called_one() -> None:
    with pytest.raises(
        iio.DecodeError, match=r"^x could not be decoded by plugin 'fake' "
    ) as caught:
        Blame(Plugin(fakes.SPEC), "", "x").decoding(ValueError("v"))
    assert caught.value.format is None


def test_control_c_is_not_the_plugins_fault() -> None:
    plugin = fakes.reading(fakes.raiser(KeyboardInterrupt()))
    spec = fakes.spec("stopped", fakes.format("S", ".s"), plugin=plugin)
    with iio.use(spec), pytest.raises(KeyboardInterrupt):
        iio.imread(b"x", extension=".s")
