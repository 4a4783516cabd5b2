"""Parts of the kit that its runs on plugins do not reach on every machine."""

from __future__ import annotations

import sys
from pathlib import Path

import fakes
import numpy as np
import pytest

import iio_core as iio
from iio_core.cli import _check_plugin
from iio_core.cli._failures import CommandError, UsageError
from iio_core.testing import _installed, _runner, _usage

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows tells it in another way")


@posix
def test_memory_is_told_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = _usage.peak_memory()
    monkeypatch.setattr(_usage, "_of_status", lambda name: 0)
    other = _usage.peak_memory()
    assert usual / 4 < other < usual * 4
    assert _usage.resident_memory() >= other
    monkeypatch.setattr("resource.setrlimit", fakes.raiser(AssertionError("nothing to go by")))
    _usage.bound_memory(1 << 30)


@posix
def test_memory_is_bounded_by_what_is_held_now(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    found = []
    monkeypatch.setattr(resource, "setrlimit", lambda *arguments: found.append(arguments))
    monkeypatch.setattr(_usage, "_of_status", lambda name: 5 << 30)
    for hard, most in ((resource.RLIM_INFINITY, 6 << 30), (3 << 30, 3 << 30)):
        monkeypatch.setattr(resource, "getrlimit", lambda what, hard=hard: (hard, hard))
        _usage.bound_memory(1 << 30)
        assert found.pop() == (resource.RLIMIT_AS, (most, hard))


@posix
def test_handles_that_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _usage.handles() > 2
    monkeypatch.setattr(_usage.os, "listdir", fakes.raiser(OSError("no such folder")))
    assert _usage.handles() == 0


def samples(monkeypatch: pytest.MonkeyPatch, *formats: iio.Format) -> _installed.Samples:
    """Return the samples that a plugin with these formats writes itself."""
    spec = fakes.spec("alone", *formats, plugin=fakes.PLUGIN)
    monkeypatch.setattr(fakes, "alone", spec, raising=False)
    with iio.use(spec):
        return _installed.Samples("fakes:alone", [])


def test_formats_without_samples_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    uint8 = (iio.Pixels("uint8", (1,)),)
    found = samples(
        monkeypatch,
        fakes.format("READ", ".r", magic=fakes.MAGIC, writes=()),
        fakes.format("WRITTEN", ".w", reads=()),
        fakes.format("BOTH", ".b", magic=fakes.MAGIC, reads=uint8, writes=uint8),
        fakes.format("REFUSED", ".c", writes=(iio.Pixels("complex64", (1,)),)),
    )
    assert [sample.format for sample in found.made] == ["BOTH"]
    assert found.absent.keys() == {"READ", "REFUSED"}
    assert "--samples FILE" in found.absent["READ"]
    assert "no sample of it could be written" in found.absent["REFUSED"]


def test_what_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    with iio.use(fakes.spec("alone", fakes.format("A", ".a"))):
        with pytest.raises(UsageError, match=r"no plugin 'lonely' is installed; .*alone"):
            _check_plugin._samples("lonely", [])
        with pytest.raises(CommandError, match="'alone' has no entry point"):
            _check_plugin._samples("alone", [])
    rejected = iio.Rejected("broken", "iio-broken", "1.0", "its spec cannot be imported")
    snapshot = iio.Registry(rejected=(rejected,))
    monkeypatch.setattr(_check_plugin.iio, "registry", snapshot)
    with pytest.raises(CommandError, match=r"but rejected: broken \(iio-broken 1\.0\)"):
        _check_plugin._samples("Broken", [])


def test_checking_without_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = type("Arguments", (), {"name": "x", "samples": [], "fast": True})
    for gone, error in (("pytest", CommandError), ("json", ModuleNotFoundError)):
        with monkeypatch.context() as patch:
            patch.delattr(sys.modules["iio_core.testing"], "_runner", raising=False)
            patch.delitem(sys.modules, "iio_core.testing._runner", raising=False)
            missing = ModuleNotFoundError(f"No module named {gone!r}", name=gone)
            finder = type("Finder", (), {"find_spec": staticmethod(fakes.raiser(missing))})
            patch.setattr(sys, "meta_path", [finder, *sys.meta_path])
            with pytest.raises(error, match=gone):
                _check_plugin.run(arguments)


def test_what_checks_cost_and_break_is_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    kept = _runner.Outcome(test="test_cost", kind="kept", cost="2.0 ms")
    broken = _runner.Outcome(test="test_x", kind="broken", promise="It reads.", message="it lies")
    _check_plugin._tell(broken)
    assert _check_plugin._sum_up([kept]) == 0
    assert _check_plugin._sum_up([kept, broken]) == 1
    said = capsys.readouterr().out
    assert "test_cost: 2.0 ms" in said
    assert "1 checks passed, 1 failed, 0 do not apply\nbroken promises: It reads." in said
    assert "it lies\n  check:      test_x" in said
    with pytest.raises(CommandError, match="nothing to check"):
        _check_plugin._sum_up([])


def test_a_file_that_is_no_sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "x.b"
    file.write_bytes(np.arange(9, dtype=np.uint8).tobytes())
    spec = fakes.spec("alone", fakes.format("BOTH", ".b", magic=fakes.MAGIC), plugin=fakes.PLUGIN)
    monkeypatch.setattr(fakes, "alone", spec, raising=False)
    with iio.use(spec), pytest.raises(ValueError, match=r"x\.b is no sample of 'alone'"):
        _installed.Samples("fakes:alone", [file])
